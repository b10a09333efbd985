/*
 * csdl_xml.c
 *		The metadata of OData as XML, made of that in JSON.
 *
 * Only what the document has is known here: csdl_model.c and those who add to it say
 * what that is. Each element stands on a line of its own, and texts are attributes, so
 * that the blanks between elements mean nothing.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "web/csdl_xml.h"

#define EDMX	"http://docs.oasis-open.org/odata/ns/edmx"
#define EDM		"http://docs.oasis-open.org/odata/ns/edm"

/* The document that grows, and how deep it is. */
typedef struct XmlOut
{
	StringInfo	text;
	int			depth;
} XmlOut;

/* Expressions of CSDL with operands in a list */
static const char *const listing_expressions[] = {"$And", "$Or", "$Eq", "$Ne", "$Gt", "$Ge", "$Lt", "$Le", "$In"};

static void xml_value(XmlOut *out, const char *property, const Json *value);

/* Appends a text as it stands in an attribute. */
static void
xml_escape(StringInfo out, const char *text)
{
	for (const char *c = text; *c != '\0'; c++)
	{
		switch (*c)
		{
			case '&':
				appendStringInfoString(out, "&amp;");
				break;
			case '<':
				appendStringInfoString(out, "&lt;");
				break;
			case '>':
				appendStringInfoString(out, "&gt;");
				break;
			case '"':
				appendStringInfoString(out, "&quot;");
				break;
			case '\t':
			case '\n':
				appendStringInfo(out, "&#x%X;", *c);
				break;
			default:
				appendStringInfoChar(out, *c);
		}
	}
}

/* Begins an element; its attributes follow. */
static void
xml_open(XmlOut *out, const char *element)
{
	appendStringInfoSpaces(out->text, out->depth * 2);
	appendStringInfo(out->text, "<%s", element);
}

/* Adds an attribute, if there is a value. */
static void
xml_attribute(XmlOut *out, const char *name, const char *value)
{
	if (value == NULL)
		return;
	appendStringInfo(out->text, " %s=\"", name);
	xml_escape(out->text, value);
	appendStringInfoChar(out->text, '"');
}

/* Ends the attributes of an element that holds others. */
static void
xml_inside(XmlOut *out)
{
	appendStringInfoString(out->text, ">\n");
	out->depth++;
}

/* Ends an element that holds others. */
static void
xml_close(XmlOut *out, const char *element)
{
	out->depth--;
	appendStringInfoSpaces(out->text, out->depth * 2);
	appendStringInfo(out->text, "</%s>\n", element);
}

/* Ends an element that holds nothing. */
static void
xml_end(XmlOut *out)
{
	appendStringInfoString(out->text, "/>\n");
}

/* A whole element with one text. */
static void
xml_element(XmlOut *out, const char *element, const char *text)
{
	xml_open(out, element);
	appendStringInfoChar(out->text, '>');
	xml_escape(out->text, text);
	appendStringInfo(out->text, "</%s>\n", element);
}

/* The element of a number. */
static const char *
number_element(const char *number)
{
	if (strpbrk(number, "eE") != NULL)
		return "Float";
	return strchr(number, '.') != NULL ? "Decimal" : "Int";
}

/* Is this a member of an enum, which is a text that is cast to what is no type of OData's own? */
static bool
is_cast_to_own_type(const Json *value)
{
	return json_get(value, "$Cast") != NULL && strncmp(json_get_text(value, "$Type"), "Edm.", 4) != 0;
}

/* The element, or attribute, that holds a constant; *text is what is in it. NULL: it is none. */
static const char *
constant_element(const char *property, const Json *value, const char **text)
{
	*text = value->text;
	switch (value->kind)
	{
		case JSON_IS_BOOLEAN:
			return "Bool";
		case JSON_IS_NUMBER:
			return number_element(value->text);
		case JSON_IS_STRING:
			if (property != NULL && strcmp(property, "Kind") == 0)
			{
				*text = psprintf("Core.RevisionKind/%s", value->text);
				return "EnumMember";
			}
			return property != NULL && strcmp(property, "Name") == 0 ? "PropertyPath" : "String";
		case JSON_IS_OBJECT:
			if (is_cast_to_own_type(value))
			{
				*text = psprintf("%s/%s", json_get_text(value, "$Type"), json_get_text(value, "$Cast"));
				return "EnumMember";
			}
			*text = json_get_text(value, "$Path");
			return *text != NULL ? "Path" : NULL;
		default:
			return NULL;
	}
}

