/*
 * explanation.c
 *		Makes the rows that explain an action: the lines of its outline, and with
 *		them the statements that do the work.
 *
 * A step of two that are merged shows the one statement, the other says so. A formula
 * that reads tables has a row of its own, by its place.
 */
#include "postgres.h"

#include "definition/step_kind.h"
#include "definition/value_text.h"
#include "document/outline.h"
#include "engine/many.h"
#include "explain/explanation.h"
#include "explain/statement_plan.h"
#include "miscadmin.h"
#include "preview/watch.h"
#include "run/frame.h"
#include "steps/write_many.h"

/* What stands before the place of a formula that is a statement of its own */
#define FORMULA_PURPOSE		"formula "

/* Making the rows of one program */
typedef struct Making
{
	Explanation *explanation;
	Frame	   *frame;
	const Bitmapset *known;		/* slots whose values are, or NULL */
} Making;

/* The slots that have their values when the steps begin. */
static Bitmapset *
known_slots(const Program *program)
{
	Bitmapset  *known = NULL;

	for (int i = 0; i < program->signature->ninputs; i++)
		known = bms_add_member(known, program->input_slots[i]);
	for (int i = 0; i < CONTEXT_FIELDS; i++)
		if (program->context_slots[i] >= 0)
			known = bms_add_member(known, program->context_slots[i]);
	return known;
}

/* Adds a row. */
static ExplainRow *
add_explained_row(Making *making, const char *step)
{
	ExplainRow *row = palloc0(sizeof(ExplainRow));

	row->step = step;
	making->explanation->rows = lappend(making->explanation->rows, row);
	return row;
}

/* Puts a statement into a row. */
static void
put_statement(Making *making, ExplainRow *row, Statement *statement)
{
	StatementPlan found;

	CHECK_FOR_INTERRUPTS();
	if (statement->key != NULL && !statement->select)
		row->key_statement = statement_text(statement, true);
	row->counted = true;
	row->source = statement;
	row->statement = statement_text(statement, false);
	found = statement_plan(making->frame, statement, row->statement, making->known);
	row->plan = found.plan;
	row->locks = found.locks;
}

/* The place of the formula that a statement computes, or NULL. */
static const char *
explained_place(const Statement *statement)
{
	int			length = strlen(FORMULA_PURPOSE);

	return statement->purpose != NULL && strncmp(statement->purpose, FORMULA_PURPOSE, length) == 0 ?
		statement->purpose + length : NULL;
}

/* The statement that does the work of several steps, of which this is one; or NULL. */
static Statement *
merged_statement(const Program *program, const Step *step)
{
	ListCell   *cell;

	foreach(cell, program->statements)
	{
		Statement  *statement = lfirst(cell);

		if (statement->other_steps != NIL && (statement->step == step || list_member_ptr(statement->other_steps, step)))
			return statement;
	}
	return NULL;
}

/* Adds the statements of a step: the first goes to its row. */
static void
add_statements(Making *making, ExplainRow *row, const Step *step)
{
	const Program *program = making->frame->program;
	Statement  *merged = merged_statement(program, step);
	bool		first = true;
	ListCell   *cell;

	if (merged != NULL && merged->step == step)
		put_statement(making, row, merged);
	else if (merged != NULL)
		row->plan = psprintf("(done by the statement of step %s)", merged->step->path);
	foreach(cell, program->statements)
	{
		Statement  *statement = lfirst(cell);
		const char *place = explained_place(statement);

		bool		own = place == NULL || strcmp(place, step->path) == 0;

		if (statement->step != step || (merged != NULL && place == NULL))
			continue;
		put_statement(making, first && own ? row : add_explained_row(making, place != NULL ? place : step->path), statement);
		first = first && !own;
	}
}

/* On what it depends whether a step runs, and whether the action goes on. */
static char *
guard_of(const Step *step)
{
	const char *condition = step->kind->subject == SUBJECT_CONDITION && step->subject != NULL ?
		formula_text(step->subject->text) : NULL;

	if (step->when == NULL || condition == NULL)
		return step->when != NULL ? pstrdup(formula_text(step->when)) : condition != NULL ? pstrdup(condition) : NULL;
	return psprintf("%s\n%s", formula_text(step->when), condition);
}

/* Adds the row of a line of the outline, unless the line only adds to another. */
static void
add_line_row(Making *making, const OutlineLine *line)
{
	ExplainRow *row;

	if (line->kind == NULL || (line->step == NULL && strcmp(line->kind, LINE_OF_PLUGIN) != 0))
		return;
	row = add_explained_row(making, line->path);
	row->does = psprintf("%*s%s", 2 * line->depth, "", line->text);
	if (line->step == NULL || strcmp(line->path, line->step->path) != 0)
		return;
	row->counted = true;
	row->guard = guard_of(line->step);
	if (line->step->enabled)
		add_statements(making, row, line->step);
}

/* Is a formula of the header computed when the steps have run? */
static bool
comes_last(const Statement *statement)
{
	const char *place = explained_place(statement);

	return place != NULL && strncmp(place, "input.", strlen("input.")) != 0;
}

