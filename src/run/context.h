/*
 * context.h
 *		Values of context.caller, context.depth and their like.
 */
#ifndef CA_CONTEXT_H
#define CA_CONTEXT_H

#include "postgres.h"

#include "program/context_field.h"
#include "utils/jsonb.h"
#include "utils/uuid.h"

struct Frame;

/* The value of a field. */
extern Datum context_value(struct Frame *frame, ContextField field, bool *isnull);

/* The same of a field that is a text, not copied: NULL for none, "" for the name of a role that was dropped. */
extern const char *context_text(struct Frame *frame, ContextField field);

/* Fills the context slots that the program refers to. */
extern void context_fill(struct Frame *frame);

/* The invocation's own id, made when first asked for. */
extern const pg_uuid_t *invocation_id(struct Frame *frame);

/* The id of the outermost invocation of the call chain. */
extern const pg_uuid_t *correlation_id(struct Frame *frame);

/* context.shared: what plug-ins hand on; never NULL. */
extern Jsonb *context_shared_object(struct Frame *frame);
extern void context_set_shared(struct Frame *frame, Jsonb *shared);

#endif
