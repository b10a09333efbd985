/*
 * source.h
 *		Where values come from, as far as formulas say: columns of rows that steps
 *		made or found, and random numbers.
 */
#ifndef CA_SOURCE_H
#define CA_SOURCE_H

#include "postgres.h"

#include "access/attnum.h"
#include "nodes/pg_list.h"
#include "program/program.h"

/* A column that a formula reads. */
typedef struct ValueSource
{
	Oid			relation;
	AttrNumber	attnum;
	bool		in_text;		/* the value is a text in which it stands; else it is the value */
} ValueSource;

/* A column that a statement of a program writes. */
typedef struct WrittenColumn
{
	Oid			relation;
	AttrNumber	attnum;
	bool		random;			/* its formula is a random uuid */
	List	   *sources;		/* of ValueSource */
} WrittenColumn;

/* Those of a program; a list in the current context. */
extern List *written_columns(const Program *program);

/* What an output is read from. */
extern List *output_sources(const Program *program, const char *output);

#endif
