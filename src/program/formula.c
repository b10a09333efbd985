/*
 * formula.c
 *		Turns values into typed expression trees, coerced to what their place
 *		wants.
 *
 * Nothing is evaluated here except the input functions of literals, and those
 * never for a type that has a domain inside: its CHECK would run.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/parser_settings.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_coerce.h"
#include "parser/parse_expr.h"
#include "parser/parse_node.h"
#include "parser/parse_type.h"
#include "program/failure.h"
#include "program/formula.h"
#include "program/meaning.h"
#include "program/natural.h"
#include "program/remark.h"
#include "program/remark_constant.h"
#include "program/remark_report.h"
#include "program/resolved.h"
#include "program/resolved_names.h"
#include "program/trial.h"
#include "program/use.h"
#include "program/value.h"
#include "program/volatility.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/typcache.h"

static Node *transform_as(ParseState *pstate, Scope *scope, Value *value, Oid type, int32 typmod);

/* Moves an error position into the formula and shows its text. */
static void
formula_error_callback(void *arg)
{
	const Formula *formula = (const Formula *) arg;

	if (!formula_shift_position(formula) && getinternalerrposition() <= 0)
	{
		internalerrposition(1);
		internalerrquery(formula->text);
	}
}

/* Is there a type of some sort in this type, or is it one itself? */
static bool
type_holds(Oid type, bool (*wanted) (Oid type))
{
	Oid			element;

	check_stack_depth();
	if (wanted(type))
		return true;
	switch (get_typtype(type))
	{
		case TYPTYPE_DOMAIN:
			return type_holds(getBaseType(type), wanted);
		case TYPTYPE_RANGE:
			return type_holds(get_range_subtype(type), wanted);
		case TYPTYPE_MULTIRANGE:
			return type_holds(get_multirange_range(type), wanted);
		case TYPTYPE_COMPOSITE:
			{
				TupleDesc	tupdesc = lookup_rowtype_tupdesc_copy(type, -1);

				for (int i = 0; i < tupdesc->natts; i++)
					if (!TupleDescAttr(tupdesc, i)->attisdropped &&
						type_holds(TupleDescAttr(tupdesc, i)->atttypid, wanted))
						return true;
				return false;
			}
		default:
			element = get_element_type(type);
			return OidIsValid(element) && type_holds(element, wanted);
	}
}

/* Does reading a value of this type run a CHECK? */
static bool
is_domain(Oid type)
{
	return get_typtype(type) == TYPTYPE_DOMAIN;
}

bool
type_contains_domain(Oid type)
{
	return type_holds(getBaseType(type), is_domain);
}

/* Does the meaning of this type's text depend on the clock or a setting? */
static bool
is_volatile_text(Oid type)
{
	switch (type)
	{
		case DATEOID:
		case TIMEOID:
		case TIMETZOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
		case INTERVALOID:
		case MONEYOID:
			return true;
		default:
			return false;
	}
}

bool
type_reads_clock(Oid type)
{
	return type_holds(type, is_volatile_text);
}

static Node *
text_const(const char *text)
{
	return (Node *) makeConst(TEXTOID, -1, DEFAULT_COLLATION_OID, -1,
							  CStringGetTextDatum(text), false, false);
}

static Node *
unknown_const(const char *text)
{
	return (Node *) makeConst(UNKNOWNOID, -1, InvalidOid, -2,
							  CStringGetDatum(pstrdup(text)), false, false);
}

static Node *
null_of_type(Oid type, int32 typmod)
{
	return (Node *) makeNullConst(type, typmod, get_typcollation(type));
}

/* Is this a type of arrays or rows, which can only be JSON as to_json makes it? */
static bool
makes_json(Oid type)
{
	return OidIsValid(get_base_element_type(type)) || type_is_rowtype(type);
}

/* to_json() or to_jsonb() of a value. */
static Node *
to_json_call(Node *node, Oid type)
{
	return (Node *) makeFuncExpr(type == JSONBOID ? F_TO_JSONB : F_TO_JSON, type, list_make1(node),
								 InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);
}

