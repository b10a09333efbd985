/*
 * path_sight.c
 *		Does the search_path matter to what an analysed statement or formula does?
 *
 * Names have become OIDs by then, so that only what runs can look at the setting:
 * functions of users', which triggers, checks, policies, indexes, domains, types and
 * operators may call, too, and those of PostgreSQL that look names up or print
 * them. Whatever is not known to be blind sees: a kind of node, of relation, of
 * trigger, a type, a function that is neither immutable nor in the list below.
 * (What PostgreSQL has declared immutable and takes and gives plain values only is
 * blind by that.) A message is part of what is seen, since a type that is not in the
 * path is shown with its schema.
 *
 * What comes later is noticed, since the statement is analysed anew then, and looked
 * at again: so nothing may be called blind that could begin to see without a change
 * of one of the statement's own tables. That is why tables with children see, and
 * references that change the rows of others.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/transam.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "nodes/nodeFuncs.h"
#include "program/path_sight.h"
#include "rewrite/rewriteHandler.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"

static bool sight_walker(Node *node, void *context);

#define KEPT_TABLES		8

/* Tables that were found to be blind, while the catalogs were as they are. */
static struct
{
	Oid			table;
	bool		written;
}			blind_tables[KEPT_TABLES];
static uint64 nblind_tables = 0;
static uint64 blind_as_of = 0;	/* changes of the catalogs by then */

/*
 * Functions of PostgreSQL that are not immutable, and read no more than their arguments,
 * the clock, the time zone, how values are printed, and the state of the session. In
 * ASCII order. All that have the name: they are asked for with plain arguments only.
 */
static const char *const blind_functions[] = {
	"age", "anytextcat", "array_to_json", "array_to_string", "clock_timestamp", "concat", "concat_ws",
	"current_database", "current_user", "currval", "date", "date_cmp_timestamptz", "date_eq_timestamptz",
	"date_ge_timestamptz", "date_gt_timestamptz", "date_le_timestamptz", "date_lt_timestamptz",
	"date_ne_timestamptz", "date_part", "date_trunc", "extract", "format", "gen_random_uuid",
	"generate_series", "interval_pl_timestamptz", "json_agg", "json_build_array", "json_build_object",
	"json_object_agg", "jsonb_agg", "jsonb_build_array", "jsonb_build_object", "jsonb_object_agg", "lastval",
	"make_timestamptz", "nextval", "now", "overlaps", "pg_advisory_lock", "pg_advisory_xact_lock",
	"pg_backend_pid", "pg_current_xact_id", "pg_current_xact_id_if_assigned", "pg_notify", "pg_sleep",
	"pg_try_advisory_lock", "pg_try_advisory_xact_lock", "quote_literal", "quote_nullable", "random",
	"session_user", "statement_timestamp", "textanycat", "time", "timeofday", "timestamp",
	"timestamp_cmp_timestamptz", "timestamp_eq_timestamptz", "timestamp_ge_timestamptz",
	"timestamp_gt_timestamptz", "timestamp_le_timestamptz", "timestamp_lt_timestamptz",
	"timestamp_ne_timestamptz", "timestamptz", "timestamptz_cmp_date", "timestamptz_cmp_timestamp",
	"timestamptz_eq_date", "timestamptz_eq_timestamp", "timestamptz_ge_date", "timestamptz_ge_timestamp",
	"timestamptz_gt_date", "timestamptz_gt_timestamp", "timestamptz_le_date", "timestamptz_le_timestamp",
	"timestamptz_lt_date", "timestamptz_lt_timestamp", "timestamptz_mi_interval", "timestamptz_ne_date",
	"timestamptz_ne_timestamp", "timestamptz_pl_interval", "timetz", "timezone", "to_char", "to_date",
	"to_json", "to_jsonb", "to_number", "to_timestamp", "transaction_timestamp", "txid_current",
	"txid_current_if_assigned"
};

/* Is an object PostgreSQL's own, and there from the beginning? */
static inline bool
is_built_in(Oid object)
{
	return object < FirstUnpinnedObjectId;
}

/* Orders names, for bsearch(). */
static int
compare_function_name(const void *name, const void *entry)
{
	return strcmp(name, *(const char *const *) entry);
}

bool
function_sees(Oid function)
{
	char	   *name;

	if (!is_built_in(function))
		return true;
	if (func_volatile(function) == PROVOLATILE_IMMUTABLE)
		return false;
	name = get_func_name(function);
	return name == NULL || bsearch(name, blind_functions, lengthof(blind_functions), sizeof(char *),
								   compare_function_name) == NULL;
}

