/*
 * parser_hooks.c
 *		The parser hooks that answer $n and the names of an action.
 *
 * They run inside PostgreSQL's own parse analysis of the statement that holds
 * the value, so a formula sees exactly the tables that the statement puts in
 * scope.
 */
#include "postgres.h"

#include "base/locations.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_func.h"
#include "parser/parse_node.h"
#include "parser/parse_relation.h"
#include "program/findings.h"
#include "program/formula.h"
#include "program/names.h"
#include "program/parser_hooks.h"
#include "program/resolved_names.h"
#include "program/statement_text.h"
#include "program/unknown_name.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

typedef struct GuardedTransform
{
	ParseState *pstate;
	Scope	   *scope;
	Placeholder *placeholder;
	Node	   *result;
} GuardedTransform;

/* Is the tree the value of a slot, at most cast? */
static bool
is_cast_param(const Node *node)
{
	for (;;)
		switch (nodeTag(node))
		{
			case T_Param:
				return true;
			case T_RelabelType:
				node = (Node *) ((RelabelType *) node)->arg;
				break;
			case T_CoerceViaIO:
				node = (Node *) ((CoerceViaIO *) node)->arg;
				break;
			case T_ArrayCoerceExpr:
				node = (Node *) ((ArrayCoerceExpr *) node)->arg;
				break;
			case T_CoerceToDomain:
				node = (Node *) ((CoerceToDomain *) node)->arg;
				break;
			case T_FuncExpr:
				if (((FuncExpr *) node)->funcformat != COERCE_IMPLICIT_CAST)
					return false;
				node = linitial(((FuncExpr *) node)->args);
				break;
			default:
				return false;
		}
}

/* Is a name all that the value says? */
static bool
value_is_name(const Value *value)
{
	return value->kind == VALUE_SLOT ||
		(value->kind == VALUE_FORMULA && IsA(value->formula->raw, ColumnRef));
}

static void
transform_guarded(void *arg)
{
	GuardedTransform *work = arg;
	Scope	   *scope = work->scope;
	Placeholder *placeholder = work->placeholder;

	scope->placeholder = placeholder;
	scope->reads_this = placeholder->value->reads_this;
	work->result = value_transform(work->pstate, scope, placeholder->value);
	scope->placeholder = NULL;
	if (scope->findings != NULL)
		placeholder->bare = value_is_name(placeholder->value) && is_cast_param(work->result);
	locations_clear(work->result);
}

/* The tree of a value in the statement; while checking, a NULL stands in for one that is wrong. */
static Node *
placeholder_transform(ParseState *pstate, Scope *scope, Placeholder *placeholder)
{
	GuardedTransform work = {.pstate = pstate, .scope = scope, .placeholder = placeholder};
	const Value *value = placeholder->value;

	if (scope->findings == NULL)
		transform_guarded(&work);
	else if (!findings_guard(scope->findings, scope->program, scope->names, value->location,
							 transform_guarded, &work))
	{
		Oid			type = OidIsValid(value->type) ? value->type : TEXTOID;

		return (Node *) makeNullConst(type, value->typmod, get_typcollation(type));
	}
	return work.result;
}

/* Answers $n: with the n-th value while compiling, then with the one that stands there. */
static Node *
value_param_ref(ParseState *pstate, ParamRef *reference)
{
	Scope	   *scope = pstate->p_ref_hook_state;
	Placeholder *placeholder = NULL;

	if (scope->current != NULL)
		;						/* in a formula there is none */
	else if (scope->placed != NULL)
		placeholder = statement_text_placeholder(scope, reference->location);
	else if (reference->number >= 1 && reference->number <= list_length(scope->placeholders))
		placeholder = list_nth(scope->placeholders, reference->number - 1);
	if (placeholder == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_PARAMETER),
				 errmsg("there is no parameter $%d", reference->number),
				 errhint("Inputs are called input.<name>."),
				 parser_errposition(pstate, reference->location)));
	return placeholder_transform(pstate, scope, placeholder);
}

/* Answers a column reference that stands for a value in the final text. */
static Node *
pre_column_ref(ParseState *pstate, ColumnRef *reference)
{
	Scope	   *scope = pstate->p_ref_hook_state;
	Placeholder *placeholder = scope->current != NULL || scope->placed == NULL ? NULL :
		statement_text_placeholder(scope, reference->location);

	return placeholder == NULL ? NULL : placeholder_transform(pstate, scope, placeholder);
}

