/*
 * target.h
 *		The bound row: whether it must be read before the steps run, and how.
 */
#ifndef CA_TARGET_H
#define CA_TARGET_H

#include "postgres.h"

struct Compiler;
struct Frame;

/* After the steps are compiled: makes program->load, or leaves it NULL. */
extern void target_compile(struct Compiler *compiler);
extern void target_load(struct Frame *frame);

#endif
