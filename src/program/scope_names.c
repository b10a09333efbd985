/*
 * scope_names.c
 *		Lists what the formulas of a scope may call by name.
 *
 * It goes the way that a name takes when it is resolved (parser_hooks.c): first
 * what SQL finds in the FROM of the statement around, then the rows, variables and
 * fields of the action (names.c), as far as nothing nearer hides them. Whoever
 * changes one of these changes this; the test names_resolve tries every name at
 * every place.
 */
#include "postgres.h"

#include "access/relation.h"
#include "base/error_field.h"
#include "base/text_list.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/comment.h"
#include "lookup/canonical.h"
#include "nodes/nodeFuncs.h"
#include "program/context_field.h"
#include "program/names.h"
#include "program/scope_names.h"
#include "program/trial.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

typedef struct Listing
{
	const Scope *scope;
	List	   *names;			/* of ScopeName */
	List	   *items;			/* of char *: FROM items met, inner ones first */
	List	   *bare;			/* of char *: columns met that need nothing before them */
} Listing;

/* Adds a name; type InvalidOid: it is not known. */
static void
add_name(Listing *listing, char *name, Oid type, int32 typmod, const char *source, const char *description)
{
	ScopeName  *entry = palloc(sizeof(ScopeName));

	entry->name = name;
	entry->type = OidIsValid(type) ? type_name_canonical(type, typmod) : NULL;
	entry->source = pstrdup(source);
	entry->description = description == NULL ? NULL : pstrdup(description);
	listing->names = lappend(listing->names, entry);
}

