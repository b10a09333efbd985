/*
 * row_match.c
 *		Which version of a row was which before.
 *
 * By the versions in between; what that leaves open by key, as of rows that were
 * deleted and created again or moved to another partition; and by the command, of
 * rows whose key changed with the partition.
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/partition.h"
#include "preview/row_match.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/partcache.h"
#include "utils/rel.h"

RowVersion *
first_version(RowVersion *version)
{
	while (version->previous != NULL)
		version = version->previous;
	return version;
}

char *
version_key(RowReader *reader, const RowVersion *version)
{
	StringInfoData text;

	if (reader->nkeys == 0 || version->values == NULL)
		return NULL;
	if (reader->nkeys == 1)
		return row_reader_text(reader, version, 0);
	initStringInfo(&text);
	for (int i = 0; i < reader->nkeys; i++)
		appendStringInfo(&text, "%s%s=%s", i > 0 ? ", " : "", reader->columns[i].name,
						 row_reader_text(reader, version, i));
	return text.data;
}

void
sort_versions(TouchedRoot *root, Versions *file)
{
	ListCell   *cell;

	foreach(cell, file->found)
	{
		RowVersion *version = lfirst(cell);
		RowVersion *first;
		Arrival    *arrival;

		if (!version->after)
			continue;
		arrival = palloc0(sizeof(Arrival));
		arrival->version = version;
		arrival->file = file;
		first = first_version(version);
		if (first->before)
		{
			arrival->was = first;
			arrival->was_in = file;
			first->matched = true;
		}
		root->come = lappend(root->come, arrival);
	}
	foreach(cell, file->found)
	{
		RowVersion *version = lfirst(cell);
		Arrival    *departure;

		if (!version->before || version->matched)
			continue;
		departure = palloc0(sizeof(Arrival));
		departure->was = version;
		departure->was_in = file;
		root->gone = lappend(root->gone, departure);
	}
}

/* For list_sort() */
static int
compare_keys(const ListCell *a, const ListCell *b)
{
	return strcmp(((Arrival *) lfirst(a))->key, ((Arrival *) lfirst(b))->key);
}

/* Those of a list that have a key and no match, in the order of their keys. */
static List *
by_key(RowReader *reader, const List *rows)
{
	List	   *result = NIL;
	ListCell   *cell;

	foreach(cell, rows)
	{
		Arrival    *row = lfirst(cell);

		if ((row->version != NULL && row->was != NULL) ||
			(row->version != NULL ? row->version : row->was)->values == NULL)
			continue;
		row->key = version_key(reader, row->version != NULL ? row->version : row->was);
		if (row->key != NULL)
			result = lappend(result, row);
	}
	list_sort(result, compare_keys);
	return result;
}

/* Matches rows that went with rows that came with the same key: deleted and created again, or moved to another partition. */
static void
match_by_key(TouchedRoot *root)
{
	List	   *gone;
	List	   *come;
	int			i = 0;
	int			j = 0;

	if (root->gone == NIL || root->come == NIL || root->reader->nkeys == 0)
		return;
	gone = by_key(root->reader, root->gone);
	come = by_key(root->reader, root->come);
	while (i < list_length(gone) && j < list_length(come))
	{
		Arrival    *departure = list_nth(gone, i);
		Arrival    *arrival = list_nth(come, j);
		int			order = strcmp(departure->key, arrival->key);

		if (order == 0)
		{
			arrival->was = departure->was;
			arrival->was_in = departure->was_in;
			departure->was->matched = true;
		}
		i += order <= 0;
		j += order >= 0;
	}
}

/* Adds the names of the columns that say which partition a row of this table is in; false if it is not columns that do. */
static bool
add_partition_columns(Oid table, List **names)
{
	Relation	relation = relation_open(table, AccessShareLock);
	PartitionKey key = RelationGetPartitionKey(relation);
	bool		plain = true;

	for (int i = 0; key != NULL && i < key->partnatts; i++)
	{
		plain &= key->partattrs[i] != 0;
		if (key->partattrs[i] != 0)
			*names = lappend(*names, get_attname(table, key->partattrs[i], false));
	}
	relation_close(relation, NoLock);
	return plain;
}

