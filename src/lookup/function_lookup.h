/*
 * function_lookup.h
 *		Functions by signature or by name alone, as definitions name them.
 */
#ifndef CA_FUNCTION_LOOKUP_H
#define CA_FUNCTION_LOOKUP_H

#include "postgres.h"

#include "base/compat.h"
#include "catalog/namespace.h"

/* Where the arguments begin in "schema.name(type, ...)"; NULL in a name alone. */
extern const char *text_arguments_start(const char *text);

/* The function of a signature, as regprocedure reads it; raises 42883. */
extern Oid	function_by_signature(const char *signature);

/* All functions of a name under the search_path; NULL if there is none. */
extern FuncCandidateList function_candidates(List *names);

/* The same of a name that stands in a text; raises 42883 if there is none, with the hint if it has no schema. */
extern FuncCandidateList functions_by_name(const char *name, const char *hint);

/* Raises 42725: the why is a clause; the examples, OIDs of functions, are proposed as signatures to write. */
pg_noreturn extern void refuse_ambiguous_function(const char *name, int count, const char *why,
												  const List *examples);

/* A function of the extension in its own schema, by name and types of arguments. */
extern Oid	own_function(const char *name, oidvector *arguments);

extern Oid	function_owner(Oid function);

#endif
