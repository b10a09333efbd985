/*
 * names.h
 *		What the formulas of one action may call by name, and the slots behind
 *		the names.
 */
#ifndef CA_NAMES_H
#define CA_NAMES_H

#include "postgres.h"

#include "base/name_table.h"
#include "program/program.h"

/* Variables of one kind, in the order of their declarations. */
typedef struct Variables
{
	List	   *all;			/* of Variable */
	NameTable  *by_name;		/* where there are many, or NULL */
} Variables;

typedef struct Names
{
	RowChain   *rows;			/* target and the steps reached so far; never changed in place,
								 * scopes keep it */
	Variables	inputs;
	Variables	outputs;
	Variables	lets;
	List	   *steps;			/* of char *: all step names of the action */
	List	   *used;			/* of char *: names of rows that something refers to */
	bool		none;			/* nothing has a value yet, not even context */
	bool		read_open;		/* a let name was read whose type was not known: as NULL */
} Names;

/* What is said of the target where there is none, and of a step whose row is not there yet. */
#define NO_TARGET_MESSAGE		"the action is not bound to a row, so there is no target"
#define STEP_NOT_RUN_MESSAGE	"step \"%s\" has not run at this place"

/* Adds a slot and returns its number. */
extern int	program_add_slot(Program *program, Oid type, int32 typmod, Oid collation);

/* What becomes of the table decides whether the program is good, though nobody may ask for its columns. */
extern void program_note_relation(Program *program, Oid relation);
extern Variable *variable_find(const Variables *variables, const char *name);

/* Adds a variable with a slot of its own. */
extern Variable *variable_add(Program *program, Variables *variables, const char *name,
							  Oid type, int32 typmod);

/* The innermost row of a name: handlers in handlers each have an "error". */
extern Row *row_find(const RowChain *rows, const char *name);

/* Is this row one of the chain? */
extern bool rows_have(const RowChain *rows, const Row *row);

/* All rows of a chain, the outermost first. */
extern List *rows_in_order(const RowChain *rows);

/* the row that this is another name of, or itself */
extern const Row *row_first_name(const Row *row);

/* two names of one row, whatever runs? */
extern bool rows_are_one(const Row *row, const Row *other);
extern RowColumn *row_column_find(const Row *row, const char *column);

/* also one that nothing has met yet */
extern bool row_has_column(const Row *row, const char *column);

/* The slot of a column of a row, made when compiling meets it first; column NULL is the whole row. */
extern int	row_slot(Scope *scope, Row *row, const char *column);

/* May this name stand before a dot here? */
extern bool names_has(const Scope *scope, const char *name);

/* Notes that something refers to a row, while compiling; and has anything, sorted by then? */
extern void names_note_use(Program *program, Names *names, Row *row);
extern void names_sort_used(Names *names);
extern bool names_is_used(const Names *names, const char *name);

/* A Param for the name's slot; NULL when the first part is no name of ours. */
extern Node *names_resolve(ParseState *pstate, Scope *scope, const char *first,
						   const char *second, int location);

/* The hint for a name before a dot that is not known there. */
extern char *names_hint(const Scope *scope, const char *given);

/* The number by which a statement knows one of its slots. */
extern int	scope_parameter(const Scope *scope, int slot);

/*
 * The Param that reads a slot; notes that the scope uses it. All formulas read
 * slots through this, so that the statements before return what is read
 * (statement.c). Where two steps are merged, names of the row that is being
 * changed do not get here: they mean the row itself (means_this() in
 * parser_hooks.c, steps/merge.c). Whoever reads slots in another way must do for
 * both.
 */
extern Node *slot_param(ParseState *pstate, Scope *scope, int slot, int32 typmod, int location);

#endif
