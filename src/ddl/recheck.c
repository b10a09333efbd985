/*
 * recheck.c
 *		Compiles published actions after a command, and if they do not compile,
 *		as they would have before it.
 *
 * Each is compiled as its owner, never run, in a subtransaction that is undone,
 * so that no lock of it stays. Nothing waits: the command holds locks that
 * others wait for.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/compat.h"
#include "base/error.h"
#include "catalog/catalog.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "ddl/follow_names.h"
#include "ddl/recheck.h"
#include "lookup/canonical.h"
#include "lookup/depend.h"
#include "lookup/function_lookup.h"
#include "lookup/needs.h"
#include "lookup/past.h"
#include "miscadmin.h"
#include "publish/check.h"
#include "publish/facts.h"
#include "storage/lmgr.h"
#include "storage/lock.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

/* One compilation of an action. */
typedef struct Trial
{
	Recheck    *recheck;
	ProblemSink sink;
	char	   *facts;			/* after the command: what compiling told */
	bool		past;			/* before the command: find out what the owner may mind */
} Trial;

/*
 * Finds the first touched object on account of which an action may stand in the
 * way: its owner must hold a privilege there that the action needs.
 */
static void
find_blamed(Recheck *recheck, const List *needs)
{
	ListCell   *cell;

	foreach(cell, recheck->uses)
	{
		const Use  *use = lfirst(cell);

		if (use->is_rival || !role_holds_need(recheck->owner, needs, &use->object))
			continue;
		recheck->blamed = use->touched;
		return;
	}
}

/*
 * Do we hold a lock on a relation? Then what else we need there is given before
 * others who wait, but a conditional lock is not given while anybody does.
 */
static bool
is_locked_by_us(Oid relation)
{
	LOCKTAG		tag;

	SET_LOCKTAG_RELATION(tag, IsSharedRelation(relation) ? InvalidOid : MyDatabaseId, relation);
	for (LOCKMODE mode = AccessShareLock; mode <= AccessExclusiveLock; mode++)
		if (LockHeldByMe(&tag, mode, false))
			return true;
	return false;
}

void
lock_needed_at_once(Oid action)
{
	ListCell   *cell;

	foreach(cell, relations_needed_by(action))
	{
		Oid			relation = lfirst_oid(cell);

		if (!is_locked_by_us(relation) &&
			!ConditionalLockRelationOid(relation, RowExclusiveLock) &&
			!ConditionalLockRelationOid(relation, AccessShareLock))
			ereport(ERROR,
					(errcode(ERRCODE_LOCK_NOT_AVAILABLE),
					 errmsg("could not obtain lock on relation %u", relation)));
	}
}

/* Compiles an action. */
static void
trial_run(void *arg)
{
	Trial	   *trial = arg;
	bool		active;
	Program    *program;

	lock_needed_at_once(trial->recheck->action);
	program = check_published(trial->recheck->action, false, &active, &trial->sink,
							  CurrentMemoryContext);
	if (trial->past && active && !problem_any_error(&trial->sink))
		find_blamed(trial->recheck, program->needs);
	else if (!trial->past && program != NULL && !problem_any_error(&trial->sink))
		trial->facts = MemoryContextStrdup(trial->sink.mcxt, facts_text(program));
}

/* Puts into words what is wrong with an action. */
static char *
trial_problems(const Trial *trial, const ErrorData *error)
{
	StringInfoData problems;

	initStringInfo(&problems);
	problems_print(&problems, &trial->sink);
	if (error != NULL)
	{
		if (problems.len > 0)
			appendStringInfoChar(&problems, '\n');
		appendStringInfoString(&problems, error->message);
		if (error->detail != NULL)
			appendStringInfo(&problems, " (%s)", error->detail);
	}
	return problems.data;
}

/*
 * Is a finding no fault of the command's? What the owner may not do, or a setting
 * that nobody may make, is nothing that he can mind.
 */
static bool
not_by_command(int sqlstate, const char *location)
{
	return sqlstate == ERRCODE_INSUFFICIENT_PRIVILEGE ||
		(location != NULL && strcmp(location, LOCATION_SETTINGS) == 0);
}

/* Is it only rights or settings that an action lacks? */
static bool
lacks_rights(const Trial *trial, const ErrorData *error)
{
	ListCell   *cell;

	if (error != NULL && not_by_command(error->sqlerrcode, NULL))
		return true;
	foreach(cell, trial->sink.problems)
	{
		const Problem *problem = lfirst(cell);

		if (!problem->warning && not_by_command(problem->sqlstate, problem->location))
			return true;
	}
	return false;
}

/* Compiles an action after the command; what is said of it goes to the caller's memory. */
static void
recheck_now(Recheck *recheck, MemoryContext scratch)
{
	MemoryContext caller = MemoryContextSwitchTo(scratch);
	Trial		trial = {.recheck = recheck, .sink = {NULL, true, NIL, scratch}};
	bool		missed_lock;
	ErrorData  *error = caught_trial_at_once(trial_run, &trial, &missed_lock);

	MemoryContextSwitchTo(caller);
	if (error == NULL && !problem_any_error(&trial.sink))
	{
		/* what the command has made other facts of */
		if (trial.facts != NULL)
			facts_replace_at_once(recheck->action, trial.facts);
		return;
	}
	recheck->owner = function_owner(recheck->action);
	recheck->name = function_name_canonical(recheck->action);
	recheck->problems = trial_problems(&trial, error);
	recheck->result = missed_lock ? RECHECK_UNKNOWN : lacks_rights(&trial, error) ?
		RECHECK_BROKEN_BEFORE : RECHECK_BREAKS;
}