/* Applies the fields after the first two of a.b.c.d; a star is the whole value. */
static Node *
select_fields(ParseState *pstate, Scope *scope, Node *node, const ColumnRef *reference)
{
	int			location = reference->location;
	ListCell   *cell;

	for_each_from(cell, reference->fields, 2)
	{
		Node	   *result;

		if (!IsA(lfirst(cell), String))
			break;
		resolved_field(scope, reference, foreach_current_index(cell), exprType(node));
		result = ParseFuncOrColumn(pstate, list_make1(lfirst(cell)), list_make1(node),
								   pstate->p_last_srf, NULL, false, location);
		if (result == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("field \"%s\" does not exist in type %s", strVal(lfirst(cell)),
							format_type_be(exprType(node))),
					 parser_errposition(pstate, location)));
		node = result;
	}
	return node;
}

/* The second field of a.b.c, which SQL takes for a table's name; NULL: there is none. */
static const char *
second_name(const ColumnRef *reference)
{
	return list_length(reference->fields) > 1 && IsA(lsecond(reference->fields), String) ?
		strVal(lsecond(reference->fields)) : NULL;
}

/* A column of a FROM item. */
static Node *
item_column(ParseState *pstate, const char *item_name, const char *column, int location)
{
	int			levels_up;
	ParseNamespaceItem *item = refnameNamespaceItem(pstate, NULL, item_name, location, &levels_up);

	return item == NULL ? NULL :
		scanNSItemForColumn(pstate, item, levels_up, column, location);
}

/* Is there a FROM item of this name around, the statement's own included? */
static bool
is_item(ParseState *pstate, const char *name, int location)
{
	int			levels_up;

	return refnameNamespaceItem(pstate, NULL, name, location, &levels_up) != NULL;
}

/*
 * Is this a name of the row being changed, in a value that reads it where it is?
 * Merged steps are one UPDATE (steps/merge.c): the slots would still hold what the
 * row was before, while "this" is what the first step alone would have returned
 * of the columns that it does not write. Those that it writes keep steps apart.
 */
static bool
means_this(const Scope *scope, const char *name)
{
	const Row  *row = scope->reads_this ? row_find(scope->rows, name) : NULL;

	return row != NULL && rows_are_one(row, scope->this_row);
}

/* How many levels up what SQL found for a reference is. */
static int
levels_up_to(ParseState *pstate, const ColumnRef *reference, const Node *found)
{
	const char *first = strVal(linitial(reference->fields));
	bool		has_schema = list_length(reference->fields) > 2;
	int			levels_up = 0;

	if (IsA(found, Var))
		return ((const Var *) found)->varlevelsup;
	(void) refnameNamespaceItem(pstate, has_schema ? first : NULL,
								has_schema ? second_name(reference) : first,
								reference->location, &levels_up);
	return levels_up;
}

/* Is the level inside the formula, so that one of its sub-SELECTs defines it? */
static bool
level_is_inside(const ParseState *pstate, const Scope *scope, int levels_up)
{
	for (; pstate != NULL && pstate != scope->pstate; pstate = pstate->parentParseState)
		if (levels_up-- == 0)
			return true;
	return false;
}

/* Warns of a bare name that could have meant a column of `this` or the row of a step. */
static void
warn_hidden_by_column(Scope *scope, const char *name)
{
	bool		hides_this = OidIsValid(scope->this_relation) &&
		get_attnum(scope->this_relation, name) != InvalidAttrNumber;

	if (hides_this)
		problem_warn(scope->findings->sink, scope->current->location,
					 psprintf("\"%s\" means the column of the sub-SELECT's table, not of the row being changed", name),
					 psprintf("Write this.%s, or the table's name before it.", name));
	else if (row_find(scope->rows, name) != NULL)
		problem_warn(scope->findings->sink, scope->current->location,
					 psprintf("\"%s\" means the column of the sub-SELECT's table, not the action's \"%s\"", name, name),
					 "Write the table's name before it, or give the step another name.");
}

