/*
 * diagram.c
 *		The picture of an action: what follows what, which ways there are, what
 *		happens when something fails.
 *
 * The graph is made here, from the definition alone; each format is written by a
 * file of its own. Ids are made of paths, so that pictures of two versions differ
 * where the versions do.
 *
 * Drawing goes along the steps with the ends that are loose: edges that lead to
 * whatever is drawn next. What cannot be read is left out, and a note says so.
 */
#include "postgres.h"

#include "base/listing.h"
#include "base/text_list.h"
#include "definition/definition.h"
#include "definition/fields.h"
#include "definition/stage.h"
#include "definition/step_kind.h"
#include "definition/value_text.h"
#include "document/diagram.h"
#include "document/diagram_dot.h"
#include "document/diagram_label.h"
#include "document/diagram_mermaid.h"
#include "document/diagram_words.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(custom_action_draw_definition);

/* Lines of a label, and their length in characters */
#define SHORT_PATH		8
#define NODE_WIDTH		34
#define NODE_LINES		3
#define FRAME_WIDTH		60
#define FRAME_LINES		2
#define EDGE_WIDTH		28
#define EDGE_LINES		2

typedef struct DiagramFormat
{
	const char *name;
	DiagramWriter write;
} DiagramFormat;

static const DiagramFormat formats[] = {
	{"mermaid", diagram_write_mermaid},
	{"dot", diagram_write_dot}
};

typedef struct Drawing
{
	Diagram    *diagram;
	DiagramNode *frame;			/* what is drawn now is in it */
	List	   *ends;			/* of DiagramEdge: loose ones, the next node is their end */
	List	   *stops;			/* the same, of stops that succeed */
	const Json *traced;			/* what became of steps, see diagram_trace.c; or NULL */
} Drawing;

static void draw_steps(Drawing *drawing, const List *steps);

/* A loose end. */
static DiagramEdge *
end_from(DiagramNode *from, const char *label)
{
	DiagramEdge *edge = palloc0(sizeof(DiagramEdge));

	edge->from = from;
	edge->label = label == NULL ? NULL : label_wrap(label, EDGE_WIDTH, EDGE_LINES);
	return edge;
}

/* Adds a node to the frame. */
static DiagramNode *
place_node(Drawing *drawing, DiagramShape shape, char *id, char *label)
{
	DiagramNode *node = palloc0(sizeof(DiagramNode));

	node->id = id;
	node->label = label;
	node->shape = shape;
	drawing->frame->items = lappend(drawing->frame->items, node);
	return node;
}

/* Ties loose ends to a node. */
static void
tie_ends(Drawing *drawing, List *ends, DiagramNode *node)
{
	ListCell   *cell;

	foreach(cell, ends)
		((DiagramEdge *) lfirst(cell))->to = node;
	drawing->diagram->edges = list_concat(drawing->diagram->edges, ends);
}

/* Goes on from a node: what was loose leads to it, and one end leads on. */
static void
go_through(Drawing *drawing, DiagramNode *node)
{
	tie_ends(drawing, drawing->ends, node);
	drawing->ends = list_make1(end_from(node, NULL));
}

/* An id: a prefix, a path with '_' for '.', a suffix. */
static char *
path_id(const char *prefix, const char *path, const char *suffix)
{
	StringInfoData id;

	initStringInfo(&id);
	appendStringInfoString(&id, prefix);
	for (; *path != '\0'; path++)
		if (*path != ' ')
			appendStringInfoChar(&id, *path == '.' ? '_' : *path);
	appendStringInfoString(&id, suffix);
	return id.data;
}

/* Adds a line to a label. */
static char *
with_line(const char *label, const char *line)
{
	return psprintf("%s\n%s", label, line);
}

