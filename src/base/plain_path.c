/*
 * plain_path.c
 *		Reads custom_actions.plain_path: words, separated by commas, which name
 *		rewrites that are left out.
 *
 * The bits stay with the setting's value, which frees them. What is compiled
 * follows them: plain_path_tell() says who forgets it.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/plain_path.h"
#include "utils/builtins.h"
#include "utils/varlena.h"

int			setting_plain_path = 0;

static void (*tell_changed) (void) = NULL;

static const struct
{
	const char *word;
	int			bits;
}			plain_words[] = {
	{"frames", PLAIN_FRAMES},
	{"path", PLAIN_PATH},
	{"merge", PLAIN_MERGE},
	{"sets", PLAIN_SETS},
	{"expressions", PLAIN_EXPRESSIONS},
	{"fingerprints", PLAIN_FINGERPRINTS},
	{"liveness", PLAIN_LIVENESS},
	{"selects", PLAIN_SELECTS},
	{"checks", PLAIN_CHECKS},
	{"keys", PLAIN_KEYS},
	{"all", PLAIN_ALL}
};

/* The bits of a word; 0: it is none. */
static int
word_bits(const char *word)
{
	for (int i = 0; i < lengthof(plain_words); i++)
		if (strcmp(word, plain_words[i].word) == 0)
			return plain_words[i].bits;
	return 0;
}

/* All words, as a hint lists them. */
static const char *
all_words(void)
{
	StringInfoData words;

	initStringInfo(&words);
	for (int i = 0; i < lengthof(plain_words); i++)
		appendStringInfo(&words, "%s%s", i > 0 ? ", " : "", plain_words[i].word);
	return words.data;
}

/* Reads the words of a list, which it cuts up; false: this is none. */
static bool
read_words(char *list, int *bits)
{
	List	   *words;
	ListCell   *cell;

	*bits = 0;
	if (!SplitIdentifierString(list, ',', &words))
	{
		GUC_check_errdetail("Its words are separated by commas.");
		return false;
	}
	foreach(cell, words)
	{
		int			bit = word_bits(lfirst(cell));

		if (bit == 0)
		{
			GUC_check_errdetail("\"%s\" is none of its words.", (const char *) lfirst(cell));
			GUC_check_errhint("They are: %s.", all_words());
			return false;
		}
		*bits |= bit;
	}
	list_free(words);
	return true;
}

bool
plain_path_check(char **newval, void **extra, GucSource source)
{
	int		   *bits = guc_malloc(LOG, sizeof(int));
	char	   *list;
	bool		valid;

	if (bits == NULL)
		return false;
	list = pstrdup(*newval);
	valid = read_words(list, bits);
	pfree(list);
	if (valid)
		*extra = bits;
	else
		guc_free(bits);
	return valid;
}

void
plain_path_assign(const char *newval, void *extra)
{
	int			bits = *(int *) extra;

	if (bits == setting_plain_path)
		return;
	setting_plain_path = bits;
	if (tell_changed != NULL)
		tell_changed();
}

void
plain_path_tell(void (*changed) (void))
{
	tell_changed = changed;
}
