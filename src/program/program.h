/*
 * program.h
 *		A compiled action: an array of typed slots and a list of instructions.
 *
 * A Program lives in its own memory context and is shared by all invocations
 * of its backend (run/frame.h). Once compiled, only its plans change, what
 * program_cache.c keeps in it, and what is made of it for who only looks.
 *
 * The folder program/ holds a compiled action as data, and formulas on their
 * way to typed trees. Nothing in it runs, and nothing in it knows a single kind
 * of step. It may include base/, lookup/ and definition/.
 */
#ifndef CA_PROGRAM_H
#define CA_PROGRAM_H

#include "postgres.h"

#include "access/tupdesc.h"
#include "catalog/objectaddress.h"
#include "definition/definition.h"
#include "definition/signature.h"
#include "definition/step_kind.h"
#include "nodes/bitmapset.h"
#include "nodes/lockoptions.h"
#include "program/context_field.h"
#include "program/formula.h"

/* A typed place for a value; the n-th slot is Param $n+1 of every plan. */
typedef struct Slot
{
	Oid			type;
	int32		typmod;
	Oid			collation;
	int16		length;
	bool		byval;
} Slot;

/* A column of a row that something refers to, and the slot that holds it. */
typedef struct RowColumn
{
	char	   *name;			/* NULL: the whole row */
	int			slot;
	bool		computed;		/* set by the step itself, no column of its statement */
} RowColumn;

/* The target or the result of a step: what formulas call by its name. */
typedef struct Row
{
	char	   *name;
	const Step *step;			/* whose result it is, or whose error; NULL: nobody's */
	Oid			relation;		/* InvalidOid: not a row of a table */
	bool		is_count;		/* set-based step: the only column is count */
	bool		for_code;		/* read by plug-ins and in C: formulas do not see it */
	bool		broken;			/* its step does not compile: anything may be said of it */
	bool		used;			/* something refers to it */
	struct Row *same;			/* the row that this is another name of, or NULL (names.c) ... */
	bool		may_be_absent;	/* ... but only if its step has run and found it: */
	int			present_slot;	/* then this slot is not NULL */
	List	   *columns;		/* of RowColumn; grows while compiling */
} Row;

/* Rows that have a name at one place, the innermost first; what is outside is shared by many chains. */
typedef struct RowChain
{
	Row		   *row;
	struct RowChain *outer;
} RowChain;

/* let.x, output.x, input.x, context.x: a named slot */
typedef struct Variable
{
	char	   *name;
	int			slot;
	bool		broken;			/* its type is not known: anything may be said of it */
	bool		used;			/* by a formula */
	char	   *location;		/* where it is declared, or NULL */
	bool		open;			/* a let name whose type is not known yet (let_types.c) */
} Variable;

/* What it takes to show a value as JSON. */
typedef enum ShownKind
{
	SHOWN_PLAIN,				/* nothing but memory */
	SHOWN_HARMLESS,				/* catalogs, but it cannot fail, unless somebody has given it a
								 * JSON form */
	SHOWN_OTHER					/* perhaps code of users', which may fail */
} ShownKind;

typedef struct ShownType
{
	ShownKind	kind;
	Oid			base;			/* the type below domains */
} ShownType;

struct Frame;
struct ItemSet;
struct ManyShape;

typedef struct Meaning Meaning;

struct Deeds;
struct Uses;

/* Steps that run one after the other. */
typedef struct StepList
{
	struct Instruction **steps;
	int			count;
} StepList;

typedef struct Instruction
{
	const StepKind *kind;
	void		(*execute) (struct Frame *frame, struct Instruction *instruction);	/* the kind's, or a
																					 * merged one */
	bool		(*fits_many) (struct ManyShape *shape, const struct Instruction *instruction);	/* likewise, or NULL */
	void		(*execute_many) (struct ItemSet *set, struct Instruction *instruction);
	char	   *path;
	char	   *label;			/* "step 3 (update target)" for error contexts */
	Expression *when;			/* or NULL */
	Expression *guarded_when;	/* the same, where its failure is on_error's to deal with; or NULL */
	struct OnError *on_error;	/* or NULL */
	void	   *data;			/* the kind's own */
	Oid			plugin;			/* the function, in the place of a plug-in, which has no kind */
} Instruction;

