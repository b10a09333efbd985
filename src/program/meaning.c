/*
 * meaning.c
 *		Freezes what formulas mean.
 *
 * A formula is text, and its names and operators are resolved anew in each
 * backend: an object that somebody plants later, in a schema of the path, or
 * with argument types that fit better, would take its place in an action that
 * is active. So activation writes down the signature of each function, operator,
 * cast, table, text search configuration and dictionary, and of each type and
 * collation that is named, outside pg_catalog. What compiling finds besides is
 * refused. Names, since object ids do not survive a dump; which ones are found is
 * remembered by id.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "base/compat.h"
#include "base/problem.h"
#include "base/sqlstate.h"
#include "base/text_list.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_cast.h"
#include "catalog/pg_class.h"
#include "catalog/pg_collation.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_ts_config.h"
#include "catalog/pg_ts_dict.h"
#include "catalog/pg_type.h"
#include "lookup/canonical.h"
#include "lookup/dependency.h"
#include "nodes/nodeFuncs.h"
#include "program/meaning.h"
#include "program/program.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

struct Meaning
{
	bool		collecting;
	const Json *frozen;			/* of signatures, unless collecting */
	List	   *known;			/* of ObjectAddress *: used already */
};

void
meaning_start(Program *program, const Json *frozen, bool collect)
{
	if (!collect && frozen == NULL)
		return;
	program->meaning = MemoryContextAllocZero(program->mcxt, sizeof(Meaning));
	program->meaning->collecting = collect;
	program->meaning->frozen = frozen;
}

/* The cast between two types, if it is a user's. */
static void
add_cast(List **objects, Oid source, Oid target)
{
	dependency_add(objects, CastRelationId,
				   GetSysCacheOid2(CASTSOURCETARGET, Anum_pg_cast_oid,
								   ObjectIdGetDatum(getBaseType(source)),
								   ObjectIdGetDatum(getBaseType(target))));
}

/* Adds the casts of an expression, which name no object of their own. */
static bool
cast_walker(Node *node, List **objects)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, cast_walker, objects, 0);
	if (IsA(node, RelabelType))
		add_cast(objects, exprType((Node *) ((RelabelType *) node)->arg), exprType(node));
	else if (IsA(node, CoerceViaIO))
		add_cast(objects, exprType((Node *) ((CoerceViaIO *) node)->arg), exprType(node));
	else if (IsA(node, FuncExpr) && ((FuncExpr *) node)->args != NIL &&
			 (((FuncExpr *) node)->funcformat == COERCE_IMPLICIT_CAST ||
			  ((FuncExpr *) node)->funcformat == COERCE_EXPLICIT_CAST))
		add_cast(objects, exprType(linitial(((FuncExpr *) node)->args)), exprType(node));
	return expression_tree_walker(node, cast_walker, objects);
}

/* The type of an array's elements; another type as it is. */
static Oid
element_or_type(Oid type)
{
	Oid			element = get_element_type(type);

	return OidIsValid(element) ? element : type;
}

/* Does a text hold a name, in whatever case? */
static bool
text_names(const char *text, const char *name)
{
	int			length = strlen(name);

	for (; *text; text++)
		if (pg_strncasecmp(text, name, length) == 0)
			return true;
	return false;
}

/* May names be written otherwise than they are: with doubled quotes, or as Unicode escapes? */
static bool
text_has_escapes(const char *text)
{
	return strstr(text, "\"\"") != NULL || strstr(text, "&\"") != NULL;
}

/* Is this a type or collation that the formula calls by its name? Those of columns come with these. */
static bool
is_named(const ObjectAddress *object, const char *text)
{
	HeapTuple	tuple;
	bool		named;

	if (text == NULL)
		return false;
	if (text_has_escapes(text))
		return true;
	if (object->classId == TypeRelationId)
	{
		tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(element_or_type(object->objectId)));
		named = HeapTupleIsValid(tuple) && text_names(text, NameStr(((Form_pg_type) GETSTRUCT(tuple))->typname));
	}
	else
	{
		tuple = SearchSysCache1(COLLOID, ObjectIdGetDatum(object->objectId));
		named = HeapTupleIsValid(tuple) && text_names(text, NameStr(((Form_pg_collation) GETSTRUCT(tuple))->collname));
	}
	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return named;
}

