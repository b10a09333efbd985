/*
 * use.h
 *		What an action uses, and where: tables, columns, functions, other actions.
 *
 * Noted while compiling, where somebody asks for it (program->uses). A formula is
 * noted where it has become a tree, with the names of the action resolved to the
 * columns that they stand for; the generated rest of a statement, around its values,
 * when the statement has been analysed. What does not compile is not seen.
 */
#ifndef CA_USE_H
#define CA_USE_H

#include "postgres.h"

#include "program/formula.h"

#define USE_WHOLE_ROW	"*"
#define USE_OF_TABLE	"table" /* the path of what finds and loads the target */

typedef struct Use
{
	int			number;			/* place in the order of the definition, as far as compiling keeps
								 * it */
	const char *path;			/* "2.set.due" */
	Oid			relation;		/* or InvalidOid */
	const char *column;			/* NULL: the table as such; USE_WHOLE_ROW */
	Oid			function;		/* or InvalidOid */
	const char *action;			/* performed, or NULL */
	bool		reads;			/* the table or column */
	bool		writes;
} Use;

typedef struct Uses
{
	List	   *list;			/* of Use, some of them twice */
	List	   *values;			/* of Node *: trees of the values of the statement being analysed
								 * ... */
	int			first;			/* ... and the number of its first use */
} Uses;

/* Forgets the values of the statement before, whose trees are gone. */
extern void use_begin(struct Program *program);

/* Notes what a formula uses, before and after its coercion alike. */
extern void use_note_formula(ParseState *pstate, const Scope *scope, const Formula *formula, Node *tree);

/* Notes that this tree is a value in the statement being analysed: its uses are known. */
extern void use_note_value(struct Program *program, Node *tree);

/* Notes what a generated statement uses besides its values; path is the step's, or whose it is. */
extern void use_note_query(const Scope *scope, const Query *query, const char *path);

/* Notes the bound table with the key that callers give, and the tables whose rows parameters are. */
extern void use_note_signature(struct Program *program);

extern void use_note_column(struct Program *program, const char *path, Oid relation, const char *column,
							bool reads, bool writes);
extern void use_note_function(struct Program *program, const char *path, Oid function);
extern void use_note_action(struct Program *program, const char *path, const char *action);

/* Each use once, in the order in which compiling met their places. */
extern List *uses_sorted(const struct Program *program);

#endif
