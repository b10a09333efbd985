/*
 * csdl_entity.c
 *		Tables whose rows actions are for, as entity types and entity sets of OData.
 *
 * An entity type has the columns that the current role may read, and those by which rows
 * are found, which it has to know. Its key is the primary key, or that of the first
 * action; other keys are alternate ones. The sets are what URLs of bound actions begin
 * with: this document does not say that their rows can be read.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "access/tupdesc.h"
#include "base/text_list.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "commands/comment.h"
#include "miscadmin.h"
#include "nodes/bitmapset.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"
#include "web/csdl_entity.h"
#include "web/csdl_name.h"
#include "web/csdl_type.h"
#include "web/csdl_validation.h"
#include "web/type_schema.h"

#define SETS	"|container"	/* the scope of names in the container */

/* What the rows of a set, as far as this document tells, are not for */
static const char *const restrictions[][2] = {
	{"@Capabilities.ReadRestrictions", "{\"Readable\": false}"},
	{"@Capabilities.InsertRestrictions", "{\"Insertable\": false}"},
	{"@Capabilities.UpdateRestrictions", "{\"Updatable\": false}"},
	{"@Capabilities.DeleteRestrictions", "{\"Deletable\": false}"}
};

/* The columns of the primary key. */
static List *
primary_key_columns(Oid table)
{
	Oid			constraint;
	Bitmapset  *columns = get_primary_key_attnos(table, true, &constraint);
	List	   *names = NIL;
	int			column = -1;

	while ((column = bms_next_member(columns, column)) >= 0)
		names = lappend(names, get_attname(table, column + FirstLowInvalidHeapAttributeNumber, false));
	return names;
}

/* Have two lists the same names, in any order? */
static bool
same_names(const List *one, const List *other)
{
	ListCell   *cell;

	if (list_length(one) != list_length(other))
		return false;
	foreach(cell, one)
	{
		if (!text_list_has(other, lfirst(cell)))
			return false;
	}
	return true;
}

/* The scope of names of entity types where a table's will be. */
static char *
types_scope(const Csdl *csdl, Oid table)
{
	return psprintf("%s|types", csdl_namespace_of(csdl, get_namespace_name(get_rel_namespace(table))));
}

void
csdl_note_table(Csdl *csdl, const WebAction *action)
{
	Oid			table = action->signature->table;
	CsdlTable  *entry;
	bool		found;

	if (!OidIsValid(table))
		return;
	entry = hash_search(csdl->tables, &table, HASH_ENTER, &found);
	if (!found)
	{
		entry->name = NULL;
		entry->key = primary_key_columns(table);
		entry->others = NIL;
		entry->entity = NULL;
		csdl_want(csdl, SETS, csdl_identifier(get_rel_name(table)));
		csdl_want(csdl, types_scope(csdl, table), csdl_identifier(get_rel_name(table)));
	}
	if (entry->key == NIL && !action->definition->collection)
		entry->key = action->definition->key;
}

/* Is a column among these? */
static bool
is_among(const char *column, const List *names)
{
	ListCell   *cell;

	foreach(cell, names)
	{
		if (strcmp(column, lfirst(cell)) == 0)
			return true;
	}
	return false;
}

/* May the current role read a column? */
static bool
column_is_readable(Oid table, AttrNumber column)
{
	return pg_attribute_aclcheck(table, column, GetUserId(), ACL_SELECT) == ACLCHECK_OK;
}

/* Adds a column as a property. */
static void
add_column_property(Csdl *csdl, CsdlTable *table, Form_pg_attribute attribute, bool of_key)
{
	char	   *name = csdl_identifier(NameStr(attribute->attname));
	bool		takes_null = !attribute->attnotnull && type_takes_null(attribute->atttypid);
	Json	   *property;

	if (of_key)
	{
		property = json_new_object();
		csdl_put_key_type(csdl, property, attribute->atttypid, attribute->atttypmod);
		csdl_annotate_name(property, name, NameStr(attribute->attname));
		json_add(table->entity, name, property);
	}
	else
		property = csdl_add_property(csdl, table->entity, NameStr(attribute->attname), attribute->atttypid,
									 attribute->atttypmod, takes_null);
	csdl_validate_type(property, attribute->atttypid, attribute->atttypmod);
	csdl_describe(property, NULL, GetComment(table->table, RelationRelationId, attribute->attnum));
	if (attribute->attgenerated != '\0' || attribute->attidentity == ATTRIBUTE_IDENTITY_ALWAYS)
		json_add(property, "@Core.Computed", json_new_boolean(true));
}

