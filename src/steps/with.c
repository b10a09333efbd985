/*
 * with.c
 *		Reports names that a function or action does not have.
 */
#include "postgres.h"

#include "base/suggest.h"
#include "base/text_list.h"
#include "steps/with.h"

void
with_report_unknown(Compiler *compiler, const Json *with, const List *known,
					const char *what, const char *noun)
{
	for (int i = 0; i < with->count; i++)
		if (!text_list_has(known, with->keys[i]))
			compiler_problem(compiler, ERRCODE_UNDEFINED_PARAMETER,
							 compiler_location(compiler, psprintf("with.%s", with->keys[i])),
							 psprintf("%s has no %s \"%s\"", what, noun, with->keys[i]), NULL,
							 known != NIL ?
							 suggestion_hint(suggestion_among(with->keys[i], known),
											 psprintf("Its %ss are: %s.", noun, text_list_join(known))) :
							 psprintf("It takes no %s.", noun));
}
