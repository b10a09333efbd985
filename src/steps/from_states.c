/*
 * from_states.c
 *		"from" of set_status: the states that a row may have before.
 *
 * The step's own UPDATE asks for them, so that a row is never changed from another
 * state, whoever writes it meanwhile. A second statement looks for a row that the step
 * means and that has another state: of one row when the UPDATE has found none, of many
 * before, since some of them might be right.
 */
#include "postgres.h"

#include "base/sqlstate.h"
#include "base/text_list.h"
#include "catalog/pg_type.h"
#include "catalog/pg_class.h"
#include "definition/value_text.h"
#include "document/state_verbs.h"
#include "lookup/canonical.h"
#include "lookup/datum_text.h"
#include "lookup/key.h"
#include "nodes/makefuncs.h"
#include "parser/parse_collate.h"
#include "parser/parse_func.h"
#include "parser/parse_oper.h"
#include "parser/parser.h"
#include "program/failure.h"
#include "program/names.h"
#include "program/row_lock.h"
#include "run/frame.h"
#include "run/statement_run.h"
#include "steps/from_states.h"
#include "steps/target.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

/* Another column of the search, which no table has: does the step work from the row's state? */
#define WORKS_COLUMN	"works from its state"

/* Of a type that has no other equality, as key.h says it */
#define SYSTEM_EQUALS	"OPERATOR(pg_catalog.=)"

struct FromStates
{
	Oid			relation;
	const KeyColumn *column;
	List	   *values;			/* of Value */
	bool		null;			/* NULL is one of the states */
	char	   *words;			/* "open", "waiting": for messages */
	Statement  *search;			/* finds a row in another state ... */
	Row		   *found;			/* ... whose state lands in the slot of the only column of this */
};

/* The place of a state in the definition: "2.from", "2.from[1]". */
static char *
state_location(Compiler *compiler, const Json *from, int number)
{
	char	   *location = compiler_location(compiler, "from");

	return from->kind == JSON_IS_ARRAY ? psprintf("%s[%d]", location, number + 1) : location;
}

/* Takes one state: a value of the column's type, or null. */
static void
add_state(Compiler *compiler, FromStates *from, const Json *state, const char *location)
{
	if (state->kind == JSON_IS_NULL)
		from->null = true;
	else
		from->values = lappend(from->values,
							   compiler_value(compiler, state, from->column->type,
											  from->column->typmod, location));
}

/* What compares the column, or NULL after a problem. */
static const KeyColumn *
compared_column(Compiler *compiler, Oid relation, const char *column)
{
	List	   *key = key_of_table(relation, list_make1(pstrdup(column)), true);

	if (key != NIL)
		return linitial(key);
	compiler_problem(compiler, ERRCODE_UNDEFINED_FUNCTION, compiler_location(compiler, "from"),
					 psprintf("values of column \"%s\" of table %s cannot be compared", column,
							  relation_name_canonical(relation)), NULL,
					 "Its type has no equality operator. Leave out \"from\", or use a require step.");
	return NULL;
}

char *
from_states_words(const Json *from)
{
	StringInfoData words;

	if (from->kind != JSON_IS_ARRAY)
		return value_text(from);
	initStringInfo(&words);
	for (int i = 0; i < from->count; i++)
		append_element(&words, i == 0, value_text(from->items[i]));
	return words.data;
}

FromStates *
from_states_compile(Compiler *compiler, Oid relation, const char *column)
{
	const Json *json = step_argument(compiler->step, "from");
	FromStates *from;
	int			count;

	if (json == NULL)
		return NULL;
	count = json->kind == JSON_IS_ARRAY ? json->count : 1;
	if (count == 0)
	{
		compiler_problem(compiler, ERRCODE_INVALID_PARAMETER_VALUE, compiler_location(compiler, "from"),
						 "\"from\" names no state, so the step could never run", NULL,
						 "Name the states that it works from, or leave \"from\" out for any.");
		return NULL;
	}
	from = palloc0(sizeof(FromStates));
	from->relation = relation;
	from->column = compared_column(compiler, relation, column);
	if (from->column == NULL)
		return NULL;
	for (int i = 0; i < count; i++)
	{
		const Json *state = json->kind == JSON_IS_ARRAY ? json->items[i] : json;

		add_state(compiler, from, state, state_location(compiler, json, i));
	}
	from->words = from_states_words(json);
	if (failures_wanted(compiler->program))
		failure_note(compiler->program, compiler->step->path, ERRCODE_CA_CANCELED,
					 psprintf("%s is another than the step works from", column),
					 psprintf("unless %s is %s", column, from->words));
	return from;
}

void
from_states_condition(Statement *statement, StringInfo text, const FromStates *from)
{
	const char *column = quote_identifier(from->column->name);
	ListCell   *cell;

	appendStringInfoString(text, "(");
	foreach(cell, from->values)
	{
		appendStringInfo(text, "%sthis.%s %s %s", cell == list_head(from->values) ? "" : " OR ",
						 column, from->column->equals, statement_value(statement, lfirst(cell)));
	}
	if (from->null)
		appendStringInfo(text, "%sthis.%s IS NULL", from->values != NIL ? " OR " : "", column);
	appendStringInfoString(text, ")");
}

