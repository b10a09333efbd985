/*
 * openapi.c
 *		A document of OpenAPI 3.1: actions as operations of the gateway that serves them.
 *
 * An action is one path; who only reads has GET besides POST. Schemas stand among
 * the components, composite types once for all actions. What a gateway does is told as
 * it does it: PostgREST takes the arguments of the function and finds its schema in
 * a header, and one output that is a row comes as that row.
 */
#include "postgres.h"

#include "base/sql_argument.h"
#include "base/text_list.h"
#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "commands/comment.h"
#include "definition/print.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "web/action_schema.h"
#include "web/openapi_responses.h"
#include "web/schema_parts.h"
#include "web/schema_sample.h"

PG_FUNCTION_INFO_V1(custom_action_openapi);

#define OPENAPI_VERSION	"3.1.0"

/* Arguments of the function */
enum
{
	OPENAPI_GATEWAY,
	OPENAPI_PATTERN,
	OPENAPI_VISIBILITY,
	OPENAPI_NUMBERS,
	OPENAPI_TITLE,
	OPENAPI_DOCUMENT_VERSION,
	OPENAPI_SERVER,
	OPENAPI_INFO
};

/* The document on its way. */
typedef struct OpenApi
{
	Gateway		gateway;
	SchemaOptions in;
	SchemaOptions out;
	const char *last_schema;	/* names are in order: each schema's are side by side */
	Json	   *tags;
	Json	   *paths;
	Json	   *schemas;
	Json	   *parameters;
} OpenApi;

/* "support.escalate_case" and what is put behind it. */
static char *
component_name(const WebAction *action, const char *suffix)
{
	StringInfoData name;

	initStringInfo(&name);
	schema_append_name(&name, action->schema);
	appendStringInfoChar(&name, '.');
	schema_append_name(&name, action->own_name);
	appendStringInfoString(&name, suffix);
	return name.data;
}

/* The path of an action, as it stands in a URL. */
static char *
action_path(const OpenApi *api, const WebAction *action)
{
	StringInfoData path;
	const char *name = api->gateway == GATEWAY_POSTGREST ? action->own_name : action->name;

	initStringInfo(&path);
	appendStringInfoString(&path, api->gateway == GATEWAY_POSTGREST ? "/rpc/" : "/actions/");
	for (; *name != '\0'; name++)
		if (character_is_plain(*name) || strchr(".-~", *name) != NULL)
			appendStringInfoChar(&path, *name);
		else
			appendStringInfo(&path, "%%%02X", (unsigned char) *name);
	return path.data;
}

/* A parameter in a header. */
static Json *
header_parameter(const char *name, const char *description, bool required, Json *schema)
{
	Json	   *parameter = json_new_object();

	json_put_string(parameter, "name", name);
	json_put_string(parameter, "in", "header");
	json_put_string(parameter, "description", description);
	if (required)
		json_add(parameter, "required", json_new_boolean(true));
	json_add(parameter, "schema", schema);
	return parameter;
}

/* Tells of the schema of an action, if it is the first one of it. */
static void
add_schema_once(OpenApi *api, const WebAction *action)
{
	Json	   *tag = json_new_object();
	char	   *comment = GetComment(get_namespace_oid(action->schema, false), NamespaceRelationId, 0);

	if (api->last_schema != NULL && strcmp(api->last_schema, action->schema) == 0)
		return;
	api->last_schema = action->schema;
	json_put_string(tag, "name", action->schema);
	json_put_string(tag, "description", comment != NULL ? comment : psprintf("Actions of the schema %s", action->schema));
	json_append(api->tags, tag);
}

