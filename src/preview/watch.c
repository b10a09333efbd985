/*
 * watch.c
 *		Watches what an action and all that it calls do.
 *
 * Row versions say at which command they were written. Each begin and end of a
 * step is noted with the command at hand, so that a version tells its step. What a
 * subtransaction takes back is forgotten when that is rolled back, whoever began
 * it: on_error, try_invoke_action, or an exception block of somebody's function.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "common/hashfn.h"
#include "lookup/action_lookup.h"
#include "lookup/key.h"
#include "preview/identity.h"
#include "preview/source.h"
#include "preview/watch.h"
#include "run/mask.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#define MOST_TOLD		10000	/* rows; to find more of them by their keys would take longer than
								 * to read the table */
#define ROOM_AT_FIRST	16

/* A step that runs. */
typedef struct WatchOpen
{
	const Frame *frame;
	const Instruction *step;
	WatchLine  *line;
	instr_time	begun;
	uint64		rows;			/* of the frame, when it began */
} WatchOpen;

/* A step that has run. */
typedef struct WatchRun
{
	WatchLine  *line;
	StepOutcome outcome;
	SubTransactionId subxact;
	uint64		rows;
	double		time;
} WatchRun;

/* Which line is it? */
typedef struct LineKey
{
	const WatchLine *outer;
	const Instruction *step;
} LineKey;

typedef struct LineEntry
{
	LineKey		key;
	WatchLine  *line;
} LineEntry;

static Watch *watching = NULL;	/* the innermost, or NULL */

static const Observer watch_observer;

/* Makes room for one more element of an array. */
static void *
with_room(Watch *watch, void *array, int count, int *room, Size size)
{
	if (count < *room)
		return array;
	*room = Max(ROOM_AT_FIRST, 2 * *room);
	return array == NULL ? MemoryContextAlloc(watch->mcxt, *room * size) : repalloc_huge(array, *room * size);
}

/* Notes who is at work from now on. */
static void
note_moment(Watch *watch, WatchLine *line, bool begins)
{
	WatchMoment *moment;

	watch->moments = with_room(watch, watch->moments, watch->nmoments, &watch->moments_room, sizeof(WatchMoment));
	moment = &watch->moments[watch->nmoments++];
	moment->command = GetCurrentCommandId(false);
	moment->line = line;
	moment->also = NULL;
	moment->begins = begins;
}

/* What a step is called. */
static const char *
line_by(const WatchLine *outer, const Frame *frame, const Instruction *step)
{
	const char *title = strstr(step->path, ": ");	/* of a plug-in, behind its stage */
	const char *name = step->kind != NULL || title == NULL ? step->path : psprintf("plug-in %s", title + 2);

	return outer == NULL ? pstrdup(name) : psprintf("%s > %s %s", outer->by, frame->program->action, name);
}

/* The line of a step, made when new. */
static WatchLine *
line_of_step(Watch *watch, WatchLine *outer, const Frame *frame, const Instruction *step)
{
	LineKey		key = {outer, step};
	bool		found;
	LineEntry  *entry = hash_search(watch->by_step, &key, HASH_ENTER, &found);
	MemoryContext old;
	WatchLine  *line;

	/* the memory of a program that is gone may be another's by now */
	if (found && strcmp(entry->line->path, step->path) == 0)
		return entry->line;
	entry->line = NULL;
	old = MemoryContextSwitchTo(watch->mcxt);
	line = palloc0(sizeof(WatchLine));
	line->step = step;
	line->path = pstrdup(step->path);
	line->by = line_by(outer, frame, step);
	line->outer = outer;
	line->writes = step->kind != NULL && step->kind->writes && step->plugin == InvalidOid;
	line->counts = line->writes;
	watch->lines = lappend(watch->lines, line);
	entry->line = line;
	MemoryContextSwitchTo(old);
	return line;
}

