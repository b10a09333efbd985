/*
 * facts.c
 *		Writes and reads what the compiler found out of an action, and puts it together
 *		with that of the actions which it performs.
 *
 * Words are short: every function carries them.
 */
#include "postgres.h"

#include "base/text_list.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "definition/envelope.h"
#include "definition/facts.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "lookup/function_lookup.h"
#include "lookup/table_name.h"
#include "miscadmin.h"
#include "nodes/value.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/* Who compiles an action, and lists its failures */
static Facts *(*compile_facts) (Oid function);
static List *(*list_failures) (Oid function);

void
facts_set_source(Facts *(*compile) (Oid function), List *(*failures) (Oid function))
{
	compile_facts = compile;
	list_failures = failures;
}

/* The strings of an array; NULL has none. */
static List *
json_texts(const Json *array)
{
	List	   *texts = NIL;

	for (int i = 0; array != NULL && array->kind == JSON_IS_ARRAY && i < array->count; i++)
		if (array->items[i]->text != NULL)
			texts = lappend(texts, array->items[i]->text);
	return texts;
}

/* Adds texts that there are. */
static void
put_texts(Json *object, const char *key, const List *texts)
{
	if (texts != NIL)
		json_add(object, key, json_new_strings(texts));
}

/* Adds what is true. */
static void
put_true(Json *object, const char *key, bool value)
{
	if (value)
		json_add(object, key, json_new_boolean(true));
}

/* A string, or null. */
static Json *
text_json(const char *text)
{
	return text == NULL ? json_new_null() : json_new_string(text);
}

/* Those of the columns that new rows get alone need not be said twice. */
static Json *
table_json(const FactTable *table)
{
	Json	   *json = json_new_object();

	if (table->inserts)
		json_add(json, "i", json_new_strings(table->columns));
	if (table->updates)
		json_add(json, "u", json_new_strings(table->overwritten));
	put_true(json, "d", table->deletes);
	put_true(json, "f", table->outside);
	put_texts(json, "n", table->relative);
	put_texts(json, "r", table->reads);
	return json;
}

static FactTable *
json_table(const char *name, const Json *json)
{
	FactTable  *table = palloc0(sizeof(FactTable));

	table->name = name;
	table->inserts = json_get(json, "i") != NULL;
	table->updates = json_get(json, "u") != NULL;
	table->deletes = json_get_boolean(json, "d", false);
	table->outside = json_get_boolean(json, "f", false);
	table->overwritten = json_texts(json_get(json, "u"));
	table->columns = table->inserts ? json_texts(json_get(json, "i")) : list_copy(table->overwritten);
	table->relative = json_texts(json_get(json, "n"));
	table->reads = json_texts(json_get(json, "r"));
	return table;
}

/* What a table refuses is read when it is asked for; here is what it is asked for. */
static Json *
command_json(const Failure *failure)
{
	const TableCommand *command = failure->command;
	Json	   *json = json_new_object();

	json_put_string(json, "t", relation_name_canonical(failure->table));
	json_put_string(json, "c", command->command == CMD_INSERT ? "i" : command->command == CMD_UPDATE ? "u" : "d");
	put_true(json, "a", command->all_columns);
	put_texts(json, "w", command->columns);
	put_texts(json, "m", command->computed);
	put_texts(json, "v", command->varied);
	put_true(json, "n", command->never_twice);
	put_texts(json, "k", command->key);
	return json;
}

/* The domain whose rules are read when they are asked for. */
static Json *
domain_json(Oid domain)
{
	Json	   *json = json_new_object();

	json_put_string(json, "o", type_name_canonical(domain, -1));
	return json;
}

/* [path, action], [path, command], [path, domain] or [path, sqlstate, message, when] */
static Json *
failure_json(const Failure *failure)
{
	Json	   *json = json_new_array();

	json_append(json, text_json(failure->path));
	if (OidIsValid(failure->performed))
		json_append(json, json_new_string(function_name_canonical(failure->performed)));
	else if (failure->command != NULL)
		json_append(json, command_json(failure));
	else if (OidIsValid(failure->domain))
		json_append(json, domain_json(failure->domain));
	else
	{
		json_append(json, json_new_string(unpack_sql_state(failure->sqlstate)));
		json_append(json, text_json(failure->message));
		json_append(json, text_json(failure->when));
	}
	return json;
}

/* The type of a canonical name, which has its schema; InvalidOid if it is gone. */
static Oid
type_of_name(const char *name)
{
	char	   *schema;
	char	   *type;
	Oid			namespace;

	if (!qualified_name_split(name, &schema, &type))
		return InvalidOid;
	namespace = get_namespace_oid(schema, true);
	return OidIsValid(namespace) ?
		GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum(type), ObjectIdGetDatum(namespace)) : InvalidOid;
}

