/*
 * resolved.c
 *		What the names of a definition meant while it was compiled.
 *
 * Where a name stands comes from the parser: of columns its hook is told, of
 * functions and constants the analysed tree says it, of tables and types the raw
 * tree, whose names are looked up once more. A name that none of these explains,
 * such as a column of a sub-SELECT's result, is left for whoever tries.
 *
 * Trees are kept without what names and positions leave in them, so that two
 * that are equal mean the same objects, columns by number. Params are told apart
 * by what they read, not by their slots.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/compat.h"
#include "base/sql_tokens.h"
#include "base/text_list.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "lookup/canonical.h"
#include "lookup/object_name.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_relation.h"
#include "parser/parse_type.h"
#include "program/formula.h"
#include "program/names.h"
#include "program/program.h"
#include "program/resolved.h"
#include "utils/array.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

/* A formula and its list of names. */
typedef struct Search
{
	ResolvedFormula *found;
	int			shift;			/* of positions in its trees */
	List	   *ctes;			/* of char * */
} Search;

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

/* Notes that a token means something that has no name of ours. */
static void
add_other(Resolved *resolved, int place)
{
	ResolvedFormula *entry = resolved->current;
	MemoryContext old = MemoryContextSwitchTo(resolved->mcxt);

	if (place >= 0)
		entry->others = list_append_unique_int(entry->others,
											   ((SqlToken *) list_nth(entry->tokens, place))->offset);
	MemoryContextSwitchTo(old);
}

/* Is a name of the formula at this offset known? */
static bool
is_noted(const ResolvedFormula *entry, int offset, bool is_schema)
{
	ListCell   *cell;

	foreach(cell, entry->names)
	{
		const ResolvedName *name = lfirst(cell);

		if (name->offset == offset && name->is_schema == is_schema)
			return true;
	}
	return false;
}

/* Says what an object is called. */
static void
describe(ResolvedName *name, Oid class, Oid object, int part)
{
	ObjectAddressSubSet(name->object, class, object, part);
	name->schema = object_schema(&name->object);
	name->schema_was = OidIsValid(name->schema) ? get_namespace_name(name->schema) : NULL;
	name->was = object_name(&name->object);
}

/* Adds the name of an object at a token; gives it, or NULL if it is there. */
static ResolvedName *
note_name(Resolved *resolved, int place, Oid class, Oid object, int part)
{
	ResolvedFormula *entry = resolved->current;
	const SqlToken *token;
	ResolvedName *name;
	MemoryContext old;

	if (place < 0 || !OidIsValid(object))
		return NULL;
	token = list_nth(entry->tokens, place);
	if (is_noted(entry, token->offset, false))
		return NULL;
	old = MemoryContextSwitchTo(resolved->mcxt);
	name = palloc0(sizeof(ResolvedName));
	name->offset = token->offset;
	name->length = token->length;
	describe(name, class, object, part);
	entry->names = lappend(entry->names, name);
	MemoryContextSwitchTo(old);
	return name;
}

/* Adds a name with what stands before it: one, or schema and name, from a token on. */
static void
add_qualified(Resolved *resolved, int place, int parts, Oid class, Oid object)
{
	ResolvedFormula *entry = resolved->current;
	int			last = sql_token_part(entry->tokens, place, entry->text, parts - 1);
	ResolvedName *name = note_name(resolved, last, class, object, 0);
	ResolvedName *schema;
	MemoryContext old;

	if (name == NULL)
		return;
	name->is_bare = parts == 1;
	if (parts < 2)
		return;
	old = MemoryContextSwitchTo(resolved->mcxt);
	schema = palloc(sizeof(ResolvedName));
	*schema = *name;
	schema->offset = ((SqlToken *) list_nth(entry->tokens, last - 2))->offset;
	schema->length = ((SqlToken *) list_nth(entry->tokens, last - 2))->length;
	schema->is_schema = true;
	entry->names = lappend(entry->names, schema);
	MemoryContextSwitchTo(old);
}

/* The token at which a node of the current formula begins. */
static int
place_of(const Scope *scope, int location)
{
	const ResolvedFormula *entry = scope->program->resolved->current;

	return location < 0 ? -1 : sql_token_at(entry->tokens, location - scope->current->offset);
}

/* The token of a part of a column reference. */
static int
part_of(const Scope *scope, const ColumnRef *reference, int part)
{
	const ResolvedFormula *entry = scope->program->resolved->current;

	return sql_token_part(entry->tokens, place_of(scope, reference->location), entry->text, part);
}

