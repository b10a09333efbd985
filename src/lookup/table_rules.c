/*
 * table_rules.c
 *		What a table, or a domain, may refuse: constraints, policies, triggers.
 *
 * Read from the catalogs, under the lock that reading takes. Messages are those of
 * PostgreSQL. What triggers raise, or the tables behind a view, is not known.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "base/text_list.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "lookup/table_rules.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

/* The rules of a table, as they are found. */
typedef struct RuleSearch
{
	Relation	relation;
	const TableCommand *command;
	List	   *rules;
} RuleSearch;

/* Adds a rule. */
static void
add_rule(List **rules, int sqlstate, char *message, char *when)
{
	TableRule  *rule = palloc(sizeof(TableRule));

	rule->sqlstate = sqlstate;
	rule->message = message;
	rule->when = when;
	*rules = lappend(*rules, rule);
}

/* The definition of a constraint. */
static char *
constraint_text(Oid constraint)
{
	return TextDatumGetCString(DirectFunctionCall1(pg_get_constraintdef, ObjectIdGetDatum(constraint)));
}

/* Does a column get a value? */
static bool
gets_value(const RuleSearch *search, AttrNumber attnum)
{
	char	   *name;

	if (search->command->all_columns || attnum <= 0)
		return true;
	name = get_attname(RelationGetRelid(search->relation), attnum, true);
	return name != NULL && text_list_has(search->command->columns, name);
}

/* Does any of these columns? An index over expressions may read any. */
static bool
any_gets_value(const RuleSearch *search, const int16 *attnums, int count)
{
	for (int i = 0; i < count; i++)
		if (gets_value(search, attnums[i]))
			return true;
	return count == 0;
}

/* The columns of a constraint. */
static int16 *
constraint_columns(Relation catalog, HeapTuple tuple, AttrNumber column, int *count)
{
	bool		isnull;
	Datum		value = heap_getattr(tuple, column, RelationGetDescr(catalog), &isnull);
	ArrayType  *array;

	*count = 0;
	if (isnull)
		return NULL;
	array = DatumGetArrayTypeP(value);
	*count = ARR_NDIM(array) == 1 ? ARR_DIMS(array)[0] : 0;
	return (int16 *) ARR_DATA_PTR(array);
}

/* Adds a CHECK, or a reference to another table. */
static void
add_constraint(RuleSearch *search, Relation catalog, HeapTuple tuple)
{
	Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT(tuple);
	const char *table = RelationGetRelationName(search->relation);
	int			count;
	int16	   *columns = constraint_columns(catalog, tuple, Anum_pg_constraint_conkey, &count);

	/* a row that is new has all its columns new: defaults count, too */
	if (form->contype == CONSTRAINT_CHECK && (search->command->command == CMD_INSERT || any_gets_value(search, columns, count)))
		add_rule(&search->rules, ERRCODE_CHECK_VIOLATION,
				 psprintf("new row for relation \"%s\" violates check constraint \"%s\"", table, NameStr(form->conname)),
				 psprintf("unless %s", constraint_text(form->oid)));
	else if (form->contype == CONSTRAINT_FOREIGN && any_gets_value(search, columns, count))
		add_rule(&search->rules, ERRCODE_FOREIGN_KEY_VIOLATION,
				 psprintf("insert or update on table \"%s\" violates foreign key constraint \"%s\"", table, NameStr(form->conname)),
				 psprintf("%s has no such row%s", relation_name_canonical(form->confrelid),
						  form->condeferred ? ", at the end of the transaction" : ""));
}

/* Adds the constraints of the table itself that are no indexes. */
static void
add_constraints(RuleSearch *search)
{
	Relation	catalog = table_open(ConstraintRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&key, Anum_pg_constraint_conrelid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(RelationGetRelid(search->relation)));
	scan = systable_beginscan(catalog, ConstraintRelidTypidNameIndexId, true, NULL, 1, &key);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		add_constraint(search, catalog, tuple);
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
}

/* Adds columns that must not be NULL. */
static void
add_not_null(RuleSearch *search)
{
	TupleDesc	tupdesc = RelationGetDescr(search->relation);

	for (int i = 0; i < tupdesc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(tupdesc, i);

		if (attribute->attisdropped || !attribute->attnotnull ||
			(!search->command->all_columns && !text_list_has(search->command->computed, NameStr(attribute->attname))))
			continue;
		add_rule(&search->rules, ERRCODE_NOT_NULL_VIOLATION,
				 psprintf("null value in column \"%s\" of relation \"%s\" violates not-null constraint",
						  NameStr(attribute->attname), RelationGetRelationName(search->relation)),
				 psprintf("the value of %s is NULL", NameStr(attribute->attname)));
	}
}