/* May somebody plant an object like this one? */
static bool
is_of_interest(const ObjectAddress *object, const char *text)
{
	switch (object->classId)
	{
		case CastRelationId:
			return true;
		case ProcedureRelationId:
		case OperatorRelationId:
		case RelationRelationId:
		case TSConfigRelationId:
		case TSDictionaryRelationId:
			return get_object_namespace(object) != PG_CATALOG_NAMESPACE;
		case TypeRelationId:
		case CollationRelationId:
			return get_object_namespace(object) != PG_CATALOG_NAMESPACE && is_named(object, text);
		default:
			return false;
	}
}

/* "schema.name"; that of the session's temporary objects is pg_temp. */
static char *
name_in_schema(Oid schema, const char *name)
{
	return psprintf("%s.%s", name_canonical(get_namespace_name_or_temp(schema)), name);
}

/* "function schema.name(type, type)" */
static char *
function_signature(Oid function)
{
	StringInfoData out;
	Oid		   *types;
	int			ntypes;

	initStringInfo(&out);
	(void) get_func_signature(function, &types, &ntypes);
	appendStringInfo(&out, "function %s(", function_name_canonical(function));
	for (int i = 0; i < ntypes; i++)
		append_element(&out, i == 0, type_name_canonical(types[i], -1));
	appendStringInfoChar(&out, ')');
	return out.data;
}

/* "schema.+(type, type)"; NONE where there is no operand. */
static char *
operator_signature(Oid oid)
{
	HeapTuple	tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(oid));
	Form_pg_operator form;
	char	   *result;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for operator %u", oid);
	form = (Form_pg_operator) GETSTRUCT(tuple);
	result = psprintf("operator %s(%s, %s)", name_in_schema(form->oprnamespace, NameStr(form->oprname)),
					  OidIsValid(form->oprleft) ? type_name_canonical(form->oprleft, -1) : "NONE",
					  OidIsValid(form->oprright) ? type_name_canonical(form->oprright, -1) : "NONE");
	ReleaseSysCache(tuple);
	return result;
}

/* "cast (type as type)" */
static char *
cast_signature(const ObjectAddress *object)
{
	Relation	catalog = table_open(CastRelationId, AccessShareLock);
	HeapTuple	tuple = get_catalog_object_by_oid(catalog, Anum_pg_cast_oid, object->objectId);
	Form_pg_cast form;
	char	   *result;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "could not find cast %u", object->objectId);
	form = (Form_pg_cast) GETSTRUCT(tuple);
	result = psprintf("cast (%s as %s)", type_name_canonical(form->castsource, -1),
					  type_name_canonical(form->casttarget, -1));
	table_close(catalog, AccessShareLock);
	return result;
}

/* "text search configuration schema.name" */
static char *
text_search_signature(const ObjectAddress *object)
{
	bool		is_configuration = object->classId == TSConfigRelationId;
	HeapTuple	tuple = SearchSysCache1(is_configuration ? TSCONFIGOID : TSDICTOID,
										ObjectIdGetDatum(object->objectId));
	char	   *result;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for text search object %u", object->objectId);
	result = psprintf("text search %s %s", is_configuration ? "configuration" : "dictionary",
					  name_in_schema(get_object_namespace(object),
									 name_canonical(is_configuration ?
													NameStr(((Form_pg_ts_config) GETSTRUCT(tuple))->cfgname) :
													NameStr(((Form_pg_ts_dict) GETSTRUCT(tuple))->dictname))));
	ReleaseSysCache(tuple);
	return result;
}

