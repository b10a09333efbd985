/*
 * key.c
 *		Finds the key columns of a table and their equality operators.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/stratnum.h"
#include "catalog/pg_am.h"
#include "catalog/pg_index.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_operator.h"
#include "lookup/key.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/syscache.h"
#include "utils/typcache.h"

char *
operator_text(Oid operator)
{
	HeapTuple	tuple = SearchSysCache1(OPEROID, ObjectIdGetDatum(operator));
	Form_pg_operator form;
	char	   *text;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for operator %u", operator);
	form = (Form_pg_operator) GETSTRUCT(tuple);
	text = psprintf("OPERATOR(%s.%s)",
					form->oprnamespace == PG_CATALOG_NAMESPACE ? "pg_catalog" :
					quote_identifier(get_namespace_name(form->oprnamespace)),
					NameStr(form->oprname));
	ReleaseSysCache(tuple);
	return text;
}

/* A key column and the operator that compares it. */
static KeyColumn *
key_column(Relation relation, AttrNumber attnum, Oid operator, bool indexed)
{
	Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(relation), attnum - 1);
	KeyColumn  *column = palloc(sizeof(KeyColumn));

	column->name = pstrdup(NameStr(attribute->attname));
	column->type = attribute->atttypid;
	column->typmod = attribute->atttypmod;
	column->collation = attribute->attcollation;
	column->length = attribute->attlen;
	column->byval = attribute->attbyval;
	column->equals = operator_text(operator);
	column->indexed = indexed;
	return column;
}

/* The attribute numbers of the named columns; NIL if one does not exist. */
static List *
column_numbers(Relation relation, const List *columns)
{
	List	   *numbers = NIL;
	ListCell   *cell;

	foreach(cell, columns)
	{
		AttrNumber	attnum = get_attnum(RelationGetRelid(relation), lfirst(cell));

		if (attnum <= 0)
			return NIL;
		numbers = lappend_int(numbers, attnum);
	}
	return numbers;
}

/* Does the index hold exactly these columns (NIL: is it the primary key)? */
static bool
index_matches(Relation index, const List *numbers)
{
	Form_pg_index form = index->rd_index;

	if (!form->indisunique || !form->indisvalid || form->indisexclusion ||
		index->rd_rel->relam != BTREE_AM_OID ||
		!heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, NULL))
		return false;
	for (int i = 0; i < form->indnkeyatts; i++)
		if (form->indkey.values[i] <= 0 ||
			(numbers != NIL && !list_member_int(numbers, form->indkey.values[i])))
			return false;
	return numbers == NIL ? form->indisprimary : form->indnkeyatts == list_length(numbers);
}

/* The key columns of an index. */
static List *
index_key(Relation relation, Relation index)
{
	List	   *key = NIL;

	for (int i = 0; i < index->rd_index->indnkeyatts; i++)
	{
		Oid			operator = get_opfamily_member(index->rd_opfamily[i], index->rd_opcintype[i],
												   index->rd_opcintype[i], BTEqualStrategyNumber);

		if (!OidIsValid(operator))
			elog(ERROR, "index \"%s\" has no equality operator", RelationGetRelationName(index));
		key = lappend(key, key_column(relation, index->rd_index->indkey.values[i], operator, true));
	}
	return key;
}

/* The named columns compared by their types' own equality. */
static List *
columns_key(Relation relation, const List *numbers)
{
	List	   *key = NIL;
	ListCell   *cell;

	foreach(cell, numbers)
	{
		Oid			type = TupleDescAttr(RelationGetDescr(relation), lfirst_int(cell) - 1)->atttypid;
		TypeCacheEntry *entry = lookup_type_cache(type, TYPECACHE_EQ_OPR);

		if (!OidIsValid(entry->eq_opr))
			return NIL;
		key = lappend(key, key_column(relation, lfirst_int(cell), entry->eq_opr, false));
	}
	return key;
}

bool
index_finds_one(Relation index, int ncolumns)
{
	const FormData_pg_index *form = index->rd_index;

	return form->indisunique && form->indimmediate && form->indisvalid && form->indisready && !form->indcheckxmin &&
		form->indnkeyatts == ncolumns && index->rd_rel->relam == BTREE_AM_OID &&
		heap_attisnull(index->rd_indextuple, Anum_pg_index_indexprs, NULL) &&
		heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, NULL);
}

List *
key_of_table(Oid table, const List *columns, bool any_columns)
{
	Relation	relation = relation_open(table, AccessShareLock);
	List	   *numbers = column_numbers(relation, columns);
	List	   *key = NIL;
	ListCell   *cell;

	if (columns == NIL || numbers != NIL)
	{
		foreach(cell, RelationGetIndexList(relation))
		{
			Relation	index = index_open(lfirst_oid(cell), AccessShareLock);

			if (index_matches(index, numbers))
				key = index_key(relation, index);
			index_close(index, NoLock);
			if (key != NIL)
				break;
		}
		if (key == NIL && numbers != NIL && any_columns)
			key = columns_key(relation, numbers);
	}
	relation_close(relation, NoLock);
	return key;
}