/* The label of a step's node: a long path has a line of its own. */
static char *
step_label(const Step *step, const char *words)
{
	if (strlen(step->path) <= SHORT_PATH)
		return label_wrap(psprintf("%s: %s", step->path, words), NODE_WIDTH, NODE_LINES);
	return with_line(label_wrap(step->path, NODE_WIDTH, NODE_LINES), label_wrap(words, NODE_WIDTH, NODE_LINES));
}

/* Paints a node by what became of its step, and says it. */
static void
paint(const Drawing *drawing, DiagramNode *node, const char *traced_as)
{
	const char *words;
	DiagramState state = trace_state(drawing->traced, traced_as, &words);

	if (state != DIAGRAM_PLAIN)
		node->state = state;
	if (words != NULL)
		node->label = with_line(node->label, words);
}

/* Adds the node of a step, and comes to it. */
static DiagramNode *
come_to_step(Drawing *drawing, DiagramShape shape, const Step *step, const char *words)
{
	DiagramNode *node = place_node(drawing, shape, path_id("s", step->path, ""), step_label(step, words));

	go_through(drawing, node);
	paint(drawing, node, step->path);
	return node;
}

/* The list of steps of this key below a step that is not empty, or NULL. */
static const Branch *
branch_with_steps(const Step *step, const char *key)
{
	ListCell   *cell;

	foreach(cell, step->branches)
	{
		const Branch *branch = lfirst(cell);

		if (strcmp(branch->key, key) == 0)
			return branch->steps != NIL ? branch : NULL;
	}
	return NULL;
}

/* Does one of several lists of steps run? */
static bool
is_choice(const StepKind *kind)
{
	return kind->runs_one_list && key_find(kind->arguments, "do") == NULL;
}

/* Is a step more than a node? Then a node before it asks whether it is to run. */
static bool
is_composed(const Step *step)
{
	const StepKind *kind = step->kind;

	return is_choice(kind) || kind->ends || kind->refuses || branch_with_steps(step, "do") != NULL;
}

/* A simple step, with its condition if it has one. */
static DiagramNode *
draw_simple(Drawing *drawing, const Step *step)
{
	DiagramShape shape = step->kind->performs ? SHAPE_ACTION : SHAPE_STEP;
	const char *action = step->kind->performs ? step->subject->text : NULL;
	const char *words = action != NULL ? diagram_described(step, action) : diagram_words(step);
	DiagramNode *node;

	node = place_node(drawing, shape, path_id("s", step->path, ""), step_label(step, words));
	go_through(drawing, node);
	if (action != NULL && words != action)
		node->label = with_line(node->label, label_wrap(action, NODE_WIDTH, 1));
	if (!step->enabled)
	{
		node->state = DIAGRAM_DISABLED;
		node->label = with_line(node->label, "(disabled)");
		return node;
	}
	if (step->when != NULL)
		node->label = with_line(node->label,
								label_wrap(psprintf("only if %s", formula_text(step->when)), NODE_WIDTH, 2));
	paint(drawing, node, step->path);
	return node;
}

/* An exit: nothing leads on from it. */
static DiagramNode *
draw_exit(Drawing *drawing, const Step *step)
{
	bool		succeeds = strcmp(step->subject->text, "succeeded") == 0;
	DiagramNode *node = come_to_step(drawing, succeeds ? SHAPE_TERMINAL : SHAPE_EXIT, step, diagram_words(step));

	/* What is answered then is what the end of the action answers. */
	if (succeeds)
		drawing->stops = list_concat(drawing->stops, drawing->ends);
	drawing->ends = NIL;
	return node;
}