/* The innermost that runs, or NULL. */
static WatchOpen *
innermost_open(const Watch *watch)
{
	return watch->nopen > 0 ? &watch->open[watch->nopen - 1] : NULL;
}

/* The line that is at work when the innermost one is asked, or NULL. */
static WatchLine *
innermost_line(const Watch *watch)
{
	const WatchOpen *open = innermost_open(watch);

	return open != NULL ? open->line : NULL;
}

/* Puts a line on the stack. */
static void
push_open(Watch *watch, const Frame *frame, const Instruction *step, WatchLine *line)
{
	WatchOpen  *open;

	watch->open = with_room(watch, watch->open, watch->nopen, &watch->open_room, sizeof(WatchOpen));
	open = &watch->open[watch->nopen++];
	open->frame = frame;
	open->step = step;
	open->line = line;
	open->rows = frame != NULL ? frame->rows_written : 0;
	INSTR_TIME_SET_CURRENT(open->begun);
}

/* Adds what a program calls and must not be: functions that may do what no rollback undoes. */
static void
note_volatiles(Watch *watch, const Program *program)
{
	MemoryContext old = MemoryContextSwitchTo(watch->mcxt);
	ListCell   *cell;

	foreach(cell, program->dependencies)
	{
		const ObjectAddress *address = lfirst(cell);

		if (address->classId == ProcedureRelationId && get_func_name(address->objectId) != NULL &&
			func_volatile(address->objectId) == PROVOLATILE_VOLATILE && !function_is_action(address->objectId))
			watch->volatiles = list_append_unique_oid(watch->volatiles, address->objectId);
	}
	MemoryContextSwitchTo(old);
}

/* Adds what is known of where the program's statements take their values from. */
static void
note_sources(Watch *watch, const Program *program)
{
	MemoryContext old;

	if (list_member_ptr(watch->programs, program))
		return;
	old = MemoryContextSwitchTo(watch->mcxt);
	watch->programs = lappend(watch->programs, unconstify(Program *, program));
	watch->written = list_concat(watch->written, written_columns(program));
	MemoryContextSwitchTo(old);
}

static bool
watch_wants_keys(const Definition *definition)
{
	return watching != NULL;
}

static int
watch_most_keys(void)
{
	return watching != NULL ? MOST_TOLD : 0;
}

static bool
watch_follows(const Frame *frame)
{
	return watching != NULL;
}

static uint32
watch_invocation_begun(Frame *frame)
{
	if (!watch_follows(frame))
		return 0;
	note_volatiles(watching, frame->program);
	note_sources(watching, frame->program);
	return OBSERVE_INPUTS | OBSERVE_ROWS | OBSERVE_PLUGINS | OBSERVE_STEPS | OBSERVE_END;
}

static void
watch_inputs_bound(Frame *frame)
{
	Watch	   *watch = watching;
	MemoryContext old;

	if (watch == NULL)
		return;
	watch->sensitive |= frame->program->sensitive || mask_is_needed(frame);
	if (watch->identity != NULL)
		return;
	old = MemoryContextSwitchTo(watch->mcxt);
	watch->identity = identity_of_call(frame, watch->request);
	MemoryContextSwitchTo(old);
}

static void
watch_step_begun(Frame *frame, const Instruction *step)
{
	Watch	   *watch = watching;
	const WatchOpen *outer;
	WatchLine  *line;

	if (watch == NULL)
		return;
	/* so that what was written before is not of the same command */
	if (!frame->read_only)
		CommandCounterIncrement();
	outer = innermost_open(watch);
	line = line_of_step(watch, outer == NULL ? NULL : outer->frame == frame ? outer->line->outer : outer->line,
						frame, step);
	push_open(watch, frame, step, line);
	note_moment(watch, line, true);
}

/* Takes a step off the stack, and what was left open inside; false if it is not there. */
static bool
pop_open(Watch *watch, const Frame *frame, const Instruction *step, WatchOpen *open)
{
	for (int i = watch->nopen - 1; i >= 0; i--)
	{
		if (watch->open[i].frame != frame || watch->open[i].step != step)
			continue;
		*open = watch->open[i];
		watch->nopen = i;
		return true;
	}
	return false;
}

