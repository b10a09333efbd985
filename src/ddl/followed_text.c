/*
 * followed_text.c
 *		A document of an action that takes on the names of now.
 *
 * The text is compiled in the catalogs as they were, which says what its names
 * mean; then it is written with what these objects are called now, compiled again,
 * and counts if the trees are the same: the same columns by number, functions and
 * tables. So a name that comes to mean something else, such as an old one that an
 * outer query has as well, is found out. Names that neither parser nor catalogs
 * explain, such as a column of a sub-SELECT's result, are tried in all
 * combinations, few first.
 *
 * Each look is a subtransaction that is undone, and waits for no lock.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/error.h"
#include "base/sql_tokens.h"
#include "catalog/namespace.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "ddl/followed_text.h"
#include "ddl/recheck.h"
#include "definition/text_walk.h"
#include "definition/value_text.h"
#include "engine/published_function.h"
#include "lookup/canonical.h"
#include "lookup/function_lookup.h"
#include "lookup/object_name.h"
#include "lookup/words.h"
#include "miscadmin.h"
#include "parser/parse_type.h"
#include "program/meaning.h"
#include "program/value.h"
#include "publish/check.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/regproc.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

/* How often a text is compiled at most to find out which open names follow */
#define MAX_TRIALS	300

/* What activation wrote down of an object, and which it was */
typedef struct FrozenObject
{
	ObjectAddress object;
	char	   *was;
} FrozenObject;

/* A look at a text, as it was or is. */
typedef struct Look
{
	FollowedText *text;
	TextCheck	check;
	ProblemSink sink;
	MemoryContext mcxt;			/* of what is found out */
	bool		is_past;
	char	   *difference;		/* of the signature, from its function's */
} Look;

/* Names that are being replaced in a document. */
typedef struct Renaming
{
	FollowedText *text;
	const NewName *name;
} Renaming;

/* Notes a type that a text names. */
static void
note_type(Program *program, const char *location, char *text)
{
	TypeName   *name = typeStringToTypeName(text, NULL);
	Type		tuple = name == NULL ? NULL : LookupTypeName(NULL, name, NULL, true);
	Oid			type;
	Oid			element;

	if (tuple == NULL)
		return;
	type = typeTypeId(tuple);
	ReleaseSysCache(tuple);
	element = get_element_type(type);
	resolved_place(program, location, TypeRelationId, OidIsValid(element) ? element : type);
}

/* Notes the function of a plug-in. */
static void
note_plugin(Program *program, const char *location, const char *text)
{
	Datum		function;

	LOCAL_FCINFO(fcinfo, 1);

	InitFunctionCallInfoData(*fcinfo, NULL, 1, InvalidOid, NULL, NULL);
	fcinfo->args[0].value = CStringGetTextDatum(text);
	fcinfo->args[0].isnull = false;
	function = to_regprocedure(fcinfo);
	if (!fcinfo->isnull)
		resolved_place(program, location, ProcedureRelationId, DatumGetObjectId(function));
}

/* The schemas of a search_path by their names. */
static void
note_path(Program *program, const char *path)
{
	List	   *names;
	ListCell   *cell;

	if (!SplitIdentifierString(pstrdup(path), ',', &names))
		return;
	foreach(cell, names)
		resolved_place(program, psprintf("schema %s", (char *) lfirst(cell)), NamespaceRelationId,
					   get_namespace_oid(lfirst(cell), true));
}

/* Notes what texts mean that compiling does not tell. */
static void
note_text(const DefinitionText *text, void *arg)
{
	Program    *program = arg;

	switch (text->means)
	{
		case TEXT_IS_TYPE:
			note_type(program, text->location, *text->text);
			break;
		case TEXT_IS_PLUGIN:
			note_plugin(program, text->location, *text->text);
			break;
		case TEXT_IS_PATH:
			note_path(program, *text->text);
			break;
		default:
			break;
	}
}

