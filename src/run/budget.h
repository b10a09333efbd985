/*
 * budget.h
 *		How much an invocation may do: the rows that its steps write ("max_rows" of
 *		the definition, the setting custom_actions.max_rows), and the statements that
 *		are sent for it (custom_actions.max_statements).
 *
 * What counts
 *		The rows that the statements of steps write, as PostgreSQL counts them; of
 *		two steps that are merged, those of both. Not what triggers, cascades, plug-ins
 *		and called functions write, but what actions write that these invoke.
 *
 * Whose it is
 *		A row counts for the invocation whose step writes it and for all it runs in.
 *		The settings are those of the outermost invocation, for all of its chain; or of
 *		one call that runs many, which says so by budget_open().
 *
 * What is undone
 *		Rows that a subtransaction's rollback has undone no longer count. Statements
 *		do: they were sent.
 *
 * An exceeded budget
 *		Its error is dealt with by nobody inside: no on_error, no try_invoke_action
 *		inside of the invocation whose budget it is. Where called code has caught it,
 *		it is raised again with the next statement, or at the end.
 */
#ifndef CA_BUDGET_H
#define CA_BUDGET_H

#include "postgres.h"

#include "base/settings.h"
#include "run/frame.h"

typedef enum BudgetKind
{
	BUDGET_OF_ACTION,			/* rows, by the definition */
	BUDGET_ROWS,				/* rows, by the setting */
	BUDGET_STATEMENTS			/* statements, by the setting */
} BudgetKind;

#define BUDGETS		3

typedef struct Budget
{
	struct Budget *outer;		/* what counts as well, or NULL */
	const Frame *frame;			/* whose it is; NULL: that of a call of many */
	uint64		most[BUDGETS];	/* by BudgetKind; 0: no limit */
	uint64		before[BUDGETS];	/* what was spent when it began */
	BudgetKind	exceeded_kind;
	uint64		exceeded;		/* how much of it, when it was more than allowed; 0: it never was */
} Budget;

/* Gives a frame a budget of its own. */
extern void budget_begin(Frame *frame);

/* Gives a frame that is being entered its budget: its own, or that of what it runs in. */
static inline void
budget_enter(Frame *frame)
{
	frame->budget = frame->parent != NULL ? frame->parent->budget : NULL;
	if (unlikely(frame->program->definition->max_rows > 0 ||
				 (frame->parent == NULL && (setting_max_rows | setting_max_statements) != 0)))
		budget_begin(frame);
}

/* Takes note of a statement and the rows that it wrote; see budget_count(). */
extern void budget_charge(Frame *frame, uint64 rows);

/*
 * A statement was sent on behalf of the step that is running, and has written so many
 * rows: raises if that is more than allowed. Whoever sends statements for steps calls
 * it once for each, after it, with frame->current the step; where one statement does
 * the work of two steps, once for each of these. A statement for many items is one; the
 * limit of a definition is that of each item, so one that has it does not run for many
 * at once.
 */
static inline void
budget_count(Frame *frame, uint64 rows)
{
	if (unlikely(frame->budget != NULL))
		budget_charge(frame, rows);
}

/* How many statements that write one row each are allowed now: the one after them raises. */
extern uint64 budget_left(const Frame *frame);

/* Raises if a budget was exceeded and the error got lost; at the end of an invocation. */
extern void budget_require_kept(Frame *frame);

/* Was a budget exceeded that this invocation, or one it runs in, has? NULL: none. */
extern bool budget_is_exceeded(const Frame *frame);

/*
 * Until it is closed, invocations that are not part of another share the budgets of
 * the settings. To be closed whatever happens; the struct is the caller's.
 */
extern void budget_open(Budget *call);
extern void budget_close(Budget *call);

/* What exceeded the budget of the call is undone, and done again in another way. */
extern void budget_forgive(void);

extern void budget_init(void);

#endif
