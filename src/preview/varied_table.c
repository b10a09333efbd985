/*
 * varied_table.c
 *		What is known of a table whose rows may hold values that differ by nature.
 *
 * A table that a step has written may be gone when this is asked: then nothing is.
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "nodes/primnodes.h"
#include "optimizer/optimizer.h"
#include "preview/effect.h"
#include "preview/varied_table.h"
#include "rewrite/rewriteHandler.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

/* The sequence whose next number a default is, or InvalidOid. */
static Oid
default_sequence(Node *node)
{
	Node	   *inner = strip_implicit_coercions(node);

	if (inner != NULL && IsA(inner, NextValueExpr))
		return ((NextValueExpr *) inner)->seqid;
	if (inner != NULL && IsA(inner, FuncExpr) && ((FuncExpr *) inner)->funcid == F_NEXTVAL)
	{
		Node	   *argument = eval_const_expressions(NULL, linitial(((FuncExpr *) inner)->args));

		if (IsA(argument, Const) && !((Const *) argument)->constisnull)
			return DatumGetObjectId(((Const *) argument)->constvalue);
	}
	return InvalidOid;
}

/* Is a default a random uuid? */
static bool
default_is_random(Node *node)
{
	const FuncExpr *call = (const FuncExpr *) node;

	return node != NULL && IsA(node, FuncExpr) && call->funcresulttype == UUIDOID && call->args == NIL &&
		func_volatile(call->funcid) == PROVOLATILE_VOLATILE;
}

/* Adds the foreign keys, column by column. */
static void
add_references(VariedTable *table, Relation relation)
{
	ListCell   *cell;

	foreach(cell, RelationGetFKeyList(relation))
	{
		const ForeignKeyCacheInfo *key = lfirst(cell);

		for (int i = 0; i < key->nkeys; i++)
		{
			Reference  *reference = palloc(sizeof(Reference));

			reference->attnum = key->conkey[i];
			reference->relation = key->confrelid;
			reference->column = key->confkey[i];
			table->references = lappend(table->references, reference);
		}
	}
}

void
varied_table_fill(VariedTable *table, Oid oid)
{
	Relation	relation = try_relation_open(oid, AccessShareLock);

	*table = (VariedTable)
	{
		.relation = oid
	};
	if (relation == NULL)
		return;
	table->name = effect_table_name(oid);
	table->natts = RelationGetNumberOfAttributes(relation);
	table->defaults = palloc0(sizeof(VariedDefault) * (table->natts + 1));
	table->triggers = relation->trigdesc != NULL && relation->trigdesc->trig_insert_before_row;
	add_references(table, relation);
	relation_close(relation, NoLock);
}

const VariedDefault *
varied_table_default(VariedTable *table, AttrNumber attnum)
{
	static const VariedDefault none = {.known = true};
	VariedDefault *found;
	Relation	relation;
	Form_pg_attribute attribute;

	if (attnum <= 0 || attnum > table->natts)
		return &none;
	found = &table->defaults[attnum];
	if (found->known)
		return found;
	found->known = true;
	relation = relation_open(table->relation, AccessShareLock);
	attribute = TupleDescAttr(RelationGetDescr(relation), attnum - 1);
	if (!attribute->attisdropped && attribute->attgenerated == '\0' &&
		(attribute->atthasdef || attribute->attidentity != '\0'))
	{
		Node	   *initial = build_column_default(relation, attnum);

		found->sequence = default_sequence(initial);
		found->random = default_is_random(initial);
	}
	relation_close(relation, NoLock);
	return found;
}
