/*
 * names.c
 *		Resolves input.x, target.x, step.x, let.x, output.x and context.x to
 *		Params over the program's slots.
 *
 * Slots are added only while compiling. When PostgreSQL analyses a statement
 * anew later, the same names must give the same types again, or the statement
 * fails and the next invocation compiles afresh.
 */
#include "postgres.h"

#include "base/suggest.h"
#include "base/text_list.h"
#include "catalog/pg_type.h"
#include "lookup/canonical.h"
#include "lookup/suggest_catalog.h"
#include "nodes/makefuncs.h"
#include "program/context_field.h"
#include "program/names.h"
#include "program/statement.h"
#include "utils/lsyscache.h"

#define SLOTS_AT_FIRST	8		/* a power of two; then there is room for twice as many */
#define VARIABLES_LISTED 32		/* more are found by a table */


int
program_add_slot(Program *program, Oid type, int32 typmod, Oid collation)
{
	MemoryContext old = MemoryContextSwitchTo(program->mcxt);
	Slot	   *slot;

	if (program->slots == NULL)
		program->slots = palloc(SLOTS_AT_FIRST * sizeof(Slot));
	else if (program->nslots >= SLOTS_AT_FIRST && (program->nslots & (program->nslots - 1)) == 0)
		program->slots = repalloc(program->slots, 2 * program->nslots * sizeof(Slot));
	slot = &program->slots[program->nslots];
	slot->type = type;
	slot->typmod = typmod;
	slot->collation = collation;
	get_typlenbyval(type, &slot->length, &slot->byval);
	MemoryContextSwitchTo(old);
	return program->nslots++;
}

void
program_note_relation(Program *program, Oid relation)
{
	MemoryContext old = MemoryContextSwitchTo(program->mcxt);

	program->relations = list_append_unique_oid(program->relations, relation);
	MemoryContextSwitchTo(old);
}

/* Notes that the scope, and the value that is being transformed, read a slot. */
static void
note_slot(Scope *scope, int slot)
{
	MemoryContext old = MemoryContextSwitchTo(scope->program->mcxt);

	if (!bms_is_member(slot, scope->slots))
	{
		scope->slots = bms_add_member(scope->slots, slot);
		scope->parameters = lappend_int(scope->parameters, slot);
	}
	if (scope->findings != NULL && scope->placeholder != NULL)
		scope->placeholder->slots = list_append_unique_int(scope->placeholder->slots, slot);
	MemoryContextSwitchTo(old);
}

int
scope_parameter(const Scope *scope, int slot)
{
	ListCell   *cell;

	foreach(cell, scope->parameters)
	{
		if (lfirst_int(cell) == slot)
			return foreach_current_index(cell) + 1;
	}
	elog(ERROR, "slot %d is no parameter of the statement", slot);
	return 0;					/* keep compiler quiet */
}

/* Where the relation of many items stands, and how many levels up. */
static const ParseNamespaceItem *
items_relation(const ParseState *pstate, const Scope *scope, int *levels_up)
{
	/* what the formula itself has in FROM cannot be it */
	bool		outside = scope->current == NULL;

	for (*levels_up = 0; pstate != NULL; pstate = pstate->parentParseState, (*levels_up)++)
	{
		ListCell   *cell;

		outside = outside || pstate == scope->pstate;
		foreach(cell, outside ? pstate->p_namespace : NIL)
		{
			const ParseNamespaceItem *item = lfirst(cell);

			if (item->p_rte->rtekind == RTE_NAMEDTUPLESTORE &&
				strcmp(item->p_rte->enrname, ITEMS_RELATION) == 0)
				return item;
		}
	}
	elog(ERROR, "a formula does not see the relation of the items");
	return NULL;				/* keep compiler quiet */
}

/* Which column of the relation of many items the slot is; 0: none. */
static int
slot_column(const Scope *scope, int slot)
{
	ListCell   *cell;

	if (scope->item_slots == NIL)
		return scope_parameter(scope, slot);
	foreach(cell, scope->item_slots)
	{
		if (lfirst_int(cell) == slot)
			return foreach_current_index(cell) + 1;
	}
	return 0;
}

/* The slot as such a column. */
static Node *
item_column_var(ParseState *pstate, Scope *scope, int slot, int column, int32 typmod, int location)
{
	const Slot *type = &scope->program->slots[slot];
	int			levels_up;
	const ParseNamespaceItem *item = items_relation(pstate, scope, &levels_up);
	Var		   *var = makeVar(item->p_rtindex, column, type->type, typmod,
							  type->collation, levels_up);

	var->location = location;
	return (Node *) var;
}

