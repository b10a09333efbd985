/*
 * model.c
 *		Reads published actions for who describes them.
 *
 * Types come from the function's row in pg_proc, which PostgreSQL keeps true; the
 * definition in its source adds type modifiers and what people call things. So
 * nothing is compiled, no name is resolved that could fail, and no table is locked.
 * Anybody can make a function whose source is nonsense: lists pass over it.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/skey.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "base/compat.h"
#include "base/error.h"
#include "base/json_member.h"
#include "base/sqlstate.h"
#include "catalog/namespace.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "definition/envelope.h"
#include "definition/keys.h"
#include "lookup/action_access.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "lookup/function_arguments.h"
#include "lookup/key.h"
#include "lookup/table_name.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/bitmapset.h"
#include "nodes/makefuncs.h"
#include "parser/parse_type.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "web/model.h"

/* Of agents' descriptions, in characters */
#define SHORTEST_AGENT_DESCRIPTION	40

/* What is asked for of many. */
typedef struct WebFilter
{
	Datum		pattern;		/* of LIKE, or 0 */
	int			visibility;		/* a Visibility */
} WebFilter;

/* The words of "visibility" */
static const char visibility_words[] = "public internal agent";

/* A visibility by its word; raises if it is none. */
static int
visibility_of(const char *word)
{
	const char *choice;

	if (word == NULL)
		return VISIBLE_TO_ALL;
	for (int i = 0; (choice = choice_at(visibility_words, i)) != NULL; i++)
		if (strcmp(choice, word) == 0)
			return i;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("visibility cannot be \"%s\"", word),
			 errhint("It is one of: public (those shown to everybody), internal (all), agent (those for agents that say what they do).")));
	return VISIBLE_TO_ALL;		/* keep compiler quiet */
}

/* The text of a member of the definition in a source, or NULL. */
static const char *
source_member(const char *source, const char *path)
{
	StringInfoData text;

	initStringInfo(&text);
	return json_member(source, path, &text) ? text.data : NULL;
}

/* Does an action say what it does, so that a program could choose it? */
static bool
says_what_it_does(const char *source)
{
	const char *description = source_member(source, "definition\0description\0");

	return description != NULL && pg_mbstrlen(description) >= SHORTEST_AGENT_DESCRIPTION;
}

/* Is an action with this source to be listed? */
static bool
source_passes(const WebFilter *filter, const char *source)
{
	const char *active = source_member(source, "active\0");
	const char *word = source_member(source, "definition\0visibility\0");

	if (active == NULL || strcmp(active, "true") != 0)
		return false;
	if (word == NULL)
		word = "public";
	switch (filter->visibility)
	{
		case VISIBLE_INTERNALLY:
			return true;
		case VISIBLE_TO_AGENTS:
			return strcmp(word, "agent") == 0 && says_what_it_does(source);
		default:
			return strcmp(word, "internal") != 0;
	}
}

bool
web_action_is_for_agents(Oid function)
{
	WebFilter	filter = {.visibility = VISIBLE_TO_AGENTS};
	HeapTuple	tuple = action_may_be_invoked(function) ? SearchSysCache1(PROCOID, ObjectIdGetDatum(function)) : NULL;
	bool		isnull;
	Datum		source;
	bool		passes;

	if (!HeapTupleIsValid(tuple))
		return false;
	source = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc, &isnull);
	passes = !isnull && source_passes(&filter, TextDatumGetCString(source));
	ReleaseSysCache(tuple);
	return passes;
}

/* Is a function of our language to be listed? */
static bool
function_passes(const WebFilter *filter, Relation relation, HeapTuple tuple, const char *name)
{
	Form_pg_proc procedure = (Form_pg_proc) GETSTRUCT(tuple);
	bool		isnull;
	Datum		source;

	if (!action_may_be_invoked(procedure->oid))
		return false;
	if (filter->pattern != (Datum) 0 &&
		!DatumGetBool(DirectFunctionCall2Coll(textlike, C_COLLATION_OID, CStringGetTextDatum(name), filter->pattern)))
		return false;
	source = heap_getattr(tuple, Anum_pg_proc_prosrc, RelationGetDescr(relation), &isnull);
	return !isnull && source_passes(filter, TextDatumGetCString(source));
}

