/*
 * function_lookup.c
 *		Finds functions by what a definition calls them, under the search_path in
 *		force.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/text_list.h"
#include "catalog/pg_proc.h"
#include "lookup/action_lookup.h"
#include "lookup/denied.h"
#include "lookup/function_lookup.h"
#include "lookup/proc_row.h"
#include "lookup/suggest_catalog.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/syscache.h"

const char *
text_arguments_start(const char *text)
{
	bool		quoted = false;

	for (; *text != '\0'; text++)
	{
		if (*text == '"')
			quoted = !quoted;
		else if (*text == '(' && !quoted)
			return text;
	}
	return NULL;
}

#define MAX_EXAMPLES	5		/* signatures that a hint lists */

Oid
function_by_signature(const char *signature)
{
	return DatumGetObjectId(DirectFunctionCall1(regprocedurein, CStringGetDatum(signature)));
}

FuncCandidateList
function_candidates(List *names)
{
	int			flags;

	return FuncnameGetCandidates(names, -1, NIL, false, false, false, true, &flags);
}

FuncCandidateList
functions_by_name(const char *name, const char *hint)
{
	List	   *names = stringToQualifiedNameList(name, NULL);
	FuncCandidateList candidates;

	if (list_length(names) > 1)
		require_schema_usage(strVal(list_nth(names, list_length(names) - 2)));
	candidates = function_candidates(names);
	if (candidates == NULL)
	{
		const char *like = suggest_function(name);

		if (like == NULL && list_length(names) == 1)
			like = hint;
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("function %s does not exist", name),
				 like ? errhint("%s", like) : 0));
	}
	return candidates;
}

void
refuse_ambiguous_function(const char *name, int count, const char *why, const List *examples)
{
	List	   *signatures = NIL;
	char	   *shown;
	ListCell   *cell;

	foreach(cell, examples)
		signatures = lappend(signatures, format_procedure(lfirst_oid(cell)));
	list_sort(signatures, text_list_compare);
	shown = text_list_join(list_truncate(signatures, MAX_EXAMPLES));
	ereport(ERROR,
			(errcode(ERRCODE_AMBIGUOUS_FUNCTION),
			 errmsg("there are %d functions %s, and %s", count, name, why),
			 list_length(examples) == 1 || list_length(examples) > MAX_EXAMPLES ?
			 errhint("Write the signature, for example %s.", shown) :
			 errhint("Write the signature, one of %s.", shown)));
	pg_unreachable();
}

Oid
own_function(const char *name, oidvector *arguments)
{
	Oid			function = GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum(name),
										   PointerGetDatum(arguments),
										   ObjectIdGetDatum(get_namespace_oid(CA_SCHEMA, false)));

	if (!OidIsValid(function))
		elog(ERROR, "function %s.%s does not exist", CA_SCHEMA, name);
	return function;
}

Oid
function_owner(Oid function)
{
	HeapTuple	tuple = proc_row(function);
	Oid			owner;

	owner = proc_form(tuple)->proowner;
	ReleaseSysCache(tuple);
	return owner;
}
