/*
 * assist.c
 *		Helps who writes a formula: lists the names that one may use at a place, and
 *		tells what a formula would be there, or what is wrong with it.
 *
 * Both put the document together anew and compile it as check_action does, with an
 * eye on the place (program/trial.h): so they know what the compiler knows, and
 * nothing else. Nothing runs, and nothing is written.
 */
#include "postgres.h"

#include <ctype.h>

#include "base/compat.h"
#include "base/suggest.h"
#include "catalog/pg_type.h"
#include "definition/place.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lookup/canonical.h"
#include "mb/pg_wchar.h"
#include "publish/check.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#define NO_FORMULA		"NULL"	/* stands where nothing stands yet */
#define MAX_PROPOSALS	5
#define LAST_PART_ONLY	100		/* what it costs a proposal that only the last parts are alike */

PG_FUNCTION_INFO_V1(custom_action_scope_names);
PG_FUNCTION_INFO_V1(custom_action_try_formula);

/* A place of a definition that is looked at. */
typedef struct Look
{
	const char *action;
	const char *document;		/* text */
	Oid			owner;
	const char *at;

	/* The last time it was looked at */
	Place		place;
	FormulaTrial trial;
	ProblemSink sink;
} Look;

/* Reads the arguments that both functions have: action, definition, owner, place. */
static Look
look_from_arguments(FunctionCallInfo fcinfo)
{
	Look		look = {0};

	look.action = text_to_cstring(PG_GETARG_TEXT_PP(0));
	look.document = text_to_cstring(PG_GETARG_TEXT_PP(1));
	look.owner = PG_GETARG_OID(2);
	look.at = text_to_cstring(PG_GETARG_TEXT_PP(3));
	return look;
}

/* Compiles the document with a formula at the place, and sees what that tells. */
static void
look_at(Look *look, PlaceUse use, const char *formula, bool remarks)
{
	Json	   *document = json_parse(look->document);

	look->place = place_use(document, look->action, look->at, use, formula);
	json_remove(document, "frozen");	/* the formula may mean what none did before */
	memset(&look->trial, 0, sizeof(look->trial));
	look->trial.location = look->place.location;
	look->trial.mcxt = CurrentMemoryContext;
	memset(&look->sink, 0, sizeof(look->sink));
	look->sink.action = look->action;
	look->sink.collect = true;
	look->sink.mcxt = CurrentMemoryContext;
	look->sink.remarks = remarks;
	check_on_trial(look->action, document, look->owner, &look->trial, &look->sink);
}

/* The first error that was found at the location, or NULL; with a warning for want of one. */
static const Problem *
problem_at(const Look *look, const char *location, bool warnings)
{
	const Problem *found = NULL;
	ListCell   *cell;

	foreach(cell, look->sink.problems)
	{
		const Problem *problem = lfirst(cell);

		if (problem->location == NULL || strcmp(problem->location, location) != 0)
			continue;
		if (!problem->warning)
			return problem;
		if (found == NULL && warnings)
			found = problem;
	}
	return found;
}

/* Is a location the step's, or below it? */
static bool
is_in_step(const char *location, const char *step)
{
	size_t		length = step == NULL ? 0 : strlen(step);

	return location != NULL && step != NULL && strncmp(location, step, length) == 0 &&
		(location[length] == '\0' || location[length] == '.');
}

/* Why the place was not reached: the first error of its step, else of all. */
static const Problem *
obstacle(const Look *look)
{
	const Problem *first = NULL;
	ListCell   *cell;

	foreach(cell, look->sink.problems)
	{
		const Problem *problem = lfirst(cell);

		if (problem->warning)
			continue;
		if (is_in_step(problem->location, look->place.step))
			return problem;
		if (first == NULL)
			first = problem;
	}
	return first;
}

/* Raises that the place cannot be looked at. */
pg_noreturn static void
refuse_unreached(const Look *look)
{
	const Problem *problem = obstacle(look);

	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("no formula is read at \"%s\" of action \"%s\"", look->at, look->action),
			 problem ? errdetail("%s: %s.", problem->location, problem->message) : 0,
			 problem && problem->hint ? errhint("%s", problem->hint) : 0));
}

