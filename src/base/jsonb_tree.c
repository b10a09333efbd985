/*
 * jsonb_tree.c
 *		Making jsonb from values that are put together directly, and writing it.
 *
 * JsonbValueToJsonb() writes the same bytes, at several times the cost for what
 * is made at every call; servers with assertions compare. The format is that of
 * the disk, which PostgreSQL cannot change: utils/jsonb.h tells it. A container
 * is a header, an entry for each element, or for each key and then for each value,
 * and what these are. Entries hold lengths, but every JB_OFFSET_STRIDE-th the
 * end's offset. Containers and numbers begin aligned.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/jsonb_tree.h"
#include "base/jsonb_value.h"
#include "miscadmin.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

/* enough for the context of most plug-ins */
#define BYTES_AT_FIRST	1024

/* What has been written so far. */
typedef struct Written
{
	char	   *bytes;
	Size		length;
	Size		room;
} Written;

/* The entries of a container that is being written. */
typedef struct Entries
{
	Size		place;			/* of the first one */
	int			count;			/* how many are set */
	Size		end;			/* offset of what the last one tells of */
} Entries;

struct JsonbKeys
{
	Written		written;		/* the jsonb up to the first value */
	Entries		entries;		/* those of the keys are set */
};

void
jsonb_tree_object(JsonbValue *object, int room)
{
	object->type = jbvObject;
	object->val.object.nPairs = 0;
	object->val.object.pairs = palloc(sizeof(JsonbPair) * room);
}

void
jsonb_tree_array(JsonbValue *array, int room)
{
	array->type = jbvArray;
	array->val.array.nElems = 0;
	array->val.array.elems = palloc(sizeof(JsonbValue) * room);
	array->val.array.rawScalar = false;
}

/* Does a key come before another? Shorter ones do, as in all of jsonb. */
static bool
comes_before(const JsonbValue *key, const JsonbValue *other)
{
	if (key->val.string.len != other->val.string.len)
		return key->val.string.len < other->val.string.len;
	return memcmp(key->val.string.val, other->val.string.val, key->val.string.len) < 0;
}

int
jsonb_tree_compare(const char *key, const char *other)
{
	size_t		length = strlen(key);
	size_t		other_length = strlen(other);

	if (length != other_length)
		return length < other_length ? -1 : 1;
	return memcmp(key, other, length);
}

/* Keys are put where they belong at once, since there are few. */
JsonbValue *
jsonb_tree_member(JsonbValue *object, const char *key)
{
	JsonbPair  *pairs = object->val.object.pairs;
	int			place = object->val.object.nPairs++;
	JsonbValue	name;

	jsonb_value_set_text(&name, key);
	while (place > 0 && comes_before(&name, &pairs[place - 1].key))
	{
		pairs[place] = pairs[place - 1];
		place--;
	}
	pairs[place].key = name;
	pairs[place].order = 0;
	return &pairs[place].value;
}

JsonbValue *
jsonb_tree_element(JsonbValue *array)
{
	return &array->val.array.elems[array->val.array.nElems++];
}

/* Raises: jsonb has no room for it. */
pg_noreturn static void
refuse_length(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
			 errmsg("JSON that is made here is longer than jsonb can be")));
}

/* Makes room at the end for so many bytes; where they go. */
static char *
take_room(Written *written, Size size)
{
	char	   *place;

	if (written->length + size > written->room)
	{
		if (size > JENTRY_OFFLENMASK)
			refuse_length();
		written->room = Min(2 * (written->length + size), MaxAllocSize);
		written->bytes = repalloc(written->bytes, written->room);
	}
	place = written->bytes + written->length;
	written->length += size;
	return place;
}

static void
align(Written *written)
{
	Size		missing = INTALIGN(written->length) - written->length;

	if (missing > 0)
		memset(take_room(written, missing), 0, missing);
}

/* Begins a container. */
static Entries
begin_container(Written *written, uint32 header, int count)
{
	Entries		entries = {0};

	align(written);
	memcpy(take_room(written, sizeof(header)), &header, sizeof(header));
	take_room(written, sizeof(JEntry) * count);
	entries.place = written->length - sizeof(JEntry) * count;
	return entries;
}

/* Sets the next entry, of a part that is written. */
static void
set_entry(Written *written, Entries *entries, JEntry type, Size length)
{
	JEntry		entry = type;

	entries->end += length;
	if (entries->end > JENTRY_OFFLENMASK)
		refuse_length();
	if (entries->count % JB_OFFSET_STRIDE == 0)
		entry |= JENTRY_HAS_OFF | (JEntry) entries->end;
	else
		entry |= (JEntry) length;
	memcpy(written->bytes + entries->place + sizeof(JEntry) * entries->count++, &entry, sizeof(JEntry));
}

