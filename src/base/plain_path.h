/*
 * plain_path.h
 *		The list custom_actions.plain_path: which rewrites of what actions do are
 *		left out, so that tests can compare.
 */
#ifndef CA_PLAIN_PATH_H
#define CA_PLAIN_PATH_H

#include "postgres.h"

#include "utils/guc.h"

/* What does its work in another way than step by step, as a person would read the action */
typedef enum PlainPath
{
	PLAIN_FRAMES = 1 << 0,		/* kept from one transaction to the next */
	PLAIN_PATH = 1 << 1,		/* no search_path is set where nothing sees it */
	PLAIN_MERGE = 1 << 2,		/* steps that write become one statement */
	PLAIN_SETS = 1 << 3,		/* loops and bulk calls work set-based */
	PLAIN_EXPRESSIONS = 1 << 4, /* functions are called by expressions, without a statement */
	PLAIN_FINGERPRINTS = 1 << 5,	/* what has not changed is not compiled again */
	PLAIN_LIVENESS = 1 << 6,	/* what a write returns is not read before, targets are found
								 * without a statement, and many items are no rows */
	PLAIN_SELECTS = 1 << 7,		/* a sub-SELECT that is a formula is the statement */
	PLAIN_CHECKS = 1 << 8,		/* the states of CHECK constraints are kept */
	PLAIN_KEYS = 1 << 9,		/* foreign keys are looked up without a query */
	PLAIN_ALL = (1 << 10) - 1
} PlainPath;

/* The bits of those that are left out; 0: none, as ever outside of tests */
extern int	setting_plain_path;

/* Is this one left out? */
static inline bool
plain_path_has(PlainPath rewrite)
{
	return unlikely((setting_plain_path & rewrite) != 0);
}

/* Has a function called whenever the setting has changed, which must not fail. */
extern void plain_path_tell(void (*changed) (void));

/* Hooks of the setting */
extern bool plain_path_check(char **newval, void **extra, GucSource source);
extern void plain_path_assign(const char *newval, void *extra);

#endif
