/*
 * stored_values.c
 *		Outputs of an invocation as bytes, to be given again later.
 *
 * A value is kept as it is in memory, flat: whatever its type, the same value
 * comes back, nobody's input function runs, and no setting has a say. Such bytes
 * are read only as what they were written as, so a value has its type with it,
 * and the layout of the rows in it. In tables PostgreSQL sees to that by not letting a
 * row type change; nothing keeps it from changing while an answer is kept.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "run/secrets.h"
#include "run/stored_values.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"

/* What comes first; the format of what follows */
#define PACKED_FORMAT	1

/* Before each value */
typedef struct PackedType
{
	uint64		layout;
	uint64		type;			/* an Oid, and no padding */
} PackedType;

static uint64 type_layout(Oid type);

/* A number for the columns of a row type. */
static uint64
row_layout(Oid type)
{
	TupleDesc	descriptor = lookup_rowtype_tupdesc_copy(type, -1);
	uint64		layout = descriptor->natts;

	for (int i = 0; i < descriptor->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(descriptor, i);
		const int32 facts[] = {column->atttypid, column->attlen, column->attalign, column->attbyval,
		column->attisdropped};

		layout = hash_combine64(layout, hash_bytes_extended((const unsigned char *) facts, sizeof(facts), 0));
		if (!column->attisdropped)
			layout = hash_combine64(layout, type_layout(column->atttypid));
	}
	return layout;
}

/* A number for how rows inside of values of this type are laid out; 0: there are none. */
static uint64
type_layout(Oid type)
{
	Oid			base;
	Oid			element;

	check_stack_depth();
	base = getBaseType(type);
	element = get_element_type(base);
	if (OidIsValid(element))
		return type_layout(element);
	if (type_is_rowtype(base))
		return row_layout(base);
	if (type_is_multirange(base))
		return type_layout(get_multirange_range(base));
	if (type_is_range(base))
		return type_layout(get_range_subtype(base));
	return 0;
}

/* A value without what leads elsewhere: expanded objects, values out of line. */
static Datum
flat_value(Frame *frame, int slot)
{
	Datum		value = frame_value(frame, slot);

	if (frame_isnull(frame, slot) || frame->program->slots[slot].byval ||
		frame->program->slots[slot].length != -1)
		return value;
	return PointerGetDatum(PG_DETOAST_DATUM(value));
}

bytea *
stored_values_pack(Frame *frame)
{
	const Program *program = frame->program;
	int			count = program->signature->noutputs;
	const int32 head[] = {PACKED_FORMAT, count};
	Datum	   *values = palloc(sizeof(Datum) * Max(count, 1));
	Size		size = VARHDRSZ + sizeof(head);
	bytea	   *packed;
	char	   *position;

	for (int i = 0; i < count; i++)
	{
		int			slot = program->output_slots[i];
		const Slot *type = &program->slots[slot];

		values[i] = flat_value(frame, slot);
		size += sizeof(PackedType) +
			datumEstimateSpace(values[i], frame_isnull(frame, slot), type->byval, type->length);
	}
	packed = palloc(size);
	SET_VARSIZE(packed, size);
	position = VARDATA(packed);
	memcpy(position, head, sizeof(head));
	position += sizeof(head);
	for (int i = 0; i < count; i++)
	{
		int			slot = program->output_slots[i];
		const Slot *type = &program->slots[slot];
		PackedType	packed_type = {type_layout(type->type), type->type};

		memcpy(position, &packed_type, sizeof(packed_type));
		position += sizeof(packed_type);
		datumSerialize(values[i], frame_isnull(frame, slot), type->byval, type->length, &position);
	}
	Assert(position == (char *) packed + size);
	return packed;
}

/* Reads one value; a sentence says why it cannot be. */
static char *
unpack_value(const Program *program, int output, char **position, Datum *value, bool *isnull)
{
	const Argument *argument = &program->signature->outputs[output];
	PackedType	head;

	memcpy(&head, *position, sizeof(head));
	*position += sizeof(head);
	if (head.type != argument->type || head.layout != type_layout(argument->type))
		return psprintf("Type %s of its output \"%s\" has been changed since.",
						format_type_be(argument->type), argument->name);
	*value = datumRestore(position, isnull);
	return NULL;
}

char *
stored_values_unpack(Frame *frame, bytea *packed)
{
	const Program *program = frame->program;
	int			count = program->signature->noutputs;
	char	   *position = VARDATA(packed);
	Datum	   *values = palloc(sizeof(Datum) * Max(count, 1));
	bool	   *nulls = palloc(sizeof(bool) * Max(count, 1));
	int32		head[2];

	memcpy(head, position, sizeof(head));
	position += sizeof(head);
	if (head[0] != PACKED_FORMAT || head[1] != count)
		return pstrdup("Another release of custom_actions has stored it.");
	for (int i = 0; i < count; i++)
	{
		char	   *problem = unpack_value(program, i, &position, &values[i], &nulls[i]);

		if (problem != NULL)
			return problem;
	}
	for (int i = 0; i < count; i++)
	{
		frame_set(frame, program->output_slots[i], values[i], nulls[i]);
		if (program->sensitive)
			secrets_learn_output(frame, i);
	}
	return NULL;
}