/* Reads what is asked of a table or domain; false: it is gone. */
static bool
read_command(Failure *failure, const Json *json)
{
	const char *word = json_get_text(json, "c");
	const char *domain = json_get_text(json, "o");
	TableCommand *command;

	if (domain != NULL)
	{
		failure->domain = type_of_name(domain);
		return OidIsValid(failure->domain);
	}
	command = palloc0(sizeof(TableCommand));
	failure->table = relation_named(json_get_text(json, "t"));
	command->command = word == NULL || *word == 'd' ? CMD_DELETE : *word == 'i' ? CMD_INSERT : CMD_UPDATE;
	command->all_columns = json_get_boolean(json, "a", false);
	command->columns = json_texts(json_get(json, "w"));
	command->computed = json_texts(json_get(json, "m"));
	command->varied = json_texts(json_get(json, "v"));
	command->never_twice = json_get_boolean(json, "n", false);
	command->key = json_texts(json_get(json, "k"));
	failure->command = command;
	return OidIsValid(failure->table);
}

/* The code that a text of five characters is. */
static int
sqlstate_of(const char *text)
{
	return text == NULL || strlen(text) != 5 ? ANY_SQLSTATE :
		MAKE_SQLSTATE(text[0], text[1], text[2], text[3], text[4]);
}

/* Adds a failure, and the action whose failures it stands for. */
static void
read_failure(Facts *facts, const Json *json)
{
	Failure    *failure;

	if (json->kind != JSON_IS_ARRAY || json->count < 2)
		return;
	failure = palloc0(sizeof(Failure));
	failure->path = json->items[0]->text;
	if (json->count == 2 && json->items[1]->kind == JSON_IS_OBJECT)
	{
		if (!read_command(failure, json->items[1]))
			return;
	}
	else if (json->count == 2)
	{
		char	   *name = json->items[1]->text;

		if (!text_list_has(facts->performs, name))
			facts->performs = lappend(facts->performs, name);
		failure->performed = action_find_fresh(name);
		if (!OidIsValid(failure->performed))
			return;
	}
	else if (json->count == 4)
	{
		failure->sqlstate = sqlstate_of(json->items[1]->text);
		failure->message = json->items[2]->text;
		failure->when = json->items[3]->text;
	}
	facts->failures = lappend(facts->failures, failure);
}

char *
facts_print(const Facts *facts)
{
	Json	   *json = json_new_object();
	Json	   *tables = json_new_object();
	Json	   *failures = json_new_array();
	ListCell   *cell;

	put_true(json, "repeats", facts->repeats);
	put_true(json, "counts", facts->counts);
	foreach(cell, facts->tables)
	{
		const FactTable *table = lfirst(cell);

		json_add(tables, table->name, table_json(table));
	}
	json_add(json, "tables", tables);
	put_texts(json, "calls", facts->calls);
	foreach(cell, facts->failures)
		json_append(failures, failure_json(lfirst(cell)));
	json_add(json, "failures", failures);
	return json_text(json);
}

Facts *
facts_read(const char *text)
{
	Json	   *json = json_parse_or_null(text);
	Facts	   *facts = palloc0(sizeof(Facts));
	Json	   *tables = json == NULL ? NULL : json_get(json, "tables");
	Json	   *failures = json == NULL ? NULL : json_get(json, "failures");

	if (tables == NULL || tables->kind != JSON_IS_OBJECT || failures == NULL)
		return NULL;
	facts->repeats = json_get_boolean(json, "repeats", false);
	facts->counts = json_get_boolean(json, "counts", false);
	facts->calls = json_texts(json_get(json, "calls"));
	for (int i = 0; i < tables->count; i++)
		facts->tables = lappend(facts->tables, json_table(tables->keys[i], tables->items[i]));
	for (int i = 0; i < failures->count; i++)
		read_failure(facts, failures->items[i]);
	return facts;
}

Facts *
facts_of(Oid function)
{
	const char *text = action_facts_text(function);
	Facts	   *facts = text == NULL ? NULL : facts_read(text);

	return facts != NULL ? facts : compile_facts(function);
}

List *
facts_failures(Oid function)
{
	return list_failures(function);
}

/* An action and all that it performs, each once. */
typedef struct FactsWalk
{
	List	   *functions;		/* of OID */
	List	   *facts;			/* of Facts, likewise */
} FactsWalk;

/* Adds an action with all that it performs. */
static void
walk_facts(FactsWalk *walk, Oid function, Facts *facts)
{
	ListCell   *cell;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	walk->functions = lappend_oid(walk->functions, function);
	walk->facts = lappend(walk->facts, facts);
	foreach(cell, facts->performs)
	{
		Oid			performed = action_find_fresh(lfirst(cell));

		if (OidIsValid(performed) && !list_member_oid(walk->functions, performed))
			walk_facts(walk, performed, facts_of(performed));
	}
}

