/*
 * mask.c
 *		Takes sensitive values out of texts.
 *
 * A text is looked through for each secret; the bytes of what is found are
 * marked, and each run of marked ones becomes "***". Called at failures, too:
 * nothing but memory is touched.
 */
#include "postgres.h"

#include <ctype.h>

#include "common/hashfn.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "run/mask.h"
#include "run/secrets.h"

#define LEAST_ANYWHERE	4		/* bytes of a secret that counts wherever it stands */
#define LEAST_WORD		3		/* bytes of one that counts as a word */
#define PART_LENGTH		16		/* bytes of a part that counts by itself */
#define MOST_WORK		2e8		/* bytes of a text times secrets, some tenths of a second */

/* A text, and which of its bytes are not to be shown. */
typedef struct Masking
{
	const char *text;
	int			length;
	bool	   *marked;
	int			found;			/* marks set */
} Masking;

/* The parts of long secrets, by hash. */
typedef struct Parts
{
	const char **table;			/* NULL: there are none */
	uint32		mask;
} Parts;

bool
mask_is_needed(const Frame *frame)
{
	return frame_secrets(frame) != NULL;
}

static void
mark(Masking *masking, int start, int length)
{
	memset(masking->marked + start, true, length);
	masking->found++;
}

/* Is it part of a word? */
static bool
is_word_byte(char c)
{
	return isalnum((unsigned char) c) || c == '_' || IS_HIGHBIT_SET(c);
}

/* Does a short secret count where it is found? */
static bool
short_counts(const Masking *masking, int start, int length)
{
	char		before = start > 0 ? masking->text[start - 1] : ' ';
	char		after = start + length < masking->length ? masking->text[start + length] : ' ';

	if (length >= LEAST_WORD)
		return !is_word_byte(before) && !is_word_byte(after);
	return (strchr("\"'(", before) != NULL || (before == ' ' && start > 1 && masking->text[start - 2] == ',')) &&
		strchr("\"'),", after) != NULL;
}

/* Marks a secret wherever it stands; long ones count by their parts. */
static void
mark_secret(Masking *masking, const Secret *secret)
{
	const char *end = masking->text + masking->length;
	const char *at = masking->text;

	while (end - at >= secret->length &&
		   (at = memchr(at, secret->text[0], end - at - secret->length + 1)) != NULL)
	{
		if (memcmp(at, secret->text, secret->length) == 0 &&
			(secret->length >= LEAST_ANYWHERE || short_counts(masking, at - masking->text, secret->length)))
			mark(masking, at - masking->text, secret->length);
		at++;
	}
}

/* Finds the place of a part in the table: where it is, or where it would go. */
static const char **
part_place(const Parts *parts, const char *part)
{
	uint32		place = DatumGetUInt32(hash_any((const unsigned char *) part, PART_LENGTH)) & parts->mask;

	while (parts->table[place] != NULL && memcmp(parts->table[place], part, PART_LENGTH) != 0)
		place = (place + 1) & parts->mask;
	return &parts->table[place];
}

/* Does it count in parts? */
static bool
has_parts(const Secret *secret)
{
	return !secret->whole && secret->length >= PART_LENGTH;
}