/* Coerces by assignment rules; text falls back to the type's input. NULL: impossible. */
static Node *
try_coerce(ParseState *pstate, Node *node, Oid type, int32 typmod)
{
	Oid			source;
	Node	   *result;

	node = json_as_wanted(node, type);
	source = exprType(node);
	if (source == UNKNOWNOID && IsA(node, Const) && !((Const *) node)->constisnull &&
		type_contains_domain(type))
	{
		node = text_const(DatumGetCString(((Const *) node)->constvalue));
		source = TEXTOID;
	}
	result = coerce_to_target_type(pstate, node, source, type, typmod,
								   COERCION_ASSIGNMENT, COERCE_IMPLICIT_CAST, -1);
	if (result == NULL && TypeCategory(source) == TYPCATEGORY_STRING)
		result = coerce_to_target_type(pstate, node, source, type, typmod,
									   COERCION_EXPLICIT, COERCE_IMPLICIT_CAST, -1);
	if (result == NULL && type_is_json(type) && makes_json(source))
		result = coerce_to_target_type(pstate, to_json_call(node, getBaseType(type)), getBaseType(type),
									   type, typmod, COERCION_ASSIGNMENT, COERCE_IMPLICIT_CAST, -1);
	return result;
}

/* Coerces to what is wanted, or says what is wrong. */
static Node *
coerce_value(ParseState *pstate, Node *node, Oid type, int32 typmod)
{
	Node	   *result;

	if (!OidIsValid(type))
		return exprType(node) == UNKNOWNOID ?
			coerce_type(pstate, node, UNKNOWNOID, TEXTOID, -1,
						COERCION_IMPLICIT, COERCE_IMPLICIT_CAST, -1) : node;
	result = try_coerce(pstate, node, type, typmod);
	if (result == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("the value is of type %s, but %s is wanted",
						format_type_be(exprType(node)), format_type_be(type)),
				 errhint("Cast it, for example (...)::%s.", format_type_be(type))));
	return result;
}

/* Refuses a condition that is no boolean: text would be read as one only at run time. */
static void
require_boolean(const Node *node)
{
	Oid			type = exprType(node);

	if (type != UNKNOWNOID && TypeCategory(type) != TYPCATEGORY_BOOLEAN)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("a condition must be of type boolean, not %s", format_type_be(type)),
				 errhint("Compare it with a value, or write IS NOT NULL.")));
}

/* Refuses what would make one value many: sets, aggregates, window functions. */
static void
require_scalar(ParseState *pstate, const ParseState *before)
{
	const char *what = NULL;

	if (pstate->p_hasTargetSRFs && !before->p_hasTargetSRFs)
		what = "set-returning functions";
	else if (pstate->p_hasAggs && !before->p_hasAggs)
		what = "aggregate functions";
	else if (pstate->p_hasWindowFuncs && !before->p_hasWindowFuncs)
		what = "window functions";
	pstate->p_hasTargetSRFs = before->p_hasTargetSRFs;
	pstate->p_hasAggs = before->p_hasAggs;
	pstate->p_hasWindowFuncs = before->p_hasWindowFuncs;
	if (what != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("%s are not allowed in a formula", what),
				 errhint("Use a sub-SELECT in parentheses.")));
}

/* Does something in a raw tree stand for all columns that a table has? */
static bool
takes_all_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, A_Star) || (IsA(node, JoinExpr) && ((const JoinExpr *) node)->isNatural))
		return true;
	if (IsA(node, ColumnRef))
		return IsA(llast(((const ColumnRef *) node)->fields), A_Star);
	if (IsA(node, A_Indirection) && IsA(llast(((const A_Indirection *) node)->indirection), A_Star))
		return true;
	return raw_expression_tree_walker(node, takes_all_walker, context);
}

