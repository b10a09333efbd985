/*
 * row_key.c
 *		Rows by their key: the condition that picks one, and what is raised when
 *		there is none or more than one.
 *
 * Keys compare by the operator of their own index, with a value coerced to
 * the column's type.
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "lookup/canonical.h"
#include "lookup/key.h"
#include "run/frame.h"
#include "steps/row_key.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/* In a database of Citus any table may be spread. */
bool
table_is_plain_and_local(Oid table)
{
	Relation	relation = relation_open(table, AccessShareLock);
	bool		plain = relation->rd_rel->relkind == RELKIND_RELATION &&
		relation->rd_rel->relam == HEAP_TABLE_AM_OID && !relation->rd_rel->relispartition &&
		!relation->rd_rel->relhassubclass && !relation->rd_rel->relrowsecurity &&
		relation->rd_rules == NULL;

	relation_close(relation, NoLock);
	return plain && !OidIsValid(get_relname_relid("pg_dist_partition", PG_CATALOG_NAMESPACE));
}

void
row_key_condition(Statement *statement, StringInfo text, Oid table,
				  const List *key, const List *values)
{
	for (int i = 0; i < list_length(key); i++)
	{
		const KeyColumn *column = list_nth(key, i);

		appendStringInfo(text, "%sthis.%s %s %s", i > 0 ? " AND " : "",
						 quote_identifier(column->name), column->equals,
						 statement_value(statement, list_nth(values, i)));
	}
	statement->by_key = key != NIL && ((KeyColumn *) linitial(key))->indexed &&
		table_is_plain_and_local(table);
}

void
row_missing(Frame *frame, int sqlstate, const char *message, const char *hint)
{
	ereport(ERROR,
			(errcode(sqlstate),
			 errmsg("%s", message),
			 frame_errdetail(frame),
			 errhint("%s", hint ? hint : "It does not exist, or it is not visible to you.")));
}

void
row_not_alone(Frame *frame, Oid table)
{
	ereport(ERROR,
			(errcode(ERRCODE_TOO_MANY_ROWS),
			 errmsg("several rows of %s have this key", relation_name_canonical(table)),
			 frame_errdetail(frame),
			 errhint("The columns of the key must identify one row.")));
}
