/*
 * creates.c
 *		Joins adjacent steps that create rows of one table into one INSERT of several rows.
 *
 * Only where nothing can tell. An INSERT of several VALUES does for each row what a step
 * does, in their order: it computes the row, looks at what the table demands, and enters
 * it into the indexes. So an error is that of the step whose row it is, and how many rows
 * have been returned tells which one that is. What PostgreSQL does only at the end of
 * the statement would come too late for that: the table has no triggers on INSERT, not
 * those of foreign keys either, and none of deferrable keys. It has no rules, policies,
 * partitions, children or generated columns.
 *
 * Within a row defaults come after values, which is not the order of one row alone. So
 * values are such as cannot fail, defaults that stand among them likewise, and neither they
 * nor other defaults run code of users', or anything whose result depends on the order. No
 * value reads a row of another one of the steps.
 *
 * Who wants to know of rows is told of each as soon as it is written, as its step would
 * tell; budgets end the statement with the row that is one too many. Whoever wants to
 * know of steps, when each begins and what it takes, has them run one after the other. So
 * they run where the table has changed under a running action, and for a user who may not
 * write all columns; and for many items: each for all of them.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "base/compat.h"
#include "base/deadline.h"
#include "base/plain_path.h"
#include "base/simple_type.h"
#include "base/text_list.h"
#include "catalog/pg_class.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "lookup/canonical.h"
#include "lookup/column_rights.h"
#include "lookup/users_code.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "program/together.h"
#include "rewrite/rewriteHandler.h"
#include "run/catalog_changes.h"
#include "run/frame.h"
#include "run/item_set.h"
#include "run/observer.h"
#include "run/statement_run.h"
#include "run/watched.h"
#include "steps/creates.h"
#include "steps/many.h"
#include "steps/write.h"
#include "steps/write_column.h"
#include "steps/write_many.h"
#include "steps/written.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#define STEPS_AT_MOST	100		/* in one statement */
#define COLUMNS_AT_MOST	1000	/* that it returns; PostgreSQL returns 1664 */

/* What a joined instruction does. */
typedef struct Creates
{
	StepList	own;			/* the steps; the first is a copy of the instruction, as it was */
	Instruction **turns;		/* the same for messages: the first is the instruction itself */
	Statement  *all;			/* the statement that does the work of all */
	int		   *turn_of;		/* of each column that it returns, its step; NULL: not known yet */
	Oid			relation;
	Bitmapset  *written;		/* columns, by their numbers */
	bool		alike;			/* all steps set all of them */
	KnownUser	allowed;		/* all of it */
} Creates;

/* Are values of this type printed without fail? */
static bool
prints_always(Oid type)
{
	switch (type)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case NUMERICOID:
		case UUIDOID:
			return true;
		default:
			return false;
	}
}

/* Does a function never fail, and give the same whenever it is called? */
static bool
function_is_harmless(Oid function)
{
	switch (function)
	{
		case F_NOW:
		case F_TEXTCAT:
			return true;
		default:
			return cast_is_widening(function);
	}
}

/* Is there anything in a value that might fail, or tell when it runs? */
static bool
value_might_tell_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	switch (nodeTag(node))
	{
		case T_Param:
			return ((Param *) node)->paramkind != PARAM_EXTERN;
		case T_Const:
		case T_SQLValueFunction:
			return false;
		case T_FuncExpr:
			return !function_is_harmless(((FuncExpr *) node)->funcid) ||
				expression_tree_walker(node, value_might_tell_walker, context);
		case T_CoerceViaIO:
			return ((CoerceViaIO *) node)->resulttype != TEXTOID ||
				!prints_always(exprType((Node *) ((CoerceViaIO *) node)->arg)) ||
				expression_tree_walker(node, value_might_tell_walker, context);
		case T_List:
		case T_CoalesceExpr:
		case T_CaseExpr:
		case T_CaseWhen:
		case T_BoolExpr:
		case T_NullTest:
		case T_BooleanTest:
		case T_RelabelType:
		case T_CollateExpr:
			return expression_tree_walker(node, value_might_tell_walker, context);
		default:
			return true;
	}
}

void
creates_look(const Query *query, void *arg)
{
	bool	   *harmless = arg;
	ListCell   *cell;

	*harmless = query->commandType == CMD_INSERT;
	foreach(cell, query->targetList)
	{
		if (value_might_tell_walker((Node *) lfirst_node(TargetEntry, cell)->expr, NULL))
			*harmless = false;
	}
}

