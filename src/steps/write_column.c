/*
 * write_column.c
 *		Columns that a step sets, checked, with their values.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/compat.h"
#include "catalog/pg_type.h"
#include "lookup/canonical.h"
#include "lookup/suggest_catalog.h"
#include "steps/given.h"
#include "steps/write_column.h"
#include "utils/syscache.h"

const char *
write_column_refusal(Form_pg_attribute attribute)
{
	if (attribute->attnum < 0)
		return "is a system column";
	if (attribute->attgenerated != '\0')
		return "is a generated column";
	if (attribute->attidentity == ATTRIBUTE_IDENTITY_ALWAYS)
		return "is an identity column that is always generated";
	return NULL;
}

WriteColumn *
write_column(Compiler *compiler, Oid relation, const char *name, const Json *json,
			 const char *location)
{
	HeapTuple	tuple = SearchSysCacheAttName(relation, name);
	Form_pg_attribute attribute;
	WriteColumn *column = NULL;
	const char *refusal;

	if (!HeapTupleIsValid(tuple))
	{
		compiler_problem(compiler, ERRCODE_UNDEFINED_COLUMN, location,
						 psprintf("column \"%s\" of table %s does not exist", name,
								  relation_name_canonical(relation)), NULL,
						 suggest_column(relation, name));
		return NULL;
	}
	attribute = (Form_pg_attribute) GETSTRUCT(tuple);
	refusal = write_column_refusal(attribute);
	if (refusal != NULL)
		compiler_problem(compiler, ERRCODE_GENERATED_ALWAYS, location,
						 psprintf("column \"%s\" of table %s cannot be set: it %s", name,
								  relation_name_canonical(relation), refusal), NULL,
						 "Leave it out.");
	else if (compiler->findings.checking && attribute->attnotnull && json->kind == JSON_IS_NULL)
		compiler_problem(compiler, ERRCODE_NOT_NULL_VIOLATION, location,
						 psprintf("column \"%s\" of table %s is NOT NULL and cannot be set to null", name,
								  relation_name_canonical(relation)), NULL, NULL);
	else
	{
		column = palloc(sizeof(WriteColumn));
		column->name = pstrdup(name);
		column->value = compiler_value(compiler, json, attribute->atttypid,
									   attribute->atttypmod, location);
		column->value->relation = relation;
		column->value->attnum = attribute->attnum;
	}
	ReleaseSysCache(tuple);
	return column;
}

bool
write_has_record(Compiler *compiler, const Json *set, const char *field)
{
	bool		has_record = set != NULL && json_get(set, GIVEN_KEY) != NULL;

	if (has_record)
		compiler_problem(compiler, ERRCODE_FEATURE_NOT_SUPPORTED, compiler_location(compiler, field),
						 "\"" GIVEN_KEY "\" is for \"set\" of an update", NULL,
						 "Name the columns.");
	return has_record;
}

List *
write_columns(Compiler *compiler, Oid relation, const Json *set, const char *location)
{
	List	   *columns = NIL;

	for (int i = 0; set != NULL && i < set->count; i++)
	{
		WriteColumn *column;

		if (strcmp(set->keys[i], GIVEN_KEY) == 0)
			continue;
		column = write_column(compiler, relation, set->keys[i], set->items[i],
							  psprintf("%s.%s", location, set->keys[i]));
		if (column != NULL)
			columns = lappend(columns, column);
	}
	return columns;
}

bool
write_sets(const List *columns, const char *name)
{
	ListCell   *cell;

	foreach(cell, columns)
	{
		if (strcmp(((WriteColumn *) lfirst(cell))->name, name) == 0)
			return true;
	}
	return false;
}
