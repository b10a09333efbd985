/*
 * execute.h
 *		Runs a program. A Frame is one invocation: the values of the slots,
 *		the memory they live in, the states of the expressions.
 */
#ifndef CA_EXECUTE_H
#define CA_EXECUTE_H

#include "postgres.h"

#include "executor/spi.h"
#include "nodes/extensible.h"
#include "nodes/params.h"
#include "program/program.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

/* The state of one expression, made at its first evaluation. */
typedef struct ExpressionState
{
	ExprState  *state;
	int			generation;		/* of the planned expression it was made from */
} ExpressionState;

/* What a row type was when values of it were made. */
typedef struct RowLayout
{
	uint64		version;		/* of the type cache */
	TupleDesc	tupdesc;
} RowLayout;

typedef struct Frame
{
	Program    *program;
	MemoryContext home;			/* of the frame itself; lives up to the end of the transaction */
	struct Frame *parent;		/* the invocation this one runs in, or NULL */
	MemoryContext mcxt;			/* values of the slots; reset when the invocation ends */
	ParamListInfo params;		/* the slots; every one valid at all times */
	bool	   *owned;			/* by slot: the value is a copy in mcxt */
	ExprContext *econtext;
	MemoryContext states_mcxt;	/* of the expression states */
	ExpressionState *states;	/* by Expression.number */
	Instruction *current;		/* for error contexts, or NULL */
	Bitmapset  *outputs_set;	/* outputs that a step has set */
	RowLayout  *row_layouts;	/* by place in program->row_slots */
	uint64		changes;		/* catalog_changes when they were looked at */
	Jsonb	  **recorded_inputs;	/* by input: the object that a row was read from, or NULL; NULL: none */
	bool		read_only;		/* SPI: the caller's snapshot, no writes */
	Oid			user;			/* who the expression states were made for */
	int			depth;
	int64		iteration;		/* of the innermost loop, 0 outside */
	bool		stopped;		/* a stop step has ended the action */
	struct Handling *handling;	/* the error that an on_error list deals with, or NULL */
	struct FramePlugins *plugins;	/* what calling the plug-ins needs, or NULL */
	Jsonb	   *shared;			/* context.shared; NULL: nothing */
	TimestampTz started_at;		/* set when something asks for it */
	Oid			caller;
	Oid			invoker;		/* whose EXECUTE was checked; InvalidOid: cannot be told */
	Oid			denied;			/* who lacked a privilege in the last such error */
	bool		has_invocation;	/* the id is made when first asked for */
	pg_uuid_t	invocation;
} Frame;

/* How a request gives inputs and takes outputs. */
typedef enum RequestKind
{
	REQUEST_JSON,				/* jsonb in, jsonb out: invoke_action */
	REQUEST_VALUES				/* Datums in, Datums out: a perform step */
} RequestKind;

/* Asks the call handler, by way of fcinfo->context, for another form of call. */
typedef struct InvokeRequest
{
	ExtensibleNode node;		/* extnodename = CA_INVOKE_REQUEST */
	RequestKind kind;
	Oid			invoker;		/* whose EXECUTE was checked */
	MemoryContext result_context;	/* of everything the handler fills in */

	Jsonb	   *input;			/* REQUEST_JSON */
	Jsonb	   *output;

	int			ninputs;		/* REQUEST_VALUES: in the function's argument order */
	const Oid  *input_types;
	const Datum *inputs;
	const bool *input_nulls;
	const bool *input_given;	/* false: the default */
	int			noutputs;
	const Oid  *output_types;
	Datum	   *outputs;
	bool	   *output_nulls;

	bool		wants_invocation;	/* fill in the id */
	bool		has_invocation;
	pg_uuid_t	invocation;
	const char *failed_step;	/* after an error: path of the step, or NULL */
} InvokeRequest;

#define CA_INVOKE_REQUEST	"custom_actions.invoke_request"

/* Values of slots */
#define frame_value(frame, slot)	((frame)->params->params[slot].value)
#define frame_isnull(frame, slot)	((frame)->params->params[slot].isnull)
extern void frame_set(Frame *frame, int slot, Datum value, bool isnull);	/* copies by-reference values */

/* What holds after an input or output has got another value. */
extern void settle_input(Frame *frame, int input);
/* Forgets the object of a row that a plug-in has changed. */
extern void forget_recorded_input(Frame *frame, int input);
extern void settle_output(Frame *frame, int output);

/* Evaluates in the frame's per-step memory; the result is valid until the next step. */
extern Datum expression_evaluate(Frame *frame, Expression *expression, bool *isnull);
extern bool condition_is_true(Frame *frame, Expression *expression);
extern char *text_evaluate(Frame *frame, Expression *expression);	/* NULL for NULL */

/* Is the limit of calls one that a handler may deal with when it has passed? */
extern bool program_may_handle_limits(const Program *program);

/* Runs the program for a call of its function. */
extern Datum program_invoke(Program *program, FunctionCallInfo fcinfo, InvokeRequest *request);

/* "Action x version 3, step 2 (update target)." and the DETAIL that says so */
extern char *frame_where(const Frame *frame);
extern int	frame_errdetail(const Frame *frame);

/* Evaluates a default of an input into its slot. */
extern void bind_default(Frame *frame, int input);

extern void steps_execute(Frame *frame, Instruction **steps, int nsteps);

#endif
