/*
 * tree_needs.c
 *		Which privileges analysed trees need: of their relations and functions, and of
 *		what is computed of each row that they write.
 *
 * The latter is looked at as it is in the catalogs: elsewhere it may have been
 * simplified with other rights. Views and policies have been rewritten before.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/sysattr.h"
#include "access/transam.h"
#include "base/compat.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "lookup/domain.h"
#include "lookup/key.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "publish/tree_needs.h"
#include "rewrite/rowsecurity.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"
#include "utils/syscache.h"

static bool privilege_walker(Node *node, Lacks *lacks);

/* A lock needs UPDATE of any column; the key is the one that is worth least. */
static Bitmapset *
column_to_lock(Oid relation)
{
	List	   *key = key_of_table(relation, NIL, false);
	AttrNumber	attnum = key == NIL ? InvalidAttrNumber :
		get_attnum(relation, ((KeyColumn *) linitial(key))->name);

	return attnum <= InvalidAttrNumber ? NULL :
		bms_make_singleton(attnum - FirstLowInvalidHeapAttributeNumber);
}

/* Checks a privilege that may be held on columns. */
static void
check_columns(Lacks *lacks, Oid relation, AclMode mode, Oid grantee, Bitmapset *columns)
{
	const int	whole = InvalidAttrNumber - FirstLowInvalidHeapAttributeNumber;

	if (bms_is_empty(columns))
	{
		if (pg_attribute_aclcheck_all(relation, grantee, mode, ACLMASK_ANY) == ACLCHECK_OK ||
			lack_is_noted(lacks, RelationRelationId, relation, mode, grantee))
			return;
		if (mode == ACL_UPDATE)
			columns = column_to_lock(relation);
		if (columns == NULL)
			lack_add(lacks, RelationRelationId, relation, mode, grantee);
	}
	else if (bms_is_member(whole, columns))
	{
		if (pg_attribute_aclcheck_all(relation, grantee, mode, ACLMASK_ALL) != ACLCHECK_OK)
			lack_add(lacks, RelationRelationId, relation, mode, grantee);
		return;
	}
	lack_add_columns(lacks, relation, mode, grantee, columns);
}

/* Does one of the policies that let rows through count for the role? */
static bool
has_policy(Relation relation, Oid role, char command)
{
	ListCell   *cell;

	foreach(cell, relation->rd_rsdesc->policies)
	{
		const RowSecurityPolicy *policy = lfirst(cell);
		int			count = ARR_DIMS(policy->roles)[0];
		const Oid  *roles = (Oid *) ARR_DATA_PTR(policy->roles);

		for (int i = 0; i < count; i++)
			if (policy->permissive && (policy->polcmd == '*' || policy->polcmd == command) &&
				(roles[i] == ACL_ID_PUBLIC || has_privs_of_role(role, roles[i])))
				return true;
	}
	return false;
}

/* Notes where a table lets nobody's rows through to the role: no GRANT helps there. */
static void
check_policies(Lacks *lacks, Oid table, AclMode modes, Oid role)
{
	static const struct
	{
		AclMode		mode;
		char		command;
		const char *word;
	}			commands[] = {
		{ACL_SELECT, 'r', "SELECT"}, {ACL_INSERT, 'a', "INSERT"}, {ACL_UPDATE, 'w', "UPDATE"}, {ACL_DELETE, 'd', "DELETE"}
	};
	Relation	relation;

	if (check_enable_rls(table, role, true) != RLS_ENABLED)
		return;
	relation = relation_open(table, AccessShareLock);
	for (int i = 0; i < lengthof(commands); i++)
		if ((modes & commands[i].mode) != 0 && relation->rd_rsdesc != NULL &&
			!has_policy(relation, role, commands[i].command))
			lack_add_policy(lacks, table, commands[i].word, role);
	relation_close(relation, NoLock);
}

