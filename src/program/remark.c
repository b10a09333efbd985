/*
 * remark.c
 *		Warns of values that are accepted and most likely mean something else: a
 *		text that would be a formula, single braces, comparisons with NULL, a
 *		condition that compares a row with itself, a key of another type.
 *
 * A text is taken for a formula only if it is one of names that are known at
 * its place; so that ordinary texts are left alone.
 */
#include "postgres.h"

#include <ctype.h>

#include "access/transam.h"
#include "base/compat.h"
#include "base/error.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "lookup/canonical.h"
#include "lookup/function_lookup.h"
#include "lookup/key.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_coerce.h"
#include "program/condition.h"
#include "program/remark.h"
#include "program/remark_constant.h"
#include "program/remark_report.h"
#include "program/value.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

/* A text that may be a formula, and what was found in it. */
typedef struct Likeness
{
	const Names *names;
	const RowChain *rows;
	Oid			relation;		/* whose columns may stand bare, or InvalidOid */
	const char *text;
	bool		result;
	int			unknown;		/* names that mean nothing here */
	int			qualified;		/* names with a dot that mean something */
	int			columns;		/* bare ones that do */
	int			calls;			/* of functions that there are */
	int			empty_calls;	/* without arguments */
	int			joins;			/* || */
	int			selects;
} Likeness;

/* Does first.second mean something of the action's? */
static bool
is_known_pair(const Names *names, const RowChain *rows, Oid relation, const char *first, const char *second)
{
	const Row  *row;

	if (strcmp(first, "input") == 0)
		return variable_find(&names->inputs, second) != NULL;
	if (strcmp(first, "let") == 0)
		return variable_find(&names->lets, second) != NULL;
	if (strcmp(first, "output") == 0)
		return variable_find(&names->outputs, second) != NULL;
	if (strcmp(first, "this") == 0)
		return OidIsValid(relation) && get_attnum(relation, second) > 0;
	row = row_find(rows, first);
	return row != NULL && row_has_column(row, second);
}

/* Is a bare name a column of the row that is written, or of the bound one? */
static bool
is_known_column(const Likeness *likeness, const char *name)
{
	const Row  *target = row_find(likeness->rows, "target");

	return (OidIsValid(likeness->relation) && get_attnum(likeness->relation, name) > 0) ||
		(target != NULL && row_has_column(target, name));
}

/* Counts a reference to a name. */
static void
count_reference(Likeness *likeness, const ColumnRef *reference)
{
	Node	   *first = linitial(reference->fields);
	Node	   *second = list_length(reference->fields) > 1 ? lsecond(reference->fields) : NULL;

	if (!IsA(first, String) || (second != NULL && !IsA(second, String)))
		likeness->unknown++;
	else if (second == NULL)
	{
		if (is_known_column(likeness, strVal(first)))
			likeness->columns++;
		else
			likeness->unknown++;
	}
	else if (is_known_pair(likeness->names, likeness->rows, likeness->relation, strVal(first), strVal(second)))
		likeness->qualified++;
	else
		likeness->unknown++;
}

/* Counts a call, if there is such a function. */
static void
count_call(Likeness *likeness, const FuncCall *call)
{
	if (function_candidates(call->funcname) == NULL)
		likeness->unknown++;
	else
		likeness->calls++;
	if (call->args == NIL)
		likeness->empty_calls++;
}

/* Counts what a raw tree holds. */
static bool
likeness_walker(Node *node, void *context)
{
	Likeness   *likeness = context;

	if (node == NULL)
		return false;
	if (IsA(node, ColumnRef))
	{
		count_reference(likeness, castNode(ColumnRef, node));
		return false;
	}
	if (IsA(node, SubLink))
	{
		const SelectStmt *select = (SelectStmt *) castNode(SubLink, node)->subselect;

		if (IsA(select, SelectStmt) && select->fromClause != NIL)
			likeness->selects++;
		else
			likeness->unknown++;
		return false;
	}
	if (IsA(node, FuncCall))
		count_call(likeness, castNode(FuncCall, node));
	else if (IsA(node, A_Expr) && list_length(castNode(A_Expr, node)->name) == 1 &&
			 strcmp(strVal(linitial(castNode(A_Expr, node)->name)), "||") == 0)
		likeness->joins++;
	return raw_expression_tree_walker(node, likeness_walker, context);
}

