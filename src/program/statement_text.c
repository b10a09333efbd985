/*
 * statement_text.c
 *		The final text of a generated statement: what other extensions count,
 *		log and show of it.
 *
 * While a statement is compiled, its values stand in its text as $1, $2, ... in
 * the order they came. In the final text $n is the n-th value that the
 * statement is given when it runs, and nothing else; what is computed from such
 * values, or from the row, is a column reference that shows how, such as
 * formula."n + input.by ($1)". The parser hooks know a value by its place in the
 * text, so what is written there decides nothing. The text is the same for every
 * call.
 */
#include "postgres.h"

#include <ctype.h>

#include "lookup/canonical.h"
#include "mb/pg_wchar.h"
#include "program/names.h"
#include "program/statement_text.h"
#include "utils/memutils.h"

/* The longest list of parameters that is shown behind a formula */
#define SHOWN_PARAMETERS	40

/* Appends text in one line, blanks made one; what begins or ends a comment is taken apart. */
static void
append_plain(StringInfo out, const char *text)
{
	char		last = ' ';

	for (; *text; text++)
	{
		char		c = iscntrl((unsigned char) *text) ? ' ' : *text;

		if (last == ' ' && c == ' ')
			continue;
		if ((last == '*' && c == '/') || (last == '/' && c == '*'))
			appendStringInfoChar(out, ' ');
		appendStringInfoChar(out, c);
		last = c;
	}
}

/* " ($1, $2)", or nothing */
static char *
shown_parameters(const Scope *scope, const Placeholder *placeholder)
{
	StringInfoData text;
	ListCell   *cell;

	initStringInfo(&text);
	foreach(cell, placeholder->slots)
	{
		if (text.len > SHOWN_PARAMETERS)
		{
			appendStringInfoString(&text, ", ...");
			break;
		}
		appendStringInfo(&text, "%s$%d", text.len ? ", " : " (",
						 scope_parameter(scope, lfirst_int(cell)));
	}
	if (text.len > 0)
		appendStringInfoChar(&text, ')');
	return text.data;
}

/* What sort of value it is, in the place of a table's name. */
static const char *
value_word(const Value *value)
{
	switch (value->kind)
	{
		case VALUE_LITERAL:
			return "literal";
		case VALUE_TEMPLATE:
			return "template";
		case VALUE_ARRAY:
		case VALUE_OBJECT:
			return "json";
		default:
			return "formula";
	}
}

/* The value as it is written in the definition. */
static const char *
written_value(const Value *value)
{
	if (value->kind == VALUE_FORMULA)
		return value->formula->text;
	if (value->kind == VALUE_SLOT)
		return value->location;
	if (value->kind == VALUE_TEMPLATE)
		return value->json->text;
	if (value->kind == VALUE_LITERAL && value->json->kind == JSON_IS_STRING)
		return psprintf("'%s'", value->json->text);
	return json_text(value->json);
}

/* Appends what stands for a value that is computed; a name that is too long is cut. */
static void
append_computed(StringInfo out, const Scope *scope, const Placeholder *placeholder)
{
	char	   *parameters = shown_parameters(scope, placeholder);
	int			room = NAMEDATALEN - 1 - strlen(parameters);
	StringInfoData name;

	initStringInfo(&name);
	append_plain(&name, written_value(placeholder->value));
	if (name.len > room)
	{
		name.len = pg_mbcliplen(name.data, name.len, room - 3);
		name.data[name.len] = '\0';
		appendStringInfoString(&name, "...");
	}
	appendStringInfoString(&name, parameters);
	appendStringInfo(out, "%s.", value_word(placeholder->value));
	append_quoted_name(out, name.data);
}

/* Appends a value and notes its place. */
static void
append_value(StringInfo out, Scope *scope, int number)
{
	Placeholder *placeholder = list_nth(scope->placeholders, number - 1);

	placeholder->position = out->len;
	scope->placed[scope->nplaced++] = placeholder;
	if (placeholder->bare)
		appendStringInfo(out, "$%d", scope_parameter(scope, linitial_int(placeholder->slots)));
	else
		append_computed(out, scope, placeholder);
}

/* The next value in a part of the text, or its end. */
static const char *
find_value(const char *part)
{
	bool		quoted = false;

	for (; *part; part++)
		if (*part == '"')
			quoted = !quoted;
		else if (!quoted && part[0] == '$' && isdigit((unsigned char) part[1]))
			break;
	return part;
}

void
statement_text_number(Scope *scope, const char *head, const char *tail)
{
	const char *parts[] = {head, tail};
	List	   *parameters = NIL;
	MemoryContext old = MemoryContextSwitchTo(scope->program->mcxt);

	for (int i = 0; i < lengthof(parts); i++)
		for (const char *p = find_value(parts[i]); *p; p = find_value(p))
		{
			const Placeholder *placeholder = list_nth(scope->placeholders,
													  strtol(p + 1, unconstify(char **, &p), 10) - 1);

			parameters = list_concat_unique_int(parameters, placeholder->slots);
		}
	scope->parameters = parameters;
	scope->placed = palloc(sizeof(Placeholder *) * Max(list_length(scope->placeholders), 1));
	MemoryContextSwitchTo(old);
}

void
statement_text_append(StringInfo out, Scope *scope, const char *part)
{
	for (;;)
	{
		const char *value = find_value(part);

		appendBinaryStringInfo(out, part, value - part);
		if (*value == '\0')
			break;
		append_value(out, scope, strtol(value + 1, unconstify(char **, &part), 10));
	}
}

/* Appends a comment that names action, step and purpose, whichever there is. */
static void
append_comment(StringInfo out, const Program *program, const Step *step, const char *purpose)
{
	appendStringInfoString(out, " /* ");
	append_plain(out, program->action);
	if (step != NULL)
	{
		appendStringInfoChar(out, ' ');
		append_plain(out, step_title(step));
	}
	if (purpose != NULL)
	{
		appendStringInfoString(out, ", ");
		append_plain(out, purpose);
	}
	appendStringInfoString(out, " */");
}

void
statement_text_comment(StringInfo out, const Statement *statement)
{
	const Program *program = statement->scope->program;
	ListCell   *cell;

	append_comment(out, program, statement->step, statement->purpose);
	foreach(cell, statement->other_steps)
		append_comment(out, program, lfirst(cell), NULL);
}

Placeholder *
statement_text_placeholder(const Scope *scope, int position)
{
	int			low = 0;
	int			high = scope->nplaced;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (scope->placed[middle]->position < position)
			low = middle + 1;
		else
			high = middle;
	}
	return low < scope->nplaced && scope->placed[low]->position == position ?
		scope->placed[low] : NULL;
}
