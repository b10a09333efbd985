/*
 * fingerprint.c
 *		Tells whether a relation still is what an action was compiled for.
 *
 * PostgreSQL says that something about a relation has changed, but not what: VACUUM
 * and ANALYZE note new sizes, and that is all. What compiling for a run looks at goes
 * into a number: whoever makes it look at more of a relation adds that here. It may
 * look at all that is said of columns and of checks, at triggers, rules, policies,
 * indexes and flags; at privileges and statistics it may not: those are asked for when
 * something runs.
 *
 * All is read from the relation's entry in the relation cache, and those of its
 * indexes, since compiling reads these: what the number says and what compiling saw
 * are the same, as long as no message came in between.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "base/compat.h"
#include "catalog/pg_am.h"
#include "catalog/pg_index.h"
#include "catalog/pg_trigger.h"
#include "common/hashfn.h"
#include "lib/stringinfo.h"
#include "lookup/fingerprint.h"
#include "nodes/nodes.h"
#include "rewrite/prs2lock.h"
#include "rewrite/rowsecurity.h"
#include "storage/lmgr.h"
#include "utils/rel.h"
#include "utils/reltrigger.h"
#include "utils/relcache.h"

/* Adds a text with its end. */
static void
mix_string(StringInfo facts, const char *text)
{
	appendBinaryStringInfo(facts, text, strlen(text) + 1);
}

/* Adds numbers. */
static void
mix_numbers(StringInfo facts, const Oid *numbers, int count)
{
	appendBinaryStringInfo(facts, (const char *) numbers, count * sizeof(Oid));
}

/* Adds what the relation is, and what it is called. */
static void
mix_class(StringInfo facts, Relation relation)
{
	const FormData_pg_class *class = relation->rd_rel;
	Oid			numbers[] = {class->relnamespace, class->reltype, class->reloftype, class->relam,
		class->relkind, class->relpersistence, class->relhassubclass, class->relispartition,
	class->relrowsecurity, class->relforcerowsecurity};

	mix_string(facts, NameStr(class->relname));
	mix_numbers(facts, numbers, lengthof(numbers));
}

/* Adds the columns; those that were dropped keep their places. */
static void
mix_columns(StringInfo facts, TupleDesc descriptor)
{
	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(descriptor, i);
		Oid			numbers[] = {column->atttypid, (Oid) column->atttypmod, column->attcollation, column->attnotnull,
		column->atthasdef, column->attidentity, column->attgenerated, column->attisdropped};

		mix_string(facts, NameStr(column->attname));
		mix_numbers(facts, numbers, lengthof(numbers));
	}
}

/* Adds checks, defaults and what computes columns. */
static void
mix_constraints(StringInfo facts, const TupleConstr *constraints)
{
	for (int i = 0; constraints != NULL && i < constraints->num_check; i++)
	{
		mix_string(facts, constraints->check[i].ccname);
		mix_string(facts, constraints->check[i].ccbin);
	}
	for (int i = 0; constraints != NULL && i < constraints->num_defval; i++)
	{
		Oid			number = constraints->defval[i].adnum;

		mix_numbers(facts, &number, 1);
		mix_string(facts, constraints->defval[i].adbin);
	}
}

/* Adds the triggers, which stand for foreign keys, too: of such a one nothing changes but by other triggers. */
static void
mix_triggers(StringInfo facts, const TriggerDesc *triggers)
{
	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];
		Oid			numbers[] = {trigger->tgoid, trigger->tgfoid, (Oid) trigger->tgtype, trigger->tgenabled,
			trigger->tgisinternal, trigger->tgconstrrelid, trigger->tgconstraint, trigger->tgdeferrable,
		trigger->tginitdeferred};

		mix_numbers(facts, numbers, lengthof(numbers));
		if (trigger->tgnattr > 0)
			appendBinaryStringInfo(facts, (const char *) trigger->tgattr, trigger->tgnattr * sizeof(int16));
		if (trigger->tgqual != NULL)
			mix_string(facts, trigger->tgqual);
	}
}

/* Adds a tree. */
static void
mix_tree(StringInfo facts, const void *tree)
{
	char	   *text = nodeToString(tree);

	mix_string(facts, text);
	pfree(text);
}

