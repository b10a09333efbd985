/*
 * show.c
 *		Shows an effect: as rows for people, as a document for programs.
 */
#include "postgres.h"

#include "base/error.h"
#include "base/jsonb_push.h"
#include "base/jsonb_value.h"
#include "base/row_text.h"
#include "fmgr.h"
#include "funcapi.h"
#include "preview/preview.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(custom_action_preview);
PG_FUNCTION_INFO_V1(custom_action_preview_document);

/* One row of preview_action(); what is NULL is null. */
typedef struct ShownRow
{
	const char *part;
	const char *by;
	const char *operation;
	const char *table;
	const char *key;
	const char *column;
	const char *before;
	const char *after;
} ShownRow;

#define SHOWN_COLUMNS	(sizeof(ShownRow) / sizeof(const char *))

static const char *const outcome_words[] = {
	[OUTCOME_DONE] = "done",
	[OUTCOME_SKIPPED] = "skipped",
	[OUTCOME_HANDLED] = "handled",
	[OUTCOME_FAILED] = "failed",
	[OUTCOME_UNDONE] = "undone"
};

/* Adds a row to the result. */
static void
put_shown(ReturnSetInfo *result, const ShownRow *row)
{
	const char *const *texts = (const char *const *) row;
	Datum		values[SHOWN_COLUMNS];
	bool		nulls[SHOWN_COLUMNS];

	for (int i = 0; i < SHOWN_COLUMNS; i++)
		row_put_text(values, nulls, i, texts[i]);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/* What is said besides of an error that COMMIT would raise. */
static const char *
commit_words(const Effect *effect)
{
	if (effect->pending)
		return "It would come at COMMIT, and also without this action: what the transaction did before is the reason.";
	return "It would come at COMMIT, when what is deferred is checked.";
}

/* What the action failed with, a row for each part of the error. */
static void
put_error(ReturnSetInfo *result, const Effect *effect)
{
	const ErrorData *error = effect->error;
	ShownRow	row = {.part = "error", .by = effect->failed_by};

	if (error == NULL)
		return;
	row.operation = unpack_sql_state(error->sqlerrcode);
	row.column = "message";
	row.after = error->message;
	put_shown(result, &row);
	if (error->detail != NULL)
	{
		row.column = "detail";
		row.after = error->detail;
		put_shown(result, &row);
	}
	if (error->hint != NULL)
	{
		row.column = "hint";
		row.after = error->hint;
		put_shown(result, &row);
	}
	if (effect->at_commit)
	{
		row.column = "when";
		row.after = commit_words(effect);
		put_shown(result, &row);
	}
}

/* What the caller would get. */
static void
put_outputs(ReturnSetInfo *result, const Effect *effect)
{
	ListCell   *cell;

	foreach(cell, effect->outputs)
	{
		const WatchOutput *output = lfirst(cell);
		ShownRow	row = {.part = "output", .column = output->name, .after = output->text};

		put_shown(result, &row);
	}
}

/* "insert", "update", "delete" */
static const char *
operation_word(CmdType operation)
{
	return operation == CMD_INSERT ? "insert" : operation == CMD_UPDATE ? "update" : "delete";
}

/* "2.set.due, trigger of step 3" */
static char *
by_text(const List *by)
{
	StringInfoData text;
	ListCell   *cell;

	initStringInfo(&text);
	foreach(cell, by)
		appendStringInfo(&text, "%s%s", text.len > 0 ? ", " : "", (char *) lfirst(cell));
	return text.data;
}

/* One row per column; a row that holds nothing is one, too. */
static void
put_change(ReturnSetInfo *result, const EffectChange *change)
{
	ShownRow	row = {
		.part = "change",
		.by = by_text(change->by),
		.operation = operation_word(change->operation),
		.table = change->table,
		.key = change->key_text
	};
	ListCell   *cell;

	if (change->columns == NIL)
		put_shown(result, &row);
	foreach(cell, change->columns)
	{
		const EffectColumn *column = lfirst(cell);

		row.column = column->name;
		row.before = column->before;
		row.after = column->after;
		put_shown(result, &row);
	}
}

/* "3 times, 2 rows, 0.31 ms" */
static char *
line_text(const WatchLine *line, StepOutcome outcome)
{
	StringInfoData text;

	initStringInfo(&text);
	if (line->runs[outcome] > 1)
		appendStringInfo(&text, UINT64_FORMAT " times", line->runs[outcome]);
	if (outcome == OUTCOME_SKIPPED)
		return text.len > 0 ? text.data : NULL;
	if (line->counts && outcome != OUTCOME_FAILED)
		appendStringInfo(&text, "%s" UINT64_FORMAT " row%s", text.len > 0 ? ", " : "", line->rows[outcome],
						 line->rows[outcome] == 1 ? "" : "s");
	appendStringInfo(&text, "%s%.2f ms", text.len > 0 ? ", " : "", line->time[outcome]);
	return text.data;
}

/* One row per step and way that it went. */
static void
put_lines(ReturnSetInfo *result, const Effect *effect)
{
	ListCell   *cell;

	foreach(cell, effect->lines)
	{
		const WatchLine *line = lfirst(cell);

		for (int outcome = 0; outcome < OUTCOMES; outcome++)
		{
			ShownRow	row = {.part = "step", .by = line->by, .operation = outcome_words[outcome]};

			if (line->runs[outcome] == 0)
				continue;
			row.after = line_text(line, outcome);
			put_shown(result, &row);
		}
	}
}

/* What is to be known beside the changes: what is incomplete, what remains. */
static void
put_notes(ReturnSetInfo *result, const char *part, const List *notes)
{
	ListCell   *cell;

	foreach(cell, notes)
	{
		const EffectNote *note = lfirst(cell);
		ShownRow	row = {.part = part, .table = note->table, .after = note->text};

		put_shown(result, &row);
	}
}

/* What is left out of the token, and the token. */
static void
put_token(ReturnSetInfo *result, const Effect *effect)
{
	ShownRow	row = {.part = "token", .after = effect->token};
	ListCell   *cell;

	foreach(cell, effect->varies)
	{
		const EffectVaries *varies = lfirst(cell);
		ShownRow	shown = {.part = "varies", .table = varies->table, .column = varies->column, .after = varies->text};

		put_shown(result, &shown);
	}
	put_shown(result, &row);
}

/* Reads the arguments that both functions have. */
static void
read_call(FunctionCallInfo fcinfo, PreviewCall *call)
{
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"action\" of a preview must not be null"),
				 errhint("Give the name of an action.")));
	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("argument \"input\" of a preview must not be null"),
				 errhint("Leave it out, or pass '{}', for an action without input.")));
	call->action = text_to_cstring(PG_GETARG_TEXT_PP(0));
	call->input = PG_GETARG_JSONB_P(1);
	call->has_version = !PG_ARGISNULL(2);
	call->version = call->has_version ? PG_GETARG_INT32(2) : 0;
	call->options.force = !PG_ARGISNULL(3) && PG_GETARG_BOOL(3);
}

