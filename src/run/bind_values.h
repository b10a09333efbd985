/*
 * bind_values.h
 *		Inputs and outputs as values.
 */
#ifndef CA_BIND_VALUES_H
#define CA_BIND_VALUES_H

#include "postgres.h"

#include "fmgr.h"
#include "run/frame.h"
#include "run/invoke_request.h"

/* Evaluates a default of an input into its slot. */
extern void bind_input_default(Frame *frame, int input);

/* Takes the values of a request. */
extern void bind_values(Frame *frame, const InvokeRequest *request);

/* Takes the arguments of a typed call; they live as long as the call. */
extern void bind_arguments(Frame *frame, FunctionCallInfo fcinfo);

/* The result of a typed call, in the current context. */
extern Datum typed_result(Frame *frame, FunctionCallInfo fcinfo);

/* Gives the outputs of a request by values, in the caller's memory. */
extern void values_result(Frame *frame, InvokeRequest *request);

#endif
