/*
 * signature.c
 *		Resolves the types, the bound table and the key of a definition, and
 *		compares the result with a function of pg_proc.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/compat.h"
#include "base/sqlstate.h"
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "definition/signature.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "lookup/denied.h"
#include "lookup/function_arguments.h"
#include "lookup/key.h"
#include "lookup/proc_row.h"
#include "lookup/suggest_catalog.h"
#include "lookup/table_name.h"
#include "parser/parse_coerce.h"
#include "parser/parse_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/regproc.h"
#include "utils/syscache.h"

/* Raises that there is no such table. */
pg_noreturn static void
refuse_unknown_table(const char *name, bool qualified)
{
	const char *hint = suggest_table(name);

	if (hint == NULL && !qualified)
		hint = "Write it with its schema, or set \"search_path\" in the action's settings.";
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_TABLE),
			 errmsg("table \"%s\" does not exist", name),
			 hint ? errhint("%s", hint) : 0));
}

/* Resolves the name of a table or view under the current search_path, or raises. */
static Oid
table_of_name(const char *name)
{
	RangeVar   *range = makeRangeVarFromNameList(stringToQualifiedNameList(name, NULL));
	Oid			table;

	if (range->schemaname != NULL)
		require_schema_usage(range->schemaname);
	table = RangeVarGetRelid(range, NoLock, true);
	if (!OidIsValid(table))
		refuse_unknown_table(name, range->schemaname != NULL);
	if (!relkind_is_table(get_rel_relkind(table)))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a table or view", name)));
	return table;
}

typedef struct TableWork
{
	const char *name;
	Oid			table;
} TableWork;

static void
table_work(void *arg)
{
	TableWork  *work = arg;

	work->table = table_of_name(work->name);
}

Oid
table_of_name_guarded(const char *name, const char *location, ProblemSink *sink)
{
	TableWork	work = {name, InvalidOid};

	(void) problem_guard(sink, location, table_work, &work, NULL, NULL);
	return work.table;
}

/* Fills the leading arguments: the target's key. */
static bool
resolve_key(Signature *signature, const Definition *definition, ProblemSink *sink)
{
	List	   *key = key_of_table(signature->table, definition->key, true);

	if (key == NIL)
	{
		problem_report(sink, ERRCODE_UNDEFINED_OBJECT, "key",
					   definition->key == NIL ?
					   psprintf("%s has no primary key", relation_name_canonical(signature->table)) :
					   psprintf("%s has no such key columns", relation_name_canonical(signature->table)),
					   NULL, "Name the columns that find one row with \"key\": [\"column\"], or set \"binding\": \"collection\".");
		return false;
	}
	for (int i = 0; i < list_length(key); i++)
	{
		KeyColumn  *column = list_nth(key, i);
		Argument   *argument = &signature->inputs[signature->ninputs++];

		argument->name = list_length(key) == 1 ? "target" : psprintf("target_%s", column->name);
		argument->column = column->name;
		argument->type = column->type;
		argument->typmod = column->typmod;
		argument->collation = column->collation;
		argument->required = true;
	}
	signature->nkeys = list_length(key);
	return true;
}

/* Forgets a position in the name of a type: the query around would claim it. */
static void
forget_position(void *arg)
{
	errposition(0);
}

/* Raises that there is no such type. */
pg_noreturn static void
refuse_unknown_type(const TypeName *name)
{
	char	   *text = TypeNameToString(name);
	char	   *hint = suggest_type(text);

	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("type \"%s\" does not exist", text),
			 hint ? errhint("%s", hint) : 0));
}

/* Looks a type up. */
static void
find_type(const char *text, Oid *type, int32 *typmod)
{
	TypeName   *name = typeStringToTypeName(text, NULL);
	Type		tuple;

	if (list_length(name->names) > 1)
		require_schema_usage(strVal(list_nth(name->names, list_length(name->names) - 2)));
	tuple = LookupTypeName(NULL, name, typmod, true);
	if (tuple == NULL)
		refuse_unknown_type(name);
	if (!((Form_pg_type) GETSTRUCT(tuple))->typisdefined)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("type \"%s\" is only a shell", TypeNameToString(name))));
	*type = typeTypeId(tuple);
	ReleaseSysCache(tuple);
}

/* The type that a text names; the parser's leavings are freed. */
static void
type_of_text(const char *text, Oid *type, int32 *typmod)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "custom action parser",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(scratch);

	find_type(text, type, typmod);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(scratch);
}

void
type_work(void *arg)
{
	TypeWork   *work = arg;

	type_of_text(work->text, &work->type, &work->typmod);
	if (get_typtype(work->type) == TYPTYPE_PSEUDO)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("%s cannot be of type %s", work->what, format_type_be(work->type))));
}

