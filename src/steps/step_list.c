/*
 * step_list.c
 *		Compiles and runs lists of steps: the action's own, and those below a
 *		step.
 *
 * A step may hold lists, so this and what holds them call each other: the one
 * circle between our files.
 */
#include "postgres.h"

#include "base/deadline.h"
#include "compile/let_types.h"
#include "miscadmin.h"
#include "run/evaluate.h"
#include "run/frame.h"
#include "run/item_set.h"
#include "run/observer.h"
#include "steps/creates.h"
#include "steps/many.h"
#include "steps/merge.h"
#include "steps/on_error.h"
#include "steps/step_list.h"

typedef struct StepWork
{
	Compiler   *compiler;
	Instruction *instruction;
} StepWork;

static void
step_work(void *arg)
{
	StepWork   *work = arg;

	work->instruction->kind->compile(work->compiler, work->instruction);
}

/* Compiles one step: its `when`, then what its kind says. */
static Instruction *
compile_step(Compiler *compiler, const Step *step)
{
	Instruction *instruction = palloc0(sizeof(Instruction));
	const Step *outer = compiler->step;
	StepWork	work = {compiler, instruction};
	bool		conditional = step->when != NULL || step_branch(step, "on_error") != NULL;

	CHECK_FOR_INTERRUPTS();
	compiler->step = step;
	instruction->kind = step->kind;
	instruction->execute = step->kind->execute;
	instruction->fits_many = step->kind->fits_many;
	instruction->execute_many = step->kind->execute_many;
	instruction->path = step->path;
	/* what a pass that finds types compiles is never run */
	instruction->label = let_types_searching(compiler) ? step->path : psprintf("step %s", step_title(step));
	if (compiler->program->read_only && step->kind->writes)
		compiler_problem(compiler, ERRCODE_READ_ONLY_SQL_TRANSACTION, step->path,
						 psprintf("a read-only action cannot hold a step of kind %s", step->kind->name),
						 NULL, "Remove the step, or \"read_only\".");
	if (step->when != NULL)
		instruction->when = compiler_condition(compiler, step->when,
											   compiler_location(compiler, "when"));
	if (conditional)
		compiler->conditional++;
	compiler_guard(compiler, step->path, step_work, &work);
	if ((step->kind->performs || step->kind->ends) && compiler_remarks(compiler))
		compiler->opaque = lappend_int(compiler->opaque, list_length(compiler->scopes));
	if (step->name != NULL && compiler->findings.checking && row_find(compiler->names->rows, step->name) == NULL &&
		!step->kind->scoped)
		compiler_row(compiler, step->name, InvalidOid)->broken = true;
	on_error_compile(compiler, instruction);
	if (conditional)
		compiler->conditional--;
	compiler->step = outer;
	compiler->any_before = true;
	return instruction;
}

/* Does a pass that finds types do without the step? It sets no let, and gives nothing that one could read. */
static bool
step_is_left_out(const Compiler *compiler, const Step *step)
{
	return let_types_searching(compiler) && !step->kind->sets_lets && step->name == NULL && step->branches == NIL;
}

StepList
steps_compile(Compiler *compiler, const List *steps)
{
	StepList	list = {.steps = palloc(sizeof(Instruction *) * Max(list_length(steps), 1))};
	ListCell   *cell;

	foreach(cell, steps)
	{
		const Step *step = lfirst(cell);

		if (step->enabled && !step_is_left_out(compiler, step))
			list.steps[list.count++] = compile_step(compiler, step);
	}
	if (!let_types_searching(compiler))
	{
		merge_steps(compiler, &list);
		creates_join(compiler, &list);
	}
	return list;
}

StepList
steps_compile_conditional(Compiler *compiler, const List *steps)
{
	StepList	list;

	compiler->conditional++;
	list = steps_compile(compiler, steps);
	compiler->conditional--;
	return list;
}

const Branch *
step_branch(const Step *step, const char *key)
{
	ListCell   *cell;

	foreach(cell, step->branches)
	{
		const Branch *branch = lfirst(cell);

		if (strcmp(branch->key, key) == 0)
			return branch;
	}
	return NULL;
}

StepList
branch_compile(Compiler *compiler, const char *key, bool conditional)
{
	const Branch *branch = step_branch(compiler->step, key);
	StepList	none = {0};

	if (branch == NULL)
		return none;
	return conditional ? steps_compile_conditional(compiler, branch->steps) :
		steps_compile(compiler, branch->steps);
}

/* Runs one step, its handler included. */
static inline StepEnd
step_run(Frame *frame, Instruction *instruction)
{
	StepEnd		how = STEP_DONE;

	if (instruction->when != NULL && !condition_is_true(frame, instruction->when))
		return STEP_SKIPPED;
	if (instruction->on_error != NULL)
		how = on_error_execute(frame, instruction);
	else
		instruction->execute(frame, instruction);
	deadlines_check();
	return how;
}

typedef struct ObservedStep
{
	Frame	   *frame;
	Instruction *instruction;
} ObservedStep;

static StepEnd
observed_step_run(void *arg)
{
	ObservedStep *step = arg;

	return step_run(step->frame, step->instruction);
}

/* Runs one step, and tells of it. */
static pg_noinline void
step_execute_observed(Frame *frame, Instruction *instruction)
{
	ObservedStep step = {frame, instruction};

	observe_step(frame, instruction, observed_step_run, &step);
}

static void
step_execute(Frame *frame, Instruction *instruction)
{
	frame_begin_step(frame, instruction);
	if (observed(frame, OBSERVE_STEPS))
		step_execute_observed(frame, instruction);
	else
		(void) step_run(frame, instruction);
}

void
steps_execute(Frame *frame, const StepList *list)
{
	Instruction *outer = frame->current;

	for (int i = 0; i < list->count && !frame->stopped; i++)
		step_execute(frame, list->steps[i]);
	frame->current = outer;
}

bool
steps_fit_many(ManyShape *shape, const StepList *list)
{
	for (int i = 0; i < list->count; i++)
	{
		const Instruction *step = list->steps[i];

		shape->step = step;
		if (step->fits_many == NULL)
			return many_refuse(shape, "steps of this kind run for one item after the other");
		if (step->on_error != NULL)
			return many_refuse(shape, "what the step does may be undone, by its on_error");
		if (!step->fits_many(shape, step))
			return false;
	}
	return true;
}

/* Is the `when` of the step true for the item? */
static bool
item_meets_when(Frame *frame, void *arg)
{
	const Instruction *step = arg;

	return condition_is_true(frame, step->when);
}

/* Runs one step for those items that it is for. */
static void
step_execute_many(ItemSet *set, Instruction *step)
{
	CHECK_FOR_INTERRUPTS();
	set->frame->current = step;
	if (step->when != NULL)
		item_set_each(set, step, item_meets_when, step);
	if (set->nactive > 0)
		step->execute_many(set, step);
	deadlines_check();
}

void
steps_execute_many(ItemSet *set, const StepList *list)
{
	Instruction *outer = set->frame->current;
	int		   *active = set->active;
	int			nactive = set->nactive;
	int		   *mine = palloc(sizeof(int) * Max(nactive, 1));

	for (int i = 0; i < list->count && nactive > 0; i++)
	{
		memcpy(mine, active, sizeof(int) * nactive);
		set->active = mine;
		set->nactive = nactive;
		step_execute_many(set, list->steps[i]);
		set->active = active;
		set->nactive = nactive;
		item_set_sift(set);
		nactive = set->nactive;
	}
	pfree(mine);
	set->frame->current = outer;
}
