/*
 * row_source.h
 *		Where many rows come from: a table, the elements of an array or a range
 *		of whole numbers, for create and for_each, and their order.
 */
#ifndef CA_ROW_SOURCE_H
#define CA_ROW_SOURCE_H

#include "postgres.h"

#include "compile/compiler.h"

typedef struct RowSource
{
	char	   *from;			/* FROM item, its alias is this; NULL after a problem */
	Oid			relation;		/* table, or composite element type's; else InvalidOid */
	Oid			value_type;		/* of the one column "value", or InvalidOid */
	List	   *columns;		/* of SourceColumn: columns of jsonb elements */
	Expression *array;			/* of scalars, whose elements are taken one by one; or NULL */
	Expression *first;			/* of whole numbers that are counted through; or NULL */
	Expression *last;			/* the last of them */
} RowSource;

typedef struct SourceColumn
{
	char	   *name;
	Oid			type;
	int32		typmod;
} SourceColumn;

/*
 * Reads a table's name or an array formula. columns: {name: type} of jsonb
 * elements, or NULL. The name is frozen into the step under key.
 */
extern RowSource row_source_compile(Compiler *compiler, Statement *statement, const Json *from,
									const Json *columns, const char *key, const char *location);

/* Appends ORDER BY from the step's order_by; false when it has none. */
extern bool row_source_append_order(Compiler *compiler, Statement *statement);

#endif
