/*
 * remark_report.c
 *		Tells what a check remarks in a formula.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "program/remark_report.h"

bool
remarks_wanted(const Scope *scope)
{
	return scope->findings != NULL && scope->findings->checking && scope->findings->sink->remarks;
}

void
remark_add(const Scope *scope, const Formula *formula, int location, const char *message,
		   const char *hint)
{
	Problem		problem = {0};
	int			byte = location - formula->offset;

	problem.warning = true;
	problem.sqlstate = ERRCODE_WARNING;
	problem.location = formula->location;
	problem.message = unconstify(char *, message);
	problem.hint = unconstify(char *, hint);
	problem.formula = formula->text;
	if (location >= 0 && byte >= 0 && byte <= strlen(formula->text))
		problem.position = pg_mbstrlen_with_len(formula->text, byte) + 1;
	problem_add(scope->findings->sink, &problem);
}
