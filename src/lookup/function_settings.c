/*
 * function_settings.c
 *		The SET list of a function, compared with what is in effect.
 *
 * PostgreSQL opens a level of settings for every call of a function with a SET
 * list, sets them all and looks up the schemas of the search_path anew. A
 * nested call that would set what its caller has set already can do without.
 * What the level would have undone is undone afterwards: a SET LOCAL of one of
 * these settings lasts no longer than the function. (A plain SET of one would
 * last for the session; so it does, but the caller goes on under its own.)
 */
#include "postgres.h"

#include "base/compat.h"
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "lookup/function_settings.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/syscache.h"

#define SEARCH_PATH	"search_path"

/* Splits "name=value". */
static FunctionSetting
setting_split(const char *text)
{
	const char *equals = strchr(text, '=');
	FunctionSetting setting;

	if (equals == NULL)
		elog(ERROR, "malformed setting of a function: \"%s\"", text);
	setting.name = pnstrdup(text, equals - text);
	setting.value = pstrdup(equals + 1);
	return setting;
}

GucContext
setting_context(void)
{
	return superuser() ? PGC_SUSET : PGC_USERSET;
}

FunctionSettings *
function_settings_read(HeapTuple procedure)
{
	FunctionSettings *settings;
	Datum	   *elements = NULL;
	int			count = 0;
	bool		isnull;
	Datum		list = SysCacheGetAttr(PROCOID, procedure, Anum_pg_proc_proconfig, &isnull);

	if (!isnull)
		deconstruct_array(DatumGetArrayTypeP(list), TEXTOID, -1, false, TYPALIGN_INT,
						  &elements, NULL, &count);
	settings = palloc(offsetof(FunctionSettings, items) + count * sizeof(FunctionSetting));
	settings->count = count;
	for (int i = 0; i < count; i++)
		settings->items[i] = setting_split(TextDatumGetCString(elements[i]));
	return settings;
}

bool
function_sets(Oid function, const char *name)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	FunctionSettings *settings;

	if (!HeapTupleIsValid(tuple))
		return false;
	settings = function_settings_read(tuple);
	ReleaseSysCache(tuple);
	for (int i = 0; i < settings->count; i++)
		if (pg_strcasecmp(settings->items[i].name, name) == 0)
			return true;
	return false;
}

/* Has the setting this very value? */
static bool
setting_holds(const FunctionSetting *setting)
{
	const char *current;

	if (strcmp(setting->name, SEARCH_PATH) == 0)
		return strcmp(namespace_search_path, setting->value) == 0;
	current = GetConfigOption(setting->name, true, false);
	return current != NULL && strcmp(current, setting->value) == 0;
}

bool
function_settings_hold(const FunctionSettings *settings)
{
	for (int i = 0; i < settings->count; i++)
		if (!setting_holds(&settings->items[i]))
			return false;
	return true;
}

void
function_settings_restore(const FunctionSettings *settings)
{
	for (int i = 0; i < settings->count; i++)
		if (!setting_holds(&settings->items[i]))
			(void) set_config_option(settings->items[i].name, settings->items[i].value,
									 setting_context(), PGC_S_SESSION,
									 GUC_ACTION_LOCAL, true, 0, false);
}
