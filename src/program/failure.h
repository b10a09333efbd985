/*
 * failure.h
 *		How an action can fail, as far as its definition says: noted while it is
 *		compiled, where somebody asks for it (program->failures).
 *
 * Each compile function notes what its step raises itself, and what PostgreSQL
 * raises for it. Nothing is evaluated: messages are as they are written, with their
 * templates.
 */
#ifndef CA_FAILURE_H
#define CA_FAILURE_H

#include "postgres.h"

#include "nodes/nodes.h"
#include "program/program.h"

/* Whatever a function of somebody's raises */
#define ANY_SQLSTATE	0

typedef struct Failure
{
	int			sqlstate;
	const char *message;
	const char *path;			/* of the step, or NULL: of the action as a whole */
	const char *when;			/* when it happens */
	Oid			performed;		/* stands for all failures of this action; or InvalidOid */
	const List *may;			/* OIDs of actions that it does not hold for, nor for what they perform */
} Failure;

typedef struct Failures
{
	List	   *list;			/* of Failure */
} Failures;

/* Does anybody ask? What it takes to tell may be left out otherwise. */
#define failures_wanted(program)	unlikely((program)->failures != NULL)

/* Notes one, if anybody asks; texts are to live as long as the program. */
extern void failure_note(Program *program, const char *path, int sqlstate, const char *message,
						 const char *when);

/* Notes that all that an action raises comes here. */
extern void failure_note_performed(Program *program, const char *path, Oid action);

/* Notes what a table or a domain refuses: a list of TableRule (lookup/table_rules.h). */
extern void failure_note_rules(Program *program, const char *path, const List *rules);

/*
 * Notes what a formula's tree may raise: the rules of domains that it makes values of,
 * whatever functions of somebody's do that it calls. The path is the formula's place.
 */
extern void failure_note_formula(Program *program, const char *path, Node *tree);

#endif
