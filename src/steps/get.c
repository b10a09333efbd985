/*
 * get.c
 *		get: reads one row.
 */
#include "postgres.h"

#include "compile/compiler.h"
#include "compile/row_source.h"
#include "document/outline.h"
#include "lookup/canonical.h"
#include "program/failure.h"
#include "program/row_lock.h"
#include "run/frame.h"
#include "run/item_statement.h"
#include "run/statement_run.h"
#include "steps/address.h"
#include "steps/many.h"
#include "steps/row_key.h"
#include "steps/step_words.h"
#include "steps/steps.h"
#include "utils/lsyscache.h"

static const ArgumentSpec get_arguments[] = {
	{"id", ARGUMENT_VALUE, .means = MEANS_COLUMNS,
	.meaning = "which row: a value of its key, or an object of columns that are a key"},
	{"where", ARGUMENT_CONDITION,
	.meaning = "the row that satisfies it"},
	{"order_by", ARGUMENT_ORDER,
	.meaning = "which of several rows: the first in this order"},
	{"required", ARGUMENT_BOOLEAN,
	.meaning = "false: it is no error if there is no such row"},
	{"lock", ARGUMENT_CHOICE, false, "wait nowait skip",
	.meaning = "locks the row; what if others hold it"},
	{NULL}
};

#define ALL_LOCKED_HINT \
	"It does not exist, it is not visible to you, or others hold all such rows: the step skips those."

typedef struct Get
{
	Address    *address;
	Statement  *statement;
	bool		ordered;		/* else a second row is an error */
	bool		locks;
	bool		skips_locked;	/* a row that others hold is as if it were not there */
} Get;

/* Appends the locking clause. */
static void
append_lock(Compiler *compiler, Statement *statement)
{
	const char *lock = json_get_text(compiler->step->json, "lock");

	if (lock == NULL)
		return;
	if (compiler->program->read_only)
		compiler_problem(compiler, ERRCODE_READ_ONLY_SQL_TRANSACTION, compiler_location(compiler, "lock"),
						 "a read-only action cannot lock rows", NULL, "Remove \"lock\" or \"read_only\".");
	appendStringInfo(&statement->tail, "%s%s", row_lock_clause(LockTupleExclusive),
					 strcmp(lock, "nowait") == 0 ? " NOWAIT" :
					 strcmp(lock, "skip") == 0 ? " SKIP LOCKED" : "");
}

/* Notes what the step raises. */
static void
note_get_failures(Compiler *compiler, const Get *get, const char *lock)
{
	const char *path = compiler->step->path;

	address_note_failures(compiler, get->address);
	if (get->address->key == NIL && !get->ordered)
		failure_note(compiler->program, path, ERRCODE_TOO_MANY_ROWS,
					 psprintf("several rows of %s satisfy the condition", get->address->table_name),
					 "more than one row does");
	if (lock != NULL && strcmp(lock, "nowait") == 0)
		failure_note(compiler->program, path, ERRCODE_LOCK_NOT_AVAILABLE,
					 psprintf("could not obtain lock on row in relation \"%s\"", get_rel_name(get->address->relation)),
					 "another transaction holds it");
}

static void
get_compile(Compiler *compiler, Instruction *instruction)
{
	Get		   *get = palloc0(sizeof(Get));
	const char *lock = json_get_text(compiler->step->json, "lock");
	Statement  *statement;

	get->address = address_compile(compiler, true);
	if (get->address == NULL)
		return;
	statement = compiler_statement(compiler, get->address->relation);
	statement->select = true;
	appendStringInfoString(&statement->head, "SELECT");
	appendStringInfo(&statement->tail, " FROM %s AS this", relation_name_sql(get->address->relation));
	statement->items_at = statement->tail.len;
	appendStringInfoString(&statement->tail, " WHERE ");
	address_condition(statement, &statement->tail, get->address);
	get->ordered = row_source_append_order(compiler, statement);
	if (get->address->key == NIL)
		appendStringInfoString(&statement->tail, get->ordered ? " LIMIT 1" : " LIMIT 2");
	append_lock(compiler, statement);
	get->locks = lock != NULL;
	get->skips_locked = lock != NULL && strcmp(lock, "skip") == 0;
	compiler_analyse(compiler, statement);
	if (get->address->row != NULL && get->address->row == compiler->program->target)
		compiler->target_read = true;
	address_prove_target(compiler, get->address);
	address_results(compiler, statement, get->address);
	get->statement = statement;
	note_get_failures(compiler, get, lock);
	instruction->data = get;
}

static void
get_execute(Frame *frame, Instruction *instruction)
{
	Get		   *get = instruction->data;
	uint64		rows = statement_execute(frame, get->statement);

	if (rows == 0 && get->address->required)
		address_missing(frame, get->address, get->skips_locked ? ALL_LOCKED_HINT : NULL);
	if (rows <= 1 || get->ordered)
		return;
	if (get->address->key != NIL)
		row_not_alone(frame, get->address->relation);
	ereport(ERROR,
			(errcode(ERRCODE_TOO_MANY_ROWS),
			 errmsg("several rows of %s satisfy the condition", get->address->table_name),
			 frame_errdetail(frame),
			 errhint("Make \"where\" more exact, or say which one with \"order_by\".")));
}

static bool
get_fits_many(ManyShape *shape, const Instruction *instruction)
{
	const Get  *get = instruction->data;

	if (get == NULL || get->address->key == NIL || get->ordered || get->locks)
		return many_refuse(shape, "only a get by a key, without a lock, runs for many items at once");
	return many_use(shape, get->statement, CMD_SELECT, get->address);
}

static void
get_execute_many(ItemSet *set, Instruction *instruction)
{
	const Get  *get = instruction->data;

	item_statement_execute(set, get->statement, false, false);
	for (int i = 0; i < set->nactive; i++)
	{
		const SetItem *item = &set->items[set->active[i]];

		if (item->rows > 1)
			item_set_give_up(set, "a key is that of several rows");
		if (item->rows == 0 && get->address->required)
			item_leave_out(set, set->active[i], "a row is missing");
	}
}

/* What a step does about rows that others hold. */
static const char *
lock_words(const char *lock)
{
	if (lock == NULL)
		return "";
	if (strcmp(lock, "nowait") == 0)
		return ", and hold it (or fail)";
	if (strcmp(lock, "skip") == 0)
		return ", and hold it (or pass over it)";
	return ", and hold it (or wait)";
}

static void
get_describe(Outline *outline, const Step *step)
{
	const Json *order = step_argument(step, "order_by");

	outline_say(outline, "FIND ");
	step_say_subject(outline, step);
	step_say_rows(outline, step);
	if (order != NULL)
		outline_say(outline, ", the first by %s", step_order_text(order));
	step_say_optional(outline, step);
	outline_say(outline, "%s", lock_words(json_get_text(step->json, "lock")));
}

const StepKind get_kind = {
	.name = "get",
	.meaning = "reads a row",
	.example = "{\"get\": \"support.customer\", \"as\": \"customer\", \"id\": \"=target.customer_id\"}",
	.subject = SUBJECT_NAME,
	.arguments = get_arguments,
	.named = true,
	.compile = get_compile,
	.execute = get_execute,
	.fits_many = get_fits_many,
	.execute_many = get_execute_many,
	.describe = get_describe
};