/* Adds the rules; that of a view is its query. */
static void
mix_rules(StringInfo facts, const RuleLock *rules)
{
	for (int i = 0; rules != NULL && i < rules->numLocks; i++)
	{
		const RewriteRule *rule = rules->rules[i];
		Oid			numbers[] = {rule->ruleId, rule->event, rule->isInstead, rule->enabled};

		mix_numbers(facts, numbers, lengthof(numbers));
		mix_tree(facts, rule->qual);
		mix_tree(facts, rule->actions);
	}
}

/* Adds the policies, as long as they count; for whom they are is asked for when something runs. */
static void
mix_policies(StringInfo facts, const RowSecurityDesc *security)
{
	ListCell   *cell;

	foreach(cell, security == NULL ? NIL : security->policies)
	{
		const RowSecurityPolicy *policy = lfirst(cell);

		mix_string(facts, policy->policy_name);
		appendStringInfoChar(facts, policy->polcmd);
		appendStringInfoChar(facts, policy->permissive ? '+' : '-');
		mix_tree(facts, policy->qual);
		mix_tree(facts, policy->with_check_qual);
	}
}

/*
 * Does an index have no say in what may be stored, or found by key? That is a plain
 * one that takes every value. (merge.c would not mind it either.)
 */
static bool
index_is_mute(Relation index)
{
	const FormData_pg_index *form = index->rd_index;

	if (form->indisunique || form->indisexclusion || index->rd_rel->relam != BTREE_AM_OID ||
		!heap_attisnull(index->rd_indextuple, Anum_pg_index_indexprs, NULL) ||
		!heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, NULL))
		return false;
	for (int i = 0; i < form->indnatts; i++)
		if (TupleDescAttr(RelationGetDescr(index), i)->attlen <= 0 ||
			(i < form->indnkeyatts && index->rd_opfamily[i] >= FirstNormalObjectId))
			return false;
	return true;
}

/* Adds an index. */
static void
mix_index(StringInfo facts, Relation index)
{
	const FormData_pg_index *form = index->rd_index;
	Oid			numbers[] = {RelationGetRelid(index), index->rd_rel->relam, form->indisunique, form->indisprimary,
		form->indisexclusion, form->indimmediate, form->indisvalid, form->indnkeyatts,
		heap_attisnull(index->rd_indextuple, Anum_pg_index_indexprs, NULL),
	heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, NULL)};

	mix_numbers(facts, numbers, lengthof(numbers));
	appendBinaryStringInfo(facts, (const char *) form->indkey.values, form->indnatts * sizeof(int16));
	mix_numbers(facts, index->rd_opfamily, form->indnkeyatts);
}

/* Adds the indexes; false: one is just being dropped. */
static bool
mix_indexes(StringInfo facts, Relation relation)
{
	List	   *indexes = RelationGetIndexList(relation);
	bool		all = true;
	ListCell   *cell;

	foreach(cell, indexes)
	{
		Relation	index = RelationIdGetRelation(lfirst_oid(cell));

		if (!RelationIsValid(index))
		{
			all = false;
			continue;
		}
		if (!index_is_mute(index))
			mix_index(facts, index);
		RelationClose(index);
	}
	list_free(indexes);
	return all;
}

/* Looks at the relation, which is locked. */
static bool
read_relation(Oid oid, uint64 *fingerprint)
{
	Relation	relation = RelationIdGetRelation(oid);
	StringInfoData facts;
	bool		all;

	if (!RelationIsValid(relation))
		return false;
	initStringInfo(&facts);
	mix_class(&facts, relation);
	mix_columns(&facts, RelationGetDescr(relation));
	mix_constraints(&facts, RelationGetDescr(relation)->constr);
	mix_triggers(&facts, relation->trigdesc);
	mix_rules(&facts, relation->rd_rules);
	mix_policies(&facts, relation->rd_rsdesc);
	all = mix_indexes(&facts, relation);
	RelationClose(relation);
	*fingerprint = hash_bytes_extended((const unsigned char *) facts.data, facts.len, 0);
	pfree(facts.data);
	return all;
}

bool
relation_fingerprint(Oid oid, uint64 *fingerprint)
{
	bool		known;

	if (!ConditionalLockRelationOid(oid, AccessShareLock))
		return false;
	known = read_relation(oid, fingerprint);
	UnlockRelationOid(oid, AccessShareLock);
	return known;
}
