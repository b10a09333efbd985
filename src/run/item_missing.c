/*
 * item_missing.c
 *		Finds the items, of many, that refer to rows that are not there, as foreign keys
 *		would find out one by one, when all is written.
 *
 * Before anything is written, it is looked ahead so for the keys whose values are known
 * then: who would be refused is left out, to fail alone (bulk/bulk_set.c), instead of
 * having all undone. What is found, or not, is a guess: a wrong one costs time, and
 * nothing else.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "base/error.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "lookup/canonical.h"
#include "lookup/key.h"
#include "lookup/table_name.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "run/item_missing.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"
#include "utils/relcache.h"
#include "utils/syscache.h"

void
referring_begin(Referring *referring, const ForeignKeyCacheInfo *key)
{
	referring->key = key;
	referring->place = 0;
	referring->tupdesc = CreateTemplateTupleDesc(key->nkeys + 1);
	for (int i = 0; i < key->nkeys; i++)
	{
		Oid			type;
		int32		typmod;
		Oid			collation;

		get_atttypetypmodcoll(key->conrelid, key->conkey[i], &type, &typmod, &collation);
		TupleDescInitEntry(referring->tupdesc, i + 1, psprintf("$%d", i + 1), type, typmod, 0);
	}
	TupleDescInitEntry(referring->tupdesc, key->nkeys + 1, ITEM_COLUMN, INT4OID, -1, 0);
	TupleDescFinalize(referring->tupdesc);
	referring->rows = tuplestore_begin_heap(false, false, work_mem);
}

void
referring_end(Referring *referring)
{
	tuplestore_end(referring->rows);
}

void
referring_take(ItemReceiver *receiver, int item, const TupleTableSlot *tuple)
{
	const Referring *referring = receiver->arg;
	Datum		values[INDEX_MAX_KEYS + 1];
	bool		nulls[INDEX_MAX_KEYS + 1];
	int			n = referring->key->nkeys;

	memcpy(values, tuple->tts_values + referring->place, sizeof(Datum) * n);
	memcpy(nulls, tuple->tts_isnull + referring->place, sizeof(bool) * n);
	values[n] = Int32GetDatum(item);
	nulls[n] = false;
	tuplestore_putvalues(referring->rows, referring->tupdesc, values, nulls);
}

/* What finds those whose row is not there. */
static char *
missing_text(const ForeignKeyCacheInfo *key)
{
	StringInfoData text;
	StringInfoData equal;

	initStringInfo(&text);
	initStringInfo(&equal);
	appendStringInfo(&text, "SELECT \"" ITEMS_ALIAS "\".\"" ITEM_COLUMN "\" FROM \"" ITEMS_RELATION
					 "\" AS \"" ITEMS_ALIAS "\" WHERE ");
	for (int i = 0; i < key->nkeys; i++)
	{
		appendStringInfo(&text, "\"" ITEMS_ALIAS "\".\"$%d\" IS NOT NULL AND ", i + 1);
		appendStringInfo(&equal, "%sthis.%s %s \"" ITEMS_ALIAS "\".\"$%d\"", i > 0 ? " AND " : "",
						 quote_identifier(get_attname(key->confrelid, key->confkey[i], false)),
						 operator_text(key->conpfeqop[i]), i + 1);
	}
	appendStringInfo(&text, "NOT EXISTS (SELECT FROM %s%s AS this WHERE %s)",
					 get_rel_relkind(key->confrelid) == RELKIND_PARTITIONED_TABLE ? "" : "ONLY ",
					 relation_name_sql(key->confrelid), equal.data);
	return text.data;
}

/* As the owner of the table, as foreign keys look. */
void
referring_find_missing(const Referring *referring, int count,
					   void (*take) (ItemReceiver *receiver, int item, const TupleTableSlot *tuple), void *arg)
{
	ItemReceiver receiver = {.take = take, .arg = arg};
	SPIExecuteOptions options = {.dest = (DestReceiver *) &receiver};
	Oid			user;
	int			security;

	item_receiver_init(&receiver);
	items_register(count, referring->tupdesc, referring->rows);
	GetUserIdAndSecContext(&user, &security);
	SetUserIdAndSecContext(table_owner(referring->key->confrelid),
						   security | SECURITY_LOCAL_USERID_CHANGE | SECURITY_NOFORCE_RLS);
	if (SPI_execute_extended(missing_text(referring->key), &options) != SPI_OK_SELECT)
		elog(ERROR, "could not look for what rows refer to");
	SetUserIdAndSecContext(user, security);
	items_unregister();
}

/* A look ahead for one foreign key of a statement. */
typedef struct LookAhead
{
	ItemSet    *set;
	Statement  *many;
	const ForeignKeyCacheInfo *key;
	const List *values;			/* of int: the numbers of the values that the columns get */
	int		   *missing;		/* items whose row is not there */
	int			nmissing;
} LookAhead;

/* Are rows checked as they are written, and were those that are there? */
static bool
key_is_checked(const ForeignKeyCacheInfo *key)
{
	HeapTuple	tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(key->conoid));
	const FormData_pg_constraint *constraint;
	bool		checked;

	if (!HeapTupleIsValid(tuple))
		return false;
	constraint = (const FormData_pg_constraint *) GETSTRUCT(tuple);
	checked = constraint->convalidated && !constraint->condeferrable &&
		constraint->confmatchtype == FKCONSTR_MATCH_SIMPLE;
	ReleaseSysCache(tuple);
	return checked;
}

