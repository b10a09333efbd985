/*
 * expect.c
 *		"expect" of update and delete: how many rows it has to be.
 *
 * The step has written them when they are counted; the error undoes that.
 */
#include "postgres.h"

#include "base/sqlstate.h"
#include "catalog/pg_type.h"
#include "definition/value_text.h"
#include "program/failure.h"
#include "run/evaluate.h"
#include "run/frame.h"
#include "steps/expect.h"

/* How a number of rows is compared with the one that was expected. */
typedef enum ExpectLimit
{
	EXPECT_LEAST,
	EXPECT_MOST,
	EXPECT_LIMITS
} ExpectLimit;

static const char *const limit_keys[EXPECT_LIMITS] = {"at_least", "at_most"};
static const char *const limit_words[EXPECT_LIMITS] = {"at least", "at most"};

struct Expect
{
	const char *table;
	Expression *exactly;		/* or NULL, and then ... */
	Expression *limits[EXPECT_LIMITS];	/* ... these, of which one may be NULL */
};

/* The place of a key among those of limits, or -1. */
static int
limit_of_key(const char *key)
{
	for (int i = 0; i < EXPECT_LIMITS; i++)
		if (strcmp(limit_keys[i], key) == 0)
			return i;
	return -1;
}

/* Reads a number of rows. */
static Expression *
number_compile(Compiler *compiler, const Json *json, const char *location)
{
	return compiler_expression(compiler, compiler_value(compiler, json, INT8OID, -1, location));
}

/* Complains about what can be no number of rows. */
static void
report_unclear(Compiler *compiler, const char *location, const char *message)
{
	compiler_problem(compiler, ERRCODE_INVALID_PARAMETER_VALUE, location, message, NULL,
					 "Write a number, a formula, or an object with \"at_most\" or \"at_least\".");
}

/* Reads the limits of an object; false after a problem. */
static bool
limits_compile(Compiler *compiler, Expect *expect, const Json *json)
{
	char	   *location = compiler_location(compiler, "expect");

	if (json->count == 0)
	{
		report_unclear(compiler, location, "\"expect\" says no number of rows");
		return false;
	}
	for (int i = 0; i < json->count; i++)
	{
		char	   *place = psprintf("%s.%s", location, json->keys[i]);
		int			limit = limit_of_key(json->keys[i]);

		if (limit < 0)
		{
			report_unclear(compiler, place, psprintf("unknown key \"%s\" of \"expect\"", json->keys[i]));
			return false;
		}
		expect->limits[limit] = number_compile(compiler, json->items[i], place);
	}
	return true;
}

Expect *
expect_compile(Compiler *compiler, const Address *address)
{
	const Json *json = step_argument(compiler->step, "expect");
	Expect	   *expect;

	if (json == NULL)
		return NULL;
	if (failures_wanted(compiler->program))
		failure_note(compiler->program, compiler->step->path, ERRCODE_CA_BUDGET,
					 psprintf("another number of rows of %s than is expected", address->table_name),
					 psprintf("unless it is as \"expect\" says: %s", json_text(json)));
	expect = palloc0(sizeof(Expect));
	expect->table = address->table_name;
	switch (json->kind)
	{
		case JSON_IS_NUMBER:
		case JSON_IS_STRING:
			expect->exactly = number_compile(compiler, json, compiler_location(compiler, "expect"));
			return expect;
		case JSON_IS_OBJECT:
			return limits_compile(compiler, expect, json) ? expect : NULL;
		default:
			report_unclear(compiler, compiler_location(compiler, "expect"),
						   psprintf("%s is no number of rows", json_text(json)));
			return NULL;
	}
}

/* Raises that it were more rows, or fewer. */
pg_noreturn static void
refuse_rows(Frame *frame, const Expect *expect, CmdType command, uint64 rows, const char *wanted)
{
	ereport(ERROR,
			(errcode(ERRCODE_CA_BUDGET),
			 errmsg("the step would %s " UINT64_FORMAT " %s of %s, but %s expected",
					command == CMD_DELETE ? "delete" : "change", rows, rows == 1 ? "row" : "rows",
					expect->table, wanted),
			 frame_errdetail(frame),
			 errhint("Nothing of it is kept. Make \"where\" more exact, or change \"expect\" of the step.")));
}

/* The number that was expected; one that is NULL is not met by any. */
static bool
expected_number(Frame *frame, Expression *expression, int64 *number)
{
	bool		isnull;

	*number = DatumGetInt64(expression_evaluate(frame, expression, &isnull));
	return !isnull;
}

/* "3 are", or of a number that is not known */
static char *
number_words(bool known, int64 number)
{
	return known ? psprintf(INT64_FORMAT " %s", number, number == 1 ? "is" : "are") :
		pstrdup("an empty number is");
}

void
expect_require(Frame *frame, const Expect *expect, CmdType command, uint64 rows)
{
	int64		number;
	bool		known;

	if (expect->exactly != NULL)
	{
		known = expected_number(frame, expect->exactly, &number);
		if (!known || (int64) rows != number)
			refuse_rows(frame, expect, command, rows, number_words(known, number));
	}
	for (int i = 0; i < EXPECT_LIMITS; i++)
	{
		if (expect->limits[i] == NULL)
			continue;
		known = expected_number(frame, expect->limits[i], &number);
		if (!known || (i == EXPECT_MOST ? (int64) rows > number : (int64) rows < number))
			refuse_rows(frame, expect, command, rows,
						psprintf("%s %s", limit_words[i], number_words(known, number)));
	}
}

/* "rows", or "row" where that many are a single one */
static const char *
rows_word(const Json *number)
{
	return number->kind == JSON_IS_NUMBER && strcmp(number->text, "1") == 0 ? "row" : "rows";
}

void
expect_describe(Outline *outline, const Step *step)
{
	const Json *json = step_argument(step, "expect");

	if (json == NULL)
		return;
	if (json->kind != JSON_IS_OBJECT)
		outline_add(outline, "expect", "expecting %s %s", value_text(json), rows_word(json));
	for (int i = 0; json->kind == JSON_IS_OBJECT && i < json->count; i++)
	{
		int			limit = limit_of_key(json->keys[i]);

		outline_add(outline, psprintf("expect.%s", json->keys[i]), "expecting %s %s %s",
					limit < 0 ? json->keys[i] : limit_words[limit], value_text(json->items[i]), rows_word(json->items[i]));
	}
}
