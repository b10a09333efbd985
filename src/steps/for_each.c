/*
 * for_each.c
 *		for_each: runs steps once per row of a table, element of an array or whole
 *		number of a range.
 *
 * The rows are those at the start of the loop; they come through a cursor, a
 * few at a time. An array of scalars that is neither filtered nor sorted is
 * walked by itself, and so are whole numbers. The results of steps inside are
 * NULL again at each turn.
 *
 * Where the steps are one write, a single statement does the work of all turns, if
 * nothing can tell (loop_set.c).
 *
 * The number of the turn is a column of the loop's row: "index", unless the rows
 * have such a column themselves, or what the step's "index" says. Activation
 * writes the name down where rows may get such a column later.
 */
#include "postgres.h"

#include "base/deadline.h"
#include "catalog/pg_type.h"
#include "compile/row_source.h"
#include "compile/taint.h"
#include "definition/value_text.h"
#include "document/outline.h"
#include "lookup/name_rules.h"
#include "miscadmin.h"
#include "program/deed.h"
#include "run/evaluate.h"
#include "run/frame.h"
#include "run/statement_run.h"
#include "steps/loop_set.h"
#include "steps/step_list.h"
#include "steps/step_words.h"
#include "steps/steps.h"
#include "utils/array.h"
#include "utils/memutils.h"

#define FETCH_ROWS	50
#define DEFAULT_INDEX	"index"

static const ArgumentSpec for_each_arguments[] = {
	{"where", ARGUMENT_CONDITION,
	.meaning = "only for those that satisfy it"},
	{"order_by", ARGUMENT_ORDER,
	.meaning = "in which order: expressions, each with asc or desc"},
	{"columns", ARGUMENT_VALUES, .means = MEANS_TYPES,
	.meaning = "columns and types of the elements of a JSON array"},
	{"index", ARGUMENT_NAME,
	.meaning = "name of the number of the turn; left out: index"},
	{"do", ARGUMENT_STEPS, true,
	.meaning = "steps that run at each turn"},
	{NULL}
};

typedef struct ForEach
{
	Statement  *statement;		/* gives the rows, or ... */
	Expression *array;			/* ... the array whose elements ... */
	Expression *first;			/* ... or the whole numbers from this ... */
	Expression *last;			/* ... to this ... */
	bool		is_small;		/* ... which are integers, not bigints ... */
	int			value_slot;		/* ... land here */
	int			index_slot;
	int		   *turn_slots;		/* set to NULL at each turn */
	int			nturn_slots;
	StepList	steps;
	LoopSet    *set;			/* what runs them as one statement, or NULL */
} ForEach;

/* May the number of the turn have this name? An activated action's may, whatever columns came later. */
static bool
index_name_fits(Compiler *compiler, const Row *row, const char *name)
{
	char	   *location = compiler_location(compiler, "index");

	if (!name_is_valid(name))
	{
		compiler_problem(compiler, ERRCODE_INVALID_NAME, location,
						 psprintf(NAME_MESSAGE, "a turn's number", name), NAME_DETAIL,
						 psprintf(NAME_HINT, name_proposal(name)));
		return false;
	}
	if (OidIsValid(compiler->program->function) || !row_has_column(row, name))
		return true;
	compiler_problem(compiler, ERRCODE_DUPLICATE_COLUMN, location,
					 psprintf("the rows have a column \"%s\" of their own", name), NULL,
					 "Give the number of the turn another name.");
	return false;
}

/* Adds the column that counts the turns, unless the rows' own column takes its name. */
static void
add_index(Compiler *compiler, Row *row, int *slot)
{
	const char *name = json_get_text(compiler->step->json, "index");
	RowColumn  *index;

	*slot = -1;
	if (name == NULL ? row_has_column(row, DEFAULT_INDEX) : !index_name_fits(compiler, row, name))
		return;
	index = compiler_row_column(compiler, row, name ? name : DEFAULT_INDEX, INT8OID, -1);
	index->computed = true;
	*slot = index->slot;
}

/* The row of the loop and its columns. */
static Row *
loop_row(Compiler *compiler, const RowSource *source, int *index_slot)
{
	const char *name = compiler->step->name ? compiler->step->name : "item";
	Row		   *row = compiler_row(compiler, name, source->relation);
	ListCell   *cell;

	if (OidIsValid(source->value_type))
		compiler_row_column(compiler, row, "value", source->value_type, -1);
	foreach(cell, source->columns)
	{
		const SourceColumn *column = lfirst(cell);

		compiler_row_column(compiler, row, column->name, column->type, column->typmod);
	}
	add_index(compiler, row, index_slot);
	return row;
}

