/*
 * csdl_model.h
 *		The metadata of OData on its way: a document of CSDL JSON that grows.
 *
 * It is the model of both forms: printed, it is the one, and csdl_xml.c makes the
 * other of it.
 */
#ifndef CA_CSDL_MODEL_H
#define CA_CSDL_MODEL_H

#include "postgres.h"

#include "access/tupdesc.h"
#include "base/json.h"
#include "nodes/pg_list.h"
#include "utils/hsearch.h"

#define CSDL_OWN_NAMESPACE	"custom_actions"
#define CSDL_CONTAINER		"container"

/* The terms of our own, by which a server finds what names and keys are in PostgreSQL */
#define CSDL_TERM_ACTION	"@" CSDL_OWN_NAMESPACE ".action"
#define CSDL_TERM_KEY		"@" CSDL_OWN_NAMESPACE ".key"
#define CSDL_TERM_NAME		"@" CSDL_OWN_NAMESPACE ".name"
#define CSDL_TERM_REFERENCES "@" CSDL_OWN_NAMESPACE ".references"

/* A type that the document tells. */
typedef struct CsdlType
{
	Oid			type;
	const char *name;			/* qualified; NULL: an enum that is told as texts */
} CsdlType;

/* A table whose rows actions are for. */
typedef struct CsdlTable
{
	Oid			table;
	const char *name;			/* of the entity type, qualified; NULL: rows of it have no key */
	List	   *key;			/* of char *: columns */
	List	   *others;			/* of List: other keys that are told already */
	Json	   *entity;
	TupleDesc	descriptor;
} CsdlTable;

typedef struct Csdl
{
	const char *namespace;		/* of all, or NULL: each schema is one */
	Json	   *document;
	Json	   *container;
	HTAB	   *names;			/* what is taken, and how often it is wanted */
	HTAB	   *types;			/* of CsdlType */
	HTAB	   *tables;			/* of CsdlTable */
} Csdl;

/* Begins a document: references to vocabularies, terms, an empty container. */
extern Csdl *csdl_begin(const char *namespace);

/* The namespace for what a schema of PostgreSQL has. */
extern const char *csdl_namespace_of(const Csdl *csdl, const char *schema);

/* Notes that something in a scope will want a name; true once others want it, too. */
extern void csdl_want(Csdl *csdl, const char *scope, const char *name);
extern bool csdl_is_wanted_twice(Csdl *csdl, const char *scope, const char *name);

/* Takes a name in a scope: the first of these that is free, and with underscores else. alternative may be NULL. */
extern char *csdl_take_name(Csdl *csdl, const char *scope, const char *name, const char *alternative);

/* Adds a child to a namespace, which is begun if it is new. */
extern void csdl_add(Csdl *csdl, const char *namespace, const char *name, Json *child);

/* {"$Kind": kind} */
extern Json *csdl_new(const char *kind);

/* Annotates with a text, if it is not NULL. */
extern void csdl_annotate(Json *object, const char *term, const char *text);

/* With what it is called and what it is for; either may be NULL. */
extern void csdl_describe(Json *object, const char *title, const char *description);

/* With the name in PostgreSQL, if that is another one. */
extern void csdl_annotate_name(Json *object, const char *name, const char *original);

#endif
