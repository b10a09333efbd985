/*
 * problem.h
 *		What is wrong with a definition: one record per problem, collected while
 *		checking, raised at once while running.
 *
 * A Problem names its place as a step path ("5.then.1"), a field of it
 * ("3.set.title") or a header key ("input.reason").
 */
#ifndef CA_PROBLEM_H
#define CA_PROBLEM_H

#include "postgres.h"

#include "base/compat.h"
#include "lib/stringinfo.h"
#include "nodes/pg_list.h"

struct ReturnSetInfo;

typedef struct Problem
{
	bool		warning;		/* a remark; activation goes on */
	bool		advice;			/* a remark that activation does not even tell */
	int			sqlstate;
	char	   *location;		/* place in the definition */
	char	   *message;
	char	   *detail;			/* or NULL */
	char	   *hint;			/* or NULL */
	char	   *formula;		/* text of the formula at fault, or NULL */
	int			position;		/* 1-based character in formula, or 0 */
} Problem;

/* Where problems go: a list while checking, an error while running. */
typedef struct ProblemSink
{
	const char *action;			/* whose definition this is, or NULL */
	bool		collect;		/* keep all of them instead of raising */
	List	   *problems;		/* of Problem, in the order found */
	MemoryContext mcxt;			/* where the records live */
	bool		remarks;		/* people read it: look for what may not be meant */
} ProblemSink;

/* Reports what makes the definition unusable. */
extern void problem_report(ProblemSink *sink, int sqlstate,
						   const char *location, const char *message,
						   const char *detail, const char *hint);

/* Reports what the author should look at, once for each place. */
extern void problem_warn(ProblemSink *sink, const char *location,
						 const char *message, const char *hint);

/* Reports what may well be meant, for those who ask. */
extern void problem_advise(ProblemSink *sink, const char *location,
						   const char *message, const char *hint);

/* Keeps a problem, or raises it when the sink does not collect; remarks are then dropped. */
extern void problem_add(ProblemSink *sink, const Problem *problem);

/*
 * Calls fn(arg). A collecting sink runs it in a subtransaction: an error
 * becomes a problem at location, which explain(problem, explain_arg) may add
 * to unless it is NULL, and false is returned.
 */
extern bool problem_guard(ProblemSink *sink, const char *location,
						  void (*fn) (void *arg), void *arg,
						  void (*explain) (Problem *problem, void *arg), void *explain_arg);

/* Is there a problem that is more than a remark? */
extern bool problem_any_error(const ProblemSink *sink);

/* "steps.2: message"; the place only if it is known. */
extern void problem_print(StringInfo out, const Problem *problem);

/* One line per problem that is an error: place, message, finding. */
extern void problems_print(StringInfo out, const ProblemSink *sink);

/* All problems as rows: severity, location, message, detail, hint. */
extern void problems_put(struct ReturnSetInfo *result, const ProblemSink *sink);

/* Raises UA005 with all problems that are errors, if there are any; hint may be NULL. */
extern void problems_raise(const char *action, const ProblemSink *sink, const char *hint);

/* Tells the others as warnings. */
extern void problems_tell_remarks(const char *action, const ProblemSink *sink);

#endif
