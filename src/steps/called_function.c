/*
 * called_function.c
 *		Resolves functions of call steps: by signature, or by name when the
 *		names of the given arguments leave only one.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/compat.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "lookup/canonical.h"
#include "lookup/function_arguments.h"
#include "lookup/function_lookup.h"
#include "lookup/proc_row.h"
#include "steps/called_function.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#define UNQUALIFIED_HINT \
	"Write it with its schema, or set \"search_path\" in the action's settings."

/* Reads the inputs of a function. */
static void
read_inputs(HeapTuple tuple, Function *function)
{
	FunctionArguments inputs;

	function_arguments_read(tuple, &inputs, NULL);
	function->nargs = inputs.count;
	function->types = inputs.types;
	function->names = inputs.names;
	function->ndefaults = inputs.ndefaults;
	function->named = true;
	for (int i = 0; i < inputs.count; i++)
		function->named = function->named && inputs.names[i][0] != '\0';
}

/* Reads what a call needs to know of a function. */
static Function *
function_read(Oid oid)
{
	HeapTuple	tuple = proc_row(oid);
	Function   *function = palloc0(sizeof(Function));
	Form_pg_proc form = proc_form(tuple);
	TypeFuncClass class;

	function->function = oid;
	function->title = signature_canonical(oid);
	function->variadic = OidIsValid(form->provariadic);
	function->returns_void = form->prorettype == VOIDOID;
	read_inputs(tuple, function);
	class = IsPolymorphicType(form->prorettype) ? TYPEFUNC_SCALAR :
		get_func_result_type(oid, NULL, NULL);
	function->returns_row = class == TYPEFUNC_COMPOSITE || class == TYPEFUNC_COMPOSITE_DOMAIN ||
		(class == TYPEFUNC_RECORD && form->prorettype == RECORDOID &&
		 build_function_result_tupdesc_t(tuple) != NULL);
	if (!function->returns_row)
		function->result_name = get_func_result_name(oid);
	ReleaseSysCache(tuple);
	return function;
}

/* Refuses what a call step cannot run. */
static bool
function_fits(Compiler *compiler, const Function *function)
{
	char		kind = get_func_prokind(function->function);
	Oid			result = get_func_rettype(function->function);
	const char *message = NULL;
	const char *hint = NULL;

	if (kind == PROKIND_PROCEDURE)
	{
		message = "%s is a procedure, and a call step runs functions";
		hint = "An action runs inside its caller's transaction; make the procedure a function.";
	}
	else if (kind != PROKIND_FUNCTION)
	{
		message = "%s is an aggregate or window function";
		hint = "Use it in a sub-SELECT of a formula.";
	}
	else if (get_func_retset(function->function))
	{
		message = "%s returns a set, and a call step takes one result";
		hint = "If it is not volatile, loop over its rows: for_each with \"=array(select ... from the function)\". Else make it return an array.";
	}
	else if (result == TRIGGEROID || result == EVENT_TRIGGEROID || result == INTERNALOID ||
			 (result == RECORDOID && !function->returns_row))
	{
		message = "%s cannot be called by a step: what it returns is not known";
		hint = "Give it OUT arguments or a named type.";
	}
	if (message != NULL)
		compiler_problem(compiler, ERRCODE_WRONG_OBJECT_TYPE, compiler->step->path,
						 psprintf(message, function->title), NULL, hint);
	return message == NULL;
}

/* Does the function have all the arguments that are given? */
static bool
takes_arguments(const Function *function, const Json *with)
{
	int			found = 0;

	for (int i = 0; with != NULL && i < function->nargs; i++)
	{
		const char *name = function->names[i];

		found += json_get(with, name[0] ? name : psprintf("%d", i + 1)) != NULL;
	}
	return with == NULL ? function->nargs == function->ndefaults :
		found == with->count && found >= function->nargs - function->ndefaults;
}

typedef struct Lookup
{
	const char *name;
	const Json *with;
	Function   *found;
} Lookup;

/* Finds the function by name among those that take the arguments. */
static void
lookup_by_name(Lookup *lookup)
{
	FuncCandidateList candidates = functions_by_name(lookup->name, UNQUALIFIED_HINT);
	Function   *only = NULL;
	List	   *all = NIL;
	List	   *fitting = NIL;

	for (FuncCandidateList candidate = candidates; candidate != NULL; candidate = candidate->next)
	{
		Function   *function = function_read(candidate->oid);

		all = lappend_oid(all, candidate->oid);
		if (candidates->next == NULL || takes_arguments(function, lookup->with))
		{
			fitting = lappend_oid(fitting, candidate->oid);
			only = function;
		}
	}
	if (fitting == NIL)
		refuse_ambiguous_function(lookup->name, list_length(all), "none takes these arguments", all);
	if (list_length(fitting) > 1)
		refuse_ambiguous_function(lookup->name, list_length(all), "the arguments do not tell which is meant",
								  fitting);
	lookup->found = only;
}

static void
function_work(void *arg)
{
	Lookup	   *lookup = arg;

	if (text_arguments_start(lookup->name) != NULL)
		lookup->found = function_read(function_by_signature(lookup->name));
	else
		lookup_by_name(lookup);
}

Function *
called_function_resolve(Compiler *compiler, const char *name, const Json *with)
{
	Lookup		lookup = {name, with, NULL};

	if (!compiler_guard(compiler, compiler->step->path, function_work, &lookup) ||
		!function_fits(compiler, lookup.found))
		return NULL;
	return lookup.found;
}
