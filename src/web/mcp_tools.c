/*
 * mcp_tools.c
 *		Actions as tools of the Model Context Protocol.
 *
 * Tools are the actions that are shown to agents, say what they do, and may be
 * executed by the current role; nothing tells the others from those that do not exist.
 * What a tool does is told from the facts that were kept when it was published, with
 * those of the actions it performs as they are now.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/sql_argument.h"
#include "catalog/namespace.h"
#include "definition/facts.h"
#include "fmgr.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "web/action_schema.h"
#include "web/model.h"
#include "web/schema_parts.h"

#define EXPECT_PROPERTY	"expect"

PG_FUNCTION_INFO_V1(custom_action_mcp_tools);
PG_FUNCTION_INFO_V1(custom_action_mcp_tool);

/* Tools that stand for all actions. Their names have no dot: no action has one of them. */
static const char preview_tool[] =
"{\"name\": \"preview_action\", \"title\": \"Preview an action\", "
"\"description\": \"Tells what an action would do with an input: every row that would be created, changed or deleted, and what would be returned. "
"Nothing is changed. The token that it gives stands for exactly that: give it as \\\"expect\\\" to have that done, or nothing.\", "
"\"inputSchema\": {\"type\": \"object\", \"properties\": {"
"\"action\": {\"type\": \"string\", \"description\": \"Name of the action\"}, "
"\"input\": {\"type\": \"object\", \"description\": \"What would be given to the action\"}}, "
"\"required\": [\"action\"], \"additionalProperties\": false}, "
"\"outputSchema\": {\"type\": \"object\", \"properties\": {"
"\"output\": {\"type\": \"object\"}, "
"\"changes\": {\"type\": \"array\", \"items\": {\"type\": \"object\"}}, "
"\"token\": {\"type\": [\"string\", \"null\"]}}}, "
"\"annotations\": {\"readOnlyHint\": true, \"destructiveHint\": false, \"idempotentHint\": true, \"openWorldHint\": true}}";

static const char *const generic_tools[] = {
	"{\"name\": \"find_actions\", \"title\": \"Find actions\", "
	"\"description\": \"Lists the actions there are, or those whose name, title or description has each of some words.\", "
	"\"inputSchema\": {\"type\": \"object\", \"properties\": {"
	"\"words\": {\"type\": \"string\", \"description\": \"Words to look for, in any order; left out: all actions\"}}, "
	"\"additionalProperties\": false}, "
	"\"outputSchema\": {\"type\": \"object\", \"properties\": {"
	"\"actions\": {\"type\": \"array\", \"items\": {\"type\": \"object\", \"properties\": {"
	"\"name\": {\"type\": \"string\"}, \"title\": {\"type\": \"string\"}, \"description\": {\"type\": \"string\"}}, "
	"\"required\": [\"name\", \"title\", \"description\"], \"additionalProperties\": false}}}, "
	"\"required\": [\"actions\"], \"additionalProperties\": false}, "
	"\"annotations\": {\"readOnlyHint\": true, \"destructiveHint\": false, \"idempotentHint\": true, \"openWorldHint\": false}}",
	"{\"name\": \"describe_action\", \"title\": \"Describe an action\", "
	"\"description\": \"Tells what an action takes and gives, as JSON Schema, and what it changes.\", "
	"\"inputSchema\": {\"type\": \"object\", \"properties\": {"
	"\"action\": {\"type\": \"string\", \"description\": \"Name of the action\"}}, "
	"\"required\": [\"action\"], \"additionalProperties\": false}, "
	"\"outputSchema\": {\"type\": \"object\", \"properties\": {"
	"\"name\": {\"type\": \"string\"}, \"title\": {\"type\": \"string\"}, \"description\": {\"type\": \"string\"}, "
	"\"inputSchema\": {\"type\": \"object\"}, \"outputSchema\": {\"type\": \"object\"}, \"annotations\": {\"type\": \"object\"}}, "
	"\"required\": [\"name\", \"title\", \"description\", \"inputSchema\", \"outputSchema\", \"annotations\"], \"additionalProperties\": false}, "
	"\"annotations\": {\"readOnlyHint\": true, \"destructiveHint\": false, \"idempotentHint\": true, \"openWorldHint\": false}}",
	preview_tool,
	"{\"name\": \"invoke_action\", \"title\": \"Invoke an action\", "
	"\"description\": \"Does what an action does: all of it, or nothing. One that deletes or overwrites is previewed first, and done when it is confirmed by the token of its preview.\", "
	"\"inputSchema\": {\"type\": \"object\", \"properties\": {"
	"\"action\": {\"type\": \"string\", \"description\": \"Name of the action\"}, "
	"\"input\": {\"type\": \"object\", \"description\": \"What is given to the action\"}, "
	"\"expect\": {\"type\": \"string\", \"description\": \"Token of a preview: do exactly what that showed, or nothing\"}}, "
	"\"required\": [\"action\"], \"additionalProperties\": false}, "
	"\"outputSchema\": {\"type\": \"object\", \"description\": \"As describe_action tells it\"}, "
	"\"annotations\": {\"readOnlyHint\": false, \"destructiveHint\": true, \"idempotentHint\": false, \"openWorldHint\": true}}"
};

