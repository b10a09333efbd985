/*
 * canonical.h
 *		Names as they are stored and compared, whatever the settings and the release.
 *
 * The folder lookup/ holds what the catalogs of PostgreSQL and our own tables
 * say, found by name or OID: actions, functions, keys, privileges,
 * dependencies. It reads no definition. It may include base/.
 */
#ifndef CA_CANONICAL_H
#define CA_CANONICAL_H

#include "postgres.h"

#include "lib/stringinfo.h"

/* In how many ways a qualified name can be written */
#define CA_SPELLINGS	4

/* Is this a word that SQL would not take as a plain name? The same for every release. */
extern bool word_is_reserved(const char *word);

/* Appends a name in double quotes. */
extern void append_quoted_name(StringInfo out, const char *name);

/* A name, and "schema.name", quoted where needed: behind its schema a keyword is not. */
extern char *name_canonical(const char *name);
extern char *qualified_name_canonical(const char *schema, const char *name);

/* The parts of "schema.name" in whatever spelling; false for another text. */
extern bool qualified_name_split(const char *text, char **schema, char **name);

/* The canonical spelling of "schema.name"; another text as it is. */
extern char *spelling_canonical(const char *text);

/* The same of what PostgreSQL calls an object, if that is a table or the like, or a column; else as it is. */
extern const char *identity_canonical(const char *identity);

/*
 * All the ways to write a qualified name, the canonical one first, NULL last:
 * rows may be older than our rule, or come from a server that quoted more.
 */
extern char **name_spellings(const char *schema, const char *name);

/* "schema.name" of a relation or function. */
extern char *relation_name_canonical(Oid relation);
extern char *function_name_canonical(Oid function);

/* The same of a relation that may be temporary or gone. NULL: there is none. */
extern char *relation_name_shown(Oid relation);

/* The same of a relation as a part of SQL that this server is to run. */
extern char *relation_name_sql(Oid relation);

/* Name of a type: qualified unless in pg_catalog. */
extern char *type_name_canonical(Oid type, int32 typmod);

/* "schema.name(type,type)" of a function: with all types qualified, and as people write it. */
extern char *signature_canonical(Oid function);
extern char *signature_shown(Oid function);

#endif
