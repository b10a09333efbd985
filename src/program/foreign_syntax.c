/*
 * foreign_syntax.c
 *		Ways out for formulas written as in spreadsheets and other languages.
 *
 * What a mistake is called is told by its SQLSTATE and by the token that
 * PostgreSQL points at; the tables below say what to write instead. A hint of
 * ours replaces PostgreSQL's own only where that one leads astray.
 */
#include "postgres.h"

#include <ctype.h>

#include "base/compat.h"
#include "catalog/pg_namespace.h"
#include "lookup/denied.h"
#include "lookup/function_lookup.h"
#include "lookup/key.h"
#include "lookup/suggest_catalog.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "program/foreign_syntax.h"
#include "utils/builtins.h"

#define OPERATOR_CHARACTERS	"+-*/<>=~!@#%^&|`?"

/* A word and what to write for it. */
typedef struct Word
{
	const char *word;			/* in lower case */
	const char *hint;
	bool		also_ours;		/* a word of SQL, or a function of PostgreSQL for other arguments */
} Word;

#define CASE_HINT		"Write CASE WHEN condition THEN a ELSE b END."
#define LOOKUP_HINT		"Read it in a sub-SELECT: (SELECT t.result FROM schema.table AS t WHERE t.key = value)."
#define COALESCE_HINT	"Write coalesce(a, b)."
#define TEXT_HINT		"Write a::text, or to_char(a, 'format')."
#define NUMBER_HINT		"Write a::numeric, or a::integer."
#define EMPTY_HINT		"Write a IS NULL; for text coalesce(a, '') = ''."
#define ROWS_HINT		"Aggregates go over rows, in a sub-SELECT: (SELECT sum(t.x) FROM schema.table AS t WHERE ...)."
#define POSITION_HINT	"Write position('part' IN text); 0 says that it is not there."
#define PART_HINT		"Write substr(text, start, length)."
#define DAYS_HINT		"Write a + interval '3 days'."