/* Transforms a formula where it stands and coerces the result. */
static Node *
formula_transform(ParseState *pstate, Scope *scope, Formula *formula,
				  Oid type, int32 typmod)
{
	const Formula *outer = scope->current;
	ResolvedFormula *outer_resolved = resolved_enter(scope->program, formula);
	ParseState *outer_pstate = scope->pstate;
	const char *outer_text = pstate->p_sourcetext;
	ParseState	before = *pstate;
	ErrorContextCallback callback;
	ParserSettings settings;
	Node	   *volatile node;

	callback.callback = formula_error_callback;
	callback.arg = formula;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	scope->current = formula;
	scope->pstate = pstate;
	pstate->p_sourcetext = formula->offset > 0 ?
		psprintf("%*s%s", formula->offset, "", formula->text) : formula->text;
	parser_settings_fix(&settings);

	PG_TRY();
	{
		node = transformExpr(pstate, copyObject(formula->raw), pstate->p_expr_kind);
		if (scope->findings != NULL && takes_all_walker(formula->raw, NULL))
			scope->program->takes_all = true;
		require_scalar(pstate, &before);
		if (formula->condition)
			require_boolean(node);
		if (remarks_wanted(scope) && !formula->remarked)
		{
			formula->remarked = true;
			remark_formula(pstate, scope, formula, node, type);
		}
		formula->natural_type = exprType(node);
		formula->natural_typmod = exprTypmod(node);
		node = coerce_value(pstate, node, type, typmod);
		if (scope->findings != NULL)
			volatility_require(pstate, node, scope->program->read_only, scope->in_summary);
		meaning_require(scope->program, node, formula->text, formula->location);
		resolved_tree(scope->program, formula, node);
		use_note_formula(pstate, scope, formula, node);
		failure_note_formula(scope->program, formula->location, node);
	}
	PG_FINALLY();
	{
		resolved_leave(scope->program, outer_resolved);
		parser_settings_restore(&settings);
		scope->current = outer;
		scope->pstate = outer_pstate;
		pstate->p_sourcetext = outer_text;
	}
	PG_END_TRY();

	error_context_stack = callback.previous;
	return node;
}

/* A scalar of the document as a literal of the wanted type. */
static Node *
literal_transform(ParseState *pstate, Scope *scope, const Value *value, Oid type, int32 typmod)
{
	const Json *json = value->json;
	Oid			base = OidIsValid(type) ? getBaseType(type) : InvalidOid;
	Node	   *node;

	resolved_label(scope->program, value, type);
	if (!OidIsValid(type))
		return natural_literal(json);
	if (json->kind == JSON_IS_NULL)
		return coerce_value(pstate, (Node *) makeConst(UNKNOWNOID, -1, InvalidOid, -2, (Datum) 0, true, false),
							type, typmod);
	if (base == JSONBOID || base == JSONOID)
		return coerce_value(pstate, unknown_const(json_text(json)), type, typmod);
	node = coerce_value(pstate, unknown_const(json->text), type, typmod);
	if (type_reads_clock(type))
		node = coerce_value(pstate, text_const(json->text), type, typmod);
	return node;
}

/* Calls a function on some of its arguments. */
static Node *
call_part(Oid function, Oid type, Oid collation, const List *arguments, int from, int count)
{
	List	   *part = NIL;

	for (int i = from; i < Min(from + count, list_length(arguments)); i++)
		part = lappend(part, list_nth(arguments, i));
	return (Node *) makeFuncExpr(function, type, part, collation, collation, COERCE_EXPLICIT_CALL);
}

/* The text of a part of a template; NULL prints nothing. */
static Node *
text_or_nothing(Node *text)
{
	CoalesceExpr *coalesce;

	if (IsA(text, Const) && !((Const *) text)->constisnull)
		return text;
	coalesce = makeNode(CoalesceExpr);
	coalesce->coalescetype = TEXTOID;
	coalesce->coalescecollid = DEFAULT_COLLATION_OID;
	coalesce->args = list_make2(text, text_const(""));
	coalesce->location = -1;
	return (Node *) coalesce;
}

/* Joins texts, in pairs of pairs: however many there are, the tree is not deep. */
static Node *
join_texts(const List *texts, int from, int count)
{
	int			half = count / 2;

	if (count == 0)
		return text_const("");
	if (count == 1)
		return text_or_nothing(list_nth(texts, from));
	return (Node *) makeFuncExpr(F_TEXTCAT, TEXTOID,
								 list_make2(join_texts(texts, from, half),
											join_texts(texts, from + half, count - half)),
								 DEFAULT_COLLATION_OID, DEFAULT_COLLATION_OID, COERCE_EXPLICIT_CALL);
}

/* Calls a building function; what one call cannot take is built as jsonb in pieces. */
static Node *
json_build_call(bool object, bool binary, const List *arguments)
{
	bool		pieces = list_length(arguments) > FUNC_MAX_ARGS;
	Oid			type = binary || pieces ? JSONBOID : JSONOID;
	Oid			function;
	Node	   *node = NULL;

	if (object)
		function = type == JSONBOID ? F_JSONB_BUILD_OBJECT_ANY : F_JSON_BUILD_OBJECT_ANY;
	else
		function = type == JSONBOID ? F_JSONB_BUILD_ARRAY_ANY : F_JSON_BUILD_ARRAY_ANY;
	for (int i = 0; i < list_length(arguments); i += FUNC_MAX_ARGS)
	{
		Node	   *piece = call_part(function, type, InvalidOid, arguments, i, FUNC_MAX_ARGS);

		node = node == NULL ? piece :
			(Node *) makeFuncExpr(F_JSONB_CONCAT, JSONBOID, list_make2(node, piece),
								  InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);
	}
	return node;
}

