/*
 * secrets.h
 *		The values of sensitive inputs and outputs of the running chain of
 *		invocations, as the texts that messages may show. What is done with them
 *		is told in mask.h.
 */
#ifndef CA_SECRETS_H
#define CA_SECRETS_H

#include "postgres.h"

#include "fmgr.h"
#include "run/frame.h"
#include "run/invoke_request.h"

/* A text that must not be shown. */
typedef struct Secret
{
	const char *text;
	int			length;
	bool		whole;			/* several values at once: parts of it tell nothing, or are secrets
								 * by themselves */
	bool		cut;			/* only the begin of the value is known here */
	uint64		owner;			/* number of the invocation that it belongs to */
} Secret;

typedef struct Secrets
{
	int			count;
	int			room;
	Secret	   *items;
	uint64		owners;			/* invocations numbered so far */
	bool		too_many;		/* not all are here: no text may be shown */
} Secrets;

/* Those of the chain that a frame belongs to, or NULL. */
extern Secrets *frame_secrets(const Frame *frame);

/* Learns what a call gives for sensitive inputs, before anything is made of it that could fail. */
extern void secrets_learn_given(Frame *frame, FunctionCallInfo fcinfo, const InvokeRequest *request);

/* Learns values of other invocations that a call gives. */
extern void secrets_learn_values(Frame *frame, Jsonb *values);

/* Learn what the slot of an input or output holds; for programs with sensitive ones. */
extern void secrets_learn_input(Frame *frame, int input);
extern void secrets_learn_output(Frame *frame, int output);

#endif
