/*
 * remark_states.c
 *		Advises of states that no action leads to, or out of.
 *
 * Asked of the steps that say "from", with all that other active actions do. What
 * triggers and functions write is not known, and a state may be final: it is advice.
 */
#include "postgres.h"

#include "base/text_list.h"
#include "document/state_default.h"
#include "document/transitions.h"
#include "lookup/canonical.h"
#include "lookup/enum_labels.h"
#include "lookup/action_lookup.h"
#include "miscadmin.h"
#include "steps/remark_states.h"
#include "steps/write.h"

/* What is known of one column. */
typedef struct StateLook
{
	const Compiler *compiler;
	StateColumn *column;
	const StateValue *initial;	/* its default */
	const char *table;
} StateLook;

/* The statement by which a step writes, or NULL. */
static const Statement *
statement_of(const Compiler *compiler, const Step *step)
{
	ListCell   *cell;

	foreach(cell, compiler->program->statements)
	{
		const Statement *statement = lfirst(cell);

		if (statement->step == step && !statement->select && OidIsValid(statement->relation))
			return statement;
	}
	return NULL;
}

/* A StepTable of what is being compiled */
static const char *
table_of_compiled(const Step *step, const char **column, void *arg)
{
	const Compiler *compiler = arg;
	const Statement *statement = statement_of(compiler, step);
	ListCell   *cell;

	if (statement == NULL)
		return NULL;
	foreach(cell, compiler->writes)
	{
		const Write *write = lfirst(cell);

		if (write->statement == statement && step_argument(step, "to") != NULL)
			*column = ((const WriteColumn *) linitial(write->columns))->name;
	}
	return relation_name_canonical(statement->relation);
}

/* Does something lead to a state, as far as can be told? */
static bool
is_reached(const StateLook *look, const char *state)
{
	ListCell   *cell;

	if (look->initial->formula != NULL || states_are_one(look->column, look->initial->state, state))
		return true;
	foreach(cell, look->column->transitions)
	{
		const Transition *transition = lfirst(cell);

		if (transition->to->formula != NULL || transition_ends_at(look->column, transition, state))
			return true;
	}
	return false;
}

/* Does an action lead out of a state, as far as can be told? */
static bool
is_left(const StateLook *look, const char *state)
{
	ListCell   *cell;

	foreach(cell, look->column->transitions)
	{
		const Transition *transition = lfirst(cell);
		ListCell   *from;

		if (transition_starts_at(look->column, transition, state))
			return true;
		foreach(from, transition->from)
		{
			if (((const StateValue *) lfirst(from))->formula != NULL)
				return true;
		}
	}
	return false;
}

/* Adds a state to those that are told, in quotes. */
static void
add_state_name(List **names, const char *state)
{
	char	   *name = psprintf("\"%s\"", state);

	if (!text_list_has(*names, name))
		*names = lappend(*names, name);
}

/* Tells of the states of one step. */
static void
advise_step(const StateLook *look, const Transition *transition)
{
	ProblemSink *sink = look->compiler->findings.sink;
	List	   *unreached = NIL;
	ListCell   *cell;

	foreach(cell, transition->from)
	{
		const StateValue *from = lfirst(cell);

		if (from->formula == NULL && from->state != NULL && !is_reached(look, from->state))
			add_state_name(&unreached, from->state);
	}
	if (unreached != NIL)
		problem_advise(sink, psprintf("%s.from", transition->path),
					   psprintf("no action gives rows of %s the state %s", look->table, text_list_join(unreached)),
					   "If nothing else gives it, leave it out, or make the action that does.");
	if (transition->to->formula == NULL && transition->to->state != NULL && !is_left(look, transition->to->state))
		problem_advise(sink, psprintf("%s.to", transition->path),
					   psprintf("no action works from the state \"%s\" of %s", transition->to->state, look->table),
					   "That is right if it is final. Else it takes an action with that state in its \"from\".");
}

/* Tells of the labels of an enum that nothing is said of. */
static void
advise_labels(const StateLook *look, const char *path)
{
	List	   *unreached = NIL;
	List	   *unleft = NIL;
	StringInfoData message;
	ListCell   *cell;

	foreach(cell, enum_labels(look->column->type))
	{
		if (!is_reached(look, lfirst(cell)))
			add_state_name(&unreached, lfirst(cell));
		else if (!is_left(look, lfirst(cell)))
			add_state_name(&unleft, lfirst(cell));
	}
	if (unreached == NIL && unleft == NIL)
		return;
	initStringInfo(&message);
	appendStringInfo(&message, "of the states of %s, ", look->table);
	if (unreached != NIL)
		appendStringInfo(&message, "no action leads to %s", text_list_join(unreached));
	if (unleft != NIL)
		appendStringInfo(&message, "%s out of %s", unreached != NIL ? ", and none" : "no action leads",
						 text_list_join(unleft));
	problem_advise(look->compiler->findings.sink, path, message.data,
				   "That may be as it is meant, of states that are final, or not in use.");
}

/* Looks at the column that one step gives its state, with all that is known of it. */
static StateLook
look_at_column(Compiler *compiler, const Write *write)
{
	const Program *program = compiler->program;
	StateLook	look = {.compiler = compiler};

	look.column = state_column(write->address->relation, ((const WriteColumn *) linitial(write->columns))->name);
	look.table = relation_name_canonical(write->address->relation);
	transitions_of_actions(look.column, action_find_fresh(program->action));
	transitions_of_steps(look.column, program->definition->steps, program->action, table_of_compiled, compiler);
	look.initial = state_default(linitial(look.column->places));
	return look;
}

void
remark_states(Compiler *compiler)
{
	List	   *told = NIL;
	ListCell   *cell;

	foreach(cell, compiler->writes)
	{
		const Write *write = lfirst(cell);
		const char *path = write->statement->step->path;
		StateLook	look;
		ListCell   *other;

		CHECK_FOR_INTERRUPTS();
		if (write->address->from == NULL || write->columns == NIL)
			continue;
		look = look_at_column(compiler, write);
		foreach(other, look.column->transitions)
		{
			const Transition *transition = lfirst(other);

			if (strcmp(transition->path, path) == 0 && strcmp(transition->action, compiler->program->action) == 0)
				advise_step(&look, transition);
		}
		if (!list_member_oid(told, look.column->relation))
			advise_labels(&look, path);
		told = lappend_oid(told, look.column->relation);
	}
}
