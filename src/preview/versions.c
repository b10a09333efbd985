/*
 * versions.c
 *		Finds the versions of rows that this transaction made or deleted.
 *
 * None of them can be gone: what a transaction in progress has made or deleted is
 * not cleaned up. A page that holds one is not all-visible, and has a record in the
 * WAL from the time when it got it; both are seen without looking at its rows.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/tableam.h"
#include "access/visibilitymap.h"
#include "access/xact.h"
#include "base/compat.h"
#include "catalog/pg_am.h"
#include "catalog/pg_index.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "preview/versions.h"
#include "storage/bufmgr.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#define ROWS_AT_FIRST	64

Versions *
versions_make(Relation relation, const CommandSpan *interval, int64 created, int64 deleted)
{
	HASHCTL		control = {.keysize = sizeof(ItemPointerData), .entrysize = sizeof(RowVersion)};
	Versions   *versions = palloc0(sizeof(Versions));

	versions->relation = relation;
	versions->interval = interval;
	versions->expect_created = created;
	versions->expect_deleted = deleted;
	control.hcxt = CurrentMemoryContext;
	versions->by_tid = hash_create("custom action row versions", ROWS_AT_FIRST, &control,
								   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	return versions;
}

bool
versions_are_complete(const Versions *versions)
{
	return versions->created == versions->expect_created && versions->deleted == versions->expect_deleted;
}

/* Was it made by this transaction since the begin? */
static bool
is_created(const CommandSpan *interval, HeapTupleHeader header, CommandId *cmin)
{
	if (!TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetXmin(header)))
		return false;
	*cmin = HeapTupleHeaderGetCmin(header);
	return *cmin >= interval->begin;
}

/* Was it replaced or deleted by this transaction since the begin? Locking it is neither. */
static bool
is_deleted(const CommandSpan *interval, HeapTupleHeader header, CommandId *cmax)
{
	if ((header->t_infomask & HEAP_XMAX_INVALID) || HEAP_XMAX_IS_LOCKED_ONLY(header->t_infomask) ||
		!TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetUpdateXid(header)))
		return false;
	*cmax = HeapTupleHeaderGetCmax(header);
	return *cmax >= interval->begin;
}

/* Where the version stands that replaced this one; itself if there is none in this table. */
static ItemPointerData
next_of(const HeapTuple tuple)
{
	return HeapTupleHeaderIndicatesMovedPartitions(tuple->t_data) ? tuple->t_self : tuple->t_data->t_ctid;
}

/* Takes a version if it is of interest; its buffer is locked. */
static void
consider(Versions *versions, HeapTuple tuple, Buffer buffer)
{
	const CommandSpan *interval = versions->interval;
	CommandId	cmin = InvalidCommandId;
	CommandId	cmax = InvalidCommandId;
	bool		created = is_created(interval, tuple->t_data, &cmin);
	bool		deleted = is_deleted(interval, tuple->t_data, &cmax);
	RowVersion *version;
	bool		found;

	if (!created && !deleted)
		return;
	version = hash_search(versions->by_tid, &tuple->t_self, HASH_ENTER, &found);
	if (found)
		return;
	memset((char *) version + sizeof(ItemPointerData), 0, sizeof(RowVersion) - sizeof(ItemPointerData));
	version->next = next_of(tuple);
	version->moved = deleted && HeapTupleHeaderIndicatesMovedPartitions(tuple->t_data);
	version->created = created;
	version->cmin = cmin;
	version->deleted = deleted;
	version->cmax = cmax;
	version->before = deleted && !created && HeapTupleSatisfiesVisibility(tuple, interval->before, buffer);
	version->after = created && !deleted && HeapTupleSatisfiesVisibility(tuple, interval->after, buffer);
	if (version->before || version->after)
		version->tuple = heap_copytuple(tuple);
	versions->created += created;
	versions->deleted += deleted;
	versions->found = lappend(versions->found, version);
}

/* Is this an index by which rows with such a key are found? */
static bool
index_serves(Relation relation, Relation index, const ToldKey *key)
{
	Form_pg_index form = index->rd_index;

	if (!form->indisunique || !form->indisvalid || index->rd_rel->relam != BTREE_AM_OID ||
		form->indnkeyatts != key->ncolumns ||
		!heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, NULL))
		return false;
	for (int i = 0; i < key->ncolumns; i++)
	{
		AttrNumber	number = form->indkey.values[i];

		if (number <= 0 ||
			strcmp(NameStr(TupleDescAttr(RelationGetDescr(relation), number - 1)->attname), key->names[i]) != 0)
			return false;
	}
	return true;
}

/* Opens the index by which rows with such a key are found, or NULL. */
static Relation
open_index(Relation relation, const ToldKey *key)
{
	Relation	found = NULL;
	ListCell   *cell;

	foreach(cell, RelationGetIndexList(relation))
	{
		Relation	index = index_open(lfirst_oid(cell), AccessShareLock);

		if (index_serves(relation, index, key))
		{
			found = index;
			break;
		}
		index_close(index, NoLock);
	}
	return found;
}

