/*
 * deed.c
 *		What an action's statements do to tables, noted while it is compiled.
 *
 * What a value is made of is told from its tree: it must not be taken for steadier
 * than it is, so that whatever is not known to be steady counts as made of anything.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "base/compat.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "parser/parsetree.h"
#include "program/deed.h"
#include "program/program.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/* A walk through the tree of a value. */
typedef struct MakingWalk
{
	const Scope *scope;
	const Query *query;			/* the statement around it, or NULL */
	const List *inserted;		/* of DeedColumn: what "excluded" holds */
	Making	   *making;
} MakingWalk;

/* PostgreSQL's stable functions with arguments that tell more than these say, by how their names begin */
static const char *const telling[] = {
	"age", "pg_", "has_", "txid_", "to_reg", "current_", "obj_description",
	"col_description", "shobj_description", "inet_", "date_in", "time_in", "timetz_in", "timestamp_in",
	"timestamptz_in", "row_security_active", "query_to_", "table_to_", "schema_to_", "cursor_to_",
	"database_to_", "format_type", "regclass", "make_timestamptz", "json_populate_record", "jsonb_populate_record",
	"json_to_record", "jsonb_to_record", NULL
};

/* Does one of PostgreSQL's stable functions only convert what it is given? */
static bool
only_converts(Oid function, Form_pg_proc proc)
{
	if (function >= FirstUnpinnedObjectId || proc->pronamespace != PG_CATALOG_NAMESPACE || proc->pronargs == 0)
		return false;
	for (int i = 0; telling[i] != NULL; i++)
		if (strncmp(NameStr(proc->proname), telling[i], strlen(telling[i])) == 0)
			return false;
	return true;
}

/* Adds what a function makes of a value; goes on. */
static bool
note_function_made(Oid function, void *context)
{
	MakingWalk *walk = context;
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Form_pg_proc proc;

	if (!HeapTupleIsValid(tuple))
	{
		walk->making->made_of |= MADE_OF_ANY;
		return false;
	}
	proc = (Form_pg_proc) GETSTRUCT(tuple);
	if (function == F_NEXTVAL)
		walk->scope->program->deeds->counts = true;
	if (proc->provolatile == PROVOLATILE_VOLATILE)
		walk->making->made_of |= MADE_OF_MOMENT;
	else if (proc->provolatile == PROVOLATILE_STABLE && !only_converts(function, proc))
		walk->making->made_of |= function < FirstUnpinnedObjectId && proc->pronargs == 0 ? MADE_OF_MOMENT : MADE_OF_ANY;
	ReleaseSysCache(tuple);
	return false;
}

/* Adds another making. */
static void
add_making(Making *to, const Making *from)
{
	to->made_of |= from->made_of;
	to->slots = bms_add_members(to->slots, from->slots);
}

/* Adds what a column of a table in the statement is; that of "excluded" is what was to be inserted. */
static void
note_var_made(const MakingWalk *walk, const Var *var)
{
	const OnConflictExpr *conflict = walk->query != NULL ? walk->query->onConflict : NULL;
	ListCell   *cell;

	if (conflict != NULL && var->varlevelsup == 0 && var->varno == conflict->exclRelIndex)
	{
		foreach(cell, walk->inserted)
		{
			const DeedColumn *column = lfirst(cell);

			if (column->attnum == var->varattno)
			{
				add_making(walk->making, &column->making);
				return;
			}
		}
	}
	walk->making->made_of |= MADE_OF_ROWS;
}

/* Adds the slot of a name. */
static void
note_param_made(const MakingWalk *walk, const Param *param)
{
	const Scope *scope = walk->scope;

	if (param->paramkind == PARAM_EXTERN)
		walk->making->slots = bms_add_member(walk->making->slots, scope->numbered ?
											 list_nth_int(scope->parameters, param->paramid - 1) : param->paramid - 1);
	else
		walk->making->made_of |= MADE_OF_ANY;
}

/* Is it one of those that the session alone decides? */
static bool
is_of_caller(const SQLValueFunction *function)
{
	switch (function->op)
	{
		case SVFOP_CURRENT_ROLE:
		case SVFOP_CURRENT_USER:
		case SVFOP_USER:
		case SVFOP_SESSION_USER:
		case SVFOP_CURRENT_CATALOG:
		case SVFOP_CURRENT_SCHEMA:
			return true;
		default:
			return false;
	}
}

/* Adds what a node is made of, and walks on. */
static bool
making_walker(Node *node, void *context)
{
	MakingWalk *walk = context;

	if (node == NULL)
		return false;
	switch (nodeTag(node))
	{
		case T_Var:
			note_var_made(walk, (Var *) node);
			return false;
		case T_Param:
			note_param_made(walk, (Param *) node);
			return false;
		case T_Query:
			/* what it reads decides, and its slots */
			walk->making->made_of |= MADE_OF_ROWS;
			return query_tree_walker((Query *) node, making_walker, context, 0);
		case T_SQLValueFunction:
			if (!is_of_caller((SQLValueFunction *) node))
				walk->making->made_of |= MADE_OF_MOMENT;
			return false;
		case T_NextValueExpr:
			walk->making->made_of |= MADE_OF_MOMENT;
			return false;
		case T_CoerceViaIO:
			/* 'now' is a time, too */
			if (type_reads_clock(((CoerceViaIO *) node)->resulttype))
				walk->making->made_of |= MADE_OF_MOMENT;
			break;
		case T_CoerceToDomain:
			break;
		default:
			(void) check_functions_in_node(node, note_function_made, walk);
			break;
	}
	return expression_tree_walker(node, making_walker, context);
}

