/*
 * form.c
 *		The form of an action: schema, how its fields are shown, what they hold first.
 *
 * The schema is that of the inputs as the action takes them, so that what a form
 * gives is its input as it is. What depends on the row comes from who has looked at it.
 */
#include "postgres.h"

#include "base/sql_argument.h"
#include "base/sql_tokens.h"
#include "catalog/pg_type.h"
#include "definition/facts.h"
#include "definition/print.h"
#include "definition/step_kind.h"
#include "definition/step_walk.h"
#include "fmgr.h"
#include "lookup/canonical.h"
#include "lookup/key.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "web/action_schema.h"
#include "web/form_field.h"
#include "web/form_schema.h"
#include "web/literal_schema.h"

PG_FUNCTION_INFO_V1(custom_action_form_document);

/* One form. */
typedef struct Form
{
	const WebAction *action;
	SchemaOptions options;
	const Json *state;			/* form_state() */
	const char *title;
	Json	   *schema;
	Json	   *fields;			/* uiSchema of react-jsonschema-form */
	Json	   *controls;		/* elements of JSON Forms */
	Json	   *data;
} Form;

/* What was found out of an input, or NULL. */
static Json *
state_of(const Form *form, const char *what, const char *input)
{
	const Json *part = json_get(form->state, what);

	return part != NULL ? json_get(part, input) : NULL;
}

/* The argument of a member of the schema; NULL: the target's key, if it has several columns. */
static const Argument *
argument_of_member(const Signature *signature, const char *name)
{
	int			first = signature->nkeys;

	for (int i = first; i < signature->ninputs; i++)
		if (strcmp(signature->inputs[i].name, name) == 0)
			return &signature->inputs[i];
	return signature->nkeys == 1 ? &signature->inputs[0] : NULL;
}

/* Is a member the target's key? */
static bool
member_is_target(const Form *form, const FormField *field)
{
	return form->action->signature->nkeys > 0 &&
		(field->argument == NULL || field->argument == &form->action->signature->inputs[0]);
}

/* Tells which row a field means. */
static void
find_picked(const Form *form, FormField *field)
{
	const Signature *signature = form->action->signature;

	if (member_is_target(form, field))
	{
		field->picked = signature->table;
		for (int i = 0; i < signature->nkeys; i++)
			field->picked_key = lappend(field->picked_key, signature->inputs[i].column);
	}
	else if (OidIsValid(field->argument->references))
	{
		field->picked = field->argument->references;
		field->picked_key = list_make1(field->argument->reference_key->name);
	}
}

/* Lets a schema hold one of these values; an array, several of them. */
static void
put_values(const Form *form, Json *schema, const char *key, const Json *values)
{
	Json	   *of = json_get(schema, "items") != NULL ? json_get(schema, "items") : schema;
	Json	   *fitting = json_new_array();

	for (int i = 0; i < values->count; i++)
	{
		Json	   *value = form_value(values->items[i], of, form->options.scope.parts);

		if (value != NULL)
			json_append(fitting, value);
	}
	if (fitting->count > 0)
		json_put(of, key, fitting);
}

/* The options of an input that had to be computed. Where another input decides, they are but examples. */
static void
add_computed_options(const Form *form, FormField *field)
{
	Json	   *options = state_of(form, "options", field->name);
	Json	   *examples = state_of(form, "examples", field->name);

	if (options != NULL)
		put_values(form, field->schema, "enum", options);
	if (examples != NULL)
		put_values(form, field->schema, "examples", examples);
	field->ask_options = examples != NULL || state_of(form, "too_many", field->name) != NULL;
}

/* What an input holds before anything is filled in, or NULL. */
static Json *
value_of_input(const Form *form, const FormField *field)
{
	const Parameter *parameter = field->argument->parameter;

	if (parameter->sensitive || parameter->initial == NULL)
		return NULL;
	if (json_get_boolean(form->state, "looked", false))
		return state_of(form, "defaults", field->name);
	return literal_for_schema(&form->options.scope, parameter->initial, field->argument->type);
}