/* The row type whose attributes a function in FROM gives as columns, or InvalidOid. */
static Oid
function_row_type(const RangeTblEntry *rte)
{
	const RangeTblFunction *function;

	if (list_length(rte->functions) != 1)
		return InvalidOid;
	function = linitial(rte->functions);
	return typeidTypeRelid(getBaseType(exprType(function->funcexpr)));
}

/* The relation that a column of a FROM item has its name from; InvalidOid: it is told otherwise. */
static Oid
relation_of_column(const RangeTblEntry *rte, AttrNumber column)
{
	if (column <= 0 || (rte->alias != NULL && column <= list_length(rte->alias->colnames)))
		return InvalidOid;
	if (rte->rtekind == RTE_RELATION)
		return rte->relid;
	return rte->rtekind == RTE_FUNCTION ? function_row_type(rte) : InvalidOid;
}

/* Notes the table that stands before a column, unless it has an alias. */
static void
add_qualifier(Scope *scope, const ColumnRef *reference, int parts, const RangeTblEntry *rte)
{
	Resolved   *resolved = scope->program->resolved;

	if (parts < 1)
		return;
	if (rte->rtekind != RTE_RELATION || rte->alias != NULL)
		add_other(resolved, part_of(scope, reference, parts - 1));
	else if (parts > 1)
		add_qualified(resolved, part_of(scope, reference, 0), parts, RelationRelationId, rte->relid);
	else
		/* a table that is moved is still called so here, without its schema */
		(void) note_name(resolved, part_of(scope, reference, 0), RelationRelationId, rte->relid, 0);
}

void
resolved_column(Scope *scope, ParseState *pstate, const ColumnRef *reference, Node *found, int columns)
{
	Resolved   *resolved = scope->program->resolved;
	const RangeTblEntry *rte;
	const Var  *var = (const Var *) found;
	int			last = columns - 1;
	Oid			relation;

	if (resolved == NULL || resolved->current == NULL || found == NULL || !IsA(found, Var))
		return;
	rte = GetRTEByRangeTablePosn(pstate, var->varno, var->varlevelsup);
	if (var->varattno == 0)
	{
		add_qualifier(scope, reference, columns, rte);
		return;
	}
	relation = relation_of_column(rte, var->varattno);
	if (OidIsValid(relation))
		(void) note_name(resolved, part_of(scope, reference, last), RelationRelationId, relation, var->varattno);
	else if (rte->rtekind == RTE_RELATION || (rte->alias != NULL && var->varattno <= list_length(rte->alias->colnames)))
		add_other(resolved, part_of(scope, reference, last));
	add_qualifier(scope, reference, last, rte);
}

/* Notes what a formula reads of a name of the action. */
static void
add_own(Resolved *resolved, const char *what)
{
	MemoryContext old = MemoryContextSwitchTo(resolved->mcxt);

	resolved->current->own = lappend(resolved->current->own, pstrdup(what));
	MemoryContextSwitchTo(old);
}

/* The number of a column among those of a row that is no table's. */
static int
number_of_column(const Row *row, const char *column)
{
	ListCell   *cell;

	foreach(cell, row->columns)
	{
		const RowColumn *entry = lfirst(cell);

		if (entry->name != NULL && column != NULL && strcmp(entry->name, column) == 0)
			return foreach_current_index(cell);
	}
	return -1;
}

/* Notes a column of a row of the action. */
static void
add_row_column(Scope *scope, const ColumnRef *reference, const Row *row, const char *column)
{
	Resolved   *resolved = scope->program->resolved;
	int			place = part_of(scope, reference, 1);
	AttrNumber	number = OidIsValid(row->relation) && column != NULL ?
		get_attnum(row->relation, column) : InvalidAttrNumber;

	add_other(resolved, part_of(scope, reference, 0));
	if (number > 0)
		(void) note_name(resolved, place, RelationRelationId, row->relation, number);
	else if (OidIsValid(row->relation) || row->is_count)
		add_other(resolved, place);
	add_own(resolved, number > 0 ? psprintf("%s %u.%d", row->name, row->relation, number) :
			psprintf("%s %d", row->name, number_of_column(row, column)));
}