/* Does its trigger run? */
static bool
key_is_enabled(const ForeignKeyCacheInfo *key, const TriggerDesc *triggers)
{
	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (trigger->tgconstraint == key->conoid && RI_FKey_trigger_type(trigger->tgfoid) == RI_TRIGGER_FK)
			return SessionReplicationRole != SESSION_REPLICATION_ROLE_REPLICA &&
				trigger->tgenabled == TRIGGER_FIRES_ON_ORIGIN;
	}
	return false;
}

/* The number of the value that a column is given, if all it reads is known; or 0. */
static int
value_of_column(const ItemSet *set, const Statement *many, AttrNumber column)
{
	ListCell   *cell;

	foreach(cell, many->scope->placeholders)
	{
		const Placeholder *placeholder = lfirst(cell);
		ListCell   *slot;

		if (placeholder->value->relation != many->relation || placeholder->value->attnum != column)
			continue;
		foreach(slot, placeholder->slots)
		{
			if (!bms_is_member(lfirst_int(slot), set->known))
				return 0;
		}
		return foreach_current_index(cell) + 1;
	}
	return 0;
}

/* The numbers of those of the columns of a key; NIL unless each has one. That of the target is there. */
static List *
values_of_key(const ItemSet *set, const Statement *many, const ForeignKeyCacheInfo *key)
{
	const Row  *target = set->frame->program->target;
	bool		bare = target != NULL && target->relation == key->confrelid;
	List	   *values = NIL;

	for (int i = 0; i < key->nkeys; i++)
	{
		int			value = value_of_column(set, many, key->conkey[i]);

		if (value == 0)
			return NIL;
		bare = bare && ((const Placeholder *) list_nth(many->scope->placeholders, value - 1))->bare;
		values = lappend_int(values, value);
	}
	return bare ? NIL : values;
}

/* Does a plan compute them as they will be computed, and do nothing else? */
static bool
plan_fits(SPIPlanPtr plan, const Referring *referring)
{
	const CachedPlanSource *source = linitial(SPI_plan_get_plan_sources(plan));

	for (int i = 0; i < referring->key->nkeys; i++)
		if (TupleDescAttr(source->resultDesc, i)->atttypid != TupleDescAttr(referring->tupdesc, i)->atttypid)
			return false;
	return !contain_volatile_functions(linitial(source->query_list));
}

/* Takes an item. */
static void
take_missing(ItemReceiver *receiver, int item, const TupleTableSlot *tuple)
{
	LookAhead  *ahead = receiver->arg;

	ahead->missing[ahead->nmissing++] = item;
}

/* Finds those whose row is not there. */
static void
look_ahead(void *arg)
{
	LookAhead  *ahead = arg;
	Referring	referring;
	ItemReceiver receiver = {.take = referring_take, .arg = &referring};
	Scope	   *scope;
	char	   *text = statement_values_text(ahead->many, ahead->values, &scope);
	SPIPlanPtr	plan = item_plan_prepare(ahead->set, ahead->set->nactive, text, scope->parameters, scope);

	referring_begin(&referring, ahead->key);
	if (plan_fits(plan, &referring))
	{
		(void) item_plan_run(ahead->set, plan, scope->parameters, &receiver);
		referring_find_missing(&referring, receiver.rows, take_missing, ahead);
	}
	referring_end(&referring);
}

/* Looks ahead for one foreign key; what goes wrong will, or not, when the statement runs. */
static void
look_ahead_for(LookAhead *ahead)
{
	Caught	   *caught;

	ahead->missing = palloc(sizeof(int) * ahead->set->nactive);
	ahead->nmissing = 0;
	caught = caught_undone(look_ahead, ahead);
	if (caught != NULL)
	{
		(void) SPI_unregister_relation(ITEMS_RELATION);
		if (!caught_may_be_handled(caught))
			error_throw_on(caught->error);
		caught_free(caught);
		return;
	}
	/* however many there are: nothing has been done for them yet */
	for (int i = 0; i < ahead->nmissing; i++)
	{
		ahead->set->call->failed[ahead->missing[i]] = true;
		item_leave_out(ahead->set, ahead->missing[i], "what an item refers to is not there");
	}
	item_set_sift(ahead->set);
}

/* Looks ahead for the foreign keys of a statement. */
static void
look_ahead_of(ItemSet *set, Statement *statement)
{
	Relation	relation = relation_open(statement->relation, AccessShareLock);
	Statement  *many = statement_for_many(statement);
	List	   *keys = NIL;
	ListCell   *cell;

	foreach(cell, RelationGetFKeyList(relation))
	{
		ForeignKeyCacheInfo *key = lfirst(cell);

		if (key->confrelid != key->conrelid && key_is_checked(key) && key_is_enabled(key, relation->trigdesc))
			keys = lappend(keys, copyObject(key));
	}
	relation_close(relation, NoLock);
	foreach(cell, keys)
	{
		LookAhead	ahead = {.set = set, .many = many, .key = lfirst(cell)};

		ahead.values = values_of_key(set, many, ahead.key);
		if (ahead.values != NIL && set->nactive > 0)
			look_ahead_for(&ahead);
	}
}

void
item_set_look_ahead(ItemSet *set)
{
	List	   *statements = set->ahead;
	ListCell   *cell;

	set->ahead = NIL;
	foreach(cell, set->written ? NIL : statements)
		look_ahead_of(set, lfirst(cell));
}
