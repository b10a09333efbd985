/*
 * form_field.c
 *		How the fields of an action's form are shown, by two libraries.
 *
 * Only widgets that a library has of its own are named as such. What an application
 * may have, a picker of rows, an upload, an editor of JSON, stands among the options,
 * where a library that does not know it passes over it.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_type.h"
#include "lookup/canonical.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "web/form_field.h"
#include "web/schema_parts.h"

/* Texts that may be longer have several lines. */
#define LONGEST_LINE	200

#define TEXT_ROWS		"4"

/* How a field is shown. */
typedef struct Widget
{
	const char *widget;			/* of react-jsonschema-form, or NULL: its own choice */
	const char *custom;			/* what an application may have in its place, or NULL */
	const char *input_type;		/* of the browser, or NULL */
	const char *placeholder;	/* or NULL */
	bool		lines;			/* several */
} Widget;

/* Columns by which people know a row, in order of preference */
static const char *const label_columns[] = {"name", "title", "label", "subject", "display_name", "full_name", "code", "email"};

/* The type below domains; of the target's several columns none. */
static Oid
field_type(const FormField *field)
{
	return field->argument != NULL ? getBaseType(field->argument->type) : InvalidOid;
}

/* Is this a string that may be long? */
static bool
field_is_long_text(const FormField *field)
{
	Oid			type = field_type(field);
	const char *longest = json_get_text(field->schema, "maxLength");

	if (type != TEXTOID && type != VARCHAROID && type != BPCHAROID)
		return false;
	return json_get(field->schema, "pattern") == NULL && json_get(field->schema, "examples") == NULL &&
		(longest == NULL || strtol(longest, NULL, 10) > LONGEST_LINE);
}

/* Are there values to choose from? */
static bool
field_is_choice(const FormField *field)
{
	return json_get(field->schema, "enum") != NULL || json_get(field->schema, "oneOf") != NULL;
}

/* Are there values to choose several from? */
static bool
field_is_choice_of_many(const FormField *field)
{
	const Json *items = json_get(field->schema, "items");

	return items != NULL && json_get(items, "enum") != NULL;
}

/* Is it a field that holds one value, not a list or an object? */
static bool
field_is_scalar(const FormField *field)
{
	return json_get(field->schema, "type") != NULL && !schema_has_type(field->schema, "object") && !schema_has_type(field->schema, "array");
}

/* One that the library has, or NULL; and one that an application may have, or NULL. */
static Widget
widget_shown(const char *widget, const char *custom)
{
	Widget		shown = {.widget = widget, .custom = custom};

	return shown;
}

/* The library's own choice, with a type of the browser's. */
static Widget
widget_typed(const char *input_type)
{
	Widget		shown = {.input_type = input_type};

	return shown;
}

/* The library's own choice, with an example of what is to be written. */
static Widget
widget_hinted(const char *custom, const char *placeholder)
{
	Widget		shown = {.custom = custom, .placeholder = placeholder};

	return shown;
}

/* Of text, with several lines where it may be long. */
static Widget
widget_of_text(bool lines)
{
	Widget		shown = {.widget = lines ? "textarea" : NULL, .lines = lines};

	return shown;
}

/* What is not to be read over somebody's shoulder. */
static Widget
secret_widget(const FormField *field)
{
	if (schema_has_type(field->schema, "string"))
		return widget_shown("password", NULL);
	return widget_typed("password");
}

/* Of a boolean: one that nobody has answered yet is not no. */
static Widget
boolean_widget(const FormField *field)
{
	if (field->has_value)
		return widget_shown("checkbox", NULL);
	return widget_shown(field->argument->required ? "radio" : "select", NULL);
}

/* By its type. */
static Widget
widget_of_type(const FormField *field)
{
	switch (field_type(field))
	{
		case BOOLOID:
			return boolean_widget(field);
		case INT2OID:
		case INT4OID:
		case INT8OID:
			return widget_shown(schema_has_type(field->schema, "integer") ? "updown" : NULL, NULL);
		case DATEOID:
			return widget_shown("date", NULL);
		case TIMESTAMPTZOID:
			return widget_shown("date-time", NULL);
		case TIMESTAMPOID:
			return widget_typed("datetime-local");
		case TIMEOID:
			return widget_typed("time");
		case TIMETZOID:
			return widget_hinted(NULL, "10:00:00+01:00");
		case INTERVALOID:
			return widget_hinted(NULL, "3 days");
		case BYTEAOID:
			return widget_hinted("file", "\\x48656c6c6f");
		case JSONOID:
		case JSONBOID:
			return widget_shown(NULL, "json");
		default:
			return widget_of_text(field_is_long_text(field));
	}
}

/* How a field is shown. */
static Widget
widget_of_field(const FormField *field)
{
	if (field->hidden)
		return widget_shown("hidden", NULL);
	if (field_is_choice(field))
		return widget_shown("select", OidIsValid(field->picked) ? "row_picker" : NULL);
	if (field_is_choice_of_many(field))
		return widget_shown("checkboxes", OidIsValid(field->picked) ? "row_picker" : NULL);
	if (field->argument != NULL && field->argument->parameter != NULL && field->argument->parameter->sensitive &&
		field_is_scalar(field))
		return secret_widget(field);
	if (OidIsValid(field->picked))
		return widget_shown(NULL, "row_picker");
	return widget_of_type(field);
}

