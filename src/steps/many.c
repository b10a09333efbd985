/*
 * many.c
 *		What kinds of step share that run for many items at once.
 */
#include "postgres.h"

#include "run/evaluate.h"
#include "steps/many.h"

bool
many_refuse(ManyShape *shape, const char *why)
{
	if (shape->refused == NULL)
	{
		shape->refused = why;
		shape->refused_at = shape->step != NULL ? shape->step->path : NULL;
	}
	return false;
}

bool
many_use(ManyShape *shape, Statement *statement, CmdType command, const Address *address)
{
	ManyUse    *use;

	if (statement->set_based || (statement->items_at == 0 && statement->values_at == 0))
		return many_refuse(shape, "the step works on many rows, or on none that are known before");
	use = palloc0(sizeof(ManyUse));
	use->step = shape->step;
	use->statement = statement;
	use->relation = statement->relation;
	use->command = command;
	use->address = address;
	shape->uses = lappend(shape->uses, use);
	return true;
}

bool
many_fits_each(ManyShape *shape, const Instruction *instruction)
{
	return true;
}

/* Runs the step for the item. */
static bool
execute_item(Frame *frame, void *arg)
{
	Instruction *step = arg;

	step->execute(frame, step);
	return true;
}

void
many_execute_each(ItemSet *set, Instruction *instruction)
{
	item_set_each(set, instruction, execute_item, instruction);
}

/* Is it true for the item? */
static bool
item_meets(Frame *frame, void *arg)
{
	return condition_is_true(frame, arg);
}

int *
many_split(ItemSet *set, Instruction *step, Expression *condition, int *nothers)
{
	int			count = set->nactive;
	int		   *all = palloc(sizeof(int) * Max(count, 1));
	int			kept = 0;

	memcpy(all, set->active, sizeof(int) * count);
	item_set_each(set, step, item_meets, condition);
	*nothers = 0;
	for (int i = 0; i < count; i++)
	{
		if (kept < set->nactive && set->active[kept] == all[i])
			kept++;
		else if (!set->items[all[i]].out)
			all[(*nothers)++] = all[i];
	}
	return all;
}
