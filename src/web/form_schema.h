/*
 * form_schema.h
 *		JSON Schemas as libraries of forms take them.
 */
#ifndef CA_FORM_SCHEMA_H
#define CA_FORM_SCHEMA_H

#include "postgres.h"

#include "base/json.h"

/*
 * Says less in a schema, and in all that it is made of, where a form could not show
 * it: null is what nobody fills in, any JSON is one of its types. What is said of
 * dates and times is what browsers send. keep_null: of the schema itself, null stays.
 */
extern void form_schema_mend(Json *schema, bool keep_null);

/* Does a schema stand for any JSON? */
extern bool form_schema_is_anything(const Json *schema);

/* Lets a choice of words that may be null be none of them: each has its title, "(none)" is one. */
extern void form_schema_name_none(Json *schema);

/* Can a form show any JSON? Not lists of lists, or of objects that hold others. */
extern bool form_can_show(const Json *value);

/* Any JSON is shown as what it holds. */
extern void form_schema_show_as(Json *schema, const Json *value);

/* "closed_at" as people write it: "Closed at". */
extern char *form_words_of_name(const char *name);

/*
 * A value as it fits a schema that has been mended: without members that are null, numbers
 * as strings where these are asked for. NULL: it does not fit.
 */
extern Json *form_value(const Json *value, const Json *schema, const Json *parts);

#endif
