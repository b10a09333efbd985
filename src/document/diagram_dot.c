/*
 * diagram_dot.c
 *		Writes a picture as a graph of Graphviz, for its program dot.
 *
 * Graphviz draws edges between nodes only: one from a frame begins at the last
 * node inside, and is cut at the frame.
 */
#include "postgres.h"

#include "document/diagram_dot.h"
#include "miscadmin.h"

static const char *const shapes[DIAGRAM_SHAPES] = {
	[SHAPE_TERMINAL] = "shape=box, style=\"rounded,filled,bold\"",
	[SHAPE_STEP] = NULL,
	[SHAPE_QUESTION] = "shape=hexagon",
	[SHAPE_ACTION] = "shape=box, peripheries=2",
	[SHAPE_PLUGIN] = "shape=parallelogram",
	[SHAPE_TURN] = "shape=ellipse",
	[SHAPE_EXIT] = "shape=box, style=\"rounded,filled\"",
	[SHAPE_NOTE] = "shape=note"
};

#define EXIT_COLORS	"fillcolor=\"#fdf0ed\", color=\"#b5493a\""

static const char *const state_colors[DIAGRAM_STATES] = {
	[DIAGRAM_DISABLED] = "style=\"filled,dashed\", fillcolor=\"#eeeeee\", color=\"#aaaaaa\", fontcolor=\"#777777\"",
	[DIAGRAM_SKIPPED] = "fillcolor=\"#e4e7eb\", color=\"#8a94a0\", fontcolor=\"#333333\"",
	[DIAGRAM_RUN] = "fillcolor=\"#d9f2e0\", color=\"#2f8a4c\"",
	[DIAGRAM_UNDONE] = "fillcolor=\"#ece3f7\", color=\"#7b57b0\"",
	[DIAGRAM_UNFINISHED] = "fillcolor=\"#dcebfb\", color=\"#3973b5\"",
	[DIAGRAM_HANDLED] = "fillcolor=\"#fff1c9\", color=\"#b98a11\"",
	[DIAGRAM_FAILED] = "fillcolor=\"#f9c9c4\", color=\"#b3261e\""
};

/* Writes label="...": entities of HTML would be read in it. */
static void
write_quoted(StringInfo out, const char *label)
{
	appendStringInfoString(out, "label=\"");
	for (const char *c = label; *c != '\0'; c++)
		if (*c == '\n')
			appendStringInfoString(out, "\\n");
		else if (*c == '&')
			appendStringInfoString(out, "&amp;");
		else if (*c == '"' || *c == '\\')
			appendStringInfo(out, "\\%c", *c);
		else
			appendStringInfoChar(out, *c);
	appendStringInfoChar(out, '"');
}

/* Appends an attribute, or some. */
static void
write_attributes(StringInfo out, const char *attributes)
{
	if (attributes != NULL)
		appendStringInfo(out, ", %s", attributes);
}

/* Writes a node, or a frame with what is in it. */
static void
write_item(StringInfo out, const DiagramNode *node, int depth)
{
	ListCell   *cell;

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	appendStringInfoSpaces(out, 2 * depth);
	if (node->items == NIL)
	{
		appendStringInfo(out, "%s [", node->id);
		write_quoted(out, node->label);
		write_attributes(out, shapes[node->shape]);
		if (node->state != DIAGRAM_PLAIN)
			write_attributes(out, state_colors[node->state]);
		else if (node->shape == SHAPE_EXIT)
			write_attributes(out, EXIT_COLORS);
		appendStringInfoString(out, "];\n");
		return;
	}
	appendStringInfo(out, "subgraph cluster_%s {\n", node->id);
	appendStringInfoSpaces(out, 2 * depth + 2);
	appendStringInfoString(out, "graph [");
	write_quoted(out, node->label);
	if (node->state != DIAGRAM_PLAIN)
		appendStringInfo(out, ", style=\"filled,rounded\", %s", state_colors[node->state]);
	appendStringInfoString(out, "];\n");
	foreach(cell, node->items)
		write_item(out, lfirst(cell), depth + 1);
	appendStringInfoSpaces(out, 2 * depth);
	appendStringInfoString(out, "}\n");
}

/* The last node in a frame; of a node, itself. */
static const DiagramNode *
last_node(const DiagramNode *node)
{
	while (node->items != NIL)
		node = llast(node->items);
	return node;
}

/* Writes an edge. */
static void
write_arrow(StringInfo out, const DiagramEdge *edge)
{
	const char *separator = "";

	appendStringInfo(out, "  %s -> %s [", last_node(edge->from)->id, edge->to->id);
	if (edge->label != NULL)
	{
		write_quoted(out, edge->label);
		separator = ", ";
	}
	if (edge->from->items != NIL)
	{
		appendStringInfo(out, "%sltail=cluster_%s", separator, edge->from->id);
		separator = ", ";
	}
	if (edge->error || edge->back)
		appendStringInfo(out, "%sstyle=dashed%s", separator, edge->back ? ", constraint=false" : "");
	appendStringInfoString(out, "];\n");
}

void
diagram_write_dot(StringInfo out, const Diagram *diagram)
{
	ListCell   *cell;

	appendStringInfoString(out,
						   "digraph action {\n"
						   "  graph [compound=true, fontname=\"Helvetica\", fontsize=10, nodesep=0.3, ranksep=0.35, style=rounded, color=\"#999999\"];\n"
						   "  node [shape=box, style=filled, fillcolor=white, fontname=\"Helvetica\", fontsize=10];\n"
						   "  edge [fontname=\"Helvetica\", fontsize=9];\n");
	foreach(cell, diagram->all->items)
		write_item(out, lfirst(cell), 1);
	foreach(cell, diagram->edges)
		write_arrow(out, lfirst(cell));
	appendStringInfoString(out, "}\n");
}