/* The name of the component that chooses a schema, which is made where there is none. */
static char *
profile_parameter(OpenApi *api, const WebAction *action, const char *header)
{
	StringInfoData name;

	initStringInfo(&name);
	appendStringInfo(&name, "%s.", header);
	schema_append_name(&name, action->schema);
	if (json_get(api->parameters, name.data) == NULL)
	{
		Json	   *schema = schema_typed("string");

		json_add(schema, "enum", json_new_array());
		json_append(json_get(schema, "enum"), json_new_string(action->schema));
		json_add(api->parameters, name.data, header_parameter(header, "The schema that the action is in", true, schema));
	}
	return name.data;
}

/* Refers to a parameter that operations share, which is made where there is none. */
static void
add_shared_parameter(OpenApi *api, Json *parameters, const char *name, const char *description)
{
	if (json_get(api->parameters, name) == NULL)
		json_add(api->parameters, name, header_parameter(name, description, false, schema_typed("string")));
	json_append(parameters, openapi_reference("parameters", name));
}

/* What stands in the header of a request. */
static Json *
header_parameters(OpenApi *api, const WebAction *action, bool get)
{
	Json	   *parameters = json_new_array();

	if (api->gateway == GATEWAY_POSTGREST)
	{
		json_append(parameters, openapi_reference("parameters", profile_parameter(api, action, get ? "Accept-Profile" : "Content-Profile")));
		add_shared_parameter(api, parameters, "Prefer",
							 "handling=strict or lenient, timezone=..., and, where the server allows it, tx=rollback: try it and undo it");
		return parameters;
	}
	add_shared_parameter(api, parameters, "From", "Who is behind the call, for the record");
	add_shared_parameter(api, parameters, "traceparent", "The trace that the call belongs to (W3C Trace Context), for the record");
	if (!get)
		add_shared_parameter(api, parameters, "Idempotency-Key", "The same key again gives the same response, and nothing is done twice");
	if (!get && action->signature->nkeys > 0)
		add_shared_parameter(api, parameters, "If-Match", "The version that the row was read in; refused with UA010 if it has changed since");
	return parameters;
}

/* Is this of a value that stands in a URL as it is? */
static bool
schema_is_scalar(const Json *schema)
{
	const Json *type = json_get(schema, "type");
	const Json *either = json_get(schema, "anyOf");

	if (type != NULL && type->kind == JSON_IS_ARRAY)
		type = type->items[0];
	if (type == NULL)
		return either != NULL && either->count > 0 && schema_is_scalar(either->items[0]);
	return strcmp(type->text, "array") != 0 && strcmp(type->text, "object") != 0;
}

/* A schema without what tells that a value may be null, which is to leave it out in a URL, and without words. */
static Json *
schema_in_query(const Json *schema)
{
	Json	   *either = json_get(schema, "anyOf");
	bool		or_null = either != NULL && either->count == 2 && schema_is_null(either->items[1]);
	Json	   *copy = json_copy(or_null ? either->items[0] : schema);
	Json	   *type = json_get(copy, "type");
	Json	   *values = json_get(copy, "enum");

	json_remove(copy, "description");
	json_remove(copy, "writeOnly");
	if (type != NULL && type->kind == JSON_IS_ARRAY)
		json_put(copy, "type", type->items[0]);
	if (values != NULL && values->count > 0 && values->items[values->count - 1]->kind == JSON_IS_NULL)
		values->count--;
	return copy;
}

/* A parameter in the URL. */
static Json *
query_parameter(const OpenApi *api, const char *name, const Json *schema, bool required)
{
	Json	   *parameter = json_new_object();
	const char *description = json_get_text(schema, "description");

	json_put_string(parameter, "name", name);
	json_put_string(parameter, "in", "query");
	if (!schema_is_scalar(schema) && api->gateway == GATEWAY_POSTGREST)
		description = psprintf("%s%sAs PostgreSQL writes it: {1,2} for a list, (1,2) for a row, or JSON",
							   description != NULL ? description : "", description != NULL ? ". " : "");
	json_put_string(parameter, "description", description);
	if (required)
		json_add(parameter, "required", json_new_boolean(true));
	if (schema_is_scalar(schema))
		json_add(parameter, "schema", schema_in_query(schema));
	else if (api->gateway == GATEWAY_POSTGREST)
		json_add(parameter, "schema", schema_typed("string"));
	else
		json_add(parameter, "content", openapi_content(schema_in_query(schema)));
	return parameter;
}