/* Text parts put together; NULL prints nothing. */
static Node *
template_transform(ParseState *pstate, Scope *scope, const Value *value)
{
	List	   *parts = NIL;
	ListCell   *cell;

	foreach(cell, value->items)
	{
		Value	   *part = lfirst(cell);
		Node	   *node = json_as_text(transform_as(pstate, scope, part, InvalidOid, -1));
		Node	   *text = coerce_to_target_type(pstate, node, exprType(node), TEXTOID, -1,
												 COERCION_EXPLICIT, COERCE_EXPLICIT_CAST, -1);

		if (text == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("a value of type %s cannot be printed in a template",
							format_type_be(exprType(node)))));
		parts = lappend(parts, text);
	}
	return join_texts(parts, 0, list_length(parts));
}

bool
value_is_literal(const Value *value)
{
	ListCell   *cell;

	if (value->kind != VALUE_ARRAY && value->kind != VALUE_OBJECT)
		return value->kind == VALUE_LITERAL;
	foreach(cell, value->items)
	{
		if (!value_is_literal(lfirst(cell)))
			return false;
	}
	return true;
}

Json *
value_json(const Value *value)
{
	Json	   *json;

	check_stack_depth();
	if (value->kind == VALUE_LITERAL)
		return json_copy(value->json);
	json = value->kind == VALUE_OBJECT ? json_new_object() : json_new_array();
	for (int i = 0; i < list_length(value->items); i++)
	{
		if (value->kind == VALUE_OBJECT)
			json_add(json, list_nth(value->keys, i), value_json(list_nth(value->items, i)));
		else
			json_append(json, value_json(list_nth(value->items, i)));
	}
	return json;
}

/* JSON with formulas inside: nested calls of the building functions. */
static Node *
json_build_transform(ParseState *pstate, Scope *scope, Value *value, bool binary)
{
	List	   *arguments = NIL;

	if (value->kind == VALUE_FORMULA || value->kind == VALUE_TEMPLATE)
		return transform_as(pstate, scope, value, InvalidOid, -1);
	if (value->kind == VALUE_LITERAL)
		return literal_transform(pstate, scope, value, JSONBOID, -1);
	for (int i = 0; i < list_length(value->items); i++)
	{
		if (value->kind == VALUE_OBJECT)
			arguments = lappend(arguments, text_const(list_nth(value->keys, i)));
		arguments = lappend(arguments,
							json_build_transform(pstate, scope, list_nth(value->items, i), binary));
	}
	if (arguments == NIL)
		return literal_transform(pstate, scope, value, JSONBOID, -1);
	return json_build_call(value->kind == VALUE_OBJECT, binary, arguments);
}

/* A JSON array for an array type: an ARRAY[] of its elements. */
static Node *
array_transform(ParseState *pstate, Scope *scope, const Value *value, Oid array_type,
				Oid element, int32 typmod)
{
	ArrayExpr  *array = makeNode(ArrayExpr);
	ListCell   *cell;
	int			nested = 0;

	foreach(cell, value->items)
	{
		Value	   *item = lfirst(cell);

		nested += item->kind == VALUE_ARRAY;
		array->elements = lappend(array->elements, item->kind == VALUE_ARRAY ?
								  array_transform(pstate, scope, item, array_type, element, typmod) :
								  transform_as(pstate, scope, item, element, typmod));
	}
	if (nested != 0 && nested != list_length(value->items))
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("an array cannot mix elements and arrays")));
	array->array_typeid = array_type;
	array->array_collid = get_typcollation(array_type);
	array->element_typeid = element;
	array->multidims = nested > 0;
	array->location = -1;
	return (Node *) array;
}

