/*
 * who.h
 *		Who is behind a call, and where it comes from, as far as settings and the
 *		connection say. Whoever may SET may lie: it is for records, never for
 *		privileges.
 */
#ifndef CA_WHO_H
#define CA_WHO_H

#include "postgres.h"

#include "utils/jsonb.h"

struct Frame;

/*
 * Texts are in the encoding of the database, of at most WHO_LONGEST bytes and
 * without control characters; NULL: there is none.
 */
#define WHO_LONGEST		255

typedef struct Who
{
	const char *actor;			/* the first of custom_actions.actor_settings */
	const char *traceparent;	/* valid by W3C Trace Context */
	const char *tag;
	Jsonb	   *client;			/* {"application_name": ..., "address": ...}, never NULL */
} Who;

/*
 * Who is behind the chain of invocations that this one belongs to: read when
 * somebody first asks, the same for all of them. It raises for lack of memory at
 * most, and is good until the outermost of them ends.
 */
extern const Who *frame_who(struct Frame *frame);

#endif
