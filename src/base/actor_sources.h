/*
 * actor_sources.h
 *		The list custom_actions.actor_settings: which settings may say who the
 *		person behind a call is.
 */
#ifndef CA_ACTOR_SOURCES_H
#define CA_ACTOR_SOURCES_H

#include "postgres.h"

#include "utils/guc.h"

#define ACTOR_SOURCES_DEFAULT \
	"custom_actions.actor, request.jwt.claims->>sub, jwt.claims.sub"

/*
 * The list as it is now: for each entry the name of a setting, then the members
 * to read out of its JSON, then an empty string; after the last entry one more.
 * The place changes whenever the list does.
 */
extern const char *actor_sources;

/* Counts up whenever the list is set. */
extern uint64 actor_sources_changes;

/* The string after this one, and the entry after the one that begins here */
extern const char *actor_source_next_part(const char *part);
extern const char *actor_source_next(const char *source);

/* Hooks of the setting */
extern bool actor_sources_check(char **newval, void **extra, GucSource source);
extern void actor_sources_assign(const char *newval, void *extra);

#endif
