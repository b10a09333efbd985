/*
 * plugin_function.c
 *		Finds the functions that may be plug-ins, and says why others may not.
 *
 * An f(internal) works on the memory of a running action, so it must be C and
 * come from a library that says which version of the interface it was built
 * for. Nothing but the symbol that says so is called here.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/compat.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "custom_actions.h"
#include "fmgr.h"
#include "lookup/canonical.h"
#include "lookup/function_lookup.h"
#include "lookup/proc_row.h"
#include "miscadmin.h"
#include "plugins/plugin_function.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

#define PLUGIN_HINT \
	"A plug-in is a function f(jsonb) that returns jsonb or void, or in C f(internal) that returns void."

typedef int (*AbiFunction) (void);

PG_FUNCTION_INFO_V1(custom_action_plugin_function);

/* Says what is wrong with a function; NULL if it may be a plug-in. */
static const char *
unfitness(Form_pg_proc proc)
{
	Oid			argument = proc->pronargs == 1 ? proc->proargtypes.values[0] : InvalidOid;
	bool		internal = argument == INTERNALOID;

	if (proc->prokind == PROKIND_PROCEDURE)
		return "It is a procedure.";
	if (proc->prokind != PROKIND_FUNCTION)
		return "It is an aggregate or window function.";
	if (proc->pronargs == 0)
		return "It has no argument.";
	if (proc->pronargs != 1)
		return psprintf("It has %d arguments.", proc->pronargs);
	if (argument != JSONBOID && !internal)
		return psprintf("Its argument is of type %s.", format_type_be(argument));
	if (proc->proretset)
		return "It returns a set.";
	if (proc->prorettype != VOIDOID && (internal || proc->prorettype != JSONBOID))
		return psprintf("It returns %s.", format_type_be(proc->prorettype));
	if (internal && proc->prolang != ClanguageId)
		return "It is not written in C.";
	return NULL;
}

/* Reads a function; raises if it cannot be a plug-in. */
static PluginFunction *
read_function(Oid oid)
{
	HeapTuple	tuple = proc_row(oid);
	PluginFunction *function = palloc0(sizeof(PluginFunction));
	Form_pg_proc proc = proc_form(tuple);
	const char *detail;

	detail = unfitness(proc);
	if (detail != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("%s cannot be a plug-in", format_procedure(oid)),
				 errdetail_internal("%s", detail),
				 errhint(PLUGIN_HINT)));

	function->function = oid;
	function->internal = proc->proargtypes.values[0] == INTERNALOID;
	function->returns_void = proc->prorettype == VOIDOID;
	function->volatility = proc->provolatile;
	function->title = psprintf("%s(%s)", function_name_canonical(oid),
							   function->internal ? "internal" : "jsonb");
	ReleaseSysCache(tuple);
	return function;
}

/* Does a candidate have the argument of a plug-in? */
static bool
takes_context(FuncCandidateList candidate)
{
	return candidate->nargs == 1 &&
		(candidate->args[0] == JSONBOID || candidate->args[0] == INTERNALOID);
}

/* Picks the function of a name that takes what plug-ins take; if none does, any, to say why not. */
static Oid
pick_by_name(const char *name, FuncCandidateList candidates)
{
	Oid			found = candidates->oid;
	List	   *fitting = NIL;

	for (; candidates != NULL; candidates = candidates->next)
	{
		if (!takes_context(candidates))
			continue;
		fitting = lappend_oid(fitting, candidates->oid);
		found = candidates->oid;
	}
	if (list_length(fitting) > 1)
		refuse_ambiguous_function(name, list_length(fitting), "each could be the plug-in", fitting);
	return found;
}

PluginFunction *
plugin_function_resolve(const char *name)
{
	const char *arguments = text_arguments_start(name);
	char	   *alone = arguments ? pnstrdup(name, arguments - name) : pstrdup(name);
	FuncCandidateList candidates = functions_by_name(alone, "Write it with its schema.");

	return read_function(arguments ? function_by_signature(name) :
						 pick_by_name(name, candidates));
}

/* Gives the library of a C function. */
static char *
function_library(Oid oid)
{
	HeapTuple	tuple = proc_row(oid);
	char	   *library;

	library = TextDatumGetCString(SysCacheGetAttrNotNull(PROCOID, tuple, Anum_pg_proc_probin));
	ReleaseSysCache(tuple);
	return library;
}

void
plugin_function_require_abi(const PluginFunction *function)
{
	char	   *library;
	AbiFunction abi;
	void	   *handle;
	int			version;

	if (!function->internal)
		return;
	library = function_library(function->function);
	abi = (AbiFunction) load_external_function(library, CUSTOM_ACTIONS_ABI_SYMBOL, false, &handle);
	if (abi == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("%s cannot be a plug-in: library \"%s\" holds no plug-ins of custom_actions",
						function->title, library),
				 errhint("Build it with the header custom_actions.h, and write CUSTOM_ACTIONS_PLUGIN_LIBRARY; once in its sources.")));
	version = abi();
	if (version != CUSTOM_ACTIONS_ABI)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("%s cannot be a plug-in: library \"%s\" was built for version %d of the plug-in interface, and this is version %d",
						function->title, library, version, CUSTOM_ACTIONS_ABI),
				 errhint("Build it anew with the header custom_actions.h that is installed.")));
}

/* SQL: the signature of the function that a name means, if the user may register it. */
Datum
custom_action_plugin_function(PG_FUNCTION_ARGS)
{
	PluginFunction *function = plugin_function_resolve(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	AclResult	result = object_aclcheck(ProcedureRelationId, function->function,
										 GetUserId(), ACL_EXECUTE);

	if (result != ACLCHECK_OK)
		aclcheck_error(result, OBJECT_FUNCTION, function->title);
	plugin_function_require_abi(function);
	PG_RETURN_TEXT_P(cstring_to_text(function->title));
}
