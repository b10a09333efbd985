/*
 * typescript_type.h
 *		PostgreSQL types in the words of TypeScript.
 */
#ifndef CA_TYPESCRIPT_TYPE_H
#define CA_TYPESCRIPT_TYPE_H

#include "postgres.h"

#include "base/json.h"
#include "lib/stringinfo.h"
#include "nodes/pg_list.h"

/* What a file has declared so far. */
typedef struct TypescriptScope
{
	bool		numbers_as_text;	/* bigint and numeric come as strings */
	List	   *types;			/* declared ones, in the order that they are to be written in */
} TypescriptScope;

/*
 * The name of a type, or what stands for it; enums, domains and composites are
 * declared on the way. output: of what an action gives, which leaves nothing out.
 */
extern char *typescript_type(TypescriptScope *scope, Oid type, bool output);

/* Writes the declarations. */
extern void typescript_declare(StringInfo out, const TypescriptScope *scope);

/* Appends the paths below path at which a value has bigint or numeric, which come as strings. */
extern void typescript_long_numbers(Json *paths, const char *path, Oid type);

/* "a" | "b"; nulls are left out */
extern char *typescript_union(const Json *values);

/* A member's name, in quotes unless it needs none. */
extern char *typescript_key(const char *name);

/* Writes a comment of paragraphs, NULL ones are left out; nothing if all are. */
extern void typescript_comment(StringInfo out, const char *indent, const char *title, const char *description, const char *deprecated);

#endif
