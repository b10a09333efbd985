/*
 * canonical.c
 *		Names as they are stored and compared: "schema.name", each part quoted if a
 *		rule of our own says so.
 *
 * PostgreSQL's quote_identifier() obeys quote_all_identifiers and the keywords of
 * its release, so what it prints in one session or release is not what it prints
 * in the next. Ours prints names alone and schemas as PostgreSQL 15 does by
 * default, for ever; behind its schema a keyword is a name like any other, in
 * every release, and is read more easily as it is: support.case. So it is SQL,
 * wherever it is pasted; only schemas of SQL that is to be run are quoted as this
 * server needs it.
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

/* Has this name only letters that need no quotes? */
static bool
has_plain_letters(const char *name)
{
	if (!((name[0] >= 'a' && name[0] <= 'z') || name[0] == '_'))
		return false;
	for (const char *c = name; *c != '\0'; c++)
		if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '_'))
			return false;
	return true;
}

/* Is this one of the words that are no plain names? */
static bool
is_quoted_word(const char *name)
{
	return is_among(name, reserved_words) || is_among(name, quoted_words);
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
	if (has_plain_letters(name) && !is_quoted_word(name))
		appendStringInfoString(out, name);
	else
		append_quoted_name(out, name);
}

/* Appends a name behind its schema, where keywords are names. */
static void
append_member_name(StringInfo out, const char *name)
{
	appendStringInfoChar(out, '.');
	if (has_plain_letters(name))
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
	append_member_name(&out, name);
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

const char *
identity_canonical(const char *identity)
{
	List	   *parts;
	char	   *name;

	if (strpbrk(identity, "([") != NULL || !SplitIdentifierString(pstrdup(identity), '.', &parts) ||
		list_length(parts) < 2 || list_length(parts) > 3)
		return identity;
	name = qualified_name_canonical(linitial(parts), lsecond(parts));
	return list_length(parts) == 2 ? name : psprintf("%s.%s", name, name_canonical(lthird(parts)));
}

/* A name with quotes, or without if its letters allow that. */
static char *
spelling(const char *name, bool quoted)
{
	StringInfoData out;

	if (!quoted && has_plain_letters(name))
		return pstrdup(name);
	initStringInfo(&out);
	append_quoted_name(&out, name);
	return finish(&out);
}

char **
name_spellings(const char *schema, const char *name)
{
	char	  **result = palloc(sizeof(char *) * (CA_SPELLINGS + 1));

	for (int i = 0; i < CA_SPELLINGS; i++)
		result[i] = psprintf("%s.%s", spelling(schema, is_quoted_word(schema) != (i / 2 == 1)), spelling(name, i % 2 == 1));
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

char *
relation_name_shown(Oid relation)
{
	char	   *name = get_rel_name(relation);

	return name == NULL ? NULL :
		qualified_name_canonical(get_namespace_name_or_temp(get_rel_namespace(relation)), name);
}

char *
relation_name_sql(Oid relation)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoString(&out, quote_identifier(get_namespace_name(get_rel_namespace(relation))));
	append_member_name(&out, get_rel_name(relation));
	return finish(&out);
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