typedef struct Program
{
	MemoryContext mcxt;			/* of all that compiling made, below what the caller of
								 * compile_definition() gave */
	MemoryContext home;			/* of the cache's programs: mcxt's parent, which is theirs alone;
								 * else NULL */
	const char *action;			/* canonical name */
	const char *title;			/* "action \"x\"", for the time limit's message */
	int			version;
	bool		draft;			/* it is the draft of an action: of no version */
	bool		read_only;
	int64		time_limit;		/* milliseconds, 0: the default */
	bool		tells_keys;		/* statements return keys for observers, where they can */
	bool		sets_call_timeout;	/* its function does, whatever the session has */
	Oid			function;		/* InvalidOid: compiled from a draft */
	const char *path;			/* search_path that its names mean; NULL: the one in effect, which
								 * its function sets */
	Definition *definition;
	Signature  *signature;
	Meaning    *meaning;		/* what formulas may use, or NULL: whatever there is */
	struct Resolved *resolved;	/* who is told what names mean while it is compiled, or NULL */

	int			nslots;
	Slot	   *slots;
	List	   *row_slots;		/* of int: those that hold rows, or arrays of rows */
	int			nexpressions;	/* Expression.number runs from 0 */
	int		   *input_slots;	/* per signature input */
	Expression **input_casts;	/* per signature input: typmod to apply, or NULL */
	Expression **input_defaults;	/* per signature input, or NULL */
	int		   *output_slots;	/* per signature output */
	Expression **output_casts;	/* per signature output: typmod to apply to what a plug-in gives,
								 * or NULL */
	Expression **output_defaults;	/* per signature output, or NULL */
	List	   *input_checks;	/* of InputCheck (input_check.h): what is asked of inputs; often
								 * NIL */
	bool		begins_with_more;	/* there are such, or callers are told that it is deprecated */
	Expression *summary;		/* a text, for who records the invocation; or NULL */
	bool		summary_is_harmless;	/* evaluating it raises no error, but of very long texts */
	Bitmapset  *outputs_set;	/* outputs that some step sets */
	ShownType  *input_shown;	/* per signature input */
	ShownType  *output_shown;	/* per signature output */
	bool		inputs_plain;	/* all of them are SHOWN_PLAIN, or sensitive */
	bool		sensitive;		/* some input or output is: */
	Bitmapset  *sensitive_inputs;	/* by place in the signature */
	Bitmapset  *sensitive_outputs;
	bool		promises_outputs;	/* there is one that must have a value in the end */
	Bitmapset  *remembered_inputs;	/* rows whose keys in a JSON call are remembered */
	int			context_slots[CONTEXT_FIELDS];	/* -1: nothing asks for it */
	bool		reads_context;	/* something asks for one of them */
	Row		   *target;			/* NULL: not bound to a row */
	char	   *target_table;	/* canonical name of its table, or NULL */
	struct Statement *load;		/* reads the target, or NULL */
	struct TargetFetch *target_fetch;	/* how to read it without that statement, or NULL */
	struct TargetWrite *target_write;	/* the step that may deliver it instead, or NULL */
	struct Statement *look;		/* the same without a lock, made when first needed */
	struct Preconditions *preconditions;	/* likewise: steps/precondition.h */
	bool		target_written; /* by a step */
	bool		target_locked;	/* before: by a header that says so, or since it is written ... */
	LockTupleMode target_lock;	/* ... and how */
	struct VersionReading *version_reading; /* what compares the target with if_match, or NULL */
	List	   *statements;		/* of Statement: plans to free with the program */
	List	   *expressions;	/* of Expression */
	StepList	steps;
	struct Pipeline *pipeline;	/* plug-ins, or NULL: there are none */

	/* What must not change for the program to stay good */
	List	   *relations;		/* of OID: tables whose columns have slots, or whose nature matters */
	List	   *dependencies;	/* of ObjectAddress *: tables, types, functions, actions */
	List	   *called;			/* of int: hashes of functions in the syscache */
	struct Watches *watches;	/* these, as they were: run/watched.h; NULL: it is for one use */
	bool		takes_all;		/* something stands for all columns that a table has */
	List	   *needs;			/* privileges that its statements need; see needs.h */
	struct Uses *uses;			/* what it uses where (use.h); NULL: nobody asks */
	struct Deeds *deeds;		/* what it does to tables (deed.h); NULL: nobody asks */
	struct Failures *failures;	/* how it can fail (failure.h); NULL: nobody asks */

	/* Life in the cache (program_cache.c); the only fields that change later */
	Oid			user;			/* whom its plans are for */
	int			use_count;		/* invocations running it */
	TransactionId written_by;	/* xmin of the pg_proc row it was made from, as long as a statement
								 * may be older; InvalidTransactionId: made from none */
	bool		sees_path;		/* something that it reaches may look at the search_path */
	bool		stale;			/* compiled anew by the next invocation */
	bool		detached;		/* out of the cache: freed with its last use */
	struct Frame *idle;			/* a frame ready for the next invocation, or NULL */
	List	   *retired;		/* of CachedExpression: replaced while in use */
	TupleDesc	result;			/* row type of several outputs, made at the first typed call */
} Program;

#endif
