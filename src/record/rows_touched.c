/*
 * rows_touched.c
 *		Collects the rows that the steps of an invocation wrote.
 *
 * Each key and each count remembers which event told of it, by the number of
 * events told so far (frame->rows_told): a step that is undone takes back all
 * that came after it began. Memory is bounded: keys by the setting, counts by
 * RUNS, where old ones are thrown together. (Undoing into the middle of such a
 * heap takes its share; that needs a handler around the last turns of a loop
 * that has written more rows than the limit.)
 */
#include "postgres.h"

#include "base/jsonb_push.h"
#include "base/jsonb_tree.h"
#include "base/jsonb_value.h"
#include "base/settings.h"
#include "catalog/pg_type.h"
#include "lookup/canonical.h"
#include "lookup/key.h"
#include "record/cut_json.h"
#include "record/row_hash.h"
#include "record/rows_touched.h"
#include "run/convert_out.h"
#include "run/key_json.h"
#include "run/mask.h"
#include "utils/datum.h"
#include "utils/memutils.h"

#define ROWS_AT_FIRST	4		/* keys that there is room for */
#define TABLES_AT_FIRST	2		/* the same of tables */
#define RUNS	32				/* counts that are kept apart */

#define MOST_MEMBERS	(2 * WAYS + 1)	/* of what is said of a table */

/* What was done to rows. */
typedef enum Way
{
	WAY_CREATED,
	WAY_UPDATED,
	WAY_DELETED,
	WAYS
} Way;

/* The names in JSON */
static const char *const way_names[] = {
	[WAY_CREATED] = "created",[WAY_UPDATED] = "updated",[WAY_DELETED] = "deleted"
};
static const char *const more_names[] = {
	[WAY_CREATED] = "more created",[WAY_UPDATED] = "more updated",[WAY_DELETED] = "more deleted"
};

/* A row whose key is known. */
typedef struct TouchedRow
{
	uint64		told;			/* number of the event that told of it */
	uint32		hash;
	const List *key;			/* of KeyColumn */
	NullableDatum *values;
} TouchedRow;

/* Rows that were counted. */
typedef struct CountRun
{
	uint64		first;			/* numbers of the events */
	uint64		last;
	uint64		rows;
} CountRun;

/* What was done to a table's rows in one way. */
typedef struct TouchedWay
{
	int			count;
	int			room;
	TouchedRow *rows;
	int			nruns;
	CountRun   *runs;
} TouchedWay;

typedef struct TouchedTable
{
	struct TouchedTable *next;
	Oid			relation;
	const char *name;
	TouchedWay	ways[WAYS];
} TouchedTable;

/* The numbers of rows. */
typedef struct RowNumbers
{
	int			count;
	Datum	   *values;
} RowNumbers;

struct Touched
{
	Frame	   *frame;
	int			ntables;
	TouchedTable *tables;		/* the last one first */
	TouchedTable first[TABLES_AT_FIRST];	/* room for the first ones */
};

Touched *
touched_make(Frame *frame)
{
	Touched    *touched;

	if (setting_touched_limit < 0)
		return NULL;
	touched = MemoryContextAllocZero(frame->mcxt, sizeof(Touched));
	touched->frame = frame;
	return touched;
}

/* The table's entry, made when new. */
static TouchedTable *
find_table(Touched *touched, const RowsWritten *written)
{
	TouchedTable *table;

	/* one that was made anew meanwhile has the name of the old one */
	for (table = touched->tables; table != NULL; table = table->next)
		if (table->relation == written->relation ||
			(written->table != NULL && strcmp(table->name, written->table) == 0))
			return table;
	table = touched->ntables < TABLES_AT_FIRST ? &touched->first[touched->ntables] :
		palloc0(sizeof(TouchedTable));
	table->relation = written->relation;
	table->name = written->table != NULL ? written->table : relation_name_canonical(written->relation);
	table->next = touched->tables;
	touched->tables = table;
	touched->ntables++;
	return table;
}

static uint32
hash_values(const List *key, const NullableDatum *values)
{
	uint32		hash = 0;

	for (int i = 0; i < list_length(key); i++)
	{
		const KeyColumn *column = list_nth(key, i);

		hash = hash * 31 + (values[i].isnull ? 0 : datum_image_hash(values[i].value, column->byval, column->length));
	}
	return hash;
}

