/*
 * settings.h
 *		Settings of tables: which column owns a row, which holds its status.
 */
#ifndef CA_SETTINGS_H
#define CA_SETTINGS_H

#include "postgres.h"

/* Value of owner_column or status_column in custom_actions.table_setting, or NULL. */
extern char *table_setting(Oid table, const char *setting);

#endif
