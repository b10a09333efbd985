/*
 * diagram_mermaid.c
 *		Writes a picture as a flowchart of Mermaid.
 *
 * Labels stand in quotes. What means something there to Mermaid, to Markdown,
 * which it takes labels for, or to HTML, which they become, is written as an
 * entity in Mermaid's own form, #35; for '#'.
 */
#include "postgres.h"

#include "document/diagram_mermaid.h"
#include "miscadmin.h"

/* Characters that never stand for themselves */
#define ESCAPED		"\"#<>&`\\%$*~["

/* A character that is not seen, and has no width */
#define NOTHING		"#8203;"

typedef struct ShapeForm
{
	const char *before;
	const char *after;
} ShapeForm;

static const ShapeForm mermaid_shapes[DIAGRAM_SHAPES] = {
	[SHAPE_TERMINAL] = {"([", "])"},
	[SHAPE_STEP] = {"[", "]"},
	[SHAPE_QUESTION] = {"{{", "}}"},
	[SHAPE_ACTION] = {"[[", "]]"},
	[SHAPE_PLUGIN] = {"[/", "/]"},
	[SHAPE_TURN] = {"(", ")"},
	[SHAPE_EXIT] = {"([", "])"},
	[SHAPE_NOTE] = {">", "]"},
	[SHAPE_GROUP] = {"[", "]"},
	[SHAPE_LOOP] = {"[", "]"}
};

/* Labels come in lines, which Mermaid is not to break again; titles of frames get room for theirs. */
#define CONFIGURATION \
	"---\n" \
	"config: {flowchart: {wrappingWidth: 480, nodeSpacing: 30, rankSpacing: 30, subGraphTitleMargin: {top: 4, bottom: %d}}}\n" \
	"---\n"
#define TITLE_ROOM		20		/* below a title of two lines */
#define LINE_ROOM		16		/* that another one takes */

#define EXIT_CLASS	"exit"
#define EXIT_STYLE	"fill:#fdf0ed,stroke:#b5493a,color:#222"

static const char *const state_styles[DIAGRAM_STATES] = {
	[DIAGRAM_DISABLED] = "fill:#eee,stroke:#aaa,color:#777,stroke-dasharray:4 3",
	[DIAGRAM_SKIPPED] = "fill:#e4e7eb,stroke:#8a94a0,color:#333",
	[DIAGRAM_RUN] = "fill:#d9f2e0,stroke:#2f8a4c,color:#222",
	[DIAGRAM_UNDONE] = "fill:#ece3f7,stroke:#7b57b0,color:#222",
	[DIAGRAM_UNFINISHED] = "fill:#dcebfb,stroke:#3973b5,color:#222",
	[DIAGRAM_HANDLED] = "fill:#fff1c9,stroke:#b98a11,color:#222",
	[DIAGRAM_FAILED] = "fill:#f9c9c4,stroke:#b3261e,color:#222"
};

typedef struct MermaidWriter
{
	StringInfo	out;
	StringInfoData frames;		/* their classes, which are not told inside of frames */
	bool		used[DIAGRAM_STATES];
	bool		exits;
} MermaidWriter;

bool
mermaid_takes_word(const char *text)
{
	return strncmp(text, "style", 5) == 0 || strncmp(text, "classDef", 8) == 0 ||
		strncmp(text, "direction", 9) == 0;
}

/*
 * Would Mermaid, once entities are characters, take this one together with what
 * follows for something else: a line break, a formula of TeX, an icon?
 */
static bool
takes_more(const char *c)
{
	return (c[0] == '\\' && c[1] == 'n') || (c[0] == '$' && c[1] == '$') || strncmp(c, ":fa-", 4) == 0;
}

/* Would Markdown take what begins here, at the start of a line, for a list or a heading? */
static bool
begins_block(const char *text)
{
	return text[0] == '-' || text[0] == '+' || text[0] == '=' || text[0] == ' ';
}

/* Is this the period of "1. ", the number of a list in Markdown? */
static bool
ends_number(const char *line, const char *c)
{
	return (*c == '.' || *c == ')') && c > line && strspn(line, "0123456789") == c - line &&
		(c[1] == ' ' || c[1] == '\0' || c[1] == '\n');
}

/* Is it a letter or digit of ASCII? */
static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Would Markdown take this '_' for emphasis? Not inside a word. */
static bool
emphasizes(const char *line, const char *c)
{
	return *c == '_' && (c == line || !is_letter(c[-1]) || !is_letter(c[1]));
}

