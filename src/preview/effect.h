/*
 * effect.h
 *		What an action did, as data: its outputs or its error, the net changes of
 *		rows, its steps, what is missing from all this and what no rollback undoes.
 *
 * How it is shown is show.c's. All of it lives in one memory context and points to
 * nothing outside; texts are as the current user may see them.
 */
#ifndef CA_EFFECT_H
#define CA_EFFECT_H

#include "postgres.h"

#include "nodes/nodes.h"
#include "nodes/pg_list.h"
#include "preview/versions.h"
#include "preview/watch.h"
#include "storage/itemptr.h"
#include "utils/jsonb.h"

/* A column of a row that was changed, created or deleted. */
typedef struct EffectColumn
{
	const char *name;
	AttrNumber	number;			/* of EffectChange.relation */
	bool		key;
	const char *before;			/* NULL: null, or there was no row */
	const char *after;			/* NULL: null, or there is no row */
	Jsonb	   *before_json;	/* the same; NULL also where nobody has asked for JSON */
	Jsonb	   *after_json;
	Oid			type;
	Datum		before_value;	/* to be read before the effect is undone */
	Datum		after_value;
	const char *after_word;		/* what stands for it in the token (varies.h), or NULL */
} EffectColumn;

/* One row, from how it was to how it is. */
typedef struct EffectChange
{
	Oid			relation;		/* of a partition, the table that it is of in the end */
	const char *table;			/* its canonical name */
	CmdType		operation;		/* CMD_INSERT, CMD_UPDATE or CMD_DELETE */
	List	   *key;			/* of EffectColumn: before is what the row is called by, of a
								 * created one after; NIL: nothing tells it from others */
	const char *key_text;		/* "42", "order_id=7, line=2"; "row 1" without a key */
	List	   *by;				/* of char *: who, in that order */
	List	   *columns;		/* of EffectColumn: those that differ; of a created or deleted row
								 * those that hold something, the key's first */

	/* The order in which changes were made */
	CommandId	command;
	Oid			partition;
	ItemPointerData place;
} EffectChange;

/* A column, or an output, whose value is left out of the token. */
typedef struct EffectVaries
{
	const char *table;			/* NULL: an output or an input */
	const char *column;
	const char *text;			/* what it is */
} EffectVaries;

/* What is not shown of a table, or what is not undone. */
typedef struct EffectNote
{
	const char *table;			/* or NULL */
	const char *text;
} EffectNote;

typedef struct Effect
{
	MemoryContext mcxt;
	bool		wants_json;
	List	   *outputs;		/* of WatchOutput */
	ErrorData  *error;			/* the action has failed; or NULL */
	const char *failed_by;		/* the step that has, or NULL */
	bool		at_commit;		/* it is one that COMMIT would raise */
	bool		pending;		/* and was due before the action ran */
	List	   *changes;		/* of EffectChange, in the order in which they were made */
	List	   *lines;			/* of WatchLine, counted */
	List	   *incomplete;		/* of EffectNote: changes that are not shown */
	List	   *remains;		/* of EffectNote: what is not undone */
	List	   *varies;			/* of EffectVaries */
	struct NormalEffect *normal;	/* what of it is the same each time (normal.h), or NULL */
	const char *token;			/* stands for all this, or says why nothing does; NULL: not asked
								 * for */
} Effect;

/* What is wanted of it. */
typedef struct EffectOptions
{
	bool		force;			/* also read tables that are larger than the setting says */
	bool		json;
	bool		of_invocation;	/* leave out the record of the invocation, and its idempotency key */
} EffectOptions;

/* With nothing in it; in a context of its own below the current one. */
extern Effect *effect_make(const EffectOptions *options);

/*
 * Collects what was done in a subtransaction, which has this level, and in those
 * inside it, up to now. Reads as the current user, under the interval's snapshots,
 * of which the later one must be active.
 */
extern void effect_collect(Effect *effect, const Watch *watch, const CommandSpan *interval, int level,
						   SubTransactionId subxact, const EffectOptions *options);

/* What a table or sequence is called; a temporary one is in "pg_temp". */
extern const char *effect_table_name(Oid relation);

/* Adds what is not shown, or not undone. */
extern void effect_add_incomplete(Effect *effect, const char *table, const char *text);
extern void effect_add_varies(Effect *effect, const char *table, const char *column, const char *text);
extern void effect_add_remains(Effect *effect, const char *table, const char *text);

#endif
