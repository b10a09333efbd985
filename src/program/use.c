/*
 * use.c
 *		What an action uses, and where.
 *
 * A Var means a column of the table that its range table entry is, through joins,
 * at whatever level of sub-SELECTs; a Param means the slot of a name, and thereby
 * the column of the row that the name stands for. What comes out of sub-SELECTs,
 * functions and the like is no column of a table: what they read is noted inside.
 */
#include "postgres.h"

#include <limits.h>

#include "access/transam.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_relation.h"
#include "parser/parsetree.h"
#include "program/names.h"
#include "program/program.h"
#include "program/use.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

/* A walk through a tree, and where it has come to. */
typedef struct UseWalk
{
	Program    *program;
	const Scope *scope;
	const char *path;
	ParseState *pstate;			/* where the tree stands, or NULL: it is a whole query */
	List	   *tables;			/* of List *: range tables of the queries around, the innermost
								 * first */
} UseWalk;

static bool use_walker(Node *node, UseWalk *walk);

/* Adds a use. */
static void
use_add(Program *program, const Use *use)
{
	MemoryContext old;
	Use		   *copy;

	if (program->uses == NULL)
		return;
	old = MemoryContextSwitchTo(program->mcxt);
	copy = palloc(sizeof(Use));
	*copy = *use;
	copy->number = list_length(program->uses->list);
	copy->path = pstrdup(use->path);
	if (use->column != NULL)
		copy->column = pstrdup(use->column);
	program->uses->list = lappend(program->uses->list, copy);
	MemoryContextSwitchTo(old);
}

void
use_note_column(Program *program, const char *path, Oid relation, const char *column, bool reads, bool writes)
{
	Use			use = {.path = path, .relation = relation, .column = column, .reads = reads, .writes = writes};

	use_add(program, &use);
}

void
use_note_function(Program *program, const char *path, Oid function)
{
	Use			use = {.path = path, .function = function};

	use_add(program, &use);
}

void
use_note_action(Program *program, const char *path, const char *action)
{
	Use			use = {.path = path, .action = action};

	use_add(program, &use);
}

/* Notes that a column is read. */
static void
note_read(const UseWalk *walk, Oid relation, AttrNumber attnum)
{
	const char *column = attnum == InvalidAttrNumber ? USE_WHOLE_ROW : get_attname(relation, attnum, true);

	use_note_column(walk->program, walk->path, relation, column, true, false);
}

/* The range table entry of a Var; what comes from outside the tree is in the ParseState. */
static RangeTblEntry *
entry_of_var(const UseWalk *walk, const Var *var, List **tables)
{
	int			depth = list_length(walk->tables);
	int			levels = var->varlevelsup;

	*tables = NIL;
	if (levels < depth)
	{
		*tables = list_copy_tail(walk->tables, levels);
		return rt_fetch(var->varno, (List *) list_nth(walk->tables, levels));
	}
	return walk->pstate == NULL ? NULL :
		GetRTEByRangeTablePosn(walk->pstate, var->varno, levels - depth);
}

/* Notes what a column of a join is, or all of them. */
static void
note_join(const UseWalk *walk, const RangeTblEntry *entry, AttrNumber attnum, List *tables)
{
	UseWalk		inside = *walk;

	inside.tables = tables;
	if (attnum > InvalidAttrNumber)
		(void) use_walker(list_nth(entry->joinaliasvars, attnum - 1), &inside);
	else
		(void) expression_tree_walker((Node *) entry->joinaliasvars, use_walker, &inside);
}

/* Is this a table, view or the like? "excluded" of on_conflict is not: it is what was to be written. */
static bool
is_table(const RangeTblEntry *entry)
{
	return entry->rtekind == RTE_RELATION && entry->relkind != RELKIND_COMPOSITE_TYPE;
}

/* Notes the column of a table that a Var means. */
static void
note_var(const UseWalk *walk, const Var *var)
{
	List	   *tables;
	const RangeTblEntry *entry = entry_of_var(walk, var, &tables);

	if (entry == NULL)
		return;
	if (is_table(entry))
		note_read(walk, entry->relid, var->varattno);
	else if (entry->rtekind == RTE_JOIN && tables != NIL)
		note_join(walk, entry, var->varattno, tables);
}