/* For list_sort(): by name. */
static int
web_name_compare(const ListCell *a, const ListCell *b)
{
	return strcmp(((const WebName *) lfirst(a))->name, ((const WebName *) lfirst(b))->name);
}

/* Adds a function of our language, if it is to be listed; what that takes is freed. */
static List *
add_web_name(List *names, const WebFilter *filter, Relation relation, HeapTuple tuple, MemoryContext scratch)
{
	MemoryContext old = MemoryContextSwitchTo(scratch);
	Oid			function = ((Form_pg_proc) GETSTRUCT(tuple))->oid;
	char	   *name = function_name_canonical(function);
	bool		passes = function_passes(filter, relation, tuple, name);

	MemoryContextSwitchTo(old);
	if (passes)
	{
		WebName    *found = palloc(sizeof(WebName));

		found->function = function;
		found->name = pstrdup(name);
		names = lappend(names, found);
	}
	MemoryContextReset(scratch);
	return names;
}

List *
web_actions(const char *pattern, const char *visibility)
{
	WebFilter	filter = {.visibility = visibility_of(visibility)};
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "custom action sources", ALLOCSET_DEFAULT_SIZES);
	Relation	relation;
	List	   *names = NIL;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	if (pattern != NULL)
		filter.pattern = CStringGetTextDatum(pattern);
	relation = table_open(ProcedureRelationId, AccessShareLock);
	ScanKeyInit(&key, Anum_pg_proc_prolang, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(action_language()));
	scan = systable_beginscan(relation, InvalidOid, false, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		CHECK_FOR_INTERRUPTS();
		names = add_web_name(names, &filter, relation, tuple, scratch);
	}
	systable_endscan(scan);
	table_close(relation, AccessShareLock);
	MemoryContextDelete(scratch);
	list_sort(names, web_name_compare);
	return names;
}

/* May the current role look into a schema? */
static bool
schema_is_usable(const char *name)
{
	Oid			schema = get_namespace_oid(name, true);

	return OidIsValid(schema) && object_aclcheck(NamespaceRelationId, schema, GetUserId(), ACL_USAGE) == ACLCHECK_OK;
}

/* A frozen name of a type, and what it means. */
typedef struct FrozenType
{
	const char *text;
	Oid			type;			/* InvalidOid: there is none, or nobody may use its schema */
	int32		typmod;
} FrozenType;

/* For caught_error(): finds the type of a frozen name. */
static void
find_frozen_type(void *arg)
{
	FrozenType *frozen = arg;
	TypeName   *name = typeStringToTypeName(frozen->text, NULL);
	Type		tuple;

	if (list_length(name->names) == 1)	/* frozen without a schema: of pg_catalog, whatever the
										 * path */
		name->names = list_make2(makeString("pg_catalog"), linitial(name->names));
	else if (!schema_is_usable(strVal(list_nth(name->names, list_length(name->names) - 2))))
		return;
	tuple = LookupTypeName(NULL, name, &frozen->typmod, true);
	if (tuple == NULL)
		return;
	frozen->type = typeTypeId(tuple);
	ReleaseSysCache(tuple);
}

/* The type of a frozen name; InvalidOid if there is none, also since a forged one is no name of a type. */
static Oid
type_frozen_as(const char *text, int32 *typmod)
{
	FrozenType	frozen = {.text = text, .typmod = -1};

	if (caught_error(find_frozen_type, &frozen) != NULL)
		return InvalidOid;
	*typmod = frozen.typmod;
	return frozen.type;
}

