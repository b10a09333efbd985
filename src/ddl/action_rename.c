/*
 * action_rename.c
 *		An action whose function is renamed or moved to another schema: draft,
 *		versions and plug-ins go with it.
 *
 * The name also stands in the definitions: as key "action", and where a step
 * performs the action itself. In the source it is replaced in place, no new
 * version is made: nothing that runs changes. Whoever may rename the function
 * need not be a designer, so the rows are renamed as the owner of the extension.
 */
#include "postgres.h"

#include "base/compat.h"
#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "ddl/action_rename.h"
#include "ddl/follow.h"
#include "ddl/touched.h"
#include "definition/definition.h"
#include "definition/envelope.h"
#include "definition/print.h"
#include "definition/step_kind.h"
#include "definition/step_walk.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "lookup/depend.h"
#include "lookup/proc_row.h"
#include "publish/facts.h"
#include "publish/replaced_source.h"
#include "nodes/parsenodes.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

/* An action that is called otherwise now. */
typedef struct Renaming
{
	char	   *old_name;
	char	   *new_name;
	const char *old_part;		/* without its schema */
} Renaming;

PG_FUNCTION_INFO_V1(custom_action_renamed_definition);

/* Does a step perform the action itself? */
static bool
performs_itself(const Renaming *renaming, const Step *step)
{
	const char *performed = step->subject->text;

	if (!step->kind->performs || performed == NULL)
		return false;
	return strcmp(performed, renaming->old_part) == 0 ||
		strcmp(spelling_canonical(performed), renaming->old_name) == 0;
}

/* Renames the action in a step. */
static bool
rename_in_step(const Step *step, void *arg)
{
	const Renaming *renaming = arg;

	if (performs_itself(renaming, step))
		json_put_string(step->json, step->kind->name, renaming->new_name);
	return true;
}

/* Renames the action in its own definition. */
static void
rename_in_definition(const Renaming *renaming, Json *document)
{
	ProblemSink sink = {0};

	sink.action = renaming->new_name;
	json_put_string(document, "action", renaming->new_name);
	steps_visit(definition_parse(document, &sink)->steps, rename_in_step, unconstify(Renaming *, renaming));
}

/* SQL: the definition of an action that was renamed. */
Datum
custom_action_renamed_definition(PG_FUNCTION_ARGS)
{
	Json	   *document = json_parse(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	Renaming	renaming = {
		.old_name = spelling_canonical(text_to_cstring(PG_GETARG_TEXT_PP(1))),
		.new_name = spelling_canonical(text_to_cstring(PG_GETARG_TEXT_PP(2))),
	};
	char	   *schema;
	char	   *name;

	if (!qualified_name_split(renaming.old_name, &schema, &name))
		elog(ERROR, "\"%s\" is not the name of an action", renaming.old_name);
	renaming.old_part = name;
	rename_in_definition(&renaming, document);
	PG_RETURN_TEXT_P(cstring_to_text(definition_print(document)));
}

/* Renames an action in its source. */
static void
rename_source(Oid function, const Renaming *renaming)
{
	Envelope   *envelope = action_envelope(function);

	action_lock_name(renaming->old_name);
	action_lock_name(renaming->new_name);
	rename_in_definition(renaming, envelope->definition);
	source_replace(function, envelope_print(envelope), NULL);
	facts_renew_at_once(function);
}

/* Lets an action take along what is stored under the name it had. */
static void
follow_function(Oid function, const char *old_schema, const char *old_part)
{
	Renaming	renaming = {
		.old_name = qualified_name_canonical(old_schema, old_part),
		.new_name = function_name_canonical(function),
		.old_part = old_part,
	};
	const char *names[] = {renaming.old_name, renaming.new_name, NULL};

	if (strcmp(renaming.old_name, renaming.new_name) == 0)
		return;
	rename_source(function, &renaming);
	(void) follow_call("follow_rename", names);
}

/* The schema in which a function was, which a command may have left to the search_path. */
static char *
schema_before(const AlterObjectSchemaStmt *command, Oid function)
{
	const char *last_known = json_get_text(action_envelope(function)->definition, "action");
	char	   *schema;
	char	   *name;

	DeconstructQualifiedName(castNode(ObjectWithArgs, command->object)->objname, &schema, &name);
	if (schema == NULL && (last_known == NULL || !qualified_name_split(last_known, &schema, &name)))
		return NULL;
	return schema;
}

/* Lets the actions of a schema, and drafts, take along what is stored under the name it had. */
static void
follow_schema(Oid schema, const char *old_name)
{
	char	   *new_name = get_namespace_name(schema);
	const char *names[] = {old_name, new_name, NULL};
	ListCell   *cell;

	if (strcmp(old_name, new_name) == 0)
		return;
	foreach(cell, actions_depending_on(NamespaceRelationId, schema))
	{
		Oid			function = lfirst_oid(cell);
		char	   *name = get_func_name(function);
		Renaming	renaming = {
			.old_name = qualified_name_canonical(old_name, name),
			.new_name = qualified_name_canonical(new_name, name),
			.old_part = name,
		};

		if (get_func_namespace(function) == schema)
			rename_source(function, &renaming);
	}
	(void) follow_call("follow_schema_rename", names);
}

/* Follows a command that renamed an object. */
static void
follow_new_name(const RenameStmt *command, const Touched *touched)
{
	if (command->renameType == OBJECT_SCHEMA && touched->class == NamespaceRelationId)
		follow_schema(touched->object, command->subname);
	else if (touched->class == ProcedureRelationId && function_is_action(touched->object))
		follow_function(touched->object, get_namespace_name(get_func_namespace(touched->object)),
						strVal(llast(castNode(ObjectWithArgs, command->object)->objname)));
}

/* Follows a command that moved an object to another schema. */
static void
follow_new_schema(const AlterObjectSchemaStmt *command, const Touched *touched)
{
	char	   *schema;

	if (touched->class != ProcedureRelationId || !function_is_action(touched->object))
		return;
	schema = schema_before(command, touched->object);
	if (schema != NULL)
		follow_function(touched->object, schema, get_func_name(touched->object));
}

void
rename_follow(Node *command, const List *objects)
{
	ListCell   *cell;

	foreach(cell, objects)
	{
		if (command != NULL && IsA(command, RenameStmt))
			follow_new_name((const RenameStmt *) command, lfirst(cell));
		else if (command != NULL && IsA(command, AlterObjectSchemaStmt))
			follow_new_schema((const AlterObjectSchemaStmt *) command, lfirst(cell));
	}
}