/* Are two values of this column the same? */
static bool
same_value(const KeyColumn *column, const NullableDatum *a, const NullableDatum *b)
{
	if (a->isnull || b->isnull)
		return a->isnull && b->isnull;
	return datum_image_eq(a->value, b->value, column->byval, column->length);
}

/* Is it the row with this key? */
static bool
is_row(const TouchedRow *row, const List *key, const NullableDatum *values)
{
	if (list_length(row->key) != list_length(key))
		return false;
	for (int i = 0; i < list_length(key); i++)
	{
		const KeyColumn *mine = list_nth(row->key, i);
		const KeyColumn *column = list_nth(key, i);

		if (mine != column && (mine->type != column->type || strcmp(mine->name, column->name) != 0))
			return false;
		if (!same_value(column, &row->values[i], &values[i]))
			return false;
	}
	return true;
}

/* Is the row among these? */
static bool
has_row(const TouchedWay *way, uint32 hash, const List *key, const NullableDatum *values)
{
	for (int i = 0; i < way->count; i++)
		if (way->rows[i].hash == hash && is_row(&way->rows[i], key, values))
			return true;
	return false;
}

static NullableDatum *
copy_values(const List *key, const NullableDatum *values)
{
	NullableDatum *copy = palloc(list_length(key) * sizeof(NullableDatum));

	for (int i = 0; i < list_length(key); i++)
	{
		const KeyColumn *column = list_nth(key, i);

		copy[i] = values[i];
		if (!values[i].isnull)
			copy[i].value = datumCopy(values[i].value, column->byval, column->length);
	}
	return copy;
}

/* Makes room for one more row. */
static void
make_room(TouchedWay *way)
{
	if (way->count < way->room)
		return;
	way->room = way->rows == NULL ? ROWS_AT_FIRST : 2 * way->room;
	way->rows = way->rows == NULL ? palloc(way->room * sizeof(TouchedRow)) :
		repalloc(way->rows, way->room * sizeof(TouchedRow));
}

/* Adds a row unless it is known; false if there are too many. */
static bool
add_row(Touched *touched, TouchedTable *table, Way number, const List *key, const NullableDatum *values)
{
	TouchedWay *way = &table->ways[number];
	uint32		hash = hash_values(key, values);
	TouchedRow *row;

	if (has_row(way, hash, key, values) ||
		(number == WAY_UPDATED && has_row(&table->ways[WAY_CREATED], hash, key, values)))
		return true;
	if (way->count >= setting_touched_limit)
		return false;
	make_room(way);
	row = &way->rows[way->count++];
	row->told = touched->frame->rows_told;
	row->hash = hash;
	row->key = key;
	row->values = copy_values(key, values);
	return true;
}

/* Throws the older half of the counts together, two by two. */
static void
join_runs(TouchedWay *way)
{
	int			kept = 0;

	for (int i = 0; i < RUNS / 2; i += 2)
	{
		CountRun   *run = &way->runs[kept++];

		run->first = way->runs[i].first;
		run->last = way->runs[i + 1].last;
		run->rows = way->runs[i].rows + way->runs[i + 1].rows;
	}
	memmove(&way->runs[kept], &way->runs[RUNS / 2], (way->nruns - RUNS / 2) * sizeof(CountRun));
	way->nruns -= RUNS / 2 - kept;
}

/* Counts rows. */
static void
add_count(Touched *touched, TouchedWay *way, uint64 rows)
{
	if (rows == 0)
		return;
	if (way->runs == NULL)
		way->runs = palloc(RUNS * sizeof(CountRun));
	if (way->nruns == RUNS)
		join_runs(way);
	way->runs[way->nruns].first = way->runs[way->nruns].last = touched->frame->rows_told;
	way->runs[way->nruns++].rows = rows;
}

void
touched_add(Touched *touched, const RowsWritten *written)
{
	Way			way = written->command == CMD_INSERT ? WAY_CREATED :
		written->command == CMD_UPDATE ? WAY_UPDATED : WAY_DELETED;
	int			columns = list_length(written->key);
	uint64		counted = written->rows - Min(written->rows, (uint64) written->nkeys);
	MemoryContext old;
	TouchedTable *table;

	if (touched == NULL || written->again)
		return;
	old = MemoryContextSwitchTo(touched->frame->mcxt);
	table = find_table(touched, written);
	for (int i = 0; i < written->nkeys; i++)
	{
		if (written->old_keys != NULL)
			(void) add_row(touched, table, way, written->key, written->old_keys + i * columns);
		if (!add_row(touched, table, way, written->key, written->keys + i * columns))
			counted++;
	}
	add_count(touched, &table->ways[way], counted);
	MemoryContextSwitchTo(old);
}