Node *
slot_param(ParseState *pstate, Scope *scope, int slot, int32 typmod, int location)
{
	const Program *program = scope->program;
	int			column;
	Param	   *param;

	note_slot(scope, slot);
	column = scope->for_many ? slot_column(scope, slot) : 0;
	if (column > 0)
		return item_column_var(pstate, scope, slot, column, typmod, location);
	param = makeNode(Param);
	param->paramkind = PARAM_EXTERN;
	param->paramid = scope->numbered ? scope_parameter(scope, slot) : slot + 1;
	param->paramtype = program->slots[slot].type;
	param->paramtypmod = typmod;
	param->paramcollid = program->slots[slot].collation;
	param->location = location;
	return (Node *) param;
}

Variable *
variable_find(const Variables *variables, const char *name)
{
	ListCell   *cell;

	if (variables->by_name != NULL)
		return name_table_find(variables->by_name, name);
	foreach(cell, variables->all)
	{
		Variable   *variable = lfirst(cell);

		if (strcmp(variable->name, name) == 0)
			return variable;
	}
	return NULL;
}

/* Adds a variable to those that are found by their names. */
static void
variable_index(Program *program, Variables *variables, Variable *added)
{
	ListCell   *cell;

	if (variables->by_name != NULL)
		(void) name_table_add(variables->by_name, added->name, added);
	else if (list_length(variables->all) > VARIABLES_LISTED)
	{
		variables->by_name = name_table_make("custom action variables", program->mcxt);
		foreach(cell, variables->all)
		{
			Variable   *variable = lfirst(cell);

			(void) name_table_add(variables->by_name, variable->name, variable);
		}
	}
}

Variable *
variable_add(Program *program, Variables *variables, const char *name, Oid type, int32 typmod)
{
	MemoryContext old = MemoryContextSwitchTo(program->mcxt);
	Variable   *variable = palloc0(sizeof(Variable));

	variable->name = pstrdup(name);
	variable->slot = program_add_slot(program, type, typmod, get_typcollation(type));
	variables->all = lappend(variables->all, variable);
	variable_index(program, variables, variable);
	MemoryContextSwitchTo(old);
	return variable;
}

/*
 * One row may have several names: {"update": "target", "as": "changed"} makes
 * "changed" another name of the target's row (address.c sets Row.same), and both
 * are to show what a later step writes through either. A get gives a row of its
 * own, which stays as it was read.
 *
 * Each name is a Row with slots of its own. So whoever writes a row refreshes
 * the slots of all its names: statement->into lists the Rows that lead to the
 * same first name, and each column that is read later is returned once for each
 * of them. Without that, formulas would read what the row was before.
 *
 * A step that may not run, or may find no row, makes a name that is one only
 * while its present_slot is not NULL. Until its own statement (statement->own)
 * has found the row, writes through other names leave its slots NULL: a step that
 * did not run has no result. Nobody may take two names for one row where such a
 * name is between them: rows_are_one() answers that, not row_first_name().
 */
const Row *
row_first_name(const Row *row)
{
	while (row->same != NULL)
		row = row->same;
	return row;
}

/* The same, by names that have the row wherever they can be used. */
static const Row *
row_first_certain_name(const Row *row)
{
	while (row->same != NULL && !row->may_be_absent)
		row = row->same;
	return row;
}

bool
rows_are_one(const Row *row, const Row *other)
{
	return row_first_certain_name(row) == row_first_certain_name(other);
}

Row *
row_find(const RowChain *rows, const char *name)
{
	/* most that are asked for are near, and most names begin otherwise */
	for (; rows != NULL; rows = rows->outer)
		if (rows->row->name[0] == name[0] && strcmp(rows->row->name, name) == 0)
			return rows->row;
	return NULL;
}

bool
rows_have(const RowChain *rows, const Row *row)
{
	while (rows != NULL && rows->row != row)
		rows = rows->outer;
	return rows != NULL;
}

List *
rows_in_order(const RowChain *rows)
{
	List	   *list = NIL;

	for (; rows != NULL; rows = rows->outer)
		list = lappend(list, rows->row);
	for (int i = 0, j = list_length(list) - 1; i < j; i++, j--)
	{
		void	   *outer = list_nth(list, j);

		lfirst(list_nth_cell(list, j)) = list_nth(list, i);
		lfirst(list_nth_cell(list, i)) = outer;
	}
	return list;
}

