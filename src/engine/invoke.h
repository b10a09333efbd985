/*
 * invoke.h
 *		invoke_action and try_invoke_action.
 */
#ifndef CA_INVOKE_H
#define CA_INVOKE_H

#include "postgres.h"

#include "run/action_call.h"

/* Runs an action that must do what a token stands for: what it raises undoes it. */
typedef void (*ExpectingCall) (Handle *handle, InvokeRequest *request, const char *action, const char *token);

/* Tells who does that, once. */
extern void invoke_set_expecting(ExpectingCall call);

#endif