/* A condition that the action depends on, with its exit. */
static DiagramNode *
draw_check(Drawing *drawing, const Step *step)
{
	const Json *message = step_argument(step, "message");
	DiagramNode *node = come_to_step(drawing, SHAPE_QUESTION, step,
									 diagram_described(step, formula_text(step->subject->text)));
	DiagramNode *exit;
	const char *words;

	if (message == NULL)
		words = "canceled";
	else
		words = message->kind == JSON_IS_STRING ? message->text : value_text(message);

	/* The edge has no label, with which Mermaid may put the exit far away. */
	exit = place_node(drawing, SHAPE_EXIT, path_id("s", step->path, "_else"),
					  label_wrap(psprintf("else: %s", words), NODE_WIDTH, NODE_LINES));
	if (node->state == DIAGRAM_FAILED)
		exit->state = DIAGRAM_FAILED;
	tie_ends(drawing, list_make1(end_from(node, NULL)), exit);
	return node;
}

/* Ways of which one is taken. */
static DiagramNode *
draw_choice(Drawing *drawing, const Step *step)
{
	DiagramNode *node = come_to_step(drawing, SHAPE_QUESTION, step, diagram_question(step));
	List	   *after = NIL;
	bool		otherwise = false;
	int			number = 0;
	ListCell   *cell;

	foreach(cell, step->branches)
	{
		const Branch *branch = lfirst(cell);

		if (strcmp(branch->key, "on_error") == 0)
			continue;
		otherwise = otherwise || strcmp(branch->key, "else") == 0;
		drawing->ends = list_make1(end_from(node, diagram_way(step, branch, number)));
		if (strcmp(branch->key, BRANCH_CASE) == 0)
			number++;
		draw_steps(drawing, branch->steps);
		after = list_concat(after, drawing->ends);
	}
	if (!otherwise)
		after = lappend(after, end_from(node, step->kind->subject == SUBJECT_CONDITION &&
										diagram_described(step, NULL) == NULL ? "no" : "otherwise"));
	drawing->ends = after;
	return node;
}

/* Begins a frame for a step; the one around it is to come back. */
static DiagramNode *
begin_frame(Drawing *drawing, DiagramShape shape, const Step *step, const char *words)
{
	DiagramNode *frame = place_node(drawing, shape, path_id("g", step->path, ""),
									label_wrap(psprintf("%s: %s", step->path, words), FRAME_WIDTH, FRAME_LINES));
	const char *became;

	drawing->frame = frame;
	frame->state = trace_state(drawing->traced, step->path, &became);

	/*
	 * What went wrong is told by the step inside, and where the picture
	 * begins.
	 */
	if (became != NULL)
		frame->label = with_line(frame->label, pnstrdup(became, strcspn(became, ":\n")));
	return frame;
}

/* The first step of a list that is not disabled: it is come to in every turn. NULL: none. */
static const Step *
first_enabled(const List *steps)
{
	ListCell   *cell;

	foreach(cell, steps)
	{
		if (((const Step *) lfirst(cell))->enabled)
			return lfirst(cell);
	}
	return NULL;
}

/* Says of a loop how many turns there were. */
static void
tell_turns(const Drawing *drawing, DiagramNode *frame, const Step *step, const List *steps)
{
	const Step *first = first_enabled(steps);
	int64		turns = first == NULL ? 0 : trace_count(drawing->traced, first->path);
	const char *words;

	(void) trace_state(drawing->traced, step->path, &words);
	if (frame->state == DIAGRAM_PLAIN || first == NULL)
		return;
	frame->label = psprintf("%s%s" INT64_FORMAT " %s", frame->label, words != NULL ? ", " : "\n",
							turns, turns == 1 ? "turn" : "turns");
}

