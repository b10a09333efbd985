/*
 * step_kind.c
 *		Finds the kinds of step by their verbs, and words that people read of steps.
 *
 * The kinds come from above: steps/ registers its table when the library is
 * loaded, and nothing below steps/ calls a kind but through it.
 */
#include "postgres.h"

#include "base/text_list.h"
#include "definition/step_kind.h"

static const StepKind *const *registered_kinds;
static int	registered_count = 0;

void
step_kinds_register(const StepKind *const *kinds, int count)
{
	registered_kinds = kinds;
	registered_count = count;
}

int
step_kind_count(void)
{
	return registered_count;
}

const StepKind *
step_kind_at(int index)
{
	return registered_kinds[index];
}

const StepKind *
step_kind_find(const char *name)
{
	for (int i = 0; i < registered_count; i++)
		if (strcmp(registered_kinds[i]->name, name) == 0)
			return registered_kinds[i];
	return NULL;
}

const char *
step_kind_names(void)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < registered_count; i++)
		append_element(&names, i == 0, registered_kinds[i]->name);
	return names.data;
}

char *
step_title(const Step *step)
{
	if (step->kind->subject == SUBJECT_NAME && step->subject != NULL && step->subject->text != NULL)
		return psprintf("%s (%s %s)", step->path, step->kind->name, step->subject->text);
	return psprintf("%s (%s)", step->path, step->kind->name);
}
