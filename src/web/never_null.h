/*
 * never_null.h
 *		Which outputs are never null, promised or not.
 */
#ifndef CA_NEVER_NULL_H
#define CA_NEVER_NULL_H

#include "postgres.h"

#include "web/model.h"

/*
 * Is an output of the action never null: promised by "required", or proven by what
 * sets it and by the catalogs as they are now? The caller's memory is used.
 */
extern bool output_is_never_null(const WebAction *action, const Argument *output);

#endif