/* What stands in a record. */
static void
xml_record(XmlOut *out, const Json *record)
{
	xml_open(out, "Record");
	if (record->count == 0)
	{
		xml_end(out);
		return;
	}
	xml_inside(out);
	for (int i = 0; i < record->count; i++)
	{
		const char *text;
		const char *constant = constant_element(record->keys[i], record->items[i], &text);

		xml_open(out, "PropertyValue");
		xml_attribute(out, "Property", record->keys[i]);
		if (constant != NULL)
		{
			xml_attribute(out, constant, text);
			xml_end(out);
			continue;
		}
		xml_inside(out);
		xml_value(out, NULL, record->items[i]);
		xml_close(out, "PropertyValue");
	}
	xml_close(out, "Record");
}

/* A list of values in an element. */
static void
xml_list(XmlOut *out, const char *element, const Json *list)
{
	xml_open(out, element);
	if (list->count == 0)
	{
		xml_end(out);
		return;
	}
	xml_inside(out);
	for (int i = 0; i < list->count; i++)
		xml_value(out, NULL, list->items[i]);
	xml_close(out, element);
}

/* An expression with operands; false: it is none. */
static bool
xml_operator(XmlOut *out, const Json *value)
{
	Json	   *negated = json_get(value, "$Not");
	Json	   *cast = json_get(value, "$Cast");

	for (int i = 0; i < (int) lengthof(listing_expressions); i++)
	{
		Json	   *operands = json_get(value, listing_expressions[i]);

		if (operands == NULL)
			continue;
		xml_list(out, listing_expressions[i] + 1, operands);
		return true;
	}
	if (negated == NULL && cast == NULL)
		return false;
	xml_open(out, cast != NULL ? "Cast" : "Not");
	xml_attribute(out, "Type", cast != NULL ? json_get_text(value, "$Type") : NULL);
	xml_inside(out);
	xml_value(out, NULL, cast != NULL ? cast : negated);
	xml_close(out, cast != NULL ? "Cast" : "Not");
	return true;
}

/* A value as an element. */
static void
xml_value(XmlOut *out, const char *property, const Json *value)
{
	const char *text;
	const char *constant = constant_element(property, value, &text);

	check_stack_depth();
	if (constant != NULL)
		xml_element(out, constant, text);
	else if (value->kind == JSON_IS_ARRAY)
		xml_list(out, "Collection", value);
	else if (value->kind == JSON_IS_NULL)
	{
		xml_open(out, "Null");
		xml_end(out);
	}
	else if (!xml_operator(out, value))
		xml_record(out, value);
}

/* The annotations in an object whose keys begin with this and an "@", but for those that are of others of them. */
static void
xml_annotations(XmlOut *out, const Json *object, const char *of)
{
	Size		length = strlen(of);

	for (int i = 0; i < object->count; i++)
	{
		const char *key = object->keys[i];
		const char *term = key + length + 1;
		const Json *value = object->items[i];
		const char *text;
		const char *constant;
		int			before;

		if (strncmp(key, of, length) != 0 || key[length] != '@' || strchr(term, '@') != NULL)
			continue;
		constant = constant_element(NULL, value, &text);
		xml_open(out, "Annotation");
		xml_attribute(out, "Term", term);
		if (constant != NULL)
			xml_attribute(out, constant, text);
		before = out->text->len;
		xml_inside(out);
		if (constant == NULL)
			xml_value(out, NULL, value);
		xml_annotations(out, object, key);
		if (out->text->len > before + 2)
		{
			xml_close(out, "Annotation");
			continue;
		}
		out->text->len = before;
		out->depth--;
		xml_end(out);
	}
}

