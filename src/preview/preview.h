/*
 * preview.h
 *		Runs an action for its effect, and undoes it.
 */
#ifndef CA_PREVIEW_H
#define CA_PREVIEW_H

#include "postgres.h"

#include "preview/effect.h"
#include "utils/jsonb.h"

/* What to try. */
typedef struct PreviewCall
{
	const char *action;			/* as the caller writes it */
	Jsonb	   *input;
	bool		has_version;
	int			version;
	EffectOptions options;
} PreviewCall;

/*
 * Collects in the current subtransaction, or one inside it, what has changed since
 * an action began in the one of this level and number.
 */
typedef struct EffectBegin
{
	int			level;
	SubTransactionId subxact;
	CommandId	begin;
	XLogRecPtr	since;
	struct Sequences *sequences;
	struct Varies *varies;		/* NULL: nobody asks for the token */
	bool		pending_fails;	/* so does what was deferred before */
	bool		pending_writes; /* the same writes rows */
} EffectBegin;

/* Notes how things stand before the action. */
extern void effect_begin(EffectBegin *begin, Watch *watch, Effect *effect);

/* Runs what is deferred. */
extern void effect_run_deferred(Watch *watch);

/* Reads what has changed, and makes the token. */
extern void effect_read(const EffectBegin *begin, Effect *effect, const Watch *watch, const EffectOptions *options);

/* Tries it; errors of the action are in the effect, which lives below the current context. */
extern Effect *preview_effect(const PreviewCall *call);

#endif
