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

#include "base/json.h"
#include "base/problem.h"
#include "engine/compile.h"
#include "engine/published_function.h"
#include "program/program.h"
#include "utils/array.h"
#include "program/trial.h"

/* Where a published function's SET clauses are found wrong */
#define LOCATION_SETTINGS	"settings"

/*
 * Compiles a document as its owner would meet it, in the current memory context;
 * problems go to the sink of the options. NULL when there is nothing sound.
 */
extern Program *check_document(Json *document, Oid owner, const CompileOptions *options);

/* The same, and looks at the program as its owner and under its settings. */
extern Program *check_document_and(Json *document, Oid owner, const CompileOptions *options,
								   void (*look) (Program *program, void *arg), void *arg);

/*
 * As whom to check: the owner if the caller may act as him, else the caller
 * himself, so that nobody looks through another's eyes.
 */
extern Oid	check_role(Oid owner);

/*
 * Checks a published function: its source, and that the source agrees with
 * pg_proc. Sets *active; an inactive action is not compiled. The program, if
 * there is one, lives below mcxt. Without wait, a lock that others hold is an
 * error (55P03).
 */
extern Program *check_published(Oid function, bool wait, bool *active, ProblemSink *sink,
								MemoryContext mcxt);

/* Looks at something as the owner of a published action, under its settings; nothing is compiled. */
extern void check_as_published(Oid function, void (*look) (void *arg), void *arg);

/* Compiles a document as check_action does, to look at one place of it; the sink collects. */
extern void check_on_trial(const char *action, Json *document, Oid owner, FormulaTrial *trial,
						   ProblemSink *sink);

/* A text of an action that is compiled for what its names mean. */
typedef struct TextCheck
{
	const char *action;			/* canonical name */
	Oid			owner;
	Oid			function;		/* of a published definition: whose settings count; else InvalidOid */
	ArrayType  *settings;		/* in place of those; NULL: the function's, or the definition's own */
	Json	   *document;		/* is changed where the search_path has to be settled */
	Json	   *plugins;		/* array that is registered, or NULL: the document's */
	ProblemSink *sink;			/* collects */
	struct Resolved *resolved;
	void		(*look) (struct TextCheck *check, Program *program, const Definition *definition,
						 void *arg);	/* as the owner, under the settings; program NULL: it does
										 * not compile */
	void	   *arg;
} TextCheck;

/* Compiles a text as its action would run, waits for no lock, and lets somebody look. */
extern void check_text(TextCheck *check);

/* Refuses a second action of one name (42723). */
extern void require_single(Oid function);

/* Refuses what is no function of ours at all, also while restoring. */
extern void require_identity(const PublishedFunction *function);

#endif