/* Fills in what a field holds first. */
static void
fill_field(Form *form, FormField *field)
{
	bool		is_target = member_is_target(form, field);
	const Json *value = is_target ? state_of(form, "key", TARGET_MEMBER) : value_of_input(form, field);
	Json	   *fitting = value != NULL && (!field->anything || form_can_show(value)) ?
		form_value(value, field->schema, form->options.scope.parts) : NULL;

	json_remove(field->schema, "default");
	field->hidden = is_target && fitting != NULL;
	if (!is_target)
		field->help = json_get_text(json_get(form->state, "left_out"), field->name);
	if (fitting != NULL)
	{
		field->has_value = true;
		json_add(form->data, field->name, fitting);
	}
	else if (value != NULL && !is_target)
		field->help = psprintf("If it is left empty: %s", value->kind == JSON_IS_STRING ? value->text : json_text(value));
}

/* Of an input with a default, null is something else than what is left out; a list or a checkbox can only be empty. */
static bool
null_is_a_value(const Argument *argument)
{
	Oid			type = argument != NULL ? getBaseType(argument->type) : InvalidOid;

	return argument != NULL && argument->parameter != NULL && argument->parameter->initial != NULL &&
		type != BOOLOID && !OidIsValid(get_element_type(type));
}

/* A copy of a schema that begins with a title. */
static Json *
with_title(Json *schema, const char *title)
{
	Json	   *result = json_new_object();

	json_put_string(result, "title", title);
	for (int i = 0; i < schema->count; i++)
		json_put(result, schema->keys[i], schema->items[i]);
	return result;
}

/* The title of a field that the author gave none. */
static char *
title_of_field(const Form *form, const FormField *field)
{
	if (member_is_target(form, field) && OidIsValid(form->action->signature->table))
		return form_words_of_name(get_rel_name(form->action->signature->table));
	return form_words_of_name(field->name);
}

/* Adds a field: a member of the schema, which becomes what a form shows. */
static Json *
add_field(Form *form, const char *name, Json *member)
{
	FormField	field = {.name = name, .argument = argument_of_member(form->action->signature, name)};
	const Json *items = json_get(member, "items");
	Json	   *control;

	field.anything = form_schema_is_anything(member) || (items != NULL && form_schema_is_anything(items));
	field.schema = with_title(member, title_of_field(form, &field));
	form_schema_mend(field.schema, null_is_a_value(field.argument));
	find_picked(form, &field);
	add_computed_options(form, &field);
	form_schema_name_none(field.schema);
	fill_field(form, &field);
	if (field.anything && field.has_value)
		form_schema_show_as(field.schema, json_get(form->data, name));
	json_add(form->fields, name, form_field_rjsf(&field));
	control = form_field_control(&field, form->options.scope.parts);
	if (control != NULL)
		json_append(form->controls, control);
	return field.schema;
}

/* The names of all fields: the target's key, then the inputs as the author has them. */
static Json *
fields_in_order(const Form *form)
{
	Json	   *order = json_new_array();
	ListCell   *cell;

	if (form->action->signature->nkeys > 0)
		json_append(order, json_new_string(TARGET_MEMBER));
	foreach(cell, form->action->definition->inputs)
		json_append(order, json_new_string(((Parameter *) lfirst(cell))->name));
	return order;
}

/* Adds all fields. */
static void
add_fields(Form *form)
{
	const Json *members = json_get(form->schema, "properties");
	Json	   *shown = json_new_object();
	Json	   *order = fields_in_order(form);

	if (order->count > 0)
		json_add(form->fields, "ui:order", order);
	for (int i = 0; i < form->options.scope.parts->count; i++)
		form_schema_mend(form->options.scope.parts->items[i], false);
	for (int i = 0; i < order->count; i++)
	{
		const char *name = order->items[i]->text;

		json_add(shown, name, add_field(form, name, json_get(members, name)));
	}
	json_put(form->schema, "properties", shown);
}

/* The inputs that a formula names, added to a list. */
static void
add_inputs_read(Json *names, const char *formula)
{
	List	   *tokens = sql_tokens(formula);
	ListCell   *cell;

	foreach(cell, tokens)
	{
		const SqlToken *token = lfirst(cell);
		int			part;

		if (token->name == NULL || strcmp(token->name, "input") != 0)
			continue;
		part = sql_token_part(tokens, foreach_current_index(cell), formula, 1);
		if (part >= 0 && !json_has_text(names, ((SqlToken *) list_nth(tokens, part))->name))
			json_append(names, json_new_string(((SqlToken *) list_nth(tokens, part))->name));
	}
}

