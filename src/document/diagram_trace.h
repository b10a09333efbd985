/*
 * diagram_trace.h
 *		What became of the steps of one invocation, for its picture.
 */
#ifndef CA_DIAGRAM_TRACE_H
#define CA_DIAGRAM_TRACE_H

#include "postgres.h"

#include "base/json.h"

/* How a node is painted. */
typedef enum DiagramState
{
	DIAGRAM_PLAIN,
	DIAGRAM_DISABLED,
	DIAGRAM_SKIPPED,			/* this and what follows: outcomes, in the order of how much they
								 * tell */
	DIAGRAM_RUN,
	DIAGRAM_UNDONE,
	DIAGRAM_UNFINISHED,
	DIAGRAM_HANDLED,
	DIAGRAM_FAILED,
	DIAGRAM_STATES				/* how many there are */
} DiagramState;

/* The name of a state, which is that of its outcome in the trace */
extern const char *diagram_state_name(DiagramState state);

/*
 * What became of a step, or of a plug-in by what the trace calls it: of several
 * turns what tells most. *words is what its node says of it, or NULL. traced may be
 * NULL: there is no invocation.
 */
extern DiagramState trace_state(const Json *traced, const char *step, const char **words);

/* How often a step was come to, by whatever outcome. */
extern int64 trace_count(const Json *traced, const char *step);

#endif
