/*
 * csdl_type.c
 *		Types of PostgreSQL as those of OData's metadata.
 *
 * A type is told by what its values look like in JSON, since that is what crosses: a
 * timestamp without a time zone is no Edm.DateTimeOffset, which has one, and bytea is
 * no Edm.Binary, which is base64; both are strings, whose pattern is told. Collections
 * hold no collections: of an array of a domain over arrays the type is left open.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/tupdesc.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/comment.h"
#include "lookup/enum_labels.h"
#include "lookup/json_form.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"
#include "web/csdl_name.h"
#include "web/csdl_type.h"
#include "web/csdl_validation.h"
#include "web/type_schema.h"

#define UNTYPED	"Edm.Untyped"

/* Digits of a second that PostgreSQL keeps if nothing is said */
#define MOST_SECOND_DIGITS	6

/* Sets a facet that is a number. */
static void
put_facet(Json *object, const char *facet, int value)
{
	json_put(object, facet, json_new_number(psprintf("%d", value)));
}

/* Sets the type, but for Edm.String, which is what has none. */
static void
put_type_name(Json *object, const char *name)
{
	json_put_string(object, "$Type", name);
}

/* Sets the type of a point in time or a span of it, with the digits of its seconds. */
static void
put_time(Json *object, const char *name, int32 digits)
{
	put_type_name(object, name);
	put_facet(object, "$Precision", digits >= 0 && digits < MOST_SECOND_DIGITS ? digits : MOST_SECOND_DIGITS);
}

/* Sets Edm.Decimal; a scale that is not told is variable. */
static void
put_decimal(Json *object, int32 typmod)
{
	int			precision;
	int			scale;
	bool		sized = numeric_digits(typmod, &precision, &scale);

	put_type_name(object, "Edm.Decimal");
	if (!sized)
		return;

	/*
	 * PostgreSQL may have less than no digits behind the point, or more than
	 * there are; OData may not
	 */
	put_facet(object, "$Precision", scale < 0 ? precision - scale : Max(precision, scale));
	put_facet(object, "$Scale", Max(scale, 0));
}

/* Sets the longest text there may be. */
static void
put_length(Json *object, int longest)
{
	if (longest > 0)
		put_facet(object, "$MaxLength", longest);
}

/* Types that PostgreSQL brings along; false: it is none that is known here. */
static bool
put_known_type(Json *object, Oid type, int32 typmod)
{
	switch (type)
	{
		case BOOLOID:
			put_type_name(object, "Edm.Boolean");
			return true;
		case INT2OID:
			put_type_name(object, "Edm.Int16");
			return true;
		case INT4OID:
			put_type_name(object, "Edm.Int32");
			return true;
		case INT8OID:
			put_type_name(object, "Edm.Int64");
			return true;
		case FLOAT4OID:
			put_type_name(object, "Edm.Single");
			return true;
		case FLOAT8OID:
			put_type_name(object, "Edm.Double");
			return true;
		case NUMERICOID:
			put_decimal(object, typmod);
			return true;
		case VARCHAROID:
		case BPCHAROID:
			put_length(object, typmod - (int32) VARHDRSZ);
			return true;
		case NAMEOID:
			put_length(object, NAMEDATALEN - 1);
			return true;
		case UUIDOID:
			put_type_name(object, "Edm.Guid");
			return true;
		case DATEOID:
			put_type_name(object, "Edm.Date");
			return true;
		case TIMESTAMPTZOID:
			put_time(object, "Edm.DateTimeOffset", typmod);
			return true;
		case TIMEOID:
			put_time(object, "Edm.TimeOfDay", typmod);
			return true;
		case INTERVALOID:
			put_time(object, "Edm.Duration", typmod < 0 ? -1 : INTERVAL_PRECISION(typmod));
			return true;
		case JSONOID:
		case JSONBOID:
		case INT2VECTOROID:
		case OIDVECTOROID:
			put_type_name(object, UNTYPED);
			return true;
		default:
			return false;
	}
}

