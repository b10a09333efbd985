/*
 * mention.c
 *		Finds the actions that have a name in their text.
 *
 * That says which actions a new object may concern: what is compiled to find out
 * more should be few. Names count as whole words, in whatever case; where the
 * text may write them in another way, the action is taken.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "base/compat.h"
#include "catalog/pg_proc.h"
#include "ddl/mention.h"
#include "lookup/action_lookup.h"
#include "lookup/proc_row.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/rel.h"

/* From so many bytes on, a longer identifier may be cut to a name */
#define CUT_LENGTH	(NAMEDATALEN - MAX_MULTIBYTE_CHAR_LEN)

/* An action's text or settings, in lower case. */
typedef struct Text
{
	char	   *text;
	bool		has_escapes;	/* of characters, so that names may be in there unseen */
} Text;

/* Is this a letter or digit of an identifier? '$' also ends what is quoted by it. */
static bool
is_word_char(char c)
{
	return IS_HIGHBIT_SET(c) || isalnum((unsigned char) c) || c == '_';
}

/* Does a character belong to the word before it? That of JSON's \n does not. */
static bool
continues_word(const char *text, const char *position)
{
	if (position == text || !is_word_char(position[-1]))
		return false;
	return position - text < 2 || position[-2] != '\\';
}

/* As pg_tolower(), which takes a call for each character; whole definitions come through here. */
static char *
to_lower(char *text)
{
	for (char *c = text; *c; c++)
	{
		if (*c >= 'A' && *c <= 'Z')
			*c += 'a' - 'A';
		else if (IS_HIGHBIT_SET(*c))
			*c = pg_tolower((unsigned char) *c);
	}
	return text;
}

/* Is a name among the words of a text? Both are in lower case. */
static bool
has_word(const char *text, const char *name)
{
	int			length = strlen(name);
	const char *found;

	for (found = strstr(text, name); found != NULL; found = strstr(found + 1, name))
	{
		if (is_word_char(name[0]) && continues_word(text, found))
			continue;
		if (length < CUT_LENGTH && is_word_char(name[length - 1]) && is_word_char(found[length]))
			continue;
		return true;
	}
	return false;
}

/* Is a name written in JSON and in quotes as it is? */
static bool
is_written_plainly(const char *name)
{
	for (; *name; name++)
		if (*name == '"' || *name == '\\' || *name == '\'' || (unsigned char) *name < ' ')
			return false;
	return true;
}

/* May a text mean an object of this name? */
static bool
text_mentions(const Text *text, const char *name)
{
	return text->text != NULL &&
		(text->has_escapes || !is_written_plainly(name) || has_word(text->text, name));
}

/* The source text of a function. */
static Text
source_text(Datum value, bool isnull)
{
	Text		source = {NULL, false};

	if (isnull)
		return source;
	source.text = to_lower(TextDatumGetCString(value));
	source.has_escapes = strstr(source.text, "\\u") != NULL || strstr(source.text, "\\/") != NULL ||
		strstr(source.text, "u&") != NULL;
	return source;
}

/* Reads the source text of a function. */
static Text
read_source(Relation catalog, HeapTuple tuple)
{
	bool		isnull;
	Datum		value = heap_getattr(tuple, Anum_pg_proc_prosrc, RelationGetDescr(catalog), &isnull);

	return source_text(value, isnull);
}

/* Reads the settings of a function. */
static Text
read_settings(Relation catalog, HeapTuple tuple)
{
	bool		isnull;
	Datum		value = heap_getattr(tuple, Anum_pg_proc_proconfig, RelationGetDescr(catalog), &isnull);
	Text		settings = {NULL, false};

	if (!isnull)
		settings.text = to_lower(OidOutputFunctionCall(F_ARRAY_OUT, value));
	return settings;
}

/* May an action mean this? The source is read when it is first asked for. */
static bool
action_mentions(Relation catalog, HeapTuple tuple, const Text *settings, Text *source, const Mention *mention)
{
	bool		in_path = mention->schema == NULL || text_mentions(settings, mention->schema);

	if (in_path && mention->name == NULL)
		return true;
	if (source->text == NULL)
		*source = read_source(catalog, tuple);
	return (in_path || text_mentions(source, mention->schema)) &&
		(mention->name == NULL || text_mentions(source, mention->name));
}

/* The same in lower case. */
static List *
copy_mentions(const List *mentions)
{
	List	   *copies = NIL;
	ListCell   *cell;

	foreach(cell, mentions)
	{
		Mention    *copy = palloc(sizeof(Mention));

		*copy = *(const Mention *) lfirst(cell);
		copy->name = copy->name == NULL ? NULL : to_lower(pstrdup(copy->name));
		copy->schema = copy->schema == NULL ? NULL : to_lower(pstrdup(copy->schema));
		copies = lappend(copies, copy);
	}
	return copies;
}

/* Adds an action to all that it may mean. */
static void
look_for_mentions(Relation catalog, HeapTuple tuple, const List *wanted, const List *mentions, MemoryContext scratch)
{
	MemoryContext caller = MemoryContextSwitchTo(scratch);
	Text		settings = read_settings(catalog, tuple);
	Text		source = {NULL, false};
	ListCell   *cell;
	ListCell   *mention_cell;

	forboth(cell, wanted, mention_cell, mentions)
	{
		Mention    *mention = lfirst(mention_cell);

		if (!action_mentions(catalog, tuple, &settings, &source, lfirst(cell)))
			continue;
		MemoryContextSwitchTo(caller);
		mention->actions = lappend_oid(mention->actions, ((Form_pg_proc) GETSTRUCT(tuple))->oid);
		MemoryContextSwitchTo(scratch);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextReset(scratch);
}

void
mentions_find(const List *mentions)
{
	List	   *wanted = copy_mentions(mentions);
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "custom action mentions",
												  ALLOCSET_DEFAULT_SIZES);
	Relation	catalog = table_open(ProcedureRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;
	ListCell   *cell;

	ScanKeyInit(&key, Anum_pg_proc_prolang, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(action_language()));
	scan = systable_beginscan(catalog, InvalidOid, false, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		CHECK_FOR_INTERRUPTS();
		look_for_mentions(catalog, tuple, wanted, mentions, scratch);
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	MemoryContextDelete(scratch);
	foreach(cell, mentions)
		list_sort(((Mention *) lfirst(cell))->actions, list_oid_cmp);
}

bool
action_names_any(Oid action, const List *names)
{
	HeapTuple	tuple = proc_row(action);
	bool		isnull;
	Datum		value = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc, &isnull);
	Text		source = source_text(value, isnull);
	bool		found = source.text == NULL;
	ListCell   *cell;

	ReleaseSysCache(tuple);
	foreach(cell, names)
	{
		char	   *name = to_lower(pstrdup(lfirst(cell)));

		found = found || text_mentions(&source, name);
		pfree(name);
	}
	if (source.text != NULL)
		pfree(source.text);
	return found;
}
