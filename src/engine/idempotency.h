/*
 * idempotency.h
 *		Requests that are carried out once, however often they are sent.
 */
#ifndef CA_IDEMPOTENCY_H
#define CA_IDEMPOTENCY_H

#include "postgres.h"

#include "base/settings.h"
#include "fmgr.h"
#include "run/frame.h"
#include "run/invoke_request.h"

typedef struct Idempotency Idempotency;

/* Does this call have a key? The setting is read by the outermost call. */
static inline bool
idempotency_is_asked(const Frame *frame, const InvokeRequest *request)
{
	return (request != NULL && request->idempotency_key != NULL) ||
		(setting_idempotency_key[0] != '\0' && frame->parent == NULL);
}

/*
 * Looks whether the request, whose inputs are bound, was carried out before. If
 * so, it sets the outputs, and frame->replayed. If not, nobody else begins it until
 * this ends; NULL: the key is of no use to this action.
 */
extern Idempotency *idempotency_begin(Frame *frame, FunctionCallInfo fcinfo, InvokeRequest *request);

/* The request is carried out: keeps its answer, unless that was kept before. NULL: does nothing. */
extern void idempotency_end(Frame *frame, Idempotency *call);

/* Raises unless this can be a key; NULL can. */
extern void require_idempotency_key(const char *key);

#endif
