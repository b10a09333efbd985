/*
 * error_field.c
 *		What is told of an error that was caught, one row for each part.
 */
#include "postgres.h"

#include "base/error_field.h"
#include "base/jsonb_push.h"
#include "base/listing.h"

PG_FUNCTION_INFO_V1(custom_action_error_fields);

/* The values of the fields, by their rows below. */
static const char *
error_sqlstate(const Caught *caught)
{
	return unpack_sql_state(caught->error->sqlerrcode);
}

static const char *
error_message(const Caught *caught)
{
	return caught->error->message;
}

static const char *
error_detail(const Caught *caught)
{
	return caught->error->detail;
}

static const char *
error_hint(const Caught *caught)
{
	return caught->error->hint;
}

static const char *
error_constraint(const Caught *caught)
{
	return caught->error->constraint_name;
}

static const char *
error_step(const Caught *caught)
{
	return caught->step;
}

const ErrorField error_fields[] = {
	{"sqlstate", error_sqlstate, "its SQLSTATE"},
	{"message", error_message, "its message"},
	{"detail", error_detail, "its DETAIL"},
	{"hint", error_hint, "its HINT"},
	{"constraint", error_constraint, "the constraint that was violated"},
	{"step", error_step, "path of the step that failed"}
};

const int	nerror_fields = lengthof(error_fields);

Jsonb *
error_jsonb(const Caught *caught)
{
	JsonbBuilder *builder = jsonb_builder_make();

	jsonb_push_object(builder);
	for (int i = 0; i < nerror_fields; i++)
		jsonb_push_text(builder, error_fields[i].name, error_fields[i].value(caught));
	jsonb_push_object_end(builder);
	return jsonb_builder_finish(builder);
}

/* SQL: what is told of an error. */
Datum
custom_action_error_fields(PG_FUNCTION_ARGS)
{
	listing_start(fcinfo);
	for (int i = 0; i < nerror_fields; i++)
		listing_put(fcinfo, error_fields[i].name, error_fields[i].words);
	return (Datum) 0;
}
