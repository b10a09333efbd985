/*
 * state_verbs.h
 *		Says which actions work from a state: for who was refused another.
 */
#ifndef CA_STATE_VERBS_H
#define CA_STATE_VERBS_H

#include "postgres.h"

/* "From "closed" these work: support.reopen_case." state NULL: of rows that have none. */
extern char *state_verbs_sentence(Oid relation, const char *column, const char *state);

#endif
