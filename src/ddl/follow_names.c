/*
 * follow_names.c
 *		Definitions take on the names that a command gave to what they use.
 *
 * Published actions are found through their dependencies, drafts by the words of
 * their rows and of those that edits changed, versions with both. Each text follows
 * by itself (followed_text.c); what an edit changed, as the draft that it changed.
 * What is published and cannot follow is reported, and may stand in the way of
 * the command; drafts, versions and edits do not.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "base/compat.h"
#include "base/sqlstate.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "ddl/follow.h"
#include "ddl/follow_names.h"
#include "ddl/followed_text.h"
#include "ddl/touched.h"
#include "definition/envelope.h"
#include "definition/print.h"
#include "engine/published_function.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "lookup/depend.h"
#include "lookup/function_settings.h"
#include "lookup/own_table.h"
#include "lookup/past.h"
#include "lookup/words.h"
#include "publish/facts.h"
#include "publish/replaced_source.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/* A version of an action with its two texts. */
typedef struct FollowedVersion
{
	char	   *number;
	FollowedText *definition;	/* NULL: it has not the name in it */
	FollowedText *draft;
} FollowedVersion;

/* A draft as it was before an edit that can be taken back. */
typedef struct FollowedEdit
{
	char	   *number;
	const char *ids;			/* JSON: of the steps that it changed, by path */
	FollowedText *draft;
} FollowedEdit;

/* An action and all its texts. */
typedef struct FollowedAction
{
	char	   *name;
	Oid			function;		/* or InvalidOid */
	Envelope   *envelope;
	FollowedText *published;
	FollowedText *draft;
	List	   *versions;		/* of FollowedVersion */
	List	   *edits;			/* of FollowedEdit */
} FollowedAction;

/* All that a command concerns. */
typedef struct Following
{
	NewName		name;
	MemoryContext mcxt;
	List	   *actions;		/* of FollowedAction */
	List	   *tables;			/* of OID: touched by the command */
} Following;

/* The last part of a list of names. */
static const char *
last_name(Node *names)
{
	if (IsA(names, ObjectWithArgs))
		names = (Node *) ((ObjectWithArgs *) names)->objname;
	return IsA(names, List) ? strVal(llast((List *) names)) : NULL;
}

/* The name that a command has changed; of one that moves objects there is none. */
static NewName
new_name_of(const Node *command)
{
	NewName		name = {0};

	if (IsA(command, RenameStmt))
	{
		const RenameStmt *rename = (const RenameStmt *) command;

		name.new = rename->newname;
		if (rename->subname != NULL)
			name.old = rename->subname;
		else if (rename->relation != NULL)
			name.old = rename->relation->relname;
		else if (rename->object != NULL)
			name.old = last_name(rename->object);
	}
	else if (IsA(command, AlterEnumStmt))
	{
		name.old = ((const AlterEnumStmt *) command)->oldVal;
		name.new = ((const AlterEnumStmt *) command)->newVal;
	}
	return name;
}

/* The name that a command has changed, or of what it has moved; NULL: that is not known. */
static const char *
name_searched(const Node *command)
{
	const AlterObjectSchemaStmt *move = (const AlterObjectSchemaStmt *) command;

	if (!IsA(command, AlterObjectSchemaStmt))
		return new_name_of(command).old;
	if (move->relation != NULL)
		return move->relation->relname;
	return move->object != NULL && move->objectType != OBJECT_EXTENSION ? last_name(move->object) : NULL;
}

/* Has a table settings under the name that it had? One of which that is not known may have. */
static bool
may_have_setting(const Node *command, Oid relation)
{
	char	   *schema = OidIsValid(relation) ? get_namespace_name(get_rel_namespace(relation)) : NULL;
	const char *name;

	if (schema == NULL)
		return IsA(command, AlterObjectSchemaStmt) || ((const RenameStmt *) command)->renameType == OBJECT_SCHEMA;
	name = castNode(RenameStmt, unconstify(Node *, command))->subname != NULL ?
		get_rel_name(relation) : ((const RenameStmt *) command)->relation->relname;
	return own_table_text("table_setting", qualified_name_canonical(schema, name), "table_name") != NULL;
}

bool
names_concern_drafts(const Node *command, Oid relation)
{
	static const char *const indexes[] = {"step_words", "parameter_words", "action_words", "edit_words"};
	const char *name = name_searched(command);

	for (int i = 0; i < lengthof(indexes); i++)
		if (name == NULL || indexed_words_name(indexes[i], name))
			return true;
	return may_have_setting(command, relation);
}

