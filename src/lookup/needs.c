/*
 * needs.c
 *		Which privileges the statements of an action need, and who holds one.
 *
 * Parse analysis notes them beside the tables of a query, of those below it
 * too; a table's columns may be granted one by one.
 */
#include "postgres.h"

#include "base/compat.h"
#include "catalog/pg_class.h"
#include "catalog/pg_operator.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "lookup/needs.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "parser/parse_relation.h"
#include "parser/parsetree.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"

/* Any privilege that lets a role use a relation, a sequence too */
#define ANY_USE		(ACL_SELECT | ACL_INSERT | ACL_UPDATE | ACL_DELETE | ACL_USAGE)

/* What is needed of a relation */
typedef struct Need
{
	Oid			relation;
	AclMode		mode;
} Need;

/* Finds what is needed of a relation. */
static Need *
need_find(const List *needs, Oid relation)
{
	ListCell   *cell;

	foreach(cell, needs)
	{
		if (((Need *) lfirst(cell))->relation == relation)
			return lfirst(cell);
	}
	return NULL;
}

/* Adds to what is needed of a relation. */
static void
need_add(List **needs, Oid relation, AclMode mode)
{
	Need	   *need = need_find(*needs, relation);

	if (need == NULL)
	{
		need = palloc0(sizeof(Need));
		need->relation = relation;
		*needs = lappend(*needs, need);
	}
	need->mode |= mode;
}

/* Adds what one query needs of its tables. */
static void
add_tables(List **needs, const Query *query)
{
	ListCell   *cell;

#if PG_VERSION_NUM >= 160000
	foreach(cell, query->rteperminfos)
	{
		const RTEPermissionInfo *info = lfirst(cell);

		need_add(needs, info->relid, info->requiredPerms);
	}
#else
	foreach(cell, query->rtable)
	{
		const RangeTblEntry *entry = lfirst(cell);

		if (entry->rtekind == RTE_RELATION)
			need_add(needs, entry->relid, entry->requiredPerms);
	}
#endif
}

/* Walks queries and expressions. */
static bool
needs_walker(Node *node, List **needs)
{
	if (node == NULL)
		return false;
	CHECK_FOR_INTERRUPTS();
	if (IsA(node, Query))
	{
		add_tables(needs, (Query *) node);
		return query_tree_walker((Query *) node, needs_walker, needs, QTW_IGNORE_JOINALIASES);
	}
	return expression_tree_walker(node, needs_walker, needs);
}

void
needs_of_query(List **needs, Node *query)
{
	(void) needs_walker(query, needs);
}

bool
query_reads_its_rows(const Query *query)
{
	RangeTblEntry *entry;

	if (query->resultRelation == 0)
		return false;
	entry = rt_fetch(query->resultRelation, query->rtable);
#if PG_VERSION_NUM >= 160000
	return (getRTEPermissionInfo(query->rteperminfos, entry)->requiredPerms & ACL_SELECT) != 0;
#else
	return (entry->requiredPerms & ACL_SELECT) != 0;
#endif
}

/* Does a role hold a privilege that is needed of a relation, or of a column of it? */
static bool
role_holds_on_relation(Oid role, const List *needs, Oid relation)
{
	const Need *need = need_find(needs, relation);
	AclMode		mode = need != NULL && need->mode != 0 ? need->mode : ANY_USE;

	return pg_class_aclmask(relation, role, mode, ACLMASK_ANY) != 0 ||
		pg_attribute_aclcheck_all(relation, role, mode, ACLMASK_ANY) == ACLCHECK_OK;
}

/* The relation whose rows a type, or the elements of an array type, are; InvalidOid for a type of its own. */
static Oid
relation_of_row_type(Oid type)
{
	Oid			element = get_element_type(type);
	Oid			relation = get_typ_typrelid(OidIsValid(element) ? element : type);

	return OidIsValid(relation) && get_rel_relkind(relation) != RELKIND_COMPOSITE_TYPE ?
		relation : InvalidOid;
}

/* Does a role hold USAGE of a type? */
static bool
role_holds_on_type(Oid role, const List *needs, Oid type)
{
	Oid			relation = relation_of_row_type(type);

	if (OidIsValid(relation))
		return role_holds_on_relation(role, needs, relation);
	return object_aclcheck(TypeRelationId, type, role, ACL_USAGE) == ACLCHECK_OK;
}

bool
role_holds_need(Oid role, const List *needs, const ObjectAddress *object)
{
	switch (object->classId)
	{
		case RelationRelationId:
			return role_holds_on_relation(role, needs, object->objectId);
		case TypeRelationId:
			return role_holds_on_type(role, needs, object->objectId);
		case ProcedureRelationId:
			return object_aclcheck(ProcedureRelationId, object->objectId, role, ACL_EXECUTE) == ACLCHECK_OK;
		case OperatorRelationId:
			return object_aclcheck(ProcedureRelationId, get_opcode(object->objectId), role,
								   ACL_EXECUTE) == ACLCHECK_OK;
		default:
			return true;		/* of these nobody has to be granted anything */
	}
}
