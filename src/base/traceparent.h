/*
 * traceparent.h
 *		Where a call stands in a distributed trace, as W3C Trace Context writes
 *		it: "00-<trace id>-<parent id>-<flags>".
 */
#ifndef CA_TRACEPARENT_H
#define CA_TRACEPARENT_H

#include "postgres.h"

/* Characters of version 00, and of what higher versions begin with */
#define TRACEPARENT_LENGTH	55

/* Does a valid one stand here, ended by the end of the text or by one of these characters? */
extern bool traceparent_is_valid(const char *text, const char *ends);

/* Finds one among "key='value',key='value'", as sqlcommenter writes them; NULL: there is none. */
extern const char *traceparent_in_comment(const char *text);

#endif
