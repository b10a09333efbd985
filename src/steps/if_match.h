/*
 * if_match.h
 *		Calls that are meant for a row as their caller has read it.
 */
#ifndef CA_IF_MATCH_H
#define CA_IF_MATCH_H

#include "postgres.h"

#include "base/settings.h"
#include "run/frame.h"
#include "run/invoke_request.h"

/* Keeps the version that a call asks for; see if_match_begin(). */
extern void if_match_take(Frame *frame, const InvokeRequest *request);

/*
 * Notes of a frame that is being entered whether its call asks for a version of the
 * target. The setting is read by the outermost call.
 */
static inline void
if_match_begin(Frame *frame, const InvokeRequest *request)
{
	frame->if_match = NULL;
	if (unlikely((request != NULL && request->if_match != NULL) ||
				 (setting_if_match[0] != '\0' && frame->parent == NULL)))
		if_match_take(frame, request);
}

/* Locks the target and raises UA010 unless it has the version in frame->if_match. */
extern void if_match_require(Frame *frame);

/* Frees the plans that a program has for that. */
extern void if_match_forget_plans(Program *program);

/* Raises unless this can be a version; NULL can. */
extern void require_if_match(const char *version);

#endif
