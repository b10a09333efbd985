/*
 * findings.c
 *		Errors that become problems while an action is compiled.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "program/findings.h"
#include "program/foreign_syntax.h"

typedef struct Place
{
	const Program *program;
	const Names *names;
} Place;

/* Gives the problem of a formula a better hint. */
static void
explain(Problem *problem, void *arg)
{
	const Place *place = arg;

	formula_explain(place->program, place->names, problem);
}

bool
findings_guard(Findings *findings, const Program *program, const Names *names,
			   const char *location, void (*fn) (void *arg), void *arg)
{
	Place		place = {program, names};
	bool		ok;

	CHECK_FOR_INTERRUPTS();
	ok = problem_guard(findings->sink, location, fn, arg, explain, &place);
	findings->failed = findings->failed || !ok;
	return ok;
}

bool
findings_begin(Findings *findings)
{
	bool		before = findings->failed;

	findings->failed = false;
	return before;
}

bool
findings_end(Findings *findings, bool before)
{
	bool		failed = findings->failed;

	findings->failed = failed || before;
	return failed;
}
