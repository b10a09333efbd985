/*
 * bind_json.h
 *		Inputs and outputs of an invocation as JSON: what jsonb callers send and
 *		get, what plug-ins see and change.
 */
#ifndef CA_BIND_JSON_H
#define CA_BIND_JSON_H

#include "postgres.h"

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

/*
 * For trees of JSON: the key of the target (null: it has none), the object of
 * inputs, the target's key not among them, the object of outputs; their places
 * come in the order in which jsonb has their names.
 */
extern void bind_show_target(Frame *frame, JsonbValue *result);
extern void bind_show_inputs(Frame *frame, JsonbValue *result, const int *order);
extern void bind_show_outputs(Frame *frame, JsonbValue *result, const int *order);

/* Makes JSON of the value of a slot. */
extern void bind_show_slot(Frame *frame, JsonbValue *result, int slot);

/* Take what a plug-in returned: the values of the keys it mentions. */
extern void bind_changed_inputs(Frame *frame, JsonbContainer *object);
extern void bind_changed_outputs(Frame *frame, JsonbContainer *object);

#endif