/* The search_path among the settings of a function, or NULL. */
static char *
path_of_settings(ArrayType *settings)
{
	Datum	   *items;
	int			count;

	if (settings == NULL)
		return NULL;
	deconstruct_array(settings, TEXTOID, -1, false, TYPALIGN_INT, &items, NULL, &count);
	for (int i = 0; i < count; i++)
	{
		char	   *item = TextDatumGetCString(items[i]);

		if (pg_strncasecmp(item, "search_path=", strlen("search_path=")) == 0)
			return item + strlen("search_path=");
	}
	return NULL;
}

/* Notes the objects whose names activation has written down. */
static void
note_frozen(Look *look, const Program *program)
{
	MemoryContext old = MemoryContextSwitchTo(look->mcxt);
	ListCell   *cell;

	foreach(cell, meaning_met(program, look->mcxt))
	{
		FrozenObject *frozen = palloc(sizeof(FrozenObject));

		frozen->object = *(const ObjectAddress *) lfirst(cell);
		frozen->was = meaning_signature(&frozen->object);
		look->text->frozen = lappend(look->text->frozen, frozen);
	}
	MemoryContextSwitchTo(old);
}

/* Looks at a text that was compiled, under its settings. */
static void
look_at_program(TextCheck *check, Program *program, const Definition *definition, void *arg)
{
	Look	   *look = arg;
	char	   *path = path_of_settings(check->settings);

	if (program == NULL)
		return;
	if (!look->is_past)
	{
		if (OidIsValid(check->function))
			look->difference = signature_difference(program->signature, check->function, false);
		if (look->difference != NULL)
			look->difference = MemoryContextStrdup(look->mcxt, look->difference);
		return;
	}
	texts_visit(check->document, definition->steps, note_text, program);
	plugin_texts_visit(check->plugins, note_text, program);
	if (path != NULL)
		note_path(program, path);
	note_frozen(look, program);
}

static void
look_run(void *arg)
{
	Look	   *look = arg;

	if (OidIsValid(look->text->active))
		lock_needed_at_once(look->text->active);
	check_text(&look->check);
}

/* Compiles a text; false: not at all, since something raised, or a lock was not to be had. */
static bool
look_at_names(Look *look, FollowedText *text, Json *document, Json *plugins, ArrayType *settings, Resolved *resolved)
{
	look->text = text;
	look->sink.action = text->action;
	look->sink.collect = true;
	look->sink.mcxt = look->mcxt;
	look->check.action = text->action;
	look->check.owner = text->owner;
	look->check.function = text->function;
	look->check.settings = settings;
	look->check.document = json_copy(document);
	look->check.plugins = plugins;
	look->check.sink = &look->sink;
	look->check.resolved = resolved;
	look->check.look = look_at_program;
	look->check.arg = look;
	return caught_trial_at_once(look_run, look, &text->missed_lock) == NULL && !text->missed_lock;
}

void
text_look(FollowedText *text, MemoryContext mcxt)
{
	Look		look = {.mcxt = mcxt, .is_past = true};

	text->past = resolved_new(mcxt);
	text->looked = look_at_names(&look, text, text->document, text->plugins, text->settings, text->past);
}

/* Finds a formula by its place and text; of several with the text below a step, one is as good if all become the same. */
static int
formula_place(const Resolved *past, const char *location, const char *text)
{
	int			length = strcspn(location, ".");
	int			found = -1;
	ListCell   *cell;

	foreach(cell, past->formulas)
	{
		const ResolvedFormula *formula = lfirst(cell);

		if (strcmp(formula->text, text) != 0)
			continue;
		if (strcmp(formula->location, location) == 0)
			return foreach_current_index(cell);
		if (found < 0 && strncmp(formula->location, location, length) == 0)
			found = foreach_current_index(cell);
	}
	return found;
}

/* Is the old name among the tokens of a text? */
static bool
has_old_name(const NewName *name, const char *text)
{
	ResolvedFormula formula = {.text = unconstify(char *, text), .tokens = sql_tokens(text)};

	return formula_open_names(&formula, name) != NIL;
}