/* Checks what a query asks for of one relation. */
static void
check_relation(Lacks *lacks, Oid relation, AclMode modes, Oid as_user, Bitmapset *selected,
			   Bitmapset *inserted, Bitmapset *updated)
{
	Oid			grantee = OidIsValid(as_user) ? as_user : lacks->role;

	if (!OidIsValid(relation) || modes == 0)
		return;
	check_policies(lacks, relation, modes, grantee);
	modes &= ~pg_class_aclmask(relation, grantee, modes, ACLMASK_ALL);
	if (modes & ACL_SELECT)
		check_columns(lacks, relation, ACL_SELECT, grantee, selected);
	if (modes & ACL_INSERT)
		check_columns(lacks, relation, ACL_INSERT, grantee, inserted);
	if (modes & ACL_UPDATE)
		check_columns(lacks, relation, ACL_UPDATE, grantee, updated);
	if (modes & ACL_DELETE)
		lack_add(lacks, RelationRelationId, relation, ACL_DELETE, grantee);
}

/* Checks the relations of a query. */
static void
check_relations(Lacks *lacks, const Query *query)
{
	ListCell   *cell;

#if PG_VERSION_NUM >= 160000
	foreach(cell, query->rteperminfos)
	{
		const RTEPermissionInfo *info = lfirst(cell);

		check_relation(lacks, info->relid, info->requiredPerms, info->checkAsUser, info->selectedCols,
					   info->insertedCols, info->updatedCols);
	}
#else
	foreach(cell, query->rtable)
	{
		const RangeTblEntry *info = lfirst(cell);

		if (info->rtekind == RTE_RELATION)
			check_relation(lacks, info->relid, info->requiredPerms, info->checkAsUser, info->selectedCols,
						   info->insertedCols, info->updatedCols);
	}
#endif
}

void
function_need_check(Lacks *lacks, Oid function)
{
	Called	   *called;

	if (object_aclcheck(ProcedureRelationId, function, lacks->role, ACL_EXECUTE) != ACLCHECK_OK)
		lack_add(lacks, ProcedureRelationId, function, ACL_EXECUTE, lacks->role);
	if (function < FirstNormalObjectId)
		return;					/* PostgreSQL's own need nothing more */
	called = called_new(lacks, function);
	if (!called_is_known(lacks->called, list_length(lacks->called), called))
		lacks->called = lappend(lacks->called, called);
}

/* The same, as check_functions_in_node() asks. */
static bool
check_function(Oid function, void *arg)
{
	function_need_check(arg, function);
	return false;
}

/* Checks the sequence that nextval() and its like are told by name. */
static void
check_sequence(Lacks *lacks, const FuncExpr *call)
{
	AclMode		modes;
	const Const *sequence;

	if (call->funcid != F_NEXTVAL && call->funcid != F_CURRVAL)
		return;
	modes = call->funcid == F_NEXTVAL ? ACL_USAGE | ACL_UPDATE : ACL_USAGE | ACL_SELECT;
	sequence = linitial(call->args);
	if (!IsA(sequence, Const) || sequence->constisnull ||
		get_rel_relkind(DatumGetObjectId(sequence->constvalue)) != RELKIND_SEQUENCE ||
		pg_class_aclmask(DatumGetObjectId(sequence->constvalue), lacks->role, modes, ACLMASK_ANY) != 0)
		return;
	lack_add(lacks, RelationRelationId, DatumGetObjectId(sequence->constvalue), ACL_USAGE, lacks->role);
}

/* Checks what is computed of a row whenever it is written: generated columns, constraints. */
static void
check_constraints(Lacks *lacks, Relation table, const Bitmapset *written)
{
	const TupleConstr *constraints = RelationGetDescr(table)->constr;

	for (int i = 0; constraints != NULL && i < constraints->num_defval; i++)
	{
		const AttrDefault *made = &constraints->defval[i];
		Node	   *tree = stringToNode(made->adbin);
		Bitmapset  *made_of = NULL;

		if (TupleDescAttr(RelationGetDescr(table), made->adnum - 1)->attgenerated == '\0')
			continue;
		pull_varattnos(tree, 1, &made_of);
		if (written == NULL || bms_overlap(made_of, written))
			(void) privilege_walker(tree, lacks);
	}
	for (int i = 0; constraints != NULL && i < constraints->num_check; i++)
		(void) privilege_walker(stringToNode(constraints->check[i].ccbin), lacks);
}

