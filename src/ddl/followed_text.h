/*
 * followed_text.h
 *		A document of an action that takes on the names of now.
 */
#ifndef CA_FOLLOWED_TEXT_H
#define CA_FOLLOWED_TEXT_H

#include "postgres.h"

#include "base/json.h"
#include "ddl/renamed_text.h"
#include "utils/array.h"

typedef struct FollowedText
{
	const char *action;			/* canonical name */
	Oid			owner;
	Oid			function;		/* of what is published; else InvalidOid */
	Oid			active;			/* function of the action, if there is one */
	ArrayType  *settings;		/* of the function, or NULL */
	Json	   *document;
	Json	   *plugins;		/* array that is registered, or NULL */

	/* Found out before the command */
	Resolved   *past;
	List	   *frozen;			/* of FrozenObject */
	bool		looked;			/* it could be looked at */
	bool		missed_lock;	/* or not, since somebody has locked what it uses */

	/* After it */
	Bitmapset **chosen;			/* per formula: the open names that follow */
	Json	   *renamed;
	Json	   *renamed_plugins;
	ArrayType  *renamed_settings;
	List	   *left;			/* of char *: places that may still have the old name */
	char	   *reason;			/* why it cannot follow; NULL: it does */
} FollowedText;

/* Finds out what the names of a text mean; all it finds lives in mcxt. */
extern void text_look(FollowedText *text, MemoryContext mcxt);

/* Gives a text the names of now, and makes sure that it means the same. */
extern void text_follow(FollowedText *text, const NewName *name, MemoryContext mcxt);

/* Does it say something else now? */
extern bool text_has_changed(const FollowedText *text);

#endif
