/*
 * suggest_catalog.c
 *		What may have been meant by the name of a table, column, function, type
 *		or action that there is not.
 *
 * Only what is in schemas that the user may use is named, and nothing of
 * PostgreSQL's own, but types.
 */
#include "postgres.h"

#include <ctype.h>

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "base/compat.h"
#include "base/suggest.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "lookup/own_table.h"
#include "lookup/suggest_catalog.h"
#include "lookup/table_name.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

PG_FUNCTION_INFO_V1(custom_action_unknown_action_hint);

/* What people call types elsewhere. */
static const struct
{
	const char *given;
	const char *meant;
}			foreign_types[] = {
	{"array", "text[]"},
	{"autonumber", "bigint"},
	{"binary", "bytea"},
	{"blob", "bytea"},
	{"byte", "smallint"},
	{"clob", "text"},
	{"currency", "numeric"},
	{"datetime", "timestamptz"},
	{"datetime2", "timestamptz"},
	{"datetimeoffset", "timestamptz"},
	{"dictionary", "jsonb"},
	{"double", "double precision"},
	{"duration", "interval"},
	{"email", "text"},
	{"file", "bytea"},
	{"float64", "double precision"},
	{"guid", "uuid"},
	{"identifier", "uuid"},
	{"image", "bytea"},
	{"int16", "smallint"},
	{"int32", "integer"},
	{"int64", "bigint"},
	{"list", "jsonb"},
	{"long", "bigint"},
	{"longtext", "text"},
	{"map", "jsonb"},
	{"mediumtext", "text"},
	{"memo", "text"},
	{"multiline", "text"},
	{"nclob", "text"},
	{"ntext", "text"},
	{"number", "numeric"},
	{"nvarchar", "varchar"},
	{"nvarchar2", "varchar"},
	{"object", "jsonb"},
	{"picklist", "text"},
	{"record", "jsonb"},
	{"short", "smallint"},
	{"single", "real"},
	{"smalldatetime", "timestamptz"},
	{"str", "text"},
	{"string", "text"},
	{"struct", "jsonb"},
	{"timespan", "interval"},
	{"tinyint", "smallint"},
	{"uniqueidentifier", "uuid"},
	{"unsigned", "bigint"},
	{"url", "text"},
	{"varbinary", "bytea"},
	{"varchar2", "varchar"},
	{"yesno", "boolean"},
};

/* Names of types that are words of SQL, not rows of pg_type. */
static const char *const sql_types[] = {
	"bigint", "boolean", "character varying", "character", "decimal", "double precision",
	"integer", "numeric", "real", "smallint", "timestamp with time zone",
	"timestamp without time zone"
};

/* Names of a kind that are looked at, and what was given. */
typedef struct CatalogSearch
{
	Suggestion	whole;			/* the name with its schema */
	Suggestion	last;			/* the name alone */
	bool		qualified;
	bool		own;			/* in the extension's schema, whose names nobody means otherwise */
	bool		builtin;		/* unqualified, a name of pg_catalog counts, too */
} CatalogSearch;

/* A part of a name as a definition takes it: in quotes only if it must be. */
static char *
name_part(const char *name)
{
	bool		plain = !isdigit((unsigned char) name[0]) &&
		strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name);

	return plain ? pstrdup(name) : unconstify(char *, quote_identifier(name));
}

/* Takes the given name apart; false if it is no name. */
static bool
search_init(CatalogSearch *search, const char *given)
{
	List	   *parts;
	char	   *name;

	search->builtin = false;
	if (!SplitIdentifierString(pstrdup(given), '.', &parts) || parts == NIL)
		return false;
	name = llast(parts);
	search->qualified = list_length(parts) > 1;
	search->own = search->qualified && strcmp(list_nth(parts, list_length(parts) - 2), CA_SCHEMA) == 0;
	suggestion_init(&search->last, name);
	if (search->qualified)
	{
		suggestion_init(&search->whole, psprintf("%s.%s",
												 (char *) list_nth(parts, list_length(parts) - 2), name));
		suggestion_limit(&search->whole, search->last.limit);
		suggestion_limit(&search->last, 0);
	}
	return true;
}

