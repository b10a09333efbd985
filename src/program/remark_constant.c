/*
 * remark_constant.c
 *		Warns of constants that a column cannot hold: written to it, or compared
 *		with it.
 *
 * CHECK constraints are tried with the constant in the column's place, if they
 * are about this column alone and made of PostgreSQL's own immutable functions;
 * nothing else is ever evaluated.
 */
#include "postgres.h"

#include "access/table.h"
#include "access/transam.h"
#include "base/compat.h"
#include "base/error.h"
#include "base/sandbox.h"
#include "base/suggest.h"
#include "base/text_list.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "lookup/constraint.h"
#include "lookup/datum_text.h"
#include "lookup/domain.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_coerce.h"
#include "parser/parse_collate.h"
#include "parser/parsetree.h"
#include "program/constant_tree.h"
#include "program/remark.h"
#include "program/remark_constant.h"
#include "program/remark_report.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/ruleutils.h"
#include "utils/typcache.h"

#define SHOWN_LENGTH	60		/* of a constant in a message */

/* A column and a constant that meets it. */
typedef struct Meeting
{
	Oid			relation;
	AttrNumber	attnum;
	Node	   *constant;		/* of the column's type */
	char	   *shown;			/* as it was written */
	bool		compared;		/* else written */
	char	   *column;
	char	   *finding;		/* what the message says; NULL: nothing is wrong */
	char	   *hint;
} Meeting;

/* A constraint with the constant in the column's place. */
typedef struct Substitution
{
	AttrNumber	attnum;
	Node	   *constant;
	bool		others;			/* it is about other columns, too */
} Substitution;

static Node *
substitute_mutator(Node *node, Substitution *substitution)
{
	if (node == NULL)
		return NULL;
	if (IsA(node, Var))
	{
		if (((Var *) node)->varattno == substitution->attnum)
			return copyObject(substitution->constant);
		substitution->others = true;
		return copyObject(node);
	}
	if (IsA(node, CoerceToDomainValue))
		return copyObject(substitution->constant);
	return expression_tree_mutator(node, substitute_mutator, substitution);
}

/* What a node is without the relabeling of its type. */
static Node *
unlabeled(Node *node)
{
	while (node != NULL && IsA(node, RelabelType))
		node = (Node *) ((RelabelType *) node)->arg;
	return node;
}

/* Is this the equality, or inequality, of PostgreSQL's own types? */
static bool
is_own_operator(Oid operator, const char *name)
{
	return operator < FirstUnpinnedObjectId && strcmp(get_opname(operator), name) == 0;
}

/* The text of a constant; NULL if it is NULL or no constant. */
static char *
constant_text(Node *node)
{
	const Const *constant = (const Const *) unlabeled(node);

	if (constant == NULL || !IsA(constant, Const) || constant->constisnull)
		return NULL;
	return datum_text(constant->constvalue, constant->consttype);
}

/* The texts of the members of a constant array, or of ARRAY[...] of constants; NIL if it is neither. */
static List *
member_texts(Node *node)
{
	List	   *texts = NIL;
	ListCell   *cell;

	node = unlabeled(node);
	if (node != NULL && IsA(node, ArrayCoerceExpr))
		node = unlabeled((Node *) ((ArrayCoerceExpr *) node)->arg);
	if (node != NULL && IsA(node, Const) && !((Const *) node)->constisnull &&
		OidIsValid(get_element_type(((Const *) node)->consttype)))
	{
		Oid			element = get_element_type(((Const *) node)->consttype);
		Oid			output;
		bool		is_varlena;
		int16		length;
		bool		byval;
		char		align;
		Datum	   *members;
		bool	   *nulls;
		int			count;

		getTypeOutputInfo(element, &output, &is_varlena);
		get_typlenbyvalalign(element, &length, &byval, &align);
		deconstruct_array(DatumGetArrayTypeP(((Const *) node)->constvalue), element, length, byval, align,
						  &members, &nulls, &count);
		for (int i = 0; i < count; i++)
			if (!nulls[i])
				texts = lappend(texts, OidOutputFunctionCall(output, members[i]));
		return texts;
	}
	if (node == NULL || !IsA(node, ArrayExpr))
		return NIL;
	foreach(cell, ((ArrayExpr *) node)->elements)
	{
		char	   *text = constant_text(lfirst(cell));

		if (text != NULL)
			texts = lappend(texts, text);
	}
	return texts;
}