/* Warns of the name of a FROM item that could have meant `this` or a name of the action. */
static void
warn_hidden_by_item(Scope *scope, const char *name)
{
	bool		hides_this = OidIsValid(scope->this_relation) && strcmp(name, "this") == 0;

	if (hides_this || names_has(scope, name))
		problem_warn(scope->findings->sink, scope->current->location,
					 psprintf("\"%s\" means the sub-SELECT's table, not %s", name, hides_this ?
							  "the row being changed" : psprintf("the action's \"%s\"", name)),
					 "Give the table another alias in the sub-SELECT.");
}

/* Warns of a name that a sub-SELECT defines and the action, too. */
static void
warn_hidden_name(ParseState *pstate, Scope *scope, const ColumnRef *reference, const Node *found)
{
	const char *first = strVal(linitial(reference->fields));

	if (scope->findings == NULL || !scope->findings->checking ||
		!level_is_inside(pstate, scope, levels_up_to(pstate, reference, found)))
		return;
	if (list_length(reference->fields) == 1 && IsA(found, Var) && ((const Var *) found)->varattno != 0)
		warn_hidden_by_column(scope, first);
	else
		warn_hidden_by_item(scope, first);
}

/* Raises that there is no target. */
pg_noreturn static void
refuse_no_target(ParseState *pstate, int location)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg(NO_TARGET_MESSAGE),
			 errhint("Set \"table\" of the action, or read the row with a get step."),
			 parser_errposition(pstate, location)));
}

/* What the action calls by the name: first.second..., or the whole row first. */
static Node *
resolve_own_name(ParseState *pstate, Scope *scope, const ColumnRef *reference)
{
	const char *first = strVal(linitial(reference->fields));
	const char *second = second_name(reference);
	int			location = reference->location;
	Node	   *node = NULL;

	if (strcmp(first, "target") == 0 && row_find(scope->rows, first) == NULL)
		refuse_no_target(pstate, location);
	if (second != NULL && means_this(scope, first))
	{
		names_note_use(scope->program, scope->names, row_find(scope->rows, first));
		node = item_column(pstate, "this", second, location);
	}
	if (node == NULL)
		node = names_resolve(pstate, scope, first, second, location);
	if (node == NULL && list_length(reference->fields) == 2)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("\"%s\" is not known at this place", first),
				 errhint("%s", names_hint(scope, first)),
				 parser_errposition(pstate, location)));
	if (node == NULL && list_length(reference->fields) == 1)
		require_known_name(pstate, scope, reference);
	return node;
}

/*
 * The names of the action are the outermost scope: only what SQL has not found
 * in any FROM, be it the generated statement's, may be one of them. A FROM item
 * hides the name of ours even where it has no such column.
 */
static Node *
post_column_ref(ParseState *pstate, ColumnRef *reference, Node *found)
{
	Scope	   *scope = pstate->p_ref_hook_state;
	const char *first;
	const char *second = second_name(reference);
	Node	   *node = NULL;

	if (scope->names == NULL || scope->current == NULL || !IsA(linitial(reference->fields), String))
		return NULL;
	if (found != NULL)
	{
		warn_hidden_name(pstate, scope, reference, found);
		resolved_column(scope, pstate, reference, found, list_length(reference->fields));
		return NULL;
	}
	first = strVal(linitial(reference->fields));
	if (!is_item(pstate, first, reference->location))
	{
		node = resolve_own_name(pstate, scope, reference);
		if (node != NULL)
			resolved_own(scope, reference);
	}
	else if (list_length(reference->fields) > 2 && second != NULL)
	{
		node = item_column(pstate, first, second, reference->location);
		resolved_column(scope, pstate, reference, node, 2);
	}
	return node == NULL ? NULL : select_fields(pstate, scope, node, reference);
}

struct Scope *
parser_scope(const ParseState *pstate)
{
	return pstate->p_paramref_hook == value_param_ref ? pstate->p_ref_hook_state : NULL;
}

void
formula_parser_setup(ParseState *pstate, void *arg)
{
	pstate->p_pre_columnref_hook = pre_column_ref;
	pstate->p_post_columnref_hook = post_column_ref;
	pstate->p_paramref_hook = value_param_ref;
	pstate->p_ref_hook_state = arg;
}
