/*
 * merge.c
 *		Merges two adjacent steps that update the same row into one UPDATE.
 *
 * Only where nothing can tell: the table has no triggers but those of foreign
 * keys, no rules, policies, partitions, children or generated columns, no
 * index or CHECK may refuse what the second step writes, and no CHECK runs
 * code of users'. The second step's values cannot fail, call no function of
 * users' and read nothing that the first one writes, so an error is the first
 * step's, unless a foreign key raised it. These are the second one's alone, and
 * PostgreSQL checks them after everything else. The failing row in the DETAIL of a
 * CHECK or NOT NULL has what the second step writes, too: doc/errors.md says so.
 *
 * A table that changes under a running action, or a user who may not do both,
 * gets the two statements. The columns of the row that the second step reads
 * are read where they are: in the row, as the first step would have returned
 * them. What the statement returns is read after the second step.
 *
 * The rest of the code takes part in this, and must go on doing so:
 * - is_plain_update() knows what a Write can be. A new field of Write or Address,
 *   or a new argument of the steps that write, that makes a step do more than one
 *   UPDATE of one row, or fail otherwise, is to be refused there.
 * - A kind whose execute is write_execute may be merged; one with an execute of
 *   its own never is.
 * - Between the two steps nothing may look at slots or at the row. Formulas of
 *   the second step look at the row itself: value_tells_walker() lets pass what
 *   it knows and refuses the rest, so a new syntax of values is not merged until
 *   it is added there; what reads slots in C is not seen at all.
 * - means_this() (parser_hooks.c) makes names of the row mean "this" where
 *   Value.reads_this says so; other ways to a slot of the row must do the same,
 *   or slot_is_of_row() keeps the steps apart.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/sysattr.h"
#include "access/transam.h"
#include "base/compat.h"
#include "base/deadline.h"
#include "base/plain_path.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "lookup/canonical.h"
#include "lookup/column_rights.h"
#include "lookup/constraint.h"
#include "lookup/users_code.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "run/budget.h"
#include "run/catalog_changes.h"
#include "run/deferred.h"
#include "run/frame.h"
#include "run/observer.h"
#include "run/statement_run.h"
#include "run/watched.h"
#include "steps/address.h"
#include "steps/merge.h"
#include "steps/write.h"
#include "steps/write_many.h"
#include "steps/written.h"
#include "utils/acl.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/* What a merged instruction does. */
typedef struct Merge
{
	Write		both;			/* the first step's, with the statement that does the work of both */
	const Write *first;			/* the first step's own ... */
	Instruction *second;		/* ... and the step whose work is done, too */
	Oid			relation;
	Bitmapset  *written;		/* columns that the second step writes ... */
	Bitmapset  *read;			/* ... and reads */
	KnownUser	allowed;		/* both */
} Merge;

typedef struct Pair
{
	Compiler   *compiler;
	const Write *first;
	const Write *second;
	Scope	   *scope;			/* of the one UPDATE */
	Bitmapset  *first_columns;	/* attribute numbers */
	Bitmapset  *second_columns;
	Bitmapset  *second_reads;
	Relation	relation;
	bool		fits;
} Pair;

/* The attribute numbers of written columns. */
static Bitmapset *
written_numbers(Oid relation, const List *columns)
{
	Bitmapset  *numbers = NULL;
	ListCell   *cell;

	foreach(cell, columns)
		numbers = bms_add_member(numbers,
								 get_attnum(relation, ((WriteColumn *) lfirst(cell))->name));
	return numbers;
}

/* Is this a step of its own that updates one row and must find it? */
static bool
is_plain_update(const Instruction *instruction)
{
	const Write *write = instruction->data;

	return instruction->execute == write_execute && write != NULL &&
		instruction->when == NULL && instruction->on_error == NULL &&
		write->columns != NIL && write->address->row != NULL &&
		!write->address->set_based && write->address->required && write->address->where == NULL &&
		write->address->from == NULL && write->expect == NULL &&
		!write->statement->changes_key &&
		(write->statement->key == NULL || !write->statement->key->may_change);
}

