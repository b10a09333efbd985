/*
 * words.c
 *		Words of texts of our own, and the indexes on them.
 *
 * Whether a draft has a name in it must be known at the cost of next to nothing,
 * as every rename asks. So texts are indexed by their words (GIN), and the index
 * alone is asked, without SQL.
 *
 * A word is what letters, digits and underscores a text has in a row, in lower
 * case and cut as identifiers are. An escape of JSON ends one. Of letters that are
 * not ASCII it only counts where they are: how they are folded is not known here.
 * Texts that may have names in them unseen have the word "u&". All of this finds
 * too much rather than too little.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/gin.h"
#include "base/compat.h"
#include "catalog/namespace.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lookup/action_lookup.h"
#include "lookup/words.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/tidbitmap.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/* From so many bytes on, an identifier may be cut */
#define MAX_WORD			(NAMEDATALEN - MAX_MULTIBYTE_CHAR_LEN)

/* The word of texts that may write a name otherwise */
#define UNSEEN_WORD			"u&"

/* Strategy of && in array_ops, which core does not give a name to */
#define GIN_OVERLAP			1

PG_FUNCTION_INFO_V1(custom_action_words);
PG_FUNCTION_INFO_V1(custom_action_words_of_name);

/* Is it a character of a word? */
static bool
belongs_to_word(char c)
{
	return IS_HIGHBIT_SET(c) || isalnum((unsigned char) c) || c == '_';
}

/* A word as it counts. */
static text *
folded_word(const char *start, int length)
{
	char		word[MAX_WORD];

	length = Min(length, MAX_WORD);
	for (int i = 0; i < length; i++)
		word[i] = IS_HIGHBIT_SET(start[i]) ? '~' : pg_tolower((unsigned char) start[i]);
	return cstring_to_text_with_len(word, length);
}

/* Adds the words of a text. */
static ArrayBuildState *
add_words(ArrayBuildState *words, const char *start, const char *end)
{
	bool		unseen = false;

	while (start < end)
	{
		const char *word = start;

		if (*start == '\\')
		{
			unseen = unseen || (end - start > 1 && start[1] == 'u');
			start += 2;
			continue;
		}
		while (start < end && belongs_to_word(*start))
			start++;
		if (start == word)
		{
			start++;
			continue;
		}
		unseen = unseen || (start - word == 1 && (*word == 'u' || *word == 'U') && start < end && *start == '&');
		words = accumArrayResult(words, PointerGetDatum(folded_word(word, start - word)), false,
								 TEXTOID, CurrentMemoryContext);
	}
	if (unseen)
		words = accumArrayResult(words, CStringGetTextDatum(UNSEEN_WORD), false, TEXTOID, CurrentMemoryContext);
	return words;
}

/* SQL: the words of texts; a word may be there more than once. */
Datum
custom_action_words(PG_FUNCTION_ARGS)
{
	ArrayType  *texts = PG_GETARG_ARRAYTYPE_P(0);
	ArrayBuildState *words = NULL;
	Datum	   *items;
	bool	   *nulls;
	int			count;

	deconstruct_array(texts, TEXTOID, -1, false, TYPALIGN_INT, &items, &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		text	   *item;

		CHECK_FOR_INTERRUPTS();
		if (nulls[i])
			continue;
		item = DatumGetTextPP(items[i]);
		words = add_words(words, VARDATA_ANY(item), VARDATA_ANY(item) + VARSIZE_ANY_EXHDR(item));
	}
	if (words == NULL)
		PG_RETURN_ARRAYTYPE_P(construct_empty_array(TEXTOID));
	PG_RETURN_DATUM(makeArrayResult(words, CurrentMemoryContext));
}

/*
 * One of these words is in each text that has a name in it: the longest of the
 * name, or the one of texts that hide it. NULL: it cannot be looked for by words.
 */
static ArrayType *
words_of_name(const char *name)
{
	const char *longest = NULL;
	int			length = 0;
	Datum		words[2];

	if (strchr(name, '\\') != NULL)
		return NULL;
	while (*name)
	{
		const char *word = name;

		while (belongs_to_word(*name))
			name++;
		if (name - word > length)
		{
			longest = word;
			length = name - word;
		}
		if (name == word)
			name++;
	}
	if (longest == NULL)
		return NULL;
	words[0] = PointerGetDatum(folded_word(longest, length));
	words[1] = CStringGetTextDatum(UNSEEN_WORD);
	return construct_array(words, lengthof(words), TEXTOID, -1, false, TYPALIGN_INT);
}

/* SQL: words of which a text that has a name in it has at least one. */
Datum
custom_action_words_of_name(PG_FUNCTION_ARGS)
{
	ArrayType  *words = words_of_name(text_to_cstring(PG_GETARG_TEXT_PP(0)));

	if (words == NULL)
		PG_RETURN_NULL();
	PG_RETURN_ARRAYTYPE_P(words);
}

/* Has an index on words any entry for one of these? */
static bool
index_has_any(Oid oid, ArrayType *words)
{
	Relation	index = index_open(oid, AccessShareLock);
	IndexScanDesc scan = index_beginscan_bitmap(index, SnapshotAny, NULL, 1);
	TIDBitmap  *found = tbm_create(work_mem * 1024L, NULL);
	ScanKeyData key;
	int64		count;

	ScanKeyInit(&key, 1, GIN_OVERLAP, F_ARRAYOVERLAP, PointerGetDatum(words));
	index_rescan(scan, &key, 1, NULL, 0);
	count = index_getbitmap(scan, found);
	index_endscan(scan);
	tbm_free(found);
	index_close(index, AccessShareLock);
	return count > 0;
}

bool
indexed_words_name(const char *index, const char *name)
{
	ArrayType  *words = words_of_name(name);
	Oid			schema = get_namespace_oid(CA_SCHEMA, true);
	Oid			oid = OidIsValid(schema) ? get_relname_relid(index, schema) : InvalidOid;

	return words == NULL || !OidIsValid(oid) || index_has_any(oid, words);
}

bool
text_may_name(const char *text, const char *name)
{
	ArrayType  *wanted = words_of_name(name);
	ArrayBuildState *words = add_words(NULL, text, text + strlen(text));

	if (wanted == NULL || words == NULL)
		return wanted == NULL;
	return DatumGetBool(OidFunctionCall2Coll(F_ARRAYOVERLAP, C_COLLATION_OID, PointerGetDatum(wanted),
											 makeArrayResult(words, CurrentMemoryContext)));
}
