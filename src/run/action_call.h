/*
 * action_call.h
 *		What calling the function of an action needs, found once and kept.
 */
#ifndef CA_ACTION_CALL_H
#define CA_ACTION_CALL_H

#include "postgres.h"

#include "fmgr.h"
#include "lookup/function_settings.h"
#include "run/invoke_request.h"

typedef struct Handle
{
	Oid			function;
	Oid			schema;
	uint32		hash;			/* of the function in the syscache */
	int			nargs;
	FmgrInfo	flinfo;
	FmgrInfo	direct;			/* the handler itself, without what PostgreSQL puts before it */
	FunctionSettings *settings; /* that must hold for a direct call; NULL: never direct */
	bool		sensitive;		/* some input or output may be */
	bool		valid;
	int			use_count;		/* calls under way */
	MemoryContext mcxt;
} Handle;

/* The handle of an action's function; never fails for a function that exists. */
extern Handle *handle_get(Oid function);

/* The handle of an action by its name; 42883 if there is none. */
extern Handle *handle_of_name(const char *name);

/* Checks what neither fmgr nor the handler checks: EXECUTE and USAGE. */
extern void handle_require_caller(const Handle *handle);

/*
 * Checks EXECUTE and USAGE, which neither fmgr nor the call handler does, and
 * calls the function with a request in place of arguments.
 */
extern void handle_call(Handle *handle, InvokeRequest *request);

/* The same without that check, for a request that does not run the action: for who may read it. */
extern void handle_look(Handle *handle, InvokeRequest *request);

/* Tells the call handler of our language, once. */
extern void handle_set_call_handler(PGFunction handler);

#endif
