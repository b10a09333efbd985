/*
 * together.c
 *		What of tables and formulas tells that one statement does the work of many.
 *
 * Rows that one statement writes do not see each other, and neither does what is
 * computed for them: what looks around, at tables, at what was done or at the order of
 * things, keeps them apart. In whose eyes they are apart, the callers know: items of a
 * bulk call (engine/many_shape.c), turns of a loop (steps/loop_fits.c).
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/transam.h"
#include "base/compat.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "lookup/action_lookup.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "program/together.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/typcache.h"

/* May the function's value depend on other items, or on their order? */
static bool
function_misfits(Oid function, void *context)
{
	if (function >= FirstNormalObjectId)
		return func_volatile(function) != PROVOLATILE_IMMUTABLE;
	switch (function)
	{
		case F_NEXTVAL:
		case F_CLOCK_TIMESTAMP:
		case F_TIMEOFDAY:
		case F_GEN_RANDOM_UUID:
			return false;
		case F_TABLE_TO_XML:
		case F_TABLE_TO_XML_AND_XMLSCHEMA:
		case F_SCHEMA_TO_XML:
		case F_SCHEMA_TO_XML_AND_XMLSCHEMA:
		case F_DATABASE_TO_XML:
		case F_DATABASE_TO_XML_AND_XMLSCHEMA:
			return true;
		default:
			return func_volatile(function) == PROVOLATILE_VOLATILE;
	}
}

/* Does an expression of a table's call such functions? */
static bool
looks_around_walker(Node *node, void *context)
{
	return node != NULL && (check_functions_in_node(node, function_misfits, context) ||
							expression_tree_walker(node, looks_around_walker, context));
}

bool
trigger_is_protecting(const Trigger *trigger)
{
	return get_func_namespace(trigger->tgfoid) == get_namespace_oid(CA_SCHEMA, true);
}

/* Does a trigger of users' run for each row? */
static bool
has_row_triggers(const TriggerDesc *triggers)
{
	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (TRIGGER_FOR_ROW(trigger->tgtype) && trigger->tgenabled != TRIGGER_DISABLED &&
			!(trigger->tgisinternal && RI_FKey_trigger_type(trigger->tgfoid) != RI_TRIGGER_NONE) &&
			!trigger_is_protecting(trigger))
			return true;
	}
	return false;
}

/* Do checks and computed columns look at the row alone? */
static bool
constraints_look_around(TupleDesc tupdesc)
{
	const TupleConstr *constraints = tupdesc->constr;

	for (int i = 0; constraints != NULL && i < constraints->num_check; i++)
		if (looks_around_walker(stringToNode(constraints->check[i].ccbin), NULL))
			return true;
	for (int i = 0; constraints != NULL && i < constraints->num_defval; i++)
		if (TupleDescAttr(tupdesc, constraints->defval[i].adnum - 1)->attgenerated != '\0' &&
			looks_around_walker(stringToNode(constraints->defval[i].adbin), NULL))
			return true;
	return false;
}

const char *
table_ties_rows(Relation relation)
{
	const FormData_pg_class *class = relation->rd_rel;

	if (class->relkind != RELKIND_RELATION || class->relam != HEAP_TABLE_AM_OID || class->relispartition ||
		class->relhassubclass || relation->rd_rules != NULL || has_superclass(RelationGetRelid(relation)))
		return "a table that it writes is no plain one: a view, partitioned, foreign, part of an inheritance, or with rules";
	if (has_row_triggers(relation->trigdesc))
		return "a table that it writes has triggers that run for each row";
	if (constraints_look_around(RelationGetDescr(relation)))
		return "a table that it writes has checks that call functions which may read";
	return NULL;
}

/* Do the checks of a domain look around? */
static bool
domain_looks_around(Oid domain)
{
	/* it is told when its memory ends, so it lives there */
	DomainConstraintRef *constraints = palloc(sizeof(DomainConstraintRef));
	ListCell   *cell;

	InitDomainConstraintRef(domain, constraints, CurrentMemoryContext, false);
	foreach(cell, constraints->constraints)
	{
		if (looks_around_walker((Node *) ((DomainConstraintState *) lfirst(cell))->check_expr, NULL))
			return true;
	}
	return false;
}

/* Does a column of a composite type hold values of such a domain? */
static bool
columns_look_around(Oid type)
{
	TupleDesc	tupdesc = lookup_rowtype_tupdesc_copy(type, -1);

	for (int i = 0; i < tupdesc->natts; i++)
		if (!TupleDescAttr(tupdesc, i)->attisdropped && type_looks_around(TupleDescAttr(tupdesc, i)->atttypid))
			return true;
	return false;
}

bool
type_looks_around(Oid type)
{
	check_stack_depth();
	if (type < FirstNormalObjectId)
		return false;
	switch (get_typtype(type))
	{
		case TYPTYPE_DOMAIN:
			return domain_looks_around(type) || type_looks_around(getBaseType(type));
		case TYPTYPE_COMPOSITE:
			return columns_look_around(type);
		case TYPTYPE_RANGE:
			return type_looks_around(get_range_subtype(type));
		case TYPTYPE_MULTIRANGE:
			return type_looks_around(get_multirange_range(type));
		default:
			return type_looks_around(get_element_type(type));
	}
}

/* Notes that the tree draws from a sequence; false if it does so elsewhere, or nobody knows from which. */
static bool
draw(SharedUse *use, Oid sequence)
{
	if (!OidIsValid(sequence) || list_member_oid(use->sequences, sequence))
		return false;
	use->sequences = lappend_oid(use->sequences, sequence);
	return true;
}