/* Do the steps of the loop use the number of the turn? */
static bool
index_is_read(const Compiler *compiler, int slot, int first_scope)
{
	ListCell   *cell;

	for_each_from(cell, compiler->scopes, first_scope)
	{
		if (bms_is_member(slot, ((Scope *) lfirst(cell))->slots))
			return true;
	}
	return false;
}

/*
 * Leaves out the number of the turn, which nobody reads; else writes its name down, if
 * the rows might get such a column.
 */
static void
settle_index(Compiler *compiler, const Row *row, int *slot, int first_scope)
{
	if (*slot < 0)
		return;
	if (!index_is_read(compiler, *slot, first_scope))
		*slot = -1;
	else if (compiler->freeze && OidIsValid(row->relation) && step_argument(compiler->step, "index") == NULL)
		json_put_string(compiler->step->json, "index", DEFAULT_INDEX);
}

/* Names inside the loop are not visible outside; their slots start each turn as NULL. */
static void
close_names(Compiler *compiler, ForEach *loop, RowChain *before)
{
	List	   *slots = NIL;
	int			i = 0;
	ListCell   *cell;
	ListCell   *column_cell;

	for (const RowChain *rows = compiler->names->rows; rows->outer != before; rows = rows->outer)
	{
		const Row  *row = rows->row;

		foreach(column_cell, row->columns)
			slots = lappend_int(slots, ((RowColumn *) lfirst(column_cell))->slot);
		if (row->may_be_absent)
			slots = lappend_int(slots, row->present_slot);
	}
	compiler->names->rows = before;
	loop->nturn_slots = list_length(slots);
	loop->turn_slots = palloc(sizeof(int) * Max(loop->nturn_slots, 1));
	foreach(cell, slots)
		loop->turn_slots[i++] = lfirst_int(cell);
}

/* Are the elements wanted as they come? */
static bool
is_plain_array(const Step *step, const RowSource *source)
{
	return source->array != NULL && step_argument(step, "where") == NULL &&
		step_argument(step, "order_by") == NULL && step_argument(step, "columns") == NULL;
}

/* Completes SELECT columns FROM source WHERE ... ORDER BY ... */
static void
loop_statement(Compiler *compiler, Statement *statement, const RowSource *source)
{
	const Json *columns = step_argument(compiler->step, "columns");
	const char *where = json_get_text(compiler->step->json, "where");

	if (columns != NULL && source->columns == NIL)
		compiler_problem(compiler, ERRCODE_INVALID_PARAMETER_VALUE, compiler_location(compiler, "columns"),
						 "\"columns\" are for the elements of a jsonb array", NULL,
						 "Leave it out: the columns of a table or composite type are known.");
	statement->select = true;
	statement->set_based = true;
	appendStringInfoString(&statement->head, "SELECT");
	appendStringInfo(&statement->tail, " FROM %s", source->from);
	if (where != NULL)
		appendStringInfo(&statement->tail, " WHERE %s",
						 statement_value(statement,
										 compiler_condition_value(compiler, where,
																  compiler_location(compiler, "where"))));
	row_source_append_order(compiler, statement);
	compiler_analyse(compiler, statement);
}

/*
 * Compiles the steps. What they write is read again in the next turn, so inside
 * loops scopes say that everything from the start of the outermost loop on may
 * run after them (statement.c). The loop's own rows are fetched once: their
 * scope comes before.
 */
static StepList
loop_steps(Compiler *compiler)
{
	bool		outermost = !compiler->in_loop;
	StepList	steps;

	if (outermost)
		compiler->loop_start = list_length(compiler->scopes);
	compiler->in_loop = true;
	steps = branch_compile(compiler, "do", true);
	compiler->in_loop = !outermost;
	return steps;
}

/* Notes that the value of the turn comes from an expression. */
static void
value_flow(Compiler *compiler, const ForEach *loop, Expression *from)
{
	taint_flow(compiler, from, loop->value_slot);
	deed_note_flow(compiler->program, from, loop->value_slot);
}

/* Takes over what is counted through. */
static void
take_range(Compiler *compiler, ForEach *loop, const RowSource *source)
{
	loop->first = source->first;
	loop->last = source->last;
	loop->is_small = source->value_type == INT4OID;
	value_flow(compiler, loop, loop->first);
	value_flow(compiler, loop, loop->last);
}

