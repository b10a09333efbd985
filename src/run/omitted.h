/*
 * omitted.h
 *		Which inputs a call has left to their defaults.
 */
#ifndef CA_OMITTED_H
#define CA_OMITTED_H

#include "postgres.h"

#include "fmgr.h"
#include "run/frame.h"
#include "run/invoke_request.h"

/* Has the call left out this input? Asked once the inputs are bound. */
extern bool input_is_omitted(const Frame *frame, FunctionCallInfo fcinfo, const InvokeRequest *request,
							 int input);

#endif