/* Is this a name of something in another schema than that of what was renamed? */
static bool
is_elsewhere(const NewName *name, const char *text)
{
	char	   *schema;
	char	   *last;

	return name->schema != NULL && qualified_name_split(text, &schema, &last) &&
		strcmp(schema, name->schema) != 0;
}

/* Notes a place that may still have the old name. */
static void
note_left(const Renaming *renaming, const char *location)
{
	ListCell   *cell;

	foreach(cell, renaming->text->left)
	{
		if (strcmp(lfirst(cell), location) == 0)
			return;
	}
	renaming->text->left = lappend(renaming->text->left, pstrdup(location));
}

/* A formula with the names of now. */
static char *
renamed_formula(const Renaming *renaming, const char *location, char *text)
{
	const FollowedText *followed = renaming->text;
	int			number = formula_place(followed->past, location, text);
	const ResolvedFormula *formula;

	if (number < 0)
	{
		if (has_old_name(renaming->name, text))
			note_left(renaming, location);
		return text;
	}
	formula = list_nth(followed->past->formulas, number);
	if (formula->trees == NIL && formula_open_names(formula, renaming->name) != NIL)
		note_left(renaming, location);
	return formula_renamed(formula, renaming->name, followed->chosen[number]);
}

/* A template with the names of now in its formulas. */
static char *
renamed_template(const Renaming *renaming, const char *location, const char *text)
{
	StringInfoData out;
	const char *open;

	initStringInfo(&out);
	while ((open = strstr(text, "{{")) != NULL)
	{
		const char *close = template_formula_end(open + 2);

		if (close == NULL)
			break;
		appendBinaryStringInfo(&out, text, open + 2 - text);
		appendStringInfoString(&out, renamed_formula(renaming, location, pnstrdup(open + 2, close - open - 2)));
		appendStringInfoString(&out, "}}");
		text = close + 2;
	}
	appendStringInfoString(&out, text);
	return out.data;
}

/* A value with the names of now. */
static char *
renamed_value(const Renaming *renaming, const char *location, char *text)
{
	const ResolvedPlace *label;
	const char *rest;

	switch (value_text_read(text, &rest))
	{
		case TEXT_FORMULA:
			return psprintf("%.*s%s", (int) (rest - text), text,
							renamed_formula(renaming, location, pstrdup(rest)));
		case TEXT_TEMPLATE:
			return renamed_template(renaming, location, text);
		default:
			break;
	}
	label = resolved_place_find(renaming->text->past->labels, location);
	if (label == NULL || strcmp(object_name(&label->name.object), label->name.was) == 0)
		return text;
	rest = object_name(&label->name.object);
	return psprintf("%s%s", formula_is_marked(rest) ? "=" : "", rest);
}

/* A condition or an order with the names of now. */
static char *
renamed_condition(const Renaming *renaming, const char *location, char *text)
{
	const char *formula = formula_text(text);

	return psprintf("%.*s%s", (int) (formula - text), text,
					renamed_formula(renaming, location, pstrdup(formula)));
}

/* A table, function, action or type with the name of now; the name of a row as it is. */
static char *
renamed_object(const Renaming *renaming, const DefinitionText *text)
{
	const ResolvedPlace *place = resolved_place_find(renaming->text->past->places, text->location);

	if (place == NULL && text->means == TEXT_IS_OBJECT && formula_is_marked(*text->text))
		return renamed_value(renaming, text->location, *text->text);
	if (place == NULL)
	{
		if (resolved_place_find(renaming->text->past->tables, text->location) == NULL &&
			has_old_name(renaming->name, *text->text) && !is_elsewhere(renaming->name, *text->text))
			note_left(renaming, text->location);
		return *text->text;
	}
	return place_renamed(place, *text->text);
}

