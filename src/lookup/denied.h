/*
 * denied.h
 *		Missing privileges, with the GRANT that gives them.
 */
#ifndef CA_DENIED_H
#define CA_DENIED_H

#include "postgres.h"

#include "base/compat.h"

/* The current user as SQL names him. */
extern const char *denied_user(void);

/* Raises that the current user lacks a privilege on a schema; detail may be NULL. */
pg_noreturn extern void refuse_schema(const char *schema, const char *privilege, const char *detail);

/* Raises if there is a schema of this name and the current user may not use it. */
extern void require_schema_usage(const char *schema);

/* Raises if the current user may not create objects in a schema; detail may be NULL. */
extern void require_schema_create(const char *schema, const char *detail);

/* In an error context callback: notes who lacks a privilege; other errors change nothing. */
extern void denied_note(Oid *denied);

/*
 * In PG_CATCH(): takes the error being handled, if it is PostgreSQL's own of a
 * missing privilege and has no hint, to be thrown on with the GRANT that is
 * missing; else NULL. The copy is made in mcxt.
 */
extern ErrorData *denied_error(MemoryContext mcxt, Oid denied, bool as_owner);

#endif
