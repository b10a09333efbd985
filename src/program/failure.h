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

#include "definition/facts.h"
#include "nodes/nodes.h"
#include "program/program.h"

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

/* Notes what a table refuses of a command; that lives as long as the program. */
extern void failure_note_table(Program *program, const char *path, Oid table, const TableCommand *command);

/*
 * Notes what a formula's tree may raise: the rules of domains that it makes values of,
 * whatever functions of somebody's do that it calls. The path is the formula's place.
 */
extern void failure_note_formula(Program *program, const char *path, Node *tree);

#endif
