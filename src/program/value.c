/*
 * value.c
 *		Reads the values of a definition: which JSON string is a literal, a
 *		formula or a template, and the raw parse of each formula.
 *
 * Nothing is looked up in the catalogs here. Syntax errors are reported with
 * the formula's text and the position in it.
 */
#include "postgres.h"

#include <ctype.h>

#include "base/compat.h"
#include "base/parser_settings.h"
#include "catalog/pg_type.h"
#include "definition/step_kind.h"
#include "definition/value_text.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "parser/parser.h"
#include "program/foreign_syntax.h"
#include "program/formula.h"
#include "program/value.h"
#include "utils/memutils.h"

#define ORDER_PREFIX	"ORDER BY "

bool
formula_shift_position(const Formula *formula)
{
	int			position = geterrposition();

	if (position <= 0)
		return false;
	errposition(0);
	internalerrposition(Max(position - formula->offset, 1));
	internalerrquery(formula->text);
	return true;
}

/* Moves an error position into the formula it belongs to. */
static void
formula_syntax_callback(void *arg)
{
	(void) formula_shift_position((const Formula *) arg);
}

/* Steps over one lexical element of SQL; sets *comment when it starts one. */
static const char *
sql_element_end(const char *start, const char *p, bool *comment)
{
	*comment = (p[0] == '-' && p[1] == '-') || (p[0] == '/' && p[1] == '*');
	if (*p == '\'' || *p == '"')
	{
		char		quote = *p;
		bool		escapes = quote == '\'' &&
			p > start && (p[-1] == 'e' || p[-1] == 'E') &&
			(p - 1 == start || !(isalnum((unsigned char) p[-2]) || p[-2] == '_'));

		for (p++; *p && *p != quote; p++)
			if (escapes && *p == '\\' && p[1])
				p++;
		return *p ? p + 1 : p;
	}
	if (*p == '$' && (p == start || !(isalnum((unsigned char) p[-1]) || p[-1] == '_' || p[-1] == '$')))
	{
		const char *tag_end = p + 1;

		while (isalnum((unsigned char) *tag_end) || *tag_end == '_' || IS_HIGHBIT_SET(*tag_end))
			tag_end++;
		if (*tag_end == '$' && !isdigit((unsigned char) p[1]))
		{
			char	   *tag = pnstrdup(p, tag_end + 1 - p);
			const char *close = strstr(tag_end + 1, tag);

			return close ? close + strlen(tag) : tag_end + strlen(tag_end);
		}
	}
	return p + 1;
}

/* Refuses comments: what a formula says must be all that it does. */
static void
formula_require_no_comments(const char *text)
{
	const char *p = text;

	while (*p)
	{
		bool		comment;
		const char *next = sql_element_end(text, p, &comment);

		CHECK_FOR_INTERRUPTS();
		if (comment)
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("a formula cannot hold a comment"),
					 errhint("Use the step's \"description\" instead."),
					 internalerrquery(text),
					 internalerrposition(pg_mbstrlen_with_len(text, p - text) + 1)));
		p = next;
	}
}

/* Is this SELECT nothing but a target list (and, for order_by, a sort clause)? */
static bool
select_is_bare(SelectStmt *select)
{
	return select->op == SETOP_NONE && select->distinctClause == NIL &&
		select->intoClause == NULL && select->fromClause == NIL &&
		select->whereClause == NULL && select->groupClause == NIL &&
		select->havingClause == NULL && select->windowClause == NIL &&
		select->valuesLists == NIL && select->limitOffset == NULL &&
		select->limitCount == NULL && select->lockingClause == NIL &&
		select->withClause == NULL;
}

/*
 * Parses text as PL/pgSQL parses an expression; errors point into formula->text.
 * The parser leaves much behind: only the tree is kept.
 */
static SelectStmt *
formula_raw_parse(Formula *formula, const char *source)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "custom action parser",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(scratch);
	ErrorContextCallback callback;
	ParserSettings outer;
	List	   *volatile parsed;
	SelectStmt *select;

	formula_require_no_comments(formula->text);
	callback.callback = formula_syntax_callback;
	callback.arg = formula;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	parser_settings_fix(&outer);
	PG_TRY();
	{
		parsed = raw_parser(source, RAW_PARSE_PLPGSQL_EXPR);
	}
	PG_FINALLY();
	{
		parser_settings_restore(&outer);
	}
	PG_END_TRY();
	error_context_stack = callback.previous;
	MemoryContextSwitchTo(old);
	select = copyObject(castNode(SelectStmt, linitial_node(RawStmt, parsed)->stmt));
	MemoryContextDelete(scratch);
	return select;
}

