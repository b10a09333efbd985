/*
 * summary.h
 *		The summary of an invocation, for those who record it.
 */
#ifndef CA_SUMMARY_H
#define CA_SUMMARY_H

#include "postgres.h"

#include "run/frame.h"

/* Characters of a summary, or of what is said in its place, at most */
#define SUMMARY_LONGEST		1000

/*
 * The summary of an invocation that is about to end well, without secrets, or
 * NULL: the action has none. Where it cannot be made, it says why; cancels and
 * what else no handler may deal with are raised. Called with SPI connected, as the
 * action's user.
 */
extern text * summary_text(Frame *frame);

#endif
