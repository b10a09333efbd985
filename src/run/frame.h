/*
 * frame.h
 *		A Frame is one invocation: the values of the slots, the memory they live
 *		in, the states of the expressions. Their life is told in frame.c.
 *
 * The folder run/ holds the toolkit of all that run: frames, values in and out,
 * statements, calls of actions. It compiles nothing, and knows nothing of
 * compile/, nor compile/ of it. It may include base/, lookup/, definition/ and
 * program/.
 */
#ifndef CA_FRAME_H
#define CA_FRAME_H

#include "postgres.h"

#include "executor/executor.h"
#include "executor/spi.h"
#include "lib/ilist.h"
#include "miscadmin.h"
#include "nodes/memnodes.h"
#include "nodes/params.h"
#include "program/program.h"
#include "run/catalog_changes.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

/* The state of one expression, made at its first evaluation. */
typedef struct ExpressionState
{
	ExprState  *state;
	int			generation;		/* of the planned expression it was made from */
	Oid			user;			/* who may execute all that is in it; InvalidOid: everybody */
	bool		lasts;			/* longer than the transaction */
	uint64		code;			/* code_changes when it was made */
	uint64		told;			/* the transaction (frame_transactions) whose overseers know */

	/*
	 * Where it stands for a statement (statement_expression.c): what it was
	 * made under
	 */
	int			tracked;		/* track_functions */
	uint64		changes;		/* catalog_changes */
	MemoryContext mcxt;			/* of its own */
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
	MemoryContext home;			/* of the frame itself */
	dlist_node	idle_node;		/* in a list of frame.c, while it is program->idle */
	bool		kept;			/* idle since an earlier transaction, ... */
	Size		kept_size;		/* ... with so much memory */
	struct Frame *parent;		/* the invocation this one runs in, or NULL */
	MemoryContext mcxt;			/* values of the slots; reset when the invocation ends */
	ParamListInfo params;		/* the slots; every one valid at all times */
	bool	   *owned;			/* by slot: the value is a copy in mcxt */
	ExprContext *econtext;
	MemoryContext lasting_mcxt; /* of the expression states that last ... */
	MemoryContext passing_mcxt; /* ... and of those that end with the transaction */
	MemoryContext plugins_mcxt; /* of what calling plug-ins needs, which does likewise */
	ExpressionState *states;	/* by Expression.number */
	uint64		rights;			/* rights_changes when the first of them was made */
	bool		user_bound;		/* one that lasts was made for a certain user */
	bool		overseen;		/* others want to know what is called */
	Instruction *current;		/* for error contexts, or NULL */
	struct Budget *budget;		/* the innermost one that what it does counts for, or NULL */
	Instruction *volatile *due; /* where observer.c keeps the step whose end it will tell, or NULL */
	uint32		watched;		/* which events the observers want; see observer.h */
	struct Recorded *recorded;	/* what record/ keeps of it */
	uint64		rows_told;		/* how many rows_written they were told */
	uint64		rows_written;	/* the rows in these, without what on_error has undone */
	Bitmapset  *outputs_set;	/* outputs that a step has set */
	Bitmapset  *inputs_changed; /* inputs that a plug-in has changed and nobody has looked at, of
								 * those that are looked at */
	RowLayout  *row_layouts;	/* by place in program->row_slots */
	uint64		changes;		/* catalog_changes when they were looked at */
	Jsonb	  **remembered_inputs;	/* by input: the object that a row was read from, or NULL;
									 * NULL: none */
	bool		read_only;		/* SPI: the caller's snapshot, no writes */
	Oid			user;			/* who it runs as */
	int			depth;
	int64		iteration;		/* of the innermost loop, 0 outside */
	bool		stopped;		/* a stop step has ended the action */
	Jsonb	   *given;			/* the object that the inputs are read from, or NULL */
	bool		bound;			/* its inputs have their values */
	Jsonb	   *captured;		/* those that cannot be shown from memory, as they were then, or
								 * NULL */
	struct Secrets *secrets;	/* what must not be shown of the chain, kept by the outermost, or
								 * NULL */
	uint64		secrets_owner;	/* its number there, or 0 */
	bool		replayed;		/* answered from what was stored under its idempotency key */
	struct Idempotency *idempotency;	/* its key, while it is carried out under one; or NULL */
	bool		answers_failure;	/* outermost, of try_invoke_action */
	Instruction *target_due;	/* the step that delivers the target, which was not loaded; or NULL */
	CommandId	target_command; /* when the load would have been */
	int			target_depth;	/* of triggers, then */
	char	   *if_match;		/* the version that its target has to have, or NULL */
	struct HandledError *handling;	/* the error that an on_error list deals with, or NULL */
	struct FramePlugins *plugins;	/* what calling the plug-ins needs, or NULL */
	Jsonb	   *shared;			/* context.shared; NULL: nothing */
	TimestampTz started_at;		/* set when something asks for it */
	bool		path_set;		/* the program's path was put into effect, ... */
	SubTransactionId path_subxact;	/* ... in this subtransaction, ... */
	int			path_level;		/* ... at this level of settings; 0: it was already */
	Oid			caller;
	Oid			invoker;		/* whose EXECUTE was checked; InvalidOid: cannot be told */
	const struct Who *who;		/* of the outermost frame, once somebody has asked, or NULL */
	Oid			denied;			/* who lacked a privilege in the last such error */
	bool		has_invocation; /* the id is made when first asked for */
	pg_uuid_t	invocation;
} Frame;

