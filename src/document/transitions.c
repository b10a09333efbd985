/*
 * transitions.c
 *		Which states of a table's rows lead to which others.
 *
 * Read off published definitions, whose names activation has resolved. A step that
 * writes the column in another way than set_status works from any state. Steps that
 * are off are left out, and so are triggers and functions, whatever they do.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "definition/envelope.h"
#include "definition/step_kind.h"
#include "definition/step_walk.h"
#include "definition/value_text.h"
#include "document/state_default.h"
#include "document/transitions.h"
#include "fmgr.h"
#include "lookup/canonical.h"
#include "lookup/column_places.h"
#include "lookup/depend.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

#define ALL_COLUMNS		"*"		/* in "set": what a record gives */
#define MAX_HOPS		1000	/* from name to name */

/* What is read at the moment. */
typedef struct Reading
{
	StateColumn *column;
	const char *action;
	StepTable	table;
	void	   *arg;
} Reading;

StateColumn *
state_column(Oid relation, const char *name)
{
	StateColumn *column = palloc0(sizeof(StateColumn));
	Oid			type;
	int32		typmod;

	column->relation = relation;
	column->name = name;
	get_atttypetypmodcoll(relation, get_attnum(relation, name), &type, &typmod, &column->collation);
	column->type = getBaseType(type);
	column->places = column_places(relation, name);
	return column;
}

/* The state that a value is. */
static StateValue *
state_value(const Json *value)
{
	StateValue *state = palloc0(sizeof(StateValue));
	const char *rest;

	if (value->kind == JSON_IS_NULL)
		return state;
	if (value->kind == JSON_IS_STRING && value_text_read(value->text, &rest) == TEXT_LITERAL)
		state->state = rest;
	else if (value->kind == JSON_IS_NUMBER || value->kind == JSON_IS_BOOLEAN)
		state->state = json_text(value);
	else
		state->formula = value_text(value);
	return state;
}

/* The states in "from" of a step. */
static List *
states_from(const Json *from)
{
	List	   *states = NIL;

	if (from->kind != JSON_IS_ARRAY)
		return list_make1(state_value(from));
	for (int i = 0; i < from->count; i++)
		states = lappend(states, state_value(from->items[i]));
	return states;
}

/* Adds a way. */
static Transition *
add_transition(const Reading *reading, const Step *step, StateValue *to)
{
	Transition *transition = palloc0(sizeof(Transition));

	transition->action = reading->action;
	transition->path = step->path;
	transition->to = to;
	reading->column->transitions = lappend(reading->column->transitions, transition);
	return transition;
}

/* May the record that an update takes columns from give this one? */
static const Json *
value_of_record(const Step *step, const Json *set, const char *column)
{
	const Json *allowed = step_argument(step, "columns");

	return allowed == NULL || json_has_text(allowed, column) ? json_get(set, ALL_COLUMNS) : NULL;
}

/* The value that "set" gives to a column, or NULL. */
static const Json *
value_set(const Step *step, const char *column)
{
	const Json *set = step_argument(step, "set");
	const Json *value = set != NULL && set->kind == JSON_IS_OBJECT ? json_get(set, column) : NULL;

	return value != NULL || set == NULL || set->kind != JSON_IS_OBJECT ? value :
		value_of_record(step, set, column);
}

/* What a step that creates rows does to one that is there already. */
static void
take_conflict(const Reading *reading, const Step *step, const char *column)
{
	const Json *conflict = step_argument(step, "on_conflict");
	const Json *set = conflict != NULL ? json_get(conflict, "set") : NULL;
	const char *what = conflict != NULL ? json_get_text(conflict, "do") : NULL;
	const Json *value;

	if (conflict == NULL || (what != NULL ? strcmp(what, "update") != 0 : set == NULL))
		return;
	if (set != NULL)
		value = json_get(set, column);
	else
		value = json_has_text(json_get(conflict, "columns"), column) ? NULL : value_set(step, column);
	if (value != NULL)
		(void) add_transition(reading, step, state_value(value));
}

/* What a step that writes a place does to the column. */
static void
take_write(const Reading *reading, const Step *step, const ColumnPlace *place, const char *own)
{
	const Json *from = step_argument(step, "from");
	const Json *value = value_set(step, place->column);
	Transition *transition;

	if (step->kind->creates)
	{
		if (!reading->column->of_rows_only)
			add_transition(reading, step, value != NULL ? state_value(value) :
						   state_default(place))->creates = true;
		take_conflict(reading, step, place->column);
		return;
	}
	if (own != NULL && strcmp(own, place->column) == 0)
		value = step_argument(step, "to");
	else
		from = NULL;
	if (value == NULL)
		return;
	transition = add_transition(reading, step, state_value(value));
	if (from != NULL)
		transition->from = states_from(from);
}

/* For steps_visit(): takes what a step does to the column. */
static bool
take_step(const Step *step, void *arg)
{
	Reading    *reading = arg;
	const char *own = NULL;
	const char *table;
	ListCell   *cell;

	CHECK_FOR_INTERRUPTS();
	if (!step->enabled)
		return false;
	table = step->kind->writes ? reading->table(step, &own, reading->arg) : NULL;
	if (table == NULL)
		return true;
	foreach(cell, reading->column->places)
	{
		const ColumnPlace *place = lfirst(cell);

		if (strcmp(table, place->table) == 0)
			take_write(reading, step, place, own);
		else if (strcmp(table, STEP_OF_ANY) == 0 && cell == list_head(reading->column->places))
			take_write(reading, step, place, own);
	}
	return true;
}