/* Do both update the same row, and has the first no name of its own? */
static bool
same_row(const Write *first, const Write *second)
{
	ListCell   *cell;

	if (!rows_are_one(first->address->row, second->address->row))
		return false;
	foreach(cell, first->statement->into)
	{
		if (!rows_have(first->statement->scope->rows, lfirst(cell)) ||
			!list_member_ptr(second->statement->into, lfirst(cell)))
			return false;
	}
	return true;
}

/* Are all triggers those of foreign keys? */
static bool
triggers_are_foreign_keys(const TriggerDesc *triggers)
{
	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
		if (!triggers->triggers[i].tgisinternal ||
			RI_FKey_trigger_type(triggers->triggers[i].tgfoid) == RI_TRIGGER_NONE)
			return false;
	return true;
}

/* May no foreign key look at what the first step writes? */
static bool
foreign_keys_fit(const Pair *pair)
{
	ListCell   *cell;

	foreach(cell, RelationGetFKeyList(pair->relation))
	{
		const ForeignKeyCacheInfo *key = lfirst(cell);

		/*
		 * else rows that the transaction has written are looked at even where
		 * the key stays
		 */
		if (!constraint_is_validated(key->conoid))
			return false;
		for (int i = 0; i < key->nkeys; i++)
			if (bms_is_member(key->conkey[i], pair->first_columns))
				return false;
	}
	return true;
}

/* Does an index take every value of this column of its? An entry may become too long. */
static bool
index_takes_all(Relation index, int column)
{
	return index->rd_rel->relam == BTREE_AM_OID &&
		TupleDescAttr(RelationGetDescr(index), column)->attlen > 0 &&
		(column >= index->rd_index->indnkeyatts || index->rd_opfamily[column] < FirstNormalObjectId);
}

/* Does the index not care? A plain one has no opinion on values. */
static bool
index_fits(const Pair *pair, Relation index)
{
	bool		unique = index->rd_index->indisunique || index->rd_index->indisexclusion;

	if (!heap_attisnull(index->rd_indextuple, Anum_pg_index_indexprs, NULL) ||
		!heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, NULL))
		return false;
	for (int i = 0; i < index->rd_index->indnatts; i++)
	{
		AttrNumber	column = index->rd_index->indkey.values[i];

		if (unique && bms_is_member(column, pair->first_columns))
			return false;
		if (bms_is_member(column, pair->second_columns) && (unique || !index_takes_all(index, i)))
			return false;
	}
	return true;
}

static bool
indexes_fit(const Pair *pair)
{
	ListCell   *cell;
	bool		fit = true;

	foreach(cell, RelationGetIndexList(pair->relation))
	{
		Relation	index = index_open(lfirst_oid(cell), AccessShareLock);

		fit = fit && index_fits(pair, index);
		index_close(index, NoLock);
	}
	return fit;
}

/* Does no CHECK look at what the second step writes, or further? */
static bool
checks_fit(const Pair *pair)
{
	const TupleConstr *constraints = RelationGetDescr(pair->relation)->constr;

	for (int i = 0; constraints != NULL && i < constraints->num_check; i++)
	{
		Node	   *condition = stringToNode(constraints->check[i].ccbin);
		Bitmapset  *columns = NULL;
		int			column = -1;

		if (calls_users_functions(condition))
			return false;
		pull_varattnos(condition, 1, &columns);
		while ((column = bms_next_member(columns, column)) >= 0)
			if (column + FirstLowInvalidHeapAttributeNumber <= 0 ||
				bms_is_member(column + FirstLowInvalidHeapAttributeNumber, pair->second_columns))
				return false;
	}
	return true;
}

/* Is some column computed from others? */
static bool
has_generated_columns(TupleDesc tupdesc)
{
	for (int i = 0; i < tupdesc->natts; i++)
		if (TupleDescAttr(tupdesc, i)->attgenerated != '\0')
			return true;
	return false;
}

/* Would the table not notice the difference? */
static bool
table_fits(const Pair *pair)
{
	const FormData_pg_class *class = pair->relation->rd_rel;

	return class->relkind == RELKIND_RELATION && !class->relispartition &&
		!class->relhassubclass && !class->relrowsecurity && pair->relation->rd_rules == NULL &&
		!has_generated_columns(RelationGetDescr(pair->relation)) &&
		triggers_are_foreign_keys(pair->relation->trigdesc) &&
		foreign_keys_fit(pair) && checks_fit(pair) && indexes_fit(pair);
}

