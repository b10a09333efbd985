/*
 * dropped.h
 *		Protections that a command takes along.
 */
#ifndef CA_DROPPED_H
#define CA_DROPPED_H

#include "postgres.h"

/* Refuses to drop a trigger, whose row is gone, if it protected a table that is still there, and the user may not lift that. */
extern void require_may_lift(Oid trigger);

#endif