/* Steps that are repeated. At their end the next turn begins, or what comes after the loop. */
static DiagramNode *
draw_loop(Drawing *drawing, const Step *step)
{
	const Branch *body = branch_with_steps(step, "do");
	DiagramNode *outer = drawing->frame;
	DiagramNode *frame = begin_frame(drawing, SHAPE_LOOP, step, diagram_words(step));
	DiagramNode *turn;
	DiagramEdge *back;
	List	   *before = NIL;
	ListCell   *cell;

	tell_turns(drawing, frame, step, body->steps);
	/* Without a turn, what is before leads past a body that never ends. */
	foreach(cell, drawing->ends)
		before = lappend(before, end_from(((const DiagramEdge *) lfirst(cell))->from, "no turn"));
	draw_steps(drawing, body->steps);
	if (drawing->ends != NIL)
	{
		turn = place_node(drawing, SHAPE_TURN, path_id("s", step->path, "_next"), pstrdup("next turn"));
		go_through(drawing, turn);
		back = end_from(turn, NULL);
		back->to = linitial(frame->items);
		while (back->to->items != NIL)
			back->to = linitial(back->to->items);
		back->back = true;
		drawing->diagram->edges = lappend(drawing->diagram->edges, back);
		((DiagramEdge *) linitial(drawing->ends))->label = pstrdup("after the last");
	}
	else
		drawing->ends = before;
	drawing->frame = outer;
	return frame;
}

/* Steps in a frame. */
static DiagramNode *
draw_group(Drawing *drawing, const Step *step)
{
	DiagramNode *outer = drawing->frame;
	DiagramNode *frame = begin_frame(drawing, SHAPE_GROUP, step, diagram_words(step));

	draw_steps(drawing, branch_with_steps(step, "do")->steps);
	drawing->frame = outer;
	return frame;
}

/* Ways of which one is taken, in a frame: an error of any of them is handled. */
static DiagramNode *
draw_choice_as_whole(Drawing *drawing, const Step *step)
{
	DiagramNode *outer = drawing->frame;
	DiagramNode *frame = begin_frame(drawing, SHAPE_GROUP, step, "as a whole");

	(void) draw_choice(drawing, step);
	drawing->frame = outer;
	return frame;
}

/* A step without its handlers; returns the node that they come from. */
static DiagramNode *
draw_work(Drawing *drawing, const Step *step, bool handled)
{
	if (is_choice(step->kind))
		return handled ? draw_choice_as_whole(drawing, step) : draw_choice(drawing, step);
	if (step->kind->ends)
		return draw_exit(drawing, step);
	if (step->kind->refuses)
		return draw_check(drawing, step);
	if (branch_with_steps(step, "do") == NULL)
		return draw_simple(drawing, step);
	return step->kind->scoped ? draw_loop(drawing, step) : draw_group(drawing, step);
}

/* What happens when a step fails. */
static void
draw_handler(Drawing *drawing, const Step *step, const Branch *handler, DiagramNode *failed)
{
	const char *error_when = json_get_text(step->json, "on_error_when");
	const char *label = error_when == NULL ? "if it fails" :
		psprintf("if it fails and %s", formula_text(error_when));
	DiagramEdge *edge = end_from(failed, label);
	List	   *after = drawing->ends;

	edge->error = true;
	drawing->ends = list_make1(edge);
	draw_steps(drawing, handler->steps);
	drawing->ends = list_concat(after, drawing->ends);
}

/* The handler of a step, or NULL. */
static const Branch *
step_handler(const Step *step)
{
	ListCell   *cell;

	foreach(cell, step->branches)
	{
		if (strcmp(((const Branch *) lfirst(cell))->key, "on_error") == 0)
			return lfirst(cell);
	}
	return NULL;
}

/* Asks whether a step is to run; returns the ends that lead past it. */
static List *
draw_when(Drawing *drawing, const Step *step)
{
	DiagramNode *node = place_node(drawing, SHAPE_QUESTION, path_id("s", step->path, "_when"),
								   step_label(step, formula_text(step->when)));

	if (trace_count(drawing->traced, step->path) > 0)
		node->state = DIAGRAM_RUN;
	tie_ends(drawing, drawing->ends, node);
	drawing->ends = list_make1(end_from(node, "yes"));
	return list_make1(end_from(node, "no"));
}

