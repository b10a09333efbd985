/*
 * with.c
 *		Reports names that a function or action does not have.
 */
#include "postgres.h"

#include "suggest.h"
#include "with.h"

/* "a, b, c" */
static char *
names_text(const List *names)
{
	StringInfoData text;
	ListCell   *cell;

	initStringInfo(&text);
	foreach(cell, names)
		appendStringInfo(&text, "%s%s", text.len ? ", " : "", (char *) lfirst(cell));
	return text.data;
}

/* Is this one of the names? */
static bool
is_known(const List *names, const char *name)
{
	ListCell   *cell;

	foreach(cell, names)
		if (strcmp(lfirst(cell), name) == 0)
			return true;
	return false;
}

void
with_report_unknown(Compiler *compiler, const Json *with, const List *known,
					const char *what, const char *noun)
{
	for (int i = 0; i < with->count; i++)
		if (!is_known(known, with->keys[i]))
			compiler_problem(compiler, ERRCODE_UNDEFINED_PARAMETER,
							 compiler_location(compiler, psprintf("with.%s", with->keys[i])),
							 psprintf("%s has no %s \"%s\"", what, noun, with->keys[i]), NULL,
							 known != NIL ?
							 suggestion_hint(suggestion_among(with->keys[i], known),
											 psprintf("Its %ss are: %s.", noun, names_text(known))) :
							 psprintf("It takes no %s.", noun));
}