static bool
function_sees_checker(Oid function, void *context)
{
	return function_sees(function);
}

/* Can values of a type be computed with, read and printed without a look at the path? */
static bool
type_is_innocent(Oid type)
{
	switch (type)
	{
		case BOOLOID:
		case BYTEAOID:
		case CHAROID:
		case NAMEOID:
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case FLOAT4OID:
		case FLOAT8OID:
		case NUMERICOID:
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
		case DATEOID:
		case TIMEOID:
		case TIMETZOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
		case INTERVALOID:
		case UUIDOID:
		case JSONOID:
		case JSONBOID:
		case JSONPATHOID:
		case OIDOID:
		case XIDOID:
		case XID8OID:
		case TIDOID:
		case CIDOID:
		case BITOID:
		case VARBITOID:
		case INETOID:
		case CIDROID:
		case MACADDROID:
		case MACADDR8OID:
		case MONEYOID:
		case POINTOID:
		case LINEOID:
		case LSEGOID:
		case BOXOID:
		case PATHOID:
		case POLYGONOID:
		case CIRCLEOID:
		case INT4RANGEOID:
		case INT8RANGEOID:
		case NUMRANGEOID:
		case DATERANGEOID:
		case TSRANGEOID:
		case TSTZRANGEOID:
		case INT4MULTIRANGEOID:
		case INT8MULTIRANGEOID:
		case NUMMULTIRANGEOID:
		case DATEMULTIRANGEOID:
		case TSMULTIRANGEOID:
		case TSTZMULTIRANGEOID:
		case UNKNOWNOID:
		case VOIDOID:
			return true;
		default:
			return false;
	}
}

bool
type_is_blind(Oid type)
{
	Oid			element;

	if (type_is_innocent(type))
		return true;
	element = get_element_type(type);
	return OidIsValid(element) && type_is_innocent(element);
}

/* May such a value be seen in passing? An enum is printed by its label, but read with its name in messages. */
static bool
value_is_blind(Oid type)
{
	return type_is_blind(type) || get_typtype(type) == TYPTYPE_ENUM;
}

/* Is one of these operators somebody's? */
static bool
operators_see(const List *operators)
{
	ListCell   *cell;

	foreach(cell, operators)
	{
		if (!is_built_in(lfirst_oid(cell)))
			return true;
	}
	return false;
}

/* May sorting, grouping or comparing see? */
static bool
sorting_sees(const SortGroupClause *clause)
{
	return !is_built_in(clause->eqop) || !is_built_in(clause->sortop);
}

/* The same of a UNION or the like, whose walker passes over them. */
static bool
set_operation_sees(const SetOperationStmt *operation)
{
	ListCell   *cell;

	foreach(cell, operation->groupClauses)
	{
		if (sorting_sees(lfirst_node(SortGroupClause, cell)))
			return true;
	}
	foreach(cell, operation->colTypes)
	{
		if (!value_is_blind(lfirst_oid(cell)))
			return true;
	}
	return false;
}

/* Is one of the operators in a column of a constraint's row somebody's? */
static bool
reference_operators_see(HeapTuple constraint, AttrNumber column)
{
	bool		isnull;
	Datum		value = SysCacheGetAttr(CONSTROID, constraint, column, &isnull);
	const ArrayType *operators;

	if (isnull)
		return true;
	operators = DatumGetArrayTypeP(value);
	for (int i = 0; i < ARR_DIMS(operators)[0]; i++)
		if (!is_built_in(((const Oid *) ARR_DATA_PTR(operators))[i]))
			return true;
	return false;
}

/* May a reference look at the path when it is checked? */
static bool
reference_sees(Oid constraint)
{
	HeapTuple	tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
	bool		sees;

	if (!HeapTupleIsValid(tuple))
		return true;
	sees = reference_operators_see(tuple, Anum_pg_constraint_conpfeqop) ||
		reference_operators_see(tuple, Anum_pg_constraint_conppeqop) ||
		reference_operators_see(tuple, Anum_pg_constraint_conffeqop);
	ReleaseSysCache(tuple);
	return sees;
}

/* May a trigger look at the path? Those that check a reference do not; those that change other rows may lead to others. */
static bool
trigger_sees(const Trigger *trigger)
{
	switch (trigger->tgfoid)
	{
		case F_RI_FKEY_CHECK_INS:
		case F_RI_FKEY_CHECK_UPD:
		case F_RI_FKEY_NOACTION_DEL:
		case F_RI_FKEY_NOACTION_UPD:
		case F_RI_FKEY_RESTRICT_DEL:
		case F_RI_FKEY_RESTRICT_UPD:
			return trigger->tgqual != NULL || reference_sees(trigger->tgconstraint);
		default:
			return true;
	}
}

