/*
 * csdl_action.c
 *		Actions as actions and functions of OData.
 *
 * The inputs are parameters, and the outputs the properties of a complex type of the
 * action's own, also a single one: the body of a request and that of its answer are
 * those of invoke_action(), and an output that a later version adds breaks no client. A
 * read-only action is a function, unless it has no outputs, which functions must have.
 */
#include "postgres.h"

#include "lookup/canonical.h"
#include "lookup/key.h"
#include "web/action_schema.h"
#include "web/csdl_action.h"
#include "web/csdl_available.h"
#include "web/csdl_entity.h"
#include "web/csdl_name.h"
#include "web/csdl_type.h"
#include "web/csdl_validation.h"
#include "web/never_null.h"

#define IMPORTS	"|container"	/* the scope of names in the container */
#define RESPONSE	"Response"	/* what stands behind the name of an action in that of its outputs */

/* Is an action without a table, or with one that is gone? */
static bool
has_table(const WebAction *action)
{
	return OidIsValid(action->signature->table);
}

void
csdl_note_action(Csdl *csdl, const WebAction *action)
{
	csdl_want(csdl, csdl_namespace_of(csdl, action->schema), csdl_identifier(action->own_name));
	if (has_table(action))
		csdl_note_table(csdl, action);
	else
		csdl_want(csdl, IMPORTS, csdl_identifier(action->own_name));
}

/* The name of an action with its schema, for where its own is not enough. */
static char *
name_with_schema(const WebAction *action)
{
	return psprintf("%s_%s", csdl_identifier(action->schema), csdl_identifier(action->own_name));
}

CsdlAction *
csdl_name_action(Csdl *csdl, WebAction *action)
{
	CsdlAction *named = palloc0(sizeof(CsdlAction));
	char	   *name = csdl_identifier(action->own_name);

	named->action = action;
	named->namespace = csdl_namespace_of(csdl, action->schema);
	if (csdl_is_wanted_twice(csdl, named->namespace, name))
		name = name_with_schema(action);
	named->name = csdl_take_name(csdl, named->namespace, name, NULL);
	if (action->signature->noutputs > 0)
		named->response = csdl_take_name(csdl, named->namespace, psprintf("%s" RESPONSE, named->name), NULL);
	return named;
}

/* The schema of an input that is given. */
static Json *
schema_when_given(const Argument *argument)
{
	SchemaOptions options = schema_options_default();
	Argument	given = *argument;

	given.required = true;
	return schema_of_argument(&given, &options);
}

/* Annotates a parameter that may be left out, with its default if that is a literal. */
static void
annotate_optional(Json *parameter, const Json *schema)
{
	Json	   *initial = json_get(schema, "default");
	Json	   *optional = json_new_object();

	if (initial != NULL)
		csdl_annotate(optional, "DefaultValue", initial->kind == JSON_IS_STRING ? initial->text : json_text(initial));
	json_add(parameter, "@Core.OptionalParameter", optional);
}

/* Annotates which row a parameter tells. */
static void
annotate_reference(Json *parameter, const Argument *argument)
{
	if (OidIsValid(argument->references))
		csdl_annotate(parameter, CSDL_TERM_REFERENCES,
					  psprintf("%s(%s)", relation_name_canonical(argument->references),
							   name_canonical(argument->reference_key->name)));
}

/* An input as a parameter. */
static Json *
parameter_of_input(Csdl *csdl, const Argument *argument)
{
	Json	   *parameter = json_new_object();
	Json	   *schema = schema_when_given(argument);
	bool		takes_null = type_takes_null(argument->type);
	bool		required = argument->required || (argument->parameter->initial == NULL && !takes_null);

	json_put_string(parameter, "$Name", argument->name);
	csdl_put_type(csdl, parameter, argument->type, argument->typmod, takes_null && !required);
	csdl_validate(parameter, schema, argument->type, argument->typmod);
	csdl_describe(parameter, argument->parameter != NULL ? argument->parameter->title : NULL,
				  json_get_text(schema, "description"));
	if (!required)
		annotate_optional(parameter, schema);
	annotate_reference(parameter, argument);
	return parameter;
}

