/*
 * item_statement.h
 *		Statements that do the work of many items at once.
 */
#ifndef CA_ITEM_STATEMENT_H
#define CA_ITEM_STATEMENT_H

#include "postgres.h"

#include "run/item_set.h"

/*
 * Runs a statement for all active items. What it returns lands in their slots; rows
 * and, if they are wanted, keys of each are noted. An INSERT writes a row for each;
 * what writes their targets finds them where they are, if that is known.
 */
extern void item_statement_execute(ItemSet *set, Statement *statement, bool with_key, bool of_targets);

/*
 * Finds the targets in the order of their key, and locks them if the statement that
 * loads one does; without such a statement (NULL), if the steps ask for that. The call
 * is told which items have the same target.
 */
extern void item_statement_targets(ItemSet *set, Statement *load, const List *key);

/* The text of that statement. */
extern char *item_targets_text(const Program *program, Statement *load, const List *key);

#endif