/* Type and facets, as attributes. */
static void
xml_type(XmlOut *out, const Json *object)
{
	const char *type = json_get_text(object, "$Type");
	bool		collection = json_get_boolean(object, "$Collection", false);

	if (type == NULL)
		type = "Edm.String";
	xml_attribute(out, "Type", collection ? psprintf("Collection(%s)", type) : type);
	xml_attribute(out, "Nullable", json_get_boolean(object, "$Nullable", false) ? "true" : "false");
	xml_attribute(out, "MaxLength", json_get_text(object, "$MaxLength"));
	xml_attribute(out, "Precision", json_get_text(object, "$Precision"));
	if (strcmp(type, "Edm.Decimal") == 0)
		xml_attribute(out, "Scale", json_get(object, "$Scale") != NULL ? json_get_text(object, "$Scale") : "variable");
}

/* Ends an element of which only annotations are left. */
static void
xml_finish(XmlOut *out, const char *element, const Json *object)
{
	int			before = out->text->len;

	xml_inside(out);
	xml_annotations(out, object, "");
	if (out->text->len > before + 2)
	{
		xml_close(out, element);
		return;
	}
	out->text->len = before;
	out->depth--;
	xml_end(out);
}

/* A property, parameter or return type. */
static void
xml_typed(XmlOut *out, const char *element, const char *name, const Json *object)
{
	xml_open(out, element);
	xml_attribute(out, "Name", name);
	xml_type(out, object);
	xml_finish(out, element, object);
}

/* Is a key of an object a name, not one of CSDL's own and no annotation? */
static bool
is_child(const char *key)
{
	return key[0] != '$' && strchr(key, '@') == NULL;
}

/* An entity or complex type. */
static void
xml_structure(XmlOut *out, const char *kind, const char *name, const Json *object)
{
	Json	   *key = json_get(object, "$Key");

	xml_open(out, kind);
	xml_attribute(out, "Name", name);
	xml_inside(out);
	if (key != NULL)
	{
		xml_open(out, "Key");
		xml_inside(out);
		for (int i = 0; i < key->count; i++)
		{
			xml_open(out, "PropertyRef");
			xml_attribute(out, "Name", key->items[i]->text);
			xml_end(out);
		}
		xml_close(out, "Key");
	}
	for (int i = 0; i < object->count; i++)
		if (is_child(object->keys[i]))
			xml_typed(out, "Property", object->keys[i], object->items[i]);
	xml_annotations(out, object, "");
	xml_close(out, kind);
}

/* An enum type. */
static void
xml_enum(XmlOut *out, const char *name, const Json *object)
{
	xml_open(out, "EnumType");
	xml_attribute(out, "Name", name);
	xml_inside(out);
	for (int i = 0; i < object->count; i++)
	{
		if (!is_child(object->keys[i]))
			continue;
		xml_open(out, "Member");
		xml_attribute(out, "Name", object->keys[i]);
		xml_attribute(out, "Value", object->items[i]->text);
		xml_end(out);
	}
	xml_annotations(out, object, "");
	xml_close(out, "EnumType");
}

/* An action or a function. */
static void
xml_operation(XmlOut *out, const char *name, const Json *object)
{
	const char *kind = json_get_text(object, "$Kind");
	Json	   *parameters = json_get(object, "$Parameter");
	Json	   *result = json_get(object, "$ReturnType");

	xml_open(out, kind);
	xml_attribute(out, "Name", name);
	if (json_get_boolean(object, "$IsBound", false))
		xml_attribute(out, "IsBound", "true");
	xml_inside(out);
	for (int i = 0; parameters != NULL && i < parameters->count; i++)
		xml_typed(out, "Parameter", json_get_text(parameters->items[i], "$Name"), parameters->items[i]);
	if (result != NULL)
		xml_typed(out, "ReturnType", NULL, result);
	xml_annotations(out, object, "");
	xml_close(out, kind);
}

/* A term; what it applies to is a list of words. */
static void
xml_term(XmlOut *out, const char *name, const Json *object)
{
	Json	   *places = json_get(object, "$AppliesTo");
	StringInfoData words;

	initStringInfo(&words);
	for (int i = 0; i < places->count; i++)
		appendStringInfo(&words, "%s%s", i > 0 ? " " : "", places->items[i]->text);
	xml_open(out, "Term");
	xml_attribute(out, "Name", name);
	xml_type(out, object);
	xml_attribute(out, "AppliesTo", words.data);
	xml_finish(out, "Term", object);
}