/* Parses a text as a formula, which may fail, and says whether it looks meant as one. */
static void
judge_likeness(void *arg)
{
	Likeness   *likeness = arg;

	(void) likeness_walker(formula_parse(likeness->text, "")->raw, likeness);
	likeness->result = likeness->unknown == 0 &&
		(likeness->qualified > 0 || likeness->selects > 0 ||
		 (likeness->joins > 0 && likeness->columns > 0) ||
		 (likeness->calls > 0 && likeness->columns + likeness->empty_calls > 0));
}

bool
remark_is_formula(const Names *names, const RowChain *rows, Oid relation, const char *text)
{
	Likeness	likeness = {.names = names, .rows = rows, .relation = relation, .text = text};

	if (strpbrk(text, ".(") == NULL && strstr(text, "||") == NULL)
		return false;
	return caught_trial(judge_likeness, &likeness) == NULL && likeness.result;
}

/* The length of "name.name" at a place, with the names; 0 if it is something else. */
static int
pair_at(const char *place, char **first, char **second)
{
	const char *letters = "abcdefghijklmnopqrstuvwxyz0123456789_";
	int			length = strspn(place, letters);
	int			rest;

	if (length == 0 || place[length] != '.')
		return 0;
	rest = strspn(place + length + 1, letters);
	if (rest == 0)
		return 0;
	*first = pnstrdup(place, length);
	*second = pnstrdup(place + length + 1, rest);
	return length + 1 + rest;
}

/* Warns of {name.name} in a text; two braces would print its value. */
static void
remark_single_braces(Scope *scope, const char *text, const char *location)
{
	for (const char *open = strchr(text, '{'); open != NULL; open = strchr(open + 1, '{'))
	{
		const char *start = open + 1 + strspn(open + 1, " ");
		char	   *first;
		char	   *second;
		int			length = pair_at(start, &first, &second);
		const char *close = start + length + strspn(start + length, " ");

		if (length == 0 || *close != '}' || close[1] == '}' || (open > text && open[-1] == '{') ||
			!is_known_pair(scope->names, scope->rows, scope->this_relation, first, second))
			continue;
		problem_warn(scope->findings->sink, location,
					 psprintf("single braces print themselves: {%s.%s}", first, second),
					 psprintf("Write {{%s.%s}} for its value.", first, second));
	}
}

/* Warns of a text that would be a formula with a "=" before it. */
static void
remark_text(Scope *scope, const Value *value)
{
	const char *text = value->json->text;
	Oid			relation = OidIsValid(value->relation) ? value->relation : scope->this_relation;

	if (remark_is_formula(scope->names, scope->rows, relation, text))
		problem_warn(scope->findings->sink, value->location,
					 psprintf("the text \"%s\" looks like a formula", text),
					 psprintf("Begin it with \"=\"; if the text is meant, write =%s.", quote_literal_cstr(text)));
	remark_single_braces(scope, text, value->location);
}

void
remark_texts(Scope *scope, Value *value)
{
	ListCell   *cell;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (value->remarked || scope->names == NULL)
		return;
	value->remarked = true;
	if (value->kind == VALUE_LITERAL && value->json->kind == JSON_IS_STRING)
		remark_text(scope, value);
	foreach(cell, value->items)
	{
		Value	   *item = lfirst(cell);

		if (!OidIsValid(item->relation))
			item->relation = value->relation;
		if (value->kind != VALUE_TEMPLATE)
			remark_texts(scope, item);
		else if (item->kind == VALUE_LITERAL)
			remark_single_braces(scope, item->json->text, value->location);
	}
}

/* Where remarks about the raw tree of a formula go. */
typedef struct RawRemarks
{
	const Scope *scope;
	const Formula *formula;
} RawRemarks;

/* Is this the constant NULL, perhaps with a type? */
static bool
is_null(const Node *node)
{
	while (node != NULL && IsA(node, TypeCast))
		node = ((const TypeCast *) node)->arg;
	return node != NULL && IsA(node, A_Const) && ((const A_Const *) node)->isnull;
}