static void write_value(Written *written, Entries *entries, const JsonbValue *value);

static void
write_array(Written *written, const JsonbValue *array)
{
	int			count = array->val.array.nElems;
	Entries		entries = begin_container(written, count | JB_FARRAY, count);

	for (int i = 0; i < count; i++)
		write_value(written, &entries, &array->val.array.elems[i]);
}

static void
write_object(Written *written, const JsonbValue *object)
{
	int			count = object->val.object.nPairs;
	Entries		entries = begin_container(written, count | JB_FOBJECT, 2 * count);

	for (int i = 0; i < count; i++)
		write_value(written, &entries, &object->val.object.pairs[i].key);
	for (int i = 0; i < count; i++)
		write_value(written, &entries, &object->val.object.pairs[i].value);
}

/* Writes what a value is; the type of its entry. */
static JEntry
write_part(Written *written, const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvNull:
			return JENTRY_ISNULL;
		case jbvBool:
			return value->val.boolean ? JENTRY_ISBOOL_TRUE : JENTRY_ISBOOL_FALSE;
		case jbvString:
			memcpy(take_room(written, value->val.string.len), value->val.string.val, value->val.string.len);
			return JENTRY_ISSTRING;
		case jbvNumeric:
			{
				Size		length = VARSIZE_ANY(value->val.numeric);

				align(written);
				memcpy(take_room(written, length), value->val.numeric, length);
				return JENTRY_ISNUMERIC;
			}
		case jbvBinary:

			/*
			 * offsets within a container count from its beginning, which is
			 * aligned here, too
			 */
			align(written);
			memcpy(take_room(written, value->val.binary.len), value->val.binary.data, value->val.binary.len);
			return JENTRY_ISCONTAINER;
		case jbvArray:
			check_stack_depth();
			write_array(written, value);
			return JENTRY_ISCONTAINER;
		case jbvObject:
			check_stack_depth();
			write_object(written, value);
			return JENTRY_ISCONTAINER;
		default:
			elog(ERROR, "no part of a tree of JSON: %d", (int) value->type);
			return 0;			/* not reached */
	}
}

/* Writes a part of a container, and its entry. */
static void
write_value(Written *written, Entries *entries, const JsonbValue *value)
{
	Size		before = written->length;
	JEntry		type = write_part(written, value);

	set_entry(written, entries, type, written->length - before);
}

#ifdef USE_ASSERT_CHECKING
/* Are these the bytes that PostgreSQL makes of the same? */
static bool
jsonb_is_canonical(Jsonb *jsonb)
{
	char	   *text = JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb));
	Datum		again = DirectFunctionCall1(jsonb_in, CStringGetDatum(text));

	return datumIsEqual(JsonbPGetDatum(jsonb), again, false, -1);
}
#endif

/* Nothing but room for what a jsonb is. */
static Written
begin_jsonb(void)
{
	Written		written = {palloc(BYTES_AT_FIRST), VARHDRSZ, BYTES_AT_FIRST};

	return written;
}

static Jsonb *
end_jsonb(Written *written)
{
	Jsonb	   *jsonb = (Jsonb *) written->bytes;

	SET_VARSIZE(jsonb, written->length);
	Assert(jsonb_is_canonical(jsonb));
	return jsonb;
}

Jsonb *
jsonb_tree_finish(JsonbValue *object)
{
	Written		written = begin_jsonb();

	(void) write_part(&written, object);
	return end_jsonb(&written);
}

JsonbKeys *
jsonb_tree_keys(const char *const *names, int count)
{
	JsonbKeys  *keys = palloc(sizeof(JsonbKeys));

	keys->written = begin_jsonb();
	keys->entries = begin_container(&keys->written, count | JB_FOBJECT, 2 * count);
	for (int i = 0; i < count; i++)
	{
		JsonbValue	name;

		jsonb_value_set_text(&name, names[i]);
		write_value(&keys->written, &keys->entries, &name);
	}
	return keys;
}

Jsonb *
jsonb_tree_finish_keyed(const JsonbKeys *keys, const JsonbValue *values)
{
	Written		written = begin_jsonb();
	Entries		entries = keys->entries;
	Size		size = keys->written.length - VARHDRSZ;

	memcpy(take_room(&written, size), keys->written.bytes + VARHDRSZ, size);
	for (int i = 0; i < keys->entries.count; i++)
		write_value(&written, &entries, &values[i]);
	return end_jsonb(&written);
}
