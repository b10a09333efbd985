/*
 * published_function.h
 *		What pg_proc says of the function of an action, and must say.
 */
#ifndef CA_PUBLISHED_FUNCTION_H
#define CA_PUBLISHED_FUNCTION_H

#include "postgres.h"

#include "definition/definition.h"
#include "utils/array.h"

/* What pg_proc says of a published action. */
typedef struct PublishedFunction
{
	Oid			oid;
	Oid			owner;
	Oid			schema;
	char		kind;
	bool		strict;
	bool		security_definer;
	char		volatility;
	TransactionId written_by;	/* of the row */
	char	   *name;
	ArrayType  *settings;		/* that it sets, or NULL */
} PublishedFunction;

/* Reads the pg_proc row of a published action. */
extern PublishedFunction *published_function(Oid function);

/*
 * The settings that it runs under: those that it sets, and the search_path of its
 * definition (whose settings are given) unless it sets one itself.
 */
extern ArrayType *published_settings(const PublishedFunction *function, const Json *settings);

/*
 * Refuses a function whose pg_proc row says otherwise than its source: whose
 * rights it runs with, whether it writes. Anybody can publish such a function
 * with check_function_bodies off, so running asks again.
 */
extern void require_attributes(const PublishedFunction *function, const Definition *definition);

#endif
