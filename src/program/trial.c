/*
 * trial.c
 *		Takes note of what there is at the place that a trial is about.
 *
 * A value may be transformed several times: by itself, then in a statement, or in
 * that of two merged steps. The first time counts; before it nothing is in scope
 * that its author did not put there.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "program/scope_names.h"
#include "program/trial.h"

void
trial_begin(FormulaTrial *trial)
{
	trial->reached = false;
	trial->value = NULL;
	trial->names = NIL;
}

void
trial_visit(FormulaTrial *trial, ParseState *pstate, const Scope *scope, const Value *value,
			Oid type, int32 typmod)
{
	MemoryContext old;

	if (trial->reached || value->location == NULL || strcmp(value->location, trial->location) != 0)
		return;
	trial->reached = true;
	trial->value = value;
	trial->wanted = type;
	trial->wanted_typmod = typmod;
	old = MemoryContextSwitchTo(trial->mcxt);
	trial->names = scope_names(pstate, scope);
	MemoryContextSwitchTo(old);
}

Oid
trial_type(const FormulaTrial *trial, int32 *typmod)
{
	const Value *value = trial->value;

	*typmod = -1;
	if (value == NULL)
		return InvalidOid;
	switch (value->kind)
	{
		case VALUE_FORMULA:
			*typmod = value->formula->natural_typmod;
			return value->formula->natural_type;
		case VALUE_TEMPLATE:
			return TEXTOID;
		default:
			return InvalidOid;
	}
}
