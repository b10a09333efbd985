/*
 * bind_json.h
 *		Inputs and outputs of an invocation as JSON: what jsonb callers send and
 *		get, what plug-ins see and change.
 */
#ifndef CA_BIND_JSON_H
#define CA_BIND_JSON_H

#include "postgres.h"

#include "base/jsonb_push.h"
#include "run/frame.h"
#include "utils/jsonb.h"

/* Fills the inputs from a caller's object; makes the object of outputs it gets. */
extern void bind_jsonb_inputs(Frame *frame, Jsonb *input);

/*
 * For who looks at one after the other: fills one input by its place in the
 * signature, any column of the target's key standing for all of it; lists the keys
 * that are no inputs; raises what is wrong with one of them.
 */
extern void bind_jsonb_input(Frame *frame, Jsonb *input, int place);
extern List *bind_unknown_keys(const Program *program, Jsonb *input);
extern void bind_refuse_unknown(Frame *frame, Jsonb *input, const char *name);

/* Makes the object of outputs that a jsonb caller gets. */
extern Jsonb *bind_jsonb_outputs(Frame *frame);

/* Adds the value of a slot under a key. */
extern void bind_push_slot(Frame *frame, JsonbBuilder *builder, const char *key, int slot);

/* Add to the context of plug-ins: the key of the target, the inputs, the outputs. */
extern void bind_push_target(Frame *frame, JsonbBuilder *builder, const char *key);

/* Adds the object of inputs, the target's key not among them. */
extern void bind_push_inputs(Frame *frame, JsonbBuilder *builder);

/* Adds the object of outputs. */
extern void bind_push_outputs(Frame *frame, JsonbBuilder *builder);

/* Take what a plug-in returned: the values of the keys it mentions. */
extern void bind_changed_inputs(Frame *frame, JsonbContainer *object);
extern void bind_changed_outputs(Frame *frame, JsonbContainer *object);

#endif
