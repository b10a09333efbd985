/*
 * remark_branches.c
 *		Warns of branches and steps whose conditions keep them from ever running.
 *
 * A walk through the steps carries what is known where it stands: conditions that
 * are true there, from the branch it is in and from require steps before, and
 * conditions that are not. What changes anything makes it forget all of it, so
 * that no more than the steps up to the first such one profit.
 */
#include "postgres.h"

#include "definition/step_walk.h"
#include "engine/remark_branches.h"
#include "miscadmin.h"
#include "program/condition.h"
#include "steps/step_list.h"

typedef struct Walk
{
	ProblemSink *sink;
	const Condition **conditions;
	int			count;
} Walk;

/* What is known at a place; of Condition. */
typedef struct Known
{
	List	   *are_true;
	List	   *are_not;
} Known;

static const Known nothing_known = {NIL, NIL};

static void walk_steps(const Walk *walk, const List *steps, Known known);

/* The condition of a field of a step; field NULL: its subject. */
static const Condition *
step_condition(const Walk *walk, const Step *step, const char *field)
{
	const char *location = field == NULL ? step->path : psprintf("%s.%s", step->path, field);

	return condition_at(walk->conditions, walk->count, location);
}

/* Is a condition never true, by itself or where it stands? */
static bool
is_never_true(const Condition *condition, Known known)
{
	return condition != NULL &&
		(condition->truth == TRUTH_NEVER ||
		 condition_is_excluded(condition, known.are_true, known.are_not));
}

/* Adds a condition to those that are known to be true, or known not to be. */
static Known
with_condition(Known known, const Condition *condition, bool is_true)
{
	if (condition == NULL || condition->tree == NULL)
		return known;
	if (is_true)
		known.are_true = lappend(list_copy(known.are_true), unconstify(Condition *, condition));
	else
		known.are_not = lappend(list_copy(known.are_not), unconstify(Condition *, condition));
	return known;
}

/* Warns of what never runs. */
static void
warn_never(const Walk *walk, const char *location, const char *what, const char *why)
{
	problem_warn(walk->sink, location, psprintf("%s never %s: %s", what,
												strncmp(what, "the steps", 9) == 0 ? "run" : "runs", why),
				 "Change the condition, or remove what hangs on it.");
}

static const char never_true[] = "the condition is never true here";

/* Looks at the branches of a step that runs one of its lists. */
static void
walk_alternatives(const Walk *walk, const Step *step, Known known)
{
	const Condition *subject = step_condition(walk, step, NULL);
	bool		taken = false;	/* an earlier list always runs */
	int			number = 0;
	ListCell   *cell;

	foreach(cell, step->branches)
	{
		const Branch *branch = lfirst(cell);
		const Condition *condition = NULL;
		char	   *title = psprintf("the steps of \"%s\"", branch->key);

		if (strcmp(branch->key, "on_error") == 0)
		{
			walk_steps(walk, branch->steps, nothing_known);
			continue;
		}
		if (branch->when != NULL)
		{
			title = psprintf("the steps of case %d", ++number);
			condition = step_condition(walk, step, psprintf("case %d.when", number));
		}
		else if (strcmp(branch->key, "then") == 0)
			condition = subject;
		if (branch->steps != NIL && taken)
			warn_never(walk, step->path, title, "what comes before is always true");
		else if (is_never_true(condition, known))
			warn_never(walk, condition->location, title, never_true);
		walk_steps(walk, branch->steps, with_condition(known, condition, true));
		known = with_condition(known, condition, false);
		taken = taken || (condition != NULL && condition->truth == TRUTH_ALWAYS);
	}
}

/* Looks at the lists of a step that does not choose one: what is known at its begin may end with its first turn. */
static void
walk_branches(const Walk *walk, const Step *step, Known known)
{
	ListCell   *cell;

	foreach(cell, step->branches)
	{
		const Branch *branch = lfirst(cell);

		walk_steps(walk, branch->steps, strcmp(branch->key, "do") == 0 && step->kind->subject == SUBJECT_TITLE ?
				   known : nothing_known);
	}
}

/* Does a step only ask, so that what was known before it is so after it? */
static bool
only_asks(const Step *step)
{
	return step->kind->subject == SUBJECT_CONDITION && step->branches == NIL;
}

/* Looks at one step. */
static void
walk_step(const Walk *walk, const Step *step, Known known)
{
	const Condition *when = step->when == NULL ? NULL : step_condition(walk, step, "when");
	const Condition *handles = step_branch(step, "on_error") == NULL ? NULL : step_condition(walk, step, "on_error_when");

	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (is_never_true(when, known))
		warn_never(walk, when->location, psprintf("step %s", step->path), never_true);
	if (handles != NULL && handles->truth == TRUTH_NEVER)
		warn_never(walk, handles->location, "the steps of \"on_error\"", never_true);
	known = with_condition(known, when, true);
	if (only_asks(step) && is_never_true(step_condition(walk, step, NULL), known))
		problem_warn(walk->sink, step->path, "the requirement is never met here",
					 "Change the condition, or say \"stop\" if that is what it is for.");
	if (step->kind->runs_one_list)
		walk_alternatives(walk, step, known);
	else
		walk_branches(walk, step, known);
}

/* Looks at a list of steps. */
static void
walk_steps(const Walk *walk, const List *steps, Known known)
{
	ListCell   *cell;

	foreach(cell, steps)
	{
		const Step *step = lfirst(cell);

		if (!step->enabled)
			continue;
		walk_step(walk, step, known);
		if (!only_asks(step))
			known = nothing_known;
		else if (step->when == NULL)
			known = with_condition(known, step_condition(walk, step, NULL), true);
	}
}

void
remark_branches(Compiler *compiler)
{
	Walk		walk = {
		.sink = compiler->findings.sink,
		.conditions = conditions_by_place(&compiler->findings),
		.count = list_length(compiler->findings.conditions),
	};

	walk_steps(&walk, compiler->program->definition->steps, nothing_known);
}