/* Adds the inputs as parameters in the URL. */
static void
add_query_parameters(const OpenApi *api, Json *parameters, const Json *inputs)
{
	const Json *members = json_get(inputs, "properties");
	const Json *required = json_get(inputs, "required");

	for (int i = 0; i < members->count; i++)
		json_append(parameters, query_parameter(api, members->keys[i], members->items[i],
												required != NULL && json_has_text(required, members->keys[i])));
}

/* Are values of a type known that a schema of its JSON fits? Of others the schema says no more than that they are texts. */
static bool
type_has_example(Oid type)
{
	Oid			base = getBaseType(type);
	Oid			element = get_element_type(base);
	char		category;
	bool		preferred;

	if (OidIsValid(element))
		return type_has_example(element);
	get_type_category_preferred(base, &category, &preferred);
	switch (base)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case FLOAT4OID:
		case FLOAT8OID:
		case NUMERICOID:
		case OIDOID:
		case UUIDOID:
		case JSONOID:
		case JSONBOID:
		case BYTEAOID:
			return true;
		default:
			return get_typtype(base) != TYPTYPE_BASE || category == TYPCATEGORY_STRING || category == TYPCATEGORY_BOOLEAN ||
				category == TYPCATEGORY_DATETIME || category == TYPCATEGORY_TIMESPAN;
	}
}

/* Does a call need values of such types alone? */
static bool
inputs_have_examples(const Signature *signature)
{
	for (int i = 0; i < signature->ninputs; i++)
		if (signature->inputs[i].required && !type_has_example(signature->inputs[i].type))
			return false;
	return true;
}

/* The body of a request, with an example if one is known. */
static Json *
request_body(const OpenApi *api, const WebAction *action, const Json *inputs)
{
	Json	   *body = json_new_object();
	Json	   *content = openapi_content(openapi_reference("schemas", component_name(action, ".input")));
	Json	   *sample = inputs_have_examples(action->signature) ? schema_sample(inputs, api->schemas) : NULL;

	if (sample != NULL)
		json_add(content->items[0], "example", sample);
	if (json_get(inputs, "required") != NULL)
		json_add(body, "required", json_new_boolean(true));
	json_add(body, "content", content);
	return body;
}

/* Does PostgREST give the row that is the only output as it is? */
static bool
output_is_row(const OpenApi *api, const Signature *signature)
{
	return api->gateway == GATEWAY_POSTGREST && signature->noutputs == 1 &&
		get_typtype(getBaseType(signature->outputs[0].type)) == TYPTYPE_COMPOSITE;
}

/* The response where all went well. */
static void
add_success(OpenApi *api, Json *responses, const WebAction *action)
{
	Json	   *response = json_new_object();
	bool		nothing = action->signature->noutputs == 0 && api->gateway == GATEWAY_POSTGREST;

	json_put_string(response, "description", nothing ? "Done" : action->signature->noutputs == 0 ? "Done; an empty object" : "Done; the outputs");
	if (!nothing)
		json_add(response, "content", openapi_content(openapi_reference("schemas", component_name(action, ".output"))));
	json_add(responses, nothing ? "204" : "200", response);
}

/* One operation: POST with a body, or GET with what stands in the URL. */
static Json *
operation_of(OpenApi *api, const WebAction *action, const Json *inputs, Json *responses, bool get)
{
	Json	   *operation = json_new_object();
	Json	   *parameters = header_parameters(api, action, get);

	json_put_string(operation, "operationId", component_name(action, get ? ".get" : ""));
	json_add(operation, "tags", json_new_array());
	json_append(json_get(operation, "tags"), json_new_string(action->schema));
	json_put_string(operation, "summary", web_title(action));
	json_put_string(operation, "description", web_description(action));
	if (action->definition->deprecated != NULL)
		json_add(operation, "deprecated", json_new_boolean(true));
	if (get)
		add_query_parameters(api, parameters, inputs);
	json_add(operation, "parameters", parameters);
	if (!get)
		json_add(operation, "requestBody", request_body(api, action, inputs));
	json_add(operation, "responses", responses);
	return operation;
}