/* Functions that are called something else, or are written without one. */
static const Word foreign_functions[] = {
	{"adddays", DAYS_HINT},
	{"addhours", "Write a + interval '3 hours'."},
	{"addmonths", "Write a + interval '3 months'."},
	{"and", "Write a AND b."},
	{"asc", "Write ascii(text)."},
	{"average", ROWS_HINT},
	{"averageif", ROWS_HINT},
	{"avg", "Of values write (a + b) / 2; of rows, a sub-SELECT: (SELECT avg(t.x) FROM schema.table AS t).", true},
	{"ceiling", "Write ceil(number).", true},
	{"char", "Write chr(code)."},
	{"charindex", POSITION_HINT},
	{"choose", CASE_HINT},
	{"cint", NUMBER_HINT},
	{"code", "Write ascii(text)."},
	{"concatenate", "Texts are joined with ||, or concat(a, b), which takes NULL for nothing."},
	{"contains", "Write position('part' IN text) > 0, or text LIKE '%part%'."},
	{"count", ROWS_HINT, true},
	{"counta", ROWS_HINT},
	{"countif", ROWS_HINT},
	{"countifs", ROWS_HINT},
	{"cstr", TEXT_HINT},
	{"curdate", "Write current_date."},
	{"curtime", "Write localtime."},
	{"date", "Write make_date(year, month, day), or a::date.", true},
	{"dateadd", DAYS_HINT},
	{"datediff", "Write a - b; of two dates that is a number of days."},
	{"datevalue", "Write a::date."},
	{"day", "Write extract(day FROM a)."},
	{"days", "Write a - b; of two dates that is a number of days."},
	{"decode", CASE_HINT, true},
	{"diffindays", "Write a::date - b::date."},
	{"edate", "Write a + interval '1 month'."},
	{"empty", EMPTY_HINT},
	{"endswith", "Write text LIKE '%end'."},
	{"eomonth", "Write (date_trunc('month', a) + interval '1 month - 1 day')::date."},
	{"equals", "Write a = b."},
	{"exact", "Write a = b."},
	{"find", POSITION_HINT},
	{"first", LOOKUP_HINT},
	{"fix", "Write trunc(number)."},
	{"format", "Write to_char(a, 'format').", true},
	{"getdate", "Write now()."},
	{"getutcdate", "Write now()."},
	{"guid", "Write gen_random_uuid()."},
	{"hlookup", LOOKUP_HINT},
	{"hour", "Write extract(hour FROM a)."},
	{"if", CASE_HINT},
	{"iferror", "Give the step \"on_error\", or write CASE WHEN condition THEN a ELSE b END so that it does not fail."},
	{"ifempty", "Write coalesce(nullif(a, ''), b)."},
	{"ifnull", COALESCE_HINT},
	{"ifs", CASE_HINT},
	{"iif", CASE_HINT},
	{"index", LOOKUP_HINT},
	{"indexof", POSITION_HINT},
	{"instr", POSITION_HINT},
	{"int", "Write floor(number), or a::integer."},
	{"isblank", EMPTY_HINT},
	{"isempty", EMPTY_HINT},
	{"iserror", "Give the step \"on_error\"."},
	{"ismatch", "Write text ~ 'regular expression'."},
	{"isnull", "Write a IS NULL; for another value in its place coalesce(a, b)."},
	{"isnumber", "Write a ~ '^[0-9.]+$' for text; the type of other values is known."},
	{"lcase", "Write lower(text)."},
	{"len", "Write length(text)."},
	{"lookup", LOOKUP_HINT},
	{"match", LOOKUP_HINT},
	{"max", "Of values write greatest(a, b); of rows, a sub-SELECT: (SELECT max(t.x) FROM schema.table AS t).", true},
	{"mid", PART_HINT},
	{"min", "Of values write least(a, b); of rows, a sub-SELECT: (SELECT min(t.x) FROM schema.table AS t).", true},
	{"minute", "Write extract(minute FROM a)."},
	{"month", "Write extract(month FROM a)."},
	{"newguid", "Write gen_random_uuid()."},
	{"newid", "Write gen_random_uuid()."},
	{"notnull", "Write a IS NOT NULL."},
	{"number", NUMBER_HINT},
	{"nvl", COALESCE_HINT},
	{"nvl2", "Write CASE WHEN a IS NOT NULL THEN b ELSE c END."},
	{"nz", COALESCE_HINT},
	{"or", "Write a OR b."},
	{"parseint", NUMBER_HINT},
	{"proper", "Write initcap(text)."},
	{"rand", "Write random()."},
	{"randbetween", "Write floor(random() * 6 + 1)::integer."},
	{"rept", "Write repeat(text, count)."},
	{"replace", "Write replace(text, from, to).", true},
	{"round", "Write round(a::numeric, 2).", true},
	{"rounddown", "Write trunc(a::numeric, 2)."},
	{"roundup", "Write ceil(a)."},
	{"search", POSITION_HINT},
	{"second", "Write extract(second FROM a)."},
	{"split", "Write string_to_array(text, ','), or split_part(text, ',', 1)."},
	{"startswith", "Write starts_with(text, 'start'), or text LIKE 'start%'."},
	{"str", TEXT_HINT},
	{"substitute", "Write replace(text, from, to)."},
	{"sum", "Of values write a + b; of rows, a sub-SELECT: (SELECT sum(t.x) FROM schema.table AS t WHERE ...).", true},
	{"sumif", ROWS_HINT},
	{"sumifs", ROWS_HINT},
	{"switch", CASE_HINT},
	{"sysdate", "Write now()."},
	{"text", TEXT_HINT, true},
	{"textjoin", "Write concat_ws(', ', a, b)."},
	{"time", "Write make_time(hour, minute, second).", true},
	{"timevalue", "Write a::time."},
	{"to_string", TEXT_HINT},
	{"tochar", TEXT_HINT},
	{"today", "Write current_date."},
	{"tolower", "Write lower(text)."},
	{"tonumber", NUMBER_HINT},
	{"tostring", TEXT_HINT},
	{"toupper", "Write upper(text)."},
	{"ucase", "Write upper(text)."},
	{"utcnow", "Write now()."},
	{"uuid", "Write gen_random_uuid()."},
	{"val", NUMBER_HINT},
	{"value", NUMBER_HINT},
	{"vlookup", LOOKUP_HINT},
	{"weekday", "Write extract(isodow FROM a), which is 1 on Mondays."},
	{"weeknum", "Write extract(week FROM a)."},
	{"xlookup", LOOKUP_HINT},
	{"xor", "Write a <> b for booleans."},
	{"year", "Write extract(year FROM a)."},
};