/*
 * Looks until the place is reached: as the document is, then with another value
 * there, then before its step.
 */
static void
look_for_names(Look *look)
{
	const Problem *problem;

	look_at(look, PLACE_KEEP, NO_FORMULA, false);
	if (!look->trial.reached)
		look_at(look, PLACE_PUT, NO_FORMULA, false);
	if (look->trial.reached)
		return;
	problem = obstacle(look);
	if (look->place.step == NULL || problem == NULL || !is_in_step(problem->location, look->place.step))
		refuse_unreached(look);
	ereport(NOTICE,
			(errmsg("step %s of action \"%s\" does not compile, so names of its own rows are missing",
					look->place.step, look->action),
			 errdetail("%s: %s.", problem->location, problem->message)));
	look_at(look, PLACE_BEFORE, NO_FORMULA, false);
	if (!look->trial.reached)
		refuse_unreached(look);
}

/* SQL: scope_names(action, definition, owner, at): what a formula may use there */
Datum
custom_action_scope_names(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Look		look = look_from_arguments(fcinfo);
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, 0);
	look_for_names(&look);
	foreach(cell, look.trial.names)
	{
		const ScopeName *entry = lfirst(cell);
		const char *texts[] = {entry->name, entry->type, entry->source, entry->description};
		Datum		values[lengthof(texts)] = {0};
		bool		nulls[lengthof(texts)];

		for (int i = 0; i < lengthof(texts); i++)
		{
			nulls[i] = texts[i] == NULL;
			if (!nulls[i])
				values[i] = CStringGetTextDatum(texts[i]);
		}
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* What is wrong with the formula, or a remark about it; NULL: nothing. */
static const Problem *
formula_problem(const Look *look)
{
	const Problem *problem = problem_at(look, look->place.location, true);
	const Problem *statement;

	if (problem != NULL && !problem->warning)
		return problem;
	if (!look->trial.reached)
	{
		problem = obstacle(look);
		if (problem == NULL)
			refuse_unreached(look);
		return problem;
	}

	/*
	 * what only the statement around finds is told of the step: does it say
	 * so of any formula?
	 */
	statement = look->place.step != NULL ? problem_at(look, look->place.step, false) : NULL;
	if (statement != NULL && strcmp(look->place.step, look->place.location) != 0)
	{
		Look		other = *look;
		const Problem *same;

		look_at(&other, PLACE_PUT, NO_FORMULA, false);
		same = problem_at(&other, look->place.step, false);
		if (same == NULL || strcmp(same->message, statement->message) != 0)
			return statement;
	}
	return problem;
}

/* The position of a problem in what was given, in characters from 1; 0: it has none. */
static int
position_in(const char *given, const Problem *problem)
{
	const char *start;

	if (problem == NULL || problem->formula == NULL || problem->position <= 0)
		return 0;
	start = strstr(given, problem->formula);
	return problem->position + (start == NULL ? 0 : pg_mbstrlen_with_len(given, start - given));
}

/* May this byte be part of a name, or of several with dots? */
static bool
is_name_byte(unsigned char c)
{
	return isalnum(c) || c == '_' || c == '$' || c == '.' || IS_HIGHBIT_SET(c);
}

/* The name that stands at a position of a text; NULL: none does. */
static char *
name_at(const char *text, int position)
{
	const char *end;

	for (int i = 1; i < position && *text != '\0'; i++)
		text += pg_mblen(text);
	for (end = text; is_name_byte((unsigned char) *end);)
		end++;
	return end == text ? NULL : pnstrdup(text, end - text);
}

typedef struct Proposal
{
	const char *name;
	int			distance;
} Proposal;

/* Orders proposals by what is to be changed; equals stay as they are, the nearest first. */
static int
proposal_compare(const ListCell *a, const ListCell *b)
{
	return ((Proposal *) lfirst(a))->distance - ((Proposal *) lfirst(b))->distance;
}

/* What follows the last dot. */
static const char *
behind_dots(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot == NULL ? name : dot + 1;
}

/* How far a known name is from the one given; -1: too far. The last parts of both may be what is alike. */
static int
name_distance(const char *given, const char *known)
{
	Suggestion	suggestion;

	suggestion_init(&suggestion, given);
	suggestion_consider(&suggestion, known, known);
	if (suggestion.best != NULL)
		return suggestion.distance;
	suggestion_init(&suggestion, behind_dots(given));
	suggestion_consider(&suggestion, behind_dots(known), known);
	return suggestion.best == NULL ? -1 : suggestion.distance + LAST_PART_ONLY;
}

/* The names of the scope that are most like one, as a text[]. */
static Datum
nearest_names(const List *names, const char *given)
{
	ArrayBuildState *array = initArrayResult(TEXTOID, CurrentMemoryContext, false);
	List	   *proposals = NIL;
	ListCell   *cell;

	foreach(cell, names)
	{
		Proposal	proposal = {.name = ((ScopeName *) lfirst(cell))->name};

		proposal.distance = name_distance(given, proposal.name);
		if (proposal.distance >= 0)
			proposals = lappend(proposals, memcpy(palloc(sizeof(Proposal)), &proposal, sizeof(Proposal)));
	}
	list_sort(proposals, proposal_compare);
	for (int i = 0; i < Min(list_length(proposals), MAX_PROPOSALS); i++)
		array = accumArrayResult(array, CStringGetTextDatum(((Proposal *) list_nth(proposals, i))->name),
								 false, TEXTOID, CurrentMemoryContext);
	return makeArrayResult(array, CurrentMemoryContext);
}

/* Is it an unknown name that is wrong? */
static bool
is_unknown_name(const Problem *problem)
{
	return problem->sqlstate == ERRCODE_UNDEFINED_COLUMN || problem->sqlstate == ERRCODE_UNDEFINED_TABLE ||
		problem->sqlstate == ERRCODE_UNDEFINED_OBJECT;
}

/* The type of the formula by itself; a text in quotes is what the place makes of it. */
static char *
shown_type(const FormulaTrial *trial)
{
	int32		typmod;
	Oid			type = trial_type(trial, &typmod);

	if (type == UNKNOWNOID)
	{
		type = OidIsValid(trial->wanted) ? trial->wanted : TEXTOID;
		typmod = OidIsValid(trial->wanted) ? trial->wanted_typmod : -1;
	}
	return OidIsValid(type) ? type_name_canonical(type, typmod) : NULL;
}

/* SQL: try_formula(action, definition, owner, at, formula): what it would be there */
Datum
custom_action_try_formula(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Look		look = look_from_arguments(fcinfo);
	char	   *formula = text_to_cstring(PG_GETARG_TEXT_PP(4));
	Datum		values[7] = {0};
	bool		nulls[7] = {false, true, true, true, true, true, true};
	const Problem *problem;
	const char *texts[7] = {NULL};
	int			position;
	char	   *unknown;

	InitMaterializedSRF(fcinfo, 0);
	look_at(&look, PLACE_PUT, formula, true);
	problem = formula_problem(&look);
	values[0] = BoolGetDatum(problem == NULL || problem->warning);
	texts[1] = DatumGetBool(values[0]) ? shown_type(&look.trial) : NULL;
	if (look.trial.reached && OidIsValid(look.trial.wanted))
		texts[2] = type_name_canonical(look.trial.wanted, look.trial.wanted_typmod);
	texts[4] = problem ? problem->message : NULL;
	texts[5] = problem ? problem->hint : NULL;
	for (int i = 0; i < lengthof(texts); i++)
		if (texts[i] != NULL)
		{
			values[i] = CStringGetTextDatum(texts[i]);
			nulls[i] = false;
		}
	position = position_in(formula, problem);
	nulls[3] = position == 0;
	values[3] = Int32GetDatum(position);
	unknown = position > 0 && is_unknown_name(problem) ? name_at(formula, position) : NULL;
	nulls[6] = unknown == NULL;
	if (unknown != NULL)
		values[6] = nearest_names(look.trial.names, unknown);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	return (Datum) 0;
}