/* A column with the name of now. */
static char *
renamed_column(const Renaming *renaming, const DefinitionText *text)
{
	const Resolved *past = renaming->text->past;
	const ResolvedPlace *table = text->table == NULL ? NULL : resolved_place_find(past->tables, text->table);
	const ResolvedColumns *columns;

	if (table == NULL)
	{
		if (text->table != NULL && strchr(text->table, '.') == NULL && renaming->name->old != NULL &&
			strcmp(*text->text, renaming->name->old) == 0)
			note_left(renaming, text->location);
		return *text->text;
	}
	columns = resolved_columns_find(past, table->name.object.objectId);
	for (int i = 0; columns != NULL && i < columns->count; i++)
	{
		char	   *now;

		if (columns->names[i] == NULL || strcmp(columns->names[i], *text->text) != 0)
			continue;
		now = get_attname(table->name.object.objectId, i + 1, true);
		return now != NULL ? now : *text->text;
	}
	return *text->text;
}

/* A search_path with the names of now. */
static char *
renamed_path(const Renaming *renaming, char *path)
{
	StringInfoData out;
	bool		changed = false;
	List	   *names;
	ListCell   *cell;

	if (!SplitIdentifierString(pstrdup(path), ',', &names))
		return path;
	initStringInfo(&out);
	foreach(cell, names)
	{
		const char *name = lfirst(cell);
		const ResolvedPlace *schema = resolved_place_find(renaming->text->past->places, psprintf("schema %s", name));
		char	   *now = schema == NULL ? NULL : object_name(&schema->name.object);

		changed = changed || (now != NULL && strcmp(now, name) != 0);
		appendStringInfo(&out, "%s%s", out.len > 0 ? ", " : "", name_canonical(now != NULL ? now : name));
	}
	return changed ? out.data : path;
}

/* What activation wrote down, as the object is called now. */
static char *
renamed_frozen(const Renaming *renaming, char *text)
{
	ListCell   *cell;

	foreach(cell, renaming->text->frozen)
	{
		const FrozenObject *frozen = lfirst(cell);

		if (strcmp(frozen->was, text) == 0)
			return meaning_signature(&frozen->object);
	}
	return text;
}

/* Gives a text of the document the names of now. */
static void
rename_text(const DefinitionText *text, void *arg)
{
	const Renaming *renaming = arg;

	CHECK_FOR_INTERRUPTS();
	switch (text->means)
	{
		case TEXT_IS_VALUE:
			*text->text = renamed_value(renaming, text->location, *text->text);
			break;
		case TEXT_IS_FORMULA:
			*text->text = renamed_condition(renaming, text->location, *text->text);
			break;
		case TEXT_IS_OBJECT:
		case TEXT_IS_TYPE:
		case TEXT_IS_PLUGIN:
			*text->text = renamed_object(renaming, text);
			break;
		case TEXT_IS_COLUMN:
			*text->text = renamed_column(renaming, text);
			break;
		case TEXT_IS_PATH:
			*text->text = renamed_path(renaming, *text->text);
			break;
		case TEXT_IS_FROZEN:
			*text->text = renamed_frozen(renaming, *text->text);
			break;
	}
}

/* The settings of a function with the schemas of now. */
static ArrayType *
renamed_settings(const Renaming *renaming, ArrayType *settings)
{
	char	   *path = path_of_settings(settings);
	char	   *now = path == NULL ? NULL : renamed_path(renaming, path);

	return now == path ? settings : GUCArrayAdd(settings, "search_path", now);
}

/* Writes the text with the names of now, and those of the open ones that are chosen. */
static void
rename_document(FollowedText *text, const NewName *name)
{
	Renaming	renaming = {text, name};
	ProblemSink sink = {.collect = true, .mcxt = CurrentMemoryContext};

	text->left = NIL;
	text->renamed = json_copy(text->document);
	text->renamed_plugins = text->plugins != NULL ? json_copy(text->plugins) : NULL;
	texts_visit(text->renamed, definition_parse(text->renamed, &sink)->steps, rename_text, &renaming);
	plugin_texts_visit(text->renamed_plugins, rename_text, &renaming);
	text->renamed_settings = renamed_settings(&renaming, text->settings);
}

