/*
 * domain_schema.c
 *		What the CHECKs of domains say, in the words of JSON Schema.
 *
 * The stored expression is read as a tree, and nothing of it is run: bounds of numbers,
 * lists of values, lengths, patterns, and whatever AND connects of these, in operators
 * and functions of PostgreSQL's own. What else it says is left out: the schema is then
 * wider than the domain. Domains over other domains have the checks of all.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "access/transam.h"
#include "catalog/indexing.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_type.h"
#include "lookup/domain.h"
#include "nodes/nodeFuncs.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "web/domain_schema.h"
#include "web/pattern_schema.h"

/* The schema that is narrowed, and the type whose values it is of. */
typedef struct Narrowing
{
	Json	   *schema;
	Oid			base;
	bool		refuses_null;
	bool		for_null;		/* only that is asked for */
	bool		of_all;			/* of values that there are already, too */
} Narrowing;

/* What the VALUE of a comparison is. */
typedef enum Measured
{
	MEASURES_NOTHING,
	MEASURES_VALUE,
	MEASURES_LENGTH,			/* of a text */
	MEASURES_COUNT				/* of an array's elements */
} Measured;

/* Is this a type of numbers? */
static bool
is_of_numbers(Oid type)
{
	switch (type)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case FLOAT4OID:
		case FLOAT8OID:
		case NUMERICOID:
			return true;
		default:
			return false;
	}
}

/* Does a cast between types of numbers keep each of them? Those that round do not, whatever they round to. */
static bool
cast_keeps_numbers(const FuncExpr *cast)
{
	static const Oid widening[] = {INT2OID, INT4OID, INT8OID, NUMERICOID, FLOAT4OID, FLOAT8OID};
	Oid			from = cast->args == NIL ? InvalidOid : exprType(linitial(cast->args));
	int			from_rank = -1;
	int			to_rank = -1;

	for (int i = 0; i < (int) lengthof(widening); i++)
	{
		from_rank = widening[i] == from ? i : from_rank;
		to_rank = widening[i] == cast->funcresulttype ? i : to_rank;
	}
	return list_length(cast->args) == 1 && from_rank >= 0 && from_rank <= to_rank;
}

/* Without the casts that change nothing of what a schema tells: of texts to text, of numbers to wider ones. */
static Node *
without_casts(Node *node)
{
	for (;;)
	{
		if (IsA(node, RelabelType))
			node = (Node *) ((RelabelType *) node)->arg;
		else if (IsA(node, FuncExpr) && ((FuncExpr *) node)->funcformat != COERCE_EXPLICIT_CALL &&
				 cast_keeps_numbers((FuncExpr *) node))
			node = linitial(((FuncExpr *) node)->args);
		else
			return node;
	}
}

/* What a side of a comparison measures. */
static Measured
measured(Node *node)
{
	node = without_casts(node);
	if (IsA(node, CoerceToDomainValue))
		return MEASURES_VALUE;
	if (!IsA(node, FuncExpr) || !IsA(without_casts(linitial(((FuncExpr *) node)->args)), CoerceToDomainValue))
		return MEASURES_NOTHING;
	switch (((FuncExpr *) node)->funcid)
	{
		case F_LENGTH_TEXT:
		case F_CHAR_LENGTH_TEXT:
		case F_CHARACTER_LENGTH_TEXT:
			return MEASURES_LENGTH;
		case F_CARDINALITY:
			return MEASURES_COUNT;
		default:
			return MEASURES_NOTHING;
	}
}

/* Can a constant of this type be told as JSON? */
static bool
type_is_told(Oid type)
{
	return is_of_numbers(type) || type == TEXTOID || type == VARCHAROID || get_typtype(type) == TYPTYPE_ENUM;
}

/* A value of such a type; NULL: NaN, which no number is. */
static Json *
told_value(Datum value, Oid type)
{
	Oid			output;
	bool		is_varlena;
	char	   *text;

	getTypeOutputInfo(type, &output, &is_varlena);
	text = OidOutputFunctionCall(output, value);
	if (!is_of_numbers(type))
		return json_new_string(text);
	return strpbrk(text, "Nn") != NULL ? NULL : json_new_number(text);
}