/* May an index look at the path, through expressions, a condition or operators? */
static bool
index_sees(Oid oid)
{
	Relation	index = index_open(oid, AccessShareLock);
	bool		sees = !is_built_in(index->rd_rel->relam);

	for (int i = 0; i < IndexRelationGetNumberOfKeyAttributes(index); i++)
		sees |= !is_built_in(index->rd_opfamily[i]) || !is_built_in(index->rd_opcintype[i]);
	sees = sees || sight_walker((Node *) RelationGetIndexExpressions(index), NULL) ||
		sight_walker((Node *) RelationGetIndexPredicate(index), NULL);
	index_close(index, NoLock);
	return sees;
}

/* May some index of a table? */
static bool
indexes_see(Relation table)
{
	List	   *indexes = RelationGetIndexList(table);
	bool		sees = false;
	ListCell   *cell;

	foreach(cell, indexes)
		sees = sees || index_sees(lfirst_oid(cell));
	list_free(indexes);
	return sees;
}

/* May checks and generated columns of a table? */
static bool
constraints_see(Relation table)
{
	const TupleConstr *constraints = RelationGetDescr(table)->constr;

	for (int i = 0; constraints != NULL && i < constraints->num_check; i++)
		if (sight_walker(stringToNode(constraints->check[i].ccbin), NULL))
			return true;
	for (int i = 0; i < RelationGetNumberOfAttributes(table); i++)
	{
		const FormData_pg_attribute *attribute = TupleDescAttr(RelationGetDescr(table), i);

		if (attribute->attisdropped)
			continue;
		if (!value_is_blind(attribute->atttypid))
			return true;
		if (attribute->attgenerated != '\0' && sight_walker(build_column_default(table, i + 1), NULL))
			return true;
	}
	return false;
}

/* May writing rows of a table? */
static bool
writing_sees(Relation table)
{
	const TriggerDesc *triggers = table->trigdesc;

	if (table->rd_rel->relispartition || constraints_see(table))
		return true;
	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
		if (trigger_sees(&triggers->triggers[i]))
			return true;
	return false;
}

/* May reading, or also writing, a table? One that has become a view inside a query stands there for nothing. */
static bool
table_sees(Oid oid, bool written)
{
	Relation	table = relation_open(oid, AccessShareLock);
	bool		sees;

	if (table->rd_rel->relkind == RELKIND_VIEW)
		sees = written;
	else if (table->rd_rel->relkind != RELKIND_RELATION || table->rd_rel->relam != HEAP_TABLE_AM_OID ||
			 table->rd_rel->relhassubclass)
		sees = true;
	else
		sees = indexes_see(table) || (written && writing_sees(table));
	relation_close(table, NoLock);
	return sees;
}

/* The same, asked once for several statements of one table. */
static bool
table_sees_still(Oid oid, bool written)
{
	int			place;

	for (int i = 0; i < Min(nblind_tables, KEPT_TABLES); i++)
		if (blind_tables[i].table == oid && blind_tables[i].written == written)
			return false;
	if (table_sees(oid, written))
		return true;
	place = nblind_tables++ % KEPT_TABLES;
	blind_tables[place].table = oid;
	blind_tables[place].written = written;
	return false;
}

/* May what stands in FROM? What is inside it is walked besides. */
static bool
entry_sees(const RangeTblEntry *entry, bool written)
{
	switch (entry->rtekind)
	{
		case RTE_RELATION:
			return entry->tablesample != NULL || table_sees_still(entry->relid, written);
		case RTE_SUBQUERY:
		case RTE_JOIN:
		case RTE_FUNCTION:
		case RTE_VALUES:
		case RTE_CTE:
		case RTE_NAMEDTUPLESTORE:
		case RTE_RESULT:
#if PG_VERSION_NUM >= 180000
		case RTE_GROUP:
#endif
			return false;
		default:
			return true;
	}
}

/* May a query, its sub-SELECTs included? */
static bool
query_sees(Query *query)
{
	ListCell   *cell;

	if (query->commandType > CMD_DELETE)	/* MERGE, a utility statement, nothing */
		return true;
	foreach(cell, query->rtable)
	{
		if (entry_sees(lfirst_node(RangeTblEntry, cell), foreach_current_index(cell) + 1 == query->resultRelation))
			return true;
	}
	return query_tree_walker(query, sight_walker, NULL, QTW_EXAMINE_SORTGROUP);
}

