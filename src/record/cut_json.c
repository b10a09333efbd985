/*
 * cut_json.c
 *		JSON for the record: sensitive values masked, and cut to a number of bytes.
 *
 * What is left out is said where it was: a text ends in "... (N bytes left out)",
 * an array in an element that says so, an object in a member "...". The shortest
 * members of the object come first: what they leave over is for the longer ones.
 * Nothing but memory is touched.
 */
#include "postgres.h"

#include "base/jsonb_push.h"
#include "base/jsonb_tree.h"
#include "base/jsonb_value.h"
#include "mb/pg_wchar.h"
#include "record/cut_json.h"
#include "run/mask.h"

#define NOTE_LENGTH		32		/* bytes that saying what is left out takes */
#define MEMBER_LENGTH	8		/* least that a value is shown in */
#define MEMBER_SIGNS	6		/* bytes around key and value of a member */
#define LONGEST_ESCAPE	6		/* bytes that a byte of a text takes at most */
#define LOOK_AHEAD		4096	/* bytes behind the cut in which a secret may end */
#define DEEPEST			64		/* levels that are shown */
#define KEY_LIMIT		4096	/* bytes of a key */
#define KEY_SECRET		4		/* bytes of a secret that a key is not shown with */

typedef struct Cut
{
	const Frame *frame;
	JsonbBuilder *builder;
	bool		key;			/* these are values of a key */
} Cut;

static int	push_cut(Cut *cut, const JsonbValue *value, int room, int level);

void
cut_note(JsonbValue *value, int64 left_out, const char *of_what)
{
	char	   *note = psprintf("... (" INT64_FORMAT " %s%s left out)", left_out, of_what, left_out == 1 ? "" : "s");

	jsonb_value_set_text(value, note);
}

/* Is this a secret as a whole? */
static bool
is_hidden(const Cut *cut, const char *text, int length)
{
	return (!cut->key || length >= KEY_SECRET) && mask_is_secret(cut->frame, text, length);
}

/* Appends a text as it is; returns its length. */
static int
push_string(Cut *cut, char *text, int length)
{
	JsonbValue	value;

	jsonb_value_set_string(&value, text, length);
	jsonb_push_value(cut->builder, &value);
	return length + 2;
}

/* The bytes that a character takes in JSON. */
static int
escaped_width(const char *character, int width)
{
	if (*character == '"' || *character == '\\')
		return 2;
	return (unsigned char) *character < ' ' ? 6 : width;
}

/* How much of a text fits, in bytes of the text; tells what it takes. */
static int
fitting(const char *text, int length, int room, int *taken)
{
	int			end = 0;

	*taken = 0;
	while (end < length)
	{
		int			width = Min(pg_encoding_mblen(GetDatabaseEncoding(), text + end), length - end);
		int			escaped = escaped_width(text + end, width);

		if (*taken + escaped > room)
			break;
		*taken += escaped;
		end += width;
	}
	return end;
}

/*
 * Appends a text, or its begin; more: bytes that follow it, but are not here. It
 * is masked before it is cut, so that no part of a secret is left.
 */
static int
push_text(Cut *cut, const char *text, int length, int64 more, int room)
{
	int			looked_at = length <= room + LOOK_AHEAD ? length : pg_mbcliplen(text, length, room + LOOK_AHEAD);
	char	   *masked;
	int			masked_length;
	int			end;
	int			taken;
	JsonbValue	note;

	if (is_hidden(cut, text, length))
		return push_string(cut, MASK, strlen(MASK));
	masked = mask_text(cut->frame, pnstrdup(text, looked_at));
	masked_length = strlen(masked);
	end = fitting(masked, masked_length, room - 2, &taken);
	if (looked_at == length && end == masked_length && more == 0)
		return push_string(cut, masked, masked_length) - masked_length + taken;
	end = fitting(masked, masked_length, room - 2 - NOTE_LENGTH, &taken);
	cut_note(&note, masked_length - end + length - looked_at + more, "byte");
	masked = psprintf("%.*s%s", end, masked, note.val.string.val);
	return push_string(cut, masked, strlen(masked)) - end + taken;
}