/* Complains about a formula that is more, or less, than one expression. */
pg_noreturn static void
refuse_not_single(const Formula *formula)
{
	const char *hint = formula_list_hint(formula->text);
	bool		empty = formula->text[strspn(formula->text, " \t\n\r")] == '\0';

	if (empty)
		hint = "Write an expression, such as target.priority + 1; NULL stands for no value.";
	ereport(ERROR,
			(errcode(ERRCODE_SYNTAX_ERROR),
			 empty ? errmsg("a formula must not be empty") :
			 errmsg("a formula must be exactly one SQL expression"),
			 errhint("%s", hint ? hint : "Other clauses belong into a sub-SELECT in parentheses."),
			 internalerrquery(formula->text),
			 internalerrposition(1)));
}

Formula *
formula_parse(const char *text, const char *location)
{
	Formula    *formula = palloc0(sizeof(Formula));
	SelectStmt *select;
	ResTarget  *target;

	formula->text = pstrdup(text);
	formula->location = pstrdup(location);
	select = formula_raw_parse(formula, text);
	if (!select_is_bare(select) || select->sortClause != NIL ||
		list_length(select->targetList) != 1)
		refuse_not_single(formula);
	target = linitial_node(ResTarget, select->targetList);
	if (target->name != NULL || target->indirection != NIL)
		refuse_not_single(formula);
	if (IsA(target->val, ColumnRef) &&
		IsA(llast(castNode(ColumnRef, target->val)->fields), A_Star))
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("a formula must be one value, not a list of columns"),
				 errhint("The bare name of a step, or target, is its whole row."),
				 internalerrquery(formula->text),
				 internalerrposition(1)));
	formula->raw = target->val;
	return formula;
}

/* What follows an expression in ORDER BY. */
static const char *
sort_suffix(const Formula *formula, const SortBy *sort)
{
	if (sort->useOp != NIL)
		refuse_not_single(formula);
	return psprintf("%s%s",
					sort->sortby_dir == SORTBY_DESC ? " DESC" : "",
					sort->sortby_nulls == SORTBY_NULLS_FIRST ? " NULLS FIRST" :
					sort->sortby_nulls == SORTBY_NULLS_LAST ? " NULLS LAST" : "");
}

List *
value_parse_order(const char *text, const char *location)
{
	Formula		whole = {0};
	List	   *items = NIL;
	SelectStmt *select;
	ListCell   *cell;

	text = formula_text(text);
	whole.text = pstrdup(text);
	whole.offset = strlen(ORDER_PREFIX);
	whole.location = pstrdup(location);
	select = formula_raw_parse(&whole, psprintf(ORDER_PREFIX "%s", text));
	if (!select_is_bare(select) || select->targetList != NIL || select->sortClause == NIL)
		refuse_not_single(&whole);
	foreach(cell, select->sortClause)
	{
		SortBy	   *sort = lfirst_node(SortBy, cell);
		SortItem   *item = palloc(sizeof(SortItem));
		Formula    *formula = palloc(sizeof(Formula));

		*formula = whole;
		formula->raw = sort->node;
		item->value = palloc0(sizeof(Value));
		item->value->kind = VALUE_FORMULA;
		item->value->formula = formula;
		item->value->location = formula->location;
		item->value->typmod = -1;
		item->suffix = sort_suffix(formula, sort);
		items = lappend(items, item);
	}
	return items;
}

/* Makes an empty value wanted as the given type. */
static Value *
value_new(ValueKind kind, const Json *json, Oid type, int32 typmod, const char *location)
{
	Value	   *value = palloc0(sizeof(Value));

	value->kind = kind;
	value->json = json;
	value->type = type;
	value->typmod = typmod;
	value->location = pstrdup(location);
	return value;
}

static Value *
formula_value(const char *text, const Json *json, Oid type, int32 typmod, const char *location)
{
	Value	   *value = value_new(VALUE_FORMULA, json, type, typmod, location);

	value->formula = formula_parse(text, location);
	return value;
}