/* Adds the schemas of an action to the components; returns that of its inputs. */
static Json *
add_action_schemas(OpenApi *api, const WebAction *action)
{
	const Signature *signature = action->signature;
	Json	   *inputs = schema_of_inputs(action, &api->in);
	Json	   *outputs = NULL;

	json_add(api->schemas, component_name(action, ".input"), inputs);
	if (output_is_row(api, signature))
	{
		api->out.scope.output = true;
		outputs = type_schema(&api->out.scope, signature->outputs[0].type, signature->outputs[0].typmod);
	}
	else if (signature->noutputs > 0 || api->gateway == GATEWAY_PLAIN)
		outputs = schema_of_outputs(action, &api->out);
	if (outputs != NULL)
		json_add(api->schemas, component_name(action, ".output"), outputs);
	return inputs;
}

/* Adds an action. */
static void
add_paths_of_action(OpenApi *api, const WebAction *action)
{
	Json	   *inputs = add_action_schemas(api, action);
	Json	   *responses = json_new_object();
	Json	   *item = json_new_object();

	add_schema_once(api, action);
	add_success(api, responses, action);
	openapi_add_failures(responses, action, api->gateway);
	if (action->read_only)
		json_add(item, "get", operation_of(api, action, inputs, responses, true));
	json_add(item, "post", operation_of(api, action, inputs, responses, false));
	json_add(api->paths, action_path(api, action), item);
}

/* Raises if two actions would have one path, which PostgREST tells apart by a header. */
static void
require_distinct_names(const List *functions)
{
	List	   *names = NIL;
	ListCell   *cell;
	const char *last = "";

	foreach(cell, functions)
	{
		char	   *name = get_func_name(((const WebName *) lfirst(cell))->function);

		if (name != NULL)
			names = lappend(names, name);
	}
	list_sort(names, text_list_compare);
	foreach(cell, names)
	{
		if (strcmp(last, lfirst(cell)) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("actions of two schemas are called \"%s\", and PostgREST has one path for both", last),
					 errdetail("It tells them apart by the header Content-Profile, which a path of OpenAPI cannot."),
					 errhint("Make a document for each schema, by a pattern such as 'support.%%'.")));
		last = lfirst(cell);
	}
	list_free_deep(names);
}

/* Who calls PostgREST shows a token; whom the plain gateway lets in is not its document's business. */
static void
add_security(Json *document, Json *components, Gateway gateway)
{
	Json	   *schemes = json_new_object();

	if (gateway == GATEWAY_PLAIN)
	{
		json_add(document, "security", json_new_array());
		return;
	}
	json_add(document, "security", json_parse("[{\"token\": []}]"));
	json_add(schemes, "token", json_parse("{\"type\": \"http\", \"scheme\": \"bearer\", \"bearerFormat\": \"JWT\", "
										  "\"description\": \"Its claim role says as whom actions run\"}"));
	json_add(components, "securitySchemes", schemes);
}

