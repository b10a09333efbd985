/*
 * instead.c
 *		Rules that replace commands, and triggers that suppress them.
 *
 * PostgreSQL counts the rows of the command itself and those of a rule's
 * command of the same kind. A rule that does anything else in place of the
 * command, or does so for some rows only, leaves no trace in the count. Views
 * that nothing but their query makes writable lead to the table behind them.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_rewrite.h"
#include "commands/trigger.h"
#include "lookup/instead.h"
#include "nodes/parsenodes.h"
#include "parser/parsetree.h"
#include "rewrite/prs2lock.h"
#include "rewrite/rewriteDefine.h"
#include "rewrite/rewriteHandler.h"
#include "utils/rel.h"

const char *
command_word(CmdType command)
{
	return command == CMD_DELETE ? "DELETE" : "UPDATE";
}

/* The name of a rule. */
static char *
rule_name(Oid rule)
{
	Relation	rules = table_open(RewriteRelationId, AccessShareLock);
	HeapTuple	tuple = get_catalog_object_by_oid(rules, Anum_pg_rewrite_oid, rule);

	table_close(rules, AccessShareLock);
	return HeapTupleIsValid(tuple) ? NameStr(((Form_pg_rewrite) GETSTRUCT(tuple))->rulename) : NULL;
}

/* Is the rule in force in this session? */
static bool
rule_is_enabled(const RewriteRule *rule)
{
	if (rule->enabled == RULE_DISABLED)
		return false;
	return rule->enabled == RULE_FIRES_ALWAYS ||
		(rule->enabled == RULE_FIRES_ON_REPLICA) == (SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA);
}

/* Notes whether a rule does the same command, so that its rows are counted, and gives columns back. */
static void
look_at_actions(const RewriteRule *rule, CmdType command, bool *same, bool *returns)
{
	ListCell   *cell;

	foreach(cell, rule->actions)
	{
		const Query *query = lfirst_node(Query, cell);

		*same = *same || query->commandType == command;
		*returns = *returns || query->returningList != NIL;
	}
}

/* The table behind a view that only its query makes writable, or InvalidOid. */
static Oid
table_behind(Relation view)
{
	const Query *query;
	Node	   *from;

	if (view->rd_rel->relkind != RELKIND_VIEW)
		return InvalidOid;
	query = get_view_query(view);
	from = list_length(query->jointree->fromlist) == 1 ? linitial(query->jointree->fromlist) : NULL;
	if (from == NULL || !IsA(from, RangeTblRef))
		return InvalidOid;
	return rt_fetch(((RangeTblRef *) from)->rtindex, query->rtable)->relid;
}

/* Looks at a relation, and at the table behind it if it is a view without an answer of its own. */
static bool
look_behind(Oid table, bool (*look) (Relation relation, CmdType command, void *arg),
			CmdType command, void *arg)
{
	Relation	relation = relation_open(table, AccessShareLock);
	bool		found = look(relation, command, arg);
	Oid			behind = found ? InvalidOid : table_behind(relation);

	relation_close(relation, NoLock);
	return found || (OidIsValid(behind) && look_behind(behind, look, command, arg));
}

/* Looks for a rule that takes rows and does not count them. */
static bool
look_for_rule(Relation relation, CmdType command, void *arg)
{
	InsteadRule *found = arg;
	const RuleLock *rules = relation->rd_rules;
	Oid			for_all = InvalidOid;
	Oid			for_some = InvalidOid;
	bool		counts = false;

	found->returns = false;
	for (int i = 0; rules != NULL && i < rules->numLocks; i++)
	{
		const RewriteRule *rule = rules->rules[i];

		if (rule->event != command || !rule->isInstead || !rule_is_enabled(rule))
			continue;
		if (rule->qual != NULL)
			for_some = rule->ruleId;
		else
		{
			for_all = rule->ruleId;
			look_at_actions(rule, command, &counts, &found->returns);
		}
	}
	found->always = OidIsValid(for_all) && !counts;
	if (!found->always && !OidIsValid(for_some))
		return false;
	found->name = rule_name(found->always ? for_all : for_some);
	found->table = RelationGetRelid(relation);
	return true;
}

bool
instead_rule(Oid table, CmdType command, InsteadRule *rule)
{
	return look_behind(table, look_for_rule, command, rule);
}

/* Looks for any rule that replaces the command. */
static bool
look_for_any_rule(Relation relation, CmdType command, void *arg)
{
	const RuleLock *rules = relation->rd_rules;

	for (int i = 0; rules != NULL && i < rules->numLocks; i++)
		if (rules->rules[i]->event == command && rules->rules[i]->isInstead)
			return true;
	return false;
}

bool
instead_rules_exist(Oid table, CmdType command)
{
	return look_behind(table, look_for_any_rule, command, NULL);
}

/* Looks for a trigger that may leave a row as it is. */
static bool
look_for_trigger(Relation relation, CmdType command, void *arg)
{
	const TriggerDesc *triggers = relation->trigdesc;

	return triggers != NULL &&
		(command == CMD_DELETE ?
		 triggers->trig_delete_before_row || triggers->trig_delete_instead_row :
		 triggers->trig_update_before_row || triggers->trig_update_instead_row);
}

bool
triggers_may_skip(Oid table, CmdType command)
{
	return look_behind(table, look_for_trigger, command, NULL);
}

/* A rule that hides the rows it took refuses to give any. */
bool
others_set_columns(Oid table)
{
	Relation	relation = relation_open(table, AccessShareLock);
	bool		others = relation->rd_rel->relkind != RELKIND_RELATION || relation->rd_rules != NULL ||
		(relation->trigdesc != NULL && relation->trigdesc->trig_update_before_row);
	InsteadRule rule;

	relation_close(relation, NoLock);
	return others && !instead_rule(table, CMD_UPDATE, &rule);
}