/* The values that a constraint lists: column = ANY (...), or column = a OR column = b. */
static List *
listed_values(Node *constraint)
{
	List	   *values = NIL;
	ListCell   *cell;

	check_stack_depth();
	if (IsA(constraint, ScalarArrayOpExpr))
	{
		ScalarArrayOpExpr *any = (ScalarArrayOpExpr *) constraint;

		return any->useOr && is_own_operator(any->opno, "=") ? member_texts(lsecond(any->args)) : NIL;
	}
	if (IsA(constraint, OpExpr) && list_length(((OpExpr *) constraint)->args) == 2 &&
		is_own_operator(((OpExpr *) constraint)->opno, "="))
	{
		char	   *text = constant_text(lsecond(((OpExpr *) constraint)->args));

		return text == NULL ? NIL : list_make1(text);
	}
	if (!IsA(constraint, BoolExpr) || ((BoolExpr *) constraint)->boolop != OR_EXPR)
		return NIL;
	foreach(cell, ((BoolExpr *) constraint)->args)
	{
		List	   *more = listed_values(lfirst(cell));

		if (more == NIL)
			return NIL;
		values = list_concat(values, more);
	}
	return values;
}

/* Notes what a constraint says against the constant. */
static void
note_constraint(Meeting *meeting, const char *name, Node *constraint, const char *text)
{
	List	   *values = listed_values(constraint);
	char	   *like;

	if (values == NIL)
	{
		meeting->finding = psprintf("constraint %s does not allow it%s%s", name, text ? ": " : "", text ? text : "");
		return;
	}
	meeting->finding = psprintf("constraint %s allows only: %s", name, text_list_join(values));
	like = suggestion_among(meeting->shown, values);
	meeting->hint = suggestion_hint(like, NULL);
}

/* Tries one constraint. */
static void
try_constraint(Meeting *meeting, const char *name, Node *constraint, const char *text)
{
	Substitution substitution = {meeting->attnum, meeting->constant, false};
	Node	   *tree = substitute_mutator(constraint, &substitution);
	TreeValue	evaluation;

	if (meeting->finding != NULL || substitution.others || exprType(tree) != BOOLOID || !tree_is_constant(tree))
		return;
	if (tree_evaluate(tree, &evaluation) == NULL && !evaluation.isnull && !DatumGetBool(evaluation.value))
		note_constraint(meeting, name, constraint, text);
}

/* Tries the constraints of the column's table. */
static void
try_table(Meeting *meeting, Relation table)
{
	TupleConstr *constraints = RelationGetDescr(table)->constr;

	for (int i = 0; constraints != NULL && i < constraints->num_check; i++)
	{
		ConstrCheck *check = &constraints->check[i];
		Node	   *tree = stringToNode(check->ccbin);
		List	   *context = deparse_context_for(RelationGetRelationName(table), RelationGetRelid(table));

		CHECK_FOR_INTERRUPTS();

		/*
		 * what is compared may have been there before the constraint, or be a
		 * child's
		 */
		if (!meeting->compared ||
			(check->ccvalid && !(check->ccnoinherit && table->rd_rel->relhassubclass)))
			try_constraint(meeting, check->ccname, tree, deparse_expression(tree, context, false, false));
	}
}

