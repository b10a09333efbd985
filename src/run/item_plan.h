/*
 * item_plan.h
 *		Plans that read the values of many items, and who receives what they return.
 */
#ifndef CA_ITEM_PLAN_H
#define CA_ITEM_PLAN_H

#include "postgres.h"

#include "run/item_scan.h"
#include "run/item_set.h"
#include "utils/tuplestore.h"

/* Receives the rows of a statement. */
typedef struct ItemReceiver
{
	DestReceiver base;
	ItemSet    *set;
	const Statement *many;		/* whose columns land in slots, or NULL */
	const StatementKey *key;	/* that it returns as well, or NULL */
	bool		in_order;		/* rows come in the order of the items; else the last column is the
								 * item */
	void		(*take) (struct ItemReceiver *receiver, int item, const TupleTableSlot *tuple); /* NULL: only counts */
	void	   *arg;
	int			rows;			/* that have come */
} ItemReceiver;

/* The columns of the relation of the items: one for each of these slots, and, if wanted, the item's number, and its place. */
extern TupleDesc items_tupdesc(const Program *program, const List *slots, bool numbered, bool placed);

/* Makes the relation of the items known to SPI, for so many of them, and takes it away again; what is returned stays. */
extern ItemsRelation *items_register(int count, TupleDesc tupdesc, Tuplestorestate *rows);
extern void items_unregister(void);

/* Prepares a text that uses these slots, for so many items; scope NULL: it has no formulas. */
extern SPIPlanPtr item_plan_prepare(const ItemSet *set, int count, const char *text, const List *slots, Scope *scope);

/* Makes a receiver ready, whose take and what concerns rows are filled in. */
extern void item_receiver_init(ItemReceiver *receiver);

/* Runs a plan over the values that the active items have in these slots; returns the code of SPI. */
extern int	item_plan_run(ItemSet *set, SPIPlanPtr plan, const List *slots, ItemReceiver *receiver);

#endif