/* Keeps how a step went. */
static void
note_run(Watch *watch, const WatchOpen *open, StepOutcome outcome, uint64 rows)
{
	WatchRun   *run;
	instr_time	now;

	INSTR_TIME_SET_CURRENT(now);
	INSTR_TIME_SUBTRACT(now, open->begun);
	watch->runs = with_room(watch, watch->runs, watch->nruns, &watch->runs_room, sizeof(WatchRun));
	run = &watch->runs[watch->nruns++];
	run->line = open->line;
	run->outcome = outcome;
	run->subxact = GetCurrentSubTransactionId();
	run->rows = rows;
	run->time = INSTR_TIME_GET_MILLISEC(now);
}

static void
watch_step_ended(Frame *frame, const Instruction *step, StepEnd how, const ErrorData *error,
				 const char *failed_step)
{
	static const StepOutcome outcomes[] = {
		[STEP_DONE] = OUTCOME_DONE,
		[STEP_SKIPPED] = OUTCOME_SKIPPED,
		[STEP_HANDLED] = OUTCOME_HANDLED,
		[STEP_FAILED] = OUTCOME_FAILED
	};
	Watch	   *watch = watching;
	WatchOpen	open;

	if (watch == NULL || !pop_open(watch, frame, step, &open))
		return;
	note_run(watch, &open, outcomes[how], how == STEP_FAILED ? 0 : frame->rows_written - open.rows);
	if (how != STEP_FAILED)
	{
		watch->failed = NULL;
		if (!frame->read_only)
			CommandCounterIncrement();
	}
	else if (watch->failed == NULL)
		watch->failed = open.line;
	note_moment(watch, innermost_line(watch), false);
}

static void
watch_step_undone(Frame *frame, const Instruction *step, uint64 rows_told, const ErrorData *error,
				  const char *failed_step)
{
	if (watching != NULL)
		watching->failed = NULL;
}

/* The key that rows of a table are told by, copied when new. */
static const ToldKey *
told_key(Watch *watch, Oid relation, const List *columns)
{
	ToldKey    *key;
	ListCell   *cell;

	foreach(cell, watch->keys)
	{
		key = lfirst(cell);
		if (key->relation == relation && key->ncolumns == list_length(columns) &&
			strcmp(key->names[0], ((KeyColumn *) linitial(columns))->name) == 0)
			return key;
	}
	key = palloc(sizeof(ToldKey));
	key->relation = relation;
	key->ncolumns = list_length(columns);
	key->names = palloc(key->ncolumns * sizeof(char *));
	key->lengths = palloc(key->ncolumns * sizeof(int16));
	key->byval = palloc(key->ncolumns * sizeof(bool));
	for (int i = 0; i < key->ncolumns; i++)
	{
		const KeyColumn *column = list_nth(columns, i);

		key->names[i] = pstrdup(column->name);
		key->lengths[i] = column->length;
		key->byval[i] = column->byval;
	}
	watch->keys = lappend(watch->keys, key);
	return key;
}

/* Keeps the key of a row. */
static void
note_row(Watch *watch, const ToldKey *key, const NullableDatum *values)
{
	ToldRow    *row;

	if (watch->nrows >= MOST_TOLD)
	{
		watch->too_many = true;
		return;
	}
	watch->rows = with_room(watch, watch->rows, watch->nrows, &watch->rows_room, sizeof(ToldRow));
	row = &watch->rows[watch->nrows++];
	row->key = key;
	row->subxact = GetCurrentSubTransactionId();
	row->values = palloc(key->ncolumns * sizeof(NullableDatum));
	for (int i = 0; i < key->ncolumns; i++)
	{
		row->values[i] = values[i];
		if (!values[i].isnull)
			row->values[i].value = datumCopy(values[i].value, key->byval[i], key->lengths[i]);
	}
}

