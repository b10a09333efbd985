/*
 * cascade.h
 *		What a foreign key's ON DELETE or ON UPDATE does to a protected table.
 */
#ifndef CA_CASCADE_H
#define CA_CASCADE_H

#include "postgres.h"

#include "commands/trigger.h"
#include "nodes/bitmapset.h"
#include "utils/rel.h"

/*
 * While a row is written outside of actions: notes the command, if it may be a
 * foreign key's. The row's trigger runs later, when that cannot be seen any more.
 */
extern void cascade_note(void);

/* The foreign keys of the table that a trigger is fired for, with what to ask for; kept for its next rows. */
typedef struct CascadeKeys CascadeKeys;

/*
 * Is what a row trigger was fired for the doing of a foreign key of its table?
 * Changed are the columns, by number, that it may have changed for that; NULL: any.
 * What is kept lives in mcxt.
 */
extern bool cascade_explains(const TriggerData *data, const Bitmapset *changed, CascadeKeys **kept,
							 MemoryContext mcxt);

/* Do rows of this table say by which command they were written? */
extern bool rows_have_commands(Relation table);

#endif
