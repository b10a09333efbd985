/*
 * locks.c
 *		Tells the locks of a statement from its analysed query: those of tables, of
 *		the rows it writes or asks for, and of rows that its foreign keys refer to.
 *
 * What triggers, cascades and functions lock is theirs. ACCESS SHARE, which stands
 * in the way of nothing but DDL, goes without saying.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/table.h"
#include "base/text_list.h"
#include "explain/locks.h"
#include "lib/stringinfo.h"
#include "lookup/canonical.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "parser/parsetree.h"
#include "program/row_lock.h"
#include "storage/lock.h"
#include "utils/rel.h"
#include "utils/relcache.h"

typedef struct LockLines
{
	StringInfoData text;
	List	   *said;			/* of char * */
} LockLines;

/* Adds a line, unless it is there. */
static void
add_lock(LockLines *lines, const char *line)
{
	if (text_list_has(lines->said, line))
		return;
	lines->said = lappend(lines->said, unconstify(char *, line));
	appendStringInfo(&lines->text, "%s%s", lines->text.len > 0 ? "\n" : "", line);
}

/* A row lock in the words of SQL. */
static const char *
strength_words(LockClauseStrength strength)
{
	StaticAssertStmt(LCS_FORUPDATE - LCS_FORKEYSHARE == LockTupleExclusive, "strengths are in the order of modes");
	return row_lock_words((LockTupleMode) (strength - LCS_FORKEYSHARE));
}

/* What it does where it would have to wait. */
static const char *
wait_words(LockWaitPolicy policy)
{
	switch (policy)
	{
		case LockWaitSkip:
			return " SKIP LOCKED";
		case LockWaitError:
			return " NOWAIT";
		default:
			return "";
	}
}

/* Adds the columns that a list of targets assigns, by FirstLowInvalidHeapAttributeNumber. */
static Bitmapset *
assigned_columns(Bitmapset *columns, const List *targets)
{
	ListCell   *cell;

	foreach(cell, targets)
	{
		const TargetEntry *target = lfirst(cell);

		if (!target->resjunk)
			columns = bms_add_member(columns, target->resno - FirstLowInvalidHeapAttributeNumber);
	}
	return columns;
}

/* The columns of the rows there that a query changes. */
static Bitmapset *
updated_columns(const Query *query)
{
	if (query->commandType == CMD_UPDATE)
		return assigned_columns(NULL, query->targetList);
	if (query->onConflict != NULL && query->onConflict->action == ONCONFLICT_UPDATE)
		return assigned_columns(NULL, query->onConflict->onConflictSet);
	return NULL;
}

/* How the rows are locked that a query writes; NULL: they are new. */
static const char *
written_words(const Query *query, Relation table, const Bitmapset *updated)
{
	if (query->commandType == CMD_DELETE)
		return row_lock_words(row_lock_of_write(true));
	if (updated == NULL)
		return NULL;
	return row_lock_words(row_lock_of_write(bms_overlap(updated, RelationGetIndexAttrBitmap(table, INDEX_ATTR_BITMAP_KEY))));
}

/* Does a query write a column of a foreign key? */
static bool
writes_reference(const Query *query, const ForeignKeyCacheInfo *key, const Bitmapset *updated)
{
	if (query->commandType == CMD_INSERT)
		return true;
	for (int i = 0; i < key->nkeys; i++)
		if (bms_is_member(key->conkey[i] - FirstLowInvalidHeapAttributeNumber, updated))
			return true;
	return false;
}

/* Adds the rows that what is written refers to. */
static void
add_referenced_rows(LockLines *lines, const Query *query, Relation table, const Bitmapset *updated)
{
	ListCell   *cell;

	foreach(cell, RelationGetFKeyList(table))
	{
		const ForeignKeyCacheInfo *key = lfirst(cell);

		if (writes_reference(query, key, updated))
			add_lock(lines, psprintf("%s: rows %s (foreign key)", relation_name_canonical(key->confrelid),
									 row_lock_words(LockTupleKeyShare)));
	}
}

/* A table lock in the words of SQL. */
static const char *
table_lock_words(LOCKMODE mode)
{
	return mode == RowShareLock ? "ROW SHARE" : mode == RowExclusiveLock ? "ROW EXCLUSIVE" :
		GetLockmodeName(DEFAULT_LOCKMETHOD, mode);
}

/* Adds what a query locks of one table. */
static void
add_locked_table(LockLines *lines, const Query *query, int number, const RangeTblEntry *entry)
{
	const RowMarkClause *mark = get_parse_rowmark(unconstify(Query *, query), number);
	const char *name = relation_name_canonical(entry->relid);
	const char *rows = mark != NULL ? psprintf("%s%s", strength_words(mark->strength), wait_words(mark->waitPolicy)) : NULL;

	if (number == query->resultRelation)
	{
		Relation	table = table_open(entry->relid, NoLock);
		Bitmapset  *updated = updated_columns(query);

		rows = written_words(query, table, updated);
		add_lock(lines, psprintf("%s: %s%s%s", name, table_lock_words(entry->rellockmode),
								 rows != NULL ? ", rows " : "", rows != NULL ? rows : ""));
		add_referenced_rows(lines, query, table, updated);
		table_close(table, NoLock);
	}
	else if (rows != NULL)
		add_lock(lines, psprintf("%s: %s, rows %s", name, table_lock_words(entry->rellockmode), rows));
}

/* Adds what a query and those in it lock. */
static bool
locks_walker(Node *node, void *arg)
{
	Query	   *query = (Query *) node;

	if (node == NULL)
		return false;
	if (!IsA(node, Query))
		return expression_tree_walker(node, locks_walker, arg);
	for (int i = 1; i <= list_length(query->rtable); i++)
	{
		const RangeTblEntry *entry = rt_fetch(i, query->rtable);

		if (entry->rtekind == RTE_RELATION)
			add_locked_table(arg, query, i, entry);
	}
	return query_tree_walker(query, locks_walker, arg, 0);
}

char *
locks_of_queries(List *queries)
{
	LockLines	lines = {.said = NIL};
	ListCell   *cell;

	initStringInfo(&lines.text);
	foreach(cell, queries)
		(void) locks_walker(lfirst(cell), &lines);
	return lines.text.len > 0 ? lines.text.data : NULL;
}