static void
watch_rows_written(Frame *frame, const RowsWritten *written)
{
	Watch	   *watch = watching;
	MemoryContext old;
	const ToldKey *key;

	if (watch == NULL)
		return;
	if (written->again)
	{
		/*
		 * the step before has told of them: one statement did the work of
		 * both
		 */
		if (watch->telling >= 0)
			watch->moments[watch->telling].also = innermost_line(watch);
		return;
	}
	watch->telling = watch->nmoments - 1;
	old = MemoryContextSwitchTo(watch->mcxt);
	if (get_rel_relkind(written->relation) == RELKIND_FOREIGN_TABLE)
		watch->foreign = list_append_unique_oid(watch->foreign, written->relation);
	if (written->nkeys > 0)
	{
		key = told_key(watch, written->relation, written->key);
		for (int i = 0; i < written->nkeys; i++)
		{
			note_row(watch, key, written->keys + i * key->ncolumns);
			if (written->old_keys != NULL)
				note_row(watch, key, written->old_keys + i * key->ncolumns);
		}
	}
	MemoryContextSwitchTo(old);
}

/* The place of an output in the signature, or -1. */
static int
output_number(const Program *program, const char *name)
{
	for (int i = 0; i < program->signature->noutputs; i++)
		if (strcmp(program->signature->outputs[i].name, name) == 0)
			return i;
	return -1;
}

/* The text of a value, as jsonb's ->> gives it; NULL for null. */
static char *
output_text(const JsonbValue *value, Jsonb *json)
{
	if (value->type == jbvNull)
		return NULL;
	if (value->type == jbvString)
		return pnstrdup(value->val.string.val, value->val.string.len);
	return JsonbToCString(NULL, &json->root, VARSIZE(json));
}

/* Takes the outputs, as they may be shown. */
static void
take_outputs(Watch *watch, Frame *frame)
{
	MemoryContext old = MemoryContextSwitchTo(watch->mcxt);
	JsonbIterator *iterator = JsonbIteratorInit(&watch->request->output->root);
	JsonbIteratorToken token;
	JsonbValue	value;

	watch->outputs = NIL;
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		WatchOutput *output;
		const char *text;
		int			number;

		if (token != WJB_KEY)
			continue;
		output = palloc0(sizeof(WatchOutput));
		output->name = pnstrdup(value.val.string.val, value.val.string.len);
		(void) JsonbIteratorNext(&iterator, &value, true);
		output->json = JsonbValueToJsonb(&value);
		text = output_text(&value, output->json);
		number = output_number(frame->program, output->name);
		if (text != NULL)
			output->text = number >= 0 && bms_is_member(number, frame->program->sensitive_outputs) ? MASK : mask_text(frame, text);
		output->type = number >= 0 ? frame->program->signature->outputs[number].type : InvalidOid;
		output->sources = output_sources(frame->program, output->name);
		output->masked = output->text != text;
		watch->outputs = lappend(watch->outputs, output);
	}
	MemoryContextSwitchTo(old);
}

static void
watch_invocation_ended(Frame *frame, InvocationEnd how, const ErrorData *error, const char *failed_step)
{
	Watch	   *watch = watching;

	if (watch != NULL && how == INVOCATION_SUCCEEDED && watch->nopen == 0 && watch->request->output != NULL)
		take_outputs(watch, frame);
}

static const Observer watch_observer = {
	.wants_keys = watch_wants_keys,
	.most_keys = watch_most_keys,
	.follows = watch_follows,
	.invocation_begun = watch_invocation_begun,
	.step_begun = watch_step_begun,
	.inputs_bound = watch_inputs_bound,
	.rows_written = watch_rows_written,
	.step_undone = watch_step_undone,
	.step_ended = watch_step_ended,
	.invocation_ended = watch_invocation_ended
};

