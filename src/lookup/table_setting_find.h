/*
 * table_setting_find.h
 *		Looks up what custom_actions.table_setting says of a table.
 */
#ifndef CA_TABLE_SETTING_FIND_H
#define CA_TABLE_SETTING_FIND_H

#include "postgres.h"

/* A column of the table's row, in whatever spelling its name is stored, or NULL. */
extern char *table_setting_find(Oid relation, const char *setting);

#endif