/* Words that are written without parentheses. */
static const Word bare_words[] = {
	{"curdate", "Write current_date."},
	{"getdate", "Write now()."},
	{"nan", "Write 'NaN'::numeric."},
	{"newid", "Write gen_random_uuid()."},
	{"nil", "Write NULL."},
	{"now", "Write now()."},
	{"sysdate", "Write now()."},
	{"today", "Write current_date."},
	{"undefined", "Write NULL."},
	{"utcnow", "Write now()."},
};

/* Words between two values that SQL reads as syntax errors. */
static const Word infix_words[] = {
	{"and", "AND stands between two conditions: a AND b.", true},
	{"blank", "Write IS NULL, or = ''."},
	{"contains", "Write position('part' IN text) > 0, or text LIKE '%part%'."},
	{"empty", "Write IS NULL, or = ''."},
	{"eq", "Write a = b."},
	{"equals", "Write a = b."},
	{"ge", "Write a >= b."},
	{"gt", "Write a > b."},
	{"le", "Write a <= b."},
	{"lt", "Write a < b."},
	{"mod", "Write a % b."},
	{"ne", "Write a <> b."},
	{"or", "OR stands between two conditions: a OR b.", true},
	{"startswith", "Write text LIKE 'start%'."},
	{"endswith", "Write text LIKE '%end'."},
	{"then", CASE_HINT, true},
	{"else", CASE_HINT, true},
	{"xor", "Write a <> b for booleans."},
};

/* What the operands of an operator are, as far as it matters. */
typedef enum OperandClass
{
	OPERAND_ANY,
	OPERAND_BOOLEAN,
	OPERAND_NUMBER,
	OPERAND_TEXT,				/* or a literal that is not yet of any type */
	OPERAND_TIME
} OperandClass;

static const struct
{
	const char *name;
	OperandClass class;
}			operand_types[] = {
	{"bigint", OPERAND_NUMBER},
	{"boolean", OPERAND_BOOLEAN},
	{"character varying", OPERAND_TEXT},
	{"character", OPERAND_TEXT},
	{"date", OPERAND_TIME},
	{"double precision", OPERAND_NUMBER},
	{"integer", OPERAND_NUMBER},
	{"numeric", OPERAND_NUMBER},
	{"real", OPERAND_NUMBER},
	{"smallint", OPERAND_NUMBER},
	{"text", OPERAND_TEXT},
	{"time without time zone", OPERAND_TIME},
	{"time with time zone", OPERAND_TIME},
	{"timestamp with time zone", OPERAND_TIME},
	{"timestamp without time zone", OPERAND_TIME},
	{"unknown", OPERAND_TEXT},
};

