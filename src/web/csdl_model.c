/*
 * csdl_model.c
 *		The metadata of OData on its way.
 *
 * All lives in the memory context in which it is begun. Names are looked up by hash,
 * so that many actions take no longer each than few.
 */
#include "postgres.h"

#include "web/csdl_model.h"
#include "web/csdl_name.h"

/* "scope|name", both within what OData allows */
#define NAME_KEY_LENGTH	660

#define VOCABULARY		"https://oasis-tcs.github.io/odata-vocabularies/vocabularies/"

/* A name in a scope. */
typedef struct CsdlName
{
	char		key[NAME_KEY_LENGTH];
	int			wanted;			/* by so many */
	bool		taken;
	Json	   *json;			/* of a namespace: what it holds */
} CsdlName;

/* A term of our own. */
typedef struct CsdlTerm
{
	const char *name;
	const char *applies_to;		/* JSON */
	const char *description;
} CsdlTerm;

/* Those of csdl_model.h */
static const CsdlTerm own_terms[] = {
	{"action", "[\"Action\", \"Function\"]", "The action's name in PostgreSQL, as invoke_action() takes it"},
	{"key", "[\"Action\", \"Function\"]", "The properties by which the action finds its row, if they are not those of the entity type's key"},
	{"name", "[\"EntityType\", \"ComplexType\", \"EnumType\", \"Property\"]", "The name in PostgreSQL, where OData cannot have it"},
	{"references", "[\"Parameter\"]", "The table, and its key, of which the parameter tells a row"}
};

/* The entry of a name, made if there is none. */
static CsdlName *
name_entry(Csdl *csdl, const char *scope, const char *name)
{
	char		key[NAME_KEY_LENGTH] = {0};
	CsdlName   *entry;
	bool		found;

	snprintf(key, sizeof(key), "%s|%s", scope, name);
	entry = hash_search(csdl->names, key, HASH_ENTER, &found);
	if (!found)
	{
		entry->wanted = 0;
		entry->taken = false;
		entry->json = NULL;
	}
	return entry;
}

void
csdl_want(Csdl *csdl, const char *scope, const char *name)
{
	name_entry(csdl, scope, name)->wanted++;
}

bool
csdl_is_wanted_twice(Csdl *csdl, const char *scope, const char *name)
{
	return name_entry(csdl, scope, name)->wanted > 1;
}

/* Takes a name if it is free. */
static bool
name_is_taken_now(Csdl *csdl, const char *scope, const char *name)
{
	CsdlName   *entry = name_entry(csdl, scope, name);

	if (entry->taken)
		return false;
	entry->taken = true;
	return true;
}

char *
csdl_take_name(Csdl *csdl, const char *scope, const char *name, const char *alternative)
{
	char	   *result = pstrdup(name);

	if (name_is_taken_now(csdl, scope, result))
		return result;
	if (alternative != NULL)
		result = pstrdup(alternative);
	while (!name_is_taken_now(csdl, scope, result))
		result = psprintf("%s_", result);
	return result;
}

const char *
csdl_namespace_of(const Csdl *csdl, const char *schema)
{
	return csdl->namespace != NULL ? csdl->namespace : csdl_namespace(schema);
}

void
csdl_add(Csdl *csdl, const char *namespace, const char *name, Json *child)
{
	CsdlName   *entry = name_entry(csdl, "", namespace);

	if (entry->json == NULL)
	{
		entry->json = json_new_object();
		json_add(csdl->document, namespace, entry->json);
	}
	json_add(entry->json, name, child);
}

Json *
csdl_new(const char *kind)
{
	Json	   *object = json_new_object();

	json_add(object, "$Kind", json_new_string(kind));
	return object;
}

void
csdl_annotate(Json *object, const char *term, const char *text)
{
	if (text != NULL)
		json_add(object, term, json_new_string(csdl_text(text)));
}

void
csdl_describe(Json *object, const char *title, const char *description)
{
	csdl_annotate(object, "@Core.Description", title != NULL ? title : description);
	if (title != NULL)
		csdl_annotate(object, "@Core.LongDescription", description);
}

void
csdl_annotate_name(Json *object, const char *name, const char *original)
{
	if (strcmp(name, original) != 0)
		csdl_annotate(object, CSDL_TERM_NAME, original);
}

/* Refers to a vocabulary by its alias. */
static void
add_vocabulary(Json *references, const char *name, const char *alias)
{
	Json	   *include = json_new_object();
	Json	   *reference = json_new_object();

	json_put_string(include, "$Namespace", name);
	json_put_string(include, "$Alias", alias);
	json_add(reference, "$Include", json_new_array());
	json_append(json_get(reference, "$Include"), include);
	json_add(references, psprintf(VOCABULARY "%s.json", name), reference);
}

/* Adds the terms of our own. */
static void
add_own_terms(Csdl *csdl)
{
	for (int i = 0; i < (int) lengthof(own_terms); i++)
	{
		Json	   *term = csdl_new("Term");
		char	   *name = csdl_take_name(csdl, CSDL_OWN_NAMESPACE, own_terms[i].name, NULL);

		json_add(term, "$AppliesTo", json_parse(own_terms[i].applies_to));
		if (strcmp(name, "key") == 0)
			json_add(term, "$Collection", json_new_boolean(true));
		csdl_describe(term, NULL, own_terms[i].description);
		csdl_add(csdl, CSDL_OWN_NAMESPACE, name, term);
	}
}

/* A table for lookups in the current memory context. */
static HTAB *
lookup_table(const char *name, Size key, Size entry, int flags)
{
	HASHCTL		control = {.keysize = key, .entrysize = entry, .hcxt = CurrentMemoryContext};

	return hash_create(name, 64, &control, flags | HASH_ELEM | HASH_CONTEXT);
}

Csdl *
csdl_begin(const char *namespace)
{
	Csdl	   *csdl = palloc0(sizeof(Csdl));
	Json	   *references = json_new_object();
	const char *home = namespace != NULL ? namespace : CSDL_OWN_NAMESPACE;

	csdl->namespace = namespace;
	csdl->names = lookup_table("names of metadata", NAME_KEY_LENGTH, sizeof(CsdlName), HASH_STRINGS);
	csdl->types = lookup_table("types of metadata", sizeof(Oid), sizeof(CsdlType), HASH_BLOBS);
	csdl->tables = lookup_table("tables of metadata", sizeof(Oid), sizeof(CsdlTable), HASH_BLOBS);
	csdl->document = json_new_object();
	json_put_string(csdl->document, "$Version", "4.0"); /* not all clients take 4.01 */
	json_put_string(csdl->document, "$EntityContainer", psprintf("%s." CSDL_CONTAINER, home));
	add_vocabulary(references, "Org.OData.Core.V1", "Core");
	add_vocabulary(references, "Org.OData.Validation.V1", "Validation");
	add_vocabulary(references, "Org.OData.Capabilities.V1", "Capabilities");
	json_add(csdl->document, "$Reference", references);
	add_own_terms(csdl);
	csdl->container = csdl_new("EntityContainer");
	csdl_add(csdl, home, csdl_take_name(csdl, home, CSDL_CONTAINER, NULL), csdl->container);
	return csdl;
}
