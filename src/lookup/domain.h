/*
 * domain.h
 *		What a domain is made of, and which CHECKs it has.
 */
#ifndef CA_DOMAIN_H
#define CA_DOMAIN_H

#include "postgres.h"

#include "nodes/pg_list.h"

/* The type that a domain is made of, perhaps another domain; InvalidOid: it is gone. */
extern Oid	domain_made_of(Oid domain);

/* The CHECK constraints of a domain by itself, in the order of their names: a list of OIDs. */
extern List *domain_checks(Oid domain);

#endif
