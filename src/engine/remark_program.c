/*
 * remark_program.c
 *		Warns of what an action declares and does not use, of defaults that are
 *		refused, and of steps that never run.
 */
#include "postgres.h"

#include "definition/step_walk.h"
#include "definition/value_text.h"
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

/* Is this a value that stands for itself, and for one value? '{1,2}' may be an array. */
static bool
is_literal(const Json *json)
{
	const char *rest;

	return json->kind == JSON_IS_NUMBER || json->kind == JSON_IS_BOOLEAN ||
		(json->kind == JSON_IS_STRING && json->text[0] != '{' && value_text_read(json->text, &rest) == TEXT_LITERAL);
}

/* Can two literals be equal, whatever their type? */
static bool
may_be_equal(const Json *one, const Json *other)
{
	if (one->kind != other->kind || one->kind == JSON_IS_BOOLEAN)
		return true;
	return one->kind == JSON_IS_NUMBER ? strtod(one->text, NULL) == strtod(other->text, NULL) :
		pg_strcasecmp(one->text, other->text) == 0;
}

/* Warns of an input without any option, and of a default that is none of them: each call that leaves it out is refused. */
static void
remark_options(Compiler *compiler, const Parameter *parameter)
{
	const Json *options = parameter->options;
	const Json *initial = parameter->initial;

	if (options == NULL || options->kind != JSON_IS_ARRAY)
		return;
	if (options->count == 0)
		problem_warn(compiler->findings.sink, psprintf("%s.options", parameter->location),
					 psprintf("there is no option for input \"%s\", so that every value is refused", parameter->name),
					 "List the values, or leave \"options\" out.");
	if (initial == NULL || !is_literal(initial))
		return;
	for (int i = 0; i < options->count; i++)
		if (!is_literal(options->items[i]) || may_be_equal(initial, options->items[i]))
			return;
	problem_warn(compiler->findings.sink, psprintf("%s.default", parameter->location),
				 psprintf("the default of input \"%s\" is none of its options", parameter->name),
				 "A call that leaves the input out is refused: add it to the options, or give another default.");
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
	ListCell   *cell;

	if (!compiler_remarks(compiler))
		return;
	foreach(cell, definition->inputs)
		remark_options(compiler, lfirst(cell));
	remark_unreachable(compiler, definition->steps);
	remark_branches(compiler);
	if (compiler->findings.failed || compiler->program->signature->broken || definition->steps == NIL)
		return;
	if (!has_plugins(compiler))
		remark_unused_variables(compiler, compiler->names->inputs.all, "input", "input",
								"Use it in a step, or remove it. Only a plug-in could still read it.");
	remark_unused_variables(compiler, compiler->names->lets.all, "let", "let",
							"Use it, or leave it out.");
	remark_overwritten(compiler);
	remark_loops(compiler);
	remark_calls(compiler);
	remark_sensitive(compiler);
	remark_states(compiler);
	names_sort_used(compiler->names);
	steps_visit(definition->steps, remark_unused_name, compiler);
}