/* The sequence of nextval(), if it is known. */
static Oid
sequence_of(const FuncExpr *call)
{
	const Node *argument = linitial(call->args);

	return IsA(argument, Const) && !((const Const *) argument)->constisnull ?
		DatumGetObjectId(((const Const *) argument)->constvalue) : InvalidOid;
}

/* Does a node make a value of its type, of parts that need not have been of it? */
static bool
makes_value(const Node *node)
{
	switch (nodeTag(node))
	{
		case T_FuncExpr:
		case T_CoerceViaIO:
		case T_CoerceToDomain:
#if PG_VERSION_NUM >= 170000
		case T_JsonExpr:
#endif
			return true;
		default:
			return false;
	}
}

/* Does it make columns of rows so, with such a domain? */
static bool
columns_of_node_look_around(const Node *node)
{
	const List *types = IsA(node, RangeTblFunction) ? ((const RangeTblFunction *) node)->funccoltypes :
		IsA(node, TableFunc) ? ((const TableFunc *) node)->coltypes : NIL;
	ListCell   *cell;

	foreach(cell, types)
	{
		if (type_looks_around(lfirst_oid(cell)))
			return true;
	}
	return false;
}

/* Is there anything in the tree that ties items together? Notes which tables it reads. */
static bool
tree_misfits_walker(Node *node, void *context)
{
	SharedUse  *use = context;

	if (node == NULL)
		return false;
	if (IsA(node, RangeTblEntry))
	{
		const RangeTblEntry *entry = (const RangeTblEntry *) node;

		if (entry->rtekind == RTE_RELATION)
			use->read = lappend_oid(use->read, entry->relid);
		return false;
	}
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, tree_misfits_walker, context, QTW_EXAMINE_RTES_BEFORE);
	if (IsA(node, NextValueExpr))
		return !draw(use, ((NextValueExpr *) node)->seqid);
	if (IsA(node, FuncExpr) && ((FuncExpr *) node)->funcid == F_NEXTVAL && !draw(use, sequence_of((FuncExpr *) node)))
		return true;
	if (makes_value(node) && type_looks_around(exprType(node)))
		return true;
	return columns_of_node_look_around(node) || check_functions_in_node(node, function_misfits, context) ||
		expression_tree_walker(node, tree_misfits_walker, context);
}

bool
tree_ties_rows(Node *tree, SharedUse *use)
{
	return tree_misfits_walker(tree, use);
}

/* Does a statement give the column a value? */
static bool
query_sets(const Query *query, AttrNumber column)
{
	ListCell   *cell;

	foreach(cell, query->targetList)
	{
		const TargetEntry *entry = lfirst_node(TargetEntry, cell);

		if (!entry->resjunk && entry->resno == column)
			return true;
	}
	return false;
}

bool
insert_looks_around(Relation relation, const Query *query)
{
	TupleDesc	tupdesc = RelationGetDescr(relation);

	for (int i = 0; i < tupdesc->natts; i++)
	{
		const FormData_pg_attribute *attribute = TupleDescAttr(tupdesc, i);

		if (!attribute->attisdropped && get_typtype(attribute->atttypid) == TYPTYPE_DOMAIN &&
			!query_sets(query, i + 1) && type_looks_around(attribute->atttypid))
			return true;
	}
	return false;
}

/* Adds the columns from which unique ones are computed. */
static Bitmapset *
add_computed_from(Relation relation, Bitmapset *columns)
{
	TupleDesc	tupdesc = RelationGetDescr(relation);

	for (int i = 0; tupdesc->constr != NULL && i < tupdesc->constr->num_defval; i++)
	{
		const AttrDefault *made = &tupdesc->constr->defval[i];

		if (TupleDescAttr(tupdesc, made->adnum - 1)->attgenerated != '\0' &&
			bms_is_member(made->adnum - FirstLowInvalidHeapAttributeNumber, columns))
			pull_varattnos(stringToNode(made->adbin), 1, &columns);
	}
	return columns;
}

/* The columns that decide whether a row is the only one of its kind; member 0 of all: any of them. */
static Bitmapset *
unique_columns(Relation relation)
{
	Bitmapset  *columns = NULL;
	ListCell   *cell;

	foreach(cell, RelationGetIndexList(relation))
	{
		Relation	index = index_open(lfirst_oid(cell), AccessShareLock);

		if (index->rd_index->indisunique || index->rd_index->indisexclusion)
		{
			for (int i = 0; i < index->rd_index->indnatts; i++)
				columns = bms_add_member(columns, index->rd_index->indkey.values[i] - FirstLowInvalidHeapAttributeNumber);
			pull_varattnos((Node *) RelationGetIndexExpressions(index), 1, &columns);
			pull_varattnos((Node *) RelationGetIndexPredicate(index), 1, &columns);
		}
		index_close(index, NoLock);
	}
	return add_computed_from(relation, columns);
}

bool
update_is_of_unique(Relation relation, const Query *query)
{
	Bitmapset  *unique = unique_columns(relation);
	ListCell   *cell;

	if (bms_is_member(-FirstLowInvalidHeapAttributeNumber, unique))
		return true;
	foreach(cell, query->targetList)
	{
		const TargetEntry *entry = lfirst_node(TargetEntry, cell);

		if (!entry->resjunk && bms_is_member(entry->resno - FirstLowInvalidHeapAttributeNumber, unique))
			return true;
	}
	return false;
}
