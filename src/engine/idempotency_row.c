/*
 * idempotency_row.c
 *		Rows of custom_actions.idempotency, read and written on nobody's behalf: the
 *		table is closed to users.
 *
 * Reading sees what others have committed by now, whatever the snapshot of the
 * transaction, and what they have not: who has written a row and still runs is
 * to be waited for. It takes no predicate locks, so a serializable transaction is
 * not held to what it did not see.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "base/compat.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "engine/idempotency_row.h"
#include "lookup/action_lookup.h"
#include "lookup/own_row.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#define TABLE_NAME	"idempotency"

enum
{
	KEY_DIGEST,
	ACTION,
	FUNCTION_ID,
	INVOKER_ID,
	SALT,
	INPUTS,
	REQUEST_DIGEST,
	RESPONSE,
	INVOCATION,
	CREATED_AT,
	COLUMNS						/* how many there are */
};

static const OwnColumn columns[COLUMNS] = {
	[KEY_DIGEST] = {"key_digest", BYTEAOID},
	[ACTION] = {"action", TEXTOID},
	[FUNCTION_ID] = {"function_id", OIDOID},
	[INVOKER_ID] = {"invoker_id", OIDOID},
	[SALT] = {"salt", BYTEAOID},
	[INPUTS] = {"inputs", INT4OID},
	[REQUEST_DIGEST] = {"request_digest", BYTEAOID},
	[RESPONSE] = {"response", BYTEAOID},
	[INVOCATION] = {"invocation", UUIDOID},
	[CREATED_AT] = {"created_at", TIMESTAMPTZOID}
};

static OwnTable table = {TABLE_NAME, COLUMNS, columns};

/* The table does not look as it should. */
pg_noreturn static void
refuse_table(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("table %s.%s is not as this version of custom_actions knows it", CA_SCHEMA, TABLE_NAME),
			 errhint("Run ALTER EXTENSION custom_actions UPDATE.")));
}

/* A bytea of some bytes. */
static Datum
bytes_datum(const void *bytes, Size length)
{
	bytea	   *datum = palloc(VARHDRSZ + length);

	SET_VARSIZE(datum, VARHDRSZ + length);
	memcpy(VARDATA(datum), bytes, length);
	return PointerGetDatum(datum);
}

/* Copies a bytea that has this length. */
static void
copy_bytes(void *bytes, Datum datum, Size length)
{
	bytea	   *stored = DatumGetByteaPP(datum);

	if (VARSIZE_ANY_EXHDR(stored) != length)
		refuse_table();
	memcpy(bytes, VARDATA_ANY(stored), length);
}

/* Takes what is needed of a row. */
static void
read_row(IdempotencyRow *row, Relation relation, HeapTuple tuple)
{
	int			columns_ever = RelationGetDescr(relation)->natts;	/* with dropped ones behind
																	 * ours */
	Datum	   *values = palloc(sizeof(Datum) * columns_ever);
	bool	   *nulls = palloc(sizeof(bool) * columns_ever);

	heap_deform_tuple(tuple, RelationGetDescr(relation), values, nulls);
	copy_bytes(row->salt, values[SALT], SALT_LENGTH);
	copy_bytes(row->request_digest, values[REQUEST_DIGEST], DIGEST_LENGTH);
	row->ninputs = DatumGetInt32(values[INPUTS]);
	row->response = DatumGetByteaPCopy(values[RESPONSE]);
	row->invocation = *DatumGetUUIDP(values[INVOCATION]);
}

/* Makes the condition that the first column is the digest. */
static void
key_digest_is(ScanKey condition, const IdempotencyRow *row)
{
	ScanKeyInit(condition, KEY_DIGEST + 1, BTEqualStrategyNumber, F_BYTEAEQ,
				bytes_datum(row->key_digest, DIGEST_LENGTH));
}

/* Looks in the table, which is open and ours. */
static bool
find_row(IdempotencyRow *row, Relation relation, TransactionId *other)
{
	SnapshotData snapshot;
	ScanKeyData condition;
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		found = false;

	InitDirtySnapshot(snapshot);
	list_free(RelationGetIndexList(relation));	/* finds the primary key */
	key_digest_is(&condition, row);
	scan = systable_beginscan(relation, relation->rd_pkindex, OidIsValid(relation->rd_pkindex),
							  &snapshot, 1, &condition);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple) && TransactionIdIsValid(snapshot.xmin))
		*other = snapshot.xmin;
	else if (HeapTupleIsValid(tuple))
	{
		read_row(row, relation, tuple);
		found = true;
	}
	systable_endscan(scan);
	return found;
}

bool
idempotency_row_find(IdempotencyRow *row, TransactionId *other)
{
	Oid			schema = get_namespace_oid(CA_SCHEMA, true);
	Oid			oid = OidIsValid(schema) ? get_relname_relid(TABLE_NAME, schema) : InvalidOid;
	Relation	relation;
	bool		found;

	*other = InvalidTransactionId;
	if (!OidIsValid(oid) || !own_rows_have_table(&table))
		refuse_table();
	relation = table_open(oid, AccessShareLock);
	found = find_row(row, relation, other);
	table_close(relation, AccessShareLock);
	return found;
}

void
idempotency_row_store(const IdempotencyRow *row)
{
	Datum		values[COLUMNS];
	bool		nulls[COLUMNS] = {false};
	OwnRow		own = {&table, values, nulls};

	values[KEY_DIGEST] = bytes_datum(row->key_digest, DIGEST_LENGTH);
	values[ACTION] = CStringGetTextDatum(row->action);
	values[FUNCTION_ID] = ObjectIdGetDatum(row->function);
	values[INVOKER_ID] = ObjectIdGetDatum(row->invoker);
	values[SALT] = bytes_datum(row->salt, SALT_LENGTH);
	values[INPUTS] = Int32GetDatum(row->ninputs);
	values[REQUEST_DIGEST] = bytes_datum(row->request_digest, DIGEST_LENGTH);
	values[RESPONSE] = PointerGetDatum(row->response);
	values[INVOCATION] = UUIDPGetDatum(&row->invocation);
	values[CREATED_AT] = TimestampTzGetDatum(GetCurrentTimestamp());
	if (!own_row_insert(&own))
		refuse_table();
}
