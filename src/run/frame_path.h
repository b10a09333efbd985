/*
 * frame_path.h
 *		The search_path of an action, where its function does not set it.
 */
#ifndef CA_FRAME_PATH_H
#define CA_FRAME_PATH_H

#include "postgres.h"

#include "executor/spi.h"
#include "program/formula.h"
#include "run/frame.h"

/* Puts a path into effect; gives what path_leave() takes. An error is left to the (sub)transaction that it ends. */
extern int	path_enter(const char *path);
extern void path_leave(int level);

/* Puts the path of a frame's program into effect until the frame ends. */
extern void frame_path_set(Frame *frame);

/* Ends it. */
extern void frame_path_end(Frame *frame);

/* To be told before a statement is analysed, as the start of its parser setup. */
extern void frame_path_analyse(Scope *scope);

/* To be told before, and after, a plan of a program with a path is run. */
extern void frame_path_before(void);
extern void frame_path_after(Frame *frame, Scope *scope, SPIPlanPtr plan);

#endif
