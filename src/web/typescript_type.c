/*
 * typescript_type.c
 *		PostgreSQL types in the words of TypeScript.
 *
 * How values look as JSON is told by their schemas: of numbers, strings and booleans the
 * types follow from these. Enums, domains and composite types get names of their own,
 * made of their schemas' and theirs. A composite type has two, as what is left out of
 * an input is null; so has a domain whose numbers come as strings and go as either.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/tupdesc.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/comment.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"
#include "web/type_schema.h"
#include "web/typescript_type.h"

/* A composite may have columns of composites, and so on; rows of tables may not hold themselves but in lists. */
#define DEEPEST_PATH	8

/* A declared type. */
typedef struct DeclaredType
{
	Oid			type;
	bool		output;
	char	   *name;
	char	   *body;			/* what follows the name; NULL: on its way */
	const char *comment;
} DeclaredType;

/* What the file itself declares */
static const char *const own_names[] = {
	"Actions", "ActionName", "Input", "Output", "Errors", "OtherError", "Failure", "Outcome", "Json", "Options", "Client",
	"PgClient", "PostgresClient", "RestClient"
};

/* Can a name stand as it is? */
static bool
name_is_plain(const char *name)
{
	if (!isalpha((unsigned char) *name) && *name != '_')
		return false;
	while (isalnum((unsigned char) *name) || *name == '_')
		name++;
	return *name == '\0';
}

char *
typescript_key(const char *name)
{
	return name_is_plain(name) ? pstrdup(name) : json_text(json_new_string(name));
}

char *
typescript_union(const Json *values)
{
	StringInfoData out;

	initStringInfo(&out);
	for (int i = 0; i < values->count; i++)
		if (values->items[i]->kind != JSON_IS_NULL)
			appendStringInfo(&out, "%s%s", out.len > 0 ? " | " : "", json_text(values->items[i]));
	return out.len > 0 ? out.data : pstrdup("never");
}

/* Appends a paragraph of a comment, whose lines begin with an asterisk and do not end it. */
static void
append_paragraph(StringInfo out, const char *indent, const char *text)
{
	appendStringInfo(out, "\n%s * ", indent);
	for (; *text != '\0'; text++)
		if (*text == '\n')
			appendStringInfo(out, "\n%s * ", indent);
		else if (text[0] == '*' && text[1] == '/')
			appendStringInfoString(out, "*\\");
		else if (*text != '\r')
			appendStringInfoChar(out, *text);
}

void
typescript_comment(StringInfo out, const char *indent, const char *title, const char *description, const char *deprecated)
{
	if (title == NULL && description == NULL && deprecated == NULL)
		return;
	appendStringInfo(out, "%s/**", indent);
	if (title != NULL)
		append_paragraph(out, indent, title);
	if (title != NULL && description != NULL)
		appendStringInfo(out, "\n%s *", indent);
	if (description != NULL)
		append_paragraph(out, indent, description);
	if (deprecated != NULL)
		append_paragraph(out, indent, psprintf("@deprecated %s", deprecated));
	appendStringInfo(out, "\n%s */\n", indent);
}

/* Appends a name as part of one: "my_type" as "MyType". */
static void
append_capitalized(StringInfo out, const char *name)
{
	bool		first = true;

	for (; *name != '\0'; name++)
	{
		if (!isalnum((unsigned char) *name))
		{
			first = true;
			continue;
		}
		appendStringInfoChar(out, first ? toupper((unsigned char) *name) : *name);
		first = false;
	}
}

/* Is a name taken? */
static bool
name_is_taken(const TypescriptScope *scope, const char *name)
{
	ListCell   *cell;

	for (int i = 0; i < lengthof(own_names); i++)
		if (strcmp(own_names[i], name) == 0)
			return true;
	foreach(cell, scope->types)
	{
		if (strcmp(((const DeclaredType *) lfirst(cell))->name, name) == 0)
			return true;
	}
	return false;
}