/* Does a constraint of a domain, or of one below it, hold for values that were there before it? */
static bool
is_validated(Oid domain, const char *name)
{
	while (get_typtype(domain) == TYPTYPE_DOMAIN)
	{
		Oid			constraint = get_domain_constraint_oid(domain, name, true);

		if (OidIsValid(constraint) && !constraint_is_validated(constraint))
			return false;
		domain = domain_made_of(domain);
		if (!OidIsValid(domain))
			return false;
	}
	return true;
}

/* Tries the constraints of the column's domain, and of those below. */
static void
try_domain(Meeting *meeting, Oid type)
{
	DomainConstraintRef *constraints;
	ListCell   *cell;

	if (get_typtype(type) != TYPTYPE_DOMAIN)
		return;
	/* the context calls it back when it is reset, so it lives there */
	constraints = palloc(sizeof(DomainConstraintRef));
	InitDomainConstraintRef(type, constraints, CurrentMemoryContext, false);
	foreach(cell, constraints->constraints)
	{
		DomainConstraintState *constraint = lfirst(cell);

		if (constraint->constrainttype == DOM_CONSTRAINT_CHECK &&
			(!meeting->compared || is_validated(type, constraint->name)))
			try_constraint(meeting, constraint->name, (Node *) constraint->check_expr, NULL);
	}
}

/* May a trigger change what is written before it is checked? */
static bool
has_before_trigger(Relation table)
{
	return table->trigdesc != NULL &&
		(table->trigdesc->trig_insert_before_row || table->trigdesc->trig_update_before_row);
}

/* Finds what the column has against the constant. */
static void
meet(Meeting *meeting)
{
	Relation	table = table_open(meeting->relation, AccessShareLock);
	TreeValue	evaluation;
	ErrorData  *error = tree_evaluate(tree_with_collations(meeting->constant), &evaluation);

	meeting->column = get_attname(meeting->relation, meeting->attnum, false);
	if (error != NULL)
		meeting->finding = pstrdup(error->message);
	else if (table->rd_rel->relkind == RELKIND_RELATION || table->rd_rel->relkind == RELKIND_PARTITIONED_TABLE ||
			 table->rd_rel->relkind == RELKIND_FOREIGN_TABLE)
	{
		if (meeting->compared || !has_before_trigger(table))
			try_table(meeting, table);
		try_domain(meeting, get_atttype(meeting->relation, meeting->attnum));
	}
	table_close(table, AccessShareLock);
}

/* A constant as messages show it. */
static char *
shown(const char *text)
{
	int			length = pg_mbcliplen(text, strlen(text), SHOWN_LENGTH);

	return psprintf("%s%s", pnstrdup(text, length), text[length] != '\0' ? "..." : "");
}

/* The literal that a value is, below the coercions to the type of its column; NULL: it is computed. */
static char *
literal_below(Node *node)
{
	for (;;)
	{
		if (IsA(node, RelabelType))
			node = (Node *) ((RelabelType *) node)->arg;
		else if (IsA(node, FuncExpr) && ((FuncExpr *) node)->funcformat != COERCE_EXPLICIT_CALL &&
				 ((FuncExpr *) node)->args != NIL)
			node = linitial(((FuncExpr *) node)->args);
		else if (IsA(node, CoerceToDomain))
			node = (Node *) ((CoerceToDomain *) node)->arg;
		else
			return constant_text(node);
	}
}

void
remark_constants(ParseState *pstate, Scope *scope, const Value *value, Node *tree)
{
	Meeting		meeting = {value->relation, value->attnum};
	TreeValue	evaluation;
	ErrorData  *error;

	if (tree != NULL && IsA(tree, CoerceToDomain))
		tree = (Node *) ((CoerceToDomain *) tree)->arg;
	if (tree == NULL || !tree_is_constant(tree))
		return;
	meeting.shown = literal_below(tree);
	if (!OidIsValid(value->relation) || value->attnum <= 0 || meeting.shown == NULL)
	{
		error = IsA(tree, Const) ? NULL : tree_evaluate(tree_with_collations(tree), &evaluation);
		if (error != NULL)
			problem_warn(scope->findings->sink, value->location,
						 psprintf("the value always fails: %s", error->message), NULL);
		return;
	}
	meeting.constant = tree;
	meet(&meeting);
	if (meeting.finding != NULL)
		problem_warn(scope->findings->sink, value->location,
					 psprintf("column \"%s\" cannot be '%s': %s", meeting.column, shown(meeting.shown),
							  meeting.finding), meeting.hint);
}

