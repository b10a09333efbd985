/*
 * normal.c
 *		What of an effect is the same each time.
 *
 * Rows are a set: the order in which they were written, and by which step, is left
 * out, as are rows that were made and are gone again. Values are in their normal
 * form, whatever the settings of the session are. The order of the lines is that
 * of their digests.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "preview/normal.h"
#include "preview/source.h"
#include "run/normal_form.h"
#include "utils/memutils.h"

#define LONGEST_VALUE	60		/* of a line for people */

/* Puts what stands for a value, or it. */
static void
put_normal_value(Digest *digest, const char *word, bool there, Datum value, Oid type)
{
	bool		named = word != NULL;

	digest_put(digest, &named, sizeof(named));
	if (named)
		digest_put(digest, word, strlen(word));
	else
		normal_form_put(digest, value, !there, type);
}

/* A column of a row that changes, before and after. */
static void
put_column(Digest *digest, const EffectColumn *column)
{
	digest_put(digest, column->name, strlen(column->name));
	put_normal_value(digest, NULL, column->before != NULL, column->before_value, column->type);
	put_normal_value(digest, column->after_word, column->after != NULL, column->after_value, column->type);
}

/* Appends a value, quoted and cut. */
static void
append_shown_value(StringInfo text, const char *word, const char *value)
{
	int			length;

	if (word != NULL && strchr(word, '\001') == NULL)
	{
		appendStringInfo(text, "<%s>", word);
		return;
	}
	if (value == NULL)
	{
		appendStringInfoString(text, "null");
		return;
	}
	length = pg_mbcliplen(value, strlen(value), LONGEST_VALUE);
	appendStringInfo(text, "\"%.*s%s\"", length, value, value[length] != '\0' ? "..." : "");
}

/* "update of support.case 42: status \"open\" -> \"closed\"" */
static char *
change_text(const EffectChange *change, const Watch *watch)
{
	const EffectColumn *first = change->key != NIL ? linitial(change->key) : NULL;
	StringInfoData text;
	ListCell   *cell;

	initStringInfo(&text);
	appendStringInfo(&text, "%s of %s", change->operation == CMD_INSERT ? "insert" :
					 change->operation == CMD_UPDATE ? "update" : "delete", change->table);
	if (first != NULL && (change->operation != CMD_INSERT || first->after_word == NULL))
		appendStringInfo(&text, " %s", change->key_text);
	foreach(cell, change->columns)
	{
		const EffectColumn *column = lfirst(cell);

		appendStringInfo(&text, "%s%s", cell == list_head(change->columns) ? ": " : ", ", column->name);
		if (watch->sensitive)
			continue;
		appendStringInfoChar(&text, ' ');
		if (change->operation != CMD_INSERT)
			append_shown_value(&text, NULL, column->before);
		if (change->operation == CMD_UPDATE)
			appendStringInfoString(&text, " -> ");
		if (change->operation != CMD_DELETE)
			append_shown_value(&text, column->after_word, column->after);
	}
	return text.data;
}

/* A line of a changed row. */
static NormalLine *
change_line(const EffectChange *change, const Watch *watch)
{
	NormalLine *line = palloc0(sizeof(NormalLine));
	Digest		digest;
	ListCell   *cell;

	digest_begin(&digest, "approved change");
	digest_put(&digest, change->table, strlen(change->table));
	digest_put(&digest, &change->operation, sizeof(change->operation));
	foreach(cell, change->key)
		put_column(&digest, lfirst(cell));
	foreach(cell, change->columns)
		put_column(&digest, lfirst(cell));
	digest_end(&digest, line->digest);
	line->text = change_text(change, watch);
	return line;
}

/* A line of an output. */
static NormalLine *
output_line(const WatchOutput *output, const Watch *watch)
{
	NormalLine *line = palloc0(sizeof(NormalLine));
	Digest		digest;
	StringInfoData text;

	digest_begin(&digest, "approved output");
	digest_put(&digest, output->name, strlen(output->name));
	put_normal_value(&digest, output->word, true, JsonbPGetDatum(output->json), JSONBOID);
	digest_end(&digest, line->digest);
	initStringInfo(&text);
	appendStringInfo(&text, "output %s", output->name);
	if (!watch->sensitive)
	{
		appendStringInfoChar(&text, ' ');
		append_shown_value(&text, output->word, output->text);
	}
	line->text = text.data;
	return line;
}

/* For list_sort(): whatever order does, if it is always the same. */
static int
compare_lines(const ListCell *x, const ListCell *y)
{
	return memcmp(((NormalLine *) lfirst(x))->digest, ((NormalLine *) lfirst(y))->digest, DIGEST_LENGTH);
}

NormalEffect *
normal_effect(const Effect *effect, const Watch *watch)
{
	MemoryContext old = MemoryContextSwitchTo(effect->mcxt);
	NormalEffect *normal = palloc0(sizeof(NormalEffect));
	Digest		digest;
	ListCell   *cell;

	foreach(cell, effect->outputs)
		normal->lines = lappend(normal->lines, output_line(lfirst(cell), watch));
	foreach(cell, effect->changes)
	{
		CHECK_FOR_INTERRUPTS();
		normal->lines = lappend(normal->lines, change_line(lfirst(cell), watch));
	}
	list_sort(normal->lines, compare_lines);
	digest_begin(&digest, "approved effect");
	foreach(cell, normal->lines)
		digest_put(&digest, ((NormalLine *) lfirst(cell))->digest, DIGEST_LENGTH);
	digest_end(&digest, normal->digest);
	MemoryContextSwitchTo(old);
	return normal;
}
