/*
 * statement.h
 *		A generated SQL statement of a program: its text, its values, the rows
 *		its columns land in, and its plan.
 *
 * The text is complete when compiling ends; the plan is prepared at the first
 * execution and kept. Values are parameters, never text.
 */
#ifndef CA_STATEMENT_H
#define CA_STATEMENT_H

#include "postgres.h"

#include "executor/spi.h"
#include "program/program.h"

typedef struct Statement
{
	StringInfoData head;		/* a SELECT's text up to its columns, or the whole of another */
	StringInfoData tail;		/* a SELECT's text after its columns */
	bool		select;
	Oid			relation;		/* whose columns are returned */
	Scope	   *scope;
	List	   *into;			/* of Row: where returned columns land, all names of one row
								 * (names.c) */
	Row		   *own;			/* the one of them that the step's own name is, or NULL */
	bool		whole_result;	/* the head is complete; its one column is into's first */
	bool		wants_result;	/* analysis is to find out what it returns */
	List	   *result;			/* of ResultColumn: what analysis found that it returns */
	bool		set_based;		/* many rows: keep no column */
	bool		by_key;			/* one row of a plain table by its full key ... */
	bool		has_subselect;	/* ... though maybe of others, too */
	const char *no_returning;	/* why it cannot return columns, found while checking; or NULL */
	bool		changes_key;	/* the target's key may be another one afterwards */

	/* For the comment that says whose statement it is */
	const Step *step;			/* NULL: it belongs to none */
	const Step *other_step;		/* whose work is done as well, or NULL */
	const char *purpose;		/* "target", "formula 3.when"; or NULL */

	SPIPlanPtr	plan;			/* NULL until first executed */
	int			nslots;			/* returned columns ... */
	int		   *slots;			/* ... and the slots they land in, ... */
	int		   *guards;			/* ... each only while this slot is not NULL; -1: always */
} Statement;

typedef struct ResultColumn
{
	char	   *name;
	Oid			type;
	int32		typmod;
} ResultColumn;

/* Adds a value and returns its "$n", for pasting into head or tail. */
extern char *statement_value(Statement *statement, Value *value);

/* Are there columns that it has to return? Known once everything is compiled. */
extern bool statement_returns(const Statement *statement);

/* Puts the final text together, and notes which slots its columns land in. */
extern char *statement_text(Statement *statement);

#endif
