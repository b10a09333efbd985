/*
 * item_set.h
 *		The items of one invocation of a program for many at once: the slots of each,
 *		and statements that do the work of all.
 *
 * There is one frame, whose slots are those of the item that it has entered. What
 * computes runs for one item after the other; what sends SQL runs once for all
 * that are active. Whatever goes wrong is an error: the caller undoes all and runs
 * the items one by one, so that errors are each item's own. Only an item that stops
 * before anything is written may be left out instead, for the caller to run alone;
 * and if he says so, one that fails then, or by the first statement that writes.
 * With which ones the next few of these fail he is told, for another set.
 */
#ifndef CA_ITEM_SET_H
#define CA_ITEM_SET_H

#include "postgres.h"

#include "executor/spi.h"
#include "run/frame.h"
#include "run/invoke_request.h"
#include "run/statement_run.h"

/* What is told the observers of a step of an item, when all is done. */
typedef struct ItemEvent
{
	struct ItemEvent *next;
	Instruction *step;
	const void *what;			/* it has done: the kind's own */
	bool		again;			/* with the step before, in one */
	NullableDatum *keys;		/* of the row that it wrote, or NULL */
	void		(*tell) (Frame *frame, const struct ItemEvent *event);
} ItemEvent;

typedef struct SetItem
{
	ParamListInfo params;		/* what the frame has of it while it is entered */
	bool	   *owned;
	Bitmapset  *outputs_set;
	bool		stopped;
	bool		has_invocation;
	pg_uuid_t	invocation;
	TimestampTz started_at;

	bool		out;			/* the set goes on without it */
	uint64		rows;			/* that the last statement has found for it */
	NullableDatum *keys;		/* of the row, or NULL */
	ItemEvent  *first_event;
	ItemEvent  *last_event;
} SetItem;

typedef struct ItemSet
{
	Frame	   *frame;
	ManyCall   *call;			/* what the caller wants, and is told */
	ParamListInfo params;		/* the frame's own slots */
	bool	   *owned;
	int			count;
	SetItem    *items;
	int		   *active;			/* those that the step is for, in their order */
	int			nactive;
	int			nfailed;		/* how many have failed and are left out */
	int			guarded;		/* how many statements have left a subtransaction */
	bool		written;		/* something has been: no item can be left out any more */
	bool		followed;		/* observers are told of the items, when all is done */
	List	   *plans;			/* of SetPlan */

	/*
	 * Where the targets are that have been locked, by item; NULL: nobody
	 * wants to know. Then the relation of the items has it; but it holds only
	 * as long as no statement has written their table, and nothing in the
	 * catalogs has changed: it may have got a child.
	 */
	ItemPointerData *places;
	bool		is_placed;
	uint64		placed_as_of;	/* this count of catalog_changes */

	/* Before anything is written */
	List	   *ahead;			/* of Statement: those that will write for each item, but the first */
	Bitmapset  *known;			/* slots that have by then what they will have */
} ItemSet;

/* In how many statements of a set it is looked for the items that they fail with. */
#define GUARDED_AT_MOST	3

/* How many pieces of one may go well while that is looked for: each has a subtransaction until that ends. */
#define SEARCH_AT_MOST	12

/* How many items of a set may fail and be left out. */
#define FAILED_AT_MOST(count)	(16 + (count) / 8)

/* Makes a set with an item for each call; SPI is connected, and stays so. */
extern ItemSet *item_set_make(Frame *frame, ManyCall *call);

/* Gives the frame back its own slots, which are empty. */
extern void item_set_end(ItemSet *set);

/* The frame has the slots of an item until it leaves it. */
extern void item_enter(ItemSet *set, int item);
extern void item_leave(ItemSet *set, int item);

/*
 * Is it looked for the items with which a statement fails that writes? They are left out; or
 * if something has been written all are given up, and the caller is told of those.
 */
extern bool item_set_searches(const ItemSet *set);

/* Leaves out an item that has failed. */
extern void item_leave_failed(ItemSet *set, int item);

/*
 * Calls one(set, item, arg) for each active item; where it answers false, the item is not
 * active any more. It enters the item by itself.
 */
extern void item_set_walk(ItemSet *set, bool (*one) (ItemSet *set, int item, void *arg), void *arg);

/* Calls fn for each active item, which is entered; where it answers false, the item is not active any more. */
extern void item_set_each(ItemSet *set, Instruction *step, bool (*fn) (Frame *frame, void *arg), void *arg);

/* Only those items stay active that go on; see Item.out and Item.stopped. */
extern void item_set_sift(ItemSet *set);

/* The set cannot do what it is to do: raises. */
pg_noreturn extern void item_set_give_up(const ItemSet *set, const char *why);

/* Goes on without an item, if that can be; or gives up. */
extern void item_leave_out(ItemSet *set, int item, const char *why);

/* What the last statement has found is of no interest any more: rows and keys of the active items. */
extern void item_rows_forget(ItemSet *set);

/*
 * Which items have the same target: by item, one of those that have its target, the same
 * for all of them; -1, as in the beginning: none was found. The call is told: each has
 * the target of the first of them.
 */
extern int *item_groups_begin(const ItemSet *set);
extern void item_groups_tell(const ItemSet *set, const int *groups);

/* Notes what is to be told of an item that is entered. */
extern void item_note(ItemSet *set, int item, const ItemEvent *event);

#endif
