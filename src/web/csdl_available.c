/*
 * csdl_available.c
 *		Where an action can be invoked, as an expression that clients of OData evaluate.
 *
 * What the first steps require is told if it compares columns of the row with
 * constants, in words that mean the same in OData: numbers and dates, and texts and
 * enums for equality. NULL makes an SQL comparison unknown, which is no truth, while
 * OData's are true or false; so of columns that may be NULL that is said, too. The
 * states that set_status works from are such a requirement, and what stands in if,
 * choose and group is one where their conditions say so. What is required otherwise
 * makes the value null: it is for a server to say of each row.
 *
 * The walk is that of steps/precondition.c: it ends where a step does something, and
 * at one whose errors are dealt with, since that refuses nothing.
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

#define EDM_DATE	"Edm.Date"

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

/* What is found of the steps that an action begins with. */
typedef struct Walk
{
	const CsdlTable *table;
	List	   *guards;			/* of Json: where these are true what comes now is asked; one is
								 * NULL: that cannot be told */
	Json	   *required;		/* so far, or NULL */
	bool		told;			/* that is all that is required */
} Walk;

static Json *read_any_of(Reading *reading);
static bool gather_steps(Walk *walk, const List *steps);

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

/* A column of the row; NULL: it is none, or no property. */
static Form_pg_attribute
property_named(const CsdlTable *table, const char *name)
{
	for (int i = 0; i < table->descriptor->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(table->descriptor, i);

		if (!attribute->attisdropped && strcmp(NameStr(attribute->attname), name) == 0 &&
			json_get(table->entity, csdl_identifier(name)) != NULL)
			return attribute;
	}
	return NULL;
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
	return property_named(reading->table, column->name);
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

/* A text as a value of a type of the document. */
static Json *
cast_to(const char *type, const char *value)
{
	Json	   *cast = json_new_object();

	json_put_string(cast, "$Cast", value);
	json_put_string(cast, "$Type", type);
	return cast;
}

/* Is a text a date as both write it, whatever the settings? */
static bool
is_plain_date(const char *text)
{
	static const char shape[] = "9999-99-99";

	if (strlen(text) != strlen(shape))
		return false;
	for (int i = 0; shape[i] != '\0'; i++)
		if (shape[i] == '9' ? !isdigit((unsigned char) text[i]) : text[i] != shape[i])
			return false;
	return true;
}

/* A string as a value of a column's type; NULL: there it is none that means the same in OData. */
static Json *
string_for(const CsdlTable *table, Form_pg_attribute attribute, const char *value)
{
	Json	   *property = json_get(table->entity, csdl_identifier(NameStr(attribute->attname)));
	const char *type = json_get_text(property, "$Type");

	if (value == NULL)
		return NULL;
	if (attribute->atttypid == DATEOID)
		return type != NULL && strcmp(type, EDM_DATE) == 0 && is_plain_date(value) ? cast_to(type, value) : NULL;
	if (attribute->atttypid == TEXTOID || attribute->atttypid == VARCHAROID)
		return get_collation_isdeterministic(attribute->attcollation) ? json_new_string(value) : NULL;
	if (get_typtype(attribute->atttypid) != TYPTYPE_ENUM)
		return NULL;
	if (type == NULL)
		return json_new_string(value);
	return json_get(property, "$Collection") == NULL ? cast_to(type, value) : NULL;
}

/* Is a type one of numbers that OData has? */
static bool
is_of_exact_numbers(Oid type)
{
	return type == INT2OID || type == INT4OID || type == INT8OID || type == NUMERICOID;
}

/* A whole number, or a decimal one, that any client reads exactly; NULL: it is written in another way. */
static Json *
number_constant(const char *text, bool negative)
{
	int			whole = strspn(text, "0123456789");
	int			fraction = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;

	if (whole == 0 || (text[whole] == '.' && fraction == 0) || strlen(text) > 15 ||
		strlen(text) != whole + (fraction > 0 ? 1 + fraction : 0))
		return NULL;
	while (*text == '0' && isdigit((unsigned char) text[1]))
		text++;
	return json_new_number(negative ? psprintf("-%s", text) : text);
}

/* The number that comes next, with the point and what follows it, or NULL. */
static char *
take_digits(Reading *reading)
{
	const SqlToken *token = token_ahead(reading, 0);
	const SqlToken *point = token_ahead(reading, 1);
	const SqlToken *fraction = token_ahead(reading, 2);
	int			count = 1;

	if (token == NULL || token->is_string || token->name != NULL)
		return NULL;
	if (point != NULL && reading->text[point->offset] == '.' && point->offset == token->offset + token->length)
	{
		if (fraction == NULL || fraction->offset != point->offset + 1 || fraction->name != NULL || fraction->is_string)
			return NULL;
		count = 3;
	}
	reading->at += count;
	if (count == 1)
		return pnstrdup(reading->text + token->offset, token->length);
	return pnstrdup(reading->text + token->offset, fraction->offset + fraction->length - token->offset);
}

/* The constant that comes next, as a value of a column's type. */
static Json *
take_constant(Reading *reading, Form_pg_attribute attribute)
{
	bool		negative = take_sign(reading, "-");
	const SqlToken *token;
	char	   *text;

	if (attribute->atttypid == DATEOID)
		(void) take_word(reading, "date");
	token = token_ahead(reading, 0);
	if (token == NULL)
		return NULL;
	if (token->is_string)
	{
		reading->at++;
		return negative ? NULL : string_for(reading->table, attribute, plain_string(reading, token));
	}
	if (attribute->atttypid == BOOLOID && !negative)
	{
		if (take_word(reading, "true"))
			return json_new_boolean(true);
		return take_word(reading, "false") ? json_new_boolean(false) : NULL;
	}
	text = is_of_exact_numbers(attribute->atttypid) ? take_digits(reading) : NULL;
	return text != NULL ? number_constant(text, negative) : NULL;
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
	if (comparison->orders && !is_of_exact_numbers(attribute->atttypid) && attribute->atttypid != DATEOID)
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

	foreach(cell, sql_tokens(formula_text(step->subject->text)))
	{
		const SqlToken *token = lfirst(cell);

		if (token->name != NULL && strcmp(token->name, "input") == 0)
			return true;
	}
	return false;
}

/* The contrary of an expression. */
static Json *
negation_of(const Json *expression)
{
	Json	   *negation = json_new_object();

	if (json_get(expression, "$Not") != NULL)
		return json_copy(json_get(expression, "$Not"));
	json_add(negation, "$Not", json_copy(expression));
	return negation;
}

/* Adds what is required where the guards are true; NULL: that cannot be told. */
static void
add_requirement(Walk *walk, Json *required)
{
	for (int i = list_length(walk->guards) - 1; i >= 0; i--)
	{
		const Json *guard = list_nth(walk->guards, i);

		if (guard == NULL)
			required = NULL;
		else if (required != NULL)
			required = expression_of("$Or", negation_of(guard), required);
	}
	walk->told &= required != NULL;
	if (required != NULL)
		walk->required = walk->required == NULL ? required : expression_of("$And", walk->required, required);
}

/* Walks steps that run only if something is true. */
static bool
gather_guarded(Walk *walk, Json *guard, const List *steps)
{
	bool		all;

	walk->guards = lappend(walk->guards, guard);
	all = gather_steps(walk, steps);
	walk->guards = list_delete_last(walk->guards);
	return all;
}

/* Walks the branches from one on, each of which runs if its condition is true and none before was. */
static bool
gather_branches(Walk *walk, const Step *step, int from)
{
	const Branch *branch = from < list_length(step->branches) ? list_nth(step->branches, from) : NULL;
	const char *condition;
	Json	   *guard;
	bool		all;

	check_stack_depth();
	if (branch == NULL)
		return true;
	condition = branch->when != NULL ? branch->when : strcmp(branch->key, "then") == 0 ? step->subject->text : NULL;
	if (condition == NULL)
		return gather_steps(walk, branch->steps);
	guard = expression_of_condition(formula_text(condition), walk->table);
	all = gather_guarded(walk, guard, branch->steps);
	walk->guards = lappend(walk->guards, guard != NULL ? negation_of(guard) : NULL);
	all &= gather_branches(walk, step, from + 1);
	walk->guards = list_delete_last(walk->guards);
	return all;
}

/* A state of a definition as a value of the column; NULL: it is none that means the same in OData. */
static Json *
state_constant(const CsdlTable *table, Form_pg_attribute attribute, const Json *state)
{
	const char *literal;

	if (state->kind == JSON_IS_NULL)
		return json_new_null();
	if (state->kind == JSON_IS_NUMBER && is_of_exact_numbers(attribute->atttypid))
		return number_constant(state->text + (state->text[0] == '-'), state->text[0] == '-');
	if (state->kind != JSON_IS_STRING || value_text_read(state->text, &literal) != TEXT_LITERAL)
		return NULL;
	return string_for(table, attribute, literal);
}

/* "The row has one of the states that the step works from"; NULL: that cannot be told. */
static Json *
expression_of_states(const Step *step, const CsdlTable *table)
{
	const Json *from = step_argument(step, "from");
	const char *column = json_get_text(step->json, "column");
	Form_pg_attribute attribute = column != NULL ? property_named(table, column) : NULL;
	int			count = from->kind == JSON_IS_ARRAY ? from->count : 1;
	Json	   *result = NULL;

	if (attribute == NULL || step->subject->kind != JSON_IS_STRING || strcmp(step->subject->text, "target") != 0 ||
		step_argument(step, "where") != NULL || !json_get_boolean(step->json, "required", true))
		return NULL;
	for (int i = 0; i < count; i++)
	{
		Json	   *constant = state_constant(table, attribute, from->kind == JSON_IS_ARRAY ? from->items[i] : from);
		Json	   *one;

		if (constant == NULL)
			return NULL;
		one = expression_of("$Eq", path_of(attribute), constant);
		result = result == NULL ? one : expression_of("$Or", result, one);
	}
	return result;
}

/* Adds what a step requires by itself, or by those in it; false: what comes after it is not known. */
static bool
gather_by_kind(Walk *walk, const Step *step)
{
	const char *kind = step->kind->name;

	if (strcmp(kind, "let") == 0 || strcmp(kind, "output") == 0)
		return true;
	if (strcmp(kind, "if") == 0 || strcmp(kind, "choose") == 0 || strcmp(kind, "group") == 0)
		return gather_branches(walk, step, 0);
	if (strcmp(kind, "require") == 0)
	{
		if (!asks_inputs(step))
			add_requirement(walk, expression_of_condition(formula_text(step->subject->text), walk->table));
		return true;
	}
	if (strcmp(kind, "set_status") != 0)
		add_requirement(walk, NULL);
	else if (step_argument(step, "from") != NULL)
		add_requirement(walk, expression_of_states(step, walk->table));
	return false;
}

/* The same of a step that may have a condition. */
static bool
gather_step(Walk *walk, const Step *step)
{
	bool		all;

	if (step->kind->preconditions == NULL || step_argument(step, "on_error") != NULL)
		return false;
	if (step->when == NULL)
		return gather_by_kind(walk, step);
	walk->guards = lappend(walk->guards, expression_of_condition(formula_text(step->when), walk->table));
	all = gather_by_kind(walk, step);
	walk->guards = list_delete_last(walk->guards);
	return all;
}

/* Walks steps until one does something; false: what comes after them is not known. */
static bool
gather_steps(Walk *walk, const List *steps)
{
	ListCell   *cell;

	check_stack_depth();
	foreach(cell, steps)
	{
		const Step *step = lfirst(cell);

		if (step->unsound || !step->enabled)
			continue;
		if (!gather_step(walk, step))
			return false;
	}
	return true;
}

void
csdl_annotate_available(Json *object, const WebAction *action, const CsdlTable *table)
{
	Walk		walk = {.table = table, .told = true};

	if (action->definition->collection)
		return;
	(void) gather_steps(&walk, action->definition->steps);
	if (!walk.told)
		json_add(object, "@Core.OperationAvailable", json_new_null());
	else if (walk.required != NULL)
		json_add(object, "@Core.OperationAvailable", walk.required);
}
