/*
 * testing.c
 *		Tests what must hold before an action does anything.
 *
 * What depends on a value that is not known is left out, and told: an input that
 * has not been given, what plug-ins may hand on before the steps run, what is
 * another value each time.
 */
#include "postgres.h"

#include "available/testing.h"
#include "base/deadline.h"
#include "base/error.h"
#include "plugins/plugin.h"
#include "run/context.h"
#include "run/evaluate.h"
#include "run/mask.h"
#include "run/observer.h"

/* Which way a fork went */
#define WAY_NOT_ASKED	'\0'
#define WAY_OPEN		'?'
#define WAY_TRUE		't'
#define WAY_FALSE		'f'

bool
testing_plugins_come_first(const Program *program)
{
	return program->pipeline != NULL && program->pipeline->first[STAGE_MAIN_OPERATION] > 0;
}

void
testing_know(Testing *testing, int slot)
{
	MemoryContext old = MemoryContextSwitchTo(testing->mcxt);

	testing->unknown = bms_del_member(testing->unknown, slot);
	MemoryContextSwitchTo(old);
}

Bitmapset *
testing_unknown_slots(const Program *program)
{
	Bitmapset  *unknown = NULL;

	for (int i = program->signature->nkeys; i < program->signature->ninputs; i++)
		unknown = bms_add_member(unknown, program->input_slots[i]);
	if (program->context_slots[CONTEXT_SHARED] >= 0 && testing_plugins_come_first(program))
		unknown = bms_add_member(unknown, program->context_slots[CONTEXT_SHARED]);
	return unknown;
}

void
testing_forget_target(Testing *testing)
{
	const Program *program = testing->frame->program;
	MemoryContext old = MemoryContextSwitchTo(testing->mcxt);
	ListCell   *cell;

	foreach(cell, program->target->columns)
	{
		int			slot = ((RowColumn *) lfirst(cell))->slot;

		testing->unknown = bms_add_member(testing->unknown, slot);
		testing->causes[slot] = "the target";
	}
	MemoryContextSwitchTo(old);
}

void
testing_begin(Testing *testing, Frame *frame, MemoryContext mcxt)
{
	MemoryContext old = MemoryContextSwitchTo(mcxt);

	memset(testing, 0, sizeof(Testing));
	testing->frame = frame;
	testing->mcxt = mcxt;
	testing->preconditions = program_preconditions(frame->program);
	testing->ways = palloc0(Max(testing->preconditions->nforks, 1));
	testing->causes = palloc0(sizeof(char *) * Max(frame->program->nslots, 1));
	testing->unknown = testing_unknown_slots(frame->program);
	MemoryContextSwitchTo(old);
}

/* What a slot that is not known waits for. */
static const char *
cause_of_slot(const Testing *testing, int slot)
{
	const Program *program = testing->frame->program;

	if (testing->causes[slot] != NULL)
		return testing->causes[slot];
	for (int i = program->signature->nkeys; i < program->signature->ninputs; i++)
		if (program->input_slots[i] == slot)
			return psprintf("input \"%s\"", program->signature->inputs[i].name);
	if (slot == program->context_slots[CONTEXT_SHARED])
		return "context.shared, which plug-ins may set";
	return "what is known only when it runs";
}

/* The first of these slots that is not known, in words; NULL: all of them are. */
static const char *
unknown_among(const Testing *testing, const Bitmapset *slots)
{
	int			slot = -1;

	while ((slot = bms_next_member(slots, slot)) >= 0)
		if (bms_is_member(slot, testing->unknown))
			return cause_of_slot(testing, slot);
	return NULL;
}

/* Why a formula cannot be evaluated here, or NULL. */
static const char *
open_because(const Testing *testing, const Bitmapset *reads, bool unsteady)
{
	return unsteady ? "a function whose answer is another one each time" : unknown_among(testing, reads);
}

/* Which way a fork goes; evaluated when it is met first. */
static char
fork_way(Testing *testing, const Fork *fork, const char **cause)
{
	const Expression *condition = fork->condition;
	char	   *way = &testing->ways[fork->number];

	if (*way == WAY_NOT_ASKED)
	{
		*way = WAY_OPEN;
		if (open_because(testing, condition->scope->slots, condition->unsteady) == NULL)
			*way = condition_is_true(testing->frame, fork->condition) ? WAY_TRUE : WAY_FALSE;
	}
	if (*way == WAY_OPEN && *cause == NULL)
		*cause = open_because(testing, condition->scope->slots, condition->unsteady);
	if (*way == WAY_OPEN && *cause == NULL)
		*cause = "a condition that failed";
	return *way;
}

