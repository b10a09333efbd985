/*
 * state_diagram.c
 *		Which states of a table's rows lead to which others, as a picture: a
 *		stateDiagram of Mermaid.
 *
 * States are boxes in the order of the enum, or else in which actions name them. An
 * arrow is labelled with the actions that take it; what is only known when a step
 * runs is told in a note.
 */
#include "postgres.h"

#include <ctype.h>

#include "base/text_list.h"
#include "document/diagram_label.h"
#include "document/diagram_mermaid.h"
#include "document/state_column.h"
#include "document/state_default.h"
#include "document/transitions.h"
#include "fmgr.h"
#include "lookup/enum_labels.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(custom_action_state_diagram);

#define STATE_WIDTH		40
#define STATE_LINES		2
#define LABEL_WIDTH		32
#define LABEL_LINES		8
#define NOTE_LINES		20

/* Ids of boxes and ends that are no state; others are "s1", "s2", ... */
#define NEW_ROW			"[*]"
#define NO_STATE		"none"
#define ANY_STATE		"any"
#define COMPUTED		"computed"

/* An arrow, and who takes it. */
typedef struct StateArrow
{
	const char *from;			/* ids */
	const char *to;
	List	   *labels;			/* of char * */
} StateArrow;

typedef struct StateDrawing
{
	const StateColumn *column;
	List	   *states;			/* of char *: number 1 is the first */
	List	   *arrows;			/* of StateArrow */
	List	   *notes;			/* of char *: what is computed */
	bool		none;			/* these boxes are needed */
	bool		any;
	bool		computed;
} StateDrawing;

/* The id of a state's box. */
static const char *
state_id(StateDrawing *drawing, const char *state)
{
	int			number = 1;
	ListCell   *cell;

	if (state == NULL)
	{
		drawing->none = true;
		return NO_STATE;
	}
	foreach(cell, drawing->states)
	{
		if (states_are_one(drawing->column, lfirst(cell), state))
			return psprintf("s%d", number);
		number++;
	}
	drawing->states = lappend(drawing->states, unconstify(char *, state));
	return psprintf("s%d", number);
}

/* The id of what a value gives, and a note if that is computed. */
static const char *
value_id(StateDrawing *drawing, const StateValue *value, const char *word, const char *who)
{
	char	   *note;

	if (value->formula == NULL)
		return state_id(drawing, value->state);
	note = psprintf("%s: %s %s", who, word, value->formula);
	if (!text_list_has(drawing->notes, note))
		drawing->notes = lappend(drawing->notes, note);
	drawing->computed = true;
	return COMPUTED;
}

/* Draws an arrow, or labels the one that is there. */
static void
draw_arrow(StateDrawing *drawing, const char *from, const char *to, const char *label)
{
	StateArrow *arrow = NULL;
	ListCell   *cell;

	foreach(cell, drawing->arrows)
	{
		arrow = lfirst(cell);
		if (strcmp(arrow->from, from) == 0 && strcmp(arrow->to, to) == 0)
			break;
		arrow = NULL;
	}
	if (arrow == NULL)
	{
		arrow = palloc0(sizeof(StateArrow));
		arrow->from = from;
		arrow->to = to;
		drawing->arrows = lappend(drawing->arrows, arrow);
	}
	if (!text_list_has(arrow->labels, label))
		arrow->labels = lappend(arrow->labels, unconstify(char *, label));
}

/* Draws one way, from each of its states. */
static void
draw_transition(StateDrawing *drawing, const Transition *transition)
{
	const char *action = transition->action;
	const char *to;
	ListCell   *cell;

	/*
	 * boxes are numbered as they are met: what comes first is to have the
	 * first number
	 */
	foreach(cell, transition->from)
		(void) value_id(drawing, lfirst(cell), "from", action);
	to = value_id(drawing, transition->to, "to", action);
	foreach(cell, transition->from)
		draw_arrow(drawing, value_id(drawing, lfirst(cell), "from", action), to, action);
	if (transition->creates)
		draw_arrow(drawing, NEW_ROW, to, action);
	else if (transition->from == NIL)
	{
		drawing->any = true;
		draw_arrow(drawing, ANY_STATE, to, action);
	}
}

/* Writes a text where Mermaid takes all of it for text. */
static void
write_text(StringInfo out, const char *text, int width, int lines)
{
	for (const char *c = label_wrap(text, width, lines); *c != '\0'; c++)
	{
		if (*c == '\n')
			appendStringInfoString(out, "<br/>");
		else if (isalnum((unsigned char) *c) || IS_HIGHBIT_SET(*c) || strchr(" ,()", *c) != NULL ||
				 ((*c == '_' || *c == '.') && isalnum((unsigned char) c[1])))
			appendStringInfo(out, mermaid_takes_word(c) ? "#%d;" : "%c", *c);
		else
			appendStringInfo(out, "#%d;", *c);
	}
}

/* Writes a box with its text. */
static void
write_box(StringInfo out, const char *id, const char *text)
{
	appendStringInfoString(out, "  state \"");
	write_text(out, text, STATE_WIDTH, STATE_LINES);
	appendStringInfo(out, "\" as %s\n", id);
}

/* Writes what is computed, and by whom. */
static void
write_note(StringInfo out, const List *notes)
{
	ListCell   *cell;

	appendStringInfoString(out, "  note right of " COMPUTED "\n");
	foreach(cell, notes)
	{
		appendStringInfoString(out, "    ");
		write_text(out, lfirst(cell), STATE_WIDTH, NOTE_LINES);
		appendStringInfoChar(out, '\n');
	}
	appendStringInfoString(out, "  end note\n");
}

/* Writes all of it. */
static void
write_drawing(StringInfo out, const StateDrawing *drawing)
{
	int			number = 1;
	ListCell   *cell;

	appendStringInfoString(out, "stateDiagram-v2\n");
	foreach(cell, drawing->states)
		write_box(out, psprintf("s%d", number++), *(char *) lfirst(cell) != '\0' ? lfirst(cell) : "''");
	if (drawing->none)
		write_box(out, NO_STATE, "no state");
	if (drawing->any)
		write_box(out, ANY_STATE, "any state");
	if (drawing->computed)
		write_box(out, COMPUTED, "computed");
	foreach(cell, drawing->arrows)
	{
		const StateArrow *arrow = lfirst(cell);

		appendStringInfo(out, "  %s --> %s : ", arrow->from, arrow->to);
		write_text(out, text_list_join(arrow->labels), LABEL_WIDTH, LABEL_LINES);
		appendStringInfoChar(out, '\n');
	}
	if (drawing->notes != NIL)
		write_note(out, drawing->notes);
}

/* state_diagram(table, column) */
Datum
custom_action_state_diagram(PG_FUNCTION_ARGS)
{
	const StateColumn *column = state_column_asked_for(fcinfo);
	StateDrawing drawing = {.column = column, .states = enum_labels(column->type)};
	const StateValue *initial = state_default(linitial(column->places));
	StringInfoData out;
	ListCell   *cell;

	if (initial->formula == NULL && initial->state != NULL)
		draw_arrow(&drawing, NEW_ROW, state_id(&drawing, initial->state), "by default");
	foreach(cell, column->transitions)
		draw_transition(&drawing, lfirst(cell));
	initStringInfo(&out);
	write_drawing(&out, &drawing);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}
