/*
 * deprecation.c
 *		Tells callers that an action is deprecated.
 *
 * Which actions a session has been told of is kept as long as the session, by the
 * OID of the function: once, however often it is compiled, and again when what is to
 * be said differs. Nothing is said of what is on trial. PostgreSQL does not tell
 * extensions of DISCARD ALL, so clients of a pooler share what is told.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "engine/deprecation.h"
#include "utils/hsearch.h"

#define ACTIONS_AT_FIRST	16

typedef struct Told
{
	Oid			function;		/* hash key */
	uint32		text;			/* hash of what was said */
} Told;

static HTAB *told = NULL;

/* Notes that it is told; false: it was. */
static bool
note_told(Oid function, const char *text)
{
	uint32		hash = string_hash(text, strlen(text) + 1);
	bool		found;
	Told	   *entry;

	if (told == NULL)
	{
		HASHCTL		control = {.keysize = sizeof(Oid), .entrysize = sizeof(Told)};

		told = hash_create("custom action deprecations", ACTIONS_AT_FIRST, &control, HASH_ELEM | HASH_BLOBS);
	}
	entry = hash_search(told, &function, HASH_ENTER, &found);
	if (found && entry->text == hash)
		return false;
	entry->text = hash;
	return true;
}

void
deprecation_tell(const Program *program)
{
	const char *text = program->definition->deprecated;

	/* who does not listen has not been told */
	if (OidIsValid(program->function) && message_level_is_interesting(NOTICE) && note_told(program->function, text))
		ereport(NOTICE,
				(errcode(ERRCODE_WARNING_DEPRECATED_FEATURE),
				 errmsg("action \"%s\" is deprecated: %s", program->action, text)));
}