/* An operator between operands that do not have it; either operand being of its class is enough. */
static const struct
{
	const char *name;
	OperandClass left;
	OperandClass right;
	const char *hint;
}			operators[] = {
	{"==", OPERAND_ANY, OPERAND_ANY, "Equality is \"=\"."},
	{"===", OPERAND_ANY, OPERAND_ANY, "Equality is \"=\"."},
	{"!==", OPERAND_ANY, OPERAND_ANY, "Inequality is \"<>\"."},
	{"=!", OPERAND_ANY, OPERAND_ANY, "Inequality is \"<>\"."},
	{"><", OPERAND_ANY, OPERAND_ANY, "Inequality is \"<>\"."},
	{"=<", OPERAND_ANY, OPERAND_ANY, "Less or equal is \"<=\"."},
	{"=~", OPERAND_ANY, OPERAND_ANY, "A text that fits a regular expression is text ~ 'expression'."},
	{"&&", OPERAND_BOOLEAN, OPERAND_BOOLEAN, "Conditions are joined with AND."},
	{"&", OPERAND_BOOLEAN, OPERAND_BOOLEAN, "Conditions are joined with AND."},
	{"||", OPERAND_BOOLEAN, OPERAND_BOOLEAN, "For conditions write a OR b."},
	{"|", OPERAND_BOOLEAN, OPERAND_BOOLEAN, "For conditions write a OR b."},
	{"!", OPERAND_ANY, OPERAND_ANY, "Negation is NOT a."},
	{"&", OPERAND_TEXT, OPERAND_TEXT, "Texts are joined with ||."},
	{"&&", OPERAND_TEXT, OPERAND_TEXT, "Conditions are joined with AND, texts with ||."},
	{"+", OPERAND_TIME, OPERAND_NUMBER, "Add an interval: now() + interval '3 days'."},
	{"+", OPERAND_NUMBER, OPERAND_TIME, "Add an interval: now() + interval '3 days'."},
	{"-", OPERAND_TIME, OPERAND_NUMBER, "Subtract an interval: now() - interval '3 days'."},
	{"+", OPERAND_TEXT, OPERAND_ANY, "Texts are joined with ||."},
	{"+", OPERAND_ANY, OPERAND_TEXT, "Texts are joined with ||."},
	{"**", OPERAND_ANY, OPERAND_ANY, "A power is a ^ b."},
	{"//", OPERAND_ANY, OPERAND_ANY, "Whole numbers are divided with div(a, b)."},
	{"??", OPERAND_ANY, OPERAND_ANY, COALESCE_HINT},
	{"?:", OPERAND_ANY, OPERAND_ANY, COALESCE_HINT},
	{"?", OPERAND_BOOLEAN, OPERAND_ANY, CASE_HINT},
	{"<=>", OPERAND_ANY, OPERAND_ANY, "Write a IS NOT DISTINCT FROM b."},
};

/* Symbols that are none of SQL's; they begin a syntax error. */
static const Word symbols[] = {
	{"{", "A formula takes no {{ }}: write just what stands inside. Text around it is joined with ||, or is a template, which has no \"=\" before it."},
	{"}", "A formula takes no {{ }}: write just what stands inside."},
	{"[", "A list of values stands in parentheses, as in a IN (1, 2); an array is ARRAY[1, 2]."},
	{"\342\211\240", "Inequality is \"<>\"."},
	{"\342\211\244", "Less or equal is \"<=\"."},
	{"\342\211\245", "Greater or equal is \">=\"."},
	{"\303\227", "Multiplication is \"*\"."},
	{"\303\267", "Division is \"/\"."},
	{"\342\210\222", "Minus is \"-\"."},
	{"\342\200\223", "Minus is \"-\"."},
};

/* The place of a character, counted from 1. */
static const char *
place_in(const char *text, int position)
{
	const char *place = text;

	while (--position > 0 && *place != '\0')
		place += pg_mblen(place);
	return place;
}

/* A word at this place in lower case, without quotes; empty if there is none. */
static char *
word_at(const char *place)
{
	int			length = 0;
	char	   *word;

	while (isalnum((unsigned char) place[length]) || place[length] == '_')
		length++;
	word = pnstrdup(place, length);
	for (char *c = word; *c != '\0'; c++)
		*c = pg_ascii_tolower((unsigned char) *c);
	return word;
}

/* The operator at this place; empty if there is none. */
static char *
operator_at(const char *place)
{
	return pnstrdup(place, strspn(place, OPERATOR_CHARACTERS));
}

/* Finds a word in a table. */
static const Word *
word_find(const Word *words, int count, const char *word)
{
	for (int i = 0; i < count; i++)
		if (strcmp(words[i].word, word) == 0)
			return &words[i];
	return NULL;
}

#define WORD_FIND(words, word)	word_find(words, lengthof(words), word)

char *
formula_word_hint(const char *word)
{
	const Word *found = WORD_FIND(bare_words, word_at(word));

	return found == NULL ? NULL : pstrdup(found->hint);
}

/* Is there a function of this name under the search_path? */
static bool
function_exists(const char *name)
{
	return function_candidates(list_make1(makeString(pstrdup(name)))) != NULL;
}