/* Takes back what came after an event. */
static void
undo_way(TouchedWay *way, uint64 rows_told)
{
	while (way->count > 0 && way->rows[way->count - 1].told > rows_told)
		way->count--;
	while (way->nruns > 0 && way->runs[way->nruns - 1].first > rows_told)
		way->nruns--;
	if (way->nruns > 0 && way->runs[way->nruns - 1].last > rows_told)
	{
		CountRun   *run = &way->runs[way->nruns - 1];

		run->rows = (uint64) ((double) run->rows * (rows_told - run->first + 1) / (run->last - run->first + 1));
		run->last = rows_told;
	}
}

void
touched_undo(Touched *touched, uint64 rows_told)
{
	if (touched == NULL)
		return;
	for (TouchedTable *table = touched->tables; table != NULL; table = table->next)
		for (int i = 0; i < WAYS; i++)
			undo_way(&table->ways[i], rows_told);
}

/* How many rows were counted. */
static uint64
counted_rows(const TouchedWay *way)
{
	uint64		rows = 0;

	for (int i = 0; i < way->nruns; i++)
		rows += way->runs[i].rows;
	return rows;
}

/* Gets the value of a column, which may be sensitive. */
static void
key_value(JsonbValue *result, const Frame *frame, const NullableDatum *value, Oid type)
{
	bool		masked = mask_is_needed(frame);
	JsonbBuilder *builder;

	result->type = jbvNull;
	if (value->isnull ||
		(!masked && type != JSONBOID && convert_common(result, value->value, type)))
		return;
	builder = jsonb_builder_make();
	jsonb_push_array(builder);
	key_convert(result, value->value, type);
	if (masked)
		cut_push_key_value(frame, builder, result);
	else
		jsonb_push_value(builder, result);
	jsonb_push_array_end(builder);
	*result = jsonb_builder_tree(builder)->val.array.elems[0];
}

/* {"id": 42} */
static void
row_value(JsonbValue *object, const Frame *frame, const TouchedRow *row)
{
	jsonb_tree_object(object, list_length(row->key));
	for (int i = 0; i < list_length(row->key); i++)
	{
		const KeyColumn *column = list_nth(row->key, i);

		key_value(jsonb_tree_member(object, column->name), frame, &row->values[i], column->type);
	}
}

/* Adds what was done to a table's rows in one way. */
static void
add_way(JsonbValue *object, RowNumbers *numbers, const Frame *frame, const TouchedTable *table, Way number)
{
	const TouchedWay *way = &table->ways[number];
	uint64		rows = counted_rows(way);
	JsonbValue *value;

	if (way->count > 0)
	{
		value = jsonb_tree_member(object, way_names[number]);
		jsonb_tree_array(value, way->count);
		for (int i = 0; i < way->count; i++)
		{
			JsonbValue *row = jsonb_tree_element(value);

			row_value(row, frame, &way->rows[i]);
			numbers->values[numbers->count++] = Int64GetDatum((int64) row_hash_of_tree(table->name, row));
		}
	}
	if (rows == 0)
		return;
	value = jsonb_tree_member(object, way->count > 0 ? more_names[number] : way_names[number]);
	jsonb_value_set_integer(value, (int64) rows);
}

/* Adds "target": [{"id": 42}]. */
static void
add_target(JsonbValue *object, RowNumbers *numbers, const char *table, Jsonb *target)
{
	JsonbBuilder *builder = jsonb_builder_make();
	JsonbValue	value;

	jsonb_push_array(builder);
	JsonbToJsonbValue(target, &value);
	jsonb_push_value(builder, &value);
	jsonb_push_array_end(builder);
	*jsonb_tree_member(object, "target") = *jsonb_builder_tree(builder);
	numbers->values[numbers->count++] = Int64GetDatum((int64) row_hash(table, target));
}