/* A tree whose comparisons are looked at, and the queries around the place. */
typedef struct ComparisonWalk
{
	ParseState *pstate;
	Scope	   *scope;
	const Formula *formula;
	List	   *rtables;		/* of the sub-SELECTs around, innermost first */
} ComparisonWalk;

/* The table and column of a Var. */
static bool
column_of_var(const ComparisonWalk *walk, const Var *var, Oid *relation, AttrNumber *attnum)
{
	int			depth = list_length(walk->rtables);
	ParseState *pstate = walk->pstate;
	RangeTblEntry *entry;

	if (var->varlevelsup < depth)
		entry = rt_fetch(var->varno, (List *) list_nth(walk->rtables, var->varlevelsup));
	else
	{
		for (int up = var->varlevelsup - depth; up > 0 && pstate != NULL; up--)
			pstate = pstate->parentParseState;
		if (pstate == NULL || var->varno > list_length(pstate->p_rtable))
			return false;
		entry = rt_fetch(var->varno, pstate->p_rtable);
	}
	*relation = entry->relid;
	*attnum = var->varattno;
	return entry->rtekind == RTE_RELATION && var->varattno > 0;
}

/* The table and column whose value a Param holds. */
static bool
column_of_param(const ComparisonWalk *walk, const Param *param, Oid *relation, AttrNumber *attnum)
{
	const Scope *scope = walk->scope;
	int			slot = scope->numbered ? list_nth_int(scope->parameters, param->paramid - 1) : param->paramid - 1;
	ListCell   *column_cell;

	for (const RowChain *rows = scope->rows; rows != NULL; rows = rows->outer)
	{
		const Row  *row = rows->row;

		foreach(column_cell, row->columns)
		{
			const RowColumn *column = lfirst(column_cell);

			if (column->slot != slot || column->name == NULL || !OidIsValid(row->relation))
				continue;
			*relation = row->relation;
			*attnum = get_attnum(row->relation, column->name);
			return *attnum > 0;
		}
	}
	return false;
}

/* The table and column that a node reads; false if it reads none. */
static bool
column_of(const ComparisonWalk *walk, Node *node, Oid *relation, AttrNumber *attnum)
{
	node = unlabeled(node);
	if (node != NULL && IsA(node, Var))
		return column_of_var(walk, (Var *) node, relation, attnum);
	if (node != NULL && IsA(node, Param) && ((Param *) node)->paramkind == PARAM_EXTERN)
		return column_of_param(walk, (Param *) node, relation, attnum);
	return false;
}

/* A constant as the column would have it, with the column's length; NULL if it cannot be told. */
static Node *
as_column(Node *constant, Oid relation, AttrNumber attnum)
{
	Oid			type;
	int32		typmod;
	Oid			collation;
	Node	   *bare = unlabeled(constant);

	get_atttypetypmodcoll(relation, attnum, &type, &typmod, &collation);
	type = getBaseTypeAndTypmod(type, &typmod);
	if (bare == NULL || !IsA(bare, Const) || ((Const *) bare)->constisnull)
		return NULL;
	return coerce_to_target_type(NULL, copyObject(bare), exprType(bare), type, typmod, COERCION_ASSIGNMENT,
								 COERCE_IMPLICIT_CAST, -1);
}