/* preview_action(action, input, version, force): the effect as rows */
Datum
custom_action_preview(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	PreviewCall call = {0};
	const Effect *effect;
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, 0);
	read_call(fcinfo, &call);
	effect = preview_effect(&call);
	put_error(result, effect);
	put_outputs(result, effect);
	foreach(cell, effect->changes)
		put_change(result, lfirst(cell));
	put_lines(result, effect);
	put_notes(result, "incomplete", effect->incomplete);
	put_notes(result, "remains", effect->remains);
	put_token(result, effect);
	MemoryContextDelete(effect->mcxt);
	return (Datum) 0;
}

/* Adds what the action failed with. */
static void
push_error_object(JsonbBuilder *builder, const Effect *effect)
{
	jsonb_push_key(builder, "error");
	jsonb_push_object(builder);
	jsonb_push_text(builder, "sqlstate", unpack_sql_state(effect->error->sqlerrcode));
	jsonb_push_text(builder, "message", effect->error->message);
	jsonb_push_text(builder, "detail", effect->error->detail);
	jsonb_push_text(builder, "hint", effect->error->hint);
	jsonb_push_text(builder, "step", effect->failed_by);
	jsonb_push_boolean(builder, "at_commit", effect->at_commit);
	jsonb_push_object_end(builder);
}

/* Adds what the caller would get: values as they are, of what is masked the mask. */
static void
push_outputs(JsonbBuilder *builder, const Effect *effect)
{
	ListCell   *cell;

	jsonb_push_key(builder, "output");
	jsonb_push_object(builder);
	foreach(cell, effect->outputs)
	{
		const WatchOutput *output = lfirst(cell);

		if (output->masked)
			jsonb_push_text(builder, output->name, output->text);
		else
			jsonb_push_jsonb(builder, output->name, output->json);
	}
	jsonb_push_object_end(builder);
}

/* The value as it was, or as it is; both, by their names, of a column that changed. */
static void
push_changed_column(JsonbBuilder *builder, const EffectChange *change, const EffectColumn *column)
{
	jsonb_push_key(builder, column->name);
	jsonb_push_object(builder);
	if (change->operation != CMD_INSERT)
		jsonb_push_jsonb(builder, "before", column->before_json);
	if (change->operation != CMD_DELETE)
		jsonb_push_jsonb(builder, "after", column->after_json);
	jsonb_push_object_end(builder);
}

