/*
 * findings.h
 *		What compiling an action finds. A collecting sink is told all of it; else the
 *		first problem is raised.
 */
#ifndef CA_FINDINGS_H
#define CA_FINDINGS_H

#include "postgres.h"

#include "base/problem.h"

struct Names;
struct Program;

typedef struct Findings
{
	ProblemSink *sink;
	bool		checking;		/* collect problems, look closer, note dependencies */
	bool		failed;			/* a problem was collected that leaves no program */
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
