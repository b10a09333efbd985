/*
 * remark_program.c
 *		Warns of what an action declares and does not use, and of steps that
 *		never run.
 */
#include "postgres.h"

#include "definition/step_walk.h"
#include "engine/remark_branches.h"
#include "engine/remark_calls.h"
#include "engine/remark_loops.h"
#include "engine/remark_overwritten.h"
#include "engine/remark_program.h"
#include "engine/remark_sensitive.h"
#include "steps/remark_states.h"
#include "miscadmin.h"
#include "steps/step_list.h"

/* Warns of names that nothing reads. */
static void
remark_unused_variables(Compiler *compiler, const List *variables, const char *noun, const char *location,
						const char *hint)
{
	ListCell   *cell;

	foreach(cell, variables)
	{
		const Variable *variable = lfirst(cell);

		if (!variable->used && !variable->broken)
			problem_warn(compiler->findings.sink,
						 variable->location ? variable->location : psprintf("%s.%s", location, variable->name),
						 psprintf("nothing uses %s \"%s\"", noun, variable->name), hint);
	}
}

/* Has a plug-in a look at all inputs? */
static bool
has_plugins(const Compiler *compiler)
{
	return compiler->program->pipeline != NULL;
}

/* Warns of the name of a step that nothing uses. */
static bool
remark_unused_name(const Step *step, void *arg)
{
	const Compiler *compiler = arg;

	if (!step->enabled)
		return false;
	if (step->name != NULL && !names_is_used(compiler->names, step->name))
		problem_warn(compiler->findings.sink, psprintf("%s.as", step->path),
					 psprintf("nothing uses the name \"%s\"", step->name),
					 "Leave it out, or use the step's result.");
	return true;
}

static bool steps_always_stop(const List *steps);

/* Does nothing run after this step, whatever happens? */
static bool
step_always_stops(const Step *step)
{
	bool		otherwise = false;
	ListCell   *cell;

	check_stack_depth();
	if (!step->enabled || step->when != NULL || step_branch(step, "on_error") != NULL)
		return false;
	if (step->kind->ends)
		return true;
	if (!step->kind->runs_one_list)
		return false;
	foreach(cell, step->branches)
	{
		const Branch *branch = lfirst(cell);

		if (!steps_always_stop(branch->steps))
			return false;
		otherwise = otherwise || strcmp(branch->key, "else") == 0 || strcmp(branch->key, "do") == 0;
	}
	return otherwise;
}

/* Does a list end the action? */
static bool
steps_always_stop(const List *steps)
{
	ListCell   *cell;

	foreach(cell, steps)
	{
		if (step_always_stops(lfirst(cell)))
			return true;
	}
	return false;
}

/* Warns of the first step of each list that comes after the end. */
static void
remark_unreachable(Compiler *compiler, const List *steps)
{
	const Step *end = NULL;
	bool		said = false;
	ListCell   *cell;
	ListCell   *branch;

	foreach(cell, steps)
	{
		const Step *step = lfirst(cell);

		CHECK_FOR_INTERRUPTS();
		if (!step->enabled)
			continue;
		if (end != NULL && !said)
			problem_warn(compiler->findings.sink, step->path,
						 psprintf("the step never runs: step %s ends the action", end->path),
						 "Remove it, move it before the other, or give the other a \"when\".");
		said = said || end != NULL;
		if (end == NULL && step_always_stops(step))
			end = step;
		foreach(branch, step->branches)
			remark_unreachable(compiler, ((Branch *) lfirst(branch))->steps);
	}
}

void
remark_program(Compiler *compiler)
{
	const Definition *definition = compiler->program->definition;

	if (!compiler_remarks(compiler))
		return;
	remark_unreachable(compiler, definition->steps);
	remark_branches(compiler);
	if (compiler->findings.failed || compiler->program->signature->broken || definition->steps == NIL)
		return;
	if (!has_plugins(compiler))
		remark_unused_variables(compiler, compiler->names->inputs, "input", "input",
								"Use it in a step, or remove it. Only a plug-in could still read it.");
	remark_unused_variables(compiler, compiler->names->lets, "let", "let",
							"Use it, or leave it out.");
	remark_overwritten(compiler);
	remark_loops(compiler);
	remark_calls(compiler);
	remark_sensitive(compiler);
	remark_states(compiler);
	names_sort_used(compiler->names);
	steps_visit(definition->steps, remark_unused_name, compiler);
}