/* Is this a step of its own that creates one row, whatever there is? */
static bool
is_plain_create(const Instruction *instruction)
{
	const Write *write = instruction->data;

	return instruction->execute == write_execute && write != NULL && write->command == CMD_INSERT &&
		instruction->when == NULL && instruction->on_error == NULL &&
		write->created != NIL && write->given == NULL && write->count == NULL && write->expect == NULL &&
		!write->updates && !write->statement->set_based && write->statement->no_returning == NULL &&
		list_length(write->statement->scope->placeholders) == list_length(write->created) &&
		(write->statement->own == NULL || !write->statement->own->may_be_absent);
}

/* Does a step read the row that another one creates? */
static bool
reads_row_of(const Write *later, const Write *earlier)
{
	ListCell   *row_cell;
	ListCell   *cell;

	foreach(row_cell, earlier->statement->into)
	{
		foreach(cell, ((const Row *) lfirst(row_cell))->columns)
		{
			if (bms_is_member(((const RowColumn *) lfirst(cell))->slot, later->statement->scope->slots))
				return true;
		}
	}
	return false;
}

/* May the step be one of those that begin there? */
static bool
step_goes_with(Instruction **steps, int count, const Instruction *next)
{
	const Write *write = next->data;

	if (count == STEPS_AT_MOST || !is_plain_create(next) ||
		write->statement->relation != ((const Write *) steps[0]->data)->statement->relation)
		return false;
	for (int i = 0; i < count; i++)
		if (reads_row_of(write, steps[i]->data))
			return false;
	return true;
}

/* How many of the steps set the column? */
static int
steps_that_set(Instruction **steps, int count, const char *column)
{
	int			found = 0;

	for (int i = 0; i < count; i++)
	{
		if (write_sets(((const Write *) steps[i]->data)->created, column))
			found++;
	}
	return found;
}

/*
 * Can nobody tell when the defaults of columns are computed that not all steps set? Of those
 * that no step sets they come in their order. One among the values comes before these, and
 * what is constant in it is computed when the statement is planned, before the first row.
 */
static bool
defaults_fit(Relation relation, Instruction **steps, int count)
{
	TupleDesc	tupdesc = RelationGetDescr(relation);
	SharedUse	use = {0};

	for (int i = 0; i < tupdesc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(tupdesc, i);
		int			setting;
		Node	   *made;

		if (attribute->attisdropped)
			continue;
		setting = steps_that_set(steps, count, NameStr(attribute->attname));
		if (setting == count)
			continue;
		if (attribute->attgenerated != '\0' || get_typtype(attribute->atttypid) == TYPTYPE_DOMAIN)
			return false;
		made = build_column_default(relation, i + 1);
		if (made != NULL && (calls_users_functions(made) || tree_ties_rows(made, &use) || use.read != NIL ||
							 (setting > 0 && value_might_tell_walker(made, NULL))))
			return false;
	}
	return true;
}

/* Does nothing run when a row is inserted? */
static bool
has_no_insert_triggers(const TriggerDesc *triggers)
{
	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
		if (TRIGGER_FOR_INSERT(triggers->triggers[i].tgtype) && !trigger_is_protecting(&triggers->triggers[i]))
			return false;
	return true;
}

/* Does the table take all rows at once as it takes one after the other? */
static bool
table_takes_rows(Oid table, Instruction **steps, int count)
{
	Relation	relation = relation_open(table, AccessShareLock);
	bool		fits = !relation->rd_rel->relrowsecurity && table_ties_rows(relation) == NULL &&
		has_no_insert_triggers(relation->trigdesc) && defaults_fit(relation, steps, count);

	relation_close(relation, NoLock);
	return fits;
}

/* The names of all columns that some step sets, in the order in which they come. */
static List *
names_set(Instruction **steps, int count)
{
	List	   *names = NIL;
	ListCell   *cell;

	for (int i = 0; i < count; i++)
	{
		foreach(cell, ((const Write *) steps[i]->data)->created)
		{
			const WriteColumn *column = lfirst(cell);

			if (!text_list_has(names, column->name))
				names = lappend(names, column->name);
		}
	}
	return names;
}

/* Appends the value of a column of a step's, of which the same is known as in the step's own statement. */
static void
append_value_of(Statement *all, const Write *write, const char *name)
{
	for (int i = 0; i < list_length(write->created); i++)
	{
		const WriteColumn *column = list_nth(write->created, i);
		const Placeholder *same = list_nth(write->statement->scope->placeholders, i);
		Placeholder *placeholder;

		if (strcmp(column->name, name) != 0)
			continue;
		appendStringInfoString(&all->head, statement_value(all, column->value));
		placeholder = llast(all->scope->placeholders);
		placeholder->bare = same->bare;
		placeholder->slots = same->slots;
		return;
	}
	appendStringInfoString(&all->head, "DEFAULT");
}