/* A step and what is below it. */
static void
draw_step(Drawing *drawing, const Step *step)
{
	const Branch *handler = step_handler(step);
	List	   *past = NIL;
	DiagramNode *node;

	if (!step->enabled)
	{
		(void) draw_simple(drawing, step);
		return;
	}
	if (step->when != NULL && is_composed(step))
		past = draw_when(drawing, step);
	node = draw_work(drawing, step, handler != NULL);
	if (handler != NULL)
		draw_handler(drawing, step, handler, node);
	drawing->ends = list_concat(drawing->ends, past);
}

/* A list of steps. */
static void
draw_steps(Drawing *drawing, const List *steps)
{
	ListCell   *cell;

	check_stack_depth();
	foreach(cell, steps)
	{
		CHECK_FOR_INTERRUPTS();
		draw_step(drawing, lfirst(cell));
	}
}

/* Sorts plug-ins by rank; those of one rank stay in their order, since the sort is by insertion. */
static List *
plugins_of_stage(const Json *plugins, Stage stage)
{
	List	   *sorted = NIL;
	List	   *ranks = NIL;

	for (int i = 0; plugins != NULL && i < plugins->count; i++)
	{
		const char *name = json_get_text(plugins->items[i], "stage");
		const Json *rank = json_get(plugins->items[i], "rank");
		int			number = 1;
		int			place = 0;

		if (name == NULL || stage_find(name) != stage)
			continue;
		if (rank != NULL)
			(void) integer_parse(rank, &number);
		while (place < list_length(ranks) && list_nth_int(ranks, place) <= number)
			place++;
		sorted = list_insert_nth(sorted, place, plugins->items[i]);
		ranks = list_insert_nth_int(ranks, place, number);
	}
	return sorted;
}

/* The plug-ins of a stage, one after the other. */
static void
draw_plugins(Drawing *drawing, const Json *plugins, Stage stage)
{
	ListCell   *cell;

	foreach(cell, plugins_of_stage(plugins, stage))
	{
		const Json *plugin = lfirst(cell);
		Registration registration = {.json = plugin};
		const char *title = psprintf("%s: %s", stage_name(stage), json_get_text(plugin, "function"));
		DiagramNode *node = place_node(drawing, SHAPE_PLUGIN,
									   psprintf("p_%s_%d", stage_name(stage), foreach_current_index(cell) + 1),
									   label_wrap(title, NODE_WIDTH, NODE_LINES));

		fields_read(plugin_keys, plugin, &registration);
		go_through(drawing, node);
		if (registration.description != NULL)
			node->label = with_line(node->label, label_wrap(registration.description, NODE_WIDTH, 2));
		if (!registration.enabled)
			node->state = DIAGRAM_DISABLED;
		else
			paint(drawing, node, title);
	}
}

/* Appends "input: a, b" as lines of a label. */
static void
append_parameters(StringInfo label, const char *title, const List *parameters)
{
	StringInfoData names;
	ListCell   *cell;

	if (parameters == NIL)
		return;
	initStringInfo(&names);
	foreach(cell, parameters)
		append_element(&names, foreach_current_index(cell) == 0, ((const Parameter *) lfirst(cell))->name);
	appendStringInfo(label, "%s%s", label->len > 0 ? "\n" : "",
					 label_wrap(psprintf("%s: %s", title, names.data), NODE_WIDTH, NODE_LINES));
}

/* Where the action begins: its name, what it is bound to, its inputs; of an invocation, what became of it. */
static void
draw_begin(Drawing *drawing, const Definition *definition, const Json *invocation)
{
	const char *name = definition->action != NULL ? definition->action : "(unnamed)";
	const char *note = json_get_text(invocation, "note");
	StringInfoData label;
	DiagramNode *node;

	initStringInfo(&label);
	appendStringInfoString(&label, label_wrap(name, NODE_WIDTH, 2));
	if (definition->table != NULL)
		appendStringInfo(&label, "\n%s", label_wrap(psprintf("%s %s", definition->collection ? "table:" : "target: a row of",
															 definition->table), NODE_WIDTH, 2));
	append_parameters(&label, "input", definition->inputs);
	if (note != NULL)
		appendStringInfo(&label, "\n%s", label_wrap(note, NODE_WIDTH, NODE_LINES));
	node = place_node(drawing, SHAPE_TERMINAL, pstrdup("begin"), label.data);
	go_through(drawing, node);
	if (invocation != NULL)
		node->state = DIAGRAM_RUN;
}