/* What a constant is as JSON; NULL if it is none that can be told. */
static Json *
constant_value(Node *node)
{
	const Const *constant;

	node = without_casts(node);
	if (!IsA(node, Const))
		return NULL;
	constant = (const Const *) node;
	return constant->constisnull || !type_is_told(constant->consttype) ? NULL :
		told_value(constant->constvalue, constant->consttype);
}

/* The part of a schema that bounds of numbers belong to: of numbers that may be words, the first. */
static Json *
number_part(Json *schema)
{
	Json	   *either = json_get(schema, "anyOf");
	Json	   *part = json_get(schema, "type") == NULL && either != NULL ? either->items[0] : schema;
	const char *type = json_get_text(part, "type");

	return type != NULL && (strcmp(type, "integer") == 0 || strcmp(type, "number") == 0) ? part : NULL;
}

/* Sets a bound unless there is a stricter one. */
static void
narrow_bound(Json *schema, const char *key, bool from_below, const Json *bound)
{
	const char *old = json_get_text(schema, key);

	if (old != NULL && (from_below ? strtod(old, NULL) >= strtod(bound->text, NULL) :
						strtod(old, NULL) <= strtod(bound->text, NULL)))
		return;
	json_put(schema, key, json_copy(bound));
}

/* The next whole number, if it is one and not huge: "more than 0" is "at least 1". */
static Json *
next_integer(const Json *bound, int step)
{
	char	   *end;
	long		number = strtol(bound->text, &end, 10);

	return *end == '\0' && strlen(bound->text) < 18 ? json_new_number(psprintf("%ld", number + step)) : NULL;
}

/* Narrows what is measured by one comparison. */
static void
narrow_by(Json *schema, const char *minimum, const char *maximum, bool whole, char comparison, bool or_equal, const Json *bound)
{
	bool		from_below = comparison == '>';
	Json	   *next = or_equal || !whole ? NULL : next_integer(bound, from_below ? 1 : -1);
	const char *key = from_below ? minimum : maximum;

	if (next != NULL)
		narrow_bound(schema, key, from_below, next);
	else if (or_equal)
		narrow_bound(schema, key, from_below, bound);
	else if (!whole)
		narrow_bound(schema, from_below ? "exclusiveMinimum" : "exclusiveMaximum", from_below, bound);
}

/* Has a schema this type, null or not? */
static bool
schema_is_of(const Json *schema, const char *name)
{
	const char *type = json_get_text(schema, "type");

	return type != NULL && strcmp(type, name) == 0;
}

/* A bound of a length, which is a whole number that is not negative. */
static bool
bound_is_length(const Json *bound)
{
	return strspn(bound->text, "0123456789") == strlen(bound->text);
}

/* Narrows by a comparison with a constant. */
static void
narrow_compared(Narrowing *narrowing, Measured what, char comparison, bool or_equal, const Json *bound)
{
	Json	   *numbers = number_part(narrowing->schema);

	if (bound->kind != JSON_IS_NUMBER || isinf(strtod(bound->text, NULL)))
		return;					/* clients read doubles */
	if (what == MEASURES_VALUE && numbers != NULL)
		narrow_by(numbers, "minimum", "maximum", schema_is_of(numbers, "integer"), comparison, or_equal, bound);
	else if (what == MEASURES_LENGTH && bound_is_length(bound) && schema_is_of(narrowing->schema, "string"))
		narrow_by(narrowing->schema, "minLength", "maxLength", true, comparison, or_equal, bound);
	else if (what == MEASURES_COUNT && bound_is_length(bound) && schema_is_of(narrowing->schema, "array"))
		narrow_by(narrowing->schema, "minItems", "maxItems", true, comparison, or_equal, bound);
}

