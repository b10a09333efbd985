/*
 * csdl_available.c
 *		Where an action can be invoked, as an expression that clients of OData evaluate.
 *
 * What the first steps require is told if it compares columns of the row with
 * constants, in words that mean the same in OData: numbers, and texts and enums for
 * equality. NULL makes an SQL comparison unknown, which is no truth, while OData's are
 * true or false; so of columns that may be NULL that is said, too. What is required
 * otherwise makes the value null: it is for a server to say of each row.
 */
#include "postgres.h"

#include "access/tupdesc.h"
#include "base/sql_tokens.h"
#include "catalog/pg_type.h"
#include "definition/step_kind.h"
#include "definition/value_text.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "web/csdl_available.h"
#include "web/csdl_name.h"

/* A condition that is read. */
typedef struct Reading
{
	const char *text;
	List	   *tokens;			/* of SqlToken */
	int			at;				/* the next one */
	bool		negated;		/* below a NOT */
	const CsdlTable *table;
} Reading;

/* A comparison, and what OData calls it. */
typedef struct Comparison
{
	const char *sign;			/* longer ones come first */
	const char *expression;
	bool		orders;
} Comparison;

static const Comparison comparisons[] = {
	{"<>", "$Ne", false}, {"!=", "$Ne", false}, {"<=", "$Le", true}, {">=", "$Ge", true},
	{"=", "$Eq", false}, {"<", "$Lt", true}, {">", "$Gt", true}
};

static Json *read_any_of(Reading *reading);

/* The token so many places further, or NULL. */
static const SqlToken *
token_ahead(const Reading *reading, int places)
{
	int			place = reading->at + places;

	return place < list_length(reading->tokens) ? list_nth(reading->tokens, place) : NULL;
}

/* Goes past a character, if it comes next, and whatever is written right behind the last token. */
static bool
take_sign(Reading *reading, const char *sign)
{
	const SqlToken *token = token_ahead(reading, 0);
	int			length = strlen(sign);

	if (token == NULL || token->name != NULL || token->is_string || strncmp(reading->text + token->offset, sign, length) != 0)
		return false;
	reading->at += length;		/* signs are tokens of one character */
	return true;
}

/* Goes past a keyword, if it comes next. */
static bool
take_word(Reading *reading, const char *word)
{
	const SqlToken *token = token_ahead(reading, 0);

	if (token == NULL || token->name == NULL || reading->text[token->offset] == '"' || strcmp(token->name, word) != 0)
		return false;
	reading->at++;
	return true;
}

/* {"$Eq": [one, other]} */
static Json *
expression_of(const char *name, Json *one, Json *other)
{
	Json	   *expression = json_new_object();
	Json	   *operands = json_new_array();

	json_append(operands, one);
	json_append(operands, other);
	json_add(expression, name, operands);
	return expression;
}

/* The column of the row that is named next; NULL: it is none, or no property. */
static Form_pg_attribute
take_property(Reading *reading)
{
	const SqlToken *column = token_ahead(reading, 2);
	int			begin = reading->at;

	if (!take_word(reading, "target") || !take_sign(reading, ".") || column == NULL || column->name == NULL)
	{
		reading->at = begin;
		return NULL;
	}
	reading->at++;
	for (int i = 0; i < reading->table->descriptor->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(reading->table->descriptor, i);

		if (!attribute->attisdropped && strcmp(NameStr(attribute->attname), column->name) == 0 &&
			json_get(reading->table->entity, csdl_identifier(column->name)) != NULL)
			return attribute;
	}
	return NULL;
}

/* A column as a path that begins with the binding parameter. */
static Json *
path_of(Form_pg_attribute attribute)
{
	Json	   *path = json_new_object();

	json_put_string(path, "$Path", psprintf("target/%s", csdl_identifier(NameStr(attribute->attname))));
	return path;
}

/* What is between the quotes of a plain string; NULL: it is written in another way. */
static char *
plain_string(const Reading *reading, const SqlToken *token)
{
	const char *text = reading->text + token->offset;
	char	   *value = palloc(token->length + 1);
	char	   *to = value;

	if (text[0] != '\'' || token->length < 2)
		return NULL;
	for (int i = 1; i < token->length - 1; i++)
	{
		if (text[i] == '\'')
			i++;
		if (text[i] == '\\' || (unsigned char) text[i] < 0x20)
			return NULL;
		*to++ = text[i];
	}
	*to = '\0';
	return value;
}