/* How many members has the set of bits? */
static int
bits_of(uint32 bits)
{
	int			count = 0;

	for (; bits != 0; bits &= bits - 1)
		count++;
	return count;
}

/* The next set of open names to try after one, the small ones first; false: there is none. */
static bool
next_choice(Bitmapset **chosen, int count)
{
	uint32		now = 0;
	int			member = -1;

	if (count > MAX_TRIED)
	{
		/* all or none */
		if (*chosen != NULL)
			return false;
		*chosen = bms_add_range(NULL, 0, count - 1);
		return true;
	}
	while ((member = bms_next_member(*chosen, member)) >= 0)
		now |= 1u << member;
	for (int size = bits_of(now); size <= count; size++)
		for (uint32 bits = size == bits_of(now) ? now + 1 : 0; bits < (1u << count); bits++)
		{
			if (bits_of(bits) != size)
				continue;
			*chosen = NULL;
			for (int i = 0; i < count; i++)
				if (bits & (1u << i))
					*chosen = bms_add_member(*chosen, i);
			return true;
		}
	return false;
}

/* Says why a text cannot follow. */
static char *
reason_of(const FollowedText *text, const Look *look, int formula)
{
	StringInfoData problems;
	const ResolvedFormula *differs;

	initStringInfo(&problems);
	problems_print(&problems, &look->sink);
	if (look->difference != NULL)
		return look->difference;
	if (problems.len > 0)
		return problems.data;
	if (formula < 0)
		return pstrdup("it would not mean the same");
	differs = list_nth(text->past->formulas, formula);
	return psprintf("%s: the formula would not mean the same: %s", differs->location, differs->text);
}

/* Does the renamed text mean what it meant? Says which formula does not, -1: that is not known. */
static bool
follows_soundly(FollowedText *text, int *formula, MemoryContext mcxt)
{
	Look		look = {.mcxt = mcxt};
	Resolved   *now = resolved_new(mcxt);
	bool		compiled = look_at_names(&look, text, text->renamed, text->renamed_plugins,
										 text->renamed_settings, now);
	bool		same = compiled && resolved_same(text->past, now, formula);

	text->reason = NULL;
	if (!same || look.difference != NULL)
		text->reason = reason_of(text, &look, compiled && !same ? *formula : -1);
	MemoryContextDelete(now->mcxt);
	return same;
}

void
text_follow(FollowedText *text, const NewName *name, MemoryContext mcxt)
{
	int			formula = -1;

	if (text->missed_lock && (name->old == NULL || text_may_name(json_text(text->document), name->old)))
		text->reason = pstrdup("Another session has locked a table that it uses, so that it cannot follow now.");
	if (!text->looked)
		return;
	text->chosen = palloc0(sizeof(Bitmapset *) * (list_length(text->past->formulas) + 1));
	for (int trial = 0; trial < MAX_TRIALS; trial++)
	{
		CHECK_FOR_INTERRUPTS();
		rename_document(text, name);

		/*
		 * what is published may mean something else though nothing in it is
		 * called otherwise
		 */
		if ((!OidIsValid(text->function) && !text_has_changed(text)) ||
			follows_soundly(text, &formula, mcxt) || formula < 0 ||
			!next_choice(&text->chosen[formula],
						 list_length(formula_open_names(list_nth(text->past->formulas, formula), name))))
			return;
	}
}

/* Do two documents, or plug-ins, say the same? */
static bool
same_json(const Json *one, const Json *other)
{
	return one == NULL ? other == NULL : strcmp(json_text(one), json_text(other)) == 0;
}

bool
text_has_changed(const FollowedText *text)
{
	return text->renamed != NULL &&
		(!same_json(text->document, text->renamed) || !same_json(text->plugins, text->renamed_plugins) ||
		 text->settings != text->renamed_settings);
}
