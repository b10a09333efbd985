/*
 * varies.c
 *		Finds values that differ by nature, and what stands for them.
 *
 * A value is left out only where it is known what gave it: a number that a column's
 * own sequence has given meanwhile, also in a column that refers to that one or is
 * read from it by a formula; a time that is as far from now() to the microsecond;
 * a uuid from a random default that nothing else can have set, or from a formula
 * that is nothing else. Whatever came from elsewhere, such as a trigger that calls
 * random(), stays part of the effect.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "preview/clock_word.h"
#include "preview/identity.h"
#include "preview/source.h"
#include "preview/varied_table.h"
#include "preview/varies.h"
#include "run/normal_form.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#define ROOM_AT_FIRST	64

/* A value that a column of a new row got by itself. */
typedef struct GivenKey
{
	Oid			relation;
	AttrNumber	attnum;
	uint16		unused;
	char		value[UUID_LEN];	/* of a number, the first eight bytes */
} GivenKey;

typedef struct Given
{
	GivenKey	key;			/* hash key */
	char	   *word;
	char	   *text;			/* the value as text shows it */
	int64		number;
	const EffectChange *change; /* whose column it is */
	uint8		content[DIGEST_LENGTH]; /* of what else the row holds */
} Given;

struct Varies
{
	const Sequences *sequences;
	HTAB	   *tables;			/* of VariedTable */
	HTAB	   *given;			/* of Given */
	List	   *ordered;		/* of Given, those of columns of their own */
	TimestampTz begun;
	const Watch *watch;
	Effect	   *effect;
};