/* Takes back what a subtransaction did. */
static void
undo_subxact(Watch *watch, SubTransactionId subxact)
{
	while (watch->nrows > 0 && watch->rows[watch->nrows - 1].subxact == subxact)
		watch->nrows--;
	for (int i = watch->nruns - 1; i >= 0 && watch->runs[i].subxact == subxact; i--)
		if (watch->runs[i].outcome == OUTCOME_DONE || watch->runs[i].outcome == OUTCOME_HANDLED)
			watch->runs[i].outcome = OUTCOME_UNDONE;
	watch->telling = -1;
}

/* Gives to a subtransaction what one inside did. */
static void
hand_to_parent(Watch *watch, SubTransactionId subxact, SubTransactionId parent)
{
	for (int i = watch->nrows - 1; i >= 0 && watch->rows[i].subxact == subxact; i--)
		watch->rows[i].subxact = parent;
	for (int i = watch->nruns - 1; i >= 0 && watch->runs[i].subxact == subxact; i--)
		watch->runs[i].subxact = parent;
}

/* Those that were undone already have the number of the one that undid them, and are passed on with it. */
static void
watch_subxact_ended(SubXactEvent event, SubTransactionId subxact, SubTransactionId parent, void *arg)
{
	Watch	   *watch = watching;

	if (watch == NULL || subxact == watch->subxact)
		return;
	if (event == SUBXACT_EVENT_ABORT_SUB)
		undo_subxact(watch, subxact);
	if (event == SUBXACT_EVENT_ABORT_SUB || event == SUBXACT_EVENT_COMMIT_SUB)
		hand_to_parent(watch, subxact, parent);
}

Watch *
watch_begin(const InvokeRequest *request, bool alone)
{
	HASHCTL		control = {.keysize = sizeof(LineKey), .entrysize = sizeof(LineEntry)};
	MemoryContext mcxt = AllocSetContextCreate(CurrentMemoryContext, "custom action watch", ALLOCSET_DEFAULT_SIZES);
	Watch	   *watch = MemoryContextAllocZero(mcxt, sizeof(Watch));

	watch->mcxt = mcxt;
	watch->request = request;
	watch->telling = -1;
	control.hcxt = mcxt;
	watch->by_step = hash_create("custom action watched steps", ROOM_AT_FIRST, &control,
								 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	watch->outer = watching;
	watch->told_before = observer_alone(&watch_observer);
	if (!alone)
		(void) observer_alone(watch->told_before);
	watching = watch;
	return watch;
}

void
watch_within(Watch *watch, SubTransactionId subxact)
{
	watch->subxact = subxact;
}

void
watch_end(Watch *watch)
{
	watching = watch->outer;
	(void) observer_alone(watch->told_before);
}

void
watch_deferred(Watch *watch, const char *by)
{
	MemoryContext old = MemoryContextSwitchTo(watch->mcxt);
	WatchLine  *line = palloc0(sizeof(WatchLine));

	line->path = line->by = pstrdup(by);
	MemoryContextSwitchTo(old);
	CommandCounterIncrement();
	watch->nopen = 0;
	push_open(watch, NULL, NULL, line);
	note_moment(watch, line, false);
}

void
watch_deferred_end(Watch *watch)
{
	watch->nopen = 0;
}

void
watch_count(Watch *watch)
{
	for (int i = 0; i < watch->nruns; i++)
	{
		const WatchRun *run = &watch->runs[i];

		run->line->runs[run->outcome]++;
		run->line->rows[run->outcome] += run->rows;
		run->line->time[run->outcome] += run->time;
		run->line->counts |= run->rows > 0;
	}
}

const WatchMoment *
watch_moment(const Watch *watch, CommandId command)
{
	int			low = 0;
	int			high = watch->nmoments;

	/* the last one that is not later */
	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (watch->moments[middle].command <= command)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 ? &watch->moments[low - 1] : NULL;
}

void
watch_init(void)
{
	observer_register(&watch_observer);
	RegisterSubXactCallback(watch_subxact_ended, NULL);
}
