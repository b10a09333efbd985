/*
 * invoke_request.h
 *		Another form of call than by SQL's arguments: what invoke_action and perform
 *		steps hand to the call handler.
 *
 * A request travels in fcinfo->context, which must be a Node, so it is an
 * ExtensibleNode: the name says that it is ours, and the handler takes any other
 * context for an ordinary call. It is no more than a struct on the caller's
 * stack, written by both sides. No methods are registered for the name, so
 * copyObject(), equal() and outfuncs raise "ExtensibleNodeMethods ... was not
 * registered": never put a request into a tree, a plan or a cache. Whoever calls
 * a function with it goes by handle_call(), which checks EXECUTE first.
 */
#ifndef CA_INVOKE_REQUEST_H
#define CA_INVOKE_REQUEST_H

#include "postgres.h"

#include "nodes/extensible.h"
#include "utils/jsonb.h"
#include "utils/uuid.h"

/* How a request gives inputs and takes outputs. */
typedef enum RequestKind
{
	REQUEST_JSON,				/* jsonb in, jsonb out: invoke_action */
	REQUEST_VALUES,				/* Datums in, Datums out: a perform step */
	REQUEST_MANY,				/* many such at once */
	REQUEST_LOOK				/* nothing runs: somebody looks at the action where it would */
} RequestKind;

/* One of many items: what it is given and gives. */
typedef struct ManyItem
{
	Jsonb	   *input;			/* JSON input; NULL where values are given */
	struct InvokeRequest *values;	/* values in, values out; NULL where JSON is given */
	Jsonb	   *output;			/* JSON output */
} ManyItem;

/*
 * A call for many items at once. What is not done is left to the caller, to be
 * called one by one: all items if the action is none that can be run so, those from
 * `done` on, and those that are left out.
 */
typedef struct ManyCall
{
	int			count;
	ManyItem   *items;
	MemoryContext outputs;		/* of those that are JSON */
	bool	   *left;			/* by item: it is left out */
	int		   *first;			/* by item: the first one with the same target, or itself */
	bool		may_leave;		/* items may be left out */
	bool		recovers;		/* also those that fail before anything is written, and with
								 * statements that write; costs subtransactions that stay */
	bool	   *failed;			/* by item, if so: it has, and is left out; or all has failed
								 * because of it */
	bool		whole;			/* all that are not are to be done, or none */
	bool		only_locks;		/* nothing is to be done, but the targets locked */
	bool		written;		/* by the invocation that this is part of, or by it: none may any
								 * more */
	int			done;			/* how many items, from the first on */
	struct ManyShape *look;		/* only look whether it could, and note here what it uses; or NULL */
	void		(*enter) (void *outer, int item);	/* goes to the item around this one ... */
	void		(*leave) (void *outer, int item);	/* ... and away; NULL: there is none */
	void	   *outer;
	MemoryContext mcxt;			/* of what follows */
	const char *refused;		/* why the action cannot be run so, or NULL ... */
	const char *refused_at;		/* ... and the path of the step, or NULL */
} ManyCall;

struct Frame;

/* Asks the call handler, by way of fcinfo->context, for another form of call. */
typedef struct InvokeRequest
{
	ExtensibleNode node;		/* extnodename = CA_INVOKE_REQUEST */
	RequestKind kind;
	Oid			invoker;		/* whose EXECUTE was checked */
	MemoryContext result_context;	/* of everything the handler fills in */

	Jsonb	   *input;			/* REQUEST_JSON, REQUEST_LOOK */
	Jsonb	   *output;
	const char *idempotency_key;	/* or NULL */
	const char *if_match;		/* the version of the target that is meant, or NULL */
	bool		replayed;		/* answered from what was stored under the key */

	int			ninputs;		/* REQUEST_VALUES: in the function's argument order */
	const Oid  *input_types;
	const Datum *inputs;
	const bool *input_nulls;
	const bool *input_given;	/* false: the default */
	int			noutputs;
	const Oid  *output_types;
	Datum	   *outputs;
	bool	   *output_nulls;

	ManyCall   *many;			/* REQUEST_MANY */

	/*
	 * REQUEST_LOOK: called with a frame whose slots are empty, as the user
	 * and under the settings that the action would run with; no observer is
	 * told
	 */
	void		(*look) (struct Frame *frame, void *arg);
	void	   *look_arg;

	Jsonb	   *secrets;		/* REQUEST_JSON: an array of what must not be shown of the input,
								 * or NULL */
	bool		wants_invocation;	/* fill in the id */
	bool		raises;			/* all the same, a failure is not answered but raised */
	bool		has_invocation;
	pg_uuid_t	invocation;
	const char *failed_step;	/* after an error: path of the step, or NULL */
} InvokeRequest;

#define CA_INVOKE_REQUEST	"custom_actions.invoke_request"

#endif
