/*
 * steps.c
 *		The table of step kinds.
 */
#include "postgres.h"

#include "steps/steps.h"

#define ADDRESS_OF_KIND(name) &name##_kind,
static const StepKind *const step_kinds[] = {STEP_KINDS(ADDRESS_OF_KIND)};

void
steps_init(void)
{
	step_kinds_register(step_kinds, lengthof(step_kinds));
}
