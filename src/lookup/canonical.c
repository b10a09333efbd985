/*
 * canonical.c
 *		Names as they are stored and compared: "schema.name", each part quoted if a
 *		rule of our own says so.
 *
 * PostgreSQL's quote_identifier() obeys quote_all_identifiers and the keywords of
 * its release, so what it prints in one session or release is not what it prints
 * in the next. Ours prints what PostgreSQL 15 does by default, for ever. It is
 * for names; SQL that is to be run quotes as this server needs it.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/compat.h"
#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lookup/canonical.h"
#include "lookup/proc_row.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

/* Words that SQL takes as no plain name, in PostgreSQL 15; sorted. */
static const char *const reserved_words[] = {
	"all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric",
	"authorization", "binary", "both", "case", "cast", "check", "collate", "collation",
	"column", "concurrently", "constraint", "create", "cross", "current_catalog",
	"current_date", "current_role", "current_schema", "current_time", "current_timestamp",
	"current_user", "default", "deferrable", "desc", "distinct", "do", "else", "end", "except",
	"false", "fetch", "for", "foreign", "freeze", "from", "full", "grant", "group", "having",
	"ilike", "in", "initially", "inner", "intersect", "into", "is", "isnull", "join",
	"lateral", "leading", "left", "like", "limit", "localtime", "localtimestamp", "natural",
	"not", "notnull", "null", "offset", "on", "only", "or", "order", "outer", "overlaps",
	"placing", "primary", "references", "returning", "right", "select", "session_user",
	"similar", "some", "symmetric", "table", "tablesample", "then", "to", "trailing", "true",
	"union", "unique", "user", "using", "variadic", "verbose", "when", "where", "window",
	"with"
};

/* Words that are quoted besides: names of columns and types, but not of functions. */
static const char *const quoted_words[] = {
	"between", "bigint", "bit", "boolean", "char", "character", "coalesce", "dec", "decimal",
	"exists", "extract", "float", "greatest", "grouping", "inout", "int", "integer",
	"interval", "least", "national", "nchar", "none", "normalize", "nullif", "numeric", "out",
	"overlay", "position", "precision", "real", "row", "setof", "smallint", "substring",
	"time", "timestamp", "treat", "trim", "values", "varchar", "xmlattributes", "xmlconcat",
	"xmlelement", "xmlexists", "xmlforest", "xmlnamespaces", "xmlparse", "xmlpi", "xmlroot",
	"xmlserialize", "xmltable"
};

PG_FUNCTION_INFO_V1(custom_action_qualified_name);
PG_FUNCTION_INFO_V1(custom_action_canonical_spelling);
PG_FUNCTION_INFO_V1(custom_action_table_words);

static int
compare_words(const void *one, const void *other)
{
	return strcmp(*(const char *const *) one, *(const char *const *) other);
}

/* Is this one of some words? */
#define is_among(word, words) \
	(bsearch(&(word), words, lengthof(words), sizeof((words)[0]), compare_words) != NULL)

bool
word_is_reserved(const char *word)
{
	return is_among(word, reserved_words);
}

/* Is this name written without quotes? */
static bool
is_plain(const char *name)
{
	if (!((name[0] >= 'a' && name[0] <= 'z') || name[0] == '_'))
		return false;
	for (const char *c = name; *c != '\0'; c++)
		if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '_'))
			return false;
	return !is_among(name, reserved_words) && !is_among(name, quoted_words);
}

void
append_quoted_name(StringInfo out, const char *name)
{
	appendStringInfoChar(out, '"');
	for (; *name != '\0'; name++)
	{
		if (*name == '"')
			appendStringInfoChar(out, '"');
		appendStringInfoChar(out, *name);
	}
	appendStringInfoChar(out, '"');
}

/* Appends a name as it is stored. */
static void
append_name(StringInfo out, const char *name)
{
	if (is_plain(name))
		appendStringInfoString(out, name);
	else
		append_quoted_name(out, name);
}

/* Gives what was appended, in a chunk that is no longer than that. */
static char *
finish(StringInfo out)
{
	char	   *result = pstrdup(out->data);

	pfree(out->data);
	return result;
}

char *
name_canonical(const char *name)
{
	StringInfoData out;

	initStringInfo(&out);
	append_name(&out, name);
	return finish(&out);
}

char *
qualified_name_canonical(const char *schema, const char *name)
{
	StringInfoData out;

	initStringInfo(&out);
	append_name(&out, schema);
	appendStringInfoChar(&out, '.');
	append_name(&out, name);
	return finish(&out);
}

bool
qualified_name_split(const char *text, char **schema, char **name)
{
	List	   *parts;

	if (!SplitIdentifierString(pstrdup(text), '.', &parts) || list_length(parts) != 2)
		return false;
	*schema = linitial(parts);
	*name = lsecond(parts);
	return true;
}

char *
spelling_canonical(const char *text)
{
	char	   *schema;
	char	   *name;

	return qualified_name_split(text, &schema, &name) ? qualified_name_canonical(schema, name) : pstrdup(text);
}

/* The other way to write a part of a name: with quotes, or without if it can be. */
static char *
other_spelling(const char *name)
{
	StringInfoData out;
	bool		plain = is_plain(name);

	initStringInfo(&out);
	if (!plain && (is_among(name, reserved_words) || is_among(name, quoted_words)))
		appendStringInfoString(&out, name);
	else
		append_quoted_name(&out, name);
	return finish(&out);
}