/* Does a column hold what people read? */
static bool
column_is_text(Oid table, AttrNumber column)
{
	char		category;
	bool		preferred;

	get_type_category_preferred(getBaseType(get_atttype(table, column)), &category, &preferred);
	return category == TYPCATEGORY_STRING;
}

/* The column by which people know a row of a table; NULL: its key. */
static const char *
label_of_table(Oid table)
{
	for (int i = 0; i < lengthof(label_columns); i++)
	{
		AttrNumber	column = get_attnum(table, label_columns[i]);

		if (column != InvalidAttrNumber && column_is_text(table, column))
			return label_columns[i];
	}
	for (AttrNumber column = 1; column <= MaxHeapAttributeNumber; column++)
	{
		HeapTuple	tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(table), Int16GetDatum(column));
		bool		dropped;

		if (!HeapTupleIsValid(tuple))
			return NULL;
		dropped = ((Form_pg_attribute) GETSTRUCT(tuple))->attisdropped;
		ReleaseSysCache(tuple);
		if (!dropped && column_is_text(table, column))
			return get_attname(table, column, false);
	}
	return NULL;
}

/* Which row is meant: table, key and what people call it. */
static Json *
picker(const FormField *field)
{
	Json	   *result = json_new_object();
	Json	   *key = json_new_strings(field->picked_key);
	const char *label = label_of_table(field->picked);

	json_put_string(result, "table", relation_name_canonical(field->picked));
	json_add(result, "key", key->count == 1 ? key->items[0] : key);
	json_put_string(result, "label", label != NULL ? label : linitial(field->picked_key));
	return result;
}

/* Adds a member unless it has none. */
static void
add_options_member(Json *ui, const char *key, Json *options)
{
	if (options->count > 0)
		json_add(ui, key, options);
}

/* Where an application finds what the schema does not hold. */
static Json *
application_options(const FormField *field, const Widget *widget)
{
	Json	   *options = json_new_object();

	json_put_string(options, "custom", widget->custom);
	if (OidIsValid(field->picked) && !field->hidden)
		json_add(options, "references", picker(field));
	if (field->ask_options)
		json_put_string(options, "options", "action_input_options");
	return options;
}

Json *
form_field_rjsf(const FormField *field)
{
	Widget		widget = widget_of_field(field);
	Json	   *ui = json_new_object();
	Json	   *options = application_options(field, &widget);

	json_put_string(ui, "ui:widget", widget.widget);
	json_put_string(ui, "ui:placeholder", widget.placeholder);
	json_put_string(ui, "ui:help", field->help);
	if (field->hidden)
		json_add(ui, "ui:readonly", json_new_boolean(true));
	if (widget.widget != NULL && strcmp(widget.widget, "password") == 0)
		json_put_string(ui, "ui:autocomplete", "new-password");
	if (field->has_value && schema_has_type(field->schema, "null"))
		json_add(ui, "ui:emptyValue", json_new_null());
	json_put_string(options, "inputType", widget.input_type);
	if (widget.lines)
		json_add(options, "rows", json_new_number(TEXT_ROWS));
	add_options_member(ui, "ui:options", options);
	return ui;
}

/* What JSON Forms is told of a field. */
static Json *
control_options(const FormField *field, const Widget *widget)
{
	Json	   *options = application_options(field, widget);

	if (widget->lines)
		json_add(options, "multi", json_new_boolean(true));
	if ((widget->widget != NULL && strcmp(widget->widget, "password") == 0) ||
		(widget->input_type != NULL && strcmp(widget->input_type, "password") == 0))
		json_put_string(options, "format", "password");
	json_put_string(options, "placeholder", widget->placeholder);
	json_put_string(options, "help", field->help);
	if (json_get(field->schema, "description") != NULL)
		json_add(options, "showUnfocusedDescription", json_new_boolean(true));
	return options;
}

/*
 * A control of what stands at a place of the schema; of an object a group of its members,
 * but where it is inside of itself.
 */
static Json *
control_at(const char *scope, const Json *schema, const Json *parts, List *within)
{
	const char *part = json_get_text(schema, "$ref");
	const Json *object = part != NULL ? json_get(parts, strrchr(part, '/') + 1) : schema;
	const Json *members = json_get(object, "properties");
	Json	   *control = json_new_object();
	Json	   *elements = json_new_array();

	if (members == NULL || list_member_ptr(within, object))
	{
		json_put_string(control, "type", "Control");
		json_put_string(control, "scope", scope);
		return control;
	}
	within = lappend(list_copy(within), unconstify(Json *, object));
	for (int i = 0; i < members->count; i++)
		json_append(elements, control_at(psprintf("%s/properties/%s", scope, members->keys[i]), members->items[i], parts, within));
	json_put_string(control, "type", "Group");
	json_put_string(control, "label", json_get_text(schema, "title"));
	json_add(control, "elements", elements);
	return control;
}

Json *
form_field_control(const FormField *field, const Json *parts)
{
	Widget		widget = widget_of_field(field);
	Json	   *control;

	if (field->hidden)
		return NULL;
	control = control_at(psprintf("#/properties/%s", field->name), field->schema, parts, NIL);
	add_options_member(control, "options", control_options(field, &widget));
	return control;
}