RowColumn *
row_column_find(const Row *row, const char *column)
{
	ListCell   *cell;

	foreach(cell, row->columns)
	{
		RowColumn  *entry = lfirst(cell);

		if (column == NULL ? entry->name == NULL :
			entry->name != NULL && strcmp(entry->name, column) == 0)
			return entry;
	}
	return NULL;
}

bool
row_has_column(const Row *row, const char *column)
{
	return row_column_find(row, column) != NULL ||
		(OidIsValid(row->relation) && get_attnum(row->relation, column) != InvalidAttrNumber);
}

/* What a column of a row (NULL: the row) is now, by the catalogs; false: it is not there. */
static bool
row_column_type(const Row *row, const char *column, Oid *type, int32 *typmod, Oid *collation)
{
	AttrNumber	attnum;

	if (column == NULL)
	{
		*type = get_rel_type_id(row->relation);
		*typmod = -1;
		*collation = InvalidOid;
		return OidIsValid(*type);
	}
	attnum = get_attnum(row->relation, column);
	if (attnum == InvalidAttrNumber)
		return false;
	get_atttypetypmodcoll(row->relation, attnum, type, typmod, collation);
	return true;
}

/* What may have been meant by a column that a row does not have; else what there is. */
static char *
column_hint(const Row *row, const char *column)
{
	List	   *names = NIL;
	ListCell   *cell;

	if (OidIsValid(row->relation))
		return suggest_column(row->relation, column);
	foreach(cell, row->columns)
	{
		const RowColumn *entry = lfirst(cell);

		if (entry->name != NULL)
			names = lappend(names, entry->name);
	}
	return suggestion_hint(suggestion_among(column, names), names == NIL ? NULL :
						   psprintf("It has: %s.", text_list_join(names)));
}

/* Complains about a column that a row does not have. */
static void
row_column_missing(const Row *row, const char *column)
{
	char	   *hint;

	if (row->is_count)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("step \"%s\" works on many rows and gives only their count, not \"%s\"",
						row->name, column ? column : "the row"),
				 errhint("Write %s.count, or address one row by \"id\".", row->name)));
	if (column == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("\"%s\" is not a row of a table and cannot be used as a whole", row->name),
				 errhint("Name one of its columns.")));
	hint = column_hint(row, column);
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("column \"%s\" of \"%s\" does not exist", column, row->name),
			 OidIsValid(row->relation) ?
			 errdetail("\"%s\" is a row of table %s.", row->name,
					   relation_name_canonical(row->relation)) : 0,
			 hint ? errhint("%s", hint) : 0));
}

int
row_slot(Scope *scope, Row *row, const char *column)
{
	RowColumn  *entry = row_column_find(row, column);
	Oid			type;
	int32		typmod;
	Oid			collation;
	MemoryContext old;

	if (entry != NULL &&
		(scope->findings != NULL || !OidIsValid(row->relation) || entry->computed))
		return entry->slot;
	if (!OidIsValid(row->relation) ||
		!row_column_type(row, column, &type, &typmod, &collation))
		row_column_missing(row, column);
	if (entry != NULL)
	{
		Slot	   *slot = &scope->program->slots[entry->slot];

		if (slot->type != type || slot->typmod != typmod)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("table \"%s\" was changed while action \"%s\" was running",
							relation_name_canonical(row->relation), scope->program->action),
					 errhint("Invoke the action again.")));
		return entry->slot;
	}
	if (scope->findings == NULL)
		elog(ERROR, "column \"%s\" of \"%s\" has no slot", column ? column : "*", row->name);

	old = MemoryContextSwitchTo(scope->program->mcxt);
	entry = palloc0(sizeof(RowColumn));
	entry->name = column ? pstrdup(column) : NULL;
	entry->slot = program_add_slot(scope->program, type, typmod, collation);
	row->columns = lappend(row->columns, entry);
	MemoryContextSwitchTo(old);
	return entry->slot;
}

/* Raises that context has no such field. */
pg_noreturn static void
refuse_unknown_field(const char *name)
{
	List	   *names = context_field_names();

	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("context has no field \"%s\"", name),
			 errhint("%s", suggestion_hint(suggestion_among(name, names),
										   psprintf("Its fields are %s.", text_list_join(names))))));
}

/* The slot of context.<name>, made when first asked for. */
static int
context_slot(Scope *scope, const char *name)
{
	ContextField field = context_field_find(name);
	int		   *slot;

	if (field == CONTEXT_FIELDS)
		refuse_unknown_field(name);
	slot = &scope->program->context_slots[field];
	if (*slot < 0)
		*slot = program_add_slot(scope->program, context_field_type(field), -1,
								 get_typcollation(context_field_type(field)));
	scope->program->reads_context = true;
	return *slot;
}

