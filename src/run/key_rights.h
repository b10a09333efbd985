/*
 * key_rights.h
 *		May a statement return the key of the rows that it writes?
 */
#ifndef CA_KEY_RIGHTS_H
#define CA_KEY_RIGHTS_H

#include "postgres.h"

#include "program/statement.h"

/*
 * May it now, as the current user, without asking for a privilege or a policy that
 * it does not ask for itself? Locks the table as the statement will.
 */
extern bool statement_may_return_key(Statement *statement);

#endif