Oid
web_type_named(const char *name)
{
	int32		typmod = -1;

	return type_frozen_as(name, &typmod);
}

/* The type modifier in a frozen type name; -1 if it has none, or means another type. */
static int32
typmod_of_text(const char *text, Oid type)
{
	int32		typmod = -1;

	if (text == NULL || strchr(text, '(') == NULL)
		return -1;
	return type_frozen_as(text, &typmod) == type ? typmod : -1;
}

/* Fills in what the table of a key says of its column. */
static void
read_key_column(Argument *argument, Oid table, char *column)
{
	HeapTuple	tuple = OidIsValid(table) ? SearchSysCacheAttName(table, column) : NULL;

	argument->column = column;
	argument->required = true;
	if (!HeapTupleIsValid(tuple))
		return;
	if (((Form_pg_attribute) GETSTRUCT(tuple))->atttypid == argument->type)
		argument->typmod = ((Form_pg_attribute) GETSTRUCT(tuple))->atttypmod;
	ReleaseSysCache(tuple);
}

/* Fills in the key that an input references, if there still is a primary key of one column. */
static void
read_reference(Argument *argument, const char *name)
{
	Oid			table = relation_named(name);
	Oid			constraint;
	Bitmapset  *columns = OidIsValid(table) ? get_primary_key_attnos(table, true, &constraint) : NULL;
	HeapTuple	tuple;
	KeyColumn  *key;

	if (bms_membership(columns) != BMS_SINGLETON)
		return;
	tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(table),
							Int16GetDatum(bms_singleton_member(columns) + FirstLowInvalidHeapAttributeNumber));
	if (!HeapTupleIsValid(tuple))
		return;
	key = palloc0(sizeof(KeyColumn));
	key->name = pstrdup(NameStr(((Form_pg_attribute) GETSTRUCT(tuple))->attname));
	key->type = ((Form_pg_attribute) GETSTRUCT(tuple))->atttypid;
	key->typmod = ((Form_pg_attribute) GETSTRUCT(tuple))->atttypmod;
	ReleaseSysCache(tuple);
	argument->references = table;
	argument->reference_key = key;
}

/* The declared input or output of a name, or NULL. */
static Parameter *
declared_parameter(const List *parameters, const char *name)
{
	ListCell   *cell;

	foreach(cell, parameters)
	{
		Parameter  *parameter = lfirst(cell);

		if (parameter->name != NULL && strcmp(parameter->name, name) == 0)
			return parameter;
	}
	return NULL;
}

/* Fills an argument that is declared; false: it is not. */
static bool
read_parameter(Argument *argument, const List *parameters)
{
	Parameter  *parameter = declared_parameter(parameters, argument->name);

	if (parameter == NULL)
		return false;
	argument->parameter = parameter;
	argument->required = parameter->required;
	argument->typmod = typmod_of_text(parameter->type, argument->type);
	if (parameter->references != NULL)
		read_reference(argument, parameter->references);
	return true;
}

/* Begins with what pg_proc has. */
static Argument *
arguments_of_function(const FunctionArguments *arguments)
{
	Argument   *result = palloc0(sizeof(Argument) * Max(arguments->count, 1));

	for (int i = 0; i < arguments->count; i++)
	{
		result[i].name = arguments->names[i];
		result[i].type = arguments->types[i];
		result[i].typmod = -1;
		result[i].collation = get_typcollation(result[i].type);
	}
	return result;
}