/* Is the slot a column of the row being updated? Its value may be out of date. */
static bool
slot_is_of_row(const Pair *pair, int slot)
{
	ListCell   *cell;
	ListCell   *column_cell;

	foreach(cell, pair->second->statement->into)
	{
		foreach(column_cell, ((Row *) lfirst(cell))->columns)
		{
			if (((RowColumn *) lfirst(column_cell))->slot == slot)
				return true;
		}
	}
	return false;
}

/* Is there anything in a value that might fail, or tell that the steps are one? */
static bool
value_tells_walker(Node *node, void *context)
{
	Pair	   *pair = context;

	if (node == NULL)
		return false;
	switch (nodeTag(node))
	{
		case T_Var:
			{
				const Var  *var = (const Var *) node;

				if (var->varlevelsup > 0 || var->varattno <= 0 ||
					bms_is_member(var->varattno, pair->first_columns))
					return true;
				pair->second_reads = bms_add_member(pair->second_reads, var->varattno);
				return false;
			}
		case T_Param:
			return ((Param *) node)->paramkind != PARAM_EXTERN ||
				slot_is_of_row(pair, list_nth_int(pair->scope->parameters,
												  ((Param *) node)->paramid - 1));
		case T_FuncExpr:
			return ((FuncExpr *) node)->funcid != F_NOW;
		case T_Const:
		case T_SQLValueFunction:
			return false;
		case T_List:
		case T_CoalesceExpr:
		case T_CaseExpr:
		case T_CaseWhen:
		case T_BoolExpr:
		case T_NullTest:
		case T_BooleanTest:
		case T_RelabelType:
		case T_CollateExpr:
			return expression_tree_walker(node, value_tells_walker, context);
		default:
			return true;
	}
}

/* Is the value good for the column's NOT NULL? */
static bool
value_fits_column(const Pair *pair, const TargetEntry *entry)
{
	if (!TupleDescAttr(RelationGetDescr(pair->relation), entry->resno - 1)->attnotnull)
		return true;
	return IsA(entry->expr, Const) && !((Const *) entry->expr)->constisnull;
}

/* Looks at the analysed UPDATE. */
static void
look_at_query(const Query *query, void *arg)
{
	Pair	   *pair = arg;
	MemoryContext old = MemoryContextSwitchTo(pair->compiler->program->mcxt);
	ListCell   *cell;

	pair->fits = true;
	foreach(cell, query->targetList)
	{
		const TargetEntry *entry = lfirst_node(TargetEntry, cell);

		if (!entry->resjunk && bms_is_member(entry->resno, pair->second_columns) &&
			(!value_fits_column(pair, entry) ||
			 value_tells_walker((Node *) entry->expr, pair)))
			pair->fits = false;
	}
	MemoryContextSwitchTo(old);
}

/* Copies of the columns, with values that read the row itself. */
static List *
columns_reading_row(const List *columns)
{
	List	   *copies = NIL;
	ListCell   *cell;

	foreach(cell, columns)
	{
		const WriteColumn *column = lfirst(cell);
		WriteColumn *copy = palloc(sizeof(WriteColumn));
		Value	   *value = palloc(sizeof(Value));

		*value = *column->value;
		value->reads_this = true;
		copy->name = column->name;
		copy->value = value;
		copies = lappend(copies, copy);
	}
	return copies;
}

/*
 * UPDATE ... SET these columns, of the row that both steps mean, in the second
 * one's place: its scope is made when the list ends, but runs before what comes
 * after the second step, and sees the names that were known there.
 */
static Statement *
update_statement(const Pair *pair, const List *columns)
{
	const Address *address = pair->first->address;
	const Scope *place = pair->second->statement->scope;
	Statement  *statement = compiler_statement(pair->compiler, address->relation);

	statement->step = pair->second->statement->step;
	statement->scope->number = place->number;
	statement->scope->again = place->again;
	statement->scope->rows = place->rows;
	statement->scope->this_row = address->row;
	statement->into = pair->second->statement->into;
	statement->own = pair->second->statement->own;
	appendStringInfo(&statement->head, "UPDATE %s AS this SET ", relation_name_sql(address->relation));
	write_append_set(statement, &statement->head, columns);
	statement->items_at = statement->head.len;
	appendStringInfoString(&statement->head, " WHERE ");
	address_condition(statement, &statement->head, address);
	return statement;
}

