/*
 * openapi_responses.c
 *		The responses of an operation in a document of OpenAPI.
 *
 * One response for each status that what action_errors() tells leads to, with the codes,
 * and an example for each that a step raises. Triggers and functions of others may raise
 * what nobody foresees: a code may be another than those that are listed, and "default"
 * stands for each status that is not.
 */
#include "postgres.h"

#include "definition/facts.h"
#include "lib/stringinfo.h"
#include "web/openapi_responses.h"
#include "web/schema_parts.h"

#define JSON_MEDIA		"application/json"
#define ERROR_SCHEMA	"Error"
#define OTHER_FAILURE	"Failure"

/* What there is of one status. */
typedef struct StatusGroup
{
	int			status;
	Json	   *codes;			/* each once, in the order of the ways to fail */
	Json	   *examples;		/* by code */
	StringInfoData words;
} StatusGroup;

/* A way that a gateway adds. */
typedef struct GatewayFailure
{
	Gateway		gateway;
	int			status;
	const char *code;			/* NULL: the body says none */
	const char *message;
	const char *when;
} GatewayFailure;

static const GatewayFailure gateway_failures[] = {
	{GATEWAY_POSTGREST, 401, "PGRST301", "JWSError JWSInvalidSignature", "the token is not valid"},
	{GATEWAY_POSTGREST, 404, "PGRST202", "Could not find the function in the schema cache",
	"it has no such inputs, or a required one is missing"},
	{GATEWAY_PLAIN, 400, NULL, "Unexpected end of JSON input", "the body is no JSON"}
};

Json *
openapi_reference(const char *kind, const char *name)
{
	Json	   *reference = json_new_object();

	json_put_string(reference, "$ref", psprintf("#/components/%s/%s", kind, name));
	return reference;
}

Json *
openapi_content(Json *schema)
{
	Json	   *content = json_new_object();
	Json	   *media = json_new_object();

	json_add(media, "schema", schema);
	json_add(content, JSON_MEDIA, media);
	return content;
}

/* The names of what an error's body has, in its order; the message is never null, nor is PostgREST's code. */
static const char *const *
error_members(Gateway gateway)
{
	static const char *const of_postgrest[] = {"code", "message", "details", "hint", NULL};
	static const char *const of_plain[] = {"code", "message", "details", "hint", "action", "step", NULL};

	return gateway == GATEWAY_POSTGREST ? of_postgrest : of_plain;
}

/* The body of errors. */
static Json *
error_body_schema(Gateway gateway)
{
	static const char *const words[] = {
		"SQLSTATE of the error", "What is wrong", "More about it", "What would help",
		"The action that failed", "Path of the step that failed"
	};
	Json	   *schema = schema_closed_object();
	const char *const *members = error_members(gateway);

	for (int i = 0; members[i] != NULL; i++)
	{
		bool		always = strcmp(members[i], "message") == 0 || (i == 0 && gateway == GATEWAY_POSTGREST);
		Json	   *member = schema_typed("string");

		json_put_string(member, "description", words[i]);
		schema_add_member(schema, members[i], always ? member : schema_or_null(member), true);
	}
	return schema;
}

void
openapi_add_shared(Json *schemas, Json *responses, Gateway gateway)
{
	Json	   *response = json_new_object();

	json_put_string(response, "description", "Whatever else goes wrong: what triggers and functions raise, limits, the server itself");
	json_add(response, "content", openapi_content(openapi_reference("schemas", ERROR_SCHEMA)));
	json_add(schemas, ERROR_SCHEMA, error_body_schema(gateway));
	json_add(responses, OTHER_FAILURE, response);
}

/* The group of a status; made where there is none. */
static StatusGroup *
group_of_status(List **groups, int status)
{
	StatusGroup *group;
	ListCell   *cell;

	foreach(cell, *groups)
	{
		if (((StatusGroup *) lfirst(cell))->status == status)
			return lfirst(cell);
	}
	group = palloc(sizeof(StatusGroup));
	group->status = status;
	group->codes = json_new_array();
	group->examples = json_new_object();
	initStringInfo(&group->words);
	appendStringInfo(&group->words, "%s:", status_words(status));
	*groups = lappend(*groups, group);
	return group;
}

/* The body of an error. */
static Json *
error_body(Gateway gateway, const char *code, const char *message, const char *action, const char *step)
{
	Json	   *body = json_new_object();
	const char *const *members = error_members(gateway);

	for (int i = 0; members[i] != NULL; i++)
	{
		const char *value = strcmp(members[i], "code") == 0 ? code : strcmp(members[i], "message") == 0 ? message :
			strcmp(members[i], "action") == 0 ? action : strcmp(members[i], "step") == 0 ? step : NULL;

		json_add(body, members[i], value != NULL ? json_new_string(value) : json_new_null());
	}
	return body;
}