/* Is a character of a line of a label written as an entity? */
static bool
is_escaped(const char *line, const char *c)
{
	return strchr(ESCAPED, *c) != NULL || mermaid_takes_word(c) || emphasizes(line, c) || ends_number(line, c) ||
		(c == line && begins_block(c));
}

/* Writes a label. */
static void
write_label(StringInfo out, const char *label)
{
	const char *line = label;

	appendStringInfoChar(out, '"');
	for (const char *c = label; *c != '\0'; c++)
	{
		if (*c == '\n')
		{
			appendStringInfoString(out, "<br/>");
			line = c + 1;
		}
		else if (is_escaped(line, c))
			appendStringInfo(out, "#%d;", *c);
		else
			appendStringInfoChar(out, *c);
		if (takes_more(c))
			appendStringInfoString(out, NOTHING);
	}
	appendStringInfoChar(out, '"');
}

/* The class of a node, or NULL. */
static const char *
node_class(MermaidWriter *writer, const DiagramNode *node)
{
	if (node->state != DIAGRAM_PLAIN)
	{
		writer->used[node->state] = true;
		return diagram_state_name(node->state);
	}
	if (node->shape != SHAPE_EXIT)
		return NULL;
	writer->exits = true;
	return EXIT_CLASS;
}

/* Writes a node, or a frame with what is in it. */
static void
write_node(MermaidWriter *writer, const DiagramNode *node, int depth)
{
	const char *class = node_class(writer, node);
	ListCell   *cell;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	appendStringInfoSpaces(writer->out, 2 * depth);
	appendStringInfo(writer->out, "%s%s%s", node->items != NIL ? "subgraph " : "", node->id,
					 mermaid_shapes[node->shape].before);
	write_label(writer->out, node->label);
	appendStringInfoString(writer->out, mermaid_shapes[node->shape].after);
	if (node->items == NIL && class != NULL)
		appendStringInfo(writer->out, ":::%s", class);
	appendStringInfoChar(writer->out, '\n');
	if (node->items == NIL)
		return;
	foreach(cell, node->items)
		write_node(writer, lfirst(cell), depth + 1);
	appendStringInfoSpaces(writer->out, 2 * depth);
	appendStringInfoString(writer->out, "end\n");
	if (class != NULL)
		appendStringInfo(&writer->frames, "  class %s %s\n", node->id, class);
}

/* Writes an edge. */
static void
write_edge(StringInfo out, const DiagramEdge *edge)
{
	appendStringInfo(out, "  %s %s", edge->from->id, edge->error || edge->back ? "-.->" : "-->");
	if (edge->label != NULL)
	{
		appendStringInfoChar(out, '|');
		write_label(out, edge->label);
		appendStringInfoChar(out, '|');
	}
	appendStringInfo(out, " %s\n", edge->to->id);
}

/* How many lines the longest title of a frame has. */
static int
title_lines(const DiagramNode *node)
{
	int			most = 0;
	ListCell   *cell;

	check_stack_depth();
	if (node->items != NIL && node->label != NULL)
	{
		most = 1;
		for (const char *c = node->label; *c != '\0'; c++)
			most += *c == '\n';
	}
	foreach(cell, node->items)
	{
		int			lines = title_lines(lfirst(cell));	/* Max() would ask twice, at each depth */

		most = Max(most, lines);
	}
	return most;
}

/* Writes how the classes that were used are painted. */
static void
write_classes(const MermaidWriter *writer)
{
	appendStringInfoString(writer->out, writer->frames.data);
	if (writer->exits)
		appendStringInfo(writer->out, "  classDef %s %s\n", EXIT_CLASS, EXIT_STYLE);
	for (int state = 0; state < DIAGRAM_STATES; state++)
		if (writer->used[state])
			appendStringInfo(writer->out, "  classDef %s %s\n", diagram_state_name(state), state_styles[state]);
}

void
diagram_write_mermaid(StringInfo out, const Diagram *diagram)
{
	MermaidWriter writer = {.out = out};
	int			lines = title_lines(diagram->all);
	ListCell   *cell;

	initStringInfo(&writer.frames);
	appendStringInfo(out, CONFIGURATION "flowchart TB\n", TITLE_ROOM + LINE_ROOM * Max(lines - 2, 0));
	foreach(cell, diagram->all->items)
		write_node(&writer, lfirst(cell), 1);
	foreach(cell, diagram->edges)
		write_edge(out, lfirst(cell));
	write_classes(&writer);
}
