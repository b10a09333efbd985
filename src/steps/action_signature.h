/*
 * action_signature.h
 *		The signature of an action that a step performs, as its function has it.
 */
#ifndef CA_ACTION_SIGNATURE_H
#define CA_ACTION_SIGNATURE_H

#include "postgres.h"

#include "compile/compiler.h"

typedef struct ActionArgument
{
	const char *name;
	Oid			type;
	bool		required;
} ActionArgument;

typedef struct ActionSignature
{
	const char *action;			/* canonical name */
	Oid			function;		/* InvalidOid: the draft being compiled */
	bool		active;
	bool		read_only;
	bool		composite_key;	/* "target" may be an object of its columns */
	int			ninputs;
	ActionArgument *inputs;
	int			noutputs;
	ActionArgument *outputs;
} ActionSignature;

/* Finds an action by name; the one being compiled finds itself. NULL after a problem. */
extern ActionSignature *action_signature(Compiler *compiler, const char *name);

#endif