/* Can a constant of this type be compared with the column without another rounding? */
static bool
is_faithful(Node *constant, Oid relation, AttrNumber attnum)
{
	Oid			given = getBaseType(exprType(unlabeled(constant)));
	Oid			wanted = getBaseType(get_atttype(relation, attnum));

	return given == wanted || IsBinaryCoercible(given, wanted) ||
		(TypeCategory(given) == TYPCATEGORY_STRING && TypeCategory(wanted) == TYPCATEGORY_STRING) ||
		can_coerce_type(1, &given, &wanted, COERCION_IMPLICIT);
}

/* Warns of a constant that is never what the column is. */
static void
remark_compared(const ComparisonWalk *walk, Node *column, Node *constant, bool equal, int location)
{
	Meeting		meeting = {InvalidOid, 0};

	if (!column_of(walk, column, &meeting.relation, &meeting.attnum) ||
		get_rel_relkind(meeting.relation) != RELKIND_RELATION)
		return;
	meeting.shown = constant_text(constant);
	if (meeting.shown == NULL || !is_faithful(constant, meeting.relation, meeting.attnum))
		return;
	meeting.constant = as_column(constant, meeting.relation, meeting.attnum);
	meeting.compared = true;
	if (meeting.constant == NULL || !tree_is_constant(meeting.constant))
		return;
	meet(&meeting);
	if (meeting.finding != NULL)
		remark_add(walk->scope, walk->formula, location,
				   psprintf("%s is never '%s': %s", meeting.column, shown(meeting.shown), meeting.finding),
				   meeting.hint);
}

/* Looks at the constants of IN (...) and = ANY (...). */
static void
remark_members(const ComparisonWalk *walk, const ScalarArrayOpExpr *any)
{
	Node	   *array = unlabeled(lsecond(any->args));
	bool		equal = any->useOr && is_own_operator(any->opno, "=");
	ListCell   *cell;

	if (!equal && (any->useOr || !is_own_operator(any->opno, "<>")))
		return;
	if (array != NULL && IsA(array, ArrayCoerceExpr))
		array = unlabeled((Node *) ((ArrayCoerceExpr *) array)->arg);
	if (array != NULL && IsA(array, ArrayExpr))
	{
		foreach(cell, ((ArrayExpr *) array)->elements)
			remark_compared(walk, linitial(any->args), lfirst(cell), equal, any->location);
		return;
	}
	foreach(cell, member_texts(array))
	{
		Oid			element = get_element_type(exprType(array));
		Node	   *text = (Node *) makeConst(TEXTOID, -1, DEFAULT_COLLATION_OID, -1,
											  CStringGetTextDatum(lfirst(cell)), false, false);

		if (TypeCategory(element) == TYPCATEGORY_STRING)
			remark_compared(walk, linitial(any->args), text, equal, any->location);
	}
}

/* Looks at a = b. */
static void
remark_equality(const ComparisonWalk *walk, const OpExpr *operator)
{
	bool		equal = is_own_operator(operator->opno, "=");

	if (list_length(operator->args) != 2 || (!equal && !is_own_operator(operator->opno, "<>")))
		return;
	remark_compared(walk, linitial(operator->args), lsecond(operator->args), equal, operator->location);
	remark_compared(walk, lsecond(operator->args), linitial(operator->args), equal, operator->location);
}

static bool
comparison_walker(Node *node, ComparisonWalk *walk)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
	{
		bool		result;

		walk->rtables = lcons(((Query *) node)->rtable, walk->rtables);
		result = query_tree_walker((Query *) node, comparison_walker, walk, 0);
		walk->rtables = list_delete_first(walk->rtables);
		return result;
	}
	if (IsA(node, OpExpr))
		remark_equality(walk, (OpExpr *) node);
	else if (IsA(node, ScalarArrayOpExpr))
		remark_members(walk, (ScalarArrayOpExpr *) node);
	return expression_tree_walker(node, comparison_walker, walk);
}

void
remark_comparisons(ParseState *pstate, Scope *scope, const Formula *formula, Node *tree)
{
	ComparisonWalk walk = {.pstate = pstate, .scope = scope, .formula = formula};

	(void) comparison_walker(tree, &walk);
}
