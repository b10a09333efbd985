/*
 * path_check.h
 *		Who else may create objects in the schemas of an action's search_path.
 */
#ifndef CA_PATH_CHECK_H
#define CA_PATH_CHECK_H

#include "postgres.h"

#include "base/problem.h"

/*
 * Warns of each schema of the path in effect in which others than the owner and
 * superusers may create objects. insist: an error, since the action runs as its
 * owner and nobody chose the path.
 */
extern void path_check(Oid owner, bool insist, ProblemSink *sink);

#endif
