/*
 * check.h
 *		Runs the compiler for its findings only: as the owner of an action,
 *		under the action's own settings, in a restricted security context.
 *
 * The folder publish/ holds design time: checking a draft, making its function,
 * checking what is published. It may include base/, lookup/, definition/,
 * program/, compile/, run/, steps/, plugins/ and engine/.
 */
#ifndef CA_CHECK_H
#define CA_CHECK_H

#include "postgres.h"

#include "base/problem.h"
#include "engine/published_function.h"
#include "program/program.h"
#include "program/trial.h"

/* Where a published function's SET clauses are found wrong */
#define LOCATION_SETTINGS	"settings"

/*
 * Checks a published function: its source, and that the source agrees with
 * pg_proc. Sets *active; an inactive action is not compiled. The program, if
 * there is one, lives below mcxt. Without wait, a lock that others hold is an
 * error (55P03).
 */
extern Program *check_published(Oid function, bool wait, bool *active, ProblemSink *sink,
								MemoryContext mcxt);

/* Compiles a document as check_action does, to look at one place of it; the sink collects. */
extern void check_on_trial(const char *action, Json *document, Oid owner, FormulaTrial *trial,
						   ProblemSink *sink);

/* Refuses a second action of one name (42723). */
extern void require_single(Oid function);

/* Refuses what is no function of ours at all, also while restoring. */
extern void require_identity(const PublishedFunction *function);

#endif
