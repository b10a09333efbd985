/*
 * remark_calls.c
 *		Advises what is to happen when a called function fails.
 *
 * A volatile function is one that does something, so its failure is worth a
 * thought: without an on_error, at the step or around it, it undoes the action.
 */
#include "postgres.h"

#include "definition/step_walk.h"
#include "engine/remark_calls.h"
#include "miscadmin.h"
#include "steps/step_list.h"

/* Paths of the steps that handle errors, sorted. */
typedef struct Handlers
{
	char	  **paths;
	int			count;
	List	   *found;			/* the same in the order of the steps, of char * */
} Handlers;

/* Collects a step that handles errors. */
static bool
collect_handler(const Step *step, void *arg)
{
	Handlers   *handlers = arg;

	if (step_branch(step, "on_error") != NULL)
		handlers->found = lappend(handlers->found, step->path);
	return true;
}

/* For qsort() and bsearch(): by text. */
static int
path_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

/* Does this step handle errors? */
static bool
handles_errors(const Handlers *handlers, const char *path)
{
	return bsearch(&path, handlers->paths, handlers->count, sizeof(char *), path_compare) != NULL;
}

/* Does a step, or one around it, handle its error? Not from inside of the handler. */
static bool
is_handled(const Handlers *handlers, const char *path)
{
	char	   *around = pstrdup(path);
	char	   *dot;
	bool		in_handler = false;

	for (;;)
	{
		if (!in_handler && handles_errors(handlers, around))
			return true;
		dot = strrchr(around, '.');
		if (dot == NULL)
			return false;
		*dot = '\0';
		in_handler = strlen(around) > 9 && strcmp(around + strlen(around) - 9, ".on_error") == 0;
	}
}

void
remark_calls(Compiler *compiler)
{
	Handlers	handlers = {0};
	ListCell   *cell;

	if (compiler->volatile_calls == NIL)
		return;
	steps_visit(compiler->program->definition->steps, collect_handler, &handlers);
	handlers.paths = palloc(sizeof(char *) * Max(list_length(handlers.found), 1));
	foreach(cell, handlers.found)
		handlers.paths[handlers.count++] = lfirst(cell);
	qsort(handlers.paths, handlers.count, sizeof(char *), path_compare);
	foreach(cell, compiler->volatile_calls)
	{
		CHECK_FOR_INTERRUPTS();
		if (!is_handled(&handlers, lfirst(cell)))
			problem_advise(compiler->findings.sink, lfirst(cell),
						   "if the function fails, all that the action did is undone",
						   "If the rest is to stand, give the step an \"on_error\"; [] goes on.");
	}
}