/* Adds one way to fail to those of its status. An example is told of what a step raises. */
static void
add_failure_words(StatusGroup *group, Gateway gateway, const char *action, const char *code, const char *message, const char *path,
				  const char *when)
{
	Json	   *example;

	appendStringInfo(&group->words, "\n- %s%s%s%s%s%s", code != NULL ? code : "no code", path != NULL ? ", step " : "",
					 path != NULL ? path : "", ": ", message != NULL ? message : "", when != NULL ? " (" : "");
	if (when != NULL)
		appendStringInfo(&group->words, "%s)", when);
	if (code != NULL && !json_has_text(group->codes, code))
		json_append(group->codes, json_new_string(code));
	if (code == NULL || path == NULL || json_get(group->examples, code) != NULL)
		return;
	example = json_new_object();
	json_put_string(example, "summary", when);
	json_add(example, "value", error_body(gateway, code, message != NULL ? message : "", action, path));
	json_add(group->examples, code, example);
}

/* A step's path; those of inputs and outputs are none: "input.reason" */
static bool
path_is_step(const char *path)
{
	return path != NULL && strncmp(path, "input.", 6) != 0 && strncmp(path, "output.", 7) != 0;
}

/* Groups the ways to fail by status. */
static List *
failures_by_status(const WebAction *action, Gateway gateway)
{
	List	   *groups = NIL;
	ListCell   *cell;

	for (int i = 0; i < lengthof(gateway_failures); i++)
		if (gateway_failures[i].gateway == gateway)
			add_failure_words(group_of_status(&groups, gateway_failures[i].status), gateway, action->name, gateway_failures[i].code,
							  gateway_failures[i].message, NULL, gateway_failures[i].when);
	foreach(cell, facts_failures(action->function))
	{
		const Failure *failure = lfirst(cell);
		char		code[6];
		const char *message = failure->message != NULL ? failure->message : failure->when;
		const char *path = path_is_step(failure->path) ? failure->path : NULL;

		if (failure->sqlstate == ANY_SQLSTATE)
			continue;
		strlcpy(code, unpack_sql_state(failure->sqlstate), sizeof(code));
		add_failure_words(group_of_status(&groups, gateway_status(gateway, code)), gateway, action->name, code, message, path,
						  failure->when);
	}
	return groups;
}

/* The schema of an error whose code is one of these, or one that nobody foresees. */
static Json *
schema_of_codes(Gateway gateway, Json *codes)
{
	Json	   *schema = json_new_object();
	Json	   *all = json_new_array();
	Json	   *narrowed = schema_typed("object");
	Json	   *known = schema_typed("string");
	Json	   *either;

	json_add(known, "enum", codes);
	either = schema_either(known, schema_typed("string"));
	if (gateway == GATEWAY_PLAIN)
		either = schema_or_null(either);
	json_add(narrowed, "properties", json_new_object());
	schema_add_member(narrowed, "code", either, true);
	json_append(all, openapi_reference("schemas", ERROR_SCHEMA));
	json_append(all, narrowed);
	json_add(schema, "allOf", all);
	return schema;
}

/* The response of one status. */
static Json *
response_of_group(Gateway gateway, const StatusGroup *group)
{
	Json	   *response = json_new_object();
	Json	   *content = openapi_content(group->codes->count > 0 ? schema_of_codes(gateway, group->codes) :
										  openapi_reference("schemas", ERROR_SCHEMA));

	json_put_string(response, "description", group->words.data);
	if (group->examples->count > 0)
		json_add(json_get(content, JSON_MEDIA), "examples", group->examples);
	json_add(response, "content", content);
	return response;
}

/* For list_sort(): by status. */
static int
status_group_compare(const ListCell *a, const ListCell *b)
{
	return ((const StatusGroup *) lfirst(a))->status - ((const StatusGroup *) lfirst(b))->status;
}

void
openapi_add_failures(Json *responses, const WebAction *action, Gateway gateway)
{
	List	   *groups = failures_by_status(action, gateway);
	ListCell   *cell;

	list_sort(groups, status_group_compare);
	foreach(cell, groups)
	{
		const StatusGroup *group = lfirst(cell);

		json_add(responses, psprintf("%d", group->status), response_of_group(gateway, group));
	}
	json_add(responses, "default", openapi_reference("responses", OTHER_FAILURE));
}
