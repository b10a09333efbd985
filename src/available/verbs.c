/*
 * verbs.c
 *		The published actions of this database.
 *
 * Their source says which table each is bound to, also where no dependency is
 * recorded, as of those that are not active. All of them are read when somebody asks
 * first, and again when a function has changed. What is read is copied for who asks:
 * looking at one may make the list anew.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/skey.h"
#include "access/table.h"
#include "available/verbs.h"
#include "base/json.h"
#include "base/text_list.h"
#include "catalog/pg_proc.h"
#include "definition/envelope.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

static MemoryContext verbs_mcxt = NULL; /* of what was read last, or NULL */
static List *verbs = NIL;		/* of Verb, by name */
static bool verbs_stale = true; /* a function has changed since */

/* Notes that a function has changed. */
static void
verbs_function_changed(Datum arg, int cacheid, uint32 hash)
{
	verbs_stale = true;
}

/* Must a caller give this input? */
static bool
input_is_required(const Json *input)
{
	return json_get(input, "default") == NULL && json_get_boolean(input, "required", true);
}

/* The names of the inputs that a caller must give. */
static List *
required_inputs(const Json *definition)
{
	const Json *inputs = json_get(definition, "input");
	List	   *required = NIL;

	for (int i = 0; inputs != NULL && inputs->kind == JSON_IS_ARRAY && i < inputs->count; i++)
		if (json_get_text(inputs->items[i], "name") != NULL && input_is_required(inputs->items[i]))
			required = lappend(required, pstrdup(json_get_text(inputs->items[i], "name")));
	return required;
}

/* Reads the source of an action; NULL if it is none that could run. */
static Verb *
read_verb(Oid function, char *source)
{
	const Json *envelope;
	const Json *definition;
	const char *table;
	const char *title;
	const char *binding;
	Verb	   *verb;

	(void) source_cut_facts(source);
	envelope = json_parse_or_null(source);
	definition = envelope != NULL ? json_get(envelope, "definition") : NULL;
	if (definition == NULL || definition->kind != JSON_IS_OBJECT)
		return NULL;
	table = json_get_text(definition, "table");
	title = json_get_text(definition, "title");
	binding = json_get_text(definition, "binding");
	verb = palloc0(sizeof(Verb));
	verb->function = function;
	verb->name = function_name_canonical(function);
	verb->table = table != NULL ? spelling_canonical(pstrdup(table)) : NULL;
	verb->collection = binding != NULL && strcmp(binding, "collection") == 0;
	verb->title = title != NULL ? pstrdup(title) : verb->name;
	verb->required = required_inputs(definition);
	return verb;
}

/* For list_sort(): by name. */
static int
verb_compare(const ListCell *a, const ListCell *b)
{
	return strcmp(((const Verb *) lfirst(a))->name, ((const Verb *) lfirst(b))->name);
}

/* Reads all actions that are published. */
static List *
read_verbs(void)
{
	Relation	relation = table_open(ProcedureRelationId, AccessShareLock);
	List	   *found = NIL;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_proc_prolang, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(action_language()));
	scan = systable_beginscan(relation, InvalidOid, false, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;
		Datum		source = heap_getattr(tuple, Anum_pg_proc_prosrc, RelationGetDescr(relation), &isnull);
		Verb	   *verb;

		CHECK_FOR_INTERRUPTS();
		verb = isnull ? NULL : read_verb(((Form_pg_proc) GETSTRUCT(tuple))->oid, TextDatumGetCString(source));
		if (verb != NULL)
			found = lappend(found, verb);
	}
	systable_endscan(scan);
	table_close(relation, AccessShareLock);
	list_sort(found, verb_compare);
	return found;
}

/* Reads them where something has changed; what is there already stays until all is read. */
static void
refresh_verbs(void)
{
	static bool registered = false;
	MemoryContext mcxt;
	MemoryContext old;

	if (!registered)
		CacheRegisterSyscacheCallback(PROCOID, verbs_function_changed, (Datum) 0);
	registered = true;
	AcceptInvalidationMessages();
	if (!verbs_stale)
		return;
	mcxt = AllocSetContextCreate(CurrentMemoryContext, "custom action verbs", ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(mcxt);
	verbs_stale = false;
	PG_TRY();
	{
		List	   *read = read_verbs();

		MemoryContextSetParent(mcxt, CacheMemoryContext);
		if (verbs_mcxt != NULL)
			MemoryContextDelete(verbs_mcxt);
		verbs_mcxt = mcxt;
		verbs = read;
	}
	PG_CATCH();
	{
		verbs_stale = true;
		PG_RE_THROW();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(old);
}

/* A copy that stays as it is. */
static Verb *
verb_copy(const Verb *verb)
{
	Verb	   *copy = palloc(sizeof(Verb));
	ListCell   *cell;

	*copy = *verb;
	copy->name = pstrdup(verb->name);
	copy->title = pstrdup(verb->title);
	copy->required = NIL;
	foreach(cell, verb->required)
		copy->required = lappend(copy->required, pstrdup(lfirst(cell)));
	return copy;
}

List *
verbs_of_tables(const List *tables, bool collection)
{
	List	   *found = NIL;
	ListCell   *cell;

	refresh_verbs();
	foreach(cell, verbs)
	{
		const Verb *verb = lfirst(cell);

		if (verb->table != NULL && verb->collection == collection && text_list_has(tables, verb->table))
			found = lappend(found, verb_copy(verb));
	}
	return found;
}
