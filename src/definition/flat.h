/*
 * flat.h
 *		Steps in row form as one list, as the table holds them.
 */
#ifndef CA_FLAT_H
#define CA_FLAT_H

#include "base/json.h"

/*
 * Puts the steps of a list below each other by "id", "parent" and "branch", in
 * the order of the list; gives those at the top. What has no parent there is left out.
 */
extern Json *steps_nest(const Json *list);

#endif
