/*
 * form_field.h
 *		How the fields of an action's form are shown.
 */
#ifndef CA_FORM_FIELD_H
#define CA_FORM_FIELD_H

#include "postgres.h"

#include "web/model.h"

/* A field of a form: an input, or the key of the target. */
typedef struct FormField
{
	const char *name;
	const Argument *argument;	/* NULL: the target's key, which has several columns */
	Json	   *schema;			/* a member of the form's schema, mended */
	const char *help;			/* beyond the description, or NULL */
	bool		has_value;		/* before anything is filled in */
	bool		anything;		/* it is any JSON, or a list of it */
	bool		hidden;			/* it is settled */
	bool		ask_options;	/* there are more options than the schema can list */
	Oid			picked;			/* table whose row is meant, or InvalidOid */
	List	   *picked_key;		/* of char *: its columns */
} FormField;

/* The field in a uiSchema of react-jsonschema-form. */
extern Json *form_field_rjsf(const FormField *field);

/* The field as a control of JSON Forms, of a composite value a group of them; NULL: it is not shown. */
extern Json *form_field_control(const FormField *field, const Json *parts);

#endif
