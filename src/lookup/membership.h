/*
 * membership.h
 *		Who has the privileges of a role, and who is a member of it by being one.
 */
#ifndef CA_MEMBERSHIP_H
#define CA_MEMBERSHIP_H

#include "postgres.h"

/* Raises unless the current user has the privileges of the owner of an action. */
extern void require_owner(const char *action, const char *owner);

#endif
