/*
 * target_look.h
 *		Reads the bound row for who looks at an action without running it.
 */
#ifndef CA_TARGET_LOOK_H
#define CA_TARGET_LOOK_H

#include "postgres.h"

struct Frame;

/*
 * Reads it as target_load() would, but without a lock; raises as well where the steps
 * would find out that there is no target, or may not be locked.
 */
extern void target_look(struct Frame *frame);

#endif
