/*
 * deprecation.h
 *		Tells callers that an action is deprecated.
 */
#ifndef CA_DEPRECATION_H
#define CA_DEPRECATION_H

#include "postgres.h"

#include "program/program.h"

/* A NOTICE, once in a session for each action and what it says. */
extern void deprecation_tell(const Program *program);

#endif
