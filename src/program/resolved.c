/*
 * resolved.c
 *		What a definition meant while it was compiled: its formulas, its places, its
 *		trees; and whether two mean the same.
 *
 * Trees are kept without what names and positions leave in them, so that two
 * that are equal mean the same objects, columns by number. Params are told apart
 * by what they read, not by their slots. The names in formulas are found in
 * program/resolved_names.c.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/sql_tokens.h"
#include "base/text_list.h"
#include "catalog/pg_class.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_proc.h"
#include "lookup/canonical.h"
#include "lookup/object_name.h"
#include "nodes/nodeFuncs.h"
#include "program/formula.h"
#include "program/program.h"
#include "program/resolved.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

Resolved *
resolved_new(MemoryContext parent)
{
	MemoryContext mcxt = AllocSetContextCreate(parent, "custom action resolved names", ALLOCSET_DEFAULT_SIZES);
	Resolved   *resolved = MemoryContextAllocZero(mcxt, sizeof(Resolved));

	resolved->mcxt = mcxt;
	return resolved;
}

void
resolved_reset(Resolved *resolved)
{
	MemoryContext mcxt = resolved->mcxt;

	memset(resolved, 0, sizeof(Resolved));
	resolved->mcxt = mcxt;
}

/* Finds a formula, or adds it. */
static ResolvedFormula *
formula_entry(Resolved *resolved, const Formula *formula)
{
	ResolvedFormula *entry;
	MemoryContext old;
	ListCell   *cell;

	foreach(cell, resolved->formulas)
	{
		entry = lfirst(cell);
		if (strcmp(entry->text, formula->text) == 0 && strcmp(entry->location, formula->location) == 0)
			return entry;
	}
	old = MemoryContextSwitchTo(resolved->mcxt);
	entry = palloc0(sizeof(ResolvedFormula));
	entry->location = pstrdup(formula->location);
	entry->text = pstrdup(formula->text);
	entry->tokens = sql_tokens(entry->text);
	resolved->formulas = lappend(resolved->formulas, entry);
	MemoryContextSwitchTo(old);
	return entry;
}

ResolvedFormula *
resolved_enter(Program *program, const Formula *formula)
{
	Resolved   *resolved = program->resolved;
	ResolvedFormula *outer;

	if (resolved == NULL)
		return NULL;
	outer = resolved->current;
	resolved->current = formula_entry(resolved, formula);
	return outer;
}

void
resolved_leave(Program *program, ResolvedFormula *outer)
{
	if (program->resolved != NULL)
		program->resolved->current = outer;
}

void
resolved_describe(ResolvedName *name, Oid class, Oid object, int part)
{
	ObjectAddressSubSet(name->object, class, object, part);
	name->schema = object_schema(&name->object);
	name->schema_was = OidIsValid(name->schema) ? get_namespace_name(name->schema) : NULL;
	name->was = object_name(&name->object);
}

/* Takes out of a FROM item what names leave there. */
static void
forget_item_names(RangeTblEntry *rte)
{
	ListCell   *cell;

	rte->alias = NULL;
	rte->eref = NULL;
	rte->join_using_alias = NULL;
	foreach(cell, rte->functions)
		((RangeTblFunction *) lfirst(cell))->funccolnames = NIL;
}

/* Takes out of a tree what names leave there, and what numbers the slots have. */
static bool
forget_walker(Node *node, void *arg)
{
	if (node == NULL)
		return false;
	switch (nodeTag(node))
	{
		case T_Query:
			return query_tree_walker((Query *) node, forget_walker, arg,
									 QTW_EXAMINE_RTES_BEFORE | QTW_EXAMINE_SORTGROUP);
		case T_RangeTblEntry:
			forget_item_names((RangeTblEntry *) node);
			return false;
		case T_TargetEntry:
			((TargetEntry *) node)->resname = NULL;
			break;
		case T_CommonTableExpr:
			((CommonTableExpr *) node)->aliascolnames = NIL;
			((CommonTableExpr *) node)->ctecolnames = NIL;
			break;
		case T_JoinExpr:
			((JoinExpr *) node)->alias = NULL;
			((JoinExpr *) node)->join_using_alias = NULL;
			((JoinExpr *) node)->usingClause = NIL;
			break;
		case T_RowExpr:
			((RowExpr *) node)->colnames = NIL;
			break;
		case T_Param:
			((Param *) node)->paramid = 0;
			break;
		default:
			break;
	}
	return expression_tree_walker(node, forget_walker, arg);
}