/* What the index compares each of its columns by. */
static void
init_scan_keys(Relation index, ScanKey keys, int count)
{
	for (int i = 0; i < count; i++)
	{
		Oid			operator = get_opfamily_member(index->rd_opfamily[i], index->rd_opcintype[i],
												   index->rd_opcintype[i], BTEqualStrategyNumber);

		if (!OidIsValid(operator))
			elog(ERROR, "index \"%s\" has no equality operator", RelationGetRelationName(index));
		ScanKeyEntryInitialize(&keys[i], 0, i + 1, BTEqualStrategyNumber, InvalidOid,
							   index->rd_indcollation[i], get_opcode(operator), (Datum) 0);
	}
}

/* Considers all versions with a key. */
static void
scan_key(Versions *versions, IndexScanDesc scan, ScanKey keys, const ToldRow *row, TupleTableSlot *slot)
{
	for (int i = 0; i < row->key->ncolumns; i++)
	{
		if (row->values[i].isnull)
			return;
		keys[i].sk_argument = row->values[i].value;
	}
	index_rescan(scan, keys, row->key->ncolumns, NULL, 0);
	while (index_getnext_slot(scan, ForwardScanDirection, slot))
	{
		BufferHeapTupleTableSlot *heap = (BufferHeapTupleTableSlot *) slot;

		LockBuffer(heap->buffer, BUFFER_LOCK_SHARE);
		consider(versions, heap->base.tuple, heap->buffer);
		LockBuffer(heap->buffer, BUFFER_LOCK_UNLOCK);
	}
}

/* Looks for the rows that were told of by one key. */
static void
search_by_key(Versions *versions, Relation index, const ToldKey *key, const Watch *watch)
{
	ScanKeyData keys[INDEX_MAX_KEYS];
	TupleTableSlot *slot = table_slot_create(versions->relation, NULL);
	IndexScanDesc scan;

	init_scan_keys(index, keys, key->ncolumns);

	/*
	 * any version there is: whose it is, and who sees it, is for us to find
	 * out
	 */
	scan = index_beginscan(versions->relation, index, SnapshotAny, NULL, key->ncolumns, 0, 0);
	for (int i = 0; i < watch->nrows && !versions_are_complete(versions); i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (watch->rows[i].key == key)
			scan_key(versions, scan, keys, &watch->rows[i], slot);
	}
	index_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
}

void
versions_by_keys(Versions *versions, Oid told, const Watch *watch)
{
	ListCell   *cell;

	foreach(cell, watch->keys)
	{
		const ToldKey *key = lfirst(cell);
		Relation	index;

		if (key->relation != told)
			continue;
		index = open_index(versions->relation, key);
		if (index == NULL)
			continue;
		search_by_key(versions, index, key, watch);
		index_close(index, NoLock);
	}
}

BlockNumber
versions_pages(const Versions *versions)
{
	BlockNumber pages = RelationGetNumberOfBlocks(versions->relation);
	BlockNumber visible;

	visibilitymap_count(versions->relation, &visible, NULL);
	return pages - Min(pages, visible);
}

/* Considers the versions on a page, if it has changed since. */
static void
read_page(Versions *versions, BlockNumber number, BufferAccessStrategy strategy)
{
	Relation	relation = versions->relation;
	Buffer		buffer = ReadBufferExtended(relation, MAIN_FORKNUM, number, RBM_NORMAL, strategy);
	Page		page = BufferGetPage(buffer);

	LockBuffer(buffer, BUFFER_LOCK_SHARE);
	if (!RelationNeedsWAL(relation) || BufferGetLSNAtomic(buffer) > versions->interval->since)
		for (OffsetNumber offset = FirstOffsetNumber; offset <= PageGetMaxOffsetNumber(page); offset++)
		{
			ItemId		item = PageGetItemId(page, offset);
			HeapTupleData tuple;

			if (!ItemIdIsNormal(item))
				continue;
			tuple.t_data = (HeapTupleHeader) PageGetItem(page, item);
			tuple.t_len = ItemIdGetLength(item);
			tuple.t_tableOid = RelationGetRelid(relation);
			ItemPointerSet(&tuple.t_self, number, offset);
			consider(versions, &tuple, buffer);
		}
	UnlockReleaseBuffer(buffer);
}

void
versions_by_pages(Versions *versions)
{
	BlockNumber pages = RelationGetNumberOfBlocks(versions->relation);
	BufferAccessStrategy strategy = GetAccessStrategy(BAS_BULKREAD);
	Buffer		map = InvalidBuffer;

	for (BlockNumber number = 0; number < pages && !versions_are_complete(versions); number++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!VM_ALL_VISIBLE(versions->relation, number, &map))
			read_page(versions, number, strategy);
	}
	if (BufferIsValid(map))
		ReleaseBuffer(map);
	FreeAccessStrategy(strategy);
}

RowVersion *
version_next(const Versions *versions, const RowVersion *version)
{
	RowVersion *next;

	if (!version->deleted || ItemPointerEquals(unconstify(ItemPointerData *, &version->next),
											   unconstify(ItemPointerData *, &version->tid)))
		return NULL;
	next = hash_search(versions->by_tid, &version->next, HASH_FIND, NULL);
	return next != NULL && next->created ? next : NULL;
}

void
versions_link(Versions *versions)
{
	ListCell   *cell;

	foreach(cell, versions->found)
	{
		RowVersion *version = lfirst(cell);
		RowVersion *next = version_next(versions, version);

		if (next != NULL)
			next->previous = version;
	}
}
