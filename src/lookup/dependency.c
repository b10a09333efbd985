/*
 * dependency.c
 *		Collects what analysed queries and expressions refer to.
 *
 * Whole objects only: an edge to a column would refuse every change of its
 * type, also a harmless one; ddl.c looks closer.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "access/xact.h"
#include "base/compat.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_ts_config.h"
#include "catalog/pg_ts_dict.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lookup/dependency.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "utils/acl.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

void
dependency_add(List **dependencies, Oid class, Oid object)
{
	ObjectAddress *address;
	ListCell   *cell;

	if (!OidIsValid(object) || object < FirstUnpinnedObjectId)
		return;
	foreach(cell, *dependencies)
	{
		address = lfirst(cell);
		if (address->classId == class && address->objectId == object)
			return;
	}
	address = palloc(sizeof(ObjectAddress));
	ObjectAddressSet(*address, class, object);
	*dependencies = lappend(*dependencies, address);
}

/* Adds a type. */
static void
add_type(List **dependencies, Oid type)
{
	dependency_add(dependencies, TypeRelationId, type);
}

/* Adds a function. */
static void
add_function(List **dependencies, Oid function)
{
	dependency_add(dependencies, ProcedureRelationId, function);
}

/* Adds an operator. */
static void
add_operator(List **dependencies, Oid operator)
{
	dependency_add(dependencies, OperatorRelationId, operator);
}

/* Adds what a constant names: 'a_sequence'::regclass and its like. */
static void
add_constant(List **dependencies, const Const *constant)
{
	Oid			object;

	add_type(dependencies, constant->consttype);
	if (constant->constisnull || constant->constlen != sizeof(Oid))
		return;

	object = DatumGetObjectId(constant->constvalue);
	switch (constant->consttype)
	{
		case REGCLASSOID:
			dependency_add(dependencies, RelationRelationId, object);
			break;
		case REGTYPEOID:
			add_type(dependencies, object);
			break;
		case REGPROCOID:
		case REGPROCEDUREOID:
			add_function(dependencies, object);
			break;
		case REGOPEROID:
		case REGOPERATOROID:
			add_operator(dependencies, object);
			break;
		case REGCOLLATIONOID:
			dependency_add(dependencies, CollationRelationId, object);
			break;
		case REGCONFIGOID:
			dependency_add(dependencies, TSConfigRelationId, object);
			break;
		case REGDICTIONARYOID:
			dependency_add(dependencies, TSDictionaryRelationId, object);
			break;
	}
}

/* Adds the operators of a list of OIDs. */
static void
add_operators(List **dependencies, const List *operators)
{
	ListCell   *cell;

	foreach(cell, operators)
		add_operator(dependencies, lfirst_oid(cell));
}

/* Adds the types of a list of OIDs. */
static void
add_types(List **dependencies, const List *types)
{
	ListCell   *cell;

	foreach(cell, types)
		add_type(dependencies, lfirst_oid(cell));
}

/* Does a node refer to no more than the type and collation of its value? */
static bool
has_type_alone(const Node *node)
{
	switch (nodeTag(node))
	{
		case T_Param:
		case T_RelabelType:
		case T_CoerceViaIO:
		case T_ArrayCoerceExpr:
		case T_ConvertRowtypeExpr:
		case T_CoerceToDomain:
		case T_RowExpr:
		case T_ArrayExpr:
		case T_SubscriptingRef:
		case T_MinMaxExpr:
		case T_CaseExpr:
		case T_CoalesceExpr:
#if PG_VERSION_NUM >= 160000
		case T_JsonConstructorExpr:
#endif
#if PG_VERSION_NUM >= 170000
		case T_JsonExpr:
#endif
			return true;
		default:
			return false;
	}
}

/* Adds what one node of an expression refers to by itself. */
static void
add_node(List **dependencies, Node *node)
{
	switch (nodeTag(node))
	{
		case T_Const:
			add_constant(dependencies, (Const *) node);
			break;
		case T_FuncExpr:
			add_function(dependencies, ((FuncExpr *) node)->funcid);
			add_type(dependencies, exprType(node));
			break;
		case T_Aggref:
			add_function(dependencies, ((Aggref *) node)->aggfnoid);
			add_type(dependencies, exprType(node));
			break;
		case T_WindowFunc:
			add_function(dependencies, ((WindowFunc *) node)->winfnoid);
			add_type(dependencies, exprType(node));
			break;
		case T_OpExpr:
		case T_DistinctExpr:
		case T_NullIfExpr:
			/* one struct under three tags */
			add_operator(dependencies, ((OpExpr *) node)->opno);
			add_type(dependencies, exprType(node));
			break;
		case T_ScalarArrayOpExpr:
			add_operator(dependencies, ((ScalarArrayOpExpr *) node)->opno);
			break;
		case T_RowCompareExpr:
			add_operators(dependencies, ((RowCompareExpr *) node)->opnos);
			break;
		case T_SortGroupClause:
			add_operator(dependencies, ((SortGroupClause *) node)->eqop);
			add_operator(dependencies, ((SortGroupClause *) node)->sortop);
			break;
		case T_CollateExpr:
			dependency_add(dependencies, CollationRelationId,
						   ((CollateExpr *) node)->collOid);
			break;
		case T_TableFunc:
			add_types(dependencies, ((TableFunc *) node)->coltypes);
			break;
		case T_FieldSelect:
			add_type(dependencies, exprType((Node *) ((FieldSelect *) node)->arg));
			break;
		case T_FieldStore:
			add_type(dependencies, ((FieldStore *) node)->resulttype);
			break;
		default:
			if (!has_type_alone(node))
				break;
			add_type(dependencies, exprType(node));
			dependency_add(dependencies, CollationRelationId, exprCollation(node));
			break;
	}
}

/* Adds the tables of a query and the types its functions are told to return. */
static void
add_range_table(List **dependencies, const Query *query)
{
	ListCell   *cell;

	foreach(cell, query->rtable)
	{
		RangeTblEntry *entry = lfirst(cell);
		ListCell   *function;

		if (entry->rtekind == RTE_RELATION)
			dependency_add(dependencies, RelationRelationId, entry->relid);
		foreach(function, entry->functions)
		{
			RangeTblFunction *called = lfirst(function);
			ListCell   *type;

			foreach(type, called->funccoltypes)
				add_type(dependencies, lfirst_oid(type));
		}
	}
}

/* Walks queries and expressions. */
static bool
dependency_walker(Node *node, List **dependencies)
{
	if (node == NULL)
		return false;
	CHECK_FOR_INTERRUPTS();
	if (IsA(node, Query))
	{
		add_range_table(dependencies, (Query *) node);
		return query_tree_walker((Query *) node, dependency_walker,
								 dependencies,
								 QTW_IGNORE_JOINALIASES |
								 QTW_EXAMINE_SORTGROUP);
	}
	add_node(dependencies, node);
	return expression_tree_walker(node, dependency_walker, dependencies);
}

void
dependencies_of_query(List **dependencies, Node *query)
{
	(void) dependency_walker(query, dependencies);
}