/* Enters the parts of all secrets into a table, which is never more than half full. */
static void
parts_enter(Parts *parts, const Secrets *secrets)
{
	Size		count = 0;
	Size		size = 16;

	for (int i = 0; i < secrets->count; i++)
		if (has_parts(&secrets->items[i]))
			count += secrets->items[i].length;
	if (count == 0)
		return;
	while (size < 2 * count)
		size *= 2;
	parts->mask = size - 1;
	parts->table = MemoryContextAllocExtended(CurrentMemoryContext, sizeof(char *) * size,
											  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (int i = 0; i < secrets->count; i++)
	{
		const Secret *secret = &secrets->items[i];

		for (int at = 0; has_parts(secret) && at + PART_LENGTH <= secret->length; at++)
			*part_place(parts, secret->text + at) = secret->text + at;
	}
}

/* Behind the end of what is known of a secret, marks all the rest: then nothing is left to look at. */
static bool
mark_rest(Masking *masking, const Secrets *secrets, int at)
{
	for (int i = 0; i < secrets->count; i++)
	{
		const Secret *secret = &secrets->items[i];

		if (secret->cut && has_parts(secret) &&
			memcmp(secret->text + secret->length - PART_LENGTH, masking->text + at, PART_LENGTH) == 0)
		{
			mark(masking, at, masking->length - at);
			return true;
		}
	}
	return false;
}

/* Marks what is shown of long secrets. */
static void
mark_parts(Masking *masking, const Secrets *secrets)
{
	Parts		parts = {0};

	if (masking->length < PART_LENGTH)
		return;
	parts_enter(&parts, secrets);
	for (int at = 0; parts.table != NULL && at + PART_LENGTH <= masking->length; at++)
	{
		if (*part_place(&parts, masking->text + at) == NULL)
			continue;
		mark(masking, at, PART_LENGTH);
		if (mark_rest(masking, secrets, at))
			break;
	}
	if (parts.table != NULL)
		pfree(parts.table);
}

/* Does a secret hold these bytes somewhere? */
static bool
secret_holds(const Secret *secret, const char *bytes, int length)
{
	for (int i = 0; i + length <= secret->length; i++)
		if (memcmp(secret->text + i, bytes, length) == 0)
			return true;
	return false;
}

/* Marks what the text quotes and is part of any secret, however short; longer ones have been found. */
static void
mark_quoted(Masking *masking, const Secrets *secrets)
{
	int			open = -1;

	for (int i = 0; i < masking->length; i++)
	{
		if (masking->text[i] != '"')
			continue;
		for (int s = 0; open >= 0 && i > open + 1 && i - open <= PART_LENGTH && s < secrets->count; s++)
			if (secret_holds(&secrets->items[s], masking->text + open + 1, i - open - 1))
				mark(masking, open + 1, i - open - 1);
		open = open < 0 ? i : -1;
	}
}

/*
 * Would looking through the text take too long? It cannot be interrupted. Long
 * secrets are looked for all at once, the others, and ends of those that were cut,
 * one by one.
 */
static bool
takes_too_long(const Masking *masking, const Secrets *secrets, bool quoted)
{
	double		work = 0;
	double		all = 0;
	int			quotes = 0;

	for (int i = 0; i < secrets->count; i++)
	{
		work += !has_parts(&secrets->items[i]) || secrets->items[i].cut ? masking->length : 0;
		all += secrets->items[i].length;
	}
	for (int i = 0; quoted && i < masking->length; i++)
		quotes += masking->text[i] == '"';
	return work + quotes * all > MOST_WORK;
}

/* The text with its marked characters replaced. */
static char *
replace_marked(const Masking *masking)
{
	StringInfoData out;
	bool		inside = false;

	initStringInfo(&out);
	for (int i = 0; i < masking->length;)
	{
		int			width = Min(pg_encoding_mblen(GetDatabaseEncoding(), masking->text + i), masking->length - i);
		bool		marked = false;

		for (int k = 0; k < width; k++)
			marked |= masking->marked[i + k];
		if (!marked)
			appendBinaryStringInfo(&out, masking->text + i, width);
		else if (!inside)
			appendStringInfoString(&out, MASK);
		inside = marked;
		i += width;
	}
	return out.data;
}

/* A text without secrets. */
static char *
mask(const Secrets *secrets, const char *text, bool quoted)
{
	Masking		masking = {.text = text};

	if (text == NULL)
		return NULL;
	if (secrets->too_many)
		return pstrdup(MASK);
	masking.length = strlen(text);
	if (takes_too_long(&masking, secrets, quoted))
		return pstrdup(MASK);
	masking.marked = palloc0(masking.length + 1);
	for (int i = 0; i < secrets->count; i++)
		if (!has_parts(&secrets->items[i]))
			mark_secret(&masking, &secrets->items[i]);
	mark_parts(&masking, secrets);
	if (quoted)
		mark_quoted(&masking, secrets);
	return masking.found > 0 ? replace_marked(&masking) : unconstify(char *, text);
}

char *
mask_text(const Frame *frame, const char *text)
{
	const Secrets *secrets = frame_secrets(frame);

	return secrets != NULL ? mask(secrets, text, false) : unconstify(char *, text);
}

bool
mask_is_secret(const Frame *frame, const char *text, int length)
{
	const Secrets *secrets = frame_secrets(frame);

	if (secrets == NULL)
		return false;
	for (int i = 0; i < secrets->count; i++)
		if (secrets->items[i].length == length && memcmp(secrets->items[i].text, text, length) == 0)
			return true;
	return secrets->too_many;
}

void
mask_error(const Frame *frame, ErrorData *error, MemoryContext mcxt)
{
	const Secrets *secrets = frame_secrets(frame);
	bool		quoted = !frame->bound && frame->program->sensitive;
	MemoryContext old;
	char	   *query;

	if (secrets == NULL)
		return;
	old = MemoryContextSwitchTo(mcxt);
	error->message = mask(secrets, error->message, quoted);
	error->detail = mask(secrets, error->detail, quoted);
	error->detail_log = mask(secrets, error->detail_log, quoted);
	error->hint = mask(secrets, error->hint, quoted);
	error->context = mask(secrets, error->context, false);
	query = mask(secrets, error->internalquery, false);
	if (query != error->internalquery)
		error->internalpos = 0; /* it counted the characters of what was there */
	error->internalquery = query;
	MemoryContextSwitchTo(old);
}