/* Where it ends: its outputs. */
static void
draw_finish(Drawing *drawing, const Definition *definition, const Json *invocation)
{
	const char *status = json_get_text(invocation, "status");
	StringInfoData label;
	DiagramNode *node;

	initStringInfo(&label);
	append_parameters(&label, "output", definition->outputs);
	node = place_node(drawing, SHAPE_TERMINAL, pstrdup("finish"), label.len > 0 ? label.data : pstrdup("done"));
	go_through(drawing, node);
	if (status != NULL && strcmp(status, "succeeded") == 0)
		node->state = DIAGRAM_RUN;
}

/* Says how much is left out of the picture. */
static void
draw_note(Drawing *drawing, int problems)
{
	if (problems > 0)
		(void) place_node(drawing, SHAPE_NOTE, pstrdup("note"),
						  label_wrap(psprintf("%d %s not understood and may be missing here: check_action tells what",
											  problems, problems == 1 ? "part was" : "parts were"), NODE_WIDTH, NODE_LINES));
}

/* The graph of an action; invocation: what became of it in one, or NULL. */
static Diagram *
draw_definition(Json *document, const Json *invocation)
{
	ProblemSink sink = {.collect = true, .mcxt = CurrentMemoryContext};
	Definition *definition = definition_parse(document, &sink);
	Diagram    *diagram = palloc0(sizeof(Diagram));
	Drawing		drawing = {.diagram = diagram};

	diagram->all = palloc0(sizeof(DiagramNode));
	drawing.frame = diagram->all;
	drawing.traced = invocation == NULL ? NULL : json_get(invocation, "steps");
	draw_begin(&drawing, definition, invocation);
	for (int stage = 0; stage < STAGES; stage++)
		if (stage_has(stage, STAGE_TAKES_INPUT))
			draw_plugins(&drawing, definition->plugins, stage);
	draw_steps(&drawing, definition->steps);
	drawing.ends = list_concat(drawing.ends, drawing.stops);
	for (int stage = 0; stage < STAGES; stage++)
		if (!stage_has(stage, STAGE_TAKES_INPUT))
			draw_plugins(&drawing, definition->plugins, stage);
	draw_finish(&drawing, definition, invocation);
	draw_note(&drawing, list_length(sink.problems));
	return diagram;
}

/* Finds a format; raises if there is none of this name. */
static DiagramWriter
require_format(const char *name)
{
	StringInfoData known;

	initStringInfo(&known);
	for (int i = 0; i < lengthof(formats); i++)
	{
		if (pg_strcasecmp(formats[i].name, name) == 0)
			return formats[i].write;
		appendStringInfo(&known, "%s\"%s\"", i == 0 ? "" : ", ", formats[i].name);
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("there is no format \"%s\" of pictures", name),
			 errhint("It is one of: %s.", known.data)));
}

/* SQL: the picture of a definition in a format, NULL for the first; of an invocation, what became of it, or NULL. */
Datum
custom_action_draw_definition(PG_FUNCTION_ARGS)
{
	StringInfoData out;
	DiagramWriter write;
	Json	   *invocation;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	write = PG_ARGISNULL(1) ? formats[0].write : require_format(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	invocation = PG_ARGISNULL(2) ? NULL : json_parse(text_to_cstring(PG_GETARG_TEXT_PP(2)));
	initStringInfo(&out);
	write(&out, draw_definition(json_parse(text_to_cstring(PG_GETARG_TEXT_PP(0))), invocation));
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}
