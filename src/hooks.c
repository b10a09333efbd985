/*
 * hooks.c
 *		The parser hooks that answer $n and the names of an action.
 *
 * They run inside PostgreSQL's own parse analysis of the statement that holds
 * the value, so a formula sees exactly the tables that the statement puts in
 * scope.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compiler.h"
#include "formula.h"
#include "locations.h"
#include "names.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_expr.h"
#include "parser/parse_func.h"
#include "parser/parse_node.h"
#include "parser/parse_relation.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

typedef struct GuardedTransform
{
	ParseState *pstate;
	Scope	   *scope;
	Value	   *value;
	Node	   *result;
} GuardedTransform;

static void
transform_guarded(void *arg)
{
	GuardedTransform *work = arg;

	work->result = value_transform(work->pstate, work->scope, work->value);
	locations_clear(work->result);
}

/* Answers $n with the tree of the n-th value. */
static Node *
value_param_ref(ParseState *pstate, ParamRef *reference)
{
	Scope	   *scope = pstate->p_ref_hook_state;
	GuardedTransform work = {pstate, scope, NULL, NULL};

	if (scope->current != NULL || reference->number < 1 ||
		reference->number > list_length(scope->values))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_PARAMETER),
				 errmsg("there is no parameter $%d", reference->number),
				 errhint("Inputs are called input.<name>."),
				 parser_errposition(pstate, reference->location)));
	work.value = list_nth(scope->values, reference->number - 1);
	scope->reads_this = work.value->reads_this;
	if (scope->compiler == NULL)
		transform_guarded(&work);
	else if (!compiler_guard(scope->compiler, work.value->location, transform_guarded, &work))
	{
		Oid			type = OidIsValid(work.value->type) ? work.value->type : TEXTOID;

		return (Node *) makeNullConst(type, work.value->typmod, get_typcollation(type));
	}
	return work.result;
}

/* Applies the fields after the first two of a.b.c.d. */
static Node *
select_fields(ParseState *pstate, Node *node, List *fields, int location)
{
	ListCell   *cell;

	for_each_from(cell, fields, 2)
	{
		Node	   *field = lfirst(cell);
		Node	   *result = NULL;

		if (IsA(field, String))
			result = ParseFuncOrColumn(pstate, list_make1(field), list_make1(node),
									   pstate->p_last_srf, NULL, false, location);
		if (result == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("field \"%s\" does not exist in type %s",
							IsA(field, String) ? strVal(field) : "*",
							format_type_be(exprType(node))),
					 parser_errposition(pstate, location)));
		node = result;
	}
	return node;
}

/* The column of this.column.field, which SQL would take for schema.table.column. */
static Node *
this_column(ParseState *pstate, const char *column, int location)
{
	int			levels_up;
	ParseNamespaceItem *item = refnameNamespaceItem(pstate, NULL, "this", location, &levels_up);

	return item == NULL ? NULL :
		scanNSItemForColumn(pstate, item, levels_up, column, location);
}

/* Is this a name of the row being changed, in a value that reads it where it is? */
static bool
means_this(const Scope *scope, const char *name)
{
	const Row  *row = scope->reads_this ? row_find(scope->rows, name) : NULL;

	return row != NULL && row_first_name(row) == row_first_name(scope->this_row);
}

/* Names of ours that have a dot win over tables of the same name. */
static Node *
pre_column_ref(ParseState *pstate, ColumnRef *reference)
{
	Scope	   *scope = pstate->p_ref_hook_state;
	Node	   *node;

	if (scope->names == NULL || scope->current == NULL ||
		list_length(reference->fields) < 2 || !IsA(linitial(reference->fields), String) ||
		!IsA(lsecond(reference->fields), String))
		return NULL;
	if (strcmp(strVal(linitial(reference->fields)), "this") == 0)
		node = list_length(reference->fields) == 2 ? NULL :
			this_column(pstate, strVal(lsecond(reference->fields)), reference->location);
	else if (means_this(scope, strVal(linitial(reference->fields))))
		node = this_column(pstate, strVal(lsecond(reference->fields)), reference->location);
	else
		node = names_resolve(pstate, scope, strVal(linitial(reference->fields)),
							 strVal(lsecond(reference->fields)), reference->location);
	if (node == NULL)
		return NULL;
	return select_fields(pstate, node, reference->fields, reference->location);
}

/* Warns of a bare name in a sub-SELECT that could have meant a column of `this`. */
static void
warn_captured_name(ParseState *pstate, Scope *scope, const char *name, Node *var)
{
	if (scope->compiler == NULL || !OidIsValid(scope->this_relation) ||
		pstate == scope->pstate || !IsA(var, Var) || ((Var *) var)->varlevelsup > 0 ||
		get_attnum(scope->this_relation, name) == InvalidAttrNumber)
		return;
	problem_warn(scope->compiler->sink, scope->current->location,
				 psprintf("\"%s\" means the column of the sub-SELECT's table, not of the row being changed", name),
				 psprintf("Write this.%s, or the table's name before it.", name));
}

/* A bare name that is no column may be a step: its whole row. */
static Node *
post_column_ref(ParseState *pstate, ColumnRef *reference, Node *var)
{
	Scope	   *scope = pstate->p_ref_hook_state;
	const char *first;

	if (scope->names == NULL || scope->current == NULL || !IsA(linitial(reference->fields), String))
		return NULL;
	first = strVal(linitial(reference->fields));
	if (var == NULL && strcmp(first, "target") == 0 && row_find(scope->rows, first) == NULL &&
		refnameNamespaceItem(pstate, NULL, first, reference->location, NULL) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("the action is not bound to a row, so there is no target"),
				 errhint("Set \"table\" of the action, or read the row with a get step."),
				 parser_errposition(pstate, reference->location)));
	if (list_length(reference->fields) == 1)
	{
		if (var == NULL)
			return names_resolve(pstate, scope, first, NULL, reference->location);
		warn_captured_name(pstate, scope, first, var);
	}
	else if (var == NULL && list_length(reference->fields) == 2 &&
			 refnameNamespaceItem(pstate, NULL, first, reference->location, NULL) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("\"%s\" is not known at this place", first),
				 errhint("Known names are %s%s.", names_list(scope->rows),
						 OidIsValid(scope->this_relation) ? ", this" : ""),
				 parser_errposition(pstate, reference->location)));
	return NULL;
}

/* Sets the hooks of a statement's parse analysis. */
void
formula_parser_setup(ParseState *pstate, void *arg)
{
	pstate->p_pre_columnref_hook = pre_column_ref;
	pstate->p_post_columnref_hook = post_column_ref;
	pstate->p_paramref_hook = value_param_ref;
	pstate->p_ref_hook_state = arg;
}