/* What a call is to be instead. */
static const char *
function_hint(const char *place)
{
	char	   *word = word_at(place);
	const Word *found = WORD_FIND(foreign_functions, word);

	if (place[strlen(word)] == '.')
		return NULL;
	if (found != NULL && (found->also_ours || !function_exists(word)))
		return found->hint;
	return word[0] == '\0' || function_exists(word) ? NULL : suggest_function(word);
}

/* The class of an operand, by the name of its type. */
static OperandClass
operand_class(const char *type)
{
	for (int i = 0; i < lengthof(operand_types); i++)
		if (strcmp(operand_types[i].name, type) == 0)
			return operand_types[i].class;
	return OPERAND_ANY;
}

/*
 * The classes of both operands. PostgreSQL says their types only in its
 * message, after a colon, as "type operator type"; names of types are the same
 * in all languages.
 */
static void
operand_classes(const char *message, const char *operator, OperandClass *left, OperandClass *right)
{
	const char *colon = strstr(message, ": ");
	const char *signature = colon == NULL ? message : colon + 2;
	char	   *middle = psprintf(" %s ", operator);
	const char *found = strstr(signature, middle);

	*left = *right = OPERAND_ANY;
	if (found == NULL)
		return;
	*left = operand_class(pnstrdup(signature, found - signature));
	*right = operand_class(found + strlen(middle));
}

/* What an operator is to be instead. */
static const char *
operator_hint(const char *place, const char *message)
{
	char	   *operator = operator_at(place);
	OperandClass left;
	OperandClass right;

	operand_classes(message, operator, &left, &right);
	for (int i = 0; i < lengthof(operators); i++)
	{
		if (strcmp(operators[i].name, operator) != 0)
			continue;
		if ((operators[i].left == OPERAND_ANY || operators[i].left == left) &&
			(operators[i].right == OPERAND_ANY || operators[i].right == right))
			return operators[i].hint;
		if (operators[i].left == operators[i].right &&
			(operators[i].left == left || operators[i].left == right))
			return operators[i].hint;
	}
	return NULL;
}

/* How many parentheses are open at this place, quoted ones aside. */
static int
depth_at(const char *text, const char *place)
{
	int			depth = 0;
	bool		quoted = false;

	for (; text < place; text++)
	{
		if (*text == '\'')
			quoted = !quoted;
		else if (*text == '(' && !quoted)
			depth++;
		else if (*text == ')' && !quoted)
			depth--;
	}
	return depth;
}

/* Does a formula begin with this word? */
static bool
begins_with_word(const char *text, const char *word)
{
	return strcmp(word_at(text + strspn(text, " \t\n")), word) == 0;
}

/* The place of the word or symbol before. */
static const char *
word_before(const char *text, const char *place)
{
	while (place > text && isspace((unsigned char) place[-1]))
		place--;
	while (place > text && (isalnum((unsigned char) place[-1]) || place[-1] == '_' ||
							IS_HIGHBIT_SET(place[-1])))
		place--;
	return place;
}

/* What to write for a symbol that SQL does not have, or NULL. */
static const char *
symbol_hint(const char *place)
{
	for (int i = 0; i < lengthof(symbols); i++)
		if (strncmp(place, symbols[i].word, strlen(symbols[i].word)) == 0)
			return symbols[i].hint;
	return NULL;
}

/* What to write for a word between two values, here or before; NULL if it is none. */
static const char *
infix_hint(const char *place, const char *before)
{
	const Word *word = WORD_FIND(infix_words, word_at(place));

	if (word != NULL)
		return word->hint;
	word = WORD_FIND(infix_words, word_at(before));
	return word == NULL || word->also_ours ? NULL : word->hint;
}