void
resolved_own(Scope *scope, const ColumnRef *reference)
{
	Resolved   *resolved = scope->program->resolved;
	const char *first = strVal(linitial(reference->fields));
	const char *second = list_length(reference->fields) > 1 && IsA(lsecond(reference->fields), String) ?
		strVal(lsecond(reference->fields)) : NULL;
	const Row  *row;

	if (resolved == NULL || resolved->current == NULL)
		return;
	row = strcmp(first, "input") == 0 || strcmp(first, "output") == 0 || strcmp(first, "let") == 0 ||
		strcmp(first, "context") == 0 ? NULL : row_find(scope->rows, first);
	if (row != NULL)
	{
		add_row_column(scope, reference, row, second);
		return;
	}
	add_other(resolved, part_of(scope, reference, 0));
	add_other(resolved, part_of(scope, reference, 1));
	add_own(resolved, psprintf("%s.%s", first, second ? second : "*"));
}

void
resolved_field(Scope *scope, const ColumnRef *reference, int part, Oid type)
{
	Resolved   *resolved = scope->program->resolved;
	Oid			relation;

	if (resolved == NULL || resolved->current == NULL)
		return;
	relation = typeidTypeRelid(getBaseType(type));
	if (OidIsValid(relation))
		(void) note_name(resolved, part_of(scope, reference, part), RelationRelationId, relation,
						 get_attnum(relation, strVal(list_nth(reference->fields, part))));
}

/* Notes the label that a constant is. */
static void
add_label(Resolved *resolved, const Const *constant, int place)
{
	ResolvedName *name = NULL;
	MemoryContext old;

	if (type_is_enum(constant->consttype))
		name = note_name(resolved, place, EnumRelationId, DatumGetObjectId(constant->constvalue), 0);
	else if (constant->consttype == REGCLASSOID)
		name = note_name(resolved, place, RelationRelationId, DatumGetObjectId(constant->constvalue), 0);
	else if (constant->consttype == REGTYPEOID)
		name = note_name(resolved, place, TypeRelationId, DatumGetObjectId(constant->constvalue), 0);
	else if (constant->consttype == REGPROCEDUREOID || constant->consttype == REGPROCOID)
		name = note_name(resolved, place, ProcedureRelationId, DatumGetObjectId(constant->constvalue), 0);
	if (name == NULL)
		return;
	old = MemoryContextSwitchTo(resolved->mcxt);
	name->is_literal = true;
	name->was = object_literal(&name->object);
	MemoryContextSwitchTo(old);
}

/* Notes the functions and labels of an analysed tree. */
static bool
tree_walker(Node *node, void *arg)
{
	Search	   *search = ((void **) arg)[0];
	Resolved   *resolved = ((void **) arg)[1];
	int			location = -1;
	Oid			function = InvalidOid;

	if (node == NULL)
		return false;
	CHECK_FOR_INTERRUPTS();
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, tree_walker, arg, 0);
	if (IsA(node, Const) && !((Const *) node)->constisnull)
	{
		int			place = ((Const *) node)->location < 0 ? -1 :
			sql_token_at(search->found->tokens, ((Const *) node)->location - search->shift);

		if (place >= 0 && ((SqlToken *) list_nth(search->found->tokens, place))->is_string)
			add_label(resolved, (const Const *) node, place);
	}
	else if (IsA(node, FuncExpr))
	{
		location = ((FuncExpr *) node)->funcformat == COERCE_EXPLICIT_CALL ||
			((FuncExpr *) node)->funcformat == COERCE_SQL_SYNTAX ? ((FuncExpr *) node)->location : -1;
		function = ((FuncExpr *) node)->funcid;
	}
	else if (IsA(node, Aggref))
	{
		location = ((Aggref *) node)->location;
		function = ((Aggref *) node)->aggfnoid;
	}
	else if (IsA(node, WindowFunc))
	{
		location = ((WindowFunc *) node)->location;
		function = ((WindowFunc *) node)->winfnoid;
	}
	if (location >= search->shift)
	{
		int			place = sql_token_at(search->found->tokens, location - search->shift);
		int			parts = 1;

		while (sql_token_part(search->found->tokens, place, search->found->text, parts) >= 0)
			parts++;
		add_qualified(resolved, place, parts, ProcedureRelationId, function);
	}
	return expression_tree_walker(node, tree_walker, arg);
}

