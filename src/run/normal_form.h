/*
 * normal_form.h
 *		One form for all ways to write a value.
 */
#ifndef CA_NORMAL_FORM_H
#define CA_NORMAL_FORM_H

#include "postgres.h"

#include "base/digest.h"

/*
 * Adds a value to a digest. Values that say the same add the same: 1.0 and 1.00,
 * JSON objects whose keys stand in another order, whatever the settings of the
 * session are.
 */
extern void normal_form_put(Digest *digest, Datum value, bool isnull, Oid type);

/* The text of a value, the same whatever the settings of the session are. */
extern char *normal_text(Datum value, Oid type);

#endif
