/*
 * target_fetch.h
 *		Loads the bound row without a statement.
 */
#ifndef CA_TARGET_FETCH_H
#define CA_TARGET_FETCH_H

#include "postgres.h"

#include "access/skey.h"
#include "compile/compiler.h"
#include "run/catalog_changes.h"
#include "run/frame.h"

/* How rows of the target's table are found by its key. */
typedef struct TargetFetch
{
	Oid			relation;
	Oid			index;
	bool		locks;			/* the row, as program->target_lock says */
	int			nkeys;
	ScanKeyData keys[INDEX_MAX_KEYS];	/* by column of the table, in the order of the index */
	int			key_slots[INDEX_MAX_KEYS];

	AttrNumber *columns;		/* by place in the load's slots; NULL: not known yet */
	bool		reads_more;		/* than columns: then it is never known */
	Bitmapset  *read;			/* these and those of the key */

	KnownUser	allowed;		/* that */
} TargetFetch;

/* After the load is compiled: makes program->target_fetch where the row may be fetched. */
extern void target_fetch_compile(Compiler *compiler);

/*
 * Fetches the row in the load's place, locks it as the load does, and fills its slots.
 * False: that is not possible now. Else in found whether there is one.
 */
extern bool target_fetch(Frame *frame, bool *found);

/*
 * What it is made of, for who fetches several (targets_fetch.c): how it is done by the
 * key alone, or NULL if the table, which is plain, has no index for that; ...
 */
extern TargetFetch *target_fetch_make(const Program *program, bool locks);

/* ... which columns the load reads, if that is known now; ... */
extern bool target_fetch_learn(const Program *program, TargetFetch *fetch);

/* ... whether it may be done just now, which locks the table; ... */
extern bool target_fetch_is_possible(const Frame *frame, TargetFetch *fetch);

/* ... what is around it, as a statement of its own; ... */
extern Relation target_fetch_begin(Frame *frame, const TargetFetch *fetch);
extern void target_fetch_end(Frame *frame, Relation relation);

/* ... the keys; false: one is NULL, so there is no row; ... */
extern bool target_fetch_fill_keys(const Frame *frame, const TargetFetch *fetch, ScanKeyData *keys);

/* ... locking the row that was found, or what it has become, which is then in the slot, false: it is gone; ... */
extern bool target_fetch_lock(const Frame *frame, TargetFetch *fetch, Relation relation, ItemPointer place,
							  TupleTableSlot *row);

/* ... and putting its columns where they belong. */
extern void target_fetch_land(Frame *frame, const TargetFetch *fetch, TupleTableSlot *row);

#endif