/* Resolves the type of a parameter. */
static void
resolve_parameter(void *arg)
{
	Argument   *argument = arg;
	Parameter  *parameter = argument->parameter;
	ErrorContextCallback callback = {error_context_stack, forget_position, NULL};
	Oid			type;
	int32		typmod;

	error_context_stack = &callback;
	type_of_text(parameter->type, &type, &typmod);
	error_context_stack = callback.previous;
	if (get_typtype(type) == TYPTYPE_PSEUDO || !get_typisdefined(type))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("type %s cannot be used for \"%s\"", format_type_be(type), parameter->name)));
	argument->type = type;
	argument->typmod = typmod;
	argument->collation = get_typcollation(type);
}

/* Raises that a table has no key that an input could hold. */
pg_noreturn static void
refuse_reference(const Parameter *parameter, Oid table, int columns)
{
	ereport(ERROR,
			(errcode(columns == 0 ? ERRCODE_UNDEFINED_OBJECT : ERRCODE_FEATURE_NOT_SUPPORTED),
			 columns == 0 ?
			 errmsg("input \"%s\" cannot reference %s, which has no primary key", parameter->name,
					relation_name_canonical(table)) :
			 errmsg("input \"%s\" cannot reference %s, whose primary key has %d columns", parameter->name,
					relation_name_canonical(table), columns),
			 errhint("Leave \"references\" out, take the columns that tell the row as inputs, and begin with a step {\"require\": \"exists (SELECT FROM ...)\"}.")));
}

/* Does an input's type, or that of its elements, go for a key's? */
static bool
type_fits_key(Oid type, const KeyColumn *key)
{
	Oid			element = get_element_type(getBaseType(type));
	Oid			given = OidIsValid(element) && !OidIsValid(get_element_type(getBaseType(key->type))) ? element : type;
	Oid			wanted = getBaseType(key->type);

	given = getBaseType(given);
	return can_coerce_type(1, &given, &wanted, COERCION_IMPLICIT);
}

/* Resolves the table whose rows an input tells, by its key. */
static void
resolve_reference(void *arg)
{
	Argument   *argument = arg;
	const Parameter *parameter = argument->parameter;
	Oid			table = table_of_name(parameter->references);
	List	   *key = key_of_table(table, NIL, false);
	KeyColumn  *column;

	if (list_length(key) != 1)
		refuse_reference(parameter, table, list_length(key));
	column = linitial(key);
	if (parameter->type == NULL)
	{
		argument->type = column->type;
		argument->typmod = column->typmod;
		argument->collation = get_typcollation(column->type);
	}
	else if (!argument->broken && !type_fits_key(argument->type, column))
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("input \"%s\" is of type %s, but the key of %s, which it references, is of type %s",
						parameter->name, format_type_be(argument->type), relation_name_canonical(table),
						format_type_be(column->type)),
				 errhint("Leave out \"type\".")));
	argument->references = table;
	argument->reference_key = column;
}

/* Fills an argument from its parameter. */
static void
add_parameter(Argument *argument, Parameter *parameter, ProblemSink *sink)
{
	argument->name = parameter->name;
	argument->parameter = parameter;
	argument->required = parameter->required;
	argument->type = TEXTOID;
	argument->typmod = -1;
	argument->collation = get_typcollation(TEXTOID);
	if (parameter->type != NULL)
		argument->broken = !problem_guard(sink, psprintf("%s.type", parameter->location),
										  resolve_parameter, argument, NULL, NULL);
	if (parameter->references != NULL &&
		!problem_guard(sink, psprintf("%s.references", parameter->location), resolve_reference, argument, NULL, NULL))
		argument->broken |= parameter->type == NULL;
}

/* Adds the inputs that are required, or those that are not. */
static void
add_inputs(Signature *signature, const Definition *definition, ProblemSink *sink, bool required)
{
	ListCell   *cell;

	foreach(cell, definition->inputs)
	{
		Parameter  *parameter = lfirst(cell);

		if (parameter->required == required)
			add_parameter(&signature->inputs[signature->ninputs++], parameter, sink);
	}
}

Signature *
signature_resolve(const Definition *definition, ProblemSink *sink)
{
	Signature  *signature = palloc0(sizeof(Signature));
	ListCell   *cell;

	signature->inputs = palloc0(sizeof(Argument) * (INDEX_MAX_KEYS + list_length(definition->inputs)));
	signature->outputs = palloc0(sizeof(Argument) * (list_length(definition->outputs) + 1));
	if (definition->table != NULL)
	{
		signature->table = table_of_name_guarded(definition->table, "table", sink);
		signature->broken = !OidIsValid(signature->table) ||
			(!definition->collection && !resolve_key(signature, definition, sink));
	}
	add_inputs(signature, definition, sink, true);
	add_inputs(signature, definition, sink, false);
	foreach(cell, definition->outputs)
		add_parameter(&signature->outputs[signature->noutputs++], lfirst(cell), sink);
	if (signature->ninputs + signature->noutputs > CA_MAX_ARGUMENTS)
		problem_report(sink, ERRCODE_TOO_MANY_ARGUMENTS, "input",
					   psprintf("an action can have at most %d arguments, this one has %d",
								CA_MAX_ARGUMENTS, signature->ninputs + signature->noutputs),
					   "Key columns, inputs and outputs are counted together.",
					   "Put several values into one composite or jsonb argument.");
	return signature;
}