/* The volatility of a function by its signature; of one that is gone nothing is known. */
static char
volatility_of(const char *signature)
{
	const char *arguments = text_arguments_start(signature);
	char	   *schema;
	char	   *name;

	if (arguments == NULL || !qualified_name_split(pnstrdup(signature, arguments - signature), &schema, &name))
		return PROVOLATILE_VOLATILE;
	for (FuncCandidateList candidate = OidIsValid(get_namespace_oid(schema, true)) ?
		 function_candidates(list_make2(makeString(schema), makeString(name))) : NULL;
		 candidate != NULL; candidate = candidate->next)
		if (strcmp(signature_canonical(candidate->oid), signature) == 0)
			return func_volatile(candidate->oid);
	return PROVOLATILE_VOLATILE;
}

/* Is something written to a table that decides what is done by who reads it? */
static bool
columns_meet(const FactTable *written, const FactTable *read)
{
	ListCell   *cell;

	if (written->inserts || written->deletes)
		return read->reads != NIL;
	if (text_list_has(read->reads, "*"))
		return written->overwritten != NIL;
	foreach(cell, read->reads)
	{
		if (text_list_has(written->overwritten, lfirst(cell)))
			return true;
	}
	return false;
}

/* Does what one action does hang on what another one writes? */
static bool
facts_meet(const Facts *written, const Facts *read)
{
	ListCell   *cell;
	ListCell   *other;

	foreach(cell, written->tables)
	{
		foreach(other, read->tables)
		{
			if (strcmp(((const FactTable *) lfirst(cell))->name, ((const FactTable *) lfirst(other))->name) == 0 &&
				columns_meet(lfirst(cell), lfirst(other)))
				return true;
		}
	}
	return false;
}

/* May they be done again, one after the other? */
static bool
facts_repeat(const List *all)
{
	ListCell   *cell;
	ListCell   *other;

	foreach(cell, all)
	{
		const Facts *facts = lfirst(cell);

		if (!facts->repeats || facts->counts)
			return false;
		foreach(other, all)
		{
			if (lfirst(other) != facts && facts_meet(lfirst(other), facts))
				return false;
		}
	}
	return true;
}

/* The columns of both. */
static List *
join_columns(List *columns, const List *others)
{
	ListCell   *cell;

	foreach(cell, others)
	{
		if (!text_list_has(columns, lfirst(cell)))
			columns = lappend(columns, lfirst(cell));
	}
	return columns;
}

/* Adds what is done to a table. */
static void
add_effects_table(Effects *effects, const FactTable *table)
{
	FactTable  *sum = NULL;
	ListCell   *cell;

	if (!table->inserts && !table->updates && !table->deletes)
		return;
	foreach(cell, effects->tables)
	{
		if (strcmp(((FactTable *) lfirst(cell))->name, table->name) == 0)
			sum = lfirst(cell);
	}
	if (sum == NULL)
	{
		sum = palloc0(sizeof(FactTable));
		sum->name = table->name;
		effects->tables = lappend(effects->tables, sum);
	}
	sum->inserts |= table->inserts;
	sum->updates |= table->updates;
	sum->deletes |= table->deletes;
	sum->outside |= table->outside;
	sum->columns = join_columns(sum->columns, table->columns);
	sum->overwritten = join_columns(sum->overwritten, table->overwritten);
	sum->relative = join_columns(sum->relative, table->relative);
	effects->read_only = false;
	effects->destructive |= table->updates || table->deletes;
	effects->open_world |= table->outside;
}

/* For list_sort(): by name. */
static int
fact_table_compare(const ListCell *a, const ListCell *b)
{
	return strcmp(((const FactTable *) lfirst(a))->name, ((const FactTable *) lfirst(b))->name);
}

/* Adds what one of the actions does; *answers: it calls what may look at anything. */
static void
add_facts(Effects *effects, const Facts *facts, bool *answers)
{
	ListCell   *cell;

	foreach(cell, facts->tables)
		add_effects_table(effects, lfirst(cell));
	foreach(cell, facts->calls)
	{
		char		volatility = volatility_of(lfirst(cell));

		*answers |= volatility == PROVOLATILE_STABLE;
		if (volatility != PROVOLATILE_VOLATILE)
			continue;
		effects->read_only = effects->idempotent = false;
		effects->destructive = effects->open_world = true;
	}
	if (facts->broken)
	{
		effects->read_only = effects->idempotent = false;
		effects->destructive = effects->open_world = true;
	}
	if (facts->counts)
		effects->read_only = false;
}

/* Puts together what actions do. */
static Effects
sum_facts(const List *all)
{
	Effects		effects = {.read_only = true, .idempotent = true};
	bool		answers = false;
	ListCell   *cell;

	foreach(cell, all)
		add_facts(&effects, lfirst(cell), &answers);
	list_sort(effects.tables, fact_table_compare);
	if (!effects.read_only)
		effects.idempotent = effects.idempotent && !answers && facts_repeat(all);
	return effects;
}

Effects
facts_sum(Oid function, Facts *facts)
{
	FactsWalk	walk = {0};

	walk_facts(&walk, function, facts);
	return sum_facts(walk.facts);
}

Effects
facts_effects(Oid function)
{
	return facts_sum(function, facts_of(function));
}