/* The schema and the name of a type that is no row's. */
static void
read_type_name(Oid type, Oid *schema, char **name)
{
	HeapTuple	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
	Form_pg_type row;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for type %u", type);
	row = (Form_pg_type) GETSTRUCT(tuple);
	*schema = row->typnamespace;
	*name = pstrdup(NameStr(row->typname));
	ReleaseSysCache(tuple);
}

/* The entry of a type; *found: it has been there. */
static CsdlType *
type_entry(Csdl *csdl, Oid type, bool *found)
{
	CsdlType   *entry = hash_search(csdl->types, &type, HASH_ENTER, found);

	if (!*found)
		entry->name = NULL;
	return entry;
}

/* Takes a name for a type: its own, or that with an ending. */
static const char *
take_type_name(Csdl *csdl, Oid namespace, const char *own_name, const char *ending, char **taken)
{
	const char *schema = get_namespace_name(namespace);
	const char *home = csdl_namespace_of(csdl, schema);
	char	   *name = csdl_identifier(own_name);

	*taken = csdl_take_name(csdl, home, psprintf("%s%s", name, ending),
							psprintf("%s_%s%s", csdl_identifier(schema), name, ending));
	return home;
}

/* Can the labels of an enum be names of members? */
static bool
labels_are_simple(const List *labels)
{
	ListCell   *cell;

	foreach(cell, labels)
	{
		if (!csdl_name_is_simple(lfirst(cell)))
			return false;
	}
	return labels != NIL;
}

/* The name of an enum's type, which is added when it is first met; NULL: its labels cannot be members. */
static const char *
enum_type_name(Csdl *csdl, Oid type)
{
	bool		found;
	CsdlType   *entry = type_entry(csdl, type, &found);
	List	   *labels;
	Json	   *object;
	const char *namespace;
	Oid			schema;
	char	   *original;
	char	   *name;

	if (found)
		return entry->name;
	labels = enum_labels(type);
	if (!labels_are_simple(labels))
		return NULL;
	object = csdl_new("EnumType");
	for (int i = 0; i < list_length(labels); i++)
		json_add(object, list_nth(labels, i), json_new_number(psprintf("%d", i)));
	read_type_name(type, &schema, &original);
	namespace = take_type_name(csdl, schema, original, "", &name);
	csdl_describe(object, NULL, GetComment(type, TypeRelationId, 0));
	csdl_annotate_name(object, name, original);
	csdl_add(csdl, namespace, name, object);
	entry->name = psprintf("%s.%s", namespace, name);
	return entry->name;
}

Json *
csdl_add_property(Csdl *csdl, Json *structure, const char *name, Oid type, int32 typmod, bool takes_null)
{
	Json	   *property = json_new_object();
	char	   *identifier = csdl_identifier(name);

	csdl_put_type(csdl, property, type, typmod, takes_null);
	csdl_annotate_name(property, identifier, name);
	json_add(structure, identifier, property);
	return property;
}

/* Adds the attributes of a composite type. */
static void
add_attributes(Csdl *csdl, Json *structure, Oid type, Oid relation)
{
	TupleDesc	descriptor = lookup_rowtype_tupdesc_copy(type, -1);

	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(descriptor, i);
		Json	   *property;

		CHECK_FOR_INTERRUPTS();
		if (attribute->attisdropped)
			continue;
		property = csdl_add_property(csdl, structure, NameStr(attribute->attname), attribute->atttypid,
									 attribute->atttypmod, type_takes_null(attribute->atttypid));
		csdl_validate_type(property, attribute->atttypid, attribute->atttypmod);
		csdl_describe(property, NULL, GetComment(relation, RelationRelationId, attribute->attnum));
	}
}

