/*
 * frame.h
 *		The life of frames; see frame.c.
 */
#ifndef CA_FRAME_H
#define CA_FRAME_H

#include "postgres.h"

#include "engine/cache.h"
#include "run/execute.h"

/* All slots of a frame at one moment, to go back to. */
typedef struct SavedSlots
{
	ParamExternData *params;
	bool	   *owned;
	Bitmapset  *outputs_set;
} SavedSlots;

extern Frame *frame_take(Program *program);
extern void frame_give_back(Frame *frame);
extern void frame_free(Frame *frame);
extern void frame_forget_idle(Program *program);	/* before it is freed */
extern void frame_forget_states(Frame *frame);

/* Notes what the row types of slots look like. */
extern void frame_note_row_types(Frame *frame);

/* Raises if a row type has changed since, and a slot holds a row that it cannot read. */
extern void frame_check_row_types(Frame *frame);

/* The same, where something in the catalogs has changed at all. */
static inline void
frame_watch_row_types(Frame *frame)
{
	if (frame->program->row_slots != NIL && frame->changes != catalog_changes)
		frame_check_row_types(frame);
}

/* To keep what the slots have become, or to put back what they were. */
extern SavedSlots *frame_save(Frame *frame);
extern void frame_keep(Frame *frame, SavedSlots *saved);
extern void frame_restore(Frame *frame, SavedSlots *saved);

extern void frames_init(void);

#endif
