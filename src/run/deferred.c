/*
 * deferred.c
 *		Counts the rounds of deferred triggers.
 *
 * PostgreSQL runs what is queued in a round, and what that queues in the next,
 * as long as there is any: an action in a deferred trigger that queues the same
 * trigger again would never end, and no invocation is inside another. A round
 * has an executor state of its own, and its memory context ends with it; that
 * is how rounds are told apart. Triggers that a statement runs at its end use
 * the statement's executor state.
 */
#include "postgres.h"

#include "access/xact.h"
#include "nodes/memnodes.h"
#include "run/deferred.h"
#include "tcop/pquery.h"
#include "utils/memutils.h"

/* Names of PostgreSQL's */
#define TRIGGER_CONTEXT		"AfterTriggerTupleContext"
#define EXECUTOR_CONTEXT	"ExecutorState"

static MemoryContext current_round = NULL;	/* memory of the round that is running */
static MemoryContextCallback round_callback;
static int	rounds = 0;			/* that an action ran in, of one command */
static TimestampTz command = 0; /* when it began */

static bool
has_name(MemoryContext context, const char *name)
{
	return context != NULL && strcmp(context->name, name) == 0;
}

/*
 * Finds the executor state of a round below a context: it was made just before
 * the memory of the triggers, and both outside of any other executor state.
 */
static MemoryContext
find_round(MemoryContext context)
{
	MemoryContext found = NULL;

	if (context == NULL || has_name(context, EXECUTOR_CONTEXT))
		return NULL;
	for (MemoryContext child = context->firstchild; child != NULL && found == NULL;
		 child = child->nextchild)
	{
		if (has_name(child, TRIGGER_CONTEXT) && has_name(child->nextchild, EXECUTOR_CONTEXT))
			found = child->nextchild;
		else
			found = find_round(child);
	}
	return found;
}

/* May this be such a round? */
static bool
may_be_deferred(void)
{
	if (ActivePortal != NULL && ActivePortal->commandTag != CMDTAG_SET_CONSTRAINTS)
		return false;
	return trigger_depth() > 0;
}

/* The memory of the round is freed. */
static void
round_ended(void *arg)
{
	current_round = NULL;
}

/* Starts counting. */
static void
note_round(MemoryContext round)
{
	round_callback.func = round_ended;
	MemoryContextRegisterResetCallback(round, &round_callback);
	current_round = round;
	if (command != GetCurrentStatementStartTimestamp())
		rounds = 0;
	command = GetCurrentStatementStartTimestamp();
	rounds++;
}

/* Finds the memory of the round that is running, or NULL. */
static MemoryContext
running_round(void)
{
	MemoryContext round = find_round(TopTransactionContext);

	if (round == NULL)
		round = find_round(MessageContext);
	if (round == NULL)
		round = find_round(PortalContext);
	return round;
}

bool
deferred_triggers_run(void)
{
	return running_round() != NULL;
}

int
deferred_round(void)
{
	MemoryContext round;

	if (!may_be_deferred())
		return 0;
	if (current_round != NULL)
		return rounds;
	round = running_round();
	if (round == NULL)
		return 0;
	note_round(round);
	return rounds;
}

/* Each transaction counts anew. */
static void
forget_rounds(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		rounds = 0;
}

void
deferred_init(void)
{
	RegisterXactCallback(forget_rounds, NULL);
}
