/*
 * item_scan.h
 *		Reads the values of many items where they are, as the scan of a plan.
 */
#ifndef CA_ITEM_SCAN_H
#define CA_ITEM_SCAN_H

#include "postgres.h"

#include "executor/spi.h"
#include "run/item_set.h"
#include "utils/queryenvironment.h"

/* The relation of the items, as SPI knows it while a statement runs. */
typedef struct ItemsRelation
{
	EphemeralNamedRelationData base;	/* whose rows are for plans that this scan is not in */
	const ItemSet *set;			/* NULL: there are only the rows */
	const List *slots;			/* those that its first columns are */
} ItemsRelation;

/* From now on the planner uses it where it can. */
extern void item_scan_init(void);

/* Does the plan read the values where they are, and no rows of the relation? */
extern bool item_scan_is_all(SPIPlanPtr plan);

/*
 * Reads the row of a place, in a table of so many blocks; is there one? It need not be the
 * one that was there: the table may have been written anew.
 */
extern bool item_place_read(Relation table, BlockNumber blocks, ItemPointer place, Snapshot snapshot, TupleTableSlot *row);

#endif
