/*
 * testing.h
 *		Tests what must hold before an action does anything, in a frame that somebody
 *		looks at (REQUEST_LOOK).
 *
 * The folder available/ holds what tells whether an action would start, and why
 * not, without running it: nothing is locked, written or logged, no plug-in runs.
 * It may include base/, lookup/, definition/, program/, compile/, run/, steps/,
 * plugins/ and engine/.
 */
#ifndef CA_TESTING_H
#define CA_TESTING_H

#include "postgres.h"

#include "base/error.h"
#include "nodes/bitmapset.h"
#include "run/action_call.h"
#include "run/frame.h"
#include "steps/precondition.h"

typedef struct Testing
{
	Frame	   *frame;
	const Preconditions *preconditions;
	MemoryContext mcxt;			/* of the next three, and of what is told */
	Bitmapset  *unknown;		/* slots whose values are not known */
	char	   *ways;			/* by fork: which way it went */
	const char **causes;		/* by slot: what it waits for, if it is not known; or NULL */
	List	   *left_out;		/* of char *: what could not be tested, and why */
	bool		refused;		/* the last one does not hold, which is not to say that it failed */
} Testing;

/* Inputs are not known, nor what plug-ins hand on; what no step has set yet is NULL. */
extern Bitmapset *testing_unknown_slots(const Program *program);

/* Begins; the inputs are not known yet. */
extern void testing_begin(Testing *testing, Frame *frame, MemoryContext mcxt);

/* A slot has got its value. */
extern void testing_know(Testing *testing, int slot);

/* There is no target: its columns are not known. */
extern void testing_forget_target(Testing *testing);

/* May plug-ins change what the steps see before they run? */
extern bool testing_plugins_come_first(const Program *program);

/* Raises what the step would raise, if its precondition is not so. */
extern void testing_require(Testing *testing, const Precondition *precondition);

/* The same of all of them, one after the other. */
extern void testing_require_all(Testing *testing);

/*
 * Tries something in a subtransaction of its own; the error, or NULL. What lacks a
 * privilege ends the look, so that it says which, as a call would.
 */
extern ErrorData *testing_try(Frame *frame, void (*fn) (void *arg), void *arg);

/* Shows the frame of an action to request->look, as the current user may invoke it; nobody is told. */
extern void testing_look(Handle *handle, InvokeRequest *request);

/* An action that is asked something */
typedef struct AskedAction
{
	const char *name;			/* as the caller writes it; NULL: the handle is given */
	Handle	   *handle;			/* found by the name; NULL: there is none yet */
	InvokeRequest request;		/* result_context is that of who asks */
} AskedAction;

/*
 * Shows the frame of an action to a function, in a subtransaction that is undone; the
 * error that came of it, or NULL.
 */
extern Caught *testing_ask(AskedAction *asked, void (*look) (Frame *frame, void *arg), void *arg);

/* Throws an error on that says nothing about the action: it was not to be found out. */
extern void testing_pass_on(ErrorData *error);

#endif