/* What is to be written where PostgreSQL stopped reading. */
static const char *
syntax_hint(const char *text, const char *place)
{
	const char *before = word_before(text, place);
	const char *symbol = symbol_hint(place);

	if (symbol == NULL && IS_HIGHBIT_SET(*before))
		symbol = symbol_hint(before);
	if (symbol != NULL)
		return symbol;
	if (*place == ';')
		return depth_at(text, place) > 0 ? "Arguments are separated by commas." :
			"A formula is one expression, without \";\".";
	if (*place == '\'' && strchr(place + 1, '\'') == NULL)
		return "A quote inside text is doubled: 'it''s'.";
	if (*place == '"')
		return "Text in formulas stands in single quotes: 'text'.";
	if (*place == '(' && (strcmp(word_at(before), "true") == 0 || strcmp(word_at(before), "false") == 0))
		return "true and false stand without parentheses.";
	if (*place == ':' && strchr(text, '?') != NULL)
		return CASE_HINT;
	if (begins_with_word(text, "if"))
		return CASE_HINT;
	return infix_hint(place, before);
}

/* Is a text joined to something else by "+" before this place? */
static bool
is_added(const char *text, const char *place)
{
	while (place > text && isspace((unsigned char) place[-1]))
		place--;
	return place > text && place[-1] == '+';
}

/* The key of a row that is given where a single value is wanted. */
static char *
row_hint(const Program *program, const Names *names, const char *text)
{
	const Row  *row = names == NULL ? NULL :
		row_find(names->rows, word_at(text + strspn(text, " ")));
	List	   *key;

	if (row == NULL || !OidIsValid(row->relation) ||
		strcmp(row->name, text + strspn(text, " ")) != 0)
		return NULL;
	key = key_of_table(row->relation, row == program->target ?
					   program->definition->key : NIL, true);
	if (list_length(key) != 1)
		return psprintf("Name one of its columns: =%s.column.", row->name);
	return psprintf("The key of the row is =%s.%s.", row->name, ((KeyColumn *) linitial(key))->name);
}

/* What is missing where a formula names a schema that its author may not use. */
static char *
schema_hint(const char *place)
{
	char	   *schema = word_at(place);
	Oid			oid = get_namespace_oid(schema, true);

	if (!OidIsValid(oid) || object_aclcheck(NamespaceRelationId, oid, GetUserId(), ACL_USAGE) == ACLCHECK_OK)
		return NULL;
	return psprintf("GRANT USAGE ON SCHEMA %s TO %s", quote_identifier(schema), denied_user());
}

/* The hint for a problem; NULL: ours says no more than PostgreSQL's. */
static const char *
find_hint(const Program *program, const Names *names, const Problem *problem)
{
	const char *place = place_in(problem->formula, problem->position);
	bool		symbol = strspn(place, OPERATOR_CHARACTERS) > 0;

	switch (problem->sqlstate)
	{
		case ERRCODE_UNDEFINED_FUNCTION:
		case ERRCODE_AMBIGUOUS_FUNCTION:
			return symbol ? operator_hint(place, problem->message) : function_hint(place);
		case ERRCODE_INSUFFICIENT_PRIVILEGE:
			return problem->hint != NULL ? NULL : schema_hint(place);
		case ERRCODE_GROUPING_ERROR:
			return function_hint(place);
		case ERRCODE_SYNTAX_ERROR:
			return problem->hint != NULL ? NULL : syntax_hint(problem->formula, place);
		case ERRCODE_INVALID_TEXT_REPRESENTATION:
			return *place == '\'' && is_added(problem->formula, place) ? "Texts are joined with ||." : NULL;
		case ERRCODE_UNDEFINED_OBJECT:
			return problem->hint != NULL ? NULL : suggest_type(place);
		case ERRCODE_DATATYPE_MISMATCH:
			return row_hint(program, names, problem->formula);
		default:
			return NULL;
	}
}

void
formula_explain(const Program *program, const Names *names, Problem *problem)
{
	const char *hint;

	if (problem->formula == NULL || problem->position <= 0)
		return;
	hint = find_hint(program, names, problem);
	if (hint != NULL)
		problem->hint = unconstify(char *, hint);
}

const char *
formula_list_hint(const char *text)
{
	bool		quoted = false;

	for (const char *c = text; *c != '\0'; c++)
	{
		if (*c == '\'')
			quoted = !quoted;
		if (*c == ',' && !quoted && c > text && isdigit((unsigned char) c[-1]) &&
			isdigit((unsigned char) c[1]))
			return "Numbers have a decimal point: 1.5.";
	}
	return NULL;
}