static void
for_each_compile(Compiler *compiler, Instruction *instruction)
{
	ForEach    *loop = palloc0(sizeof(ForEach));
	RowChain   *before = compiler->names->rows;
	RowSource	source;
	Row		   *row;
	int			first_scope;

	loop->statement = compiler_statement(compiler, InvalidOid);
	source = row_source_compile(compiler, loop->statement, compiler->step->subject,
								step_argument(compiler->step, "columns"),
								compiler->step->kind->name, compiler->step->path);
	if (source.from == NULL)
		return;
	if (is_plain_array(compiler->step, &source))
		loop->array = source.array;
	else if (source.first == NULL)
		loop_statement(compiler, loop->statement, &source);
	row = loop_row(compiler, &source, &loop->index_slot);
	if (loop->array != NULL || source.first != NULL)
	{
		compiler_drop_statement(compiler, loop->statement);
		loop->value_slot = row_column_find(row, "value")->slot;
	}
	if (loop->array != NULL)
		value_flow(compiler, loop, loop->array);
	if (source.first != NULL)
		take_range(compiler, loop, &source);
	loop->statement->into = list_make1(row);
	first_scope = list_length(compiler->scopes);
	loop->steps = loop_steps(compiler);
	settle_index(compiler, row, &loop->index_slot, first_scope);
	close_names(compiler, loop, before);
	if (loop->first == NULL)
		loop->set = loop_set_make(row, loop->index_slot, &loop->steps, loop->array != NULL ? NULL : loop->statement);
	instruction->data = loop;
}

/* Runs the steps for one row. */
static void
loop_turn(Frame *frame, const ForEach *loop, int64 index)
{
	for (int i = 0; i < loop->nturn_slots; i++)
		frame_set(frame, loop->turn_slots[i], (Datum) 0, true);
	if (loop->index_slot >= 0)
		frame_set(frame, loop->index_slot, Int64GetDatum(index), false);
	steps_execute(frame, &loop->steps);
	deadlines_check();
}

/* The rows of a loop: what gives them, and the first ones. */
typedef struct LoopRows
{
	const ForEach *loop;
	Portal		portal;
	SPITupleTable *table;		/* of the last fetch */
	uint64		count;
} LoopRows;

/* Fetches some rows. */
static void
fetch_rows(LoopRows *rows)
{
	SPI_cursor_fetch(rows->portal, true, FETCH_ROWS);
	rows->table = SPI_tuptable;
	rows->count = SPI_processed;
}

/* Runs the steps for the rows of one fetch. */
static void
loop_fetch(Frame *frame, const LoopRows *rows, int64 *index)
{
	for (uint64 i = 0; i < rows->count && !frame->stopped; i++)
	{
		frame->iteration = ++*index;
		statement_take(frame, rows->loop->statement, rows->table->vals[i], rows->table->tupdesc);
		loop_turn(frame, rows->loop, *index);
	}
}

/* Opens what gives the rows, and fetches the first. */
static LoopRows
open_rows(Frame *frame, const ForEach *loop)
{
	LoopRows	rows = {.loop = loop, .portal = statement_open(frame, loop->statement)};

	fetch_rows(&rows);
	return rows;
}

/* Closes it. */
static void
close_rows(const LoopRows *rows)
{
	UnpinPortal(rows->portal);
	SPI_cursor_close(rows->portal);
}

/* Gives all rows to what runs the steps as one statement. */
static void
fill_rows(LoopSetRun *run, void *arg)
{
	LoopRows	rows = *(const LoopRows *) arg;

	for (bool first = true; rows.count > 0; first = false)
	{
		statement_require_types(rows.loop->statement, rows.table->tupdesc);
		for (uint64 i = 0; i < rows.count; i++)
			loop_set_take_row(run, rows.table->vals[i], rows.table->tupdesc);
		if (!first)
			SPI_freetuptable(rows.table);
		if (rows.count < FETCH_ROWS)
			break;
		fetch_rows(&rows);
	}
}

/* Runs the steps for the rows of a query. */
static void
loop_rows(Frame *frame, const ForEach *loop)
{
	LoopRows	rows = open_rows(frame, loop);
	int64		index = 0;

	if (loop->set != NULL && loop_set_may_run(frame, loop->set, rows.count))
	{
		bool		done = loop_set_run(frame, loop->set, fill_rows, &rows, rows.count < FETCH_ROWS);

		SPI_freetuptable(rows.table);
		close_rows(&rows);
		if (done)
			return;
		rows = open_rows(frame, loop);
	}
	for (;;)
	{
		loop_fetch(frame, &rows, &index);
		SPI_freetuptable(rows.table);
		if (frame->stopped || rows.count < FETCH_ROWS)
			break;
		fetch_rows(&rows);
	}
	close_rows(&rows);
}

/* Gives all elements to what runs the steps as one statement. */
static void
fill_elements(LoopSetRun *run, void *arg)
{
	ArrayIterator iterator = array_create_iterator(arg, 0, NULL);
	Datum		value;
	bool		isnull;

	while (array_iterate(iterator, &value, &isnull))
		loop_set_take_value(run, value, isnull);
	array_free_iterator(iterator);
}