void
resolved_tree_add(Resolved *resolved, List **trees, Node *tree)
{
	MemoryContext old = MemoryContextSwitchTo(resolved->mcxt);
	Node	   *copy = copyObject(tree);

	(void) forget_walker(copy, NULL);
	*trees = lappend(*trees, copy);
	MemoryContextSwitchTo(old);
}

/* Adds a place to a list. */
static List *
add_place(Resolved *resolved, List *places, const char *location, Oid class, Oid object)
{
	MemoryContext old;
	ResolvedPlace *place;

	if (!OidIsValid(object) || resolved_place_find(places, location) != NULL)
		return places;
	old = MemoryContextSwitchTo(resolved->mcxt);
	place = palloc0(sizeof(ResolvedPlace));
	place->location = pstrdup(location);
	resolved_describe(&place->name, class, object, 0);
	if (class == ProcedureRelationId)
		place->signature = signature_canonical(object);
	places = lappend(places, place);
	MemoryContextSwitchTo(old);
	return places;
}

void
resolved_place(Program *program, const char *location, Oid class, Oid object)
{
	Resolved   *resolved = program->resolved;

	if (resolved != NULL)
		resolved->places = add_place(resolved, resolved->places, location, class, object);
}

const ResolvedColumns *
resolved_columns_find(const Resolved *resolved, Oid relation)
{
	ListCell   *cell;

	foreach(cell, resolved->columns)
	{
		if (((ResolvedColumns *) lfirst(cell))->relation == relation)
			return lfirst(cell);
	}
	return NULL;
}

/* How many columns a table has, dropped ones too. */
static int
number_of_columns(Oid relation)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
	int			count = HeapTupleIsValid(tuple) ? ((Form_pg_class) GETSTRUCT(tuple))->relnatts : 0;

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return count;
}

/* Notes what the columns of a table are called. */
static void
note_columns(Resolved *resolved, Oid relation)
{
	MemoryContext old = MemoryContextSwitchTo(resolved->mcxt);
	ResolvedColumns *columns = palloc0(sizeof(ResolvedColumns));

	columns->relation = relation;
	columns->count = number_of_columns(relation);
	columns->names = palloc0(sizeof(char *) * (columns->count + 1));
	for (int i = 0; i < columns->count; i++)
		columns->names[i] = get_attname(relation, i + 1, true);
	resolved->columns = lappend(resolved->columns, columns);
	MemoryContextSwitchTo(old);
}

void
resolved_table(Program *program, const char *location, Oid relation)
{
	Resolved   *resolved = program->resolved;

	if (resolved == NULL || !OidIsValid(relation))
		return;
	resolved->tables = add_place(resolved, resolved->tables, location, RelationRelationId, relation);
	if (resolved_columns_find(resolved, relation) == NULL)
		note_columns(resolved, relation);
}

/* The label of an enum; InvalidOid: there is none. */
static Oid
label_of_enum(Oid type, const char *label)
{
	return strlen(label) >= NAMEDATALEN ? InvalidOid :
		GetSysCacheOid2(ENUMTYPOIDNAME, Anum_pg_enum_oid, ObjectIdGetDatum(type), CStringGetDatum(label));
}

void
resolved_label(Program *program, const Value *value, Oid type)
{
	Resolved   *resolved = program->resolved;

	if (resolved == NULL || !OidIsValid(type) || value->json->kind != JSON_IS_STRING)
		return;
	type = getBaseType(type);
	if (type_is_enum(type))
		resolved->labels = add_place(resolved, resolved->labels, value->location, EnumRelationId,
									 label_of_enum(type, value->json->text));
}

void
resolved_statement(Program *program, Node *tree)
{
	Resolved   *resolved = program->resolved;

	if (resolved != NULL)
		resolved_tree_add(resolved, &resolved->trees, tree);
}

const ResolvedPlace *
resolved_place_find(const List *places, const char *location)
{
	ListCell   *cell;

	foreach(cell, places)
	{
		const ResolvedPlace *place = lfirst(cell);

		if (strcmp(place->location, location) == 0)
			return place;
	}
	return NULL;
}

bool
resolved_same(const Resolved *one, const Resolved *other, int *formula)
{
	int			count = Min(list_length(one->formulas), list_length(other->formulas));

	for (*formula = 0; *formula < count; (*formula)++)
	{
		const ResolvedFormula *first = list_nth(one->formulas, *formula);
		const ResolvedFormula *second = list_nth(other->formulas, *formula);

		if (!equal(first->trees, second->trees) || !text_list_same(first->own, second->own))
			return false;
	}
	*formula = -1;
	return list_length(one->formulas) == list_length(other->formulas) && equal(one->trees, other->trees);
}
