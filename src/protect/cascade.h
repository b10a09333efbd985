/*
 * cascade.h
 *		What a foreign key's ON DELETE or ON UPDATE does to a protected table.
 */
#ifndef CA_CASCADE_H
#define CA_CASCADE_H

#include "postgres.h"

#include "commands/trigger.h"
#include "nodes/bitmapset.h"

/*
 * While a row is written outside of actions: notes the command, if it may be a
 * foreign key's. The row's trigger runs later, when that cannot be seen any more.
 */
extern void cascade_note(void);

/*
 * Is what a row trigger was fired for the doing of a foreign key of its table?
 * Changed are the columns, by number, that it may have changed for that; NULL: any.
 */
extern bool cascade_explains(const TriggerData *data, const Bitmapset *changed);

#endif