/* Is there an input of this name? */
static bool
has_input(const WebAction *action, const char *name)
{
	const Signature *signature = action->signature;

	if (signature->nkeys > 0 && strcmp(name, TARGET_MEMBER) == 0)
		return true;
	for (int i = signature->nkeys; i < signature->ninputs; i++)
		if (strcmp(signature->inputs[i].name, name) == 0)
			return true;
	return false;
}

/* The property by which a call is confirmed: "expect", with underscores before it if an input has that name. */
static char *
expect_property(const WebAction *action)
{
	char	   *name = pstrdup(EXPECT_PROPERTY);

	while (has_input(action, name))
		name = psprintf("_%s", name);
	return name;
}

/* The action of a tool with this very name, if it is listed for the current role; else NULL. */
static WebAction *
tool_named(const char *name)
{
	char	   *schema;
	char	   *own_name;
	Oid			namespace;
	Oid			function;
	WebAction  *action;

	if (!qualified_name_split(name, &schema, &own_name))
		return NULL;
	AcceptInvalidationMessages();
	namespace = get_namespace_oid(schema, true);
	function = OidIsValid(namespace) ? action_find_in_schema(namespace, own_name, false) : InvalidOid;
	if (!OidIsValid(function) || !web_action_is_for_agents(function))
		return NULL;
	action = web_action(function);
	return action != NULL && strcmp(action->name, name) == 0 ? action : NULL;
}

/* Appends names, "a, b and c". */
static void
append_column_names(StringInfo out, const List *names)
{
	int			length = list_length(names);
	int			place = 0;
	ListCell   *cell;

	foreach(cell, names)
	{
		place++;
		appendStringInfo(out, "%s%s", place == 1 ? "" : place == length ? " and " : ", ",
						 name_canonical(lfirst(cell)));
	}
}

/* Begins another part of the sentence. */
static void
append_part(StringInfo out, const char *words)
{
	appendStringInfo(out, "%s%s ", out->len == 0 ? "It " : "; ", words);
}

/* Appends what is done to a table. */
static void
append_table(StringInfo out, const FactTable *table)
{
	if (table->inserts)
	{
		append_part(out, "adds rows to");
		appendStringInfoString(out, table->name);
	}
	if (table->updates)
	{
		append_part(out, "changes");
		if (table->overwritten == NIL)
			appendStringInfoString(out, "rows");
		append_column_names(out, table->overwritten);
		appendStringInfo(out, " of %s", table->name);
	}
	if (table->deletes)
	{
		append_part(out, "deletes rows of");
		appendStringInfoString(out, table->name);
	}
}

/* What an action does, in a sentence or two. */
static char *
effects_sentence(const Effects *effects)
{
	StringInfoData out;
	ListCell   *cell;

	initStringInfo(&out);
	foreach(cell, effects->tables)
		append_table(&out, lfirst(cell));
	if (out.len == 0 && (effects->read_only || !effects->open_world))
		appendStringInfoString(&out, "It changes nothing");
	if (out.len > 0)
		appendStringInfoString(&out, ".");
	if (effects->open_world && !effects->read_only)
		appendStringInfo(&out, "%sIt calls functions that may do more.", out.len > 0 ? " " : "");
	return out.data;
}

/* What a model is told of an action. */
static char *
tool_description(const WebAction *action, const Effects *effects, const char *expect)
{
	const Definition *definition = action->definition;
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "%s\n\n%s", definition->description, effects_sentence(effects));
	if (effects->destructive)
		appendStringInfo(&out, " Called without \"%s\", it does nothing but tell what it would do, and which token confirms that.", expect);
	if (definition->deprecated != NULL)
		appendStringInfo(&out, "\n\nDeprecated: %s", definition->deprecated);
	return out.data;
}

/* A schema as a document of its own, without the words that the tool says already. */
static Json *
tool_schema(Json *schema, const SchemaOptions *options)
{
	json_remove(schema, "title");
	json_remove(schema, "description");
	json_remove(schema, "deprecated");
	if (options->scope.parts->count > 0)
		json_add(schema, PARTS_KEY, options->scope.parts);
	return schema;
}