/* A name that is not taken: of schema and type, and a number if need be. */
static char *
free_name(const TypescriptScope *scope, Oid type, const char *suffix)
{
	HeapTuple	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	Form_pg_type form;
	StringInfoData name;
	char	   *taken;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for type %u", type);
	form = (Form_pg_type) GETSTRUCT(tuple);
	initStringInfo(&name);
	append_capitalized(&name, get_namespace_name(form->typnamespace));
	append_capitalized(&name, NameStr(form->typname));
	ReleaseSysCache(tuple);
	appendStringInfoString(&name, suffix);
	if (!isalpha((unsigned char) name.data[0]))
		name.data = psprintf("T%s", name.data);
	taken = pstrdup(name.data);
	for (int i = 2; name_is_taken(scope, taken); i++)
		taken = psprintf("%s%d", name.data, i);
	return taken;
}

/* Begins a declaration. */
static DeclaredType *
declare(TypescriptScope *scope, Oid type, bool output, const char *suffix, const char *comment)
{
	DeclaredType *declared = palloc0(sizeof(DeclaredType));

	declared->type = type;
	declared->output = output;
	declared->name = free_name(scope, type, suffix);
	declared->comment = comment;
	scope->types = lappend(scope->types, declared);
	return declared;
}

/* The declaration of a type in a direction, or NULL; body: or of the other one, if it is the same. */
static DeclaredType *
declared_type(const TypescriptScope *scope, Oid type, bool output, const char *body)
{
	ListCell   *cell;

	foreach(cell, scope->types)
	{
		DeclaredType *declared = lfirst(cell);

		if (declared->type == type &&
			(declared->output == output || (body != NULL && declared->body != NULL && strcmp(declared->body, body) == 0)))
			return declared;
	}
	return NULL;
}

/* Writes the members of a composite type. */
static char *
composite_body(TypescriptScope *scope, Oid type, bool output)
{
	Oid			relation = get_typ_typrelid(type);
	TupleDesc	descriptor = lookup_rowtype_tupdesc_copy(type, -1);
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoString(&out, "{\n");
	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
		bool		takes_null;

		CHECK_FOR_INTERRUPTS();
		if (attribute->attisdropped)
			continue;
		takes_null = type_takes_null(attribute->atttypid);
		typescript_comment(&out, "\t", NULL, GetComment(relation, RelationRelationId, attribute->attnum), NULL);
		appendStringInfo(&out, "\t%s%s: %s%s;\n", typescript_key(NameStr(attribute->attname)), takes_null && !output ? "?" : "",
						 typescript_type(scope, attribute->atttypid, output), takes_null || output ? " | null" : "");
	}
	appendStringInfoChar(&out, '}');
	return out.data;
}

/* The name of a composite type, which is declared before its members are looked at: they may hold it. */
static char *
composite_name(TypescriptScope *scope, Oid type, bool output)
{
	DeclaredType *declared = declared_type(scope, type, output, NULL);

	if (declared != NULL)
		return declared->name;
	declared = declare(scope, type, output, output ? "" : "Input", GetComment(get_typ_typrelid(type), RelationRelationId, 0));
	declared->body = composite_body(scope, type, output);
	return declared->name;
}

/* The schema of a type's values in the ordinary case. */
static Json *
plain_schema(Oid type, bool output)
{
	SchemaScope scope = {.output = output, .usual = true, .reference = "#", .parts = json_new_object()};

	return type_schema(&scope, type, -1);
}

/* What JSON has for a schema's type. */
static char *
word_of_schema(const Json *schema)
{
	const char *type = json_get_text(schema, "type");

	if (type == NULL)
		return pstrdup("Json");
	return pstrdup(strcmp(type, "integer") == 0 ? "number" : type);
}