Value *
value_of_formula(const Json *json, const Node *raw, Oid type, int32 typmod, const char *location)
{
	Value	   *value = value_new(VALUE_FORMULA, json, type, typmod, location);
	const char *text;

	(void) value_text_read(json->text, &text);
	value->formula = palloc0(sizeof(Formula));
	value->formula->text = pstrdup(text);
	value->formula->location = pstrdup(location);
	value->formula->raw = copyObject(unconstify(Node *, raw));
	return value;
}

static Value *
literal_value(Json *json, Oid type, int32 typmod, const char *location)
{
	return value_new(VALUE_LITERAL, json, type, typmod, location);
}

const char *
template_formula_end(const char *start)
{
	const char *p = start;

	while (*p && !(p[0] == '}' && p[1] == '}'))
	{
		bool		comment;

		CHECK_FOR_INTERRUPTS();
		p = sql_element_end(start, p, &comment);
	}
	return *p ? p : NULL;
}

/* Reads "text {{ formula }} text" into its parts. */
static Value *
template_value(const char *text, const Json *json, Oid type, int32 typmod, const char *location)
{
	Value	   *value = value_new(VALUE_TEMPLATE, json, type, typmod, location);
	const char *open;

	while ((open = strstr(text, "{{")) != NULL)
	{
		const char *close = template_formula_end(open + 2);
		Value	   *part;

		if (close == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_SYNTAX_ERROR),
					 errmsg("a template opens {{ and does not close it"),
					 errhint("Write {{ '{{' }} to print braces."),
					 internalerrquery(json->text),
					 internalerrposition(pg_mbstrlen_with_len(json->text, strlen(json->text) - strlen(open)) + 1)));
		if (open > text)
			value->items = lappend(value->items,
								   literal_value(json_new_string(pnstrdup(text, open - text)),
												 TEXTOID, -1, location));
		part = formula_value(pnstrdup(open + 2, close - open - 2), NULL, TEXTOID, -1, location);
		part->formula->part = true;
		value->items = lappend(value->items, part);
		text = close + 2;
	}
	if (*text)
		value->items = lappend(value->items,
							   literal_value(json_new_string(text), TEXTOID, -1, location));
	return value;
}

/* Reads a JSON string: formula, template or literal. */
static Value *
string_value(const Json *json, Oid type, int32 typmod, const char *location)
{
	const char *text;

	switch (value_text_read(json->text, &text))
	{
		case TEXT_FORMULA:
			return formula_value(text, json, type, typmod, location);
		case TEXT_TEMPLATE:
			return template_value(text, json, type, typmod, location);
		case TEXT_LITERAL:
			break;
	}
	return literal_value(json_new_string(text), type, typmod, location);
}

/* Reads the members of an array or object, each still wanted as nothing. */
static Value *
nested_value(const Json *json, Oid type, int32 typmod, const char *location)
{
	bool		object = json->kind == JSON_IS_OBJECT;
	Value	   *value = value_new(object ? VALUE_OBJECT : VALUE_ARRAY, json, type, typmod, location);

	for (int i = 0; i < json->count; i++)
	{
		char	   *place = object ? psprintf("%s.%s", location, json->keys[i])
			: psprintf("%s[%d]", location, i + 1);

		value->items = lappend(value->items, value_parse(json->items[i], InvalidOid, -1, place));
		if (object)
			value->keys = lappend(value->keys, json->keys[i]);
	}
	return value;
}

Value *
value_parse(const Json *json, Oid type, int32 typmod, const char *location)
{
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	switch (json->kind)
	{
		case JSON_IS_STRING:
			return string_value(json, type, typmod, location);
		case JSON_IS_ARRAY:
		case JSON_IS_OBJECT:
			return nested_value(json, type, typmod, location);
		default:
			return literal_value(json_copy(json), type, typmod, location);
	}
}

/* Refuses "==" before a condition: nobody can say which half of it was meant. */
static void
condition_require_one_mark(const char *text, const char *formula)
{
	if (formula_is_marked(formula))
		ereport(ERROR,
				(errcode(ERRCODE_SYNTAX_ERROR),
				 errmsg("a condition cannot begin with \"==\""),
				 errhint("Write one \"=\" before it, or none. Equality is \"=\"."),
				 internalerrquery(text),
				 internalerrposition(1)));
}

Value *
value_parse_condition(const char *text, const char *location)
{
	const char *formula = formula_text(text);
	Value	   *value;

	condition_require_one_mark(text, formula);
	value = formula_value(formula, NULL, BOOLOID, -1, location);
	value->formula->condition = true;
	return value;
}