char **
name_spellings(const char *schema, const char *name)
{
	char	  **result = palloc(sizeof(char *) * (CA_SPELLINGS + 1));
	char	   *schemas[] = {name_canonical(schema), other_spelling(schema)};
	char	   *names[] = {name_canonical(name), other_spelling(name)};

	for (int i = 0; i < CA_SPELLINGS; i++)
		result[i] = psprintf("%s.%s", schemas[i / 2], names[i % 2]);
	result[CA_SPELLINGS] = NULL;
	return result;
}

char *
relation_name_canonical(Oid relation)
{
	char	   *name = get_rel_name(relation);

	if (name == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("a table of the action was dropped")));
	return qualified_name_canonical(get_namespace_name(get_rel_namespace(relation)), name);
}

/* A name, in quotes only if it has other letters than plain names. */
static void
append_shown_name(StringInfo out, const char *name)
{
	if (name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_$")] == '\0' && strchr("0123456789$", name[0]) == NULL)
		appendStringInfoString(out, name);
	else
		append_quoted_name(out, name);
}

char *
relation_name_shown(Oid relation)
{
	char	   *name = get_rel_name(relation);
	StringInfoData out;

	if (name == NULL)
		return NULL;
	initStringInfo(&out);
	append_shown_name(&out, get_namespace_name_or_temp(get_rel_namespace(relation)));
	appendStringInfoChar(&out, '.');
	append_shown_name(&out, name);
	return out.data;
}

char *
relation_name_sql(Oid relation)
{
	return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation)),
									  get_rel_name(relation));
}

char *
function_name_canonical(Oid function)
{
	HeapTuple	tuple = proc_row(function);
	char	   *name = qualified_name_canonical(get_namespace_name(proc_form(tuple)->pronamespace),
												NameStr(proc_form(tuple)->proname));

	ReleaseSysCache(tuple);
	return name;
}

/* Prints a type of pg_catalog, for which SQL has words of its own, with quote_all_identifiers off. */
static char *
builtin_type_name(Oid type, int32 typmod, uint16 flags)
{
	bool		quote_all = quote_all_identifiers;
	char	   *volatile result = NULL;

	quote_all_identifiers = false;
	PG_TRY();
	{
		result = format_type_extended(type, typmod, flags);
	}
	PG_FINALLY();
	{
		quote_all_identifiers = quote_all;
	}
	PG_END_TRY();
	return result;
}

/* Prints a typmod as its type does, with parentheses. */
static char *
typmod_text(Form_pg_type type, int32 typmod)
{
	if (typmod < 0)
		return "";
	if (!OidIsValid(type->typmodout))
		return psprintf("(%d)", typmod);
	return DatumGetCString(OidFunctionCall1(type->typmodout, Int32GetDatum(typmod)));
}

/* Prints a type, qualified unless SQL has a word for it; one of pg_catalog as the flags say. */
static char *
type_text(Oid type, int32 typmod, uint16 builtin_flags)
{
	Oid			element = get_element_type(type);
	HeapTuple	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(OidIsValid(element) ? element : type));
	Form_pg_type form;
	char	   *result;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for type %u", type);
	form = (Form_pg_type) GETSTRUCT(tuple);
	if (form->typnamespace == PG_CATALOG_NAMESPACE)
		result = builtin_type_name(type, typmod, builtin_flags);
	else
		result = psprintf("%s%s%s",
						  qualified_name_canonical(get_namespace_name(form->typnamespace), NameStr(form->typname)),
						  typmod_text(form, typmod), OidIsValid(element) ? "[]" : "");
	ReleaseSysCache(tuple);
	return result;
}

char *
type_name_canonical(Oid type, int32 typmod)
{
	return type_text(type, typmod, FORMAT_TYPE_TYPEMOD_GIVEN);
}

/* A signature with types written in one way. */
static char *
signature_text(Oid function, uint16 builtin_flags)
{
	Oid		   *types;
	int			count;
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "%s(", function_name_canonical(function));
	(void) get_func_signature(function, &types, &count);
	for (int i = 0; i < count; i++)
		appendStringInfo(&out, "%s%s", i > 0 ? "," : "", type_text(types[i], -1, builtin_flags));
	appendStringInfoChar(&out, ')');
	return finish(&out);
}

char *
signature_canonical(Oid function)
{
	return signature_text(function, FORMAT_TYPE_FORCE_QUALIFY);
}

char *
signature_shown(Oid function)
{
	return signature_text(function, 0);
}

/* SQL: a qualified name as it is stored, of its parts. */
Datum
custom_action_qualified_name(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(qualified_name_canonical(text_to_cstring(PG_GETARG_TEXT_PP(0)),
															  text_to_cstring(PG_GETARG_TEXT_PP(1)))));
}

/* SQL: a qualified name as it is stored today, whatever spelling it was stored in. */
Datum
custom_action_canonical_spelling(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(spelling_canonical(text_to_cstring(PG_GETARG_TEXT_PP(0)))));
}

/* SQL: the name of a table as people write it; NULL: there is none. */
Datum
custom_action_table_words(PG_FUNCTION_ARGS)
{
	char	   *name = relation_name_shown(PG_GETARG_OID(0));

	if (name == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(name));
}
