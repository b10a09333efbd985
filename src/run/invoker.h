/*
 * invoker.h
 *		The role whose EXECUTE on an action was checked.
 */
#ifndef CA_INVOKER_H
#define CA_INVOKER_H

#include "postgres.h"

extern void invoker_init(void);

/*
 * In the handler of a function that PostgreSQL called as its owner (SECURITY
 * DEFINER): who was the user before? InvalidOid where that cannot be told.
 */
extern Oid	invoker_before_definer(void);

#endif