/* Adds the rules of the domains that columns are of. */
static void
add_domains(RuleSearch *search)
{
	TupleDesc	tupdesc = RelationGetDescr(search->relation);

	for (int i = 0; i < tupdesc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(tupdesc, i);

		if (!attribute->attisdropped && get_typtype(attribute->atttypid) == TYPTYPE_DOMAIN &&
			gets_value(search, attribute->attnum))
			search->rules = list_concat(search->rules, domain_rules(attribute->atttypid));
	}
}

/* Is the row that an index finds there no error? */
static bool
takes_conflict(const RuleSearch *search, const Form_pg_index index)
{
	const TableCommand *command = search->command;

	if (!command->never_twice || command->key == NIL)
		return command->never_twice;
	if (index->indnkeyatts != list_length(command->key))
		return false;
	for (int i = 0; i < index->indnkeyatts; i++)
	{
		char	   *name = get_attname(RelationGetRelid(search->relation), index->indkey.values[i], true);

		if (name == NULL || !text_list_has(command->key, name))
			return false;
	}
	return true;
}

/* Adds what an index keeps rows from sharing. */
static void
add_unique_index(RuleSearch *search, Relation index)
{
	const Form_pg_index form = index->rd_index;
	char	   *name = RelationGetRelationName(index);

	if ((!form->indisunique && !form->indisexclusion) || takes_conflict(search, form) ||
		!any_gets_value(search, form->indkey.values, form->indnkeyatts))
		return;
	if (form->indisexclusion)
		add_rule(&search->rules, ERRCODE_EXCLUSION_VIOLATION,
				 psprintf("conflicting key value violates exclusion constraint \"%s\"", name),
				 pstrdup("another row is in its way"));
	else
		add_rule(&search->rules, ERRCODE_UNIQUE_VIOLATION,
				 psprintf("duplicate key value violates unique constraint \"%s\"", name),
				 pstrdup("there is such a row already"));
}

/* Adds what indexes keep rows from sharing. */
static void
add_unique_indexes(RuleSearch *search)
{
	ListCell   *cell;

	foreach(cell, RelationGetIndexList(search->relation))
	{
		Relation	index = index_open(lfirst_oid(cell), AccessShareLock);

		add_unique_index(search, index);
		index_close(index, NoLock);
	}
}

/* Does a trigger fire for the command? */
static bool
fires(const Trigger *trigger, CmdType command)
{
	if (trigger->tgenabled == TRIGGER_DISABLED)
		return false;
	return command == CMD_INSERT ? TRIGGER_FOR_INSERT(trigger->tgtype) :
		command == CMD_UPDATE ? TRIGGER_FOR_UPDATE(trigger->tgtype) : TRIGGER_FOR_DELETE(trigger->tgtype);
}

/* Does it keep the table for actions? Who may write it is told elsewhere. */
static bool
is_protection(const Trigger *trigger)
{
	Oid			schema = get_func_namespace(trigger->tgfoid);

	return OidIsValid(schema) && schema == get_namespace_oid(CA_SCHEMA, true);
}

/* Adds a reference of another table's, which its trigger on this one keeps. */
static void
add_reference_to(RuleSearch *search, const Trigger *trigger)
{
	HeapTuple	tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(trigger->tgconstraint));
	bool		deletes = search->command->command == CMD_DELETE;
	Form_pg_constraint form;
	char		action;

	if (!HeapTupleIsValid(tuple))
		return;
	form = (Form_pg_constraint) GETSTRUCT(tuple);
	action = deletes ? form->confdeltype : form->confupdtype;
	if (action == FKCONSTR_ACTION_NOACTION || action == FKCONSTR_ACTION_RESTRICT)
	{
		Relation	catalog = table_open(ConstraintRelationId, AccessShareLock);
		int			count;
		int16	   *columns = constraint_columns(catalog, tuple, Anum_pg_constraint_confkey, &count);

		if (deletes || any_gets_value(search, columns, count))
			add_rule(&search->rules, ERRCODE_FOREIGN_KEY_VIOLATION,
					 psprintf("update or delete on table \"%s\" violates foreign key constraint \"%s\" on table \"%s\"",
							  RelationGetRelationName(search->relation), NameStr(form->conname), get_rel_name(form->conrelid)),
					 psprintf("%s still has rows that reference it%s", relation_name_canonical(form->conrelid),
							  form->condeferred ? ", at the end of the transaction" : ""));
		table_close(catalog, AccessShareLock);
	}
	ReleaseSysCache(tuple);
}

