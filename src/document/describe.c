/*
 * describe.c
 *		Lays the outline of a definition out, as text and as rows.
 *
 * Describes broken drafts too: what cannot be read is listed at the end. In the
 * text, the first column holds the paths of steps as errors give them. Long lines
 * are wrapped, and nothing is cut.
 */
#include "postgres.h"

#include "document/outline.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(custom_action_describe_definition);
PG_FUNCTION_INFO_V1(custom_action_definition_outline);

#define LINE_WIDTH		100
#define STEP_INDENT		3		/* of what is one step further in */
#define WRAP_INDENT		6		/* of what continues a line */
#define MAX_PATH_COLUMN	24		/* a path that needs more has a line of its own */
#define MAX_INDENT		36		/* deeper is not indented further */

/* How many characters is a text wide? */
static int
text_width(const char *text, int length)
{
	return pg_mbstrlen_with_len(text, length);
}

/* Begins a line at a column. */
static void
begin_line(StringInfo out, int column)
{
	appendStringInfoChar(out, '\n');
	appendStringInfoSpaces(out, column);
}

/*
 * Appends a text where a line has got to a column; what does not fit, and what
 * follows a line end, goes to lines that begin at another.
 */
static void
append_wrapped(StringInfo out, const char *text, int column, int margin)
{
	bool		fresh = true;	/* nothing of the text on this line yet */

	for (;;)
	{
		int			blanks = strspn(text, " \t");
		const char *word = text + blanks;
		int			length = strcspn(word, " \t\r\n");
		int			width = text_width(word, length);

		if (length > 0)
		{
			if (!fresh && column + blanks + width > LINE_WIDTH)
			{
				begin_line(out, column = margin);
				fresh = true;
			}
			if (!fresh)
				appendBinaryStringInfo(out, text, blanks);
			appendBinaryStringInfo(out, word, length);
			column += width + (fresh ? 0 : blanks);
			fresh = false;
		}
		text = word + length;
		if (*text == '\0')
			return;
		if (*text != '\r' && *text != '\n')
			continue;
		text += strspn(text, " \t\r\n");
		if (*text == '\0')
			return;
		if (!fresh)
			begin_line(out, column = margin);
		fresh = true;
	}
}

/* Appends a line of the head: wherever it begins, it continues further in. */
static void
append_head(StringInfo out, const char *label, const char *text)
{
	int			column = strlen(label);

	appendStringInfoString(out, label);
	append_wrapped(out, text, column, Max(column, 2));
	appendStringInfoChar(out, '\n');
}

/* Has a line its path in the first column? */
static bool
shows_path(const OutlineLine *line)
{
	return line->kind != NULL && line->step != NULL;
}

/* How far in is a line? */
static int
line_indent(const OutlineLine *line)
{
	return Min(line->depth * STEP_INDENT, MAX_INDENT);
}

/* How wide is the first column? A long path may reach into what its line is indented by. */
static int
path_column(const Outline *outline)
{
	int			column = 0;
	ListCell   *cell;

	foreach(cell, outline->lines)
	{
		const OutlineLine *line = lfirst(cell);
		int			needed = shows_path(line) ? strlen(line->path) + 2 - line_indent(line) : 0;

		if (needed <= MAX_PATH_COLUMN)
			column = Max(column, needed);
	}
	return column;
}

/* Appends a line of a step or plug-in. */
static void
append_line(StringInfo out, const OutlineLine *line, int path_width)
{
	const char *path = shows_path(line) ? line->path : "";
	int			column = path_width + line_indent(line);

	if (path[0] != '\0' && strlen(path) + 2 > column)
		appendStringInfo(out, "%s\n%*s", path, column, "");
	else
		appendStringInfo(out, "%-*s", column, path);
	append_wrapped(out, line->text, column, column + WRAP_INDENT);
	appendStringInfoChar(out, '\n');
}

/* Appends what holds for the action as a whole; callers says who may call it, facts is a line; either may be empty. */
static void
append_header(StringInfo out, const Outline *outline, const char *callers, const char *facts)
{
	ListCell   *cell;

	foreach(cell, outline->lines)
	{
		const OutlineLine *line = lfirst(cell);

		if (line->kind == NULL || strcmp(line->kind, LINE_OF_HEADER) != 0)
			continue;
		if (strcmp(line->path, "run_as") == 0 && callers[0] != '\0')
			append_head(out, "", psprintf("%s; may be called by %s", line->text, callers));
		else
			append_head(out, "", line->text);
		if (strcmp(line->path, "table") == 0 && facts[0] != '\0')
			append_head(out, "", facts);
	}
}

