/*
 * unknown_name.c
 *		Says what may have been meant by a bare name that means nothing.
 *
 * Most often it is a column of the bound row or an input, without what goes
 * before the dot; or a text, without its quotes or with those of a name.
 */
#include "postgres.h"

#include "access/relation.h"
#include "base/suggest.h"
#include "base/typography.h"
#include "mb/pg_wchar.h"
#include "nodes/nodeFuncs.h"
#include "program/foreign_syntax.h"
#include "program/unknown_name.h"
#include "utils/rel.h"

/* A bare name and the formula it stands in. */
typedef struct UnknownName
{
	Scope	   *scope;
	const char *name;
	bool		quoted;			/* in double quotes */
	bool		whole;			/* there is nothing else in the formula */
	Suggestion	suggestion;		/* qualified names that are like it */
} UnknownName;

/* Does the text begin with a quotation mark of typesetters? */
static bool
has_typographic(const char *text)
{
	return typographic_quote_at(text, text + strlen(text));
}

/* Is this the only thing that the formula says? */
static bool
is_whole(const Formula *formula, const ColumnRef *reference)
{
	return IsA(formula->raw, ColumnRef) && exprLocation(formula->raw) == reference->location;
}

/* The step or row that has a column of exactly this name, or NULL. */
static const Row *
row_with_column(const Scope *scope, const char *name)
{
	ListCell   *cell;

	foreach(cell, rows_in_order(scope->rows))
	{
		const Row  *row = lfirst(cell);

		if (row_has_column(row, name))
			return row;
	}
	return NULL;
}

/* What has exactly this name, for a hint; NULL: nothing. */
static char *
exact_hint(const UnknownName *unknown)
{
	const Names *names = unknown->scope->names;
	const char *name = unknown->name;
	const Row  *row = row_with_column(unknown->scope, name);

	if (row != NULL && strcmp(row->name, "target") == 0)
		return psprintf("The bound row has such a column: target.%s.", name);
	if (variable_find(&names->inputs, name) != NULL)
		return psprintf("There is an input of this name: input.%s.", name);
	if (variable_find(&names->lets, name) != NULL)
		return psprintf("There is a let of this name: let.%s.", name);
	if (row != NULL)
		return psprintf("\"%s\" has such a column: %s.%s.", row->name, row->name, name);
	if (variable_find(&names->outputs, name) != NULL)
		return psprintf("There is an output of this name: output.%s.", name);
	return NULL;
}

/* Looks at the names of variables, as they are written in formulas. */
static void
consider_variables(UnknownName *unknown, const Variables *variables, const char *group)
{
	ListCell   *cell;

	foreach(cell, variables->all)
	{
		const char *name = ((Variable *) lfirst(cell))->name;

		suggestion_consider(&unknown->suggestion, name, psprintf("%s.%s", group, name));
	}
}

/* Looks at the columns of a table, as they are written in formulas. */
static void
consider_columns(UnknownName *unknown, Oid relation, const char *row)
{
	Relation	table = relation_open(relation, AccessShareLock);	/* may be a composite type */
	TupleDesc	tupdesc = RelationGetDescr(table);

	for (int i = 0; i < tupdesc->natts; i++)
	{
		const char *name = NameStr(TupleDescAttr(tupdesc, i)->attname);

		if (!TupleDescAttr(tupdesc, i)->attisdropped)
			suggestion_consider(&unknown->suggestion, name, psprintf("%s.%s", row, name));
	}
	relation_close(table, AccessShareLock);
}

/* The name that is like it, as it is written in formulas, or NULL. */
static const char *
like_hint(UnknownName *unknown)
{
	const Scope *scope = unknown->scope;
	ListCell   *cell;

	suggestion_init(&unknown->suggestion, unknown->name);
	unknown->suggestion.parts = !unknown->whole;
	if (OidIsValid(scope->this_relation))
		consider_columns(unknown, scope->this_relation, "this");
	consider_variables(unknown, &scope->names->inputs, "input");
	consider_variables(unknown, &scope->names->lets, "let");
	foreach(cell, rows_in_order(scope->rows))
	{
		const Row  *row = lfirst(cell);

		if (OidIsValid(row->relation))
			consider_columns(unknown, row->relation, row->name);
	}
	return unknown->suggestion.best;
}

/* What is said of a whole formula that is a name: it may be meant as a text. */
static char *
text_hint(const UnknownName *unknown)
{
	const Formula *formula = unknown->scope->current;

	if (formula->condition || formula->offset > 0)
		return NULL;
	if (formula->part)
		return psprintf("For the text %s leave out the braces.", unknown->name);
	return psprintf("For the text %s leave out the \"=\".", unknown->name);
}

/* All that can be said. */
static char *
unknown_name_hint(UnknownName *unknown)
{
	char	   *text = unknown->whole ? text_hint(unknown) : NULL;
	const char *like;
	char	   *hint;

	if (has_typographic(unknown->name))
		return pstrdup("Quotes around text are straight ones: 'text'.");
	if (unknown->quoted)
		return psprintf("Text in formulas stands in single quotes: '%s'.", unknown->name);
	hint = exact_hint(unknown);
	if (hint == NULL)
		hint = formula_word_hint(unknown->name);
	if (hint != NULL)
		return hint;
	like = like_hint(unknown);
	if (like == NULL)
		return text;
	return text == NULL ? psprintf("Did you mean %s?", like) :
		psprintf("Did you mean %s? %s", like, text);
}

void
require_known_name(ParseState *pstate, Scope *scope, const ColumnRef *reference)
{
	const Formula *formula = scope->current;
	UnknownName unknown = {scope, strVal(linitial(reference->fields))};
	int			place = reference->location - formula->offset;
	char	   *hint;

	unknown.quoted = place >= 0 && place < strlen(formula->text) && formula->text[place] == '"';
	unknown.whole = is_whole(formula, reference);
	if (pstate != scope->pstate && !unknown.quoted && !has_typographic(unknown.name) &&
		exact_hint(&unknown) == NULL)
		return;
	hint = unknown_name_hint(&unknown);
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("column \"%s\" does not exist", unknown.name),
			 hint ? errhint("%s", hint) : 0,
			 parser_errposition(pstate, reference->location)));
}
