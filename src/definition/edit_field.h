/*
 * edit_field.h
 *		The fields of a definition by their paths: "2.set.due" is the field "set.due"
 *		of step 2.
 *
 *		Here the definition is a draft, in rows; in a document, places are found by
 *		definition/place.c. Both read the words of a path by definition/path_words.c.
 */
#ifndef CA_EDIT_FIELD_H
#define CA_EDIT_FIELD_H

#include "postgres.h"

#include "base/json.h"
#include "definition/keys.h"
#include "definition/step_kind.h"

/* A part of a definition in row form, whose fields are meant. */
typedef struct EditPart
{
	const char *name;			/* "action", "input", "output", "step", "case" */
	const StepKind *kind;		/* of a step, NULL: of no kind that is known */
	const ArgumentSpec *lists[3];	/* its keys, in canonical order; may be NULL */
	Json	   *row;			/* by columns */
	const char *action;			/* for messages */
	const char *path;			/* "2", "input.bump", "" */
} EditPart;

/* Where a field of a part is. */
typedef struct EditField
{
	const EditPart *part;
	char	   *path;			/* "2.set.due" */
	const char *column;			/* of the row, which changes with it */
	ArgumentShape shape;
	const char *choices;
	bool		required;		/* cannot be removed */
	bool		typeless;		/* nothing but the value says its type */
	bool		reads_json;		/* numbers and objects are these, whatever was there */
	bool		null_counts;	/* of a default: JSON null is a value */
	bool		empty_counts;	/* of a list of steps: it may be there without steps */
	Json	   *home;			/* object or array that has it ... */
	char	   *key;			/* ... under this key */
	int			index;			/* ... or at this place, if it is an array */
	struct EditField *above;	/* what home is the value of, if that is a field */
} EditField;

/* Describes a part; the name must be one of those above. */
extern void edit_part_init(EditPart *part, const char *name, Json *row);

/* Finds a field, which may be one that is not there yet; raises where there can be none. */
extern EditField *edit_field_find(const EditPart *part, const char *given);

/* What it holds; NULL: nothing. */
extern Json *edit_field_get(const EditField *field);

/* Gives it a value; NULL takes it away, and an object that would be empty with it. */
extern void edit_field_put(EditField *field, Json *value);

/* Is it a list of steps or cases, which are rows of their own? */
extern bool edit_field_is_list(const EditField *field);

/* Does it hold what only the authors may see? */
extern bool edit_field_is_masked(const EditField *field);

#endif
