/*
 * renamed_text.c
 *		The texts of a definition with the names that objects have now.
 *
 * Which object a name is, and where it stands, was found out before the command
 * (program/resolved.h). Here nothing is looked up by name: each object is asked
 * what it is called now, and where that is not what stands there, the token is
 * replaced, and no other.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/sql_tokens.h"
#include "ddl/renamed_text.h"
#include "lookup/canonical.h"
#include "lookup/object_name.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

/* A token and what comes in its place. */
typedef struct Edit
{
	int			offset;
	int			length;
	char	   *text;
} Edit;

/* Adds an edit; those of a text are in the order of their places. */
static List *
add_edit(List *edits, int offset, int length, const char *text)
{
	Edit	   *edit = palloc(sizeof(Edit));

	edit->offset = offset;
	edit->length = length;
	edit->text = pstrdup(text);
	return lappend(edits, edit);
}

static int
compare_edits(const ListCell *a, const ListCell *b)
{
	return ((const Edit *) lfirst(a))->offset - ((const Edit *) lfirst(b))->offset;
}

/* Puts the edits into a text. */
static char *
edited(const char *text, List *edits)
{
	StringInfoData out;
	int			done = 0;
	ListCell   *cell;

	list_sort(edits, compare_edits);
	initStringInfo(&out);
	foreach(cell, edits)
	{
		const Edit *edit = lfirst(cell);

		appendBinaryStringInfo(&out, text + done, edit->offset - done);
		appendStringInfoString(&out, edit->text);
		done = edit->offset + edit->length;
	}
	appendStringInfoString(&out, text + done);
	return out.data;
}

/* Is a name another one now? */
static bool
has_changed(const char *was, const char *now)
{
	return was != NULL && now != NULL && strcmp(was, now) != 0;
}

/* What the token of a name is to be now; NULL: as it is. */
static char *
name_renamed(const ResolvedName *name)
{
	char	   *now = object_name(&name->object);
	Oid			schema = object_schema(&name->object);
	char	   *schema_name = OidIsValid(schema) ? get_namespace_name(schema) : NULL;

	if (now == NULL)
		return NULL;
	if (name->is_literal)
	{
		now = object_literal(&name->object);
		return has_changed(name->was, now) ? quote_literal_cstr(now) : NULL;
	}
	if (name->is_schema)
		return has_changed(name->schema_was, schema_name) ? pstrdup(sql_identifier(schema_name)) : NULL;
	if (name->is_bare && OidIsValid(schema) && schema != name->schema)
		return psprintf("%s.%s", sql_identifier(schema_name), sql_identifier(now));
	return has_changed(name->was, now) ? pstrdup(sql_identifier(now)) : NULL;
}

/* Is the meaning of the name at an offset known? */
static bool
is_explained(const ResolvedFormula *formula, int offset)
{
	ListCell   *cell;

	if (list_member_int(formula->others, offset))
		return true;
	foreach(cell, formula->names)
	{
		if (((ResolvedName *) lfirst(cell))->offset == offset)
			return true;
	}
	return false;
}

/* Is a token a keyword rather than a name? */
static bool
is_keyword(const char *text, const SqlToken *token)
{
	return text[token->offset] != '"' && sql_identifier(token->name)[0] == '"';
}

List *
formula_open_names(const ResolvedFormula *formula, const NewName *name)
{
	List	   *open = NIL;
	ListCell   *cell;

	if (name->old == NULL)
		return NIL;
	foreach(cell, formula->tokens)
	{
		const SqlToken *token = lfirst(cell);

		if (token->name != NULL && strcmp(token->name, name->old) == 0 &&
			!is_keyword(formula->text, token) && !is_explained(formula, token->offset))
			open = lappend(open, lfirst(cell));
	}
	return open;
}

char *
formula_renamed(const ResolvedFormula *formula, const NewName *name, const Bitmapset *open)
{
	List	   *edits = NIL;
	ListCell   *cell;

	foreach(cell, formula->names)
	{
		const ResolvedName *resolved = lfirst(cell);
		const SqlToken *token = list_nth(formula->tokens, sql_token_at(formula->tokens, resolved->offset));
		char	   *text = name_renamed(resolved);

		if (text != NULL)
			edits = add_edit(edits, token->offset, token->length, text);
	}
	foreach(cell, formula_open_names(formula, name))
	{
		const SqlToken *token = lfirst(cell);

		if (bms_is_member(foreach_current_index(cell), open))
			edits = add_edit(edits, token->offset, token->length, sql_identifier(name->new));
	}
	return edits == NIL ? formula->text : edited(formula->text, edits);
}

/* The edits of a dotted name that begins a text. */
static List *
dotted_edits(const ResolvedPlace *place, const char *text, const List *tokens)
{
	ResolvedName name = place->name;
	List	   *edits = NIL;
	int			parts = 1;

	while (sql_token_part(tokens, 0, text, parts) >= 0)
		parts++;
	for (int part = Max(parts - 2, 0); part < parts; part++)
	{
		int			number = sql_token_part(tokens, 0, text, part);
		const SqlToken *token;
		char	   *now;

		if (number < 0)
			return NIL;
		token = list_nth(tokens, number);
		name.is_schema = part == parts - 2;
		name.is_bare = parts == 1;
		now = name_renamed(&name);
		if (now != NULL)
			edits = add_edit(edits, token->offset, token->length, now);
	}
	return edits;
}

char *
place_renamed(const ResolvedPlace *place, char *text)
{
	List	   *edits;

	if (place->signature != NULL && strchr(text, '(') != NULL)
	{
		char	   *now = signature_canonical(place->name.object.objectId);

		return has_changed(place->signature, now) ? now : text;
	}
	edits = dotted_edits(place, text, sql_tokens(text));
	return edits == NIL ? text : edited(text, edits);
}
