/*
 * input_default.c
 *		The default of an input as CREATE FUNCTION wants it: a raw tree.
 *
 * What would run code of a user's, or read the clock, when the tree is
 * analysed is written as text and read when the function is called.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_expr.h"
#include "parser/parser.h"
#include "program/formula.h"
#include "program/input_default.h"
#include "program/natural.h"
#include "program/value.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

/* The type's name in a cast, as raw parse tree. */
static Node *
cast_tree(Node *raw, Oid type, int32 typmod)
{
	TypeCast   *cast = makeNode(TypeCast);

	cast->arg = raw;
	cast->typeName = makeTypeNameFromOid(type, typmod);
	cast->location = -1;
	return (Node *) cast;
}

/*
 * The raw tree of a literal; arrays become ARRAY[...]. With as_text it is text,
 * so that nothing inside it is read before the function is called.
 */
static Node *
literal_tree(const Json *json, bool as_json, bool as_text)
{
	A_Const    *literal = makeNode(A_Const);

	literal->location = -1;
	if (json->kind == JSON_IS_ARRAY && !as_json)
	{
		A_ArrayExpr *array = makeNode(A_ArrayExpr);

		for (int i = 0; i < json->count; i++)
			array->elements = lappend(array->elements,
									  literal_tree(json->items[i], false, as_text));
		array->location = -1;
		return (Node *) array;
	}
	if (json->kind == JSON_IS_NULL)
	{
		literal->isnull = true;
		return (Node *) literal;
	}
	literal->val.sval.type = T_String;
	literal->val.sval.sval = as_json ? json_text(json) : pstrdup(json->text);
	return as_text ? cast_tree((Node *) literal, TEXTOID, -1) : (Node *) literal;
}

/* json or jsonb, if that is what CREATE FUNCTION makes of this tree, else InvalidOid. */
static Oid
json_of_tree(Node *raw)
{
	ParseState *pstate = make_parsestate(NULL);
	Oid			type = exprType(transformExpr(pstate, copyObject(raw), EXPR_KIND_FUNCTION_DEFAULT));

	free_parsestate(pstate);
	return type_is_json(type) ? getBaseType(type) : InvalidOid;
}

/* The raw tree that takes the text out of JSON, as where a step uses it as text. */
static Node *
json_text_tree(Node *raw, Oid json)
{
	A_Const    *nowhere = makeNode(A_Const);
	FuncCall   *call;

	nowhere->val.sval.type = T_String;
	nowhere->val.sval.sval = "{}";
	nowhere->location = -1;
	call = makeFuncCall(SystemFuncName(json == JSONBOID ? "jsonb_extract_path_text" : "json_extract_path_text"),
						list_make2(cast_tree(raw, json, -1), cast_tree((Node *) nowhere, TEXTARRAYOID, -1)),
						COERCE_EXPLICIT_CALL, -1);
	call->func_variadic = true;
	return (Node *) call;
}

/* The raw tree of a formula that is the default of a type. */
static Node *
formula_tree(const Formula *formula, Oid type, bool as_text)
{
	Node	   *raw = copyObject(formula->raw);
	Oid			json = type_is_text(type) ? json_of_tree(raw) : InvalidOid;

	if (OidIsValid(json))
		return json_text_tree(raw, json);
	return as_text && IsA(raw, A_Const) ? cast_tree(raw, TEXTOID, -1) : raw;
}

Node *
input_default_tree(const Json *json, Oid type, int32 typmod, const char *location)
{
	Value	   *value = value_parse(json, type, typmod, location);
	Oid			base = getBaseType(type);
	bool		as_json = base == JSONBOID || base == JSONOID;
	bool		as_text = type_contains_domain(type) || type_reads_clock(type);

	if (value->kind == VALUE_FORMULA)
		return cast_tree(formula_tree(value->formula, type, as_text), type, typmod);
	if (!value_is_literal(value) || (json->kind == JSON_IS_OBJECT && !as_json))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("the default of an input of type %s must be a literal or a formula",
						format_type_be(type)),
				 errhint("Write a formula, for example \"=concat('a', 'b')\".")));
	return cast_tree(literal_tree(value_json(value),
								  as_json, as_text), type, typmod);
}
