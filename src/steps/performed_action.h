/*
 * performed_action.h
 *		The signature of an action that a step performs, as its function has it.
 */
#ifndef CA_PERFORMED_ACTION_H
#define CA_PERFORMED_ACTION_H

#include "postgres.h"

#include "compile/compiler.h"

typedef struct PerformedArgument
{
	const char *name;
	Oid			type;
	bool		required;
	bool		sensitive;
} PerformedArgument;

typedef struct PerformedAction
{
	const char *action;			/* canonical name */
	Oid			function;		/* InvalidOid: the draft being compiled */
	bool		active;
	bool		read_only;
	const char *deprecated;		/* what to do instead, or NULL */
	bool		composite_key;	/* "target" may be an object of its columns */
	int			ninputs;
	PerformedArgument *inputs;
	int			noutputs;
	PerformedArgument *outputs;
} PerformedAction;

/* Finds an action by name; the one being compiled finds itself. NULL after a problem. */
extern PerformedAction *performed_action_find(Compiler *compiler, const char *name);

#endif