/* What the container holds: an entity set or an import. */
static void
xml_container_child(XmlOut *out, const char *name, const Json *object)
{
	const char *action = json_get_text(object, "$Action");
	const char *function = json_get_text(object, "$Function");
	const char *element = action != NULL ? "ActionImport" : function != NULL ? "FunctionImport" : "EntitySet";

	xml_open(out, element);
	xml_attribute(out, "Name", name);
	xml_attribute(out, "EntityType", action == NULL && function == NULL ? json_get_text(object, "$Type") : NULL);
	xml_attribute(out, "Action", action);
	xml_attribute(out, "Function", function);
	xml_finish(out, element, object);
}

/* The container. */
static void
xml_container(XmlOut *out, const char *name, const Json *object)
{
	xml_open(out, "EntityContainer");
	xml_attribute(out, "Name", name);
	xml_inside(out);
	for (int i = 0; i < object->count; i++)
		if (is_child(object->keys[i]))
			xml_container_child(out, object->keys[i], object->items[i]);
	xml_close(out, "EntityContainer");
}

/* Anything in a schema. */
static void
xml_schema_child(XmlOut *out, const char *name, const Json *object)
{
	const char *kind;

	if (object->kind == JSON_IS_ARRAY)
	{
		for (int i = 0; i < object->count; i++)
			xml_operation(out, name, object->items[i]);
		return;
	}
	kind = json_get_text(object, "$Kind");
	if (strcmp(kind, "EnumType") == 0)
		xml_enum(out, name, object);
	else if (strcmp(kind, "Term") == 0)
		xml_term(out, name, object);
	else if (strcmp(kind, "EntityContainer") == 0)
		xml_container(out, name, object);
	else
		xml_structure(out, kind, name, object);
}

/* A vocabulary that is referred to: in XML, where that is what we are. */
static void
xml_reference(XmlOut *out, const char *uri, const Json *reference)
{
	Json	   *include = json_get(reference, "$Include")->items[0];
	int			length = strlen(uri) - strlen("json");

	xml_open(out, "edmx:Reference");
	xml_attribute(out, "Uri", psprintf("%.*sxml", length, uri));
	xml_inside(out);
	xml_open(out, "edmx:Include");
	xml_attribute(out, "Namespace", json_get_text(include, "$Namespace"));
	xml_attribute(out, "Alias", json_get_text(include, "$Alias"));
	xml_end(out);
	xml_close(out, "edmx:Reference");
}

/* The schemas of a document. */
static void
xml_schemas(XmlOut *out, const Json *document)
{
	for (int i = 0; i < document->count; i++)
	{
		if (document->keys[i][0] == '$')
			continue;
		xml_open(out, "Schema");
		xml_attribute(out, "xmlns", EDM);
		xml_attribute(out, "Namespace", document->keys[i]);
		xml_inside(out);
		for (int j = 0; j < document->items[i]->count; j++)
		{
			CHECK_FOR_INTERRUPTS();
			xml_schema_child(out, document->items[i]->keys[j], document->items[i]->items[j]);
		}
		xml_close(out, "Schema");
	}
}

void
csdl_xml(StringInfo text, const Json *document)
{
	XmlOut		out = {.text = text};
	Json	   *references = json_get(document, "$Reference");

	xml_open(&out, "edmx:Edmx");
	xml_attribute(&out, "xmlns:edmx", EDMX);
	xml_attribute(&out, "Version", json_get_text(document, "$Version"));
	xml_inside(&out);
	for (int i = 0; i < references->count; i++)
		xml_reference(&out, references->keys[i], references->items[i]);
	xml_open(&out, "edmx:DataServices");
	xml_inside(&out);
	xml_schemas(&out, document);
	xml_close(&out, "edmx:DataServices");
	appendStringInfoString(text, "</edmx:Edmx>");
}
