/*
 * problem.c
 *		Collects the problems of a definition, or raises the first one.
 *
 * A collected Problem is a deep copy in the sink's memory context, so that it
 * survives the subtransaction in which it was found.
 */
#include "postgres.h"

#include <limits.h>

#include "base/compat.h"
#include "base/error.h"
#include "base/problem.h"
#include "base/row_text.h"
#include "base/sqlstate.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#define MOST_SHOWN	50			/* problems that an error tells, whose hint says where all are */

pg_noreturn static void problem_raise(const char *action, const Problem *problem);

/* Has the same been said of the same place, without another in between? */
static bool
is_repeated(const ProblemSink *sink, const Problem *problem)
{
	for (int i = list_length(sink->problems) - 1; i >= 0; i--)
	{
		const Problem *earlier = list_nth(sink->problems, i);

		if (earlier->location == NULL || problem->location == NULL || strcmp(earlier->location, problem->location) != 0)
			return false;
		if (earlier->warning == problem->warning && strcmp(earlier->message, problem->message) == 0)
			return true;
	}
	return false;
}

/* Copies a text that may be absent. */
static char *
copy_text(const char *text)
{
	return text == NULL ? NULL : pstrdup(text);
}

void
problem_add(ProblemSink *sink, const Problem *problem)
{
	MemoryContext old;
	Problem    *copy;

	CHECK_FOR_INTERRUPTS();
	if (!sink->collect)
	{
		if (!problem->warning)
			problem_raise(sink->action, problem);
		return;
	}

	/* one value may stand in two statements of its step */
	if (!problem->warning && is_repeated(sink, problem))
		return;
	old = MemoryContextSwitchTo(sink->mcxt ? sink->mcxt : CurrentMemoryContext);
	copy = palloc(sizeof(Problem));
	*copy = *problem;
	copy->location = copy_text(problem->location);
	copy->message = copy_text(problem->message);
	copy->detail = copy_text(problem->detail);
	copy->hint = copy_text(problem->hint);
	copy->formula = copy_text(problem->formula);
	sink->problems = lappend(sink->problems, copy);
	MemoryContextSwitchTo(old);
}

void
problem_report(ProblemSink *sink, int sqlstate, const char *location,
			   const char *message, const char *detail, const char *hint)
{
	Problem		problem = {0};

	problem.sqlstate = sqlstate;
	problem.location = unconstify(char *, location);
	problem.message = unconstify(char *, message);
	problem.detail = unconstify(char *, detail);
	problem.hint = unconstify(char *, hint);
	problem_add(sink, &problem);
}

/* Adds a remark, once for each place. */
static void
add_remark(ProblemSink *sink, const char *location, const char *message, const char *hint, bool advice)
{
	Problem		problem = {0};

	problem.warning = true;
	problem.advice = advice;
	problem.sqlstate = ERRCODE_WARNING;
	problem.location = unconstify(char *, location);
	problem.message = unconstify(char *, message);
	problem.hint = unconstify(char *, hint);
	if (!is_repeated(sink, &problem))
		problem_add(sink, &problem);
}

void
problem_warn(ProblemSink *sink, const char *location, const char *message, const char *hint)
{
	add_remark(sink, location, message, hint, false);
}

void
problem_advise(ProblemSink *sink, const char *location, const char *message, const char *hint)
{
	add_remark(sink, location, message, hint, true);
}

bool
problem_any_error(const ProblemSink *sink)
{
	ListCell   *cell;

	foreach(cell, sink->problems)
	{
		if (!((Problem *) lfirst(cell))->warning)
			return true;
	}
	return false;
}

/* Says where a problem is and, if there is more to say, what it is. */
static char *
problem_detail(const char *action, const Problem *problem)
{
	StringInfoData out;
	const char *place = problem->location;

	initStringInfo(&out);
	if (place != NULL && place[0] != '\0')
	{
		if (place[0] >= '0' && place[0] <= '9')
			appendStringInfo(&out, "Step %s", place);
		else
			appendStringInfo(&out, "Key \"%s\"", place);
		if (action != NULL)
			appendStringInfo(&out, " of action \"%s\".", action);
		else
			appendStringInfoString(&out, " of the definition.");
	}
	if (problem->detail != NULL)
	{
		if (out.len > 0)
			appendStringInfoChar(&out, ' ');
		appendStringInfoString(&out, problem->detail);
	}
	return out.len > 0 ? out.data : NULL;
}

/* Raises a problem as an error. */
static void
problem_raise(const char *action, const Problem *problem)
{
	char	   *detail = problem_detail(action, problem);

	ereport(ERROR,
			(errcode(problem->sqlstate ? problem->sqlstate : ERRCODE_INVALID_PARAMETER_VALUE),
			 action ? errmsg("action \"%s\": %s", action, problem->message)
			 : errmsg_internal("%s", problem->message),
			 detail ? errdetail_internal("%s", detail) : 0,
			 problem->hint ? errhint("%s", problem->hint) : 0,
			 problem->formula ? internalerrquery(problem->formula) : 0,
			 problem->formula ? internalerrposition(problem->position) : 0));
	pg_unreachable();
}

