/*
 * table_setting_find.c
 *		Looks up what custom_actions.table_setting says of a table.
 */
#include "postgres.h"

#include "lookup/canonical.h"
#include "lookup/own_table.h"
#include "lookup/table_setting_find.h"
#include "utils/lsyscache.h"

char *
table_setting_find(Oid relation, const char *setting)
{
	char	  **spellings = name_spellings(get_namespace_name(get_rel_namespace(relation)),
										   get_rel_name(relation));

	for (; *spellings != NULL; spellings++)
	{
		char	   *found = own_table_text("table_setting", *spellings, setting);

		if (found != NULL)
			return found;
	}
	return NULL;
}
