/*
 * budget.c
 *		Counts what invocations do, and raises where that is too much.
 *
 * All that is spent adds up in two counters of the backend, as long as somebody has
 * a budget. A budget remembers where they stood when it began. The rows go back to
 * where they stood when a subtransaction began that is rolled back, be it of an
 * on_error, of try_invoke_action or of a called function.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/error.h"
#include "base/settings.h"
#include "base/sqlstate.h"
#include "run/budget.h"
#include "utils/memutils.h"

#define MARKS_AT_FIRST	16		/* subtransactions that there is room for; then it doubles */

/* What a budget is about. */
static const struct
{
	const char *done;
	const char *to_do;
	const char *hint;
}			budget_kinds[BUDGETS] = {

	{"written", "write",
	"Nothing of it is kept. If so many rows are meant, raise \"max_rows\" of the action; else make \"where\" of the step more exact."},
	{"written", "write",
	"Nothing of it is kept. The limit is custom_actions.max_rows, which a superuser sets, for a role with ALTER ROLE."},
	{"sent", "send",
	"Nothing of it is kept. The limit is custom_actions.max_statements, which a superuser sets, for a role with ALTER ROLE."}
};

/* What stood where when a subtransaction began. */
typedef struct Mark
{
	SubTransactionId subtransaction;
	uint64		rows;
} Mark;

static uint64 spent_rows = 0;
static uint64 spent_statements = 0;
static Budget *open_call = NULL;	/* of the call of many that is running, or NULL */
static Mark *marks = NULL;		/* of subtransactions that have not ended, the innermost last */
static int	nmarks = 0;
static int	marks_room = 0;

/* How much of a kind has been spent by everybody. */
static uint64
spent_of_kind(int kind)
{
	return kind == BUDGET_STATEMENTS ? spent_statements : spent_rows;
}

/* Begins to count, for what is part of nothing also by the settings. */
static void
begin_counting(Budget *budget, Budget *outer, const Frame *frame, bool by_settings)
{
	memset(budget, 0, sizeof(Budget));
	budget->outer = outer;
	budget->frame = frame;
	budget->most[BUDGET_OF_ACTION] = frame != NULL ? frame->program->definition->max_rows : 0;
	budget->most[BUDGET_ROWS] = by_settings ? setting_max_rows : 0;
	budget->most[BUDGET_STATEMENTS] = by_settings ? setting_max_statements : 0;
	for (int i = 0; i < BUDGETS; i++)
		budget->before[i] = spent_of_kind(i);
	if (by_settings)
		nmarks = 0;
}

void
budget_begin(Frame *frame)
{
	Budget	   *outer = frame->parent != NULL ? frame->parent->budget : open_call;

	frame->budget = outer;
	if (frame->program->definition->max_rows == 0 && outer != NULL)
		return;
	frame->budget = MemoryContextAlloc(frame->mcxt, sizeof(Budget));
	begin_counting(frame->budget, outer, frame, frame->parent == NULL && outer == NULL);
}

void
budget_open(Budget *call)
{
	if (innermost_frame != NULL || open_call != NULL ||
		(setting_max_rows == 0 && setting_max_statements == 0))
		return;
	begin_counting(call, NULL, NULL, true);
	open_call = call;
}

void
budget_close(Budget *call)
{
	if (open_call == call)
		open_call = NULL;
}

void
budget_forgive(void)
{
	if (open_call != NULL)
		open_call->exceeded = 0;
}

/* Raises that a budget is exceeded, in words of who has it. */
pg_noreturn static void
refuse_more(const Frame *frame, const Budget *budget)
{
	BudgetKind	kind = budget->exceeded_kind;
	uint64		most = budget->most[kind];
	const char *what = kind == BUDGET_STATEMENTS ? "statement" : "row";

	ereport(ERROR,
			(errcode(ERRCODE_CA_BUDGET),
			 errmsg(BUDGET_MESSAGE,
					budget->frame != NULL ? budget->frame->program->title : "the call", budget_kinds[kind].done,
					budget->exceeded, what, budget->exceeded == 1 ? "" : "s",
					budget_kinds[kind].to_do, most),
			 frame_errdetail(frame),
			 errhint("%s", budget_kinds[kind].hint)));
}

/* How much of a kind has been spent since a budget began to count. */
static uint64
spent_of(const Budget *budget, BudgetKind kind)
{
	return spent_of_kind(kind) - budget->before[kind];
}

/* Notes what is exceeded of a budget, if anything is. */
static bool
is_exceeded(Budget *budget)
{
	for (int i = 0; i < BUDGETS && budget->exceeded == 0; i++)
	{
		uint64		spent = spent_of(budget, i);

		if (budget->most[i] == 0 || spent <= budget->most[i])
			continue;
		budget->exceeded_kind = i;
		budget->exceeded = spent;
	}
	return budget->exceeded > 0;
}

void
budget_charge(Frame *frame, uint64 rows)
{
	spent_rows += rows;
	spent_statements++;
	for (Budget *budget = frame->budget; budget != NULL; budget = budget->outer)
		if (is_exceeded(budget))
			refuse_more(frame, budget);
}

uint64
budget_left(const Frame *frame)
{
	uint64		left = PG_UINT64_MAX;

	for (const Budget *budget = frame->budget; budget != NULL; budget = budget->outer)
	{
		if (budget->exceeded > 0)
			return 0;
		for (int i = 0; i < BUDGETS; i++)
			if (budget->most[i] > 0)
				left = Min(left, budget->most[i] - Min(budget->most[i], spent_of(budget, i)));
	}
	return left;
}

void
budget_require_kept(Frame *frame)
{
	for (Budget *budget = frame->budget; budget != NULL; budget = budget->outer)
		if (budget->exceeded > 0)
			refuse_more(frame, budget);
}

bool
budget_is_exceeded(const Frame *frame)
{
	for (const Budget *budget = frame != NULL ? frame->budget : open_call; budget != NULL; budget = budget->outer)
		if (budget->exceeded > 0)
			return true;
	return false;
}

/* Remembers what rows are spent before a subtransaction. */
static void
push_mark(SubTransactionId subtransaction)
{
	if (nmarks == marks_room)
	{
		int			room = Max(2 * marks_room, MARKS_AT_FIRST);

		marks = marks == NULL ? MemoryContextAlloc(TopMemoryContext, room * sizeof(Mark)) :
			repalloc(marks, room * sizeof(Mark));
		marks_room = room;
	}
	marks[nmarks].subtransaction = subtransaction;
	marks[nmarks].rows = spent_rows;
	nmarks++;
}

/* What a subtransaction that is rolled back has written does not count. */
static void
budgets_at_subtransaction(SubXactEvent event, SubTransactionId subtransaction,
						  SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_START_SUB)
	{
		if (unlikely((innermost_frame != NULL ? innermost_frame->budget : open_call) != NULL))
			push_mark(subtransaction);
		return;
	}
	if (likely(nmarks == 0) || event == SUBXACT_EVENT_PRE_COMMIT_SUB ||
		marks[nmarks - 1].subtransaction != subtransaction)
		return;
	nmarks--;
	if (event == SUBXACT_EVENT_ABORT_SUB)
		spent_rows = marks[nmarks].rows;
}

void
budget_init(void)
{
	RegisterSubXactCallback(budgets_at_subtransaction, NULL);
}