/* Is the place of a precondition one that is reached? If that cannot be told, there is a cause. */
static bool
step_is_reached(Testing *testing, const Precondition *precondition, const char **cause)
{
	ListCell   *cell;

	foreach(cell, precondition->guards)
	{
		const Guard *guard = lfirst(cell);
		char		way = fork_way(testing, guard->fork, cause);

		if (way == WAY_OPEN)
			return true;
		if (way != (guard->truth ? WAY_TRUE : WAY_FALSE))
			return false;
	}
	return true;
}

/* Notes that something cannot be tested; what it would have set is not known then. */
static void
leave_out(Testing *testing, const Precondition *precondition, const char *cause)
{
	MemoryContext old = MemoryContextSwitchTo(testing->mcxt);
	int			slot = -1;

	cause = pstrdup(cause);
	testing->unknown = bms_add_members(testing->unknown, precondition->sets);
	while ((slot = bms_next_member(precondition->sets, slot)) >= 0)
		testing->causes[slot] = cause;
	if (precondition->asks != ASKS_NOTHING)
		testing->left_out = lappend(testing->left_out,
									psprintf("%s depends on %s", precondition->step->label, cause));
	MemoryContextSwitchTo(old);
}

/* The values that a step has set are known from here on. */
static void
know_what_it_sets(Testing *testing, const Precondition *precondition)
{
	MemoryContext old = MemoryContextSwitchTo(testing->mcxt);

	testing->unknown = bms_del_members(testing->unknown, precondition->sets);
	MemoryContextSwitchTo(old);
}

/* Does it hold, as far as that can be told before the step says why not? */
static bool
holds(Testing *testing, const Precondition *precondition)
{
	return precondition->asks == ASKS_CONDITION && condition_is_true(testing->frame, precondition->condition);
}

void
testing_require(Testing *testing, const Precondition *precondition)
{
	const char *cause = NULL;

	testing->refused = false;
	frame_begin_step(testing->frame, precondition->step);
	if (!step_is_reached(testing, precondition, &cause))
		return;
	if (cause == NULL)
		cause = open_because(testing, precondition->reads, precondition->unsteady);
	if (cause != NULL)
	{
		leave_out(testing, precondition, cause);
		return;
	}
	if (!holds(testing, precondition))
	{
		testing->refused = precondition->asks != ASKS_NOTHING;
		precondition->run(testing->frame, precondition->step);
		testing->refused = false;
	}
	know_what_it_sets(testing, precondition);
	deadlines_check();
}

void
testing_require_all(Testing *testing)
{
	ListCell   *cell;

	foreach(cell, testing->preconditions->list)
		testing_require(testing, lfirst(cell));
}

void
testing_pass_on(ErrorData *error)
{
	Caught		caught = {.error = error};

	if (!caught_may_be_handled(&caught) && !error_is_limit(error) &&
		ERRCODE_TO_CATEGORY(error->sqlerrcode) != ERRCODE_INTERNAL_ERROR)
		error_throw_on(error);
}

ErrorData *
testing_try(Frame *frame, void (*fn) (void *arg), void *arg)
{
	Caught	   *caught = caught_call(fn, arg);

	if (caught == NULL)
		return NULL;
	frame_forget_states(frame);
	testing_pass_on(caught->error);
	if (error_is_limit(caught->error) || OidIsValid(frame->denied))
		error_throw_on(caught->error);
	mask_error(frame, caught->error, caught->mcxt);
	return caught->error;
}

/* Wants to know nothing. */
static uint32
want_nothing(Frame *frame)
{
	return 0;
}

static const Observer nobody = {.invocation_begun = want_nothing};

void
testing_look(Handle *handle, InvokeRequest *request)
{
	const Observer *before = observer_alone(&nobody);

	PG_TRY();
	{
		request->kind = REQUEST_LOOK;
		handle_call(handle, request);
	}
	PG_FINALLY();
	{
		(void) observer_alone(before);
	}
	PG_END_TRY();
}

/* Finds the action and looks at it, in the subtransaction. */
static void
ask_work(void *arg)
{
	AskedAction *asked = arg;

	if (asked->handle == NULL)
		asked->handle = handle_of_name(asked->name);
	testing_look(asked->handle, &asked->request);
}

Caught *
testing_ask(AskedAction *asked, void (*look) (Frame *frame, void *arg), void *arg)
{
	Caught	   *caught;

	asked->request.look = look;
	asked->request.look_arg = arg;
	asked->request.result_context = CurrentMemoryContext;
	caught = caught_undone(ask_work, asked);
	if (caught != NULL)
		testing_pass_on(caught->error);
	return caught;
}
