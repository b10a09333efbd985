/*
 * publish.h
 *		Makes the function of an action, or gives it a new version.
 */
#ifndef CA_PUBLISH_H
#define CA_PUBLISH_H

#include "postgres.h"

/* Is a function being made right now? What CREATE FUNCTION means to others is then no business of theirs. */
extern bool publish_is_running(void);

#endif