/* Checks a tree that a column of a catalog holds. */
static void
check_stored(Lacks *lacks, int cache, HeapTuple tuple, AttrNumber column)
{
	bool		isnull;
	Datum		tree = SysCacheGetAttr(cache, tuple, column, &isnull);

	if (!isnull)
		(void) privilege_walker(stringToNode(TextDatumGetCString(tree)), lacks);
}

/* Checks what indexes compute of a row. */
static void
check_indexes(Lacks *lacks, Relation table)
{
	ListCell   *cell;

	foreach(cell, RelationGetIndexList(table))
	{
		HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(lfirst_oid(cell)));

		if (!HeapTupleIsValid(tuple))
			continue;
		check_stored(lacks, INDEXRELID, tuple, Anum_pg_index_indexprs);
		check_stored(lacks, INDEXRELID, tuple, Anum_pg_index_indpred);
		ReleaseSysCache(tuple);
	}
}

/* Checks the functions of the table that a query writes: they run as who writes. */
static void
check_written(Lacks *lacks, const Query *query)
{
	const RangeTblEntry *entry;
	Relation	table;
	Bitmapset  *written = NULL; /* NULL: all columns are */
	ListCell   *cell;

	if (query->commandType != CMD_INSERT && query->commandType != CMD_UPDATE)
		return;
	entry = rt_fetch(query->resultRelation, query->rtable);
	if (entry->relkind != RELKIND_RELATION && entry->relkind != RELKIND_PARTITIONED_TABLE)
		return;
	if (query->commandType == CMD_UPDATE)
		foreach(cell, query->targetList)
			written = bms_add_member(written, lfirst_node(TargetEntry, cell)->resno - FirstLowInvalidHeapAttributeNumber);
	table = relation_open(entry->relid, AccessShareLock);
	check_constraints(lacks, table, written);
	check_indexes(lacks, table);
	relation_close(table, NoLock);
}

/* Checks the functions that a domain and those below it ask. */
static void
check_domain(Lacks *lacks, Oid domain)
{
	for (; get_typtype(domain) == TYPTYPE_DOMAIN; domain = domain_made_of(domain))
	{
		ListCell   *cell;

		foreach(cell, domain_checks(domain))
		{
			HeapTuple	tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(lfirst_oid(cell)));

			if (!HeapTupleIsValid(tuple))
				continue;
			check_stored(lacks, CONSTROID, tuple, Anum_pg_constraint_conbin);
			ReleaseSysCache(tuple);
		}
	}
}

/* Walks queries and expressions. */
static bool
privilege_walker(Node *node, Lacks *lacks)
{
	if (node == NULL)
		return false;
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (IsA(node, Query))
	{
		check_relations(lacks, (Query *) node);
		check_written(lacks, (Query *) node);
		return query_tree_walker((Query *) node, privilege_walker, lacks, QTW_IGNORE_JOINALIASES);
	}
	if (IsA(node, CoerceToDomain))
		check_domain(lacks, ((CoerceToDomain *) node)->resulttype);
	if (IsA(node, FuncExpr))
		check_sequence(lacks, (FuncExpr *) node);
	if (!IsA(node, CoerceViaIO))
		(void) check_functions_in_node(node, check_function, lacks);
	return expression_tree_walker(node, privilege_walker, lacks);
}

void
tree_needs_check(Lacks *lacks, Node *tree)
{
	(void) privilege_walker(tree, lacks);
}

void
schema_need_check(Lacks *lacks, Oid schema)
{
	if (OidIsValid(schema) && get_namespace_name(schema) != NULL &&
		object_aclcheck(NamespaceRelationId, schema, lacks->role, ACL_USAGE) != ACLCHECK_OK)
		lack_add(lacks, NamespaceRelationId, schema, ACL_USAGE, lacks->role);
}
