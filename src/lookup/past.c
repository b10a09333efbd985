/*
 * past.c
 *		The catalogs as the current command found them.
 *
 * A command that changes catalogs leaves the rows that it found where they
 * are, until its transaction has ended: a snapshot of the command's start still
 * sees them. PostgreSQL reads catalogs by a snapshot of the caller's while it
 * decodes WAL; this uses the same door. Caches are emptied on the way in and
 * on the way out, which is expensive: for what is going to fail, or nearly so.
 *
 * Inside, everything that goes through caches or catalog scans sees the past:
 * names, types, privileges. Tables of users do not: they are read by the active
 * snapshot. So fn() only compiles. It must not write, as rows would go to
 * catalogs that it does not see as they are, and nothing it has looked up may be
 * used outside, not even a Relation: it is of the past. Errors may leave it; the
 * caches are emptied again all the same. It cannot be nested, nor used while WAL
 * is decoded, which past_is_known() asks.
 */
#include "postgres.h"

#include "lookup/past.h"
#include "utils/inval.h"
#include "utils/relcache.h"
#include "utils/snapmgr.h"

bool
past_is_known(void)
{
	return ActiveSnapshotSet() && !HistoricSnapshotActive();
}

/*
 * Empties the caches of catalogs. Relations made or rewritten in this
 * transaction are left out by that, so the ones that count are named.
 */
static void
forget_catalogs(const List *relations)
{
	ListCell   *cell;

	InvalidateSystemCaches();
	foreach(cell, relations)
		RelationCacheInvalidateEntry(lfirst_oid(cell));
}

/*
 * A snapshot of now, to which the current command has not happened. The
 * command's own one is not good enough: in a transaction of REPEATABLE READ it
 * does not see what others have committed since.
 */
static Snapshot
past_snapshot(void)
{
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());

	snapshot->curcid = GetActiveSnapshot()->curcid;
	return snapshot;
}

void
past_call(const List *relations, void (*fn) (void *arg), void *arg)
{
	Snapshot	snapshot = past_snapshot();

	PG_TRY();
	{
		SetupHistoricSnapshot(snapshot, NULL);
		forget_catalogs(relations);
		fn(arg);
	}
	PG_FINALLY();
	{
		TeardownHistoricSnapshot(false);
		forget_catalogs(relations);
	}
	PG_END_TRY();
	UnregisterSnapshot(snapshot);
}