bool
names_are_given(const Node *command)
{
	if (command == NULL)
		return false;
	if (IsA(command, RenameStmt))
		return ((const RenameStmt *) command)->renameType != OBJECT_TABCONSTRAINT &&
			((const RenameStmt *) command)->renameType != OBJECT_DOMCONSTRAINT &&
			((const RenameStmt *) command)->renameType != OBJECT_INDEX;
	return IsA(command, AlterObjectSchemaStmt) ||
		(IsA(command, AlterEnumStmt) && ((const AlterEnumStmt *) command)->oldVal != NULL);
}

/* A text of an action. */
static FollowedText *
new_text(const FollowedAction *action, Oid owner, Json *document)
{
	FollowedText *text;

	if (document == NULL || document->kind != JSON_IS_OBJECT || !OidIsValid(owner))
		return NULL;
	text = palloc0(sizeof(FollowedText));
	text->action = action->name;
	text->owner = owner;
	text->active = action->function;
	text->document = document;
	return text;
}

/* Notes what is published of an action. */
static void
add_published(FollowedAction *action)
{
	PublishedFunction *function = published_function(action->function);

	action->envelope = action_envelope(action->function);
	action->published = new_text(action, function->owner, action->envelope->definition);
	action->published->function = action->function;
	action->published->settings = published_settings(function, json_get(action->envelope->definition, "settings"));
	action->published->plugins = action->envelope->plugins;
}

/* An OID that texts_to_follow() tells, or InvalidOid. */
static Oid
told_oid(const Json *told, const char *key)
{
	const char *text = json_get_text(told, key);

	return text == NULL ? InvalidOid : atooid(text);
}

/* Notes what the edits of a draft changed, as texts_to_follow() tells of them. */
static void
add_edits(FollowedAction *action, Oid owner, const Json *edits)
{
	for (int i = 0; edits != NULL && i < edits->count; i++)
	{
		FollowedEdit *edit = palloc0(sizeof(FollowedEdit));

		edit->number = pstrdup(json_get_text(edits->items[i], "number"));
		edit->ids = json_text(json_get(edits->items[i], "ids"));
		edit->draft = new_text(action, owner, json_get(edits->items[i], "draft"));
		if (edit->draft != NULL)
			action->edits = lappend(action->edits, edit);
	}
}

/* Adds an action as texts_to_follow() tells of it. */
static void
add_action(Following *following, const Json *told)
{
	FollowedAction *action = palloc0(sizeof(FollowedAction));
	Oid			owner = told_oid(told, "owner");
	const Json *versions = json_get(told, "versions");

	action->name = pstrdup(json_get_text(told, "action"));
	action->function = told_oid(told, "function");
	if (OidIsValid(action->function))
		add_published(action);
	action->draft = new_text(action, owner, json_get(told, "draft"));
	if (action->draft != NULL)
		action->draft->plugins = json_get(told, "plugins");
	add_edits(action, owner, json_get(told, "edits"));
	for (int i = 0; versions != NULL && i < versions->count; i++)
	{
		FollowedVersion *version = palloc0(sizeof(FollowedVersion));

		version->number = pstrdup(json_get_text(versions->items[i], "version"));
		version->definition = new_text(action, owner, json_get(versions->items[i], "definition"));
		version->draft = new_text(action, owner, json_get(versions->items[i], "draft"));
		action->versions = lappend(action->versions, version);
	}
	following->actions = lappend(following->actions, action);
}

/* Lists the functions of the actions that the command concerns, as texts_to_follow() reads it. */
static char *
functions_text(const List *actions)
{
	StringInfoData out;
	ListCell   *cell;

	initStringInfo(&out);
	foreach(cell, actions)
		appendStringInfo(&out, "%s%u", out.len > 0 ? "," : "{", lfirst_oid(cell));
	appendStringInfoString(&out, out.len > 0 ? "}" : "{}");
	return out.data;
}

/* Finds the actions and their texts. */
static void
find_texts(Following *following, const Node *command, const List *actions)
{
	const char *name = name_searched(command);
	const char *texts[] = {functions_text(actions), name ? name : "", NULL};
	char	   *told = follow_call("texts_to_follow", texts);
	Json	   *list = told == NULL ? NULL : json_parse(told);

	for (int i = 0; list != NULL && i < list->count; i++)
		add_action(following, list->items[i]);
}

