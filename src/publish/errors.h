/*
 * errors.h
 *		Every way an action can fail.
 */
#ifndef CA_ERRORS_H
#define CA_ERRORS_H

#include "postgres.h"

#include "nodes/pg_list.h"

/* Those of what is published: a List of Failure (definition/facts.h), each by itself. */
extern List *errors_of_action(Oid function);

#endif
