/*
 * varied_table.h
 *		What is known of a table whose rows may hold values that differ by nature:
 *		which columns get a number or a random uuid by themselves, and which refer to
 *		others.
 */
#ifndef CA_VARIED_TABLE_H
#define CA_VARIED_TABLE_H

#include "postgres.h"

#include "access/attnum.h"
#include "nodes/pg_list.h"

/* A column's foreign key. */
typedef struct Reference
{
	AttrNumber	attnum;
	Oid			relation;
	AttrNumber	column;
} Reference;

/* The default of a column. */
typedef struct VariedDefault
{
	bool		known;			/* it has been looked at */
	Oid			sequence;		/* whose next number it is, or InvalidOid */
	bool		random;			/* it is a random uuid */
} VariedDefault;

typedef struct VariedTable
{
	Oid			relation;
	const char *name;			/* canonical */
	int			natts;			/* 0: it has been dropped meanwhile */
	VariedDefault *defaults;	/* by column, from 1 on */
	bool		triggers;		/* something may change a row before it is inserted */
	List	   *references;		/* of Reference */
} VariedTable;

/* Looks at a table; in the current context. */
extern void varied_table_fill(VariedTable *table, Oid relation);

/* The default of a column; defaults are read when they are asked for. */
extern const VariedDefault *varied_table_default(VariedTable *table, AttrNumber attnum);

#endif