/* What callers see of an action; NULL if definition and function tell different things. */
static Signature *
read_signature(const Definition *definition, HeapTuple tuple)
{
	Signature  *signature = palloc0(sizeof(Signature));
	FunctionArguments inputs;
	FunctionArguments outputs;

	function_arguments_read(tuple, &inputs, &outputs);
	signature->table = relation_named(definition->table);
	signature->nkeys = definition->table != NULL && !definition->collection ? list_length(definition->key) : 0;
	signature->ninputs = inputs.count;
	signature->noutputs = outputs.count;
	if (inputs.count != signature->nkeys + list_length(definition->inputs) ||
		outputs.count != list_length(definition->outputs))
		return NULL;
	signature->inputs = arguments_of_function(&inputs);
	signature->outputs = arguments_of_function(&outputs);
	for (int i = 0; i < signature->nkeys; i++)
		read_key_column(&signature->inputs[i], signature->table, list_nth(definition->key, i));
	for (int i = signature->nkeys; i < signature->ninputs; i++)
		if (!read_parameter(&signature->inputs[i], definition->inputs))
			return NULL;
	for (int i = 0; i < signature->noutputs; i++)
		if (!read_parameter(&signature->outputs[i], definition->outputs))
			return NULL;
	return signature;
}

/* Fills in what the source says; false: it is no definition of this function. */
static bool
read_source_text(WebAction *action, HeapTuple tuple)
{
	bool		isnull;
	Datum		source = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc, &isnull);
	char	   *written = isnull ? NULL : TextDatumGetCString(source);
	Json	   *envelope;
	Json	   *definition;
	const char *version;

	if (written == NULL)
		return false;
	(void) source_cut_facts(written);
	envelope = json_parse_or_null(written);
	definition = json_get(envelope, "definition");
	version = json_get_text(envelope, "version");
	if (definition == NULL || definition->kind != JSON_IS_OBJECT || version == NULL)
		return false;
	action->version = atoi(version);
	action->active = json_get_boolean(envelope, "active", false);
	action->definition = definition_read(definition);
	if (action->definition == NULL)
		return false;
	action->signature = read_signature(action->definition, tuple);
	action->table = action->definition->table;
	return action->signature != NULL;
}

WebAction *
web_action(Oid function)
{
	WebAction  *action;
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Form_pg_proc procedure;
	bool		sound;

	if (!HeapTupleIsValid(tuple))
		return NULL;
	procedure = (Form_pg_proc) GETSTRUCT(tuple);
	action = palloc0(sizeof(WebAction));
	action->function = function;
	action->name = function_name_canonical(function);
	action->schema = get_namespace_name(procedure->pronamespace);
	action->own_name = pstrdup(NameStr(procedure->proname));
	action->read_only = procedure->provolatile != PROVOLATILE_VOLATILE;
	sound = read_source_text(action, tuple);
	ReleaseSysCache(tuple);
	return sound ? action : NULL;
}

List *
web_actions_read(const List *names)
{
	List	   *actions = NIL;
	ListCell   *cell;

	foreach(cell, names)
	{
		WebAction  *action = web_action(((const WebName *) lfirst(cell))->function);

		CHECK_FOR_INTERRUPTS();
		if (action != NULL)
			actions = lappend(actions, action);
	}
	return actions;
}

WebAction *
web_action_named(const char *name)
{
	Oid			function;
	WebAction  *action;

	AcceptInvalidationMessages();
	function = action_named(name);
	require_invoker(function, get_func_namespace(function));
	action = web_action(function);
	if (action != NULL)
		return action;
	(void) action_envelope(function);	/* says what is wrong, if it is the source */
	ereport(ERROR,
			(errcode(ERRCODE_CA_SIGNATURE),
			 errmsg("signature of function %s is not the one its definition gives", function_name_canonical(function)),
			 errhint("Functions of language %s are made by activate_action().", CA_LANGUAGE)));
	return NULL;				/* keep compiler quiet */
}

const char *
web_title(const WebAction *action)
{
	return action->definition->title != NULL ? action->definition->title : action->name;
}

const char *
web_description(const WebAction *action)
{
	const Definition *definition = action->definition;

	if (definition->deprecated == NULL)
		return definition->description;
	if (definition->description == NULL)
		return psprintf("Deprecated: %s", definition->deprecated);
	return psprintf("%s\n\nDeprecated: %s", definition->description, definition->deprecated);
}