/* Appends the lines of inputs or outputs. */
static void
append_takes_or_answers(StringInfo out, const Outline *outline, const char *kind, const char *label)
{
	ListCell   *cell;
	bool		first = true;

	foreach(cell, outline->lines)
	{
		const OutlineLine *line = lfirst(cell);

		if (line->kind == NULL || line->step != NULL || strcmp(line->kind, kind) != 0)
			continue;
		append_head(out, first ? label : psprintf("%*s", (int) strlen(label), ""), line->text);
		first = false;
	}
}

/* Appends the lines of steps and plug-ins. */
static void
append_body(StringInfo out, const Outline *outline)
{
	int			path_width = path_column(outline);
	bool		of_plugin = false;
	bool		first = true;
	ListCell   *cell;

	foreach(cell, outline->lines)
	{
		const OutlineLine *line = lfirst(cell);

		CHECK_FOR_INTERRUPTS();
		if (line->kind != NULL)
			of_plugin = strcmp(line->kind, LINE_OF_PLUGIN) == 0;
		if (line->step == NULL && !of_plugin)
			continue;
		if (first)
			appendStringInfoChar(out, '\n');
		first = false;
		append_line(out, line, path_width);
	}
}

/* Appends what could not be read. */
static void
append_problems(StringInfo out, const Outline *outline)
{
	ListCell   *cell;
	bool		first = true;

	foreach(cell, outline->lines)
	{
		const OutlineLine *line = lfirst(cell);

		if (line->kind == NULL || strcmp(line->kind, LINE_OF_PROBLEM) != 0)
			continue;
		if (first)
			appendStringInfoString(out, "\nNot understood\n");
		append_head(out, "  ", line->text);
		first = false;
	}
}

/* The outline of a document. */
static Outline *
outline_of_document(const text * document, const char **action)
{
	ProblemSink sink = {.collect = true, .mcxt = CurrentMemoryContext};
	Definition *definition = definition_parse(json_parse(text_to_cstring(document)), &sink);

	*action = definition->action != NULL ? definition->action : "(unnamed)";
	return outline_of(definition, sink.problems);
}

/* SQL: outline of a definition in words, with its state, who may call it and what else is known of it. */
Datum
custom_action_describe_definition(PG_FUNCTION_ARGS)
{
	const char *action;
	Outline    *outline = outline_of_document(PG_GETARG_TEXT_PP(0), &action);
	const char *callers = text_to_cstring(PG_GETARG_TEXT_PP(2));
	const char *facts = text_to_cstring(PG_GETARG_TEXT_PP(3));
	StringInfoData out;

	initStringInfo(&out);
	append_head(&out, "", psprintf("Action %s: %s", action, text_to_cstring(PG_GETARG_TEXT_PP(1))));
	append_header(&out, outline, callers, facts);
	append_takes_or_answers(&out, outline, LINE_OF_INPUT, "Asks for ");
	append_takes_or_answers(&out, outline, LINE_OF_OUTPUT, "Answers ");
	append_body(&out, outline);
	append_problems(&out, outline);
	while (out.len > 0 && out.data[out.len - 1] == '\n')
		out.data[--out.len] = '\0';
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

/* SQL: the lines of the outline of a definition, with the path of the row of steps each belongs to. */
Datum
custom_action_definition_outline(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	const char *action;
	const char *row = NULL;
	Outline    *outline;
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	outline = outline_of_document(PG_GETARG_TEXT_PP(0), &action);
	foreach(cell, outline->lines)
	{
		const OutlineLine *line = lfirst(cell);
		bool		nulls[6] = {[0] = line->path == NULL,[3] = line->kind == NULL};
		Datum		values[6];

		/* a case has a row of its own */
		if (line->step == NULL)
			row = NULL;
		else if (line->kind != NULL)
			row = strcmp(line->kind, BRANCH_CASE) == 0 ? line->path : line->step->path;
		nulls[1] = row == NULL;
		values[0] = nulls[0] ? (Datum) 0 : CStringGetTextDatum(line->path);
		values[1] = nulls[1] ? (Datum) 0 : CStringGetTextDatum(row);
		values[2] = Int32GetDatum(line->depth);
		values[3] = nulls[3] ? (Datum) 0 : CStringGetTextDatum(line->kind);
		values[4] = CStringGetTextDatum(line->text);
		values[5] = BoolGetDatum(line->enabled);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
