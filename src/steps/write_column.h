/*
 * write_column.h
 *		Columns that a step sets, checked, with their values.
 */
#ifndef CA_WRITE_COLUMN_H
#define CA_WRITE_COLUMN_H

#include "postgres.h"

#include "catalog/pg_attribute.h"
#include "compile/compiler.h"

/* A column that is set. */
typedef struct WriteColumn
{
	char	   *name;
	Value	   *value;
} WriteColumn;

/* One column and its value; NULL after a problem. */
extern WriteColumn *write_column(Compiler *compiler, Oid relation, const char *name,
								 const Json *json, const char *location);

/* The columns of a set object but "*"; problems name the column. A list of WriteColumn. */
extern List *write_columns(Compiler *compiler, Oid relation, const Json *set,
						   const char *location);

/* Complains of "*" where columns are named; true if it is there. */
extern bool write_has_record(Compiler *compiler, const Json *set, const char *field);

/* Is a column of this name among them? */
extern bool write_sets(const List *columns, const char *name);

/* Why a column cannot be written, or NULL. */
extern const char *write_column_refusal(Form_pg_attribute attribute);

#endif