/* A string as a value of a column's type; NULL: there it is none that means the same in OData. */
static Json *
string_for(const Reading *reading, Form_pg_attribute attribute, char *value)
{
	Json	   *property = json_get(reading->table->entity, csdl_identifier(NameStr(attribute->attname)));
	const char *type = json_get_text(property, "$Type");
	Json	   *cast;

	if (value == NULL)
		return NULL;
	if (attribute->atttypid == TEXTOID || attribute->atttypid == VARCHAROID)
		return get_collation_isdeterministic(attribute->attcollation) ? json_new_string(value) : NULL;
	if (get_typtype(attribute->atttypid) != TYPTYPE_ENUM)
		return NULL;
	if (type == NULL)
		return json_new_string(value);
	if (json_get(property, "$Collection") != NULL)
		return NULL;
	cast = json_new_object();
	json_put_string(cast, "$Cast", value);
	json_put_string(cast, "$Type", type);
	return cast;
}

/* Is a type one of numbers that OData has? */
static bool
is_of_exact_numbers(Oid type)
{
	return type == INT2OID || type == INT4OID || type == INT8OID || type == NUMERICOID;
}

/* The constant that comes next, as a value of a column's type. */
static Json *
take_constant(Reading *reading, Form_pg_attribute attribute)
{
	bool		negative = take_sign(reading, "-");
	const SqlToken *token = token_ahead(reading, 0);
	char	   *text;

	if (token == NULL)
		return NULL;
	if (token->is_string)
	{
		reading->at++;
		return negative ? NULL : string_for(reading, attribute, plain_string(reading, token));
	}
	if (attribute->atttypid == BOOLOID && !negative)
	{
		if (take_word(reading, "true"))
			return json_new_boolean(true);
		return take_word(reading, "false") ? json_new_boolean(false) : NULL;
	}
	text = pnstrdup(reading->text + token->offset, token->length);
	if (!is_of_exact_numbers(attribute->atttypid) || strspn(text, "0123456789") != strlen(text) || strlen(text) > 15)
		return NULL;
	reading->at++;
	while (*text == '0' && text[1] != '\0')
		text++;
	return json_new_number(negative ? psprintf("-%s", text) : text);
}

/* A comparison, where the column is not NULL. */
static Json *
unless_null(const Reading *reading, Form_pg_attribute attribute, Json *comparison)
{
	if (comparison == NULL || attribute->attnotnull)
		return comparison;
	if (reading->negated)
		return NULL;			/* unknown is not true, and NOT unknown is not, either */
	if (json_get(comparison, "$Eq") != NULL || json_get(comparison, "$In") != NULL)
		return comparison;		/* false of null, as it should be */
	return expression_of("$And", expression_of("$Ne", path_of(attribute), json_new_null()), comparison);
}

/* IS NULL, IS NOT NULL */
static Json *
read_null_test(Reading *reading, Form_pg_attribute attribute)
{
	const char *name = take_word(reading, "not") ? "$Ne" : "$Eq";

	return take_word(reading, "null") ? expression_of(name, path_of(attribute), json_new_null()) : NULL;
}

/* IN (constants), NOT IN */
static Json *
read_membership(Reading *reading, Form_pg_attribute attribute, bool not_in)
{
	Json	   *result = NULL;

	if (!take_sign(reading, "("))
		return NULL;
	do
	{
		Json	   *constant = take_constant(reading, attribute);
		Json	   *one;

		if (constant == NULL)
			return NULL;
		one = expression_of(not_in ? "$Ne" : "$Eq", path_of(attribute), constant);
		result = result == NULL ? one : expression_of(not_in ? "$And" : "$Or", result, one);
	} while (take_sign(reading, ","));
	if (!take_sign(reading, ")"))
		return NULL;
	if (attribute->attnotnull || !not_in)
		return reading->negated && !attribute->attnotnull ? NULL : result;
	return unless_null(reading, attribute, result);
}

/* The sign of a comparison that comes next, or NULL. */
static const Comparison *
take_comparison(Reading *reading)
{
	for (int i = 0; i < (int) lengthof(comparisons); i++)
		if (take_sign(reading, comparisons[i].sign))
			return &comparisons[i];
	return NULL;
}

/* A column of truth by itself. */
static Json *
read_truth(const Reading *reading, Form_pg_attribute attribute)
{
	if (attribute->attnotnull)
		return path_of(attribute);
	return unless_null(reading, attribute, expression_of("$Eq", path_of(attribute), json_new_boolean(true)));
}

