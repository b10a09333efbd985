/*
 * column_places.c
 *		All relations through which a column of a table's rows is written.
 *
 * Everything is read from the catalogs, without a lock on what is read about, since
 * messages of errors ask for it.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_rewrite.h"
#include "lookup/canonical.h"
#include "lookup/column_places.h"
#include "lookup/depend.h"
#include "lookup/table_parents.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteSupport.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/* The query of a view, or NULL. */
static const Query *
query_of_view(Oid view)
{
	HeapTuple	rule = SearchSysCache2(RULERELNAME, ObjectIdGetDatum(view), PointerGetDatum(ViewSelectRuleName));
	List	   *actions = NIL;
	bool		isnull;
	Datum		action;

	if (!HeapTupleIsValid(rule))
		return NULL;
	action = SysCacheGetAttr(RULERELNAME, rule, Anum_pg_rewrite_ev_action, &isnull);
	if (!isnull)
		actions = castNode(List, stringToNode(TextDatumGetCString(action)));
	ReleaseSysCache(rule);
	return list_length(actions) == 1 ? linitial_node(Query, actions) : NULL;
}

/* Adds a place, if the relation has the column and is not there yet. */
static List *
with_place(List *places, Oid relation, const char *column)
{
	ColumnPlace *place;
	ListCell   *cell;

	foreach(cell, places)
	{
		place = lfirst(cell);
		if (place->relation == relation && strcmp(place->column, column) == 0)
			return places;
	}
	if (get_attnum(relation, column) == InvalidAttrNumber)
		return places;
	place = palloc(sizeof(ColumnPlace));
	place->relation = relation;
	place->table = relation_name_canonical(relation);
	place->column = pstrdup(column);
	return lappend(places, place);
}

/* The column that is a view's column as it is; false: there is none. */
bool
column_below(Oid view, const char *column, Oid *relation, char **name)
{
	const Query *query = get_rel_relkind(view) == RELKIND_VIEW ? query_of_view(view) : NULL;
	AttrNumber	number = get_attnum(view, column);
	ListCell   *cell;

	foreach(cell, query != NULL ? query->targetList : NIL)
	{
		const TargetEntry *entry = lfirst(cell);
		const Var  *var = (const Var *) entry->expr;

		if (entry->resjunk || entry->resno != number || !IsA(var, Var) || var->varlevelsup > 0 ||
			var->varattno <= 0 || rt_fetch(var->varno, query->rtable)->rtekind != RTE_RELATION)
			continue;
		*relation = rt_fetch(var->varno, query->rtable)->relid;
		*name = get_attname(*relation, var->varattno, true);
		return *name != NULL;
	}
	return false;
}

/* Adds what is below a view, down to a table. */
static List *
with_below(List *places)
{
	for (int i = 0; i < list_length(places); i++)
	{
		const ColumnPlace *place = list_nth(places, i);
		Oid			relation;
		char	   *name;

		CHECK_FOR_INTERRUPTS();
		if (column_below(place->relation, place->column, &relation, &name))
			places = with_place(places, relation, name);
	}
	return places;
}

/* Adds the columns of a view that are a place as it is. */
static List *
with_view(List *places, Oid view, const ColumnPlace *place)
{
	const Query *query = get_rel_relkind(view) == RELKIND_VIEW ? query_of_view(view) : NULL;
	AttrNumber	number = get_attnum(place->relation, place->column);
	ListCell   *cell;

	foreach(cell, query != NULL ? query->targetList : NIL)
	{
		const TargetEntry *entry = lfirst(cell);
		const Var  *var = (const Var *) entry->expr;
		const char *name = entry->resjunk ? NULL : get_attname(view, entry->resno, true);

		if (name != NULL && IsA(var, Var) && var->varlevelsup == 0 && var->varattno == number &&
			rt_fetch(var->varno, query->rtable)->relid == place->relation)
			places = with_place(places, view, name);
	}
	return places;
}

/* Adds what leads from one relation to others: its parents, or its parts. They have the column by the same name. */
static List *
with_relations(List *places, List *(*others) (Oid relation))
{
	for (int i = 0; i < list_length(places); i++)
	{
		const ColumnPlace *place = list_nth(places, i);
		ListCell   *cell;

		CHECK_FOR_INTERRUPTS();
		foreach(cell, others(place->relation))
			places = with_place(places, lfirst_oid(cell), place->column);
	}
	return places;
}

/* The parts of a table. */
static List *
parts_of(Oid relation)
{
	return find_inheritance_children(relation, NoLock);
}

List *
column_places(Oid relation, const char *column)
{
	List	   *places = with_below(with_place(NIL, relation, column));
	List	   *parts = with_relations(list_copy(places), parts_of);
	ListCell   *cell;

	places = with_relations(places, table_parents);
	foreach(cell, parts)
	{
		const ColumnPlace *part = lfirst(cell);

		places = with_place(places, part->relation, part->column);
	}
	for (int i = 0; i < list_length(places); i++)
	{
		const ColumnPlace *place = list_nth(places, i);

		CHECK_FOR_INTERRUPTS();
		foreach(cell, views_over(place->relation))
			places = with_view(places, lfirst_oid(cell), place);
	}
	return places;
}
