/*
 * datum_text.h
 *		The text of a value.
 */
#ifndef CA_DATUM_TEXT_H
#define CA_DATUM_TEXT_H

#include "postgres.h"

/* Not NULL; under the settings of the moment. */
extern char *datum_text(Datum value, Oid type);

#endif
