/*
 * target_fetch.h
 *		Loads the bound row without a statement.
 */
#ifndef CA_TARGET_FETCH_H
#define CA_TARGET_FETCH_H

#include "postgres.h"

#include "compile/compiler.h"
#include "run/frame.h"

/* After the load is compiled: makes program->target_fetch where the row may be fetched. */
extern void target_fetch_compile(Compiler *compiler);

/*
 * Fetches the row in the load's place, locks it as the load does, and fills its slots.
 * False: that is not possible now. Else in found whether there is one.
 */
extern bool target_fetch(Frame *frame, bool *found);

#endif