/* Calls a function for each text of an action. */
static void
each_text(const Following *following, void (*fn) (FollowedText *text, const Following *following))
{
	ListCell   *cell;
	ListCell   *part_cell;

	foreach(cell, following->actions)
	{
		const FollowedAction *action = lfirst(cell);

		CHECK_FOR_INTERRUPTS();
		if (action->published != NULL)
			fn(action->published, following);
		if (action->draft != NULL)
			fn(action->draft, following);
		foreach(part_cell, action->versions)
		{
			const FollowedVersion *version = lfirst(part_cell);

			CHECK_FOR_INTERRUPTS();
			if (version->definition != NULL)
				fn(version->definition, following);
			if (version->draft != NULL)
				fn(version->draft, following);
		}
		foreach(part_cell, action->edits)
		{
			CHECK_FOR_INTERRUPTS();
			fn(((const FollowedEdit *) lfirst(part_cell))->draft, following);
		}
	}
}

/* Looks at a text as it was before the command. */
static void
look_at_text(FollowedText *text, const Following *following)
{
	text_look(text, following->mcxt);
}

/* Looks at all texts as they were before the command. */
static void
look_at_past(void *arg)
{
	each_text(arg, look_at_text);
}

/* The relations that a command touched, those that inherit from them too. */
static List *
tables_of(const List *objects)
{
	List	   *tables = NIL;
	ListCell   *cell;

	foreach(cell, objects)
	{
		const Touched *touched = lfirst(cell);

		if (touched->class == RelationRelationId)
			tables = list_concat_unique_oid(tables, has_subclass(touched->object) ?
											find_all_inheritors(touched->object, NoLock, NULL) :
											list_make1_oid(touched->object));
	}
	return tables;
}

/* The relations that may be other than they were, for whoever looks at the past. */
static List *
changed_relations(const Following *following, const List *actions)
{
	List	   *relations = list_copy(following->tables);
	ListCell   *cell;

	foreach(cell, actions)
		relations = list_concat_unique_oid(relations, relations_needed_by(lfirst_oid(cell)));
	return relations;
}

/* Gives a text the names of now. */
static void
follow_text(FollowedText *text, const Following *following)
{
	text_follow(text, &following->name, following->mcxt);
}

/* Has a text followed, so that there is something to write? */
static bool
is_to_write(const FollowedText *text)
{
	return text != NULL && text->reason == NULL && text_has_changed(text);
}

/* Writes what is published with the names of now. */
static void
write_published(FollowedAction *action)
{
	const FollowedText *text = action->published;

	if (text == NULL || !is_to_write(text))
		return;
	action_lock_name(action->name);
	action->envelope->definition = text->renamed;
	action->envelope->plugins = text->renamed_plugins;
	source_replace(action->function, envelope_print(action->envelope),
				   text->settings != text->renamed_settings && function_sets(action->function, "search_path") ?
				   text->renamed_settings : NULL);
	facts_renew_at_once(action->function);
}

/* Joins the places that still have an old name. */
static char *
places_text(const List *places)
{
	StringInfoData out;
	ListCell   *cell;

	initStringInfo(&out);
	foreach(cell, places)
		appendStringInfo(&out, "%s%s", out.len > 0 ? ", " : "", (char *) lfirst(cell));
	return out.data;
}

/* Why a draft that has followed may still have an old name, or NULL. */
static char *
doubt_of(const FollowedText *text)
{
	if (text->reason != NULL || text->left == NIL)
		return text->reason;
	return psprintf("What it means there is not known: %s.", places_text(text->left));
}

/* Tells that a draft may still have an old name. */
static void
warn_of_draft(const FollowedAction *action, const NewName *name, const char *detail)
{
	ereport(WARNING,
			(errcode(ERRCODE_CA_CHECK_FAILED),
			 name->old != NULL ?
			 errmsg("the draft of action \"%s\" may still use the name \"%s\"", action->name, name->old) :
			 errmsg("the draft of action \"%s\" may still use an old name", action->name),
			 errdetail_internal("%s", detail),
			 errhint("SELECT * FROM check_action(%s) tells what is wrong with it.", quote_literal_cstr(action->name))));
}

/* Writes a draft with the names of now. */
static void
write_draft(const FollowedAction *action, const NewName *name)
{
	const FollowedText *text = action->draft;
	const char *obstacle;

	if (text == NULL || (text->renamed == NULL && text->reason == NULL))
		return;
	if (text_has_changed(text))
	{
		const char *texts[] = {action->name, definition_print(text->document), definition_print(text->renamed),
			json_text(text->plugins ? text->plugins : json_new_array()),
		json_text(text->renamed_plugins ? text->renamed_plugins : json_new_array()), NULL};

		obstacle = follow_call("follow_draft", texts);
		if (obstacle != NULL && obstacle[0] != '\0')
		{
			warn_of_draft(action, name, obstacle);
			return;
		}
	}
	if (doubt_of(text) != NULL)
		warn_of_draft(action, name, doubt_of(text));
}