/* Appends the row of a step. */
static void
append_row_of(Statement *all, const Write *write, const List *names, bool first)
{
	ListCell   *cell;

	appendStringInfoString(&all->head, first ? "(" : ", (");
	foreach(cell, names)
	{
		if (foreach_current_index(cell) > 0)
			appendStringInfoString(&all->head, ", ");
		append_value_of(all, write, lfirst(cell));
	}
	appendStringInfoChar(&all->head, ')');
}

/*
 * INSERT of all rows, in the place of the last step; the values see the names that the
 * first one sees, since none of them means a row of the others.
 */
static Statement *
insert_statement(Compiler *compiler, Instruction **steps, int count, const List *names)
{
	const Write *first = steps[0]->data;
	const Scope *place = ((const Write *) steps[count - 1]->data)->statement->scope;
	Statement  *all = compiler_statement(compiler, InvalidOid);
	ListCell   *cell;

	all->relation = first->statement->relation;
	all->step = first->statement->step;
	all->scope->number = place->number;
	all->scope->again = place->again;
	all->scope->rows = first->statement->scope->rows;
	all->tells_rows = true;
	all->by_key = true;			/* values do not matter to the plan */
	appendStringInfo(&all->head, "INSERT INTO %s AS this (", relation_name_sql(all->relation));
	foreach(cell, names)
		appendStringInfo(&all->head, "%s%s", foreach_current_index(cell) > 0 ? ", " : "", quote_identifier(lfirst(cell)));
	appendStringInfoString(&all->head, ") VALUES ");
	for (int i = 0; i < count; i++)
	{
		const Write *write = steps[i]->data;

		append_row_of(all, write, names, i == 0);
		all->scope->slots = bms_add_members(all->scope->slots, write->statement->scope->slots);
		all->into = list_concat(all->into, write->statement->into);
		if (i > 0)
			all->other_steps = lappend(all->other_steps, unconstify(Step *, write->statement->step));
	}
	return all;
}

/* How many columns there are that it might return. */
static int
columns_at_most(const Creates *creates)
{
	int			count = 0;
	ListCell   *cell;

	foreach(cell, creates->all->into)
		count += list_length(((const Row *) lfirst(cell))->columns);
	return count;
}

/*
 * May the current user do all of it at once? Who may not read the table is shown, of a row
 * that it does not take, what the statement sets: that has to be the step's.
 */
static bool
may_create_all(const void *what)
{
	const Creates *creates = what;

	return columns_at_most(creates) <= COLUMNS_AT_MOST &&
		may_access_columns(creates->relation, creates->written, ACL_INSERT) &&
		((!statement_returns(creates->all) && creates->alike) ||
		 pg_class_aclcheck(creates->relation, GetUserId(), ACL_SELECT) == ACLCHECK_OK);
}

/* May the steps be one statement, for this user and just now? */
static bool
creates_hold(const Frame *frame, Creates *creates)
{
	return program_holds_under_lock(frame->program, creates->relation, RowExclusiveLock) &&
		user_may(&creates->allowed, may_create_all, creates);
}

/* Whose row a slot is of. */
static int
turn_of_slot(const Creates *creates, int slot)
{
	ListCell   *row_cell;
	ListCell   *cell;

	for (int i = 0; i < creates->own.count; i++)
	{
		foreach(row_cell, ((const Write *) creates->own.steps[i]->data)->statement->into)
		{
			foreach(cell, ((const Row *) lfirst(row_cell))->columns)
			{
				if (((const RowColumn *) lfirst(cell))->slot == slot)
					return i;
			}
		}
	}
	elog(ERROR, "no step creates a row for slot %d", slot);
}

/* Finds out once which column of which row is kept, when it is known which the statement returns. */
static void
find_turns(Creates *creates)
{
	const Statement *all = creates->all;
	int		   *turn_of = MemoryContextAlloc(all->scope->program->mcxt, sizeof(int) * Max(all->nslots, 1));

	for (int i = 0; i < all->nslots; i++)
		turn_of[i] = turn_of_slot(creates, all->slots[i]);
	creates->turn_of = turn_of;
}

/* Tells the observers of a step's row, as the step itself would. */
static void
tell_row(Frame *frame, const Turns *turns, int turn, const WrittenKeys *written)
{
	const Creates *creates = turns->arg;

	written_tell(frame, creates->own.steps[turn]->data, creates->all, written, false);
}