/* Notes a table in FROM, unless it may be the name of a WITH query. */
static void
add_range(Search *search, Resolved *resolved, const RangeVar *range)
{
	int			place = range->location < search->shift ? -1 :
		sql_token_at(search->found->tokens, range->location - search->shift);
	int			parts = range->catalogname != NULL ? 3 : range->schemaname != NULL ? 2 : 1;

	if (parts == 1 && text_list_has(search->ctes, range->relname))
		return;
	add_qualified(resolved, place, parts, RelationRelationId, RangeVarGetRelid(range, NoLock, true));
}

/* Notes a type. */
static void
note_type_name(Search *search, Resolved *resolved, const TypeName *name)
{
	int			place = name->location < search->shift ? -1 :
		sql_token_at(search->found->tokens, name->location - search->shift);
	Type		tuple;
	Oid			type;
	Oid			element;

	if (place < 0 || name->names == NIL || name->pct_type)
		return;
	tuple = LookupTypeName(NULL, name, NULL, true);
	if (tuple == NULL)
		return;
	type = typeTypeId(tuple);
	element = get_element_type(type);
	ReleaseSysCache(tuple);
	add_qualified(resolved, place, list_length(name->names), TypeRelationId,
				  OidIsValid(element) ? element : type);
}

/* Collects the names of WITH queries. */
static bool
cte_walker(Node *node, void *arg)
{
	Search	   *search = arg;

	if (node == NULL)
		return false;
	if (IsA(node, CommonTableExpr))
		search->ctes = lappend(search->ctes, ((CommonTableExpr *) node)->ctename);
	return raw_expression_tree_walker(node, cte_walker, arg);
}

/* Notes the tables and types of a raw tree. */
static bool
raw_walker(Node *node, void *arg)
{
	Search	   *search = ((void **) arg)[0];
	Resolved   *resolved = ((void **) arg)[1];

	if (node == NULL)
		return false;
	CHECK_FOR_INTERRUPTS();
	if (IsA(node, RangeVar))
		add_range(search, resolved, (const RangeVar *) node);
	else if (IsA(node, TypeName))
		note_type_name(search, resolved, (const TypeName *) node);
	return raw_expression_tree_walker(node, raw_walker, arg);
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

/* A copy of a tree in the recorder's memory that is equal to others if they mean the same. */
static Node *
nameless(Resolved *resolved, Node *tree)
{
	MemoryContext old = MemoryContextSwitchTo(resolved->mcxt);
	Node	   *copy = copyObject(tree);

	(void) forget_walker(copy, NULL);
	MemoryContextSwitchTo(old);
	return copy;
}

void
resolved_tree(Program *program, const Formula *formula, Node *node)
{
	Resolved   *resolved = program->resolved;
	Search		search = {.shift = formula->offset};
	void	   *arg[] = {&search, resolved};
	MemoryContext old;
	Node	   *tree;

	if (resolved == NULL || resolved->current == NULL)
		return;
	search.found = resolved->current;
	(void) cte_walker(formula->raw, &search);
	(void) raw_walker(formula->raw, arg);
	(void) tree_walker(node, arg);
	tree = nameless(resolved, node);
	old = MemoryContextSwitchTo(resolved->mcxt);
	resolved->current->trees = lappend(resolved->current->trees, tree);
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
	describe(&place->name, class, object, 0);
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
	Node	   *copy;
	MemoryContext old;

	if (resolved == NULL)
		return;
	copy = nameless(resolved, tree);
	old = MemoryContextSwitchTo(resolved->mcxt);
	resolved->trees = lappend(resolved->trees, copy);
	MemoryContextSwitchTo(old);
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

/* Do two lists of texts say the same? */
static bool
same_texts(const List *one, const List *other)
{
	ListCell   *cell;
	ListCell   *other_cell;

	if (list_length(one) != list_length(other))
		return false;
	forboth(cell, one, other_cell, other)
	{
		if (strcmp(lfirst(cell), lfirst(other_cell)) != 0)
			return false;
	}
	return true;
}

bool
resolved_same(const Resolved *one, const Resolved *other, int *formula)
{
	int			count = Min(list_length(one->formulas), list_length(other->formulas));

	for (*formula = 0; *formula < count; (*formula)++)
	{
		const ResolvedFormula *first = list_nth(one->formulas, *formula);
		const ResolvedFormula *second = list_nth(other->formulas, *formula);

		if (!equal(first->trees, second->trees) || !same_texts(first->own, second->own))
			return false;
	}
	*formula = -1;
	return list_length(one->formulas) == list_length(other->formulas) && equal(one->trees, other->trees);
}
