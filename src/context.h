/*
 * context.h
 *		Values of context.caller, context.depth and their like.
 */
#ifndef CA_CONTEXT_H
#define CA_CONTEXT_H

#include "postgres.h"

#include "utils/uuid.h"

struct Frame;

/* Fills the context slots that the program refers to. */
extern void context_fill(struct Frame *frame);

/* The invocation's own id, made when first asked for. */
extern const pg_uuid_t *invocation_id(struct Frame *frame);

#endif
