/*
 * resolved_names.c
 *		The names in the text of a formula, and the objects that they mean.
 *
 * Where a name stands comes from the parser: of columns its hook is told, of
 * functions and constants the analysed tree says it, of tables and types the raw
 * tree, whose names are looked up once more. A name that none of these explains,
 * such as a column of a sub-SELECT's result, is left for whoever tries.
 */
#include "postgres.h"

#include "base/sql_tokens.h"
#include "base/text_list.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "lookup/object_name.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_relation.h"
#include "parser/parse_type.h"
#include "program/formula.h"
#include "program/names.h"
#include "program/program.h"
#include "program/resolved.h"
#include "program/resolved_names.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

/* A formula and its list of names. */
typedef struct Search
{
	ResolvedFormula *found;
	int			shift;			/* of positions in its trees */
	List	   *ctes;			/* of char * */
} Search;

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
	resolved_describe(name, class, object, part);
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

void
resolved_tree(Program *program, const Formula *formula, Node *node)
{
	Resolved   *resolved = program->resolved;
	Search		search = {.shift = formula->offset};
	void	   *arg[] = {&search, resolved};

	if (resolved == NULL || resolved->current == NULL)
		return;
	search.found = resolved->current;
	(void) cte_walker(formula->raw, &search);
	(void) raw_walker(formula->raw, arg);
	(void) tree_walker(node, arg);
	resolved_tree_add(resolved, &resolved->current->trees, node);
}