/* Notes the column that a name of the action stands for. */
static void
note_param(const UseWalk *walk, const Param *param)
{
	const Scope *scope = walk->scope;
	int			slot;
	ListCell   *cell;

	if (param->paramkind != PARAM_EXTERN || scope->names == NULL)
		return;
	slot = scope->numbered ? list_nth_int(scope->parameters, param->paramid - 1) : param->paramid - 1;
	for (const RowChain *rows = scope->rows; rows != NULL; rows = rows->outer)
	{
		const Row  *row = rows->row;

		foreach(cell, OidIsValid(row->relation) ? row->columns : NIL)
		{
			const RowColumn *column = lfirst(cell);

			if (column->slot != slot || column->computed)
				continue;
			use_note_column(walk->program, walk->path, row->relation,
							column->name ? column->name : USE_WHOLE_ROW, true, false);
			return;
		}
	}
}

/* Notes a field of a row of a table. */
static void
note_field(const UseWalk *walk, const FieldSelect *field)
{
	Oid			relation = get_typ_typrelid(getBaseType(exprType((Node *) field->arg)));

	if (OidIsValid(relation))
		note_read(walk, relation, field->fieldnum);
}

/* Notes what a constant names: 'a_sequence'::regclass, which nextval() changes. */
static void
note_constant(const UseWalk *walk, const Const *constant)
{
	Oid			object;

	if (constant->constisnull || constant->constlen != sizeof(Oid))
		return;
	object = DatumGetObjectId(constant->constvalue);
	if (constant->consttype == REGCLASSOID && get_rel_relkind(object) != '\0')
		use_note_column(walk->program, walk->path, object, NULL, true,
						get_rel_relkind(object) == RELKIND_SEQUENCE);
	else if ((constant->consttype == REGPROCOID || constant->consttype == REGPROCEDUREOID) &&
			 object >= FirstUnpinnedObjectId && OidIsValid(get_func_rettype(object)))
		use_note_function(walk->program, walk->path, object);
}

/* Notes a function, unless it is PostgreSQL's own. */
static bool
note_function(Oid function, void *arg)
{
	const UseWalk *walk = arg;

	if (function >= FirstUnpinnedObjectId)
		use_note_function(walk->program, walk->path, function);
	return false;
}

/* Notes the tables that a query reads, also where it reads none of their columns. */
static void
note_tables(const UseWalk *walk, const Query *query)
{
	ListCell   *cell;

	foreach(cell, query->rtable)
	{
		const RangeTblEntry *entry = lfirst(cell);

		if (is_table(entry) && foreach_current_index(cell) + 1 != query->resultRelation)
			use_note_column(walk->program, walk->path, entry->relid, NULL, true, false);
	}
}

/* Walks a query with its range table around. */
static bool
walk_query(Query *query, UseWalk *walk)
{
	List	   *outer = walk->tables;
	bool		result;

	note_tables(walk, query);
	walk->tables = lcons(query->rtable, list_copy(outer));
	result = query_tree_walker(query, use_walker, walk, QTW_IGNORE_JOINALIASES);
	walk->tables = outer;
	return result;
}

/* Walks what is asked for where a row is there already. */
static bool
walk_conflict(OnConflictExpr *conflict, const UseWalk *walk)
{
	UseWalk		inside = *walk;

	inside.path = psprintf("%s.on_conflict", walk->path);
	(void) expression_tree_walker((Node *) conflict->arbiterElems, use_walker, &inside);
	(void) use_walker(conflict->arbiterWhere, &inside);
	(void) expression_tree_walker((Node *) conflict->onConflictSet, use_walker, &inside);
	return use_walker(conflict->onConflictWhere, &inside);
}

