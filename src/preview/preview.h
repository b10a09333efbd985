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

/* Tries it; errors of the action are in the effect, which lives below the current context. */
extern Effect *preview_effect(const PreviewCall *call);

#endif
