/*
 * constraint.h
 *		What a constraint says of the rows that are there.
 */
#ifndef CA_CONSTRAINT_H
#define CA_CONSTRAINT_H

#include "postgres.h"

/* Do all rows, or values, keep to it, those that were there before it, too? One that is gone says nothing. */
extern bool constraint_is_validated(Oid constraint);

#endif