/*
 * Looks at a name of the catalogs. In another schema than the given one, the
 * name must be the same, or a part of the other.
 */
static void
search_consider(CatalogSearch *search, Oid schema, const char *name)
{
	const char *schema_name;
	char	   *shown;

	CHECK_FOR_INTERRUPTS();
	if (schema == PG_CATALOG_NAMESPACE && search->builtin && !search->qualified)
		suggestion_consider(&search->last, name, name);
	if (isAnyTempNamespace(schema) || schema == PG_TOAST_NAMESPACE || schema == PG_CATALOG_NAMESPACE)
		return;
	schema_name = get_namespace_name(schema);
	if (schema_name == NULL || strcmp(schema_name, "information_schema") == 0 ||
		(!search->own && strcmp(schema_name, CA_SCHEMA) == 0) ||
		object_aclcheck(NamespaceRelationId, schema, GetUserId(), ACL_USAGE) != ACLCHECK_OK)
		return;
	shown = psprintf("%s.%s", name_part(schema_name), name_part(name));
	if (search->qualified)
		suggestion_consider(&search->whole, psprintf("%s.%s", schema_name, name), shown);
	suggestion_consider(&search->last, name, shown);
}

/* The sentence about the best one, or NULL. */
static char *
search_hint(const CatalogSearch *search)
{
	const char *best = search->qualified && search->whole.best != NULL ?
		search->whole.best : search->last.best;

	return best == NULL ? NULL : psprintf("Did you mean %s?", best);
}

/* Shows every row of a catalog to a function. */
static void
scan_catalog(Oid catalog, void (*look) (CatalogSearch *search, HeapTuple tuple), CatalogSearch *search)
{
	Relation	relation = table_open(catalog, AccessShareLock);
	SysScanDesc scan = systable_beginscan(relation, InvalidOid, false, NULL, 0, NULL);
	HeapTuple	tuple;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		look(search, tuple);
	systable_endscan(scan);
	table_close(relation, AccessShareLock);
}

/* Suggests one of the rows of a catalog; builtin: of PostgreSQL's own, too. */
static char *
suggest_from(Oid catalog, void (*look) (CatalogSearch *search, HeapTuple tuple), const char *given,
			 bool builtin)
{
	CatalogSearch search;

	if (!search_init(&search, given))
		return NULL;
	search.builtin = builtin;
	scan_catalog(catalog, look, &search);
	return search_hint(&search);
}

/* Looks at a table or view. */
static void
look_at_relation(CatalogSearch *search, HeapTuple tuple)
{
	Form_pg_class relation = (Form_pg_class) GETSTRUCT(tuple);

	if (relkind_is_table(relation->relkind))
		search_consider(search, relation->relnamespace, NameStr(relation->relname));
}

char *
suggest_table(const char *given)
{
	return suggest_from(RelationRelationId, look_at_relation, given, false);
}

char *
suggest_column(Oid relation, const char *given)
{
	Relation	table = table_open(relation, AccessShareLock);
	TupleDesc	tupdesc = RelationGetDescr(table);
	Suggestion	suggestion;

	suggestion_init(&suggestion, given);
	for (int i = 0; i < tupdesc->natts; i++)
	{
		const char *name = NameStr(TupleDescAttr(tupdesc, i)->attname);

		if (!TupleDescAttr(tupdesc, i)->attisdropped)
			suggestion_consider(&suggestion, name, name);
	}
	table_close(table, AccessShareLock);
	return suggestion_hint(suggestion.best, NULL);
}

/* Looks at a function that a step could call. */
static void
look_at_function(CatalogSearch *search, HeapTuple tuple)
{
	Form_pg_proc function = (Form_pg_proc) GETSTRUCT(tuple);

	if (function->prokind == PROKIND_FUNCTION && function->prolang != action_language())
		search_consider(search, function->pronamespace, NameStr(function->proname));
}

char *
suggest_function(const char *given)
{
	return suggest_from(ProcedureRelationId, look_at_function, given, true);
}