/* Is one of a list the constant NULL? */
static bool
has_null(const Node *list)
{
	ListCell   *cell;

	if (list == NULL || !IsA(list, List))
		return false;
	foreach(cell, (const List *) list)
	{
		if (is_null(lfirst(cell)))
			return true;
	}
	return false;
}

/* The only name of an operator, or "". */
static const char *
expression_operator(const A_Expr *expression)
{
	return list_length(expression->name) == 1 ? strVal(linitial(expression->name)) : "";
}

/* Warns of a comparison that is NULL whatever is compared. */
static void
remark_null_comparison(const RawRemarks *remarks, const A_Expr *expression)
{
	const char *name = expression_operator(expression);
	bool		equal = strcmp(name, "=") == 0;
	bool		unequal = strcmp(name, "<>") == 0;

	if (expression->kind == AEXPR_OP && expression->lexpr != NULL &&
		(is_null(expression->lexpr) || is_null(expression->rexpr)) &&
		(equal || unequal || strcmp(name, "<") == 0 || strcmp(name, ">") == 0 ||
		 strcmp(name, "<=") == 0 || strcmp(name, ">=") == 0))
		remark_add(remarks->scope, remarks->formula, expression->location,
				   "a comparison with NULL is never true",
				   equal ? "Write IS NULL." : unequal ? "Write IS NOT NULL." :
				   "Nothing is less or greater than NULL.");
	else if (expression->kind == AEXPR_IN && has_null(expression->rexpr))
		remark_add(remarks->scope, remarks->formula, expression->location, unequal ?
				   "NOT IN a list with NULL is never true" : "NULL in a list is never found by IN",
				   unequal ? "Leave NULL out of the list, and add AND ... IS NOT NULL." :
				   "Leave NULL out of the list, and add OR ... IS NULL.");
}

/* Warns of CASE a WHEN NULL, which compares as well. */
static void
remark_null_case(const RawRemarks *remarks, const CaseExpr *expression)
{
	ListCell   *cell;

	foreach(cell, expression->args)
	{
		if (expression->arg != NULL && is_null((Node *) lfirst_node(CaseWhen, cell)->expr))
			remark_add(remarks->scope, remarks->formula, expression->location,
					   "WHEN NULL compares with NULL and is never taken",
					   "Write CASE WHEN a IS NULL THEN ... END.");
	}
}

/* Finds comparisons with NULL, also in sub-SELECTs. */
static bool
null_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, A_Expr))
		remark_null_comparison(context, castNode(A_Expr, node));
	else if (IsA(node, CaseExpr))
		remark_null_case(context, castNode(CaseExpr, node));
	return raw_expression_tree_walker(node, null_walker, context);
}

/* A bare column of the rows that a condition chooses from; NULL if it is something else. */
static const char *
own_column(const Scope *scope, const Node *node)
{
	const ColumnRef *reference = (const ColumnRef *) node;

	if (node == NULL || !IsA(node, ColumnRef) || list_length(reference->fields) != 1 ||
		!IsA(linitial(reference->fields), String) ||
		get_attnum(scope->this_relation, strVal(linitial(reference->fields))) <= 0)
		return NULL;
	return strVal(linitial(reference->fields));
}

/* What a column's name could have meant besides, or NULL. */
static char *
other_meaning(const Scope *scope, const char *column)
{
	const Row  *target = row_find(scope->rows, "target");

	if (variable_find(&scope->names->inputs, column) != NULL)
		return psprintf("input.%s", column);
	if (variable_find(&scope->names->lets, column) != NULL)
		return psprintf("let.%s", column);
	if (target != NULL && row_has_column(target, column))
		return psprintf("target.%s", column);
	return NULL;
}

/* Is this column the whole primary key of a table? */
static bool
is_key(Oid relation, const char *column)
{
	List	   *key = key_of_table(relation, NIL, false);

	return list_length(key) == 1 && strcmp(((KeyColumn *) linitial(key))->name, column) == 0;
}