void
transitions_of_steps(StateColumn *column, const List *steps, const char *action,
					 StepTable table, void *arg)
{
	Reading		reading = {column, action, table, arg};

	steps_visit(steps, take_step, &reading);
}

/* The search for the step of a name. */
typedef struct NamedStep
{
	const char *name;
	const Step *found;
} NamedStep;

/* For steps_visit() */
static bool
look_for_named(const Step *step, void *arg)
{
	NamedStep  *named = arg;

	if (step->name != NULL && strcmp(step->name, named->name) == 0)
		named->found = step;
	return named->found == NULL;
}

/*
 * The table that the subject of a published step means: the bound one, that of
 * another step's row, or its own name. A step's row is called by its name after it
 * alone, so that names lead backwards, and to an end.
 */
static const char *
table_of_subject(const Definition *definition, const Step *step)
{
	for (int hop = 0; hop < MAX_HOPS; hop++)
	{
		const char *subject = step->subject->kind == JSON_IS_STRING ? step->subject->text : NULL;
		NamedStep	named = {.name = subject};

		CHECK_FOR_INTERRUPTS();
		if (subject == NULL || formula_is_marked(subject))
			return STEP_OF_ANY;
		if (strcmp(subject, "target") == 0)
			return definition->table;
		if (step->name == NULL || strcmp(step->name, subject) != 0)
			steps_visit(definition->steps, look_for_named, &named);
		if (named.found == NULL || named.found == step)
			return subject;
		step = named.found;
	}
	return STEP_OF_ANY;
}

/* A StepTable of published definitions */
static const char *
table_of_published(const Step *step, const char **column, void *arg)
{
	*column = step_argument(step, "to") != NULL ? json_get_text(step->json, "column") : NULL;
	return table_of_subject(arg, step);
}

/* For list_sort(): by the names of actions. */
static int
by_action(const ListCell *a, const ListCell *b)
{
	return strcmp(((const Transition *) lfirst(a))->action, ((const Transition *) lfirst(b))->action);
}

/* Adds those of one action, if it is active. */
static void
take_action(StateColumn *column, Oid action)
{
	ProblemSink sink = {.collect = true, .mcxt = CurrentMemoryContext};
	Envelope   *envelope = action_envelope(action);
	Definition *definition;

	if (!envelope->active)
		return;
	definition = envelope_definition(envelope, &sink);
	transitions_of_steps(column, definition->steps, function_name_canonical(action), table_of_published, definition);
}

void
transitions_of_actions(StateColumn *column, Oid except)
{
	List	   *actions = NIL;
	ListCell   *cell;

	foreach(cell, column->places)
		actions = list_concat_unique_oid(actions, actions_depending_on(RelationRelationId,
																	   ((ColumnPlace *) lfirst(cell))->relation));
	foreach(cell, actions)
	{
		CHECK_FOR_INTERRUPTS();
		if (lfirst_oid(cell) != except)
			take_action(column, lfirst_oid(cell));
	}
	list_sort(column->transitions, by_action);
}

/* A state as a value of the column's type. */
static Datum
state_datum(const StateColumn *column, const char *state)
{
	Oid			input;
	Oid			parameter;

	getTypeInputInfo(column->type, &input, &parameter);
	return OidInputFunctionCall(input, unconstify(char *, state), parameter, -1);
}

/*
 * Texts differ where values do not: 1 and 1.0, or case in citext. Labels of an enum and
 * plain texts are what they are, whatever has become of the type since. Types that are
 * made of others may hold domains, whose CHECKs would run when a text is read.
 */
bool
states_are_one(const StateColumn *column, const char *one, const char *other)
{
	const TypeCacheEntry *type;

	if (one == NULL || other == NULL)
		return one == other;
	if (strcmp(one, other) == 0)
		return true;
	if (column->type == TEXTOID || column->type == VARCHAROID || get_typtype(column->type) != TYPTYPE_BASE ||
		OidIsValid(get_element_type(column->type)))
		return false;
	if (column->type == JSONBOID)
		return false;			/* a JSON string stands there without its quotes */
	type = lookup_type_cache(column->type, TYPECACHE_EQ_OPR_FINFO);
	return OidIsValid(type->eq_opr_finfo.fn_oid) &&
		DatumGetBool(OidFunctionCall2Coll(type->eq_opr_finfo.fn_oid, column->collation,
										  state_datum(column, one), state_datum(column, other)));
}

bool
transition_starts_at(const StateColumn *column, const Transition *transition, const char *state)
{
	ListCell   *cell;

	if (transition->creates)
		return false;
	foreach(cell, transition->from)
	{
		const StateValue *from = lfirst(cell);

		if (from->formula == NULL && states_are_one(column, from->state, state))
			return true;
	}
	return transition->from == NIL;
}

bool
transition_ends_at(const StateColumn *column, const Transition *transition, const char *state)
{
	return transition->to->formula == NULL && states_are_one(column, transition->to->state, state);
}
