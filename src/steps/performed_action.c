/*
 * performed_action.c
 *		Reads the signature of a performed action from pg_proc; of the action
 *		being compiled, from its own header.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/compat.h"
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "definition/envelope.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "lookup/function_arguments.h"
#include "lookup/own_table.h"
#include "lookup/proc_row.h"
#include "lookup/suggest_catalog.h"
#include "steps/performed_action.h"
#include "utils/syscache.h"

/* Could this name mean the action that is being compiled and not yet published? */
static bool
is_self(const Compiler *compiler, const char *name)
{
	List	   *parts = stringToQualifiedNameList(name, NULL);
	const char *action = spelling_canonical(compiler->program->action);
	char	   *schema;
	char	   *last;
	char	   *own_schema;
	char	   *own_name;

	DeconstructQualifiedName(parts, &schema, &last);
	if (schema != NULL)
		return strcmp(qualified_name_canonical(schema, last), action) == 0;
	return qualified_name_split(action, &own_schema, &own_name) && strcmp(own_name, last) == 0;
}

/* Is this the function of the action that is being compiled? */
static bool
is_published_self(const Compiler *compiler, Oid function)
{
	return strcmp(function_name_canonical(function),
				  spelling_canonical(compiler->program->action)) == 0;
}

/* The arguments as the header being compiled declares them. */
static PerformedArgument *
own_arguments(const Argument *arguments, int count)
{
	PerformedArgument *result = palloc0(sizeof(PerformedArgument) * Max(count, 1));

	for (int i = 0; i < count; i++)
	{
		result[i].name = arguments[i].name;
		result[i].type = arguments[i].type;
		result[i].required = arguments[i].required;
		result[i].sensitive = arguments[i].parameter != NULL && arguments[i].parameter->sensitive;
	}
	return result;
}

/* The signature of the action being compiled. */
static PerformedAction *
own_signature(Compiler *compiler)
{
	const Program *program = compiler->program;
	const Signature *signature = program->signature;
	PerformedAction *result = palloc0(sizeof(PerformedAction));

	result->action = program->action;
	result->function = program->function;
	result->active = true;
	result->read_only = program->read_only;
	result->composite_key = signature->nkeys > 1;
	result->ninputs = signature->ninputs;
	result->inputs = own_arguments(signature->inputs, signature->ninputs);
	result->noutputs = signature->noutputs;
	result->outputs = own_arguments(signature->outputs, signature->noutputs);
	return result;
}

/* The arguments of one direction as the function has them. */
static PerformedArgument *
published_arguments(const FunctionArguments *arguments)
{
	PerformedArgument *result = palloc0(sizeof(PerformedArgument) * Max(arguments->count, 1));

	for (int i = 0; i < arguments->count; i++)
	{
		result[i].name = arguments->names[i];
		result[i].type = arguments->types[i];
	}
	return result;
}

/* Reads the inputs and outputs of a function. */
static void
read_arguments(HeapTuple tuple, PerformedAction *result)
{
	FunctionArguments inputs;
	FunctionArguments outputs;

	function_arguments_read(tuple, &inputs, &outputs);
	result->ninputs = inputs.count;
	result->inputs = published_arguments(&inputs);
	for (int i = 0; i < inputs.count - inputs.ndefaults; i++)
		result->inputs[i].required = true;
	result->noutputs = outputs.count;
	result->outputs = published_arguments(&outputs);
}

/* Is the key of a published definition composite? Activation has frozen its columns. */
static bool
has_composite_key(const Json *definition)
{
	const Json *key = json_get(definition, "key");

	return key != NULL && key->kind == JSON_IS_ARRAY && key->count > 1;
}

/* Notes which of the inputs or outputs of a published definition are sensitive. */
static void
mark_sensitive(PerformedArgument *arguments, int count, const Json *parameters)
{
	for (int i = 0; parameters != NULL && i < parameters->count; i++)
	{
		const char *name = json_get_text(parameters->items[i], "name");

		for (int k = 0; name != NULL && k < count; k++)
			if (strcmp(arguments[k].name, name) == 0)
				arguments[k].sensitive = json_get_boolean(parameters->items[i], "sensitive", false);
	}
}

/* The signature of a published action. */
static PerformedAction *
published_signature(Oid function)
{
	HeapTuple	tuple = proc_row(function);
	PerformedAction *result = palloc0(sizeof(PerformedAction));
	Envelope   *envelope;

	envelope = action_envelope(function);
	result->action = function_name_canonical(function);
	result->function = function;
	result->active = envelope->active;
	result->read_only = proc_form(tuple)->provolatile != PROVOLATILE_VOLATILE;
	read_arguments(tuple, result);
	result->composite_key = has_composite_key(envelope->definition);
	result->deprecated = json_get_text(envelope->definition, "deprecated");
	mark_sensitive(result->inputs, result->ninputs, json_get(envelope->definition, "input"));
	mark_sensitive(result->outputs, result->noutputs, json_get(envelope->definition, "output"));
	ReleaseSysCache(tuple);
	return result;
}

typedef struct Lookup
{
	Compiler   *compiler;
	const char *name;
	PerformedAction *found;
} Lookup;

/* The way out where nothing is published under a name. */
static char *
hint_to_publish(const Lookup *lookup)
{
	char	   *hint = suggest_action(lookup->name, false);
	const char *name = spelling_canonical(lookup->name);

	if (hint != NULL)
		return hint;
	if (draft_owner(name) == NULL)
		return "Activate it first. A step can perform only published actions, and the action itself.";
	return psprintf("It is a draft. Activate it first, or both at once, as two that perform each other need it: "
					"SELECT * FROM activate_actions('{%s, %s}')", lookup->compiler->program->action, name);
}

static void
signature_work(void *arg)
{
	Lookup	   *lookup = arg;
	Oid			function;

	function = action_find(lookup->name);
	if (OidIsValid(function) ? is_published_self(lookup->compiler, function) :
		is_self(lookup->compiler, lookup->name))
	{
		lookup->found = own_signature(lookup->compiler);
		lookup->found->function = function;
		return;
	}
	if (!OidIsValid(function))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("action \"%s\" does not exist", lookup->name),
				 errhint("%s", hint_to_publish(lookup))));
	lookup->found = published_signature(function);
}

PerformedAction *
performed_action_find(Compiler *compiler, const char *name)
{
	Lookup		lookup = {compiler, name, NULL};

	if (!compiler_guard(compiler, compiler->step->path, signature_work, &lookup))
		return NULL;
	return lookup.found;
}