/* The row, or the rows, that an action is for. */
static Json *
binding_parameter(const CsdlTable *table, const WebAction *action)
{
	Json	   *parameter = json_new_object();

	json_put_string(parameter, "$Name", "target");
	json_put_string(parameter, "$Type", table->name);
	if (action->definition->collection)
		json_add(parameter, "$Collection", json_new_boolean(true));
	return parameter;
}

/* All parameters of an action. */
static Json *
parameters_of(Csdl *csdl, const WebAction *action, const CsdlTable *table)
{
	Json	   *parameters = json_new_array();

	if (table != NULL)
		json_append(parameters, binding_parameter(table, action));
	for (int i = table != NULL ? action->signature->nkeys : 0; i < action->signature->ninputs; i++)
		json_append(parameters, parameter_of_input(csdl, &action->signature->inputs[i]));
	return parameters;
}

/* Adds the complex type of the outputs. */
static void
add_response(Csdl *csdl, const CsdlAction *named)
{
	const Signature *signature = named->action->signature;
	Json	   *response = csdl_new("ComplexType");

	for (int i = 0; i < signature->noutputs; i++)
	{
		const Argument *output = &signature->outputs[i];
		bool		never_null = output_is_never_null(named->action, output);
		Json	   *property = csdl_add_property(csdl, response, output->name, output->type, output->typmod,
												 !never_null && type_takes_null(output->type));

		csdl_validate_type(property, output->type, output->typmod);
		csdl_describe(property, output->parameter->title, output->parameter->description);
	}
	csdl_add(csdl, named->namespace, named->response, response);
}

/* Annotates what to use in the place of an action. */
static void
annotate_deprecated(Json *object, const Definition *definition)
{
	Json	   *revisions = json_new_array();
	Json	   *revision = json_new_object();

	if (definition->deprecated == NULL)
		return;
	json_put_string(revision, "Kind", "Deprecated");
	csdl_annotate(revision, "Description", definition->deprecated);
	json_append(revisions, revision);
	json_add(object, "@Core.Revisions", revisions);
}

/* Annotates by which properties an action finds its row, if they are not the key of its type. */
static void
annotate_key(Csdl *csdl, Json *object, CsdlTable *table, const WebAction *action)
{
	Json	   *names;
	ListCell   *cell;

	if (table == NULL || !csdl_tell_other_key(csdl, table, action))
		return;
	names = json_new_array();
	foreach(cell, action->definition->key)
		json_append(names, json_new_string(csdl_identifier(lfirst(cell))));
	json_add(object, CSDL_TERM_KEY, names);
}

/* Adds the import of an action that is not bound. */
static void
add_import(Csdl *csdl, const CsdlAction *named, const char *kind)
{
	char	   *name = csdl_identifier(named->action->own_name);
	Json	   *import = json_new_object();

	if (csdl_is_wanted_twice(csdl, IMPORTS, name))
		name = name_with_schema(named->action);
	json_put_string(import, psprintf("$%s", kind), psprintf("%s.%s", named->namespace, named->name));
	json_add(csdl->container, csdl_take_name(csdl, IMPORTS, name, psprintf("%s_import", name)), import);
}

void
csdl_add_action(Csdl *csdl, const CsdlAction *named)
{
	WebAction  *action = named->action;
	CsdlTable  *table = csdl_table_of(csdl, action);
	const char *kind = action->read_only && named->response != NULL ? "Function" : "Action";
	Json	   *object = csdl_new(kind);
	Json	   *parameters = parameters_of(csdl, action, table);
	Json	   *overloads = json_new_array();

	if (table != NULL)
		json_add(object, "$IsBound", json_new_boolean(true));
	if (parameters->count > 0)
		json_add(object, "$Parameter", parameters);
	if (named->response != NULL)
	{
		add_response(csdl, named);
		json_add(object, "$ReturnType", json_new_object());
		json_put_string(json_get(object, "$ReturnType"), "$Type", psprintf("%s.%s", named->namespace, named->response));
	}
	csdl_describe(object, action->definition->title, action->definition->description);
	annotate_deprecated(object, action->definition);
	if (table != NULL)
		csdl_annotate_available(object, action, table);
	annotate_key(csdl, object, table, action);
	csdl_annotate(object, CSDL_TERM_ACTION, action->name);
	json_append(overloads, object);
	csdl_add(csdl, named->namespace, named->name, overloads);
	if (table == NULL)
		add_import(csdl, named, kind);
}