/* Adds the statements that belong to no step, those before the steps or those after them. */
static void
add_others(Making *making, bool last)
{
	const Program *program = making->frame->program;
	ListCell   *cell;

	foreach(cell, program->statements)
	{
		Statement  *statement = lfirst(cell);
		const char *place = explained_place(statement);

		if (statement->step == NULL && comes_last(statement) == last)
			put_statement(making, add_explained_row(making, place != NULL ? place : statement->purpose), statement);
	}
}

void
explanation_make(Explanation *explanation, Frame *frame)
{
	MemoryContext old = MemoryContextSwitchTo(explanation->mcxt);
	Making		making = {.explanation = explanation, .frame = frame};
	ListCell   *cell;

	explanation->sensitive = frame->program->sensitive;
	if (explanation->input != NULL && !explanation->sensitive)
		making.known = known_slots(frame->program);
	add_others(&making, false);
	foreach(cell, outline_of(frame->program->definition, NIL)->lines)
		add_line_row(&making, lfirst(cell));
	add_others(&making, true);
	MemoryContextSwitchTo(old);
}

ExplainRow *
explanation_row(const Explanation *explanation, const char *text)
{
	ListCell   *cell;

	foreach(cell, explanation->rows)
	{
		ExplainRow *row = lfirst(cell);

		if (row->statement != NULL &&
			(strcmp(row->statement, text) == 0 || (row->key_statement != NULL && strcmp(row->key_statement, text) == 0)))
			return row;
	}
	return NULL;
}

/* The row of a path, the first one if there is none; NULL: there are no rows. */
static ExplainRow *
row_of_refusal(const Explanation *explanation, const char *path)
{
	ListCell   *cell;

	foreach(cell, explanation->rows)
	{
		ExplainRow *row = lfirst(cell);

		if (path != NULL && strcmp(row->step, path) == 0)
			return row;
	}
	return explanation->rows != NIL ? linitial(explanation->rows) : NULL;
}

/* A statement that does the work of a step for many items, and how else its rows may be found. */
static char *
bulk_text(const ManyShape *shape, const ManyUse *use)
{
	char	   *text = statement_many_text(statement_for_many(use->statement), false, NULL, NULL);

	return !write_may_be_placed(shape, use) ? text :
		psprintf("%s\n(by this.ctid, where the targets were locked without a statement)", text);
}

/* Puts the statements into rows that do the work of steps for many items. */
static void
put_bulk_statements(const Explanation *explanation, const ManyShape *shape)
{
	ListCell   *cell;
	ListCell   *use;

	foreach(cell, explanation->rows)
	{
		ExplainRow *row = lfirst(cell);

		foreach(use, shape->uses)
		{
			if (row->source != NULL && ((const ManyUse *) lfirst(use))->statement == row->source)
				row->bulk = bulk_text(shape, lfirst(use));
		}
	}
}

/* Puts the statements that find the targets into a row before the steps. */
static void
put_bulk_targets(Explanation *explanation, const ManyShape *shape)
{
	List	   *texts = many_target_texts(shape);
	ExplainRow *row = explanation->rows != NIL ? linitial(explanation->rows) : NULL;
	StringInfoData joined;
	ListCell   *cell;

	if (texts == NIL)
		return;
	if (row == NULL || row->source == NULL || row->source != shape->program->load)
	{
		row = palloc0(sizeof(ExplainRow));
		row->step = "target";
		explanation->rows = lcons(row, explanation->rows);
	}
	initStringInfo(&joined);
	foreach(cell, texts)
		appendStringInfo(&joined, "%s%s", joined.len > 0 ? "\n" : "", (char *) lfirst(cell));
	row->bulk = joined.data;
}

void
explanation_add_bulk(Explanation *explanation, Frame *frame)
{
	MemoryContext old = MemoryContextSwitchTo(explanation->mcxt);
	ManyShape	shape = {NULL};
	ExplainRow *row;

	if (many_is_possible(frame, &shape))
	{
		put_bulk_statements(explanation, &shape);
		put_bulk_targets(explanation, &shape);
	}
	else if ((row = row_of_refusal(explanation, shape.refused_at)) != NULL)
		row->bulk = psprintf("(for one item after the other: %s)", shape.refused);
	MemoryContextSwitchTo(old);
}

/* The row of a step that is known by its path alone, or NULL. */
static ExplainRow *
row_of_path(const Explanation *explanation, const char *path)
{
	ListCell   *cell;

	foreach(cell, explanation->rows)
	{
		ExplainRow *row = lfirst(cell);

		if (row->statement == NULL && strcmp(row->step, path) == 0)
			return row;
	}
	return NULL;
}

void
explanation_add_watched(Explanation *explanation, const Watch *watch)
{
	ListCell   *cell;

	foreach(cell, watch->lines)
	{
		const WatchLine *line = lfirst(cell);
		ExplainRow *row = line->outer == NULL ? row_of_path(explanation, line->path) : NULL;

		for (int i = 0; row != NULL && i < OUTCOMES; i++)
		{
			if (i == OUTCOME_SKIPPED)
				continue;
			row->runs += line->runs[i];
			row->rows += line->rows[i];
			row->time += line->time[i];
		}
	}
}
