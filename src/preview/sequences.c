/*
 * sequences.c
 *		The sequences of the database, as they were before an action.
 *
 * Numbers that were taken are not given back, so what a sequence said before can be
 * known only from a note. Whoever takes one holds a lock on the sequence to the end
 * of his transaction; of one that the transaction has used before, be it in another
 * preview, the lock tells nothing, and what the sequence says does.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "base/compat.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_sequence.h"
#include "commands/sequence.h"
#include "miscadmin.h"
#include "preview/sequences.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "utils/hsearch.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#define ROOM_AT_FIRST	64

/* What a sequence was before. */
typedef struct SequenceState
{
	Oid			sequence;		/* hash key */
	bool		readable;		/* the rest is known */
	bool		used;			/* by this transaction */
	int64		last;
	bool		called;
} SequenceState;

struct Sequences
{
	HTAB	   *states;			/* of SequenceState */
};

/* Has this transaction taken numbers of a sequence? */
static bool
is_used(Oid sequence)
{
	LOCKTAG		tag;

	SET_LOCKTAG_RELATION(tag, MyDatabaseId, sequence);
	return LockHeldByMe(&tag, RowExclusiveLock, false);
}

/* The first page of a relation that is locked and not temporary, pinned. */
static Buffer
read_page_unopened(Form_pg_class class)
{
	RelFileLocator file = {
		.dbOid = MyDatabaseId,
		.spcOid = OidIsValid(class->reltablespace) ? class->reltablespace : MyDatabaseTableSpace,
		.relNumber = class->relfilenode
	};

	return ReadBufferWithoutRelcache(file, MAIN_FORKNUM, 0, RBM_NORMAL, NULL,
									 class->relpersistence == RELPERSISTENCE_PERMANENT);
}

/* The page of a sequence, pinned; its relation is locked. InvalidBuffer: it is none that can be read. */
static Buffer
sequence_page(Form_pg_class class)
{
	Relation	relation;
	Buffer		page;

	if (class->relkind != RELKIND_SEQUENCE)
		return InvalidBuffer;
	if (class->relpersistence != RELPERSISTENCE_TEMP)
		return read_page_unopened(class);
	if (!isTempNamespace(class->relnamespace))
		return InvalidBuffer;
	relation = relation_open(class->oid, NoLock);
	page = ReadBuffer(relation, 0);
	relation_close(relation, NoLock);
	return page;
}

/* Reads what a sequence says from its page, which is given back. */
static void
read_sequence_page(Buffer page, int64 *last, bool *called)
{
	HeapTupleData tuple;
	Form_pg_sequence_data data;

	LockBuffer(page, BUFFER_LOCK_SHARE);
	tuple.t_data = (HeapTupleHeader) PageGetItem(BufferGetPage(page),
												 PageGetItemId(BufferGetPage(page), FirstOffsetNumber));
	data = (Form_pg_sequence_data) GETSTRUCT(&tuple);
	*last = data->last_value;
	*called = data->is_called;
	UnlockReleaseBuffer(page);
}

/*
 * Reads a sequence; false if it is another session's, or being changed. There may be
 * ten thousand of them, and relations that are opened stay in the session's cache: so
 * they are not.
 */
static bool
read_sequence(Oid sequence, int64 *last, bool *called)
{
	HeapTuple	tuple;
	Buffer		page = InvalidBuffer;

	if (!ConditionalLockRelationOid(sequence, AccessShareLock))
		return false;
	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(sequence));
	if (HeapTupleIsValid(tuple))
	{
		page = sequence_page((Form_pg_class) GETSTRUCT(tuple));
		ReleaseSysCache(tuple);
	}
	if (BufferIsValid(page))
		read_sequence_page(page, last, called);
	UnlockRelationOid(sequence, AccessShareLock);
	return BufferIsValid(page);
}

Sequences *
sequences_note(void)
{
	HASHCTL		control = {.keysize = sizeof(Oid), .entrysize = sizeof(SequenceState), .hcxt = CurrentMemoryContext};
	Sequences  *sequences = palloc(sizeof(Sequences));
	Relation	relation = table_open(SequenceRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(relation, InvalidOid, false, NULL, 0, NULL);
	HeapTuple	tuple;

	sequences->states = hash_create("custom action sequences", ROOM_AT_FIRST, &control,
									HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Oid			sequence = ((Form_pg_sequence) GETSTRUCT(tuple))->seqrelid;
		SequenceState *state = hash_search(sequences->states, &sequence, HASH_ENTER, NULL);

		CHECK_FOR_INTERRUPTS();
		state->used = is_used(sequence);
		state->readable = read_sequence(sequence, &state->last, &state->called);
	}
	systable_endscan(scan);
	table_close(relation, AccessShareLock);
	return sequences;
}

bool
sequences_gave(const Sequences *sequences, Oid sequence, int64 number)
{
	const SequenceState *state = hash_search(sequences->states, &sequence, HASH_FIND, NULL);
	HeapTuple	tuple = SearchSysCache1(SEQRELID, ObjectIdGetDatum(sequence));
	int64		increment;
	int64		cached;
	int64		first;
	int64		last;
	bool		called;

	if (!HeapTupleIsValid(tuple))
		return false;
	increment = ((Form_pg_sequence) GETSTRUCT(tuple))->seqincrement;
	cached = ((Form_pg_sequence) GETSTRUCT(tuple))->seqcache;
	ReleaseSysCache(tuple);
	if (state == NULL || !state->readable || !read_sequence(sequence, &last, &called) || !called)
		return false;
	first = state->last - (cached - 1) * increment;
	if (increment < 0)
		return number >= last && (number < first || (number == first && !state->called));
	return number <= last && (number > first || (number == first && !state->called));
}

/* Does a sequence say something else than before? */
static bool
is_moved(const SequenceState *state)
{
	int64		last;
	bool		called;

	return state->readable && read_sequence(state->sequence, &last, &called) &&
		(last != state->last || called != state->called);
}

List *
sequences_advanced(const Sequences *sequences)
{
	List	   *advanced = NIL;
	HASH_SEQ_STATUS status;
	const SequenceState *state;

	hash_seq_init(&status, sequences->states);
	while ((state = hash_seq_search(&status)) != NULL)
		if (is_used(state->sequence) && (!state->used || is_moved(state)))
			advanced = lappend_oid(advanced, state->sequence);
	list_sort(advanced, list_oid_cmp);
	return advanced;
}