/* Notes what a node uses, and walks on; values of a statement have been noted by themselves. */
static bool
use_walker(Node *node, UseWalk *walk)
{
	if (node == NULL)
		return false;
	CHECK_FOR_INTERRUPTS();
	if (walk->pstate == NULL && list_member_ptr(walk->program->uses->values, node))
		return false;
	switch (nodeTag(node))
	{
		case T_Query:
			return walk_query((Query *) node, walk);
		case T_OnConflictExpr:
			return walk_conflict((OnConflictExpr *) node, walk);
		case T_Var:
			note_var(walk, (Var *) node);
			return false;
		case T_Param:
			if (walk->pstate != NULL)
				note_param(walk, (Param *) node);
			return false;
		case T_Const:
			note_constant(walk, (Const *) node);
			return false;
		case T_FieldSelect:
			note_field(walk, (FieldSelect *) node);
			break;
		case T_CoerceViaIO:
			break;				/* the type's own functions */
		default:
			(void) check_functions_in_node(node, note_function, walk);
			break;
	}
	return expression_tree_walker(node, use_walker, walk);
}

void
use_begin(Program *program)
{
	if (program->uses == NULL)
		return;
	program->uses->values = NIL;
	program->uses->first = list_length(program->uses->list);
}

void
use_note_value(Program *program, Node *tree)
{
	if (program->uses != NULL)
		program->uses->values = lappend(program->uses->values, tree);
}

void
use_note_formula(ParseState *pstate, const Scope *scope, const Formula *formula, Node *tree)
{
	UseWalk		walk = {scope->program, scope, formula->location, pstate};

	if (scope->program->uses != NULL && scope->findings != NULL)
		(void) use_walker(tree, &walk);
}

/* Where the value stands that a column of the statement's table is set to. */
static const char *
place_of_column(const Scope *scope, Oid relation, AttrNumber attnum, const char *conflict, bool in_conflict)
{
	ListCell   *cell;

	foreach(cell, scope->placeholders)
	{
		const Value *value = ((const Placeholder *) lfirst(cell))->value;

		if (value->relation == relation && value->attnum == attnum &&
			(strncmp(value->location, conflict, strlen(conflict)) == 0) == in_conflict)
			return value->location;
	}
	return NULL;
}

/* Notes the columns that a list of targets writes. */
static void
note_written(const Scope *scope, Oid relation, const List *targets, const char *path, bool in_conflict)
{
	char	   *conflict = psprintf("%s.on_conflict", path);
	char	   *otherwise = in_conflict ? conflict : psprintf("%s.set.*", path);
	ListCell   *cell;

	foreach(cell, targets)
	{
		const TargetEntry *entry = lfirst_node(TargetEntry, cell);
		const char *place;

		if (entry->resjunk)
			continue;
		place = place_of_column(scope, relation, entry->resno, conflict, in_conflict);
		use_note_column(scope->program, place != NULL ? place : otherwise, relation,
						get_attname(relation, entry->resno, false), false, true);
	}
}

/* Notes what a statement writes: its rows, and the columns that it sets. */
static void
note_result_relation(const Scope *scope, const Query *query, const char *path)
{
	Oid			relation = rt_fetch(query->resultRelation, query->rtable)->relid;

	if (query->commandType == CMD_INSERT)
		use_note_column(scope->program, path, relation, NULL, false, true);
	else if (query->commandType == CMD_DELETE)
		use_note_column(scope->program, path, relation, USE_WHOLE_ROW, false, true);
	if (query->commandType != CMD_DELETE)
		note_written(scope, relation, query->targetList, path, false);
	if (query->onConflict != NULL)
		note_written(scope, relation, query->onConflict->onConflictSet, path, true);
}

/* Notes the tables whose rows parameters are: nothing is read or written by that. */
static void
note_row_types(Program *program, const Argument *arguments, int count)
{
	for (int i = 0; i < count; i++)
	{
		Oid			type = getBaseType(arguments[i].type);
		Oid			element = get_element_type(type);
		Oid			relation = get_typ_typrelid(OidIsValid(element) ? getBaseType(element) : type);

		if (OidIsValid(relation) && arguments[i].parameter != NULL)
			use_note_column(program, arguments[i].parameter->location, relation, USE_WHOLE_ROW, false, false);
	}
}