/* Creates all rows in one statement. */
static void
execute_at_once(Frame *frame, Creates *creates)
{
	Turns		turns = {.steps = creates->turns, .count = creates->own.count};

	if (observed(frame, OBSERVE_ROWS))
	{
		turns.done = tell_row;
		turns.arg = creates;
		turns.with_key = statement_tells_key(creates->all);
	}
	statement_require_plan(creates->all, turns.with_key);
	if (unlikely(creates->turn_of == NULL))
		find_turns(creates);
	turns.turn_of = creates->turn_of;
	if (statement_execute_in_turns(frame, creates->all, &turns) != turns.count)
		elog(ERROR, "steps of action \"%s\" have not created their rows", frame->program->action);
}

/* Runs one step after the other. */
static pg_noinline void
execute_one_by_one(Frame *frame, const Creates *creates)
{
	for (int i = 0; i < creates->own.count; i++)
	{
		if (i > 0)
		{
			deadlines_check();
			if (observed(frame, OBSERVE_STEPS))
				observe_turn(frame, creates->turns[i]);
			frame_begin_step(frame, creates->turns[i]);
		}
		write_execute(frame, creates->own.steps[i]);
	}
}

/* Runs the steps: in one if that still holds, and nobody watches each of them. */
static void
creates_execute(Frame *frame, Instruction *instruction)
{
	Creates    *creates = instruction->data;

	if (!observed(frame, OBSERVE_STEPS | OBSERVE_APART) && creates_hold(frame, creates))
		execute_at_once(frame, creates);
	else
		execute_one_by_one(frame, creates);
	deadlines_check();
	frame->current = instruction;
}

static bool
creates_fit_many(ManyShape *shape, const Instruction *instruction)
{
	const StepList *own = &((const Creates *) instruction->data)->own;

	for (int i = 0; i < own->count; i++)
	{
		shape->step = own->steps[i];
		if (!write_fits_many(shape, own->steps[i]))
			return false;
	}
	return true;
}

/* Does the work of each step for many items. */
static void
creates_execute_many(ItemSet *set, Instruction *instruction)
{
	const StepList *own = &((Creates *) instruction->data)->own;

	for (int i = 0; i < own->count && set->nactive > 0; i++)
	{
		CHECK_FOR_INTERRUPTS();
		set->frame->current = own->steps[i];
		write_execute_many(set, own->steps[i]);
		deadlines_check();
		item_set_sift(set);
	}
}

/* Makes the first step do the work of all. */
static void
join_steps(Compiler *compiler, Instruction **steps, int count)
{
	Creates    *creates = palloc0(sizeof(Creates));
	List	   *names = names_set(steps, count);
	Instruction *first = palloc(sizeof(Instruction));
	ListCell   *cell;

	creates->relation = ((const Write *) steps[0]->data)->statement->relation;
	foreach(cell, names)
		creates->written = bms_add_member(creates->written, get_attnum(creates->relation, lfirst(cell)));
	creates->alike = true;
	for (int i = 0; i < count; i++)
	{
		if (list_length(((const Write *) steps[i]->data)->created) < list_length(names))
			creates->alike = false;
	}
	creates->all = insert_statement(compiler, steps, count, names);
	creates->all->key = statement_key_copy(((const Write *) steps[0]->data)->statement->key);
	creates->own.count = count;
	creates->own.steps = palloc(sizeof(Instruction *) * count);
	creates->turns = palloc(sizeof(Instruction *) * count);
	memcpy(creates->own.steps, steps, sizeof(Instruction *) * count);
	memcpy(creates->turns, steps, sizeof(Instruction *) * count);
	*first = *steps[0];
	creates->own.steps[0] = first;
	steps[0]->data = creates;
	steps[0]->execute = creates_execute;
	steps[0]->fits_many = creates_fit_many;
	steps[0]->execute_many = creates_execute_many;
}

void
creates_join(Compiler *compiler, StepList *list)
{
	int			kept = 0;

	if (compiler->findings.checking || plain_path_has(PLAIN_MERGE))
		return;
	for (int i = 0; i < list->count;)
	{
		Instruction **steps = list->steps + i;
		int			count = 1;

		while (is_plain_create(steps[0]) && i + count < list->count && step_goes_with(steps, count, steps[count]))
			count++;
		i += count;
		if (count > 1 && table_takes_rows(((const Write *) steps[0]->data)->statement->relation, steps, count))
		{
			join_steps(compiler, steps, count);
			count = 1;
		}
		for (int j = 0; j < count; j++)
			list->steps[kept++] = steps[j];
	}
	list->count = kept;
}