/* A comparison of a column with constants, or a column of truth by itself. */
static Json *
read_comparison(Reading *reading)
{
	Form_pg_attribute attribute = take_property(reading);
	const Comparison *comparison;
	Json	   *constant;

	if (attribute == NULL)
		return NULL;
	if (take_word(reading, "is"))
		return read_null_test(reading, attribute);
	if (take_word(reading, "in"))
		return read_membership(reading, attribute, false);
	if (take_word(reading, "not"))
		return take_word(reading, "in") ? read_membership(reading, attribute, true) : NULL;
	comparison = take_comparison(reading);
	if (comparison == NULL)
		return attribute->atttypid == BOOLOID ? read_truth(reading, attribute) : NULL;
	if (comparison->orders && !is_of_exact_numbers(attribute->atttypid))
		return NULL;
	constant = take_constant(reading, attribute);
	if (constant == NULL)
		return NULL;
	return unless_null(reading, attribute, expression_of(comparison->expression, path_of(attribute), constant));
}

/* NOT, parentheses, or a comparison. */
static Json *
read_part(Reading *reading)
{
	Json	   *result;

	check_stack_depth();
	if (take_word(reading, "not"))
	{
		Json	   *negation = json_new_object();

		reading->negated = !reading->negated;
		result = read_part(reading);
		reading->negated = !reading->negated;
		if (result == NULL)
			return NULL;
		json_add(negation, "$Not", result);
		return negation;
	}
	if (!take_sign(reading, "("))
		return read_comparison(reading);
	result = read_any_of(reading);
	return take_sign(reading, ")") ? result : NULL;
}

/* Parts with AND between, or those with OR. */
static Json *
read_joined(Reading *reading, const char *word, const char *name, Json *(*read) (Reading *reading))
{
	Json	   *result = read(reading);

	while (result != NULL && take_word(reading, word))
	{
		Json	   *next = read(reading);

		result = next == NULL ? NULL : expression_of(name, result, next);
	}
	return result;
}

/* Parts with AND between. */
static Json *
read_all_of(Reading *reading)
{
	return read_joined(reading, "and", "$And", read_part);
}

/* The same with OR between them. */
static Json *
read_any_of(Reading *reading)
{
	return read_joined(reading, "or", "$Or", read_all_of);
}

/* A condition as an expression of OData; NULL: it cannot be told. */
static Json *
expression_of_condition(const char *text, const CsdlTable *table)
{
	Reading		reading = {.text = text, .table = table};
	Json	   *result;

	if (strstr(text, "--") != NULL || strstr(text, "/*") != NULL)
		return NULL;			/* comments are no tokens */
	reading.tokens = sql_tokens(text);
	result = read_any_of(&reading);
	return reading.at == list_length(reading.tokens) ? result : NULL;
}

/* Does a step ask for something of the inputs, which are not there yet? */
static bool
asks_inputs(const Step *step)
{
	ListCell   *cell;

	if (strcmp(step->kind->name, "require") != 0 || step->subject->kind != JSON_IS_STRING)
		return false;
	foreach(cell, sql_tokens(formula_text(step->subject->text)))
	{
		const SqlToken *token = lfirst(cell);

		if (token->name != NULL && strcmp(token->name, "input") == 0)
			return true;
	}
	return false;
}

/* Adds what a step requires; false: that cannot be told. */
static bool
add_requirement(Json **all, const Step *step, const CsdlTable *table)
{
	Json	   *condition;

	if (strcmp(step->kind->name, "require") != 0 || step->when != NULL || step->subject->kind != JSON_IS_STRING)
		return false;
	condition = expression_of_condition(formula_text(step->subject->text), table);
	if (condition == NULL)
		return false;
	*all = *all == NULL ? condition : expression_of("$And", *all, condition);
	return true;
}

/* Is a step one that asks for nothing: it only computes, or sets a state from whatever there is? */
static bool
asks_for_nothing(const Step *step)
{
	const char *kind = step->kind->name;

	return strcmp(kind, "let") == 0 || strcmp(kind, "output") == 0 ||
		(strcmp(kind, "set_status") == 0 && step_argument(step, "from") == NULL);
}

void
csdl_annotate_available(Json *object, const WebAction *action, const CsdlTable *table)
{
	Json	   *required = NULL;
	bool		told = true;
	ListCell   *cell;

	if (action->definition->collection)
		return;
	foreach(cell, action->definition->steps)
	{
		const Step *step = lfirst(cell);

		if (step->unsound || !step->enabled)
			continue;
		if (step->kind->preconditions == NULL)
			break;				/* it does something */
		if (!asks_for_nothing(step) && !asks_inputs(step))
			told = add_requirement(&required, step, table) && told;
		if (step->kind->writes)
			break;
	}
	if (!told)
		json_add(object, "@Core.OperationAvailable", json_new_null());
	else if (required != NULL)
		json_add(object, "@Core.OperationAvailable", required);
}
