/*
 * edit_value.h
 *		Values of a definition as people give and see them: text without the
 *		quotes of JSON. What a text means follows from the shape of its place.
 */
#ifndef CA_EDIT_VALUE_H
#define CA_EDIT_VALUE_H

#include "postgres.h"

#include "definition/keys.h"

/* What is known of the place a value is for. */
typedef struct EditValue
{
	const char *what;			/* "2.required of action \"a.b\"", for messages */
	ArgumentShape shape;
	const char *choices;
	bool		typeless;		/* nothing but the value says its type: numbers are numbers */
	bool		reads_json;		/* numbers and objects are these, whatever was there */
} EditValue;

/* Reads a text as a value; old is what the place holds, or NULL. */
extern Json *edit_value_read(const EditValue *value, const char *text, const Json *old);

/* The text that reads as a value of a shape; NULL of no value. */
extern char *edit_value_text(ArgumentShape shape, const Json *json);

#endif
