/*
 * model.h
 *		The published actions as those see them who describe them to clients.
 *
 * The folder web/ holds what describes published actions in the languages of others:
 * JSON Schema, OpenAPI, OData, TypeScript, forms, tools of agents. All read this one
 * model of the catalogs; they compile nothing and run nothing, and show what the
 * current role may execute. It may include base/, lookup/ and definition/.
 */
#ifndef CA_MODEL_H
#define CA_MODEL_H

#include "postgres.h"

#include "definition/signature.h"
#include "nodes/pg_list.h"

/* One of many, before it is read. */
typedef struct WebName
{
	Oid			function;
	const char *name;			/* canonical: "support.escalate_case" */
} WebName;

/* A published action. */
typedef struct WebAction
{
	Oid			function;
	const char *name;			/* canonical: "support.escalate_case" */
	const char *schema;			/* the parts of it, unquoted */
	const char *own_name;
	int			version;
	bool		active;			/* calls are not refused */
	bool		read_only;		/* as the function says: it is STABLE */
	Definition *definition;		/* as activation froze it */
	Signature  *signature;		/* its types are those of the function; of the keys that inputs
								 * reference, only name, type and typmod are told */
	const char *table;			/* canonical name of the bound table, or NULL */
} WebAction;

/*
 * The active actions that the current role may execute, in the order of their names'
 * bytes: a list of WebName. pattern: one of LIKE, held against "schema.name", or
 * NULL. visibility: "public" (or NULL) are those that are shown to everybody or to
 * agents, "internal" are all, "agent" those for agents alone that say what they do.
 */
extern List *web_actions(const char *pattern, const char *visibility);

/* Is this function among those that web_actions(NULL, "agent") lists? */
extern bool web_action_is_for_agents(Oid function);

/* Reads all of these that can be read, as web_action() does: a list of WebAction. */
extern List *web_actions_read(const List *names);

/* Reads one, into the current memory context; NULL if its source is not what its function says. */
extern WebAction *web_action(Oid function);

/* The same by name; raises what a call of it would: that there is none, or that it is denied. */
extern WebAction *web_action_named(const char *name);

/* The type of a name as activation freezes it; InvalidOid if there is none that the current role may use. */
extern Oid	web_type_named(const char *name);

/* What people call it: its title, or its name. */
extern const char *web_title(const WebAction *action);

/* What it is for, and what to use in its place if it is deprecated; or NULL. */
extern const char *web_description(const WebAction *action);

#endif