/* Is it nextval('a_sequence'), where the name is an OID by now? */
static bool
asks_sequence(const FuncExpr *function)
{
	switch (function->funcid)
	{
		case F_NEXTVAL:
		case F_CURRVAL:
			return IsA(linitial(function->args), Const);
		default:
			return false;
	}
}

/* May a conversion through text see? */
static bool
conversion_sees(const CoerceViaIO *conversion)
{
	Oid			from = exprType((Node *) conversion->arg);

	return !type_is_blind(conversion->resulttype) || !value_is_blind(from) ||
		sight_walker((Node *) conversion->arg, NULL);
}

/* May a node see, or one below it? */
static bool
sight_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	switch (nodeTag(node))
	{
		case T_Query:
			return query_sees((Query *) node);
		case T_CoerceViaIO:
			return conversion_sees((CoerceViaIO *) node);
		case T_SortGroupClause:
			return sorting_sees((SortGroupClause *) node);
		case T_SetOperationStmt:
			if (set_operation_sees((SetOperationStmt *) node))
				return true;
			break;
		case T_FuncExpr:
			if (!value_is_blind(exprType(node)) || function_sees(((FuncExpr *) node)->funcid))
				return true;
			if (asks_sequence((FuncExpr *) node))
				return false;
			break;
		case T_RowCompareExpr:
			if (operators_see(((RowCompareExpr *) node)->opnos))
				return true;
			break;
		case T_SQLValueFunction:
			if (((SQLValueFunction *) node)->op == SVFOP_CURRENT_SCHEMA)
				return true;
			break;
		case T_SubLink:			/* its type may be a row's, of which all columns are looked at */
			break;
		case T_Var:
		case T_Const:
		case T_Param:
		case T_Aggref:
		case T_WindowFunc:
		case T_GroupingFunc:
		case T_SubscriptingRef:
		case T_OpExpr:
		case T_DistinctExpr:
		case T_NullIfExpr:
		case T_ScalarArrayOpExpr:
		case T_BoolExpr:
		case T_RelabelType:
		case T_ArrayCoerceExpr:
		case T_CollateExpr:
		case T_CaseExpr:
		case T_CaseTestExpr:
		case T_ArrayExpr:
		case T_CoalesceExpr:
		case T_MinMaxExpr:
		case T_NullTest:
		case T_BooleanTest:
		case T_NextValueExpr:
			if (!value_is_blind(exprType(node)) || check_functions_in_node(node, function_sees_checker, NULL))
				return true;
			break;
		case T_List:
		case T_CaseWhen:
		case T_TargetEntry:
		case T_FromExpr:
		case T_JoinExpr:
		case T_RangeTblRef:
		case T_RangeTblFunction:
		case T_CommonTableExpr:
		case T_WithCheckOption:
		case T_OnConflictExpr:
		case T_InferenceElem:
		case T_WindowClause:
			break;
		default:
			return true;
	}
	return expression_tree_walker(node, sight_walker, context);
}

/* Forgets tables that may have changed since they were looked at. */
static void
forget_tables_before(uint64 changes)
{
	if (changes != blind_as_of)
		nblind_tables = 0;
	blind_as_of = changes;
}

bool
queries_see_path(const List *queries, uint64 changes)
{
	forget_tables_before(changes);
	return sight_walker((Node *) unconstify(List *, queries), NULL);
}

/* May showing, reading or keeping some value of a program's? */
static bool
slots_see(const Program *program)
{
	for (int i = 0; i < program->nslots; i++)
		if (!value_is_blind(program->slots[i].type))
			return true;
	return false;
}

/* May reading inputs, or showing outputs? */
static bool
signature_sees(const Signature *signature)
{
	for (int i = 0; i < signature->ninputs; i++)
		if (!type_is_blind(signature->inputs[i].type))
			return true;
	for (int i = 0; i < signature->noutputs; i++)
		if (!type_is_blind(signature->outputs[i].type))
			return true;
	return false;
}

bool
program_sees_path(const Program *program)
{
	ListCell   *cell;

	if (program->pipeline != NULL || slots_see(program) || signature_sees(program->signature))
		return true;
	foreach(cell, program->expressions)
	{
		const Expression *expression = lfirst(cell);

		if (expression->plain && sight_walker(expression->tree, NULL))
			return true;
	}
	return false;
}
