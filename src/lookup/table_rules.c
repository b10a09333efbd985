/*
 * table_rules.c
 *		What a table, or a domain, may refuse: constraints, policies, triggers.
 *
 * Read from the catalogs, under the lock that reading takes. Messages are those of
 * PostgreSQL. What a row leads to by foreign keys that cascade is followed. What
 * triggers raise, or the tables behind a view, is not known. Of partitions, rules
 * are added that they alone have, one partition after the other, so that no more of
 * them are locked at a time.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "base/sqlstate.h"
#include "base/text_list.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "lookup/domain.h"
#include "lookup/protection_actions.h"
#include "lookup/table_rules.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteHandler.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/partcache.h"
#include "utils/rel.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

/* The rules of a table, as they are found. */
typedef struct RuleSearch
{
	Relation	relation;
	const TableCommand *command;
	List	   *rules;
	const struct RuleSearch *above; /* whose rows this one's reference, or NULL */
	Relation	whole;			/* the table that this one is a partition of, whose rules are told
								 * already; or NULL */
} RuleSearch;

static List *search_rules(Oid table, const TableCommand *command, const RuleSearch *above);

/* Adds a rule. */
static void
add_rule(List **rules, int sqlstate, char *message, char *when)
{
	TableRule  *rule = palloc0(sizeof(TableRule));

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

static bool gets_value(const RuleSearch *search, AttrNumber attnum, bool varies);

/* Does a generated column read one that gets a value? */
static bool
is_generated_anew(const RuleSearch *search, Node *expression)
{
	Bitmapset  *columns = NULL;
	int			column = -1;

	pull_varattnos(expression, 1, &columns);
	while ((column = bms_next_member(columns, column)) >= 0)
		if (gets_value(search, column + FirstLowInvalidHeapAttributeNumber, false))
			return true;
	return false;
}

/*
 * Does a column get a value, by the command, by its default or from others that do?
 * varies: a default that gives another one each time, such as a sequence, is none.
 */
static bool
gets_value(const RuleSearch *search, AttrNumber attnum, bool varies)
{
	Form_pg_attribute attribute;
	Node	   *expression;

	if (search->command->all_columns || attnum <= 0)
		return true;
	attribute = TupleDescAttr(RelationGetDescr(search->relation), attnum - 1);
	if (text_list_has(search->command->columns, NameStr(attribute->attname)))
		return true;
	if (!attribute->atthasdef || (search->command->command != CMD_INSERT && attribute->attgenerated == '\0'))
		return false;
	expression = build_column_default(search->relation, attnum);
	if (expression == NULL)
		return false;
	return attribute->attgenerated != '\0' ? is_generated_anew(search, expression) :
		!varies || !contain_volatile_functions(expression);
}

/* Does any of these columns? An index over expressions may read any. */
static bool
any_gets_value(const RuleSearch *search, const int16 *attnums, int count, bool varies)
{
	for (int i = 0; i < count; i++)
		if (gets_value(search, attnums[i], varies))
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

	if (search->whole != NULL && (form->coninhcount > 0 || OidIsValid(form->conparentid)))
		return;

	/* a row that is new has all its columns new: defaults count, too */
	if (form->contype == CONSTRAINT_CHECK && (search->command->command == CMD_INSERT || any_gets_value(search, columns, count, false)))
		add_rule(&search->rules, ERRCODE_CHECK_VIOLATION,
				 psprintf("new row for relation \"%s\" violates check constraint \"%s\"", table, NameStr(form->conname)),
				 psprintf("unless %s", constraint_text(form->oid)));
	else if (form->contype == CONSTRAINT_FOREIGN && any_gets_value(search, columns, count, false))
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

/* May a column be NULL in a row that is written? A new one without a value is. */
static bool
may_be_null(const RuleSearch *search, const Form_pg_attribute attribute)
{
	const TableCommand *command = search->command;

	if (command->all_columns || text_list_has(command->computed, NameStr(attribute->attname)))
		return true;
	if (attribute->attgenerated != '\0')
		return gets_value(search, attribute->attnum, false);
	return command->command == CMD_INSERT && !attribute->atthasdef && attribute->attidentity == '\0' &&
		!text_list_has(command->columns, NameStr(attribute->attname));
}

/* Must it not be NULL in the table that this one is a partition of, either? */
static bool
is_not_null_above(const RuleSearch *search, const Form_pg_attribute attribute)
{
	HeapTuple	tuple;
	bool		result;

	if (search->whole == NULL)
		return false;
	tuple = SearchSysCacheAttName(RelationGetRelid(search->whole), NameStr(attribute->attname));
	result = HeapTupleIsValid(tuple) && ((Form_pg_attribute) GETSTRUCT(tuple))->attnotnull;
	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return result;
}

/* Adds columns that must not be NULL. */
static void
add_not_null(RuleSearch *search)
{
	TupleDesc	tupdesc = RelationGetDescr(search->relation);

	for (int i = 0; i < tupdesc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(tupdesc, i);

		if (attribute->attisdropped || !attribute->attnotnull || !may_be_null(search, attribute) ||
			is_not_null_above(search, attribute))
			continue;
		add_rule(&search->rules, ERRCODE_NOT_NULL_VIOLATION,
				 psprintf("null value in column \"%s\" of relation \"%s\" violates not-null constraint",
						  NameStr(attribute->attname), RelationGetRelationName(search->relation)),
				 psprintf("the value of %s is NULL", NameStr(attribute->attname)));
	}
}

/* Adds what is too long for a column, or too large. */
static void
add_length(RuleSearch *search, const Form_pg_attribute attribute)
{
	int32		typmod = attribute->atttypmod;
	Oid			type = getBaseTypeAndTypmod(attribute->atttypid, &typmod);

	if (typmod < 0 || (!search->command->all_columns && !text_list_has(search->command->varied, NameStr(attribute->attname))))
		return;
	if (type == VARCHAROID || type == BPCHAROID)
		add_rule(&search->rules, ERRCODE_STRING_DATA_RIGHT_TRUNCATION,
				 psprintf("value too long for type %s", format_type_with_typemod(type, typmod)),
				 psprintf("the value of %s is longer", NameStr(attribute->attname)));
	else if (type == NUMERICOID)
		add_rule(&search->rules, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE, pstrdup("numeric field overflow"),
				 psprintf("the value of %s does not fit %s", NameStr(attribute->attname), format_type_with_typemod(type, typmod)));
}

/* Adds the rules of the types that columns are of. */
static void
add_types_of_columns(RuleSearch *search)
{
	TupleDesc	tupdesc = RelationGetDescr(search->relation);

	for (int i = 0; i < tupdesc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(tupdesc, i);

		if (attribute->attisdropped || !gets_value(search, attribute->attnum, false))
			continue;
		search->rules = list_concat(search->rules, domain_rules(attribute->atttypid));
		add_length(search, attribute);
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
		(search->whole != NULL && index->rd_rel->relispartition) ||
		!any_gets_value(search, form->indkey.values, form->indnkeyatts, true))
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

/* Does it keep the table for actions? */
static bool
is_protection(const Trigger *trigger)
{
	Oid			schema = get_func_namespace(trigger->tgfoid);

	return OidIsValid(schema) && schema == get_namespace_oid(CA_SCHEMA, true);
}

/* Is a column written that a table is protected for? Without columns it is as a whole. */
static bool
writes_protected(const RuleSearch *search)
{
	const TriggerDesc *triggers = search->relation->trigdesc;
	bool		whole = true;

	for (int i = 0; i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (!is_protection(trigger) || TRIGGER_FOR_ROW(trigger->tgtype) || trigger->tgnattr == 0)
			continue;
		whole = false;
		for (int column = 0; column < trigger->tgnattr; column++)
			if (gets_value(search, trigger->tgattr[column], false))
				return true;
	}
	return whole;
}

/* Adds that only some actions may write the table. What foreign keys do passes. */
static void
add_protection(RuleSearch *search, const Trigger *trigger)
{
	List	   *may = protection_actions(trigger);
	StringInfoData names;
	ListCell   *cell;

	if (may == NIL || search->above != NULL || !TRIGGER_FOR_ROW(trigger->tgtype) || !writes_protected(search))
		return;
	initStringInfo(&names);
	foreach(cell, may)
		appendStringInfo(&names, "%s\"%s\"", cell == list_head(may) ? "" : ", ", function_name_canonical(lfirst_oid(cell)));
	add_rule(&search->rules, ERRCODE_CA_ONLY_ACTIONS,
			 psprintf("table \"%s\" can be written by %s only", relation_name_canonical(RelationGetRelid(search->relation)), names.data),
			 pstrdup("the action is not among those that may"));
	((TableRule *) llast(search->rules))->may = may;
}

/* Is what is done to a table on the way already? */
static bool
is_followed(const RuleSearch *search, Oid table, CmdType command)
{
	for (; search != NULL; search = search->above)
		if (RelationGetRelid(search->relation) == table && search->command->command == command)
			return true;
	return false;
}

/* Adds the rules of a table whose rows a foreign key deletes, or changes in these columns. */
static void
add_cascade(RuleSearch *search, Oid table, char action, bool deletes, const int16 *columns, int count)
{
	TableCommand told = {.command = deletes && action == FKCONSTR_ACTION_CASCADE ? CMD_DELETE : CMD_UPDATE};

	if (is_followed(search, table, told.command))
		return;
	check_stack_depth();
	for (int i = 0; i < count; i++)
		told.columns = lappend(unconstify(List *, told.columns), get_attname(table, columns[i], false));
	if (action != FKCONSTR_ACTION_CASCADE)
		told.computed = told.columns;
	search->rules = list_concat(search->rules, search_rules(table, &told, search));
}

/* Adds a reference of another table's, as its trigger on this one keeps it. */
static void
add_kept_reference(RuleSearch *search, Relation catalog, HeapTuple tuple)
{
	Form_pg_constraint form = (Form_pg_constraint) GETSTRUCT(tuple);
	bool		deletes = search->command->command == CMD_DELETE;
	char		action = deletes ? form->confdeltype : form->confupdtype;
	int			count;
	int16	   *columns = constraint_columns(catalog, tuple, Anum_pg_constraint_confkey, &count);

	if (!deletes && !any_gets_value(search, columns, count, false))
		return;
	if (action == FKCONSTR_ACTION_NOACTION || action == FKCONSTR_ACTION_RESTRICT)
	{
		add_rule(&search->rules, ERRCODE_FOREIGN_KEY_VIOLATION,
				 psprintf("update or delete on table \"%s\" violates foreign key constraint \"%s\" on table \"%s\"",
						  RelationGetRelationName(search->relation), NameStr(form->conname), get_rel_name(form->conrelid)),
				 psprintf("%s still has rows that reference it%s", relation_name_canonical(form->conrelid),
						  form->condeferred ? ", at the end of the transaction" : ""));
		return;
	}
	columns = constraint_columns(catalog, tuple, Anum_pg_constraint_conkey, &count);
	add_cascade(search, form->conrelid, action, deletes, columns, count);
}

/* Adds what the trigger of a foreign key does, on the side of the rows that are referenced. */
static void
add_reference_to(RuleSearch *search, const Trigger *trigger)
{
	HeapTuple	tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(trigger->tgconstraint));
	Relation	catalog;

	if (!HeapTupleIsValid(tuple))
		return;
	catalog = table_open(ConstraintRelationId, AccessShareLock);
	add_kept_reference(search, catalog, tuple);
	table_close(catalog, AccessShareLock);
	ReleaseSysCache(tuple);
}

/* Does a trigger of a partition do what the table has it do, or not fire for rows that come by way of the table? */
static bool
is_of_whole(const Trigger *trigger)
{
	return trigger->tgisclone || !TRIGGER_FOR_ROW(trigger->tgtype);
}

/* Adds what triggers raise: references to the table, and whatever those of users do. */
static void
add_triggers(RuleSearch *search)
{
	const TriggerDesc *triggers = search->relation->trigdesc;

	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		const Trigger *trigger = &triggers->triggers[i];

		if (!fires(trigger, search->command->command) || (search->whole != NULL && is_of_whole(trigger)))
			continue;
		if (is_protection(trigger))
			add_protection(search, trigger);
		else if (!trigger->tgisinternal)
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
	if (search->relation->rd_rel->relrowsecurity && search->whole == NULL)
		add_rule(&search->rules, ERRCODE_INSUFFICIENT_PRIVILEGE,
				 psprintf("new row violates row-level security policy for table \"%s\"", name),
				 pstrdup("no policy lets the role write such a row"));
	if (search->relation->rd_rel->relkind == RELKIND_PARTITIONED_TABLE &&
		!OidIsValid(get_default_partition_oid(RelationGetRelid(search->relation))))
		add_rule(&search->rules, ERRCODE_CHECK_VIOLATION,
				 psprintf("no partition of relation \"%s\" found for row", name),
				 pstrdup("no partition takes it"));
}

/* Adds that a partition takes some rows only, as far as the command says where a row belongs. */
static void
add_partition(RuleSearch *search)
{
	Bitmapset  *columns = NULL;
	int			column = -1;

	if (!search->relation->rd_rel->relispartition || search->command->command == CMD_DELETE)
		return;
	pull_varattnos((Node *) RelationGetPartitionQual(search->relation), 1, &columns);
	while ((column = bms_next_member(columns, column)) >= 0)
	{
		if (search->command->command != CMD_INSERT &&
			!gets_value(search, column + FirstLowInvalidHeapAttributeNumber, false))
			continue;
		add_rule(&search->rules, ERRCODE_CHECK_VIOLATION,
				 psprintf("new row for relation \"%s\" violates partition constraint", RelationGetRelationName(search->relation)),
				 pstrdup("it belongs to another partition"));
		return;
	}
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

/* Adds the rules that a partition has and its table does not. */
static void
add_rules_of_partition(RuleSearch *whole, Oid partition)
{
	RuleSearch	search = {.relation = try_relation_open(partition, AccessShareLock), .command = whole->command,
	.above = whole->above, .whole = whole->relation};
	ListCell   *cell;

	if (search.relation == NULL)
		return;
	if (search.command->command != CMD_DELETE)
	{
		add_not_null(&search);
		add_constraints(&search);
		add_unique_indexes(&search);
	}
	add_places(&search);
	add_behind(&search);
	add_triggers(&search);
	foreach(cell, search.rules)
	{
		TableRule  *rule = lfirst(cell);

		rule->when = psprintf("%s, where the row belongs to partition %s", rule->when, relation_name_canonical(partition));
	}
	whole->rules = list_concat(whole->rules, search.rules);
	relation_close(search.relation, AccessShareLock);
}

/* Adds the rules that only partitions have. */
static void
add_rules_of_partitions(RuleSearch *search)
{
	List	   *partitions;
	ListCell   *cell;

	if (search->relation->rd_rel->relkind != RELKIND_PARTITIONED_TABLE)
		return;
	partitions = find_all_inheritors(RelationGetRelid(search->relation), NoLock, NULL);
	for_each_from(cell, partitions, 1)
		add_rules_of_partition(search, lfirst_oid(cell));
}

/* The rules of a table, with those of what its rows lead to. */
static List *
search_rules(Oid table, const TableCommand *command, const RuleSearch *above)
{
	RuleSearch	search = {.relation = relation_open(table, AccessShareLock), .command = command, .above = above};

	if (command->command != CMD_DELETE)
	{
		add_not_null(&search);
		add_types_of_columns(&search);
		add_constraints(&search);
		add_unique_indexes(&search);
	}
	add_places(&search);
	add_partition(&search);
	add_behind(&search);
	add_triggers(&search);
	add_rules_of_partitions(&search);
	relation_close(search.relation, NoLock);
	return search.rules;
}

List *
table_rules(Oid table, const TableCommand *command)
{
	return search_rules(table, command, NULL);
}

/* Adds the CHECKs of one domain by itself. */
static void
add_domain_checks(List **rules, Oid domain, Oid of)
{
	ListCell   *cell;

	foreach(cell, domain_checks(of))
		add_rule(rules, ERRCODE_CHECK_VIOLATION,
				 psprintf("value for domain %s violates check constraint \"%s\"", format_type_be(domain),
						  get_constraint_name(lfirst_oid(cell))),
				 psprintf("unless %s", constraint_text(lfirst_oid(cell))));
}

static void add_rules_of_type(List **rules, Oid type);

/* Adds the rules of a domain with those below it; returns what it is made of in the end. */
static Oid
add_domain(List **rules, Oid domain)
{
	Oid			type = domain;

	while (get_typtype(type) == TYPTYPE_DOMAIN)
	{
		HeapTuple	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
		Form_pg_type form = (Form_pg_type) GETSTRUCT(tuple);

		if (form->typnotnull)
			add_rule(rules, ERRCODE_NOT_NULL_VIOLATION,
					 psprintf("domain %s does not allow null values", format_type_be(domain)), pstrdup("it is NULL"));
		add_domain_checks(rules, domain, type);
		type = form->typbasetype;
		ReleaseSysCache(tuple);
	}
	return type;
}

/* Adds the rules of what the columns of a row are of. */
static void
add_row_type(List **rules, Oid type)
{
	TupleDesc	tupdesc = lookup_rowtype_tupdesc(type, -1);

	for (int i = 0; i < tupdesc->natts; i++)
		if (!TupleDescAttr(tupdesc, i)->attisdropped)
			add_rules_of_type(rules, TupleDescAttr(tupdesc, i)->atttypid);
	ReleaseTupleDesc(tupdesc);
}

/* Adds the rules of a type: of its elements, or its columns, too. */
static void
add_rules_of_type(List **rules, Oid type)
{
	check_stack_depth();
	type = add_domain(rules, type);
	if (OidIsValid(get_element_type(type)))
		add_rules_of_type(rules, get_element_type(type));
	else if (get_typtype(type) == TYPTYPE_COMPOSITE)
		add_row_type(rules, type);
}

List *
domain_rules(Oid type)
{
	List	   *rules = NIL;

	add_rules_of_type(&rules, type);
	return rules;
}