/* "target.tier": behind a dot even words of SQL need no quotes, unlike what is not in small letters. */
static char *
dotted(const char *first, const char *second)
{
	bool		plain = strspn(second, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(second) &&
		!(second[0] >= '0' && second[0] <= '9');

	return psprintf("%s.%s", first, plain ? second : name_canonical(second));
}

/* The COMMENT of a column, or of a relation by number 0; NULL: there is none, or no such relation. */
static char *
column_comment(Oid relation, AttrNumber number)
{
	return OidIsValid(relation) ? GetComment(relation, RelationRelationId, number) : NULL;
}

/* Where the columns of a FROM item come from, in words. */
static char *
item_source(const ParseState *pstate, const ParseNamespaceItem *item)
{
	const char *name = item->p_names->aliasname;

	if (strcmp(name, "this") == 0)
		return psprintf("row being %s (this)", item == pstate->p_target_nsitem ? "changed" : "read");
	if (strcmp(name, "excluded") == 0)
		return "row that could not be created (excluded)";
	return psprintf("row of %s", name);
}

/* The row type of a FROM item; that of a function that gives no rows is what it gives. */
static Oid
item_row_type(const ParseNamespaceItem *item)
{
	const RangeTblEntry *entry = item->p_rte;

	if (entry->rtekind == RTE_RELATION)
		return get_rel_type_id(entry->relid);
	if (entry->rtekind == RTE_FUNCTION && list_length(entry->functions) == 1)
		return exprType(linitial_node(RangeTblFunction, entry->functions)->funcexpr);
	return RECORDOID;
}

/* Is a column of this name in another item of the level, so that SQL would not know which is meant? */
static bool
is_ambiguous(const ParseState *pstate, const ParseNamespaceItem *item, const char *column)
{
	ListCell   *cell;
	ListCell   *name;

	foreach(cell, pstate->p_namespace)
	{
		const ParseNamespaceItem *other = lfirst(cell);

		if (other == item || !other->p_cols_visible)
			continue;
		foreach(name, other->p_names->colnames)
		{
			if (strcmp(strVal(lfirst(name)), column) == 0)
				return true;
		}
	}
	return false;
}

/* Adds the columns of a FROM item, with its name before them or bare. */
static void
add_item_columns(Listing *listing, const ParseState *pstate, const ParseNamespaceItem *item, bool bare)
{
	const RangeTblEntry *entry = item->p_rte;
	Oid			relation = entry->rtekind == RTE_RELATION ? entry->relid : InvalidOid;
	const char *source = item_source(pstate, item);
	ListCell   *cell;

	foreach(cell, item->p_names->colnames)
	{
		const ParseNamespaceColumn *column = &item->p_nscolumns[foreach_current_index(cell)];
		char	   *name = strVal(lfirst(cell));

		if (name[0] == '\0' || column->p_varno == 0 ||	/* dropped */
			(bare && (text_list_has(listing->bare, name) || is_ambiguous(pstate, item, name))))
			continue;
		add_name(listing, bare ? name_canonical(name) : dotted(item->p_names->aliasname, name),
				 column->p_vartype, column->p_vartypmod, source,
				 column_comment(relation, column->p_varattno));
		if (bare)
			listing->bare = lappend(listing->bare, name);
	}
}

/* Adds a FROM item as a row, and its columns. */
static void
add_item(Listing *listing, const ParseState *pstate, const ParseNamespaceItem *item)
{
	char	   *name = item->p_names->aliasname;
	Oid			relation = item->p_rte->rtekind == RTE_RELATION ? item->p_rte->relid : InvalidOid;

	if (item->p_lateral_only && !item->p_lateral_ok)
		return;
	if (item->p_rel_visible && !text_list_has(listing->items, name))
	{
		listing->items = lappend(listing->items, name);
		add_name(listing, pstrdup(name), item_row_type(item), -1, item_source(pstate, item),
				 column_comment(relation, 0));
		add_item_columns(listing, pstate, item, false);
	}
	if (item->p_cols_visible)
		add_item_columns(listing, pstate, item, true);
}

/* Where a row of the action comes from, in words. */
static char *
row_source(const Row *row)
{
	if (row->step == NULL)
		return OidIsValid(row->relation) ?
			psprintf("target %s", relation_name_canonical(row->relation)) : pstrdup(row->name);
	if (strcmp(row->name, "error") == 0)
		return psprintf("error of step %s", row->step->path);
	if (row->step->kind->scoped)
		return psprintf("loop of step %s", step_title(row->step));
	return psprintf("step %s", step_title(row->step));
}

/* What a column is that a step has besides those of a table. */
static const char *
computed_meaning(const Row *row, const char *column)
{
	if (strcmp(row->name, "error") == 0)
		for (int i = 0; i < nerror_fields; i++)
			if (strcmp(error_fields[i].name, column) == 0)
				return error_fields[i].words;
	if (row->is_count)
		return "how many rows";
	if (row->step == NULL || !row->step->kind->scoped)
		return NULL;
	if (row_column_find(row, column)->computed)
		return "number of the turn, from 1";
	return strcmp(column, "value") == 0 ? "the element" : NULL;
}

/* Adds the columns that a row has by its table. */
static void
add_table_columns(Listing *listing, const Row *row, const char *source)
{
	Relation	relation = relation_open(row->relation, AccessShareLock);
	TupleDesc	tupdesc = RelationGetDescr(relation);

	for (int i = 0; i < tupdesc->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(tupdesc, i);

		if (!column->attisdropped)
			add_name(listing, dotted(row->name, NameStr(column->attname)), column->atttypid,
					 column->atttypmod, source, column_comment(row->relation, column->attnum));
	}
	relation_close(relation, AccessShareLock);
}

/* Adds the columns that a row has besides. */
static void
add_other_columns(Listing *listing, const Row *row, const char *source)
{
	ListCell   *cell;

	foreach(cell, row->columns)
	{
		const RowColumn *column = lfirst(cell);
		const Slot *slot = &listing->scope->program->slots[column->slot];

		if (column->name != NULL && (column->computed || !OidIsValid(row->relation)))
			add_name(listing, dotted(row->name, column->name), slot->type, slot->typmod, source,
					 computed_meaning(row, column->name));
	}
}

/* Adds a row of the action. */
static void
add_action_row(Listing *listing, const Row *row)
{
	char	   *source = row_source(row);
	bool		has_row = OidIsValid(row->relation) && !row->is_count;
	char	   *comment;

	if (row->broken)
	{
		add_name(listing, pstrdup(row->name), InvalidOid, -1, source,
				 row->step == NULL ? "it does not compile yet" : "its step does not compile yet");
		return;
	}
	if (has_row && !text_list_has(listing->bare, row->name))
	{
		comment = row->step != NULL ? row->step->description : NULL;
		add_name(listing, pstrdup(row->name), get_rel_type_id(row->relation), -1, source,
				 comment != NULL ? comment : column_comment(row->relation, 0));
	}
	if (OidIsValid(row->relation))
		add_table_columns(listing, row, source);
	add_other_columns(listing, row, source);
}

/* Adds the rows of the action, the last one first. */
static void
add_action_rows(Listing *listing)
{
	for (const RowChain *rows = listing->scope->rows; rows != NULL; rows = rows->outer)
	{
		const Row  *row = rows->row;

		if (!row->for_code && row_find(listing->scope->rows, row->name) == row && !text_list_has(listing->items, row->name))
			add_action_row(listing, row);
	}
}

/* What the document says of an input or output; NULL: nothing. */
static const char *
parameter_description(const List *parameters, const char *name)
{
	ListCell   *cell;

	foreach(cell, parameters)
	{
		const Parameter *parameter = lfirst(cell);

		if (parameter->name != NULL && strcmp(parameter->name, name) == 0)
			return parameter->description;
	}
	return NULL;
}

/* "let in step 3", of a variable that is declared at "3.x". */
static char *
let_source(const Variable *variable)
{
	int			length = variable->location == NULL ? 0 :
		(int) (strlen(variable->location) - strlen(variable->name)) - 1;

	return length > 0 ? psprintf("let in step %.*s", length, variable->location) : pstrdup("let");
}

/* Adds the variables of a group: those of a let the last first, others in their order. */
static void
add_variables(Listing *listing, const List *variables, const char *group, const List *parameters)
{
	bool		are_lets = strcmp(group, "let") == 0;
	int			count = list_length(variables);

	for (int i = 0; i < count; i++)
	{
		const Variable *variable = list_nth(variables, are_lets ? count - 1 - i : i);
		const Slot *slot = &listing->scope->program->slots[variable->slot];
		bool		known = !variable->broken && !variable->open;

		add_name(listing, dotted(group, variable->name), known ? slot->type : InvalidOid, slot->typmod,
				 are_lets ? let_source(variable) : group,
				 known ? parameter_description(parameters, variable->name) : "its type is not known yet");
	}
}

/* Adds the fields of context. */
static void
add_context(Listing *listing)
{
	for (int i = 0; i < CONTEXT_FIELDS; i++)
		add_name(listing, psprintf("context.%s", context_field_name(i)), context_field_type(i), -1,
				 "context", context_field_meaning(i));
}

List *
scope_names(const ParseState *pstate, const Scope *scope)
{
	Listing		listing = {.scope = scope};
	const Definition *definition = scope->program->definition;
	ListCell   *cell;

	for (; pstate != NULL; pstate = pstate->parentParseState)
	{
		foreach(cell, pstate->p_namespace)
			add_item(&listing, pstate, lfirst(cell));
	}
	if (scope->names == NULL || scope->names->none)
		return listing.names;
	add_action_rows(&listing);
	add_variables(&listing, scope->names->lets.all, "let", NIL);
	add_variables(&listing, scope->names->inputs.all, "input", definition->inputs);
	add_variables(&listing, scope->names->outputs.all, "output", definition->outputs);
	add_context(&listing);
	return listing.names;
}
