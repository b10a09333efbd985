/*
 * function_settings.h
 *		The SET list of a function, for callers that would rather not apply it
 *		when it already holds.
 */
#ifndef CA_FUNCTION_SETTINGS_H
#define CA_FUNCTION_SETTINGS_H

#include "postgres.h"

#include "access/htup.h"
#include "utils/guc.h"

typedef struct FunctionSetting
{
	char	   *name;
	char	   *value;
} FunctionSetting;

typedef struct FunctionSettings
{
	int			count;
	FunctionSetting items[FLEXIBLE_ARRAY_MEMBER];
} FunctionSettings;

/* Which settings the current user may set. */
extern GucContext setting_context(void);

/* The SET list of a pg_proc row, in the current context. */
extern FunctionSettings *function_settings_read(HeapTuple procedure);

/* Is a setting in the SET list of a function? */
extern bool function_sets(Oid function, const char *name);

/* Are all of them in effect already, letter by letter? */
extern bool function_settings_hold(const FunctionSettings *settings);

/* After a call that relied on them: takes back what the called code did with SET LOCAL. */
extern void function_settings_restore(const FunctionSettings *settings);

#endif
