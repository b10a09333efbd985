/*
 * remark_loops.c
 *		Advises one step in place of a loop around it.
 *
 * That is a for_each whose only step changes the row of the turn, or creates one,
 * and does neither handle errors nor use the number of the turn, nor look into
 * tables, where it may find what the turns before have written.
 */
#include "postgres.h"

#include <ctype.h>

#include "definition/step_walk.h"
#include "engine/remark_loops.h"
#include "nodes/nodeFuncs.h"

/* A text as names are compared: without quotes and blanks, in small letters. */
static char *
plain_text(const char *text)
{
	char	   *plain = pstrdup(text);
	char	   *end = plain;

	for (const char *p = text; *p; p++)
		if (*p != '"' && !isspace((unsigned char) *p))
			*end++ = pg_ascii_tolower((unsigned char) *p);
	*end = '\0';
	return plain;
}

/* Does a text mention the number of the turn, as far as it can be told? */
static bool
mentions_index(const Json *json, const char *loop, const char *index)
{
	if (json->kind == JSON_IS_STRING)
		return strstr(plain_text(json->text), psprintf("%s.%s", loop, index)) != NULL;
	for (int i = 0; i < json->count; i++)
		if (mentions_index(json->items[i], loop, index))
			return true;
	return false;
}

/* The only step of a loop that runs, or NULL. */
static const Step *
only_step(const Step *loop)
{
	const Branch *branch = list_length(loop->branches) == 1 ? linitial(loop->branches) : NULL;
	const Step *only = NULL;
	ListCell   *cell;

	if (branch == NULL)
		return NULL;
	foreach(cell, branch->steps)
	{
		const Step *step = lfirst(cell);

		if (step->enabled && only != NULL)
			return NULL;
		if (step->enabled)
			only = step;
	}
	return only;
}

/* Could a step write all rows of a loop at once? */
static bool
writes_at_once(const Step *step, const Step *loop, const char *name)
{
	const char *index = json_get_text(loop->json, "index");

	if (step->kind->many == NULL || step->branches != NIL || step_argument(step, step->kind->many) != NULL ||
		mentions_index(step->json, name, index != NULL ? index : "index"))
		return false;
	if (strcmp(step->kind->many, "from") == 0)
		return step_argument(loop, "order_by") == NULL && step_argument(loop, "columns") == NULL;
	return step->subject->kind == JSON_IS_STRING && strcmp(step->subject->text, name) == 0 &&
		loop->subject->kind == JSON_IS_STRING && step_argument(step, "id") == NULL;
}

static bool
select_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	return IsA(node, SubLink) || raw_expression_tree_walker(node, select_walker, context);
}

/* May a formula of a step look into tables? */
static bool
looks_into_tables(const Compiler *compiler, const Step *step)
{
	int			length = strlen(step->path);
	ListCell   *cell;

	foreach(cell, compiler->findings.formulas)
	{
		const NotedFormula *formula = lfirst(cell);

		if (strncmp(formula->location, step->path, length) == 0 && formula->location[length] == '.' &&
			(formula->may_look || select_walker(formula->raw, NULL)))
			return true;
	}
	return false;
}

/* Looks at a step. */
static bool
remark_loop(const Step *step, void *arg)
{
	Compiler   *compiler = arg;
	const char *name = step->name != NULL ? step->name : "item";
	const Step *only;

	if (!step->enabled)
		return false;
	if (!step->kind->loops)
		return true;
	only = only_step(step);
	if (only != NULL && writes_at_once(only, step, name) && !looks_into_tables(compiler, only))
		problem_advise(compiler->findings.sink, step->path,
					   psprintf("the loop writes row by row what one %s step can write at once", only->kind->name),
					   strcmp(only->kind->many, "from") == 0 ?
					   "Give the create step what the loop goes through as its \"from\", and leave the loop out." :
					   psprintf("Let the step have %s as its subject and the loop's condition as its \"where\", and leave the loop out.",
								step->subject->text));
	return true;
}

void
remark_loops(Compiler *compiler)
{
	steps_visit(compiler->program->definition->steps, remark_loop, compiler);
}
