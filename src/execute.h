/*
 * execute.h
 *		Runs a program. A Frame is one invocation: the values of the slots,
 *		the memory they live in, the states of the expressions.
 */
#ifndef CA_EXECUTE_H
#define CA_EXECUTE_H

#include "postgres.h"

#include "compile.h"
#include "executor/spi.h"
#include "nodes/extensible.h"
#include "nodes/params.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

/* The state of one expression, made at its first evaluation. */
typedef struct ExpressionState
{
	ExprState  *state;
	int			generation;		/* of the planned expression it was made from */
} ExpressionState;

typedef struct Frame
{
	Program    *program;
	MemoryContext home;			/* of the frame itself; lives up to the end of the transaction */
	struct Frame *parent;		/* the invocation this one runs in, or NULL */
	MemoryContext mcxt;			/* values of the slots; reset when the invocation ends */
	ParamListInfo params;		/* the slots; every one valid at all times */
	ExprContext *econtext;
	ExpressionState *states;	/* by Expression.number */
	Instruction *current;		/* for error contexts, or NULL */
	Bitmapset  *outputs_set;	/* outputs that a step has set */
	bool		read_only;		/* SPI: the caller's snapshot, no writes */
	Oid			user;			/* who the expression states were made for */
	int			depth;
	Oid			caller;
	bool		has_invocation;	/* the id is made when first asked for */
	pg_uuid_t	invocation;
} Frame;

/* Asks the call handler, by way of fcinfo->context, for jsonb in and jsonb out. */
typedef struct InvokeRequest
{
	ExtensibleNode node;		/* extnodename = CA_INVOKE_REQUEST */
	Jsonb	   *input;
	Jsonb	   *output;			/* filled by the handler, in result_context */
	MemoryContext result_context;
} InvokeRequest;

#define CA_INVOKE_REQUEST	"custom_actions.invoke_request"

/* Values of slots */
#define frame_value(frame, slot)	((frame)->params->params[slot].value)
#define frame_isnull(frame, slot)	((frame)->params->params[slot].isnull)
extern void frame_set(Frame *frame, int slot, Datum value, bool isnull);	/* copies by-reference values */

/* bind.c: what jsonb callers send and get. */
extern void bind_jsonb_inputs(Frame *frame, Jsonb *input);
extern Jsonb *bind_jsonb_outputs(Frame *frame);

/* Evaluates in the frame's per-step memory; the result is valid until the next step. */
extern Datum expression_evaluate(Frame *frame, Expression *expression, bool *isnull);
extern bool condition_is_true(Frame *frame, Expression *expression);
extern char *text_evaluate(Frame *frame, Expression *expression);	/* NULL for NULL */

/* Runs the program for a call of its function. */
extern Datum program_invoke(Program *program, FunctionCallInfo fcinfo, InvokeRequest *request);
extern void frame_free(Frame *frame);
extern void execute_forget(Program *program);	/* before it is freed */

/* DETAIL that says action, version and step. */
extern int	frame_errdetail(Frame *frame);

extern void execute_init(void);

extern void steps_execute(Frame *frame, Instruction **steps, int nsteps);

#endif