/* Is anything known of the table? All of it may have been undone. */
static bool
table_is_touched(const TouchedTable *table)
{
	for (int i = 0; i < WAYS; i++)
		if (table->ways[i].count > 0 || table->ways[i].nruns > 0)
			return true;
	return false;
}

/* Has a step written the row that the action was called for? */
static bool
target_is_row(const Frame *frame, const TouchedRow *row)
{
	const Signature *signature = frame->program->signature;

	if (list_length(row->key) != signature->nkeys)
		return false;
	for (int i = 0; i < signature->nkeys; i++)
	{
		const KeyColumn *column = list_nth(row->key, i);
		int			slot = frame->program->input_slots[i];
		NullableDatum value = {frame_value(frame, slot), frame_isnull(frame, slot)};

		if (strcmp(column->name, signature->inputs[i].column) != 0 ||
			!same_value(column, &row->values[i], &value))
			return false;
	}
	return true;
}

static bool
target_is_touched(const Frame *frame, const TouchedTable *table)
{
	for (int i = 0; i < WAYS; i++)
		for (int j = 0; j < table->ways[i].count; j++)
			if (target_is_row(frame, &table->ways[i].rows[j]))
				return true;
	return false;
}

/* Adds what was done to a table; target: the row that is told of in any case, or NULL. */
static void
add_table(JsonbValue *object, RowNumbers *numbers, const Frame *frame, const TouchedTable *table, Jsonb *target)
{
	JsonbValue *value = jsonb_tree_member(object, table->name);

	jsonb_tree_object(value, MOST_MEMBERS);
	for (int i = 0; i < WAYS; i++)
		add_way(value, numbers, frame, table, i);
	if (target != NULL)
		add_target(value, numbers, table->name, target);
}

/* Adds a table that nothing is known of but that the target is in it. */
static void
add_target_table(JsonbValue *object, RowNumbers *numbers, const Frame *frame, Jsonb *target)
{
	JsonbValue *value = jsonb_tree_member(object, frame->program->target_table);

	jsonb_tree_object(value, 1);
	add_target(value, numbers, frame->program->target_table, target);
}

/* How many rows are known by their keys. */
static int
known_rows(const Touched *touched)
{
	int			count = 0;

	for (const TouchedTable *table = touched->tables; table != NULL; table = table->next)
		for (int i = 0; i < WAYS; i++)
			count += table->ways[i].count;
	return count;
}

/* The numbers as an array, NULL: there are none. */
static ArrayType *
numbers_array(const RowNumbers *numbers)
{
	return numbers->count == 0 ? NULL :
		construct_array(numbers->values, numbers->count, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE);
}

Jsonb *
touched_json(const Touched *touched, Jsonb *target, ArrayType **rows)
{
	const Frame *frame = touched != NULL ? touched->frame : NULL;
	Datum		few[ROWS_AT_FIRST];
	RowNumbers	numbers = {0, few};
	JsonbValue	object;
	int			known;

	*rows = NULL;
	if (touched == NULL)
		return NULL;
	known = known_rows(touched) + 1;
	if (known > lengthof(few))
		numbers.values = palloc(known * sizeof(Datum));
	jsonb_tree_object(&object, touched->ntables + 1);
	for (const TouchedTable *table = touched->tables; table != NULL; table = table->next)
	{
		bool		of_target = target != NULL && strcmp(table->name, frame->program->target_table) == 0;

		if (!table_is_touched(table))
			continue;
		add_table(&object, &numbers, frame, table, of_target && !target_is_touched(frame, table) ? target : NULL);
		if (of_target)
			target = NULL;
	}
	if (target != NULL)
		add_target_table(&object, &numbers, frame, target);
	*rows = numbers_array(&numbers);
	return object.val.object.nPairs > 0 ? jsonb_tree_finish(&object) : NULL;
}

Jsonb *
touched_failed_json(Frame *frame, Jsonb *target, ArrayType **rows)
{
	Datum		number;
	RowNumbers	numbers = {0, &number};
	JsonbValue	object;

	*rows = NULL;
	if (target == NULL || setting_touched_limit < 0)
		return NULL;
	jsonb_tree_object(&object, 1);
	add_target_table(&object, &numbers, frame, target);
	*rows = numbers_array(&numbers);
	return jsonb_tree_finish(&object);
}
