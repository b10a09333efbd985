/*
 * target.h
 *		The bound row: whether it must be read before the steps run, and how.
 */
#ifndef CA_TARGET_H
#define CA_TARGET_H

#include "postgres.h"

#include "base/compat.h"
#include "compile/compiler.h"

struct Frame;

/*
 * After the steps are compiled: makes program->load, or leaves it NULL. With
 * needed_first something runs before the steps and must not run without a target;
 * image is a row that the load fills as well, or NULL.
 */
extern void target_compile(Compiler *compiler, bool needed_first, Row *image);

/* Appends "this.id = $1", the condition that picks the target. */
extern void target_condition(Compiler *compiler, Statement *statement);

extern void target_load(struct Frame *frame);

/* "(id) = (42)": the key of the target, as callers gave it */
extern char *target_shown(struct Frame *frame);

/* Raises that there is no target; hint NULL: it does not exist, or is not visible. */
pg_noreturn extern void target_missing(struct Frame *frame, const char *hint);

#endif
