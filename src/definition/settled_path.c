/*
 * settled_path.c
 *		The search_path that a definition means, whatever it says of one.
 */
#include "postgres.h"

#include "definition/settled_path.h"
#include "utils/varlena.h"

/* Is pg_temp in a search_path? Where it is not, it comes first. */
static bool
path_has_temp(const char *path)
{
	List	   *names;
	ListCell   *cell;

	if (!SplitIdentifierString(pstrdup(path), ',', &names))
		return true;			/* is a problem of its own */
	foreach(cell, names)
	{
		if (strcmp(lfirst(cell), "pg_temp") == 0)
			return true;
	}
	return false;
}

void
definition_settle_path(Json *document)
{
	Json	   *settings = json_get(document, "settings");
	Json	   *path;

	if (document->kind != JSON_IS_OBJECT)
		return;
	if (settings == NULL || settings->kind == JSON_IS_NULL)
	{
		settings = json_new_object();
		json_put(document, "settings", settings);
	}
	if (settings->kind != JSON_IS_OBJECT)
		return;
	for (int i = 0; i < settings->count; i++)
		if (pg_strcasecmp(settings->keys[i], "search_path") == 0)
			settings->keys[i] = pstrdup("search_path");
	path = json_get(settings, "search_path");
	if (path == NULL)
		json_put_string(settings, "search_path", FALLBACK_SEARCH_PATH);
	else if (path->kind == JSON_IS_STRING && !path_has_temp(path->text))
		json_put_string(settings, "search_path",
						psprintf("%s%spg_temp", path->text, path->text[0] ? ", " : ""));
}
