/*
 * natural.c
 *		What literals are where nothing in particular is wanted of them, and
 *		JSON where its text is wanted.
 *
 * Both are about not letting JSON's quotes into data: an array of strings is
 * an array of texts, and a JSON string used as text is its characters.
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_coerce.h"
#include "program/natural.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#define BIGINT_LENGTH	19		/* shorter whole numbers fit, whatever they are */

Node *
natural_literal(const Json *json)
{
	Oid			type = TEXTOID;

	if (json->kind == JSON_IS_NULL)
		return (Node *) makeNullConst(TEXTOID, -1, DEFAULT_COLLATION_OID);
	if (json->kind == JSON_IS_BOOLEAN)
		type = BOOLOID;
	else if (json->kind == JSON_IS_NUMBER)
	{
		type = NUMERICOID;
		if (strspn(json->text, "-0123456789") == strlen(json->text) && strlen(json->text) < BIGINT_LENGTH)
		{
			long long	number = strtoll(json->text, NULL, 10);

			type = number >= PG_INT32_MIN && number <= PG_INT32_MAX ? INT4OID : INT8OID;
		}
	}
	return coerce_type(NULL, (Node *) makeConst(UNKNOWNOID, -1, InvalidOid, -2,
												CStringGetDatum(json->text), false, false),
					   UNKNOWNOID, type, -1, COERCION_IMPLICIT, COERCE_IMPLICIT_CAST, -1);
}

/* Is this a member that says nothing about its array? */
static bool
is_null_member(const Value *value)
{
	return value->kind == VALUE_LITERAL && value->json->kind == JSON_IS_NULL;
}

/*
 * The trees of the members but those that are null, each of its own type; NIL
 * if they are not all texts, all numbers or all booleans.
 */
static List *
uniform_members(ParseState *pstate, Scope *scope, const Value *value, ValueTransform transform)
{
	TYPCATEGORY category = '\0';
	List	   *nodes = NIL;
	ListCell   *cell;

	foreach(cell, value->items)
	{
		Value	   *item = lfirst(cell);
		TYPCATEGORY own;
		Node	   *node;

		CHECK_FOR_INTERRUPTS();
		if (item->kind == VALUE_ARRAY || item->kind == VALUE_OBJECT)
			return NIL;
		if (is_null_member(item))
			continue;
		node = item->kind == VALUE_LITERAL ? natural_literal(item->json) :
			transform(pstate, scope, item);
		own = TypeCategory(getBaseType(exprType(node)));
		if ((own != TYPCATEGORY_STRING && own != TYPCATEGORY_NUMERIC && own != TYPCATEGORY_BOOLEAN) ||
			(category != '\0' && own != category))
			return NIL;
		category = own;
		nodes = lappend(nodes, node);
	}
	return nodes;
}

/* ARRAY[...] of the members, those that are null included. */
static Node *
members_array(ParseState *pstate, const Value *value, List *nodes, Oid element, Oid array_type)
{
	ArrayExpr  *array = makeNode(ArrayExpr);
	ListCell   *next = list_head(nodes);
	ListCell   *cell;

	foreach(cell, value->items)
	{
		Node	   *node;

		if (is_null_member(lfirst(cell)))
			node = (Node *) makeNullConst(element, -1, get_typcollation(element));
		else
		{
			node = coerce_to_common_type(pstate, lfirst(next), element, "ARRAY");
			next = lnext(nodes, next);
		}
		array->elements = lappend(array->elements, node);
	}
	array->array_typeid = array_type;
	array->array_collid = get_typcollation(array_type);
	array->element_typeid = element;
	array->location = -1;
	return (Node *) array;
}

Node *
natural_array(ParseState *pstate, Scope *scope, const Value *value, ValueTransform transform)
{
	List	   *nodes = uniform_members(pstate, scope, value, transform);
	Oid			element = TEXTOID;
	Oid			array_type;

	if (nodes == NIL && value->items != NIL)
		return NULL;
	if (nodes != NIL)
		element = select_common_type(pstate, nodes, NULL, NULL);
	array_type = OidIsValid(element) ? get_array_type(element) : InvalidOid;
	return OidIsValid(array_type) ? members_array(pstate, value, nodes, element, array_type) : NULL;
}

bool
type_is_json(Oid type)
{
	Oid			base = getBaseType(type);

	return base == JSONBOID || base == JSONOID;
}

Node *
json_as_text(Node *node)
{
	Oid			type = exprType(node);
	Oid			base = getBaseType(type);
	Const	   *whole;

	if (!type_is_json(type))
		return node;
	if (type != base)
		node = (Node *) makeRelabelType((Expr *) node, base, -1, InvalidOid, COERCE_IMPLICIT_CAST);
	whole = makeConst(TEXTARRAYOID, -1, DEFAULT_COLLATION_OID, -1,
					  PointerGetDatum(construct_empty_array(TEXTOID)), false, false);
	return (Node *) makeFuncExpr(base == JSONBOID ? F_JSONB_EXTRACT_PATH_TEXT : F_JSON_EXTRACT_PATH_TEXT,
								 TEXTOID, list_make2(node, whole), DEFAULT_COLLATION_OID,
								 DEFAULT_COLLATION_OID, COERCE_EXPLICIT_CALL);
}

bool
type_is_text(Oid type)
{
	Oid			base = getBaseType(type);

	return TypeCategory(base) == TYPCATEGORY_STRING || get_typtype(base) == TYPTYPE_ENUM;
}

Node *
json_as_wanted(Node *node, Oid type)
{
	Oid			source = exprType(node);
	Oid			element = get_base_element_type(source);
	CaseTestExpr *member;
	ArrayCoerceExpr *array;

	if (type_is_json(source) && type_is_text(type))
		return json_as_text(node);
	if (!OidIsValid(element) || !type_is_json(element) ||
		!OidIsValid(get_base_element_type(type)) || !type_is_text(get_base_element_type(type)))
		return node;
	member = makeNode(CaseTestExpr);
	member->typeId = element;
	member->typeMod = -1;
	array = makeNode(ArrayCoerceExpr);
	array->arg = (Expr *) node;
	array->elemexpr = (Expr *) json_as_text((Node *) member);
	array->resulttype = TEXTARRAYOID;
	array->resulttypmod = -1;
	array->resultcollid = DEFAULT_COLLATION_OID;
	array->coerceformat = COERCE_IMPLICIT_CAST;
	array->location = -1;
	return (Node *) array;
}