bool
problem_guard(ProblemSink *sink, const char *location, void (*fn) (void *arg), void *arg,
			  void (*explain) (Problem *problem, void *arg), void *explain_arg)
{
	ErrorData  *error;
	Problem		problem = {0};

	if (!sink->collect)
	{
		fn(arg);
		return true;
	}
	error = caught_error(fn, arg);
	if (error == NULL)
		return true;
	problem.sqlstate = error->sqlerrcode;
	problem.location = unconstify(char *, location);
	problem.message = error->message;
	problem.detail = error->detail;
	problem.hint = error->hint;
	problem.formula = error->internalquery;
	problem.position = error->internalpos;
	if (explain != NULL)
		explain(&problem, explain_arg);
	problem_add(sink, &problem);
	return false;
}

/* A problem's detail with the position in its formula, or NULL. */
static char *
problem_finding(const Problem *problem)
{
	StringInfoData out;

	if (problem->formula == NULL)
		return problem->detail;

	initStringInfo(&out);
	if (problem->detail != NULL)
		appendStringInfo(&out, "%s ", problem->detail);
	if (problem->position > 0)
		appendStringInfo(&out, "At character %d of formula \"%s\".",
						 problem->position, problem->formula);
	else
		appendStringInfo(&out, "In formula \"%s\".", problem->formula);
	return out.data;
}

void
problems_put(ReturnSetInfo *result, const ProblemSink *sink)
{
	ListCell   *cell;

	foreach(cell, sink->problems)
	{
		const Problem *problem = lfirst(cell);
		Datum		values[5];
		bool		nulls[5];

		row_put_text(values, nulls, 0, problem->warning ? "warning" : "error");
		row_put_text(values, nulls, 1, problem->location);
		row_put_text(values, nulls, 2, problem->message);
		row_put_text(values, nulls, 3, problem_finding(problem));
		row_put_text(values, nulls, 4, problem->hint);
		tuplestore_putvalues(result->setResult, result->setDesc, values,
							 nulls);
	}
}

void
problem_print(StringInfo out, const Problem *problem)
{
	if (problem->location != NULL && problem->location[0] != '\0')
		appendStringInfo(out, "%s: ", problem->location);
	appendStringInfoString(out, problem->message);
}

void
problems_print(StringInfo out, const ProblemSink *sink)
{
	ListCell   *cell;

	foreach(cell, sink->problems)
	{
		const Problem *problem = lfirst(cell);
		char	   *detail = problem_finding(problem);

		CHECK_FOR_INTERRUPTS();
		if (problem->warning)
			continue;
		if (out->len > 0)
			appendStringInfoChar(out, '\n');
		problem_print(out, problem);
		if (detail != NULL)
			appendStringInfo(out, " (%s)", detail);
	}
}

/* Appends a problem with all that is said of it, each on a line of its own. */
static void
problem_print_whole(StringInfo out, const Problem *problem)
{
	char	   *finding = problem_finding(problem);

	if (out->len > 0)
		appendStringInfoChar(out, '\n');
	problem_print(out, problem);
	if (finding != NULL)
		appendStringInfo(out, "\n    %s", finding);
	if (problem->hint != NULL)
		appendStringInfo(out, "\n    Hint: %s", problem->hint);
}

void
problems_raise(const char *action, const ProblemSink *sink, const char *hint)
{
	int			most = hint != NULL ? MOST_SHOWN : INT_MAX;
	StringInfoData detail;
	int			count = 0;
	ListCell   *cell;

	initStringInfo(&detail);
	foreach(cell, sink->problems)
	{
		const Problem *problem = lfirst(cell);

		if (!problem->warning && count++ < most)
			problem_print_whole(&detail, problem);
	}
	if (count == 0)
		return;
	if (count > most)
		appendStringInfo(&detail, "\nand %d more", count - most);
	ereport(ERROR,
			(errcode(ERRCODE_CA_CHECK_FAILED),
			 errmsg_plural("action \"%s\" has %d problem", "action \"%s\" has %d problems",
						   count, action, count),
			 errdetail_internal("%s", detail.data),
			 hint ? errhint("%s", hint) : 0));
}

void
problems_tell_remarks(const char *action, const ProblemSink *sink)
{
	ListCell   *cell;

	foreach(cell, sink->problems)
	{
		const Problem *problem = lfirst(cell);
		char	   *finding = problem_finding(problem);
		StringInfoData line;

		if (!problem->warning || problem->advice)
			continue;
		initStringInfo(&line);
		problem_print(&line, problem);
		ereport(WARNING,
				(errmsg("action \"%s\": %s", action, line.data),
				 finding ? errdetail_internal("%s", finding) : 0,
				 problem->hint ? errhint("%s", problem->hint) : 0));
	}
}
