/*
 * draft.h
 *		Runs what is not published: the draft of an action, or one of its versions.
 */
#ifndef CA_DRAFT_H
#define CA_DRAFT_H

#include "postgres.h"

#include "run/invoke_request.h"

typedef struct DraftSource DraftSource;

/* May the current user read drafts? */
extern bool draft_is_readable(void);

/*
 * What a version means: 0 the draft, none what is published, else the draft. NULL:
 * what is published, which is for invoking to find. Checks that the current user may
 * read it, and invoke the action.
 */
extern DraftSource *draft_source(const char *action, const int *version);

/* Runs it with the rights that its function would have. */
extern void draft_run(DraftSource *source, InvokeRequest *request);

/* What to do where it could not even be compiled; NULL where it could. */
extern const char *draft_hint(const DraftSource *source);

#endif
