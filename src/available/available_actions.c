/*
 * available_actions.c
 *		available_actions(): which verbs apply to a row now, and why the others do
 *		not.
 *
 * Each action is looked at in a subtransaction that is undone: its frame is there, its
 * target is read as it would be, but without a lock, and what its first steps ask for
 * is tested. What invoking would raise by then is the reason why it is not available.
 */
#include "postgres.h"

#include "available/target_key.h"
#include "available/testing.h"
#include "available/verbs.h"
#include "base/compat.h"
#include "base/json.h"
#include "base/jsonb_push.h"
#include "base/jsonb_value.h"
#include "base/row_text.h"
#include "base/sql_argument.h"
#include "base/text_list.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lookup/canonical.h"
#include "lookup/table_parents.h"
#include "run/action_call.h"
#include "run/bind_json.h"
#include "run/context.h"
#include "run/convert_out.h"
#include "run/settle.h"
#include "steps/target_look.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(custom_action_available);

/* Columns of the result */
enum
{
	AVAILABLE_ACTION,
	AVAILABLE_TITLE,
	AVAILABLE_AVAILABLE,
	AVAILABLE_REASON,
	AVAILABLE_SQLSTATE,
	AVAILABLE_HINT,
	AVAILABLE_INPUTS,
	AVAILABLE_COLUMNS
};

/* What is asked of one action. */
typedef struct Asked
{
	AskedAction action;
	Jsonb	   *key;			/* NULL: no row is meant */
	List	   *left_out;		/* of char *: what could not be tested */
} Asked;

/* Looks at an action for the row of a key. */
static void
look_for_row(Frame *frame, void *arg)
{
	Asked	   *asked = arg;
	Testing		testing;

	if (asked->key != NULL && frame->program->signature->nkeys > 0)
	{
		bind_jsonb_input(frame, target_key_object(frame->program, asked->key), 0);
		for (int i = 0; i < frame->program->signature->nkeys; i++)
			settle_input(frame, i);
	}
	context_fill(frame);
	if (asked->key != NULL)
		target_look(frame);
	testing_begin(&testing, frame, asked->action.request.result_context);
	testing_require_all(&testing);
	asked->left_out = testing.left_out;
}

/* text[] of names. */
static Datum
names_array(const List *names)
{
	Datum	   *items = palloc(sizeof(Datum) * Max(list_length(names), 1));
	ListCell   *cell;

	foreach(cell, names)
		items[foreach_current_index(cell)] = CStringGetTextDatum(lfirst(cell));
	return PointerGetDatum(construct_array(items, list_length(names), TEXTOID, -1, false, TYPALIGN_INT));
}

/* "not tested: step 2 (require) depends on input "amount"", or NULL. */
static char *
not_tested(const List *left_out)
{
	return left_out == NIL ? NULL : psprintf("not tested: %s", text_list_join(left_out));
}

/* Adds the row of an action: what became of looking at it. */
static void
put_verb(ReturnSetInfo *result, const Verb *verb, const Asked *asked, const ErrorData *error)
{
	Datum		values[AVAILABLE_COLUMNS];
	bool		nulls[AVAILABLE_COLUMNS] = {0};

	row_put_text(values, nulls, AVAILABLE_ACTION, verb->name);
	row_put_text(values, nulls, AVAILABLE_TITLE, verb->title);
	values[AVAILABLE_AVAILABLE] = BoolGetDatum(error == NULL);
	row_put_text(values, nulls, AVAILABLE_REASON, error ? error->message : not_tested(asked->left_out));
	row_put_text(values, nulls, AVAILABLE_SQLSTATE, error ? unpack_sql_state(error->sqlerrcode) : NULL);
	row_put_text(values, nulls, AVAILABLE_HINT, error ? error->hint : NULL);
	values[AVAILABLE_INPUTS] = names_array(verb->required);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* Asks whether an action would start, and adds its row. */
static void
put_asked(ReturnSetInfo *result, const Verb *verb, Jsonb *key)
{
	Asked		asked = {.key = key};
	Caught	   *caught;

	asked.action.handle = handle_get(verb->function);
	caught = testing_ask(&asked.action, look_for_row, &asked);
	put_verb(result, verb, &asked, caught != NULL ? caught->error : NULL);
}

/* The canonical names of all tables that rows of this one are in: itself, and those above it. */
static List *
tables_with_rows_of(Oid table)
{
	List	   *tables = list_make1_oid(table);
	List	   *names = NIL;

	for (int i = 0; i < list_length(tables); i++)
	{
		tables = list_concat_unique_oid(tables, table_parents(list_nth_oid(tables, i)));
		names = lappend(names, relation_name_canonical(list_nth_oid(tables, i)));
	}
	return names;
}

/* The table of a name; which privileges its schema takes is found out for each action. */
static Oid
table_argument(const char *name)
{
	List	   *names = stringToQualifiedNameList(name, NULL);
	char	   *schema;
	char	   *table;
	Oid			schema_oid;
	Oid			found;

	DeconstructQualifiedName(names, &schema, &table);
	schema_oid = schema != NULL ? get_namespace_oid(schema, true) : InvalidOid;
	found = schema == NULL ? RelnameGetRelid(table) :
		OidIsValid(schema_oid) ? get_relname_relid(table, schema_oid) : InvalidOid;
	if (!OidIsValid(found))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("table or view \"%s\" does not exist", name),
				 errhint("Give the name of a table or view that actions are bound to, with its schema.")));
	return found;
}

/* available_actions(target_table text, target_key any): a row for each action bound to rows of the table */
Datum
custom_action_available(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Oid			table;
	Jsonb	   *key;
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, 0);
	require_argument(fcinfo, 0, "available_actions", "target_table",
					 "Give the name of a table or view that actions are bound to.");
	table = table_argument(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	key = PG_ARGISNULL(1) ? NULL : target_key_argument(PG_GETARG_DATUM(1), get_fn_expr_argtype(fcinfo->flinfo, 1));
	foreach(cell, verbs_of_tables(tables_with_rows_of(table), key == NULL))
		put_asked(result, lfirst(cell), key);
	return (Datum) 0;
}