/* A JSON object for a composite type: a row of its attributes. */
static Node *
composite_transform(ParseState *pstate, Scope *scope, const Value *value, Oid type)
{
	TupleDesc	tupdesc = lookup_rowtype_tupdesc_copy(type, -1);
	RowExpr    *row = makeNode(RowExpr);
	int			used = 0;

	resolved_table(scope->program, value->location, typeidTypeRelid(type));
	for (int i = 0; i < tupdesc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(tupdesc, i);
		Node	   *node = NULL;

		for (int k = 0; k < list_length(value->keys) && !attribute->attisdropped; k++)
			if (strcmp(list_nth(value->keys, k), NameStr(attribute->attname)) == 0)
			{
				node = transform_as(pstate, scope, list_nth(value->items, k),
									attribute->atttypid, attribute->atttypmod);
				used++;
			}
		if (node == NULL)
			node = attribute->attisdropped ? null_of_type(INT4OID, -1) :
				null_of_type(attribute->atttypid, attribute->atttypmod);
		row->args = lappend(row->args, node);
		row->colnames = lappend(row->colnames, makeString(pstrdup(NameStr(attribute->attname))));
	}
	if (used != list_length(value->keys))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("the object has keys that type %s does not have", format_type_be(type))));
	row->row_typeid = type;
	row->row_format = COERCE_EXPLICIT_CAST;
	row->location = -1;
	return (Node *) row;
}

/* A JSON array or object, by what is wanted. */
static Node *
nested_transform(ParseState *pstate, Scope *scope, Value *value, Oid type, int32 typmod)
{
	Oid			base = OidIsValid(type) ? getBaseTypeAndTypmod(type, &typmod) : JSONBOID;
	Oid			element = get_element_type(base);
	Node	   *node = NULL;

	if (!OidIsValid(type) && value->kind == VALUE_ARRAY)
		node = natural_array(pstate, scope, value, value_transform);
	if (node != NULL)
		return node;
	if (base == JSONBOID || base == JSONOID)
	{
		if (value_is_literal(value))
			node = unknown_const(json_text(value_json(value)));
		else
			node = json_build_transform(pstate, scope, value, base == JSONBOID);
		return coerce_value(pstate, node, OidIsValid(type) ? type : JSONBOID, -1);
	}
	if (value->kind == VALUE_ARRAY && OidIsValid(element))
		node = array_transform(pstate, scope, value, base, element, typmod);
	else if (value->kind == VALUE_OBJECT && type_is_rowtype(base))
		node = composite_transform(pstate, scope, value, base);
	else
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("a JSON %s cannot be a value of type %s",
						value->kind == VALUE_ARRAY ? "array" : "object", format_type_be(type))));
	return coerce_value(pstate, node, type, typmod);
}

/* Transforms a value into a tree of the given type. */
static Node *
transform_as(ParseState *pstate, Scope *scope, Value *value, Oid type, int32 typmod)
{
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (scope->findings != NULL && scope->findings->trial != NULL)
		trial_visit(scope->findings->trial, pstate, scope, value, type, typmod);
	switch (value->kind)
	{
		case VALUE_LITERAL:
			return literal_transform(pstate, scope, value, type, typmod);
		case VALUE_FORMULA:
			return formula_transform(pstate, scope, value->formula, type, typmod);
		case VALUE_TEMPLATE:
			{
				Node	   *node = template_transform(pstate, scope, value);
				Oid			base = OidIsValid(type) ? getBaseType(type) : InvalidOid;

				if (base == JSONBOID || base == JSONOID)
					node = to_json_call(node, base);
				return coerce_value(pstate, node, type, typmod);
			}
		case VALUE_ARRAY:
		case VALUE_OBJECT:
			return nested_transform(pstate, scope, value, type, typmod);
		case VALUE_SLOT:
			{
				/* an argument does not obey the type modifier yet */
				Node	   *param = slot_param(pstate, scope, value->slot, -1, -1);

				return coerce_value(pstate, param, type, typmod);
			}
	}
	return NULL;				/* keep compiler quiet */
}

Node *
value_transform(ParseState *pstate, Scope *scope, Value *value)
{
	bool		remarks = remarks_wanted(scope);
	Node	   *node;

	if (remarks)
		remark_texts(scope, value);
	node = transform_as(pstate, scope, value, value->type, value->typmod);
	/* a formula that is the whole value has been looked at */
	if (value->kind != VALUE_SLOT && value->kind != VALUE_FORMULA)
		meaning_require(scope->program, node, NULL, value->location);
	if (remarks)
		remark_constants(pstate, scope, value, node);
	use_note_value(scope->program, node);
	return node;
}
