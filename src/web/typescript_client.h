/*
 * typescript_client.h
 *		The functions of TypeScript that call actions.
 */
#ifndef CA_TYPESCRIPT_CLIENT_H
#define CA_TYPESCRIPT_CLIENT_H

#include "postgres.h"

#include "lib/stringinfo.h"

/*
 * Writes them. schema: that of invoke_action(), quoted. long_numbers: members that say
 * where outputs have numbers that are to be strings; NULL: nowhere.
 */
extern void typescript_client(StringInfo out, const char *schema, const char *long_numbers);

#endif
