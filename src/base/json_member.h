/*
 * json_member.h
 *		Reads one scalar out of a text that may or may not be JSON. It never
 *		raises.
 */
#ifndef CA_JSON_MEMBER_H
#define CA_JSON_MEMBER_H

#include "postgres.h"

#include "lib/stringinfo.h"

/*
 * Appends the text of the scalar that these members lead to, one below the
 * other: strings that follow each other in memory, the last of them empty.
 * false: the text is no JSON, or has no such member, or it is null, an object or
 * an array. Of repeated keys the last counts, as in jsonb. What stands in the
 * JSON as it is may be in no encoding.
 */
extern bool json_member(const char *json, const char *path, StringInfo out);

#endif