/*
 * Is an error a failure of the look itself? One is that of an index which this
 * transaction made and the command dropped.
 */
static bool
is_failed_look(const Recheck *recheck, int sqlstate, const char *message)
{
	return ERRCODE_TO_CATEGORY(sqlstate) == ERRCODE_INTERNAL_ERROR &&
		strstr(recheck->problems, message) == NULL;
}

/* Did an action work before the command, going by what compiling it gave? */
static bool
worked_before(const Recheck *recheck, const Trial *trial, const ErrorData *error)
{
	ListCell   *cell;

	if (error != NULL && !is_failed_look(recheck, error->sqlerrcode, error->message))
		return false;
	foreach(cell, trial->sink.problems)
	{
		const Problem *problem = lfirst(cell);

		if (!problem->warning && !is_failed_look(recheck, problem->sqlstate, problem->message))
			return false;
	}
	return true;
}

/* Compiles an action as it was before the command. */
static void
recheck_before(Recheck *recheck, MemoryContext scratch)
{
	MemoryContext caller = MemoryContextSwitchTo(scratch);
	Trial		trial = {.recheck = recheck, .sink = {NULL, true, NIL, scratch}, .past = true};
	bool		missed_lock;
	ErrorData  *error = caught_trial_at_once(trial_run, &trial, &missed_lock);

	if (missed_lock)
		recheck->result = RECHECK_UNKNOWN;
	else if (!worked_before(recheck, &trial, error))
		recheck->result = RECHECK_BROKEN_BEFORE;
	else if (error != NULL || problem_any_error(&trial.sink))
		find_blamed(recheck, NIL);
	MemoryContextSwitchTo(caller);
}

/* Notes what touched objects were called before the command. */
static void
note_old_identities(const Recheck *recheck)
{
	ListCell   *cell;

	foreach(cell, recheck->uses)
	{
		Touched    *touched = ((Use *) lfirst(cell))->touched;
		ObjectAddress address;

		ObjectAddressSubSet(address, touched->class, touched->object, touched->part);
		if (touched->old_identity == NULL)
			touched->old_identity = getObjectIdentity(&address, true);
	}
}

/* Actions to compile as they were, and memory to do it in. */
typedef struct PastWork
{
	List	   *rechecks;
	MemoryContext scratch;
} PastWork;

/* Looks at all that broke, as it was before the command. */
static void
recheck_past(void *arg)
{
	PastWork   *work = arg;
	ListCell   *cell;

	foreach(cell, work->rechecks)
	{
		CHECK_FOR_INTERRUPTS();
		recheck_before(lfirst(cell), work->scratch);
		MemoryContextReset(work->scratch);
		note_old_identities(lfirst(cell));
	}
}

/* The relations that actions use or the command touched, as a list of OIDs. */
static List *
relations_of(const List *rechecks)
{
	List	   *relations = NIL;
	ListCell   *cell;
	ListCell   *use_cell;

	foreach(cell, rechecks)
	{
		const Recheck *recheck = lfirst(cell);

		relations = list_concat_unique_oid(relations, relations_needed_by(recheck->action));
		foreach(use_cell, recheck->uses)
		{
			const Touched *touched = ((Use *) lfirst(use_cell))->touched;

			if (touched->class == RelationRelationId)
				relations = list_append_unique_oid(relations, touched->object);
		}
	}
	return relations;
}

void
recheck_actions(List *rechecks)
{
	PastWork	past = {NIL, AllocSetContextCreate(CurrentMemoryContext, "custom action recheck",
												   ALLOCSET_DEFAULT_SIZES)};
	ListCell   *cell;

	foreach(cell, rechecks)
	{
		Recheck    *recheck = lfirst(cell);

		CHECK_FOR_INTERRUPTS();
		recheck_now(recheck, past.scratch);
		MemoryContextReset(past.scratch);
		if (recheck->result == RECHECK_BREAKS)
			past.rechecks = lappend(past.rechecks, recheck);
	}
	if (past_is_known())
	{
		if (past.rechecks != NIL)
			past_call(relations_of(past.rechecks), recheck_past, &past);
	}
	else
	{
		foreach(cell, past.rechecks)
			find_blamed(lfirst(cell), NIL);
	}
	MemoryContextDelete(past.scratch);
}

/* Notes what touched objects were called of those that mean something else now. */
static void
note_past(void *arg)
{
	ListCell   *cell;

	foreach(cell, (const List *) arg)
	{
		find_blamed(lfirst(cell), NIL);
		note_old_identities(lfirst(cell));
	}
}

/* Makes a recheck say that the action means something else now. */
static void
recheck_fail(Recheck *recheck, char *reason)
{
	recheck->owner = function_owner(recheck->action);
	recheck->name = function_name_canonical(recheck->action);
	recheck->problems = reason;
	recheck->result = RECHECK_BREAKS;
}

void
recheck_unfollowed(const List *rechecks, const List *unfollowed)
{
	List	   *failed = NIL;
	ListCell   *cell;
	ListCell   *recheck_cell;

	foreach(cell, unfollowed)
	{
		const Unfollowed *report = lfirst(cell);

		foreach(recheck_cell, rechecks)
		{
			Recheck    *recheck = lfirst(recheck_cell);

			if (recheck->action != report->action ||
				(recheck->result != RECHECK_SOUND && recheck->result != RECHECK_UNKNOWN))
				continue;
			recheck_fail(recheck, report->reason);
			failed = lappend(failed, recheck);
		}
	}
	if (failed != NIL)
		past_call(relations_of(failed), note_past, failed);
}