/* The place of a name among published arguments, or -1. */
static int
published_place(const FunctionArguments *published, const char *name)
{
	for (int i = 0; i < published->count; i++)
		if (strcmp(published->names[i], name) == 0)
			return i;
	return -1;
}

/* Is this published argument still declared? */
static bool
is_declared(const Argument *declared, int ndeclared, const char *name)
{
	for (int i = 0; i < ndeclared; i++)
		if (strcmp(declared[i].name, name) == 0)
			return true;
	return false;
}

/*
 * Appends what differs between declared and published arguments of one direction;
 * optional ones may follow if they may.
 */
static void
compare_arguments(StringInfo out, const char *what, const Argument *declared, int ndeclared,
				  const FunctionArguments *published, bool may_follow)
{
	int			before = out->len;

	for (int i = 0; i < ndeclared; i++)
	{
		int			place = published_place(published, declared[i].name);

		if (place < 0 && may_follow && i >= published->count && !declared[i].required)
			continue;
		if (place < 0)
			appendStringInfo(out, "%s \"%s\" is new.\n", what, declared[i].name);
		else if (declared[i].type != published->types[place])
			appendStringInfo(out, "%s \"%s\" is of type %s, but was %s.\n", what, declared[i].name,
							 format_type_be(declared[i].type), format_type_be(published->types[place]));
	}
	for (int i = 0; i < published->count; i++)
		if (!is_declared(declared, ndeclared, published->names[i]))
			appendStringInfo(out, "%s \"%s\" is missing.\n", what, published->names[i]);
	for (int i = 0; i < Min(ndeclared, published->count) && out->len == before; i++)
		if (strcmp(declared[i].name, published->names[i]) != 0)
			appendStringInfo(out, "%s %d is \"%s\", but was \"%s\": the order differs.\n", what, i + 1,
							 declared[i].name, published->names[i]);
}

/* Appends inputs whose required-ness differs where it must not. */
static void
compare_required(StringInfo out, const Signature *signature, const FunctionArguments *published, bool lax)
{
	int			first_default = published->count - published->ndefaults;

	for (int i = 0; i < Min(signature->ninputs, published->count); i++)
	{
		bool		was_required = i < first_default;

		if (signature->inputs[i].required && !was_required)
			appendStringInfo(out, "Input \"%s\" is required, but was optional.\n",
							 signature->inputs[i].name);
		else if (!lax && !signature->inputs[i].required && was_required)
			appendStringInfo(out, "Input \"%s\" is optional, but has no default.\n",
							 signature->inputs[i].name);
	}
}

/* What signature_difference() finds out, in the current context. */
static char *
find_difference(const Signature *signature, Oid function, bool lax)
{
	HeapTuple	tuple = proc_row(function);
	FunctionArguments inputs;
	FunctionArguments outputs;
	StringInfoData text;

	initStringInfo(&text);
	function_arguments_read(tuple, &inputs, &outputs);
	compare_arguments(&text, "Input", signature->inputs, signature->ninputs, &inputs, lax);
	compare_arguments(&text, "Output", signature->outputs, signature->noutputs, &outputs, false);
	if (text.len == 0)
		compare_required(&text, signature, &inputs, lax);
	if (text.len == 0 && signature->noutputs == 0 &&
		proc_form(tuple)->prorettype != VOIDOID)
		appendStringInfoString(&text, "The action has no output, but the function returns a value.\n");
	if (proc_form(tuple)->proretset)
		appendStringInfoString(&text, "The function returns a set.\n");
	if (OidIsValid(proc_form(tuple)->provariadic))
		appendStringInfoString(&text, "The function is VARIADIC.\n");
	ReleaseSysCache(tuple);
	if (text.len == 0)
		return NULL;
	text.data[text.len - 1] = '\0';
	return text.data;
}

char *
signature_difference(const Signature *signature, Oid function, bool lax)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "custom action signature",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(scratch);
	char	   *difference = find_difference(signature, function, lax);

	MemoryContextSwitchTo(old);
	if (difference != NULL)
		difference = pstrdup(difference);
	MemoryContextDelete(scratch);
	return difference;
}

void
signature_require(const Signature *signature, Oid function)
{
	char	   *difference = signature_difference(signature, function, false);

	if (difference != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_CA_SIGNATURE),
				 errmsg("signature of function %s is not the one its definition gives",
						function_name_canonical(function)),
				 errdetail_internal("%s", difference),
				 errhint("Functions of language %s are made by activate_action().", CA_LANGUAGE)));
}