char *
meaning_signature(const ObjectAddress *object)
{
	switch (object->classId)
	{
		case ProcedureRelationId:
			return function_signature(object->objectId);
		case OperatorRelationId:
			return operator_signature(object->objectId);
		case CastRelationId:
			return cast_signature(object);
		case TypeRelationId:
			return psprintf("type %s", type_name_canonical(element_or_type(object->objectId), -1));
		case RelationRelationId:
			return psprintf("table %s", name_in_schema(get_rel_namespace(object->objectId),
													   name_canonical(get_rel_name(object->objectId))));
		case TSConfigRelationId:
		case TSDictionaryRelationId:
			return text_search_signature(object);
		default:
			return psprintf("collation %s", name_in_schema(get_object_namespace(object),
														   name_canonical(get_collation_name(object->objectId))));
	}
}

/* Appends a copy of an object. */
static List *
append_object(List *objects, const ObjectAddress *object)
{
	ObjectAddress *copy = palloc(sizeof(ObjectAddress));

	*copy = *object;
	return lappend(objects, copy);
}

static List *
copy_objects(const List *objects)
{
	List	   *copies = NIL;
	ListCell   *cell;

	foreach(cell, objects)
		copies = append_object(copies, lfirst(cell));
	return copies;
}

static bool
has_object(const List *known, const ObjectAddress *object)
{
	ListCell   *cell;

	foreach(cell, known)
	{
		const ObjectAddress *other = lfirst(cell);

		if (other->classId == object->classId && other->objectId == object->objectId)
			return true;
	}
	return false;
}

/* Raises that a formula would use what it did not use at activation. */
pg_noreturn static void
refuse_meaning(const Program *program, const ObjectAddress *object, const char *location)
{
	ereport(ERROR,
			(errcode(ERRCODE_CA_MEANING),
			 errmsg("action \"%s\" would use %s, which it did not use when it was activated",
					program->action, meaning_signature(object)),
			 errdetail("A formula at %s means it now.", location),
			 errhint("If that is what it shall mean, activate the action again. If not, drop the object, or write names and operators with their schema: pg_catalog.lower(...), OPERATOR(pg_catalog.=).")));
}

/* Was an object used at activation? */
static bool
is_frozen(const Json *frozen, const ObjectAddress *object)
{
	char	   *signature = meaning_signature(object);

	for (int i = 0; i < frozen->count; i++)
		if (frozen->items[i]->text != NULL && strcmp(frozen->items[i]->text, signature) == 0)
			return true;
	return false;
}

void
meaning_require(Program *program, Node *tree, const char *text, const char *location)
{
	Meaning    *meaning = program->meaning;
	List	   *objects = NIL;
	ListCell   *cell;

	if (meaning == NULL)
		return;
	dependencies_of_query(&objects, tree);
	(void) cast_walker(tree, &objects);
	foreach(cell, objects)
	{
		const ObjectAddress *object = lfirst(cell);
		MemoryContext old;

		if (has_object(meaning->known, object) || !is_of_interest(object, text))
			continue;
		if (!meaning->collecting && !is_frozen(meaning->frozen, object))
			refuse_meaning(program, object, location);
		old = MemoryContextSwitchTo(program->mcxt);
		meaning->known = append_object(meaning->known, object);
		MemoryContextSwitchTo(old);
	}
}

List *
meaning_met(const Program *program, MemoryContext mcxt)
{
	MemoryContext old = MemoryContextSwitchTo(mcxt);
	List	   *met = NIL;

	if (program->meaning != NULL)
		met = copy_objects(program->meaning->known);
	MemoryContextSwitchTo(old);
	return met;
}

void
meaning_meet(Program *program, const List *met)
{
	MemoryContext old = MemoryContextSwitchTo(program->mcxt);

	if (program->meaning != NULL)
		program->meaning->known = copy_objects(met);
	MemoryContextSwitchTo(old);
}

void
meaning_freeze(Program *program)
{
	Json	   *frozen = json_new_array();
	List	   *signatures = NIL;
	const char *previous = "";	/* a type and its array have one signature */
	ListCell   *cell;

	foreach(cell, program->meaning->known)
		signatures = lappend(signatures, meaning_signature(lfirst(cell)));
	list_sort(signatures, text_list_compare);
	foreach(cell, signatures)
	{
		if (strcmp(lfirst(cell), previous) != 0)
			json_append(frozen, json_new_string(lfirst(cell)));
		previous = lfirst(cell);
	}
	json_put(program->definition->json, "frozen", frozen);
}