/* Runs the steps for one element after the other. */
static void
loop_elements(Frame *frame, const ForEach *loop, ArrayIterator iterator)
{
	Datum		value;
	bool		isnull;
	int64		index = 0;

	while (!frame->stopped && array_iterate(iterator, &value, &isnull))
	{
		frame->iteration = ++index;
		frame_set(frame, loop->value_slot, value, isnull);
		loop_turn(frame, loop, index);
	}
}

/*
 * Runs the steps for the elements of an array, of which the loop has its own
 * copy. Where an error ends the loop, it ends the (sub)transaction that the copy
 * belongs to.
 */
static void
loop_array(Frame *frame, const ForEach *loop)
{
	bool		isnull;
	Datum		value = expression_evaluate(frame, loop->array, &isnull);
	MemoryContext mcxt;
	MemoryContext old;
	ArrayType  *array;
	ArrayIterator iterator;

	if (isnull)
		return;
	mcxt = AllocSetContextCreate(CurTransactionContext, "custom action loop", ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(mcxt);
	array = DatumGetArrayTypePCopy(value);
	iterator = array_create_iterator(array, 0, NULL);
	MemoryContextSwitchTo(old);
	if (loop->set == NULL || !loop_set_may_run(frame, loop->set, ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array))) ||
		!loop_set_run(frame, loop->set, fill_elements, array, true))
		loop_elements(frame, loop, iterator);
	array_free_iterator(iterator);
	MemoryContextDelete(mcxt);
}

/* A bound of the range; false: it is NULL. */
static bool
range_bound_get(Frame *frame, Expression *bound, int64 *number)
{
	bool		isnull;
	Datum		value = expression_evaluate(frame, bound, &isnull);

	if (isnull)
		return false;
	*number = bound->length == sizeof(int16) ? DatumGetInt16(value) :
		bound->length == sizeof(int32) ? DatumGetInt32(value) : DatumGetInt64(value);
	return true;
}

/* Runs the steps for whole numbers. */
static void
loop_numbers(Frame *frame, const ForEach *loop)
{
	int64		number;
	int64		last;

	if (!range_bound_get(frame, loop->first, &number) || !range_bound_get(frame, loop->last, &last) ||
		number > last)
		return;
	for (int64 index = 1;; index++, number++)
	{
		CHECK_FOR_INTERRUPTS(); /* there may be no step that does */
		frame->iteration = index;
		frame_set(frame, loop->value_slot,
				  loop->is_small ? Int32GetDatum((int32) number) : Int64GetDatum(number), false);
		loop_turn(frame, loop, index);
		/* there may be no number after the last one */
		if (number == last || frame->stopped)
			return;
	}
}

static void
for_each_execute(Frame *frame, Instruction *instruction)
{
	ForEach    *loop = instruction->data;
	int64		outer = frame->iteration;

	if (loop->array != NULL)
		loop_array(frame, loop);
	else if (loop->first != NULL)
		loop_numbers(frame, loop);
	else
		loop_rows(frame, loop);
	frame->iteration = outer;
}

/* What the loop goes through: "of support.task", "from 1 to input.n" */
static const char *
source_words(const Json *subject)
{
	if (subject->kind == JSON_IS_OBJECT)
		return psprintf("from %s to %s", value_text(json_get(subject, range_keys[0].key)),
						value_text(json_get(subject, range_keys[1].key)));
	return psprintf("of %s", subject->kind == JSON_IS_STRING ? formula_text(subject->text) : value_text(subject));
}

static void
for_each_describe(Outline *outline, const Step *step)
{
	const Json *order = step_argument(step, "order_by");
	const Json *columns = step_argument(step, "columns");
	const char *index = json_get_text(step->json, "index");

	outline_say(outline, "FOR EACH %s %s", step->name ? step->name : "value", source_words(step->subject));
	step_say_rows(outline, step);
	if (order != NULL)
		outline_say(outline, ", by %s", step_order_text(order));
	if (index != NULL)
		outline_say(outline, ", counted by %s", index);
	for (int i = 0; columns != NULL && i < columns->count; i++)
		outline_add(outline, psprintf("columns.%s", columns->keys[i]), "%s is of type %s", columns->keys[i],
					columns->items[i]->text ? columns->items[i]->text : "?");
}

const StepKind for_each_kind = {
	.name = "for_each",
	.meaning = "runs steps for each row of a table, element of an array or whole number of a range",
	.example = "{\"for_each\": \"support.task\", \"as\": \"task\", \"where\": \"case_id = target.id\", \"do\": []}",
	.subject = SUBJECT_SOURCE,
	.arguments = for_each_arguments,
	.named = true,
	.scoped = true,
	.loops = true,
	.compile = for_each_compile,
	.execute = for_each_execute,
	.describe = for_each_describe
};