/* The name of an enum or domain. */
static char *
alias_name(TypescriptScope *scope, Oid type, bool output)
{
	DeclaredType *declared = declared_type(scope, type, output, NULL);
	char	   *body;
	Json	   *values;

	if (declared != NULL)
		return declared->name;
	values = OidIsValid(get_element_type(getBaseType(type))) || get_typtype(getBaseType(type)) == TYPTYPE_COMPOSITE ? NULL :
		json_get(plain_schema(type, output), "enum");
	body = typescript_type(scope, getBaseType(type), output);
	if (values != NULL && strncmp(body, "string | ", 9) != 0 && !(scope->numbers_as_text && strcmp(body, "string") == 0 &&
																  values->items[0]->kind == JSON_IS_NUMBER))
		body = typescript_union(values);
	declared = declared_type(scope, type, output, body);
	if (declared != NULL)
		return declared->name;
	declared = declare(scope, type, output, declared_type(scope, type, !output, NULL) == NULL ? "" : output ? "Output" : "Input",
					   GetComment(type, TypeRelationId, 0));
	declared->body = body;
	return declared->name;
}

/* The name of an enum, whose body is its labels. */
static char *
enum_name(TypescriptScope *scope, Oid type)
{
	DeclaredType *declared = declared_type(scope, type, true, NULL);
	Json	   *values;

	if (declared != NULL)
		return declared->name;
	values = json_get(plain_schema(type, true), "enum");
	declared = declare(scope, type, true, "", GetComment(type, TypeRelationId, 0));
	declared->body = values != NULL ? typescript_union(values) : pstrdup("never");
	return declared->name;
}

/* A list, whose members may be null unless their type says no. */
static char *
list_type(TypescriptScope *scope, Oid element, bool output)
{
	char	   *member = typescript_type(scope, element, output);

	if (type_takes_null(element) && strcmp(member, "Json") != 0)
		return psprintf("(%s | null)[]", member);
	return strchr(member, ' ') != NULL ? psprintf("(%s)[]", member) : psprintf("%s[]", member);
}

char *
typescript_type(TypescriptScope *scope, Oid type, bool output)
{
	Oid			element = get_element_type(type);

	check_stack_depth();
	if (scope->numbers_as_text && (type == INT8OID || type == NUMERICOID))
		return pstrdup(output ? "string" : "string | number");
	if (OidIsValid(element) && type != INT2VECTOROID && type != OIDVECTOROID)
		return list_type(scope, element, output);
	switch (get_typtype(type))
	{
		case TYPTYPE_DOMAIN:
			return alias_name(scope, type, output);
		case TYPTYPE_ENUM:
			return enum_name(scope, type);
		case TYPTYPE_COMPOSITE:
			return composite_name(scope, type, output);
		default:
			return word_of_schema(plain_schema(type, output));
	}
}

void
typescript_declare(StringInfo out, const TypescriptScope *scope)
{
	ListCell   *cell;

	foreach(cell, scope->types)
	{
		const DeclaredType *declared = lfirst(cell);
		bool		composite = get_typtype(declared->type) == TYPTYPE_COMPOSITE;

		typescript_comment(out, "", NULL, declared->comment, NULL);
		appendStringInfo(out, composite ? "export interface %s %s\n\n" : "export type %s = %s;\n\n", declared->name, declared->body);
	}
}

/* The same at some depth. */
static void
long_numbers_at(Json *paths, const char *path, Oid type, int depth)
{
	Oid			base = getBaseType(type);
	Oid			element = get_element_type(base);
	TupleDesc	descriptor;

	check_stack_depth();
	if (base == INT8OID || base == NUMERICOID)
		json_append(paths, json_new_string(path));
	else if (OidIsValid(element))
		long_numbers_at(paths, psprintf("%s[]", path), element, depth + 1);
	if (get_typtype(base) != TYPTYPE_COMPOSITE || depth > DEEPEST_PATH)
		return;
	descriptor = lookup_rowtype_tupdesc_copy(base, -1);
	for (int i = 0; i < descriptor->natts; i++)
		if (!TupleDescAttr(descriptor, i)->attisdropped)
			long_numbers_at(paths, psprintf("%s.%s", path, NameStr(TupleDescAttr(descriptor, i)->attname)),
							TupleDescAttr(descriptor, i)->atttypid, depth + 1);
}

void
typescript_long_numbers(Json *paths, const char *path, Oid type)
{
	long_numbers_at(paths, path, type, 0);
}