/* What is said of the document itself. */
static Json *
document_info(FunctionCallInfo fcinfo, Gateway gateway)
{
	Json	   *info = json_new_object();
	char	   *title = text_argument(fcinfo, OPENAPI_TITLE);
	char	   *version = text_argument(fcinfo, OPENAPI_DOCUMENT_VERSION);
	char	   *more = text_argument(fcinfo, OPENAPI_INFO);
	Json	   *given = more != NULL ? json_parse(more) : json_new_object();

	json_put_string(info, "title", title != NULL ? title : "Actions");
	json_put_string(info, "version", version != NULL ? version : "1.0.0");
	json_put_string(info, "description", gateway == GATEWAY_POSTGREST ?
					"Business actions, served by PostgREST. A call is a transaction: all of it happens, or none of it." :
					"Business actions. A call is a transaction: all of it happens, or none of it.");
	json_add(info, "license", json_parse("{\"name\": \"Proprietary\", \"identifier\": \"LicenseRef-Proprietary\"}"));
	if (given->kind != JSON_IS_OBJECT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("info is no JSON object"),
				 errhint("Its members are those of \"info\" of OpenAPI: description, contact, license, termsOfService.")));
	for (int i = 0; i < given->count; i++)
		json_put(info, given->keys[i], given->items[i]);
	return info;
}

/* The document without what is said of actions. */
static Json *
document_head(FunctionCallInfo fcinfo, const OpenApi *api)
{
	Json	   *document = json_new_object();
	Json	   *server = json_new_object();
	char	   *url = text_argument(fcinfo, OPENAPI_SERVER);

	json_put_string(document, "openapi", OPENAPI_VERSION);
	json_add(document, "info", document_info(fcinfo, api->gateway));
	json_put_string(server, "url", url != NULL ? url : "/");
	json_add(document, "servers", json_new_array());
	json_append(json_get(document, "servers"), server);
	return document;
}

/* Puts the document together. */
static Json *
finish_document(Json *document, OpenApi *api)
{
	Json	   *components = json_new_object();
	Json	   *failures = json_new_object();

	add_security(document, components, api->gateway);
	json_add(document, "tags", api->tags);
	json_add(document, "paths", api->paths);
	if (api->paths->count > 0)
	{
		openapi_add_shared(api->schemas, failures, api->gateway);
		json_add(components, "schemas", api->schemas);
		json_add(components, "responses", failures);
		json_add(components, "parameters", api->parameters);
	}
	json_add(document, "components", components);
	return document;
}

/* Begins a document. */
static void
begin_document(OpenApi *api, Gateway gateway, bool numbers_as_text)
{
	memset(api, 0, sizeof(OpenApi));
	api->gateway = gateway;
	api->tags = json_new_array();
	api->paths = json_new_object();
	api->schemas = json_new_object();
	api->parameters = json_new_object();
	api->in = schema_options_default();
	api->in.scope.reference = "#/components/schemas/";
	api->in.scope.numbers_as_text = numbers_as_text;
	api->in.scope.parts = api->schemas;
	api->in.as_arguments = gateway == GATEWAY_POSTGREST;
	api->out = api->in;
	api->in.scope.suffix = ".in";
	api->out.scope.suffix = ".out";
}

/*
 * action_openapi(gateway text, pattern text, visibility text, numbers text, title text,
 * version text, server text, info json) returns json
 */
Datum
custom_action_openapi(PG_FUNCTION_ARGS)
{
	bool		plain = argument_is_second(fcinfo, OPENAPI_GATEWAY, "action_openapi", "gateway", "postgrest", "plain");
	bool		as_text = argument_is_second(fcinfo, OPENAPI_NUMBERS, "action_openapi", "numbers", "number", "string");
	List	   *names = web_actions(text_argument(fcinfo, OPENAPI_PATTERN), text_argument(fcinfo, OPENAPI_VISIBILITY));
	OpenApi		api;
	Json	   *document;
	StringInfoData out;
	ListCell   *cell;

	begin_document(&api, plain ? GATEWAY_PLAIN : GATEWAY_POSTGREST, as_text);
	document = document_head(fcinfo, &api);
	if (!plain)
		require_distinct_names(names);
	foreach(cell, web_actions_read(names))
	{
		CHECK_FOR_INTERRUPTS();
		add_paths_of_action(&api, lfirst(cell));
	}
	initStringInfo(&out);
	json_print_pretty(&out, finish_document(document, &api));
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}