/* Notes the fields that a step asks something of: its error belongs there. */
static bool
note_asking_step(const Step *step, void *arg)
{
	Json	   *steps = arg;
	Json	   *names = json_new_array();

	if (step->unsound)
		return false;
	if (strcmp(step->kind->name, "require") == 0 && step->subject->kind == JSON_IS_STRING)
		add_inputs_read(names, step->subject->text);
	if (names->count > 0)
		json_add(steps, step->path, names);
	return true;
}

/* The layout of JSON Forms. */
static Json *
jsonforms_layout(const Form *form)
{
	Json	   *layout = json_new_object();

	json_put_string(layout, "type", "VerticalLayout");
	json_add(layout, "elements", form->controls);
	return layout;
}

/* "change support.case", with what is done before it. */
static void
append_effect(StringInfo out, const char *does, const char *table)
{
	appendStringInfo(out, "%s%s %s", out->len > 0 ? ", " : "", does, table);
}

/* What to ask before an action that deletes or overwrites is sent; NULL: it does not. */
static char *
confirmation(const Form *form)
{
	Effects		effects = facts_effects(form->action->function);
	StringInfoData out;
	ListCell   *cell;

	if (!effects.destructive)
		return NULL;
	initStringInfo(&out);
	foreach(cell, effects.tables)
	{
		const FactTable *table = lfirst(cell);

		if (table->deletes)
			append_effect(&out, "deletes from", table->name);
		if (table->updates)
			append_effect(&out, "overwrites values in", table->name);
	}
	if (out.len == 0)
		appendStringInfoString(&out, "may delete or overwrite what is there");
	return psprintf("%s? This %s.", form->title, out.data);
}

/* How the form is shown. */
static Json *
form_ui(Form *form)
{
	Json	   *ui = json_new_object();
	Json	   *submit = json_new_object();
	Json	   *steps = json_new_object();

	json_put_string(submit, "submitText", form->title);
	json_add(form->fields, "ui:submitButtonOptions", submit);
	steps_visit(form->action->definition->steps, note_asking_step, steps);
	json_add(ui, "rjsf", form->fields);
	json_add(ui, "jsonforms", jsonforms_layout(form));
	json_put_string(ui, "submit", form->title);
	json_put_string(ui, "confirm", confirmation(form));
	json_add(ui, "fields_of_steps", steps);
	return ui;
}

/* Whether the action could begin for this row, and why not. */
static Json *
form_available(const Form *form)
{
	static const char *const members[] = {"available", "reason", "sqlstate", "hint"};
	Json	   *available = json_new_object();

	for (int i = 0; i < lengthof(members); i++)
		json_add(available, members[i], json_get(form->state, members[i]));
	return available;
}

/* The whole answer. */
static Json *
form_document(Form *form)
{
	Json	   *document = json_new_object();

	form->schema = with_title(schema_of_inputs(form->action, &form->options), form->title);
	json_put_string(form->schema, "title", form->title);
	form->fields = json_new_object();
	form->controls = json_new_array();
	form->data = json_new_object();
	add_fields(form);
	json_put_string(document, "action", form->action->name);
	json_add(document, "schema", schema_document(form->schema, &form->options));
	json_add(document, "ui", form_ui(form));
	json_add(document, "data", form->data);
	json_add(document, "available", form_available(form));
	return document;
}

/* form_document(name text, state jsonb, numbers text) returns json */
Datum
custom_action_form_document(PG_FUNCTION_ARGS)
{
	Form		form = {.options = schema_options_default()};
	StringInfoData out;

	form.options.scope.numbers_as_text = argument_is_second(fcinfo, 2, "action_form", "numbers", "number", "string");
	form.action = web_action_named(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	form.state = json_parse(JsonbToCString(NULL, &PG_GETARG_JSONB_P(1)->root, 0));
	form.title = form.action->definition->title != NULL ? form.action->definition->title :
		form_words_of_name(form.action->own_name);
	initStringInfo(&out);
	json_print_pretty(&out, form_document(&form));
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}