/* The columns of the key that a row keeps when it moves to another partition: their places. */
static List *
lasting_columns(const TouchedRoot *root)
{
	List	   *names = NIL;
	List	   *result = NIL;
	ListCell   *cell;
	ListCell   *other;

	foreach(cell, root->files)
	{
		foreach(other, get_partition_ancestors(RelationGetRelid(((TouchedFile *) lfirst(cell))->relation)))
		{
			if (!add_partition_columns(lfirst_oid(other), &names))
				return NIL;
		}
	}
	for (int i = 0; i < root->reader->nkeys; i++)
	{
		bool		lasts = true;

		foreach(cell, names)
			lasts &= strcmp(lfirst(cell), root->reader->columns[i].name) != 0;
		if (lasts)
			result = lappend_int(result, i);
	}
	return result;
}

/* What a row that moved at a command is known by at both places. */
static char *
moved_key(RowReader *reader, const List *lasting, const RowVersion *version, CommandId command)
{
	StringInfoData text;
	ListCell   *cell;

	initStringInfo(&text);
	appendStringInfo(&text, "%u", command);
	foreach(cell, lasting)
		appendStringInfo(&text, ",%s", quote_literal_cstr(row_reader_text(reader, version, lfirst_int(cell))));
	return text.data;
}

/* Rows that left their partition, and were not matched. */
static List *
moved_out(const TouchedRoot *root, const List *lasting)
{
	List	   *result = NIL;
	ListCell   *cell;

	foreach(cell, root->gone)
	{
		Arrival    *departure = lfirst(cell);
		const RowVersion *last = departure->was;
		const RowVersion *next;

		while ((next = version_next(departure->was_in, last)) != NULL)
			last = next;
		if (departure->was->matched || !last->moved || departure->was->values == NULL)
			continue;
		departure->key = moved_key(root->reader, lasting, departure->was, last->cmax);
		result = lappend(result, departure);
	}
	list_sort(result, compare_keys);
	return result;
}

/* Rows that came to a partition, and were not matched. */
static List *
moved_in(const TouchedRoot *root, const List *lasting)
{
	List	   *result = NIL;
	ListCell   *cell;

	foreach(cell, root->come)
	{
		Arrival    *arrival = lfirst(cell);

		if (arrival->was != NULL || arrival->version->values == NULL)
			continue;
		arrival->key = moved_key(root->reader, lasting, arrival->version, first_version(arrival->version)->cmin);
		result = lappend(result, arrival);
	}
	list_sort(result, compare_keys);
	return result;
}

/* How many rows from this one on are known by the same? */
static int
same_keys(const List *rows, int from)
{
	int			count = 1;

	while (from + count < list_length(rows) &&
		   strcmp(((Arrival *) list_nth(rows, from))->key, ((Arrival *) list_nth(rows, from + count))->key) == 0)
		count++;
	return count;
}

/*
 * Matches rows whose key changed when they moved to another partition, which leaves
 * no link: by the command and by what of the key did not change, where that is one.
 */
static void
match_moved(TouchedRoot *root)
{
	List	   *lasting;
	List	   *gone;
	List	   *come;
	int			i = 0;
	int			j = 0;

	if (list_length(root->files) < 2 || root->gone == NIL || root->come == NIL)
		return;
	lasting = lasting_columns(root);
	gone = moved_out(root, lasting);
	come = gone != NIL ? moved_in(root, lasting) : NIL;
	while (i < list_length(gone) && j < list_length(come))
	{
		Arrival    *departure = list_nth(gone, i);
		Arrival    *arrival = list_nth(come, j);
		int			order = strcmp(departure->key, arrival->key);
		int			departures = same_keys(gone, i);
		int			arrivals = same_keys(come, j);

		if (order == 0 && departures == 1 && arrivals == 1)
		{
			arrival->was = departure->was;
			arrival->was_in = departure->was_in;
			departure->was->matched = true;
		}
		i += order <= 0 ? departures : 0;
		j += order >= 0 ? arrivals : 0;
	}
}

void
match_rows(TouchedRoot *root)
{
	match_by_key(root);
	match_moved(root);
}