/* Makes a hash table in the current context. */
static HTAB *
make_table(const char *name, Size key, Size entry)
{
	HASHCTL		control = {.keysize = key, .entrysize = entry, .hcxt = CurrentMemoryContext};

	return hash_create(name, ROOM_AT_FIRST, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

Varies *
varies_begin(const Sequences *sequences)
{
	Varies	   *varies = palloc0(sizeof(Varies));

	varies->sequences = sequences;
	varies->tables = make_table("custom action varied tables", sizeof(Oid), sizeof(VariedTable));
	varies->given = make_table("custom action given values", sizeof(GivenKey), sizeof(Given));
	varies->begun = GetCurrentTimestamp();
	return varies;
}

/* What is known of a table. */
static VariedTable *
table_of(const Varies *varies, Oid relation)
{
	bool		found;
	VariedTable *table = hash_search(varies->tables, &relation, HASH_ENTER, &found);

	if (!found)
		varied_table_fill(table, relation);
	return table;
}

/* Reads a value that a given one may be; false if it is of no such type. */
static bool
given_key(Oid relation, AttrNumber attnum, Oid type, Datum value, GivenKey *key, int64 *number)
{
	memset(key, 0, sizeof(GivenKey));
	key->relation = relation;
	key->attnum = attnum;
	switch (getBaseType(type))
	{
		case INT2OID:
			*number = DatumGetInt16(value);
			break;
		case INT4OID:
			*number = DatumGetInt32(value);
			break;
		case INT8OID:
			*number = DatumGetInt64(value);
			break;
		case UUIDOID:
			*number = 0;
			memcpy(key->value, DatumGetPointer(value), UUID_LEN);
			return true;
		default:
			return false;
	}
	memcpy(key->value, number, sizeof(*number));
	return true;
}

/* Is the value of this type one of those? */
static bool
type_is_number(Oid type)
{
	Oid			base = getBaseType(type);

	return base == INT2OID || base == INT4OID || base == INT8OID;
}

/* What formulas may have written there, all of them together; false: none. */
static bool
find_written(const Varies *varies, Oid relation, AttrNumber attnum, WrittenColumn *result)
{
	bool		found = false;
	ListCell   *cell;

	*result = (WrittenColumn)
	{
		relation, attnum, true, NIL
	};
	foreach(cell, varies->watch->written)
	{
		const WrittenColumn *column = lfirst(cell);

		if (column->relation != relation || column->attnum != attnum)
			continue;
		found = true;
		result->random &= column->random;
		result->sources = list_concat(result->sources, column->sources);
	}
	return found;
}

/* Has a step's own statement made this row, and nothing else touched it? */
static bool
is_made_by_step(const Varies *varies, const EffectChange *change)
{
	const WatchMoment *moment = watch_moment(varies->watch, change->command);

	return moment != NULL && moment->line != NULL && moment->line->writes && moment->begins &&
		moment->command == change->command && list_length(change->by) == 1;
}

/* Did the new row's column get its value by itself? */
static bool
is_given_by_itself(Varies *varies, VariedTable *table, const EffectChange *change, const EffectColumn *column)
{
	WrittenColumn written;
	GivenKey	key;
	int64		number;

	if (column->after == NULL || column->number > table->natts)
		return false;
	if (type_is_number(column->type))
	{
		Oid			sequence = varied_table_default(table, column->number)->sequence;

		return OidIsValid(sequence) &&
			given_key(change->relation, column->number, column->type, column->after_value, &key, &number) &&
			sequences_gave(varies->sequences, sequence, number);
	}
	if (getBaseType(column->type) != UUIDOID || table->triggers || !is_made_by_step(varies, change))
		return false;
	return find_written(varies, change->relation, column->number, &written) ? written.random :
		varied_table_default(table, column->number)->random;
}

/* Adds a value under its column, or under another that has the same. */
static Given *
add_given(Varies *varies, Oid relation, const EffectColumn *column, char *word)
{
	GivenKey	key;
	int64		number;
	bool		found;
	Given	   *given;

	if (!given_key(relation, column->number, column->type, column->after_value, &key, &number))
		return NULL;
	given = hash_search(varies->given, &key, HASH_ENTER, &found);
	if (found)
		return NULL;
	given->word = word;
	given->text = pstrdup(column->after);
	given->number = number;
	return given;
}

/* Adds the columns of a new row that got values by themselves. */
static void
add_given_columns(Varies *varies, const EffectChange *change)
{
	VariedTable *table = table_of(varies, change->relation);
	ListCell   *cell;

	foreach(cell, change->columns)
	{
		const EffectColumn *column = lfirst(cell);
		Given	   *given;

		if (!is_given_by_itself(varies, table, change, column))
			continue;
		given = add_given(varies, change->relation, column, NULL);
		if (given == NULL)
			continue;
		given->change = change;
		varies->ordered = lappend(varies->ordered, given);
		effect_add_varies(varies->effect, table->name, column->name,
						  type_is_number(column->type) ? "the number that its sequence gives" : "a random uuid");
	}
}

/* What a value of a column is called, or NULL. */
static const Given *
find_given(const Varies *varies, Oid relation, AttrNumber attnum, Oid type, Datum value)
{
	GivenKey	key;
	int64		number;

	if (!given_key(relation, attnum, type, value, &key, &number))
		return NULL;
	return hash_search(varies->given, &key, HASH_FIND, NULL);
}

/* The word of a value that refers to a new row, or NULL. */
static char *
reference_word(const Varies *varies, const VariedTable *table, const EffectColumn *column)
{
	ListCell   *cell;

	foreach(cell, table->references)
	{
		const Reference *reference = lfirst(cell);
		const Given *given;

		if (reference->attnum != column->number)
			continue;
		given = find_given(varies, reference->relation, reference->column, column->type, column->after_value);
		if (given != NULL)
			return given->word;
	}
	return NULL;
}

/* The word of a number that was given to a row which is gone again, or NULL. */
static char *
gone_word(const Varies *varies, const ValueSource *source, int64 number)
{
	VariedTable *table = table_of(varies, source->relation);
	Oid			sequence = varied_table_default(table, source->attnum)->sequence;

	if (!OidIsValid(sequence) || !sequences_gave(varies->sequences, sequence, number))
		return NULL;
	return psprintf("a number of %s", table->name);
}

/* The same of a number that stands in a text. */
static char *
gone_word_in_text(const Varies *varies, const List *sources, const char *digits, int length)
{
	ListCell   *cell;

	foreach(cell, length < MAXINT8LEN - 1 ? sources : NIL)
	{
		const ValueSource *source = lfirst(cell);
		char	   *word = source->in_text ? gone_word(varies, source, strtoll(digits, NULL, 10)) : NULL;

		if (word != NULL)
			return word;
	}
	return NULL;
}

/* Puts words in the place of such numbers, but in words that are there already. */
static char *
text_with_gone(const Varies *varies, const List *sources, const char *text)
{
	StringInfoData result;
	bool		in_word = false;
	bool		any = false;

	initStringInfo(&result);
	for (const char *at = text; *at != '\0';)
	{
		int			length = strspn(at, "0123456789");
		bool		whole = length > 0 && (at == text || !isalnum((unsigned char) at[-1])) && !isalnum((unsigned char) at[length]);
		const char *word = whole && !in_word ? gone_word_in_text(varies, sources, at, length) : NULL;

		in_word ^= *at == '\001';
		if (word != NULL)
			appendStringInfo(&result, "\001%s\001", word);
		else
			appendBinaryStringInfo(&result, at, Max(length, 1));
		any |= word != NULL;
		at += Max(length, 1);
	}
	return any ? result.data : NULL;
}

/* Puts words in the place of numbers and uuids that stand in a text by themselves. */
static char *
text_with_words(const Varies *varies, const List *sources, const char *text)
{
	char	   *result = NULL;
	HASH_SEQ_STATUS status;
	const Given *given;

	hash_seq_init(&status, varies->given);
	while ((given = hash_seq_search(&status)) != NULL)
	{
		ListCell   *cell;
		bool		read = false;
		const char *rest = result != NULL ? result : text;
		const char *found;
		size_t		length = strlen(given->text);
		StringInfoData replaced;

		foreach(cell, sources)
		{
			const ValueSource *source = lfirst(cell);

			read |= source->in_text && source->relation == given->key.relation && source->attnum == given->key.attnum;
		}
		if (!read || strstr(rest, given->text) == NULL)
			continue;
		initStringInfo(&replaced);
		while ((found = strstr(rest, given->text)) != NULL)
		{
			bool		whole = (found == text || found == result || !isalnum((unsigned char) found[-1])) &&
				!isalnum((unsigned char) found[length]);

			appendBinaryStringInfo(&replaced, rest, found - rest);
			/* a mark that no text of a value can have */
			appendStringInfo(&replaced, whole ? "\001%s\001" : "%s", whole ? given->word : given->text);
			rest = found + length;
		}
		appendStringInfoString(&replaced, rest);
		result = replaced.data;
	}
	if (sources != NIL)
	{
		char	   *gone = text_with_gone(varies, sources, result != NULL ? result : text);

		result = gone != NULL ? gone : result;
	}
	return result;
}

/* The word of a value that formulas read from a column of a new row, or NULL. */
static char *
source_word(const Varies *varies, const List *sources, Oid type, Datum value, const char *text)
{
	GivenKey	key;
	int64		number;
	ListCell   *cell;

	foreach(cell, sources)
	{
		const ValueSource *source = lfirst(cell);
		const Given *given;

		if (source->in_text)
			continue;
		given = find_given(varies, source->relation, source->attnum, type, value);
		if (given != NULL)
			return given->word;
		if (type_is_number(type) && given_key(source->relation, source->attnum, type, value, &key, &number))
		{
			char	   *word = gone_word(varies, source, number);

			if (word != NULL)
				return word;
		}
	}
	return type_is_number(type) || getBaseType(type) == UUIDOID ? NULL : text_with_words(varies, sources, text);
}

/* What a column of a new row holds, but for numbers that are not named yet; NULL: it is the value. */
static const char *
content_word(const Varies *varies, const VariedTable *table, const EffectChange *change, const EffectColumn *column)
{
	ListCell   *cell;
	WrittenColumn written;

	if (find_given(varies, change->relation, column->number, column->type, column->after_value) != NULL)
		return "its own";
	foreach(cell, table->references)
	{
		const Reference *reference = lfirst(cell);

		if (reference->attnum == column->number &&
			find_given(varies, reference->relation, reference->column, column->type, column->after_value) != NULL)
			return "another's";
	}
	/* what formulas read from new rows may hold their numbers */
	if (find_written(varies, change->relation, column->number, &written) && written.sources != NIL)
		return "read";
	return clock_word(column->type, column->after_value, varies->begun);
}

/* Digests what else the row of a given value holds. */
static void
digest_content(const Varies *varies, Given *given)
{
	const VariedTable *table = table_of(varies, given->change->relation);
	Digest		digest;
	ListCell   *cell;

	digest_begin(&digest, "new row");
	foreach(cell, given->change->columns)
	{
		const EffectColumn *column = lfirst(cell);
		const char *word = column->after != NULL ? content_word(varies, table, given->change, column) : NULL;

		digest_put(&digest, column->name, strlen(column->name));
		if (word != NULL)
			digest_put(&digest, word, strlen(word));
		else
			normal_form_put(&digest, column->after_value, column->after == NULL, column->type);
	}
	digest_end(&digest, given->content);
}

/*
 * By table and column, then by what the rows hold: in which order triggers and
 * statements of many rows make them, is not known. Rows that hold the same are in
 * the order of their numbers; uuids stay in that of their rows.
 */
static int
compare_given(const ListCell *x, const ListCell *y)
{
	const Given *a = lfirst(x);
	const Given *b = lfirst(y);
	int			order;

	if (a->key.relation != b->key.relation)
		return a->key.relation < b->key.relation ? -1 : 1;
	if (a->key.attnum != b->key.attnum)
		return a->key.attnum < b->key.attnum ? -1 : 1;
	order = memcmp(a->content, b->content, DIGEST_LENGTH);
	if (order != 0)
		return order;
	return a->number < b->number ? -1 : a->number > b->number;
}

/* Numbers them. */
static void
name_given(Varies *varies)
{
	const Given *last = NULL;
	int			number = 0;
	ListCell   *cell;

	/* one alone needs no order */
	if (list_length(varies->ordered) > 1)
		foreach(cell, varies->ordered)
			digest_content(varies, lfirst(cell));
	list_sort(varies->ordered, compare_given);
	foreach(cell, varies->ordered)
	{
		Given	   *given = lfirst(cell);
		const VariedTable *table = hash_search(varies->tables, &given->key.relation, HASH_FIND, NULL);

		if (last == NULL || last->key.relation != given->key.relation || last->key.attnum != given->key.attnum)
			number = 0;
		given->word = psprintf("%s of new %s #%d", get_attname(given->key.relation, given->key.attnum, false),
							   table->name, ++number);
		last = given;
	}
}

/* Gives a column its word, if it has one; true if others may be named after it. */
static bool
settle_column(Varies *varies, const VariedTable *table, const EffectChange *change, EffectColumn *column)
{
	WrittenColumn written;
	const Given *given;

	if (column->after == NULL || column->after_word != NULL)
		return false;
	given = find_given(varies, change->relation, column->number, column->type, column->after_value);
	if (given != NULL && change->operation == CMD_INSERT)
	{
		column->after_word = given->word;
		return false;
	}
	column->after_word = reference_word(varies, table, column);
	if (column->after_word == NULL && find_written(varies, change->relation, column->number, &written))
		column->after_word = source_word(varies, written.sources, column->type, column->after_value, column->after);
	if (column->after_word != NULL)
	{
		effect_add_varies(varies->effect, table->name, column->name, "it refers to a new row");
		return change->operation == CMD_INSERT &&
			add_given(varies, change->relation, column, unconstify(char *, column->after_word)) != NULL;
	}
	column->after_word = clock_word(column->type, column->after_value, varies->begun);
	if (column->after_word != NULL)
		effect_add_varies(varies->effect, table->name, column->name, "a time, counted from now()");
	return false;
}

/* Gives all columns their words: true if some of these may be what others refer to. */
static bool
settle_columns(Varies *varies)
{
	bool		more = false;
	ListCell   *cell;
	ListCell   *other;

	foreach(cell, varies->effect->changes)
	{
		const EffectChange *change = lfirst(cell);
		const VariedTable *table;

		CHECK_FOR_INTERRUPTS();
		if (change->operation == CMD_DELETE)
			continue;
		table = table_of(varies, change->relation);
		foreach(other, change->columns)
			more |= settle_column(varies, table, change, lfirst(other));
		foreach(other, change->key)
			more |= settle_column(varies, table, change, lfirst(other));
	}
	return more;
}

/* The value of an output; false if it is of no type that varies. */
static bool
output_value(const WatchOutput *output, Datum *value)
{
	Oid			type = getBaseType(output->type);
	char	   *text;

	if (type != INT2OID && type != INT4OID && type != INT8OID && type != UUIDOID && type != TIMESTAMPTZOID &&
		type != TIMESTAMPOID && type != TEXTOID && type != VARCHAROID)
		return false;
	text = unconstify(char *, output->text);
	if (type == TEXTOID || type == VARCHAROID)
		*value = CStringGetTextDatum(text);
	else
	{
		Oid			input;
		Oid			parameter;

		getTypeInputInfo(type, &input, &parameter);
		*value = OidInputFunctionCall(input, text, parameter, -1);
	}
	return true;
}

/* Gives an output its word, if it has one. */
static void
word_output(Varies *varies, WatchOutput *output)
{
	Datum		value;

	if (output->text == NULL || output->masked || !output_value(output, &value))
		return;
	output->word = source_word(varies, output->sources, output->type, value,
							   getBaseType(output->type) == TEXTOID || getBaseType(output->type) == VARCHAROID ?
							   TextDatumGetCString(value) : output->text);
	if (output->word != NULL)
		effect_add_varies(varies->effect, NULL, output->name, "it refers to a new row");
	else
		output->word = clock_word(output->type, value, varies->begun);
	if (output->word != NULL && output->sources == NIL)
		effect_add_varies(varies->effect, NULL, output->name, "a time, counted from now()");
}

void
varies_settle(Varies *varies, Effect *effect, const Watch *watch)
{
	MemoryContext old = MemoryContextSwitchTo(effect->mcxt);
	ListCell   *cell;

	varies->effect = effect;
	varies->watch = watch;
	foreach(cell, watch->identity != NULL ? watch->identity->varies : NIL)
		effect_add_varies(effect, NULL, lfirst(cell), "an input that is left to a default which is another one each time");
	foreach(cell, effect->changes)
	{
		const EffectChange *change = lfirst(cell);

		if (change->operation == CMD_INSERT)
			add_given_columns(varies, change);
	}
	name_given(varies);
	while (settle_columns(varies))
		CHECK_FOR_INTERRUPTS();
	foreach(cell, watch->outputs)
		word_output(varies, lfirst(cell));
	MemoryContextSwitchTo(old);
}
