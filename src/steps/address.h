/*
 * address.h
 *		Which rows a step works on: the target, an earlier step's row, a row by
 *		id, or all rows that satisfy a condition.
 */
#ifndef CA_ADDRESS_H
#define CA_ADDRESS_H

#include "postgres.h"

#include "base/compat.h"
#include "compile/compiler.h"

struct Frame;

typedef struct Address
{
	Oid			relation;
	Row		   *row;			/* target or a step's row, else NULL */
	bool		set_based;		/* many rows: by where alone */
	bool		required;		/* no such row is an error */
	List	   *key;			/* of KeyColumn; NIL when set-based */
	List	   *values;			/* of Value, one per key column */
	Value	   *where;			/* or NULL */
	struct FromStates *from;	/* states that the row may have, or NULL */
	char	   *table_name;
} Address;

/* Reads subject, id, where and required of the step; NULL after a problem. */
extern Address *address_compile(Compiler *compiler, bool where_optional);

/* Notes what is raised if there is no such row, or more than one. */
extern void address_note_failures(Compiler *compiler, const Address *address);

/* Is the row found by this column? */
extern bool address_is_by(const Address *address, const char *column);

/* Complains that the columns are no key of the table; hint may be NULL. */
extern void address_report_no_key(Compiler *compiler, int sqlstate, Oid relation,
								  const char *location, const char *hint);

/* Appends "this.id = $1 AND (...)", or "true" when there is nothing to say. */
extern void address_condition(Statement *statement, StringInfo text, const Address *address);

/* Rows whose slots the statement refreshes: the addressed row and the step's own. */
extern void address_results(Compiler *compiler, Statement *statement, const Address *address);

/* Notes that the step finds out whether the target exists, if it always runs. */
extern void address_prove_target(Compiler *compiler, const Address *address);

/* Raises P0002; hint NULL: it does not exist, or is not visible. */
pg_noreturn extern void address_missing(struct Frame *frame, const Address *address, const char *hint);

#endif
