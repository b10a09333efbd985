/*
 * frame_path.c
 *		The search_path of an action, where its function does not set it.
 *
 * What an action's names mean is settled when its statements are analysed: that
 * happens under the path of its definition, always. Running them takes the path only
 * where something can look at it, which few actions reach (program/path_sight.c). A
 * SET clause of the function would cost as much as a small action. So activation
 * writes none, unless the function runs as its owner, and here the path is put into
 * effect where it matters, as the clause would have done:
 *
 * - for the whole invocation, if anything in the program is known to see it, or if it
 *   is a call of a rare sort: for many items, to look, or with a version to compare;
 * - from the moment on when a statement is analysed, for the first time or again, up
 *   to the end of the invocation. A change of a table, its triggers, policies, indexes
 *   or constraints has it analysed again, so what can see from now on is found before
 *   it runs. Then it is looked at: if it sees, the next invocation begins with the
 *   path.
 *
 * PostgreSQL takes a plan for good only under the path that it was made under. A plan
 * to which no path matters is given the one in effect instead: session_path, which is
 * shared by all of them and follows the setting. If it were wrong, the statement would
 * be analysed again, under the action's path: that costs time, and nothing else.
 *
 * The level of settings that the path is set in belongs to the subtransaction that it
 * was opened in, and ends with it; then the frame has none any more.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/compat.h"
#include "catalog/namespace.h"
#include "lookup/function_settings.h"
#include "program/path_sight.h"
#include "run/catalog_changes.h"
#include "run/frame_path.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/plancache.h"

/* The path in effect when a plan was last run; plans to which no path matters have it for theirs. */
static SearchPathMatcher session_path;
static bool session_path_known = false;

/* Is this the setting, letter by letter? */
static inline bool
path_is_set(const char *path)
{
	return strcmp(namespace_search_path, path) == 0;
}

int
path_enter(const char *path)
{
	int			level;

	if (path_is_set(path))
		return 0;
	level = NewGUCNestLevel();
	(void) set_config_option("search_path", path, setting_context(), PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	return level;
}

void
path_leave(int level)
{
	if (level > 0)
		AtEOXact_GUC(true, level);
}

/* Has the frame put its path into effect, in a subtransaction that has not ended? */
static inline bool
frame_has_path(const Frame *frame)
{
	return frame->path_set && SubTransactionIsActive(frame->path_subxact);
}

void
frame_path_set(Frame *frame)
{
	frame->path_level = path_enter(frame->program->path);
	frame->path_subxact = GetCurrentSubTransactionId();
	frame->path_set = true;
}

/* Where the path held already, takes back what the called code did to it with SET LOCAL. */
static void
put_path_back(const char *path)
{
	if (!path_is_set(path))
		(void) set_config_option("search_path", path, setting_context(), PGC_S_SESSION,
								 GUC_ACTION_LOCAL, true, 0, false);
}

void
frame_path_end(Frame *frame)
{
	if (!frame_has_path(frame))
		return;
	frame->path_set = false;
	if (frame->path_level > 0)
		path_leave(frame->path_level);
	else
		put_path_back(frame->program->path);
}

void
frame_path_analyse(Scope *scope)
{
	Frame	   *frame = innermost_frame;

	scope->analysed = true;
	if (scope->program->path == NULL)
		return;
	if (frame == NULL || frame->program != scope->program)
		elog(ERROR, "a statement of action \"%s\" is analysed while it is not running", scope->program->action);
	if (!frame_has_path(frame))
		frame_path_set(frame);
}

void
frame_path_before(void)
{
	SearchPathMatcher *now;

	if (session_path_known && SearchPathMatchesCurrentEnvironment(&session_path))
		return;
	now = GetSearchPathMatcher(CacheMemoryContext);
	if (session_path_known)
		list_free(session_path.schemas);
	session_path = *now;
	session_path_known = true;
	pfree(now);
}

/* Looks at a statement that was analysed: does the path matter to it? */
static void
settle_statement(Program *program, CachedPlanSource *source)
{
	if (queries_see_path(source->query_list, catalog_changes))
		program->sees_path = true;
	else
		source->search_path = &session_path;
}

void
frame_path_after(Frame *frame, Scope *scope, SPIPlanPtr plan)
{
	CachedPlanSource *source;

	scope->analysed = false;
	if (frame->program->path == NULL || frame->program->sees_path)
		return;
	source = linitial(SPI_plan_get_plan_sources(plan));
	if (source->is_valid)
		settle_statement(frame->program, source);
}