/* Adds the columns that can be told. */
static void
add_column_properties(Csdl *csdl, CsdlTable *table)
{
	bool		all = pg_class_aclcheck(table->table, GetUserId(), ACL_SELECT) == ACLCHECK_OK;

	for (int i = 0; i < table->descriptor->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(table->descriptor, i);
		bool		of_key;

		CHECK_FOR_INTERRUPTS();
		if (attribute->attisdropped)
			continue;
		of_key = is_among(NameStr(attribute->attname), table->key);
		if (of_key || all || column_is_readable(table->table, attribute->attnum))
			add_column_property(csdl, table, attribute, of_key);
	}
}

/* Adds the set of a table's rows. */
static void
add_entity_set(Csdl *csdl, const CsdlTable *table, const char *schema)
{
	char	   *name = csdl_identifier(get_rel_name(table->table));
	Json	   *set = json_new_object();

	if (csdl_is_wanted_twice(csdl, SETS, name))
		name = psprintf("%s_%s", csdl_identifier(schema), name);
	json_add(set, "$Collection", json_new_boolean(true));
	json_put_string(set, "$Type", table->name);
	for (int i = 0; i < (int) lengthof(restrictions); i++)
		json_add(set, restrictions[i][0], json_parse(restrictions[i][1]));
	json_add(csdl->container, csdl_take_name(csdl, SETS, name, psprintf("%s_set", name)), set);
}

/* Adds the entity type of a table. */
static void
add_entity_type(Csdl *csdl, CsdlTable *table)
{
	const char *schema = get_namespace_name(get_rel_namespace(table->table));
	const char *namespace = csdl_namespace_of(csdl, schema);
	char	   *name = csdl_identifier(get_rel_name(table->table));
	Json	   *key = json_new_array();
	ListCell   *cell;

	if (csdl_is_wanted_twice(csdl, types_scope(csdl, table->table), name))
		name = psprintf("%s_%s", csdl_identifier(schema), name);
	name = csdl_take_name(csdl, namespace, name, psprintf("%s_row", name));
	table->name = psprintf("%s.%s", namespace, name);
	table->entity = csdl_new("EntityType");
	foreach(cell, table->key)
		json_append(key, json_new_string(csdl_identifier(lfirst(cell))));
	json_add(table->entity, "$Key", key);
	table->descriptor = lookup_rowtype_tupdesc_copy(get_rel_type_id(table->table), -1);
	csdl_annotate_name(table->entity, name, get_rel_name(table->table));
	csdl_describe(table->entity, NULL, GetComment(table->table, RelationRelationId, 0));
	csdl_add(csdl, namespace, name, table->entity);
	add_column_properties(csdl, table);
	add_entity_set(csdl, table, schema);
}

CsdlTable *
csdl_table_of(Csdl *csdl, const WebAction *action)
{
	Oid			table = action->signature->table;
	CsdlTable  *entry;

	if (!OidIsValid(table))
		return NULL;
	entry = hash_search(csdl->tables, &table, HASH_FIND, NULL);
	if (entry == NULL || entry->key == NIL)
		return NULL;
	if (entry->name == NULL)
		add_entity_type(csdl, entry);
	return entry;
}

/* Adds the columns of another key that the role may not read. */
static void
add_missing_columns(Csdl *csdl, CsdlTable *table, const List *key)
{
	for (int i = 0; i < table->descriptor->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(table->descriptor, i);

		if (!attribute->attisdropped && is_among(NameStr(attribute->attname), key) &&
			json_get(table->entity, csdl_identifier(NameStr(attribute->attname))) == NULL)
			add_column_property(csdl, table, attribute, true);
	}
}

/* Annotates an entity type with another key. */
static void
add_alternate_key(CsdlTable *table, const List *key)
{
	Json	   *keys = json_get(table->entity, "@Core.AlternateKeys");
	Json	   *record = json_new_object();
	Json	   *parts = json_new_array();
	ListCell   *cell;

	if (keys == NULL)
		json_add(table->entity, "@Core.AlternateKeys", keys = json_new_array());
	foreach(cell, key)
	{
		Json	   *part = json_new_object();
		char	   *name = csdl_identifier(lfirst(cell));

		json_put_string(part, "Name", name);
		json_put_string(part, "Alias", name);
		json_append(parts, part);
	}
	json_add(record, "Key", parts);
	json_append(keys, record);
}

bool
csdl_tell_other_key(Csdl *csdl, CsdlTable *table, const WebAction *action)
{
	List	   *key = action->definition->key;
	ListCell   *cell;

	if (action->definition->collection || same_names(key, table->key))
		return false;
	foreach(cell, table->others)
	{
		if (same_names(key, lfirst(cell)))
			return true;
	}
	table->others = lappend(table->others, key);
	add_missing_columns(csdl, table, key);
	add_alternate_key(table, key);
	return true;
}