/* Is a value in a list? */
static bool
list_holds(const Json *values, const Json *value)
{
	for (int i = 0; i < values->count; i++)
		if (values->items[i]->kind == value->kind && strcmp(values->items[i]->text, value->text) == 0)
			return true;
	return false;
}

/* Narrows to a list of values; of those that there were, what is in both remains. */
static void
narrow_to_values(Narrowing *narrowing, Json *values)
{
	Json	   *numbers = number_part(narrowing->schema);
	Json	   *schema = numbers != NULL ? numbers : narrowing->schema;
	Json	   *old = json_get(schema, "enum");
	Json	   *both = json_new_array();

	if (values->count == 0 || !(numbers != NULL || schema_is_of(schema, "string")))
		return;
	for (int i = 0; i < values->count; i++)
		if ((values->items[i]->kind == JSON_IS_NUMBER) == (numbers != NULL) &&
			!list_holds(both, values->items[i]) && (old == NULL || list_holds(old, values->items[i])))
			json_append(both, values->items[i]);
	if (both->count > 0)
		json_put(schema, "enum", both);
}

/* Are texts that are equal the same, under this collation? */
static bool
equality_is_plain(Oid collation)
{
	return !OidIsValid(collation) || get_collation_isdeterministic(collation);
}

/* Reads the constants of an array of them; NULL: some are none. */
static Json *
constants_of(Node *node)
{
	Json	   *values = json_new_array();
	ListCell   *cell;

	if (IsA(node, ArrayCoerceExpr))
		node = (Node *) ((ArrayCoerceExpr *) node)->arg;
	node = without_casts(node);
	if (IsA(node, Const) && !((Const *) node)->constisnull && type_is_told(get_element_type(((Const *) node)->consttype)))
	{
		ArrayIterator iterator = array_create_iterator(DatumGetArrayTypeP(((Const *) node)->constvalue), 0, NULL);
		Oid			type = get_element_type(((Const *) node)->consttype);
		Datum		value;
		bool		isnull;

		while (array_iterate(iterator, &value, &isnull))
			if (isnull)
				return NULL;	/* what is not in such a list is unknown, and passes */
			else if (told_value(value, type) != NULL)
				json_append(values, told_value(value, type));
		return values;
	}
	if (!IsA(node, ArrayExpr))
		return NULL;
	foreach(cell, ((ArrayExpr *) node)->elements)
	{
		Json	   *value = constant_value(lfirst(cell));

		if (value == NULL)
			return NULL;
		json_append(values, value);
	}
	return values;
}

/* Narrows to what matches a pattern, besides others. */
static void
narrow_to_pattern(Narrowing *narrowing, const Json *pattern)
{
	char	   *text = pattern->kind == JSON_IS_STRING ? pattern_for_schema(pattern->text) : NULL;
	Json	   *other;

	if (text == NULL || !schema_is_of(narrowing->schema, "string"))
		return;
	if (json_get(narrowing->schema, "pattern") == NULL)
	{
		json_put_string(narrowing->schema, "pattern", text);
		return;
	}
	if (json_get(narrowing->schema, "allOf") == NULL)
		json_add(narrowing->schema, "allOf", json_new_array());
	other = json_new_object();
	json_put_string(other, "pattern", text);
	json_append(json_get(narrowing->schema, "allOf"), other);
}

/* Reads "VALUE operator constant", with the sides in either order. */
static void
narrow_operator(Narrowing *narrowing, const OpExpr *expression)
{
	const char *name = get_opname(expression->opno);
	bool		turned;
	Measured	what;
	Json	   *constant;

	if (expression->opno >= FirstNormalObjectId || list_length(expression->args) != 2)
		return;
	turned = measured(lsecond(expression->args)) != MEASURES_NOTHING;
	what = measured(turned ? lsecond(expression->args) : linitial(expression->args));
	constant = constant_value(turned ? linitial(expression->args) : lsecond(expression->args));
	if (what == MEASURES_NOTHING || constant == NULL)
		return;
	if (strcmp(name, "~") == 0 && what == MEASURES_VALUE && !turned)
		narrow_to_pattern(narrowing, constant);
	else if (name[0] == '=' && name[1] == '\0' && what == MEASURES_VALUE && equality_is_plain(expression->inputcollid))
	{
		Json	   *values = json_new_array();

		json_append(values, constant);
		narrow_to_values(narrowing, values);
	}
	else if ((name[0] == '<' || name[0] == '>') && (name[1] == '\0' || strcmp(name + 1, "=") == 0))
		narrow_compared(narrowing, what, turned ? (name[0] == '<' ? '>' : '<') : name[0], name[1] == '=', constant);
}