/*
 * What analysis has found about the values of the one UPDATE holds for those of
 * the second step's own, which are its last.
 */
static void
take_findings(Scope *second, const Scope *both)
{
	int			before = list_length(both->placeholders) - list_length(second->placeholders);

	for (int i = 0; i < list_length(second->placeholders); i++)
	{
		Placeholder *placeholder = list_nth(second->placeholders, i);
		const Placeholder *same = list_nth(both->placeholders, before + i);
		ListCell   *cell;

		placeholder->bare = same->bare;
		placeholder->slots = same->slots;
		foreach(cell, same->slots)
			second->slots = bms_add_member(second->slots, lfirst_int(cell));
	}
}

typedef struct MergeRun
{
	Frame	   *frame;
	const Merge *merge;
	int			trigger_depth;
} MergeRun;

/* An error inside a trigger is that of a foreign key, and so the second step's. */
static void
merge_error_callback(void *arg)
{
	MergeRun   *run = arg;

	if (trigger_depth() > run->trigger_depth)
		run->frame->current = run->merge->second;
}

/* May the current user do both? */
static bool
may_do_both(const void *what)
{
	const Merge *merge = what;

	return may_access_columns(merge->relation, merge->written, ACL_UPDATE) &&
		may_access_columns(merge->relation, merge->read, ACL_SELECT);
}

/* May the first step do the work of both, in this invocation? */
static bool
merge_holds(const Frame *frame, Merge *merge)
{
	return program_holds_under_lock(frame->program, merge->relation, RowExclusiveLock) &&
		user_may(&merge->allowed, may_do_both, merge);
}

/* Counts the second step's work, which was done with the first one's. */
static pg_noinline void
count_second(Frame *frame, const Merge *merge, uint64 rows)
{
	Instruction *first = frame->current;

	frame->current = merge->second;
	budget_count(frame, rows);
	frame->current = first;
}

/* Runs the statement that does both, for keys or without (NULL); returns the number of rows. */
static uint64
execute_both(Frame *frame, const Merge *merge, WrittenKeys *written)
{
	MergeRun	run = {frame, merge, trigger_depth()};
	ErrorContextCallback callback;
	uint64		rows;

	callback.callback = merge_error_callback;
	callback.arg = &run;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	rows = written != NULL ? statement_execute_for_keys(frame, merge->both.statement, written) :
		statement_execute(frame, merge->both.statement);
	error_context_stack = callback.previous;
	if (unlikely(frame->budget != NULL))
		count_second(frame, merge, rows);
	return rows;
}

/* Runs both steps in one, and tells of each. */
static pg_noinline void
execute_and_tell(Frame *frame, const Merge *merge)
{
	Instruction *first = frame->current;
	WrittenKeys written = {0};

	write_settle(frame, &merge->both, execute_both(frame, merge, &written));
	if (observed(frame, OBSERVE_ROWS))
		written_tell(frame, &merge->both, merge->both.statement, &written, false);
	observe_turn(frame, merge->second);
	frame->current = merge->second;
	if (observed(frame, OBSERVE_ROWS))
		written_tell(frame, merge->second->data, merge->both.statement, &written, true);
	frame->current = first;
}

/* Runs both steps in one. */
static void
execute_merged(Frame *frame, const Merge *merge)
{
	if (observed(frame, OBSERVE_ROWS | OBSERVE_STEPS))
		execute_and_tell(frame, merge);
	else
		write_settle(frame, &merge->both, execute_both(frame, merge, NULL));
}

/* Runs one step after the other. */
static void
execute_apart(Frame *frame, const Merge *merge)
{
	Instruction *first = frame->current;

	write_run(frame, merge->first, merge->first->statement);
	deadlines_check();
	if (observed(frame, OBSERVE_STEPS))
		observe_turn(frame, merge->second);
	frame_begin_step(frame, merge->second);
	write_execute(frame, merge->second);
	deadlines_check();
	frame->current = first;
}

