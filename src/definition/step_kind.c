/*
 * step_kind.c
 *		Finds the kinds of step by their verbs, and words that people read of steps.
 *
 * The kinds come from above: steps/ registers its table when the library is
 * loaded, and nothing below steps/ calls a kind but through it.
 */
#include "postgres.h"

#include "definition/step_kind.h"

static const StepKind *const *step_kinds;
static int	step_kinds_count = 0;

void
step_kinds_register(const StepKind *const *kinds, int count)
{
	step_kinds = kinds;
	step_kinds_count = count;
}

int
step_kind_count(void)
{
	return step_kinds_count;
}

const StepKind *
step_kind_at(int index)
{
	return step_kinds[index];
}

const StepKind *
step_kind_find(const char *name)
{
	for (int i = 0; i < step_kinds_count; i++)
		if (strcmp(step_kinds[i]->name, name) == 0)
			return step_kinds[i];
	return NULL;
}

const char *
step_kind_names(void)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < step_kinds_count; i++)
		appendStringInfo(&names, "%s%s", i ? ", " : "", step_kinds[i]->name);
	return names.data;
}

char *
step_title(const Step *step)
{
	if (step->kind->subject == SUBJECT_NAME && step->subject != NULL && step->subject->text != NULL)
		return psprintf("%s (%s %s)", step->path, step->kind->name, step->subject->text);
	return psprintf("%s (%s)", step->path, step->kind->name);
}