void
use_note_query(const Scope *scope, const Query *query, const char *path)
{
	UseWalk		walk = {scope->program, scope, path};
	int			start;
	ListCell   *cell;

	if (scope->program->uses == NULL)
		return;
	start = list_length(scope->program->uses->list);
	if (query->resultRelation != 0)
		note_result_relation(scope, query, path);
	(void) use_walker((Node *) unconstify(Query *, query), &walk);

	/* the step comes before its values */
	for_each_from(cell, scope->program->uses->list, start)
		((Use *) lfirst(cell))->number = scope->program->uses->first;
}

void
use_note_signature(Program *program)
{
	const Signature *signature = program->signature;

	if (program->uses == NULL)
		return;
	if (OidIsValid(signature->table))
		use_note_column(program, USE_OF_TABLE, signature->table, NULL, false, false);
	for (int i = 0; i < signature->nkeys; i++)
		use_note_column(program, USE_OF_TABLE, signature->table, signature->inputs[i].column, true, false);
	note_row_types(program, signature->inputs, signature->ninputs);
	note_row_types(program, signature->outputs, signature->noutputs);
}

/* Compares texts of which there may be none. */
static int
compare_text(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

/* Orders what is used at one place; columns of a table come after the table as such. */
static int
compare_object(const Use *a, const Use *b)
{
	if (a->relation != b->relation)
		return a->relation < b->relation ? -1 : 1;
	if (a->function != b->function)
		return a->function < b->function ? -1 : 1;
	if (compare_text(a->action, b->action) != 0)
		return compare_text(a->action, b->action);
	return compare_text(a->column, b->column);
}

/* By path, so that the same uses are neighbours. */
static int
compare_by_path(const ListCell *a, const ListCell *b)
{
	int			order = strcmp(((Use *) lfirst(a))->path, ((Use *) lfirst(b))->path);

	return order != 0 ? order : compare_object(lfirst(a), lfirst(b));
}

/* By the numbers of the paths; two of one number are a step and what is below it. */
static int
compare_by_number(const ListCell *a, const ListCell *b)
{
	const Use  *one = lfirst(a);
	const Use  *other = lfirst(b);

	return one->number != other->number ? one->number - other->number : compare_by_path(a, b);
}

/* Is a use said by the one before it, or the other way round? Then *last says both. */
static bool
use_joins(Use **last, Use *use)
{
	if (*last == NULL || strcmp((*last)->path, use->path) != 0)
		return false;
	if (compare_object(*last, use) == 0)
	{
		(*last)->reads |= use->reads;
		(*last)->writes |= use->writes;
		return true;
	}

	/* a table is read as such only where none of its columns is */
	if (!OidIsValid(use->relation) || (*last)->relation != use->relation ||
		(*last)->column != NULL || (*last)->writes)
		return false;
	*last = use;
	return true;
}

/* Gives all uses of one path the lowest of their numbers. */
static void
number_by_path(const List *uses)
{
	int			start = 0;

	for (int i = 1; i <= list_length(uses); i++)
	{
		int			lowest = INT_MAX;

		if (i < list_length(uses) &&
			strcmp(((Use *) list_nth(uses, start))->path, ((Use *) list_nth(uses, i))->path) == 0)
			continue;
		for (int k = start; k < i; k++)
			lowest = Min(lowest, ((Use *) list_nth(uses, k))->number);
		for (; start < i; start++)
			((Use *) list_nth(uses, start))->number = lowest;
	}
}

List *
uses_sorted(const Program *program)
{
	List	   *uses = list_copy(program->uses->list);
	List	   *kept = NIL;
	Use		   *last = NULL;
	ListCell   *cell;

	list_sort(uses, compare_by_path);
	number_by_path(uses);
	foreach(cell, uses)
	{
		if (use_joins(&last, lfirst(cell)))
		{
			llast(kept) = last;
			continue;
		}
		last = lfirst(cell);
		kept = lappend(kept, last);
	}
	list_sort(kept, compare_by_number);
	return kept;
}