/* The variables' names. */
static List *
variables_names(const Variables *variables)
{
	List	   *names = NIL;
	ListCell   *cell;

	foreach(cell, variables->all)
		names = lappend(names, ((Variable *) lfirst(cell))->name);
	return names;
}

/* The variable behind a name such as input.x. */
static Variable *
variable_named(const Variables *variables, const char *group, const char *name)
{
	Variable   *variable = variable_find(variables, name);
	List	   *names;

	if (variable != NULL)
		return variable;
	names = variables_names(variables);
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("%s \"%s\" does not exist", group, name),
			 errhint("%s", suggestion_hint(suggestion_among(name, names),
										   psprintf("Known at this place: %s.",
													names == NIL ? "none" : text_list_join(names))))));
}

/* All names that may stand before a dot. */
static List *
names_before_dot(const Scope *scope)
{
	List	   *names = list_make4("input", "output", "let", "context");
	ListCell   *cell;

	foreach(cell, rows_in_order(scope->rows))
		names = lappend(names, ((Row *) lfirst(cell))->name);
	return OidIsValid(scope->this_relation) ? lappend(names, "this") : names;
}

char *
names_hint(const Scope *scope, const char *given)
{
	List	   *names = names_before_dot(scope);

	return suggestion_hint(suggestion_among(given, names),
						   psprintf("Known names are %s.", text_list_join(names)));
}

/* The group of variables called by this name, or NULL. */
static const Variables *
variables_group(const Names *names, const char *name)
{
	if (strcmp(name, "input") == 0)
		return &names->inputs;
	if (strcmp(name, "output") == 0)
		return &names->outputs;
	if (strcmp(name, "let") == 0)
		return &names->lets;
	return NULL;
}

bool
names_has(const Scope *scope, const char *name)
{
	return variables_group(scope->names, name) != NULL || strcmp(name, "context") == 0 || row_find(scope->rows, name) != NULL;
}

void
names_note_use(Program *program, Names *names, Row *row)
{
	MemoryContext old;

	if (row->used)
		return;
	row->used = true;
	old = MemoryContextSwitchTo(program->mcxt);
	names->used = lappend(names->used, row->name);
	MemoryContextSwitchTo(old);
}

void
names_sort_used(Names *names)
{
	list_sort(names->used, text_list_compare);
}

bool
names_is_used(const Names *names, const char *name)
{
	int			low = 0;
	int			high = list_length(names->used);

	while (low < high)
	{
		int			middle = (low + high) / 2;
		int			order = strcmp(list_nth(names->used, middle), name);

		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

Node *
names_resolve(ParseState *pstate, Scope *scope, const char *first,
			  const char *second, int location)
{
	const Names *names = scope->names;
	const Variables *variables = variables_group(names, first);
	bool		is_group = variables != NULL;
	bool		is_context = strcmp(first, "context") == 0;
	ParseCallbackState position;
	Variable   *variable;
	Row		   *row;
	int			slot = -1;

	row = is_group || is_context ? NULL : row_find(scope->rows, first);
	if (row == NULL && !is_group && !is_context &&
		!(scope->findings != NULL && text_list_has(names->steps, first)))
		return NULL;

	setup_parser_errposition_callback(&position, pstate, location);
	if (row != NULL)
	{
		if (scope->findings != NULL)
			names_note_use(scope->program, scope->names, row);
		if (!row->broken)
			slot = row_slot(scope, row, second);
	}
	else if (!is_group && !is_context)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg(STEP_NOT_RUN_MESSAGE, first),
				 errhint("A formula can only use steps that come before its own, outside of other steps' lists.")));
	else if (second == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("\"%s\" alone is not a value", first),
				 errhint("Write %s.<name>.", first)));
	else if (is_context)
		slot = context_slot(scope, second);
	else
	{
		variable = variable_named(variables, first, second);
		variable->used = true;
		scope->names->read_open |= variable->open;
		if (!variable->broken && !variable->open)
			slot = variable->slot;
	}
	cancel_parser_errposition_callback(&position);
	if (slot < 0)				/* reported where it broke; an unknown NULL fits everywhere */
		return (Node *) makeConst(UNKNOWNOID, -1, InvalidOid, -2, (Datum) 0, true, false);
	return slot_param(pstate, scope, slot, scope->program->slots[slot].typmod, location);
}
