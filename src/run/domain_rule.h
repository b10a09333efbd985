/*
 * domain_rule.h
 *		Says of a value that a domain refuses where it stands, and what the rule is.
 */
#ifndef CA_DOMAIN_RULE_H
#define CA_DOMAIN_RULE_H

#include "postgres.h"

#include "base/compat.h"

/*
 * In PG_CATCH(): raises the error again, in these words if it says that a domain
 * refuses a value; what: "input "tags"[2]". The memory is the caller's.
 */
pg_noreturn extern void domain_rule_rethrow(Oid domain, const char *what, const char *action,
											MemoryContext mcxt);

#endif