/* Warns of "customer_id = id" and of "owner_id = owner_id": both are the same row's. */
static void
remark_own_comparison(const RawRemarks *remarks, const A_Expr *expression)
{
	const Scope *scope = remarks->scope;
	const char *left = own_column(scope, expression->lexpr);
	const char *right = own_column(scope, expression->rexpr);
	char	   *meant;

	if (expression->kind != AEXPR_OP || strcmp(expression_operator(expression), "=") != 0 ||
		left == NULL || right == NULL)
		return;
	if (strcmp(left, right) != 0 && !is_key(scope->this_relation, left) && !is_key(scope->this_relation, right))
		return;
	meant = other_meaning(scope, is_key(scope->this_relation, left) ? left : right);
	remark_add(scope, remarks->formula, expression->location,
			   psprintf("both \"%s\" and \"%s\" are columns of %s: a row is compared with itself", left, right,
						relation_name_canonical(scope->this_relation)),
			   meant != NULL ? psprintf("Write %s; if the column is meant, this.%s.", meant,
										is_key(scope->this_relation, left) ? left : right) :
			   psprintf("Write what it is to be compared with; if the column is meant, this.%s.", right));
}

/* Looks at what AND joins at the top of a condition. */
static void
remark_own_comparisons(const RawRemarks *remarks, const Node *node)
{
	check_stack_depth();
	if (IsA(node, A_Expr))
		remark_own_comparison(remarks, (const A_Expr *) node);
	else if (IsA(node, BoolExpr) && ((const BoolExpr *) node)->boolop == AND_EXPR)
	{
		ListCell   *cell;

		foreach(cell, ((const BoolExpr *) node)->args)
			remark_own_comparisons(remarks, lfirst(cell));
	}
}

/* Is this the condition that chooses rows? */
static bool
is_where(const Formula *formula)
{
	const char *dot = strrchr(formula->location, '.');

	return formula->condition && dot != NULL && strcmp(dot, ".where") == 0;
}

/* Warns of a key that is given in another type: what does not fit is found only when it runs. */
static void
remark_key(const Scope *scope, const Formula *formula, const Node *tree, Oid type)
{
	Oid			given = exprType(tree);
	char		category = TypeCategory(given);

	if (given == UNKNOWNOID || !OidIsValid(type) || category == TypeCategory(getBaseType(type)))
		return;
	if (category == TYPCATEGORY_STRING)
		remark_add(scope, formula, -1,
				   psprintf("the key is of type %s, the value of type %s", format_type_be(type),
							format_type_be(given)),
				   psprintf("Give a value of its type; if the text is always a key, write (...)::%s.",
							format_type_be(type)));
}

/* Is this a function of users' that may read tables? */
static bool
function_may_look(Oid function, void *context)
{
	return function >= FirstUnpinnedObjectId && func_volatile(function) != PROVOLATILE_IMMUTABLE;
}

/* Does a tree call such a function? */
static bool
may_look_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, may_look_walker, context, 0);
	return check_functions_in_node(node, function_may_look, NULL) ||
		expression_tree_walker(node, may_look_walker, context);
}

/* Keeps a formula for who wants to know what it mentions. */
static void
note_formula(const Scope *scope, const Formula *formula, Node *tree)
{
	Findings   *findings = scope->findings;
	MemoryContext old = MemoryContextSwitchTo(findings->sink->mcxt);
	NotedFormula *noted = palloc(sizeof(NotedFormula));

	noted->scope = scope->number;
	noted->location = pstrdup(formula->location);
	noted->raw = copyObject(formula->raw);
	noted->may_look = may_look_walker(tree, NULL);
	findings->formulas = lappend(findings->formulas, noted);
	MemoryContextSwitchTo(old);
}

void
remark_formula(ParseState *pstate, Scope *scope, const Formula *formula, Node *tree, Oid type)
{
	RawRemarks	remarks = {scope, formula};

	(void) null_walker(formula->raw, &remarks);
	if (is_where(formula) && OidIsValid(scope->this_relation) && scope->names != NULL)
		remark_own_comparisons(&remarks, formula->raw);
	if (formula->key)
		remark_key(scope, formula, tree, type);
	remark_comparisons(pstate, scope, formula, tree);
	if (formula->condition)
		condition_note(scope, formula, tree);
	note_formula(scope, formula, tree);
}
