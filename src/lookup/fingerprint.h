/*
 * fingerprint.h
 *		Tells whether a relation still is what an action was compiled for.
 */
#ifndef CA_FINGERPRINT_H
#define CA_FINGERPRINT_H

#include "postgres.h"

/*
 * A number that changes with whatever compiling looks at in a relation; false: it is
 * gone, or somebody is just changing it. Waits for no lock, and keeps none.
 */
extern bool relation_fingerprint(Oid oid, uint64 *fingerprint);

#endif