/* Writes what an edit changed with the names of now; where they are in doubt, who takes it back is told. */
static void
write_edit(const FollowedAction *action, const FollowedEdit *edit)
{
	const FollowedText *text = edit->draft;
	const char *doubt = doubt_of(text);
	const char *texts[] = {action->name, edit->number, definition_print(text->document),
	definition_print(text->renamed != NULL ? text->renamed : text->document), edit->ids, doubt ? doubt : "", NULL};

	if (doubt != NULL || text_has_changed(text))
		(void) follow_call("follow_edit", texts);
}

/* Writes a version with the names of now; one that is published as that is. */
static void
write_version(const FollowedAction *action, const FollowedVersion *version)
{
	const Json *definition = is_to_write(version->definition) ? version->definition->renamed : NULL;
	const Json *draft = is_to_write(version->draft) ? version->draft->renamed : NULL;
	const char *texts[] = {action->name, version->number, definition ? definition_print(definition) : "",
	draft ? definition_print(draft) : "", NULL};

	if (definition != NULL || draft != NULL)
		(void) follow_call("follow_version", texts);
}

/* Writes an action's texts; one that cannot follow is left as it is, and reported. */
static void
write_action(const Following *following, FollowedAction *action, List **unfollowed)
{
	ListCell   *cell;

	if (action->published != NULL && action->published->reason != NULL)
	{
		Unfollowed *report = palloc(sizeof(Unfollowed));

		report->action = action->function;
		report->reason = action->published->reason;
		*unfollowed = lappend(*unfollowed, report);
	}
	write_published(action);
	write_draft(action, &following->name);
	foreach(cell, action->versions)
		write_version(action, lfirst(cell));
	foreach(cell, action->edits)
		write_edit(action, lfirst(cell));
}

/* The schema of what a command has called otherwise; NULL: it is a part of something, or that is not known. */
static char *
schema_of_renamed(const Node *command, const List *objects)
{
	const RenameStmt *rename = (const RenameStmt *) command;
	const Touched *touched = objects == NIL ? NULL : linitial(objects);
	ObjectAddress object;
	Oid			schema;

	if (!IsA(command, RenameStmt) || rename->subname != NULL || touched == NULL || touched->part != 0)
		return NULL;
	ObjectAddressSet(object, touched->class, touched->object);
	schema = get_object_namespace(&object);
	return OidIsValid(schema) ? get_namespace_name(schema) : NULL;
}

/* What a table was called when the command began, in the schema as it is called now; NULL: it was not there. */
static char *
old_table_name(Oid table)
{
	Relation	catalog = table_open(RelationRelationId, AccessShareLock);
	char	   *name = NULL;
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_class_oid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(table));
	scan = systable_beginscan(catalog, ClassOidIndexId, true, GetActiveSnapshot(), 1, &key);
	tuple = systable_getnext(scan);
	if (HeapTupleIsValid(tuple))
		name = qualified_name_canonical(get_namespace_name(((Form_pg_class) GETSTRUCT(tuple))->relnamespace),
										NameStr(((Form_pg_class) GETSTRUCT(tuple))->relname));
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
	return name;
}

/* Lets the settings of tables follow. */
static void
follow_tables(const Following *following)
{
	const NewName *name = &following->name;
	ListCell   *cell;

	foreach(cell, following->tables)
	{
		const char *texts[] = {old_table_name(lfirst_oid(cell)), NULL,
		name->old ? name->old : "", name->new ? name->new : "", NULL};

		if (texts[0] == NULL || own_table_text("table_setting", texts[0], "table_name") == NULL)
			continue;
		texts[1] = relation_name_canonical(lfirst_oid(cell));
		(void) follow_call("follow_table_setting", texts);
	}
}

List *
names_follow(Node *command, const List *objects, const List *actions)
{
	Following	following = {0};
	List	   *unfollowed = NIL;
	ListCell   *cell;

	if (!names_are_given(command) || !past_is_known())
		return NIL;
	following.name = new_name_of(command);
	following.name.schema = schema_of_renamed(command, objects);
	following.mcxt = CurrentMemoryContext;
	following.tables = tables_of(objects);
	follow_tables(&following);
	find_texts(&following, command, actions);
	if (following.actions == NIL)
		return NIL;
	past_call(changed_relations(&following, actions), look_at_past, &following);
	each_text(&following, follow_text);
	foreach(cell, following.actions)
		write_action(&following, lfirst(cell), &unfollowed);
	return unfollowed;
}