/* Appends a number; one that does not fit as a text. */
static int
push_number(Cut *cut, const JsonbValue *value, int room)
{
	char	   *text = jsonb_value_text(value);
	int			length = strlen(text);

	if (length > Max(room, MEMBER_LENGTH) || is_hidden(cut, text, length))
		return push_text(cut, text, length, 0, room);
	jsonb_push_value(cut->builder, unconstify(JsonbValue *, value));
	return length;
}

/* Appends what says that members are left out. */
static int
push_left_out(Cut *cut, int count, const char *of_what)
{
	JsonbValue	note;

	cut_note(&note, count, of_what);
	return push_string(cut, note.val.string.val, note.val.string.len);
}

/* What the next of several may take: half of the room, so that a long one leaves something to the others. */
static int
share_of(int room, int following)
{
	return following > 0 ? (room - NOTE_LENGTH) / 2 : room;
}

static int
push_array_cut(Cut *cut, JsonbContainer *container, int room, int level)
{
	int			count = JsonContainerSize(container);
	int			used = 2;

	jsonb_push_array(cut->builder);
	for (int i = 0; i < count; i++)
	{
		int			share = share_of(room - used, count - i - 1);

		if (share < MEMBER_LENGTH)
		{
			used += push_left_out(cut, count - i, "element");
			break;
		}
		used += push_cut(cut, getIthJsonbValueFromContainer(container, i), share, level + 1) + 2;
	}
	jsonb_push_array_end(cut->builder);
	return used;
}

/* Appends a key, masked; returns its length. */
static int
push_key(Cut *cut, const char *name)
{
	const char *masked = mask_text(cut->frame, name);

	jsonb_push_key(cut->builder, masked);
	return strlen(masked) + 4;
}

static int
push_object_cut(Cut *cut, JsonbContainer *container, int room, int level)
{
	JsonbIterator *iterator = JsonbIteratorInit(container);
	JsonbValue	value;
	JsonbIteratorToken token;
	int			count = JsonContainerSize(container);
	int			done = 0;
	int			used = 2;

	jsonb_push_object(cut->builder);
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		int			share = share_of(room - used, count - done - 1);

		if (token != WJB_KEY)
			continue;
		share -= value.val.string.len + 4;
		if (share < MEMBER_LENGTH)
		{
			jsonb_push_key(cut->builder, "...");
			used += push_left_out(cut, count - done, "member");
			break;
		}
		used += push_key(cut, pnstrdup(value.val.string.val, value.val.string.len));
		(void) JsonbIteratorNext(&iterator, &value, true);
		used += push_cut(cut, &value, share, level + 1) + 2;
		done++;
	}
	jsonb_push_object_end(cut->builder);
	return used;
}

/* Appends a value within some room, and says how many bytes of text it takes. */
static int
push_cut(Cut *cut, const JsonbValue *value, int room, int level)
{
	switch (value->type)
	{
		case jbvString:
			return push_text(cut, value->val.string.val, value->val.string.len, 0, room);
		case jbvNumeric:
			return push_number(cut, value, room);
		case jbvBinary:
			if (level > DEEPEST)
				return push_left_out(cut, value->val.binary.len, "byte");
			if (JsonContainerIsArray(value->val.binary.data))
				return push_array_cut(cut, value->val.binary.data, room, level);
			return push_object_cut(cut, value->val.binary.data, room, level);
		default:
			jsonb_push_value(cut->builder, unconstify(JsonbValue *, value));
			return 5;
	}
}

/* About how long is a value's text? */
static int
rough_size(const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvString:
			return value->val.string.len;
		case jbvNumeric:
			return VARSIZE_ANY(value->val.numeric);
		case jbvBinary:
			return value->val.binary.len;
		default:
			return 0;
	}
}

/* For qsort(): the shortest first. */
static int
member_compare(const void *a, const void *b)
{
	const CutMember *one = a;
	const CutMember *other = b;
	int			one_size = rough_size(&one->value);
	int			other_size = rough_size(&other->value);

	if (one->more != other->more)
		return one->more > other->more ? 1 : -1;
	return one_size != other_size ? (one_size > other_size) - (one_size < other_size) : strcmp(one->name, other->name);
}

