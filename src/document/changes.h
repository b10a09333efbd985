/*
 * changes.h
 *		What differs between two definitions: the one comparison of them.
 */
#ifndef CA_CHANGES_H
#define CA_CHANGES_H

#include "postgres.h"

#include "nodes/pg_list.h"

/* What a row says that it is */
#define CHANGE_ADDED	"added"
#define CHANGE_REMOVED	"removed"
#define CHANGE_CHANGED	"changed"
#define CHANGE_MOVED	"moved"

/* What of a definition differs. */
typedef enum ChangedPart
{
	CHANGE_OF_HEADER,
	CHANGE_OF_INPUT,
	CHANGE_OF_OUTPUT,
	CHANGE_OF_STEP,				/* or of a case */
	CHANGE_OF_USE				/* of what published definitions use */
} ChangedPart;

/* A row, and what it is about. */
typedef struct Change
{
	const char *path;			/* "2.set.due"; of what is gone, in the old definition */
	const char *kind;
	const char *before;			/* in words, or NULL */
	const char *after;
	ChangedPart part;
	const char *place;			/* path of the header's key, the input, output or step: "2" */
	const char *title;			/* its key, its name, or what step it is: "update target" */
	bool		inside;			/* the step around it was added or removed, too */
	bool		by_name;		/* a value that the step gives a name, be it that of a key */
	/* Where it belongs among the rows: */
	int			node;			/* of the new definition that it is at, ... */
	int			behind;			/* ... or behind, and how far */
	int			number;			/* in the order in which they were found */
} Change;

/* All that differs (of Change), in the order of the new definition. */
extern List *changes_between(const text * old_document, const text * new_document);

#endif