/* Adds what triggers raise: references to the table, and whatever those of users do. */
static void
add_triggers(RuleSearch *search)
{
	const TriggerDesc *triggers = search->relation->trigdesc;

	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (!fires(trigger, search->command->command) || is_protection(trigger))
			continue;
		if (!trigger->tgisinternal)
			add_rule(&search->rules, 0, psprintf("whatever trigger \"%s\" of %s raises", trigger->tgname,
												 relation_name_canonical(RelationGetRelid(search->relation))),
					 pstrdup(trigger->tginitdeferred ? "it fires, at the end of the transaction" : "it fires"));
		else if (RI_FKey_trigger_type(trigger->tgfoid) == RI_TRIGGER_PK)
			add_reference_to(search, trigger);
	}
}

/* Adds what policies and partitions refuse. */
static void
add_places(RuleSearch *search)
{
	const char *name = RelationGetRelationName(search->relation);

	if (search->command->command == CMD_DELETE)
		return;
	if (search->relation->rd_rel->relrowsecurity)
		add_rule(&search->rules, ERRCODE_INSUFFICIENT_PRIVILEGE,
				 psprintf("new row violates row-level security policy for table \"%s\"", name),
				 pstrdup("no policy lets the role write such a row"));
	if (search->relation->rd_rel->relkind == RELKIND_PARTITIONED_TABLE &&
		!OidIsValid(get_default_partition_oid(RelationGetRelid(search->relation))))
		add_rule(&search->rules, ERRCODE_CHECK_VIOLATION,
				 psprintf("no partition of relation \"%s\" found for row", name),
				 pstrdup("no partition takes it"));
}

/* Adds what is not known of the tables behind a view or a foreign table. */
static void
add_behind(RuleSearch *search)
{
	char		relkind = search->relation->rd_rel->relkind;

	if (relkind == RELKIND_VIEW || relkind == RELKIND_FOREIGN_TABLE)
		add_rule(&search->rules, 0, psprintf("whatever is behind %s %s raises", relkind == RELKIND_VIEW ? "view" : "foreign table",
											 relation_name_canonical(RelationGetRelid(search->relation))),
				 pstrdup("it is written"));
}

List *
table_rules(Oid table, const TableCommand *command)
{
	RuleSearch	search = {.relation = relation_open(table, AccessShareLock), .command = command};

	if (command->command != CMD_DELETE)
	{
		add_not_null(&search);
		add_domains(&search);
		add_constraints(&search);
		add_unique_indexes(&search);
	}
	add_places(&search);
	add_behind(&search);
	add_triggers(&search);
	relation_close(search.relation, NoLock);
	return search.rules;
}

/* Adds the rules of one domain by itself. */
static void
add_domain(List **rules, Oid domain, Oid of)
{
	Relation	catalog = table_open(ConstraintRelationId, AccessShareLock);
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple	tuple;

	ScanKeyInit(&keys[0], Anum_pg_constraint_conrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(InvalidOid));
	ScanKeyInit(&keys[1], Anum_pg_constraint_contypid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(of));
	scan = systable_beginscan(catalog, ConstraintRelidTypidNameIndexId, true, NULL, 2, keys);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT(tuple);

		if (form->contype == CONSTRAINT_CHECK)
			add_rule(rules, ERRCODE_CHECK_VIOLATION,
					 psprintf("value for domain %s violates check constraint \"%s\"", format_type_be(domain),
							  NameStr(form->conname)),
					 psprintf("unless %s", constraint_text(form->oid)));
	}
	systable_endscan(scan);
	table_close(catalog, AccessShareLock);
}

List *
domain_rules(Oid type)
{
	List	   *rules = NIL;

	for (Oid domain = type; OidIsValid(domain) && get_typtype(domain) == TYPTYPE_DOMAIN;)
	{
		HeapTuple	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(domain));

		add_domain(&rules, type, domain);
		domain = ((Form_pg_type) GETSTRUCT(tuple))->typbasetype;
		ReleaseSysCache(tuple);
	}
	return rules;
}
