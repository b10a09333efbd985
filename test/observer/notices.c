/*
 * notices.c
 *		An observer that says what it is told, each event a notice, and raises an
 *		error at the event that the setting observer.raise_at names. With observer.without_steps
 *		it does not ask for steps.
 */
#include "postgres.h"

#include "lookup/key.h"
#include "notices.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

static const char *const step_ends[] = {
	[STEP_DONE] = "done", [STEP_SKIPPED] = "skipped", [STEP_HANDLED] = "handled", [STEP_FAILED] = "failed"
};

static const char *const invocation_ends[] = {
	[INVOCATION_SUCCEEDED] = "succeeded", [INVOCATION_FAILED] = "failed", [INVOCATION_CANCELED] = "canceled"
};

/* Says it, and raises if that is wanted here. */
static void
say(const Frame *frame, const char *event, const char *what, const char *how)
{
	const char *raise_at = GetConfigOption("observer.raise_at", true, false);

	ereport(NOTICE, errmsg_internal("%*s%s %s", frame != NULL ? 2 * (frame->depth - 1) : 0, "", what, how));
	if (raise_at != NULL && strcmp(raise_at, event) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_RAISE_EXCEPTION),
				 errmsg_internal("raised at %s", event)));
}

/* ": what went wrong, at step 3" */
static const char *
error_text(const ErrorData *error, const char *failed_step)
{
	if (error == NULL)
		return "";
	return psprintf(": %s%s%s", error->message, failed_step ? ", at " : "", failed_step ? failed_step : "");
}

static bool
wants_keys(const Definition *definition)
{
	return true;
}

/* Is a setting that nobody has registered on? */
static bool
is_on(const char *setting)
{
	const char *text = GetConfigOption(setting, true, false);
	bool		on = false;

	return text != NULL && parse_bool(text, &on) && on;
}

static uint32
begun(Frame *frame)
{
	say(frame, "begun", frame->program->action,
		psprintf("version %d begun, in %s", frame->program->version,
				 frame->parent != NULL ? frame->parent->program->action : "nothing"));
	return OBSERVE_ALL & ~(OBSERVE_INPUTS | (is_on("observer.without_steps") ? OBSERVE_STEPS : 0));
}

static void
step_begun(Frame *frame, const Instruction *step)
{
	say(frame, "step_begun", step->path,
		psprintf("begun: %s%s", step->kind != NULL ? step->kind->name : "plug-in",
				 frame->iteration > 0 ? psprintf(", turn " INT64_FORMAT, frame->iteration) : ""));
}

/* Appends "(42, null)" */
static void
append_key(StringInfo out, const List *key, const NullableDatum *values)
{
	for (int i = 0; i < list_length(key); i++)
	{
		Oid			output;
		bool		is_varlena;

		getTypeOutputInfo(((KeyColumn *) list_nth(key, i))->type, &output, &is_varlena);
		appendStringInfo(out, "%s%s", i > 0 ? ", " : "(", values[i].isnull ? "null" :
						 OidOutputFunctionCall(output, values[i].value));
	}
	appendStringInfoChar(out, ')');
}

/* " (id, day) = (42, null) (43, null)", " (id) = (1) -> (2)" */
static const char *
key_text(const RowsWritten *written)
{
	int			columns = list_length(written->key);
	StringInfoData text;

	if (written->nkeys == 0)
		return "";
	initStringInfo(&text);
	for (int i = 0; i < columns; i++)
		appendStringInfo(&text, "%s%s", i > 0 ? ", " : " (", ((KeyColumn *) list_nth(written->key, i))->name);
	appendStringInfoString(&text, ") =");
	for (int i = 0; i < written->nkeys; i++)
	{
		appendStringInfoChar(&text, ' ');
		if (written->old_keys != NULL)
		{
			append_key(&text, written->key, written->old_keys + i * columns);
			appendStringInfoString(&text, " -> ");
		}
		append_key(&text, written->key, written->keys + i * columns);
	}
	return text.data;
}

static void
rows_written(Frame *frame, const RowsWritten *written)
{
	say(frame, "rows_written", written->step->path,
		psprintf("%s " UINT64_FORMAT " %s%s",
				 written->command == CMD_INSERT ? "inserted" : written->command == CMD_UPDATE ? "updated" : "deleted",
				 written->rows, get_rel_name(written->relation), key_text(written)));
}

static void
step_undone(Frame *frame, const Instruction *step, uint64 rows_told, const ErrorData *error, const char *failed_step)
{
	say(frame, "step_undone", step->path, psprintf("undone%s", error_text(error, failed_step)));
}

static void
step_ended(Frame *frame, const Instruction *step, StepEnd how, const ErrorData *error, const char *failed_step)
{
	say(frame, how == STEP_FAILED ? "step_failed" : "step_ended", step->path,
		psprintf("%s%s", step_ends[how], error_text(error, failed_step)));
}

static void
ended(Frame *frame, InvocationEnd how, const ErrorData *error, const char *failed_step)
{
	say(frame, how == INVOCATION_SUCCEEDED ? "succeeded" : "failed", frame->program->action,
		psprintf("%s%s", invocation_ends[how], error_text(error, failed_step)));
}

static void
answered(const pg_uuid_t *invocation, const ErrorData *error, const char *failed_step)
{
	say(NULL, "answered", invocation != NULL ? "invocation" : "no invocation",
		psprintf("answered%s", error_text(error, failed_step)));
}

const Observer notices = {
	.wants_keys = wants_keys,
	.invocation_begun = begun,
	.step_begun = step_begun,
	.rows_written = rows_written,
	.step_undone = step_undone,
	.step_ended = step_ended,
	.invocation_ended = ended,
	.failure_answered = answered
};