/* Reads "VALUE = ANY (list)". */
static void
narrow_list(Narrowing *narrowing, const ScalarArrayOpExpr *expression)
{
	Json	   *values;

	if (!expression->useOr || expression->opno >= FirstNormalObjectId || strcmp(get_opname(expression->opno), "=") != 0 ||
		measured(linitial(expression->args)) != MEASURES_VALUE || !equality_is_plain(expression->inputcollid))
		return;
	values = constants_of(lsecond(expression->args));
	if (values != NULL)
		narrow_to_values(narrowing, values);
}

/* Reads a condition that must hold, or be null. */
static void
narrow_condition(Narrowing *narrowing, Node *node)
{
	ListCell   *cell;

	if (IsA(node, BoolExpr) && ((BoolExpr *) node)->boolop == AND_EXPR)
	{
		foreach(cell, ((BoolExpr *) node)->args)
			narrow_condition(narrowing, lfirst(cell));
	}
	else if (IsA(node, NullTest) && ((NullTest *) node)->nulltesttype == IS_NOT_NULL && !((NullTest *) node)->argisrow)
		narrowing->refuses_null |= measured((Node *) ((NullTest *) node)->arg) == MEASURES_VALUE;
	else if (narrowing->for_null || narrowing->base == BPCHAROID)
		return;
	else if (IsA(node, OpExpr))
		narrow_operator(narrowing, (OpExpr *) node);
	else if (IsA(node, ScalarArrayOpExpr))
		narrow_list(narrowing, (ScalarArrayOpExpr *) node);
}

/* Reads one check of a domain. */
static void
narrow_by_check(Narrowing *narrowing, Oid constraint)
{
	HeapTuple	tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
	bool		isnull;
	Datum		check;

	if (!HeapTupleIsValid(tuple))
		return;
	check = SysCacheGetAttr(CONSTROID, tuple, Anum_pg_constraint_conbin, &isnull);
	if (!isnull && (((Form_pg_constraint) GETSTRUCT(tuple))->convalidated || !narrowing->of_all))
		narrow_condition(narrowing, stringToNode(TextDatumGetCString(check)));
	ReleaseSysCache(tuple);
}

/* Reads a domain and those below it. */
static void
narrow_by_domains(Narrowing *narrowing, Oid domain)
{
	narrowing->base = getBaseType(domain);
	while (OidIsValid(domain) && get_typtype(domain) == TYPTYPE_DOMAIN)
	{
		HeapTuple	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(domain));
		Form_pg_type form;
		ListCell   *cell;

		if (!HeapTupleIsValid(tuple))
			return;
		form = (Form_pg_type) GETSTRUCT(tuple);
		narrowing->refuses_null |= form->typnotnull;
		foreach(cell, domain_checks(domain))
			narrow_by_check(narrowing, lfirst_oid(cell));
		domain = form->typbasetype;
		ReleaseSysCache(tuple);
	}
}

void
domain_narrow(const SchemaScope *scope, Json *schema, Oid domain)
{
	Narrowing	narrowing = {.schema = schema, .of_all = scope->output};

	narrow_by_domains(&narrowing, domain);
}

bool
domain_refuses_null(Oid domain)
{
	Narrowing	narrowing = {.for_null = true};

	narrow_by_domains(&narrowing, domain);
	return narrowing.refuses_null;
}