/* A row that no formula can name, whose one column is the state. */
static Row *
state_row(Compiler *compiler, const FromStates *from)
{
	Row		   *row = palloc0(sizeof(Row));
	const KeyColumn *key = from->column;
	RowColumn  *column = palloc0(sizeof(RowColumn));

	row->name = pstrdup("from");
	row->step = compiler->step;
	row->relation = from->relation;
	row->for_code = true;
	column->name = pstrdup(key->name);
	column->slot = program_add_slot(compiler->program, key->type, key->typmod, key->collation);
	row->columns = list_make1(column);
	return row;
}

/* Can rows of the relation be locked by who may update them? Of a view it depends on its query. */
static bool
rows_can_be_locked(Oid relation)
{
	char		kind = get_rel_relkind(relation);

	return kind == RELKIND_RELATION || kind == RELKIND_PARTITIONED_TABLE;
}

/*
 * Where the rows come from of which one in another state is looked for. Many rows are
 * locked before the step changes them, so that none of them gets another state
 * meanwhile, which the step would silently leave out. The OFFSET keeps the planner from
 * looking at states before the rows are locked.
 */
static void
append_rows_and_works(Statement *search, const Address *address)
{
	appendStringInfo(&search->tail, " FROM (SELECT this.%s, (", quote_identifier(address->from->column->name));
	from_states_condition(search, &search->tail, address->from);
	appendStringInfo(&search->tail, ") IS TRUE AS \"%s\" FROM %s AS this WHERE ", WORKS_COLUMN,
					 relation_name_sql(address->relation));
	address_condition(search, &search->tail, address);
	if (address->set_based && rows_can_be_locked(address->relation))
		appendStringInfo(&search->tail, " OFFSET 0 %s", row_lock_words(row_lock_of_write(false)));
	appendStringInfo(&search->tail, ") AS this WHERE NOT this.\"%s\" LIMIT 1", WORKS_COLUMN);
}

void
from_states_compile_search(Compiler *compiler, const Address *address)
{
	FromStates *from = address->from;
	Statement  *search = compiler_statement(compiler, address->relation);

	search->select = true;
	search->purpose = "states";
	appendStringInfoString(&search->head, "SELECT");
	append_rows_and_works(search, address);
	compiler_analyse(compiler, search);
	from->found = state_row(compiler, from);
	search->into = list_make1(from->found);
	from->search = search;
}

/* The state of the row that was found, as text; NULL for none. */
static char *
found_state(Frame *frame, const FromStates *from)
{
	int			slot = ((RowColumn *) linitial(from->found->columns))->slot;

	return frame_isnull(frame, slot) ? NULL : datum_text(frame_value(frame, slot), from->column->type);
}

/* "support.case (id) = (42)": the row, or what is known of it. */
static char *
row_words(Frame *frame, const Address *address)
{
	if (address->set_based)
		return psprintf("a row of %s that satisfies the condition", address->table_name);
	if (address->row != NULL && row_first_name(address->row) == frame->program->target)
		return psprintf("%s %s", address->table_name, target_shown(frame));
	return psprintf("the row of %s", address->table_name);
}

void
from_states_require(Frame *frame, const Address *address)
{
	const FromStates *from = address->from;
	char	   *state;
	char	   *hint;

	if (statement_execute(frame, from->search) == 0)
		return;
	state = found_state(frame, from);
	hint = state_verbs_sentence(from->relation, from->column->name, state);
	ereport(ERROR,
			(errcode(ERRCODE_CA_CANCELED),
			 errmsg("%s of %s is %s, but the step works from %s",
					from->column->name, row_words(frame, address),
					state != NULL ? psprintf("\"%s\"", state) : "empty", from->words),
			 frame_errdetail(frame),
			 errhint("%s", hint)));
}

const Bitmapset *
from_states_reads(const FromStates *from)
{
	return from->search->scope->slots;
}

/* "status = 'open'"; NULL: it takes more than PostgreSQL's own operator for the type, and the text of the state. */
static Node *
state_equals(const FromStates *from, const Var *column, const Value *state)
{
	const Json *json = value_is_literal(state) ? value_json(state) : NULL;
	Const	   *literal;
	Node	   *tree;

	if (json == NULL || json->text == NULL || strcmp(from->column->equals, SYSTEM_EQUALS) != 0 ||
		getBaseType(from->column->type) == JSONBOID)
		return NULL;
	literal = makeConst(UNKNOWNOID, -1, InvalidOid, -2, CStringGetDatum(json->text), false, false);
	tree = (Node *) make_op(NULL, SystemFuncName("="), copyObject((Node *) column), (Node *) literal, NULL, -1);
	assign_expr_collations(NULL, tree);
	return tree;
}

Node *
from_states_tree(const Program *program, const Address *address, Oid table)
{
	const FromStates *from = address->from;
	AttrNumber	attnum = get_attnum(table, from->column->name);
	List	   *ways = NIL;
	Var		   *column;
	ListCell   *cell;

	if (address->row == NULL || row_first_name(address->row) != program->target || address->where != NULL ||
		attnum <= 0 || get_atttype(table, attnum) != from->column->type)
		return NULL;
	column = makeVar(1, attnum, from->column->type, from->column->typmod, from->column->collation, 0);
	foreach(cell, from->values)
	{
		Node	   *way = state_equals(from, column, lfirst(cell));

		if (way == NULL)
			return NULL;
		ways = lappend(ways, way);
	}
	if (from->null)
	{
		NullTest   *test = makeNode(NullTest);

		test->arg = (Expr *) column;
		test->nulltesttype = IS_NULL;
		test->location = -1;
		ways = lappend(ways, test);
	}
	return list_length(ways) == 1 ? linitial(ways) : (Node *) make_orclause(ways);
}
