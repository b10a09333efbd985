/*
 * on_error.c
 *		Runs a step in a subtransaction; if it fails, its work is undone, the
 *		slots go back to what they held, and the handler's steps run with the
 *		error in scope.
 */
#include "postgres.h"

#include "base/error_field.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "nodes/nodeFuncs.h"
#include "run/evaluate.h"
#include "run/frame.h"
#include "run/mask.h"
#include "steps/on_error.h"
#include "steps/step_list.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

typedef struct OnError
{
	Expression *when;			/* errors that it deals with, NULL: all */
	StepList	steps;
	int		   *slots;			/* by error_fields */
} OnError;

/* Can evaluating it raise an error? Functions that are leakproof raise none that depends on a value. */
static bool
may_fail_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	switch (nodeTag(node))
	{
		case T_OpExpr:
			if (!get_func_leakproof(((OpExpr *) node)->opfuncid))
				return true;
			break;
		case T_Param:
		case T_Const:
		case T_List:
		case T_BoolExpr:
		case T_NullTest:
		case T_BooleanTest:
		case T_RelabelType:
			break;
		default:
			return true;
	}
	return expression_tree_walker(node, may_fail_walker, context);
}

/*
 * Puts the step's `when` where its error is caught, too. One that cannot fail
 * stays outside: where it is not true, no subtransaction is begun for nothing.
 */
static void
guard_when(Instruction *instruction)
{
	if (instruction->when == NULL ||
		(instruction->when->plain && !may_fail_walker(instruction->when->tree, NULL)))
		return;
	instruction->guarded_when = instruction->when;
	instruction->when = NULL;
}

void
on_error_compile(Compiler *compiler, Instruction *instruction)
{
	const Step *step = compiler->step;
	const Branch *branch = step_branch(step, "on_error");
	const char *when = json_get_text(step->json, "on_error_when");
	OnError    *on_error;
	Row		   *row;

	if (branch == NULL)
	{
		if (when != NULL)
			compiler_problem(compiler, ERRCODE_INVALID_PARAMETER_VALUE,
							 compiler_location(compiler, "on_error_when"),
							 "\"on_error_when\" needs \"on_error\"", NULL,
							 "Add \"on_error\": the steps that deal with the error, or [].");
		return;
	}
	on_error = palloc0(sizeof(OnError));
	row = compiler_row(compiler, "error", InvalidOid);
	on_error->slots = palloc(sizeof(int) * nerror_fields);
	for (int i = 0; i < nerror_fields; i++)
		on_error->slots[i] = compiler_row_column(compiler, row, error_fields[i].name, TEXTOID, -1)->slot;
	if (when != NULL)
		on_error->when = compiler_condition(compiler, when,
											compiler_location(compiler, "on_error_when"));
	on_error->steps = steps_compile(compiler, branch->steps);
	compiler_hide_row(compiler, row);
	instruction->on_error = on_error;
	guard_when(instruction);
}

typedef struct StepRun
{
	Frame	   *frame;
	Instruction *instruction;
	StepEnd		how;
} StepRun;

static void
run_caught(void *arg)
{
	StepRun    *run = arg;
	Instruction *instruction = run->instruction;

	if (instruction->guarded_when != NULL && !condition_is_true(run->frame, instruction->guarded_when))
		run->how = STEP_SKIPPED;
	else
		instruction->execute(run->frame, instruction);
}

static void
set_text(Frame *frame, int slot, const char *text)
{
	frame_set(frame, slot, text ? CStringGetTextDatum(text) : (Datum) 0, text == NULL);
}

/* Makes the error visible to the handler's formulas. */
static void
show_error(Frame *frame, const OnError *on_error, const Caught *caught)
{
	MemoryContext old = MemoryContextSwitchTo(frame->econtext->ecxt_per_tuple_memory);

	for (int i = 0; i < nerror_fields; i++)
		set_text(frame, on_error->slots[i], error_fields[i].value(caught));
	MemoryContextSwitchTo(old);
}

void
on_error_rethrow(Frame *frame, const HandledError *handling)
{
	frame->current = handling->failed;
	error_throw_on(handling->caught->error);
}

/* Runs the handler, or lets the error pass. */
static void
handler_run(Frame *frame, const OnError *on_error, HandledError *handling)
{
	HandledError *outer = frame->handling;

	if (!caught_may_be_handled(handling->caught))
		on_error_rethrow(frame, handling);
	show_error(frame, on_error, handling->caught);
	ResetExprContext(frame->econtext);
	if (on_error->when != NULL && !condition_is_true(frame, on_error->when))
		on_error_rethrow(frame, handling);
	frame->handling = handling;
	steps_execute(frame, &on_error->steps);
	frame->handling = outer;
}

StepEnd
on_error_execute(Frame *frame, Instruction *instruction)
{
	StepRun		run = {frame, instruction, STEP_DONE};
	HandledError handling;
	HandledError *outer = frame->handling;
	int64		iteration = frame->iteration;
	uint64		rows_told = frame->rows_told;
	uint64		rows_written = frame->rows_written;
	SavedSlots *saved = frame_save(frame);
	Caught	   *caught = caught_call(run_caught, &run);

	if (caught == NULL)
	{
		frame_keep(frame, saved);
		return run.how;
	}
	/* if the handler fails or lets it pass, it ends with what catches it next */
	MemoryContextSetParent(caught->mcxt, CurTransactionContext);
	caught->step = frame->current->path;
	mask_error(frame, caught->error, caught->mcxt);
	handling.caught = caught;
	handling.failed = frame->current;
	frame->current = instruction;
	frame->handling = outer;
	frame->iteration = iteration;
	frame->rows_written = rows_written;
	frame_forget_states(frame);
	frame_restore(frame, saved);
	if (observed(frame, OBSERVE_ROWS | OBSERVE_STEPS))
		observe_undone(frame, instruction, rows_told, caught->error, caught->step);
	handler_run(frame, instruction->on_error, &handling);
	caught_free(caught);
	return STEP_HANDLED;
}
