/*
 * many.h
 *		Runs a program for many items at once.
 */
#ifndef CA_MANY_RUN_H
#define CA_MANY_RUN_H

#include "postgres.h"

#include "run/frame.h"
#include "run/invoke_request.h"
#include "steps/many.h"

/*
 * Does what the call asks for, or says that the program cannot be run so. SPI is
 * connected. An error means that all is to be undone, and run one by one.
 */
extern void many_run(Frame *frame, ManyCall *call);

/* Could it? Notes in the shape which statements would do the work, or why not; SPI is connected. */
extern bool many_is_possible(Frame *frame, ManyShape *shape);

/* The texts of the statements that would find the targets: List of char *. */
extern List *many_target_texts(const ManyShape *shape);

#endif
