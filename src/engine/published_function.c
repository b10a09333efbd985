/*
 * published_function.c
 *		What pg_proc says of the function of an action, and must say.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_proc.h"
#include "engine/published_function.h"
#include "lookup/canonical.h"
#include "lookup/function_settings.h"
#include "lookup/proc_row.h"
#include "utils/array.h"
#include "utils/guc.h"
#include "utils/syscache.h"

PublishedFunction *
published_function(Oid oid)
{
	PublishedFunction *function = palloc0(sizeof(PublishedFunction));
	HeapTuple	tuple = proc_row(oid);
	Form_pg_proc procedure = proc_form(tuple);
	Datum		datum;
	bool		isnull;

	function->oid = oid;
	function->owner = procedure->proowner;
	function->schema = procedure->pronamespace;
	function->kind = procedure->prokind;
	function->strict = procedure->proisstrict;
	function->security_definer = procedure->prosecdef;
	function->volatility = procedure->provolatile;
	function->written_by = HeapTupleHeaderGetXmin(tuple->t_data);

	datum = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_proconfig, &isnull);
	if (!isnull)
		function->settings = DatumGetArrayTypePCopy(datum);
	ReleaseSysCache(tuple);

	function->name = function_name_canonical(oid);
	return function;
}

ArrayType *
published_settings(const PublishedFunction *function, const Json *settings)
{
	const char *path = json_get_text(settings, "search_path");

	if (path == NULL || function_sets(function->oid, "search_path"))
		return function->settings;
	return GUCArrayAdd(function->settings, "search_path", path);
}

void
require_attributes(const PublishedFunction *function,
				   const Definition *definition)
{
	if (function->security_definer != definition->as_owner)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
				 errmsg("function of action \"%s\" must be SECURITY %s",
						function->name,
						definition->as_owner ? "DEFINER" : "INVOKER"),
				 errdetail("Its definition says \"run_as\": \"%s\".",
						   definition->as_owner ? "owner" : "caller"),
				 errhint("Change run_as in the draft and activate the action.")));
	if (function->strict)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
				 errmsg("function of action \"%s\" must be CALLED ON NULL INPUT",
						function->name),
				 errdetail("invoke_action() runs it whatever is null.")));
	if (function->volatility != (definition->read_only ? PROVOLATILE_STABLE : PROVOLATILE_VOLATILE))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
				 errmsg("function of action \"%s\" must be %s",
						function->name,
						definition->read_only ? "STABLE" : "VOLATILE"),
				 errdetail("Its definition says \"read_only\": %s.",
						   definition->read_only ? "true" : "false"),
				 errhint("Change read_only in the draft and activate the action.")));
	if (function->security_definer && !function_sets(function->oid, "search_path"))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_FUNCTION_DEFINITION),
				 errmsg("function of action \"%s\" must set search_path", function->name),
				 errdetail("It runs as its owner, and names in its formulas would mean what the caller likes."),
				 errhint("Activate the action again, or use ALTER FUNCTION %s SET search_path.",
						 function->name)));
}
