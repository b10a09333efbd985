/*
 * change_sentences.c
 *		What differs between two definitions, in sentences: a line for each key of the
 *		header, input, output and step that does.
 *
 * Made of the rows of changes.c, of which those about one thing follow each other.
 * What it is now, and was, the rows tell; here only that it differs. Values do not
 * occur.
 */
#include "postgres.h"

#include "document/changes.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"

PG_FUNCTION_INFO_V1(custom_action_told_changes);

/* The rows about one thing, read one after the other. */
typedef struct Telling
{
	StringInfoData out;
	const Change *told;			/* last row that said "changed", NULL: none yet */
} Telling;

/* Adds a sentence. */
static void
say(Telling *telling, const char *sentence)
{
	appendStringInfo(&telling->out, "%s%s", telling->out.len > 0 ? "\n" : "", sentence);
}

/* "Added" */
static const char *
change_verb(const Change *change)
{
	if (strcmp(change->kind, CHANGE_ADDED) == 0)
		return "Added";
	if (strcmp(change->kind, CHANGE_REMOVED) == 0)
		return "Removed";
	return strcmp(change->kind, CHANGE_MOVED) == 0 ? "Moved" : "Changed";
}

/* Is a row about all of a thing, not about a field of it? */
static bool
is_about_all(const Change *change)
{
	return strcmp(change->path, change->place) == 0;
}

/* Is a row about this key of a step? */
static bool
is_about_key(const Change *change, const char *key)
{
	size_t		length = strlen(change->place);

	return !change->by_name && change->path[length] == '.' && strcmp(change->path + length + 1, key) == 0;
}

/* Are two rows about the same thing? */
static bool
are_about_one(const Change *one, const Change *other)
{
	return one->part == other->part && strcmp(one->place, other->place) == 0;
}

/* Says that something differs in a field, once for all its fields. */
static void
say_changed(Telling *telling, const Change *change, const char *sentence)
{
	if (telling->told == NULL || !are_about_one(telling->told, change))
		say(telling, sentence);
	telling->told = change;
}

/* "Changed description."; the key of the name is called after the whole action. */
static void
tell_key(Telling *telling, const Change *change)
{
	say_changed(telling, change,
				psprintf("Changed %s.", strcmp(change->title, "action") == 0 ? "name" : change->title));
}

/* "Added input "bump"." */
static void
tell_parameter(Telling *telling, const Change *change)
{
	const char *what = change->part == CHANGE_OF_INPUT ? "input" : "output";

	if (is_about_all(change))
		say(telling, psprintf("%s %s \"%s\".", change_verb(change), what, change->title));
	else
		say_changed(telling, change, psprintf("Changed %s \"%s\".", what, change->title));
}

/* "Changed step 2 (update target)."; what is inside of an added or removed step goes without saying. */
static void
tell_step(Telling *telling, const Change *change)
{
	if (is_about_all(change) && strcmp(change->kind, CHANGE_MOVED) == 0)
		say(telling, psprintf("Moved step %s to %s (%s).", change->before, change->after, change->title));
	else if (is_about_all(change))
	{
		if (!change->inside)
			say(telling, psprintf("%s step %s (%s).", change_verb(change), change->place, change->title));
	}
	else if (is_about_key(change, "as") && change->before != NULL && change->after != NULL)
		say(telling, psprintf("Renamed step %s (%s) from \"%s\" to \"%s\".", change->place, change->title,
							  change->before, change->after));
	else if (is_about_key(change, "enabled"))
		say(telling, psprintf("%s step %s (%s).",
							  change->after != NULL && strcmp(change->after, "false") == 0 ? "Disabled" : "Enabled",
							  change->place, change->title));
	else
		say_changed(telling, change, psprintf("Changed step %s (%s).", change->place, change->title));
}

/* Says what a row comes to, unless that has been said. */
static void
tell(Telling *telling, const Change *change)
{
	switch (change->part)
	{
		case CHANGE_OF_HEADER:
			tell_key(telling, change);
			break;
		case CHANGE_OF_INPUT:
		case CHANGE_OF_OUTPUT:
			tell_parameter(telling, change);
			break;
		case CHANGE_OF_STEP:
			tell_step(telling, change);
			break;
		case CHANGE_OF_USE:
			say(telling, change->after != NULL ? psprintf("Uses %s now.", change->after) :
				psprintf("Uses %s no longer.", change->before));
			break;
	}
}

/* SQL: told_changes(old, new): what differs, a sentence a line; NULL if nothing does */
Datum
custom_action_told_changes(PG_FUNCTION_ARGS)
{
	Telling		telling = {0};
	ListCell   *cell;

	initStringInfo(&telling.out);
	foreach(cell, changes_between(PG_GETARG_TEXT_PP(0), PG_GETARG_TEXT_PP(1)))
	{
		CHECK_FOR_INTERRUPTS();
		tell(&telling, lfirst(cell));
	}
	if (telling.out.len == 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(telling.out.data, telling.out.len));
}