/* Adds a row that would change, with its key and the columns that change. */
static void
push_change(JsonbBuilder *builder, const EffectChange *change)
{
	ListCell   *cell;

	jsonb_push_object(builder);
	jsonb_push_text(builder, "table", change->table);
	jsonb_push_text(builder, "operation", operation_word(change->operation));
	jsonb_push_key(builder, "key");
	jsonb_push_object(builder);
	foreach(cell, change->key)
	{
		const EffectColumn *column = lfirst(cell);

		jsonb_push_jsonb(builder, column->name,
						 change->operation == CMD_INSERT ? column->after_json : column->before_json);
	}
	jsonb_push_object_end(builder);
	jsonb_push_key(builder, "by");
	jsonb_push_array(builder);
	foreach(cell, change->by)
	{
		JsonbValue	value;

		jsonb_value_set_text(&value, lfirst(cell));
		jsonb_push_value(builder, &value);
	}
	jsonb_push_array_end(builder);
	jsonb_push_key(builder, "columns");
	jsonb_push_object(builder);
	foreach(cell, change->columns)
		push_changed_column(builder, change, lfirst(cell));
	jsonb_push_object_end(builder);
	jsonb_push_object_end(builder);
}

/* Adds a number. */
static void
push_count(JsonbBuilder *builder, const char *key, Datum number)
{
	JsonbValue	value = {.type = jbvNumeric};

	value.val.numeric = DatumGetNumeric(number);
	jsonb_push_key(builder, key);
	jsonb_push_value(builder, &value);
}

/* Adds what became of the steps, an object for each outcome of each. */
static void
push_lines(JsonbBuilder *builder, const Effect *effect)
{
	ListCell   *cell;

	jsonb_push_key(builder, "steps");
	jsonb_push_array(builder);
	foreach(cell, effect->lines)
	{
		const WatchLine *line = lfirst(cell);

		for (int outcome = 0; outcome < OUTCOMES; outcome++)
		{
			if (line->runs[outcome] == 0)
				continue;
			jsonb_push_object(builder);
			jsonb_push_text(builder, "by", line->by);
			jsonb_push_text(builder, "outcome", outcome_words[outcome]);
			push_count(builder, "times", DirectFunctionCall1(int8_numeric, Int64GetDatum((int64) line->runs[outcome])));
			push_count(builder, "rows", DirectFunctionCall1(int8_numeric, Int64GetDatum((int64) line->rows[outcome])));
			push_count(builder, "milliseconds", DirectFunctionCall1(float8_numeric, Float8GetDatum(line->time[outcome])));
			jsonb_push_object_end(builder);
		}
	}
	jsonb_push_array_end(builder);
}

/* Adds what is to be known beside the changes. */
static void
push_notes(JsonbBuilder *builder, const char *key, const List *notes)
{
	ListCell   *cell;

	jsonb_push_key(builder, key);
	jsonb_push_array(builder);
	foreach(cell, notes)
	{
		const EffectNote *note = lfirst(cell);

		jsonb_push_object(builder);
		jsonb_push_text(builder, "table", note->table);
		jsonb_push_text(builder, "text", note->text);
		jsonb_push_object_end(builder);
	}
	jsonb_push_array_end(builder);
}

/* Adds what is left out of the token. */
static void
push_varies(JsonbBuilder *builder, const Effect *effect)
{
	ListCell   *cell;

	jsonb_push_key(builder, "varies");
	jsonb_push_array(builder);
	foreach(cell, effect->varies)
	{
		const EffectVaries *varies = lfirst(cell);

		jsonb_push_object(builder);
		jsonb_push_text(builder, "table", varies->table);
		jsonb_push_text(builder, "column", varies->column);
		jsonb_push_text(builder, "text", varies->text);
		jsonb_push_object_end(builder);
	}
	jsonb_push_array_end(builder);
}

/* preview_action_document(the same): the effect as jsonb */
Datum
custom_action_preview_document(PG_FUNCTION_ARGS)
{
	PreviewCall call = {.options = {.json = true}};
	const Effect *effect;
	JsonbBuilder *builder;
	ListCell   *cell;

	read_call(fcinfo, &call);
	effect = preview_effect(&call);
	builder = jsonb_builder_make();
	jsonb_push_object(builder);
	if (effect->error != NULL)
		push_error_object(builder, effect);
	else
		push_outputs(builder, effect);
	jsonb_push_key(builder, "changes");
	jsonb_push_array(builder);
	foreach(cell, effect->changes)
		push_change(builder, lfirst(cell));
	jsonb_push_array_end(builder);
	push_lines(builder, effect);
	push_notes(builder, "incomplete", effect->incomplete);
	push_notes(builder, "remains", effect->remains);
	push_varies(builder, effect);
	jsonb_push_text(builder, "token", effect->token);
	jsonb_push_object_end(builder);
	PG_RETURN_JSONB_P(jsonb_builder_finish(builder));
}