/* The name of a composite type, which is added when it is first met. Rows of tables are "<table>Row": the entity type has its name. */
static const char *
complex_type_name(Csdl *csdl, Oid type)
{
	bool		found;
	CsdlType   *entry = type_entry(csdl, type, &found);
	Oid			relation = get_typ_typrelid(type);
	bool		alone = get_rel_relkind(relation) == RELKIND_COMPOSITE_TYPE;
	Json	   *object;
	const char *namespace;
	const char *result;
	char	   *name;

	if (found)
		return entry->name;
	namespace = take_type_name(csdl, get_rel_namespace(relation), get_rel_name(relation), alone ? "" : "Row", &name);
	result = entry->name = psprintf("%s.%s", namespace, name);
	object = csdl_new("ComplexType");
	csdl_add(csdl, namespace, name, object);
	if (alone)
		csdl_annotate_name(object, name, get_rel_name(relation));
	csdl_describe(object, NULL, GetComment(relation, RelationRelationId, 0));
	add_attributes(csdl, object, type, relation);
	return result;
}

/* Sets the type of an array: a collection, of anything if its elements are collections. */
static void
put_array_type(Csdl *csdl, Json *object, Oid element, int32 typmod)
{
	Json	   *inner = json_new_object();

	csdl_put_type(csdl, inner, element, typmod, type_takes_null(element));
	if (json_get(inner, "$Collection") != NULL)
	{
		inner = json_new_object();
		put_type_name(inner, UNTYPED);
		json_add(inner, "$Nullable", json_new_boolean(true));
	}
	json_add(object, "$Collection", json_new_boolean(true));
	for (int i = 0; i < inner->count; i++)
		json_add(object, inner->keys[i], inner->items[i]);
}

/* Sets the type of what is neither known nor made of others. */
static void
put_other_type(Json *object, Oid type)
{
	JsonForm	form;

	if (json_form_of(type, &form) && OidIsValid(form.reader))
		put_type_name(object, UNTYPED);
}

/* Sets the type of a value that is no domain's. */
static void
put_base_type(Csdl *csdl, Json *object, Oid type, int32 typmod)
{
	Oid			element;

	if (put_known_type(object, type, typmod))
		return;
	switch (get_typtype(type))
	{
		case TYPTYPE_COMPOSITE:
			put_type_name(object, complex_type_name(csdl, type));
			break;
		case TYPTYPE_ENUM:
			json_put_string(object, "$Type", enum_type_name(csdl, type));
			break;
		case TYPTYPE_RANGE:
		case TYPTYPE_MULTIRANGE:
			break;
		default:
			element = get_element_type(type);
			if (OidIsValid(element))
				put_array_type(csdl, object, element, typmod);
			else
				put_other_type(object, type);
	}
}

void
csdl_put_type(Csdl *csdl, Json *object, Oid type, int32 typmod, bool takes_null)
{
	Oid			base = get_typtype(type) == TYPTYPE_DOMAIN ? getBaseTypeAndTypmod(type, &typmod) : type;

	check_stack_depth();
	put_base_type(csdl, object, base, typmod);
	/* of a collection its elements are told; it cannot be null itself */
	if (takes_null && json_get(object, "$Collection") == NULL)
		json_add(object, "$Nullable", json_new_boolean(true));
}

/* Can values of a type be keys? */
static bool
is_key_type(const char *name)
{
	return name == NULL || strncmp(name, "Edm.", 4) != 0 ||
		!(strcmp(name, UNTYPED) == 0 || strcmp(name, "Edm.Double") == 0 || strcmp(name, "Edm.Single") == 0);
}

void
csdl_put_key_type(Csdl *csdl, Json *object, Oid type, int32 typmod)
{
	Oid			base = getBaseType(type);

	if (OidIsValid(get_element_type(base)) || get_typtype(base) == TYPTYPE_COMPOSITE)
		return;
	csdl_put_type(csdl, object, type, typmod, false);
	if (!is_key_type(json_get_text(object, "$Type")))
		json_remove(object, "$Type");
}