/* What a tool takes. */
static Json *
tool_inputs(const WebAction *action, const char *expect)
{
	SchemaOptions options = schema_options_default();
	Json	   *schema = schema_of_inputs(action, &options);

	if (expect != NULL)
	{
		Json	   *property = schema_typed("string");

		json_put_string(property, "description", "The token that confirms what a call without it has told");
		schema_add_member(schema, expect, property, false);
	}
	return tool_schema(schema, &options);
}

/* What it gives. */
static Json *
tool_outputs(const WebAction *action)
{
	SchemaOptions options = schema_options_default();
	Json	   *schema = schema_of_outputs(action, &options);

	return tool_schema(schema, &options);
}

/* What clients are told of what it may do. */
static Json *
tool_annotations(const Effects *effects)
{
	Json	   *annotations = json_new_object();

	json_add(annotations, "readOnlyHint", json_new_boolean(effects->read_only));
	json_add(annotations, "destructiveHint", json_new_boolean(effects->destructive));
	json_add(annotations, "idempotentHint", json_new_boolean(effects->idempotent));
	json_add(annotations, "openWorldHint", json_new_boolean(effects->open_world));
	return annotations;
}

/* An action as a tool. */
static Json *
tool_of_action(const WebAction *action)
{
	Effects		effects = facts_effects(action->function);
	char	   *expect = effects.destructive ? expect_property(action) : NULL;
	Json	   *tool = json_new_object();

	json_put_string(tool, "name", action->name);
	json_put_string(tool, "title", web_title(action));
	json_put_string(tool, "description", tool_description(action, &effects, expect));
	json_add(tool, "inputSchema", tool_inputs(action, expect));
	json_add(tool, "outputSchema", tool_outputs(action));
	json_add(tool, "annotations", tool_annotations(&effects));
	return tool;
}

/* Appends an element to the list of tools. */
static void
append_tool(StringInfo out, bool first, const char *tool)
{
	appendStringInfo(out, "%s\n\t%s", first ? "" : ",", tool);
}

/* Appends the tools of actions one by one; what each takes is freed. Gives how many. */
static int
append_action_tools(StringInfo out, const List *names)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "custom action tool", ALLOCSET_DEFAULT_SIZES);
	int			count = 0;
	ListCell   *cell;

	foreach(cell, names)
	{
		MemoryContext old = MemoryContextSwitchTo(scratch);
		WebAction  *action;

		CHECK_FOR_INTERRUPTS();
		action = web_action(((const WebName *) lfirst(cell))->function);
		if (action != NULL)
		{
			append_tool(out, count == 0, json_text(tool_of_action(action)));
			count++;
		}
		MemoryContextSwitchTo(old);
		MemoryContextReset(scratch);
	}
	MemoryContextDelete(scratch);
	return count;
}

/* mcp_tools(pattern text, per_action boolean) returns json */
Datum
custom_action_mcp_tools(PG_FUNCTION_ARGS)
{
	char	   *pattern = text_argument(fcinfo, 0);
	List	   *names = web_actions(pattern, "agent");
	StringInfoData out;

	require_argument(fcinfo, 1, NULL, "per_action", "It is true for a tool for each action, or false for four that stand for all.");
	initStringInfo(&out);
	appendStringInfoString(&out, "{\"tools\": [");
	if (PG_GETARG_BOOL(1))
	{
		if (append_action_tools(&out, names) > 0)
			append_tool(&out, false, preview_tool);
	}
	else if (names != NIL)
		for (int i = 0; i < lengthof(generic_tools); i++)
			append_tool(&out, i == 0, generic_tools[i]);
	appendStringInfoString(&out, "]}");
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}

/* Is one of the inputs or outputs not to be shown? */
static bool
takes_secrets(const WebAction *action)
{
	ListCell   *cell;

	foreach(cell, action->definition->inputs)
	{
		if (((const Parameter *) lfirst(cell))->sensitive)
			return true;
	}
	foreach(cell, action->definition->outputs)
	{
		if (((const Parameter *) lfirst(cell))->sensitive)
			return true;
	}
	return false;
}

/* mcp_tool(name text, whole boolean) returns jsonb: of a tool that is listed; NULL of any other */
Datum
custom_action_mcp_tool(PG_FUNCTION_ARGS)
{
	WebAction  *action = tool_named(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	Json	   *known = json_new_object();

	if (action == NULL)
		PG_RETURN_NULL();
	json_put_string(known, "name", action->name);
	json_put_string(known, "bound_to", action->definition->collection ? NULL : action->table);
	json_add(known, "destructive", json_new_boolean(facts_effects(action->function).destructive));
	json_add(known, "sensitive", json_new_boolean(takes_secrets(action)));
	json_put_string(known, "expect", expect_property(action));
	if (PG_GETARG_BOOL(1))
		json_add(known, "tool", tool_of_action(action));
	PG_RETURN_DATUM(json_to_jsonb(known));
}