/* What a value of a statement is made of. */
static void
find_making(const Scope *scope, const Query *query, const List *inserted, Node *tree, Making *making)
{
	MakingWalk	walk = {scope, query, inserted, making};

	(void) making_walker(tree, &walk);
}

/* Is a column NOT NULL? */
static bool
is_not_null(Oid relation, AttrNumber attnum)
{
	HeapTuple	tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relation), Int16GetDatum(attnum));
	bool		result = HeapTupleIsValid(tuple) && ((Form_pg_attribute) GETSTRUCT(tuple))->attnotnull;

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return result;
}

/* Adds the columns that a list of targets gives values. */
static List *
deed_columns(const Scope *scope, const Query *query, Oid relation, const List *targets, bool overwrites,
			 const List *inserted)
{
	List	   *columns = NIL;
	ListCell   *cell;

	foreach(cell, targets)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, cell);
		DeedColumn *column;

		if (entry->resjunk)
			continue;
		column = palloc0(sizeof(DeedColumn));
		column->name = get_attname(relation, entry->resno, false);
		column->attnum = entry->resno;
		column->overwrites = overwrites;
		column->not_null = is_not_null(relation, entry->resno);
		find_making(scope, query, inserted, (Node *) entry->expr, &column->making);
		columns = lappend(columns, column);
	}
	return columns;
}

/* Notes what an INSERT does where a row is there already. */
static void
note_conflict(Deed *deed, const Scope *scope, const Query *query)
{
	const OnConflictExpr *conflict = query->onConflict;
	ListCell   *cell;

	deed->takes_conflict = true;
	foreach(cell, conflict->arbiterElems)
	{
		const InferenceElem *element = lfirst_node(InferenceElem, cell);

		if (IsA(element->expr, Var))
			deed->conflict = bms_add_member(deed->conflict, ((const Var *) element->expr)->varattno);
	}
	deed->columns = list_concat(deed->columns,
								deed_columns(scope, query, deed->relation, conflict->onConflictSet, true,
											 deed->columns));
}

void
deed_note_query(const Scope *scope, const Query *query, const char *path)
{
	Program    *program = scope->program;
	MemoryContext old;
	Deed	   *deed;

	if (program->deeds == NULL || query->resultRelation == 0)
		return;
	old = MemoryContextSwitchTo(program->mcxt);
	deed = palloc0(sizeof(Deed));
	deed->path = pstrdup(path);
	deed->relation = rt_fetch(query->resultRelation, query->rtable)->relid;
	deed->command = query->commandType;
	deed->has_subselect = query->hasSubLinks;
	if (query->commandType != CMD_DELETE)
		deed->columns = deed_columns(scope, query, deed->relation, query->targetList,
									 query->commandType == CMD_UPDATE, NIL);
	if (query->onConflict != NULL)
		note_conflict(deed, scope, query);
	program->deeds->list = lappend(program->deeds->list, deed);
	MemoryContextSwitchTo(old);
}

void
deed_note_expression(Expression *expression, Node *tree)
{
	Program    *program = expression->scope->program;
	MemoryContext old;
	Making	   *making;

	if (program->deeds == NULL)
		return;
	old = MemoryContextSwitchTo(program->mcxt);
	making = palloc0(sizeof(Making));
	find_making(expression->scope, NULL, NIL, tree, making);
	expression->making = making;
	MemoryContextSwitchTo(old);
}

void
deed_note_flow(Program *program, const Expression *from, int slot)
{
	MemoryContext old;
	DeedFlow   *flow;

	if (program->deeds == NULL || from == NULL)
		return;
	old = MemoryContextSwitchTo(program->mcxt);
	flow = palloc(sizeof(DeedFlow));
	flow->from = from;
	flow->slot = slot;
	program->deeds->flows = lappend(program->deeds->flows, flow);
	MemoryContextSwitchTo(old);
}

void
deed_note_handed(Program *program, const Expression *input)
{
	MemoryContext old;

	if (program->deeds == NULL || input == NULL)
		return;
	old = MemoryContextSwitchTo(program->mcxt);
	program->deeds->handed = lappend(program->deeds->handed, unconstify(Expression *, input));
	MemoryContextSwitchTo(old);
}

void
deed_note_called(Program *program, Oid function)
{
	MemoryContext old;

	if (program->deeds == NULL)
		return;
	old = MemoryContextSwitchTo(program->mcxt);
	program->deeds->called = list_append_unique_oid(program->deeds->called, function);
	MemoryContextSwitchTo(old);
}