/* Makes the object. */
static Jsonb *
make_object(Cut *cut, CutMember *members, int count, int limit)
{
	int			used = 2;

	if (count > 1)
		qsort(members, count, sizeof(CutMember), member_compare);
	jsonb_push_object(cut->builder);
	for (int i = 0; i < count; i++)
	{
		int			room = limit - used - (i < count - 1 ? NOTE_LENGTH : 0);
		int			share = room / (count - i) - (int) strlen(members[i].name) - MEMBER_SIGNS;

		if (share < MEMBER_LENGTH)
		{
			jsonb_push_key(cut->builder, "...");
			(void) push_left_out(cut, count - i, "member");
			break;
		}
		used += push_key(cut, members[i].name);
		if (members[i].more > 0)
			used += push_text(cut, members[i].value.val.string.val, members[i].value.val.string.len,
							  members[i].more, share) + 2;
		else
			used += push_cut(cut, &members[i].value, share, 1) + 2;
	}
	jsonb_push_object_end(cut->builder);
	return jsonb_builder_finish(cut->builder);
}

/* Is a member short enough that it will not be cut, whatever is in it? */
static bool
is_short(const CutMember *member, int room)
{
	int64		least = (int64) strlen(member->name) + MEMBER_SIGNS + MEMBER_LENGTH;

	switch (member->value.type)
	{
		case jbvString:
			least += (int64) member->value.val.string.len * LONGEST_ESCAPE;
			break;
		case jbvNumeric:
			least += strlen(jsonb_value_text(&member->value));
			break;
		case jbvNull:
		case jbvBool:
			break;
		default:
			return false;
	}
	return member->more == 0 && least <= room;
}

/* Makes the object of members that need no cutting and no masking, the usual ones; else gives NULL. */
static Jsonb *
make_short_object(const Frame *frame, const CutMember *members, int count, int limit)
{
	int			room = (limit - NOTE_LENGTH) / Max(count, 1);
	JsonbValue	object;

	if (mask_is_needed(frame))
		return NULL;
	for (int i = 0; i < count; i++)
		if (!is_short(&members[i], room))
			return NULL;
	jsonb_tree_object(&object, Max(count, 1));
	for (int i = 0; i < count; i++)
		*jsonb_tree_member(&object, members[i].name) = members[i].value;
	return jsonb_tree_finish(&object);
}

/* Makes an object, by the cheaper way if it can be. */
static Jsonb *
make_any_object(const Frame *frame, CutMember *members, int count, int limit, bool key)
{
	Jsonb	   *object = make_short_object(frame, members, count, limit);
	Cut			cut = {frame, NULL, key};

	if (object != NULL)
		return object;
	cut.builder = jsonb_builder_make();
	return make_object(&cut, members, count, limit);
}

Jsonb *
cut_object(const Frame *frame, CutMember *members, int count, int limit)
{
	return make_any_object(frame, members, count, limit, false);
}

Jsonb *
cut_key_object(const Frame *frame, CutMember *members, int count)
{
	return make_any_object(frame, members, count, KEY_LIMIT, true);
}

void
cut_push_key_value(const Frame *frame, JsonbBuilder *builder, const JsonbValue *value)
{
	Cut			cut = {frame, builder, true};

	(void) push_cut(&cut, value, KEY_LIMIT, 1);
}

/* A value as the one member of an object, where it need not be an object itself. */
static JsonbValue *
cut_member(const Frame *frame, const JsonbValue *value, int limit)
{
	Cut			cut = {frame, jsonb_builder_make()};
	Jsonb	   *object;

	jsonb_push_object(cut.builder);
	jsonb_push_key(cut.builder, "");
	(void) push_cut(&cut, value, limit, 1);
	jsonb_push_object_end(cut.builder);
	object = jsonb_builder_finish(cut.builder);
	return getKeyJsonValueFromContainer(&object->root, "", 0, NULL);
}

Jsonb *
cut_value(const Frame *frame, const JsonbValue *value, int limit)
{
	return JsonbValueToJsonb(cut_member(frame, value, limit));
}

char *
cut_text(const Frame *frame, const char *text, int length, int limit)
{
	JsonbValue	value;
	JsonbValue *cut;

	jsonb_value_set_string(&value, text, length);
	cut = cut_member(frame, &value, limit);
	return pnstrdup(cut->val.string.val, cut->val.string.len);
}
