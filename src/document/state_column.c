/*
 * state_column.c
 *		The column that a caller of state_transitions() or state_diagram() means.
 */
#include "postgres.h"

#include "base/compat.h"
#include "document/state_column.h"
#include "lookup/canonical.h"
#include "lookup/suggest_catalog.h"
#include "lookup/table_name.h"
#include "lookup/table_setting_find.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

/* Raises unless a relation has rows. */
static void
require_table(Oid relation)
{
	if (!relkind_is_table(get_rel_relkind(relation)))
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a table", relation_name_canonical(relation))));
}

/* Refuses a column that there is not. */
pg_noreturn static void
refuse_column(Oid relation, const char *name, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("column \"%s\" of table %s does not exist", name, relation_name_canonical(relation)),
			 errhint("%s", hint != NULL ? hint : "Name the column that holds the state.")));
}

/* The name of the column; raises if there is none. */
static char *
column_name(Oid relation, FunctionCallInfo fcinfo)
{
	char	   *name = PG_ARGISNULL(1) ? table_setting_find(relation, "status_column") :
		text_to_cstring(PG_GETARG_TEXT_PP(1));

	if (name == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("table %s has no status_column", relation_name_canonical(relation)),
				 errhint("Name the column, or set status_column for the table in custom_actions.table_setting.")));
	if (get_attnum(relation, name) <= 0)
		refuse_column(relation, name, PG_ARGISNULL(1) ?
					  "It is the status_column of the table in custom_actions.table_setting." : suggest_column(relation, name));
	return name;
}

const StateColumn *
state_column_asked_for(FunctionCallInfo fcinfo)
{
	Oid			relation = PG_ARGISNULL(0) ? InvalidOid : PG_GETARG_OID(0);
	StateColumn *column;

	if (!OidIsValid(relation))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("target_table must not be null"),
				 errhint("Give the name of the table whose rows have the states.")));
	require_table(relation);
	column = state_column(relation, column_name(relation, fcinfo));
	transitions_of_actions(column, InvalidOid);
	return column;
}