/* May the first step run? Else the second one is not to fail in its place. */
static bool
budget_has_room(const Frame *frame)
{
	return likely(frame->budget == NULL) || budget_left(frame) > 0;
}

/* Runs both steps: in one if that still holds, and nobody watches which of them fails. */
static void
merged_execute(Frame *frame, Instruction *instruction)
{
	Merge	   *merge = instruction->data;

	if (!observed(frame, OBSERVE_APART) && budget_has_room(frame) && merge_holds(frame, merge))
		execute_merged(frame, merge);
	else
		execute_apart(frame, merge);
}

static bool
merged_fits_many(ManyShape *shape, const Instruction *instruction)
{
	const Merge *merge = instruction->data;

	return write_many_fits(shape, &merge->both);
}

/* Does the work of both for many items. */
static void
merged_execute_many(ItemSet *set, Instruction *instruction)
{
	Merge	   *merge = instruction->data;

	if (!merge_holds(set->frame, merge))
		item_set_give_up(set, "two steps are not one any more");
	write_many_run(set, &merge->both, instruction, merge->second);
}

/* Makes the first step's write do the work of both. */
static void
join(Pair *pair, Instruction *first, Instruction *second, Statement *both, const List *columns)
{
	Merge	   *merge = palloc0(sizeof(Merge));
	Write	   *first_write = first->data;
	Write	   *second_write = second->data;

	merge->both = *first_write;
	merge->both.statement = both;
	both->key = statement_key_copy(first_write->statement->key);
	merge->first = first_write;
	merge->second = second;
	merge->relation = first_write->address->relation;
	merge->written = pair->second_columns;
	merge->read = pair->second_reads;
	compiler_drop_statement(pair->compiler, second_write->statement);
	first->data = merge;
	first->execute = merged_execute;
	first->fits_many = merged_fits_many;
	first->execute_many = merged_execute_many;
	second_write->statement = update_statement(pair, columns);
	second_write->statement->key = statement_key_copy(both->key);
	take_findings(second_write->statement->scope, both->scope);
}

/* Merges the second step into the first, if nothing can tell. */
static bool
merge_fitting(Pair *pair, Instruction *first, Instruction *second)
{
	List	   *columns = columns_reading_row(pair->second->columns);
	Statement  *both = update_statement(pair, list_concat_copy(pair->first->columns, columns));

	pair->scope = both->scope;
	both->step = pair->first->statement->step;
	both->other_steps = list_make1(unconstify(Step *, pair->second->statement->step));
	compiler_examine(pair->compiler, both, look_at_query, pair);
	if (pair->fits)
		join(pair, first, second, both, columns);
	else
		compiler_drop_statement(pair->compiler, both);
	return pair->fits;
}

/* Merges two steps, if they are such as can be merged. */
static bool
merge_pair(Compiler *compiler, Instruction *first, Instruction *second)
{
	Pair		pair = {compiler, first->data, second->data};
	bool		merged;

	if (!is_plain_update(first) || !is_plain_update(second) || !same_row(pair.first, pair.second))
		return false;
	pair.first_columns = written_numbers(pair.first->address->relation, pair.first->columns);
	pair.second_columns = written_numbers(pair.first->address->relation, pair.second->columns);
	if (bms_overlap(pair.first_columns, pair.second_columns))
		return false;
	pair.relation = relation_open(pair.first->address->relation, AccessShareLock);
	merged = table_fits(&pair) && merge_fitting(&pair, first, second);
	relation_close(pair.relation, NoLock);
	return merged;
}

void
merge_steps(Compiler *compiler, StepList *list)
{
	int			kept = 0;

	if (compiler->findings.checking || plain_path_has(PLAIN_MERGE))
		return;
	for (int i = 0; i < list->count; i++)
		if (kept == 0 || !merge_pair(compiler, list->steps[kept - 1], list->steps[i]))
			list->steps[kept++] = list->steps[i];
	list->count = kept;
}

const Write *
merge_write(const Instruction *instruction, const Write **first)
{
	const Merge *merge = instruction->data;

	if (instruction->execute != merged_execute)
		return *first = instruction->execute == write_execute ? instruction->data : NULL;
	*first = merge->first;
	return &merge->both;
}