/* The invocation that is running, or NULL */
extern Frame *innermost_frame;

/* Counts up with each transaction. */
extern uint64 frame_transactions;

/* Values of slots; macros, and frame_value() can be assigned to */
#define frame_value(frame, slot)	((frame)->params->params[slot].value)
#define frame_isnull(frame, slot)	((frame)->params->params[slot].isnull)

/* Sets a slot whose type is passed by reference to a copy of the value. */
extern void frame_set_copy(Frame *frame, int slot, Datum value, bool isnull);

/* Sets a slot; copies by-reference values. */
static inline void
frame_set(Frame *frame, int slot, Datum value, bool isnull)
{
	if (!frame->program->slots[slot].byval)
	{
		frame_set_copy(frame, slot, value, isnull);
		return;
	}
	frame_value(frame, slot) = value;
	frame_isnull(frame, slot) = isnull;
}

/* ""x" version 3, step 2 (update target), iteration 4": what is running, for CONTEXT and DETAIL */
extern char *frame_place(const Frame *frame);

/* "Action "x" version 3, step 2 (update target)." and the DETAIL that says so */
extern char *frame_where(const Frame *frame);
extern char *frame_where_of(const void *frame); /* the same, as a WhereFunction */
extern int	frame_errdetail(const Frame *frame);

/* All slots of a frame at one moment, to go back to. */
typedef struct SavedSlots
{
	ParamExternData *params;
	bool	   *owned;
	Bitmapset  *outputs_set;
} SavedSlots;

extern Frame *frame_take(Program *program);

/* Clears a frame and keeps it for the next invocation. */
extern void frame_give_back(Frame *frame);
extern void frame_free(Frame *frame);
extern void frame_forget_idle(Program *program);	/* before it is freed */

/* Forgets the states of expressions: an error may have left them half way. */
extern void frame_forget_states(Frame *frame);

/* Where states of expressions live, of those that last longer than the transaction or of the others. */
extern MemoryContext frame_states_context(Frame *frame, bool lasts);

/* Where what calling plug-ins needs lives: up to the end of the transaction at the longest. */
extern MemoryContext frame_plugins_context(Frame *frame);

/* Notes what the row types of slots look like. */
extern void frame_note_row_types(Frame *frame);

/* Raises if a row type has changed since, and a slot holds a row that it cannot read. */
extern void frame_require_row_types(Frame *frame);

/* The same, where something in the catalogs has changed at all. */
static inline void
frame_watch_row_types(Frame *frame)
{
	if (frame->program->row_slots != NIL && frame->changes != catalog_changes)
		frame_require_row_types(frame);
}

/* Resets memory, which often has not been used at all: that is found out here. */
static inline void
memory_reset(MemoryContext mcxt)
{
	if (!mcxt->isReset || mcxt->firstchild != NULL)
		MemoryContextReset(mcxt);
}

/* What comes before any step runs. */
static inline void
frame_begin_step(Frame *frame, Instruction *step)
{
	CHECK_FOR_INTERRUPTS();
	frame->current = step;
	frame_watch_row_types(frame);
	memory_reset(frame->econtext->ecxt_per_tuple_memory);
}

/* To keep what the slots have become, or to put back what they were. */
extern SavedSlots *frame_save(Frame *frame);

/* Frees what was saved and has been replaced since. */
extern void frame_keep(Frame *frame, SavedSlots *saved);

/* Puts the slots back to what they held. */
extern void frame_restore(Frame *frame, SavedSlots *saved);

extern void frames_init(void);

#endif