/* Looks at a published action. */
static void
consider_action(CatalogSearch *search, HeapTuple tuple)
{
	Form_pg_proc function = (Form_pg_proc) GETSTRUCT(tuple);

	if (function->prolang == action_language())
		search_consider(search, function->pronamespace, NameStr(function->proname));
}

/* Looks at the draft of an action, by its canonical name. */
static void
look_at_draft(const char *name, void *arg)
{
	CatalogSearch *search = arg;
	char	   *schema_name;
	char	   *own_name;
	Oid			schema;

	if (!qualified_name_split(name, &schema_name, &own_name))
		return;
	schema = get_namespace_oid(schema_name, true);
	if (OidIsValid(schema))
		search_consider(search, schema, own_name);
}

char *
suggest_action(const char *given, bool drafts)
{
	CatalogSearch search;

	if (!OidIsValid(action_language()) || !search_init(&search, given) ||
		(!drafts && draft_owner(given) != NULL))
		return NULL;
	scan_catalog(ProcedureRelationId, consider_action, &search);
	if (drafts)
		own_table_keys("action", look_at_draft, &search);
	return search_hint(&search);
}

/* Is this a type that inputs and columns can have, and no array of one? */
static bool
type_is_usable(Form_pg_type type)
{
	return type->typisdefined && type->typtype != TYPTYPE_PSEUDO && type->typcategory != TYPCATEGORY_ARRAY;
}

/* Looks at a type of somebody's own. */
static void
look_at_type(CatalogSearch *search, HeapTuple tuple)
{
	Form_pg_type type = (Form_pg_type) GETSTRUCT(tuple);

	if (type_is_usable(type))
		search_consider(search, type->typnamespace, NameStr(type->typname));
}

/* The visible type that is most like a name. */
static char *
type_like(const char *given)
{
	Relation	relation = table_open(TypeRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(relation, InvalidOid, false, NULL, 0, NULL);
	Suggestion	suggestion;
	HeapTuple	tuple;

	suggestion_init(&suggestion, given);
	for (int i = 0; i < lengthof(sql_types); i++)
		suggestion_consider(&suggestion, sql_types[i], sql_types[i]);
	for (int i = 0; i < lengthof(foreign_types); i++)
		suggestion_consider(&suggestion, foreign_types[i].given, foreign_types[i].meant);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_type type = (Form_pg_type) GETSTRUCT(tuple);

		CHECK_FOR_INTERRUPTS();
		if (type_is_usable(type) && TypeIsVisible(type->oid))
			suggestion_consider(&suggestion, NameStr(type->typname), NameStr(type->typname));
	}
	systable_endscan(scan);
	table_close(relation, AccessShareLock);
	return suggestion.best;
}

/* The name of a type without its modifier and brackets, in lower case. */
static char *
bare_type_name(const char *given)
{
	char	   *name = pnstrdup(given, strcspn(given, "([ \t\n"));

	for (char *c = name; *c != '\0'; c++)
		*c = pg_ascii_tolower((unsigned char) *c);
	return name;
}

char *
suggest_type(const char *given)
{
	const char *start = given + strspn(given, " \t\n\"");
	char	   *name = bare_type_name(start);
	CatalogSearch search = {0};
	char	   *like;

	for (int i = 0; i < lengthof(foreign_types); i++)
		if (strcmp(foreign_types[i].given, name) == 0)
			return psprintf("Did you mean %s?", foreign_types[i].meant);
	if (search_init(&search, pnstrdup(start, strcspn(start, "(["))))
		scan_catalog(TypeRelationId, look_at_type, &search);
	if (search_hint(&search) != NULL && (search.qualified || search.last.distance == 0))
		return search_hint(&search);
	like = type_like(name);
	return like == NULL ? NULL : psprintf("Did you mean %s?", like);
}

/* SQL: the hint for the name of an action that does not exist; a text of the caller's if there is none. */
Datum
custom_action_unknown_action_hint(PG_FUNCTION_ARGS)
{
	char	   *hint = PG_ARGISNULL(0) ? NULL :
		suggest_action(text_to_cstring(PG_GETARG_TEXT_PP(0)), true);

	if (hint != NULL)
		PG_RETURN_TEXT_P(cstring_to_text(hint));
	if (PG_ARGISNULL(1))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(1));
}
