/*
 * compiler.h
 *		What the files under steps/ use while they compile: tables, values,
 *		rows, statements. A Compiler lives as long as one compilation; what runs
 *		has the Program.
 *
 * The folder compile/ holds the toolkit of all that compile: kinds of step,
 * plug-ins, engine/. It executes nothing, and knows nothing of run/, nor run/
 * of it. It may include base/, lookup/, definition/ and program/.
 */
#ifndef CA_COMPILER_H
#define CA_COMPILER_H

#include "postgres.h"

#include "program/findings.h"
#include "program/names.h"
#include "program/statement.h"

typedef struct Compiler
{
	Program    *program;
	Names	   *names;
	Findings	findings;
	struct LetTypes *lets;		/* what let names are, or NULL */
	bool		freeze;
	int			conditional;	/* > 0: inside something that may not run */
	bool		target_read;	/* by a get step */
	bool		target_key_changed; /* or deleted */
	bool		any_before;		/* a step runs before the one being compiled */
	bool		may_stop;		/* an earlier step may have ended the action */
	bool		target_proven;	/* a step that always runs fails without the target ... */
	bool		target_proven_first;	/* ... and is the first one */
	const Step *step;			/* being compiled */
	bool		in_summary;		/* what is compiled runs only when the invocation is recorded */
	List	   *flows;			/* of Flow: where values go (taint.c) */
	List	   *exits;			/* of Exit: where they leave for others to see, if remarks are
								 * wanted */
	List	   *writes;			/* of Write, in their order, likewise */
	List	   *volatile_calls; /* of char *: paths of steps that call volatile functions, likewise */
	List	   *opaque;			/* of int: numbers of scopes before which something ran that may
								 * look at any row, or end the action; likewise */
	Bitmapset  *tainted;		/* slots that get something sensitive from outside */
	List	   *scopes;			/* of Scope: lose their compiler at the end */
	bool		in_loop;
	int			loop_start;		/* number of the first scope in the outermost loop: all from there
								 * on runs again */
	MemoryContext scratch;		/* of parse analysis */
} Compiler;

/* Calls fn(arg); while checking, an error becomes a problem at location and false is returned. */
extern bool compiler_guard(Compiler *compiler, const char *location,
						   void (*fn) (void *arg), void *arg);
extern void compiler_problem(Compiler *compiler, int sqlstate, const char *location,
							 const char *message, const char *detail, const char *hint);

/* Are remarks wanted, so that what they are about is to be noted? */
extern bool compiler_remarks(const Compiler *compiler);

/* "3.set": a field of the step being compiled; field NULL: the step itself */
extern char *compiler_location(const Compiler *compiler, const char *field);

/* Resolves a table by name under the current search_path; InvalidOid after a problem. */
extern Oid	compiler_table(Compiler *compiler, const char *name, const char *location);
extern void compiler_depend(Compiler *compiler, Oid class, Oid object);

/* Values and expressions; after a problem a NULL of the wanted type stands in. */
extern Value *compiler_value(Compiler *compiler, const Json *json, Oid type, int32 typmod,
							 const char *location);
extern Value *compiler_condition_value(Compiler *compiler, const char *text, const char *location);
extern Expression *compiler_expression(Compiler *compiler, Value *value);
extern Expression *compiler_condition(Compiler *compiler, const char *text, const char *location);

/* Takes an expression out of the program: it will not be evaluated. */
extern void compiler_drop_expression(Compiler *compiler, Expression *expression);

/* template argument of the step, or NULL */
extern Expression *compiler_text(Compiler *compiler, const char *field);
extern Value *compiler_slot_value(Compiler *compiler, int slot, const char *location);

/* A row that formulas can name from here on. */
extern Row *compiler_row(Compiler *compiler, const char *name, Oid relation);

/* No longer, but those that it was visible to are. */
extern void compiler_hide_row(Compiler *compiler, const Row *row);

/* A column of a row that is no table's. */
extern RowColumn *compiler_row_column(Compiler *compiler, Row *row, const char *name,
									  Oid type, int32 typmod);

/* Names the result of the step; NULL if the step has no name. */
extern Row *compiler_declare(Compiler *compiler, Oid relation, bool is_count);

/* Reports what only CREATE FUNCTION would find wrong with an input's default. */
extern void compiler_check_default(Compiler *compiler, const Argument *argument);

/* The statement's text so far; values are its $1 ... $n. */
extern void compiler_analyse(Compiler *compiler, Statement *statement);

/* The same, and shows the result; it lives no longer than the call of look. */
extern void compiler_examine(Compiler *compiler, Statement *statement,
							 void (*look) (const Query *query, void *arg), void *arg);
extern Statement *compiler_statement(Compiler *compiler, Oid this_relation);

/* Takes a statement out of the program: it will not be run. */
extern void compiler_drop_statement(Compiler *compiler, Statement *statement);

#endif
