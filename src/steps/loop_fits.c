/*
 * loop_fits.c
 *		Can nothing tell whether the turns of a for_each run one by one, or as one
 *		statement?
 *
 * The body is one create, or one update or delete of a row by its unique key, without
 * `when` and on_error. Its formulas look at nothing but the loop's row, the row that is
 * written and what stays the same in all turns. The table is plain, has no triggers but
 * those of foreign keys, no policies, and no reference to itself, so that no turn sees
 * what another has written. An UPDATE leaves alone what makes rows unique, which might
 * be free at one turn and taken at the next.
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "lookup/key.h"
#include "program/names.h"
#include "program/together.h"
#include "run/statement_run.h"
#include "steps/loop_fits.h"
#include "steps/write.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"

/* Is the address that of one row, found by a unique key, which may be that of the loop? */
static bool
address_fits(const Address *address, const Row *row)
{
	return address == NULL ||
		(address->key != NIL && !address->set_based && address->from == NULL &&
		 ((const KeyColumn *) linitial(address->key))->indexed &&
		 (address->row == NULL || rows_are_one(address->row, row)));
}

bool
loop_body_fits(const Instruction *step, const Row *row)
{
	const Write *write = step->data;

	return step->execute == write_execute && step->when == NULL && step->on_error == NULL && write != NULL &&
		write->given == NULL && write->count == NULL && write->expect == NULL && !write->updates &&
		!write->statement->set_based && write->statement->no_returning == NULL &&
		(write->command == CMD_INSERT ? write->statement->values_at > 0 : write->statement->items_at > 0) &&
		address_fits(write->address, row);
}

/* Does a trigger do, or let be deferred, what the turns do in another order? */
static bool
trigger_fits_set(const Trigger *trigger, CmdType command, Oid relation)
{
	int			kind = RI_FKey_trigger_type(trigger->tgfoid);

	if (trigger->tgenabled == TRIGGER_DISABLED || trigger_is_protecting(trigger))
		return true;
	if (!trigger->tgisinternal || kind == RI_TRIGGER_NONE || (command != CMD_INSERT && trigger->tgdeferrable))
		return false;
	if (command == CMD_UPDATE)
		return true;
	return trigger->tgconstrrelid != relation &&
		(command == CMD_INSERT || kind != RI_TRIGGER_PK || !TRIGGER_FOR_DELETE(trigger->tgtype) ||
		 trigger->tgfoid == F_RI_FKEY_NOACTION_DEL || trigger->tgfoid == F_RI_FKEY_RESTRICT_DEL);
}

/* Is nothing looked at in the end that a turn looks at? */
static bool
is_in_order(Relation relation, CmdType command)
{
	const TriggerDesc *triggers = relation->trigdesc;

	if (command != CMD_INSERT)
		return false;
	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
		if (triggers->triggers[i].tgenabled != TRIGGER_DISABLED && TRIGGER_FOR_INSERT(triggers->triggers[i].tgtype) &&
			!trigger_is_protecting(&triggers->triggers[i]))
			return false;
	return true;
}

/* Does the table take all rows at once as it takes one after the other? */
static bool
table_fits_set(Relation relation, CmdType command)
{
	const TriggerDesc *triggers = relation->trigdesc;

	if (relation->rd_rel->relrowsecurity || table_ties_rows(relation) != NULL)
		return false;
	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
		if (!trigger_fits_set(&triggers->triggers[i], command, RelationGetRelid(relation)))
			return false;
	return true;
}

/* Does the statement look at the table that it writes, and at nothing else, and there at one row? */
static bool
query_fits_set(Query *query, Relation relation, CmdType command)
{
	SharedUse	use = {0};

	return query->commandType == command && !tree_ties_rows((Node *) query, &use) &&
		list_length(use.read) == 1 && linitial_oid(use.read) == RelationGetRelid(relation) &&
		(command == CMD_INSERT ? !insert_looks_around(relation, query) : use.sequences == NIL) &&
		(command != CMD_UPDATE || !update_is_of_unique(relation, query));
}

/* Do the loop's rows stay the same, whenever they are read? */
static bool
source_fits(Statement *source)
{
	ListCell   *cell;

	foreach(cell, source != NULL ? statement_queries(source) : NIL)
	{
		SharedUse	use = {0};

		if (tree_ties_rows(lfirst(cell), &use) || use.sequences != NIL)
			return false;
	}
	return true;
}

bool
loop_fits(CmdType command, const Statement *looped, Statement *source, SPIPlanPtr plan, bool *in_order)
{
	List	   *queries = statement_plan_queries(plan);
	Relation	relation = relation_open(looped->relation, NoLock);
	bool		fits;

	fits = list_length(queries) == 1 && table_fits_set(relation, command) &&
		query_fits_set(linitial(queries), relation, command) && source_fits(source);
	*in_order = is_in_order(relation, command);
	relation_close(relation, NoLock);
	return fits;
}
