/*
 * findings.h
 *		What compiling an action finds. A collecting sink is told all of it; else the
 *		first problem is raised.
 *
 * While checking, compiling goes on after a problem, with a NULL in the place of
 * what was wrong. Then "failed" is set: what comes out is no program to run, and
 * code that would only repeat the complaint may ask for it and keep quiet. It is
 * never cleared for good. Who has to know whether one part failed by itself (is
 * the type of this let to be trusted?) puts findings_begin() and findings_end()
 * around the part: the first clears the flag and returns what it was, the second
 * puts that back and adds the part's own. Between the two only a failure may
 * return early, since "failed" is then set as it must be. Whoever reports a
 * problem without findings_guard() or compiler_problem() sets the flag himself.
 */
#ifndef CA_FINDINGS_H
#define CA_FINDINGS_H

#include "postgres.h"

#include "base/problem.h"
#include "nodes/nodes.h"

struct Names;
struct Program;
struct FormulaTrial;

/* A formula and the scope it belongs to, by number. */
typedef struct NotedFormula
{
	int			scope;
	const char *location;		/* "2.set.due" */
	Node	   *raw;
	bool		may_look;		/* it calls functions that may read any table */
} NotedFormula;

typedef struct Findings
{
	ProblemSink *sink;
	bool		checking;		/* collect problems, look closer, note dependencies */
	bool		failed;			/* a problem was collected that leaves no program */
	struct FormulaTrial *trial; /* the place to look at, or NULL (trial.h) */
	List	   *formulas;		/* of NotedFormula: what was met, if remarks are wanted */
	List	   *conditions;		/* of Condition: what was met, if remarks are wanted (condition.h) */
} Findings;

/*
 * Calls fn(arg); while checking, an error becomes a problem at location, with a
 * hint for a formula of these names, and false is returned.
 */
extern bool findings_guard(Findings *findings, const struct Program *program, const struct Names *names,
						   const char *location, void (*fn) (void *arg), void *arg);

/* To learn whether a part fails by itself: begin gives what end puts back. */
extern bool findings_begin(Findings *findings);
extern bool findings_end(Findings *findings, bool before);	/* did the part fail? */

#endif
