/*
 * target_count.c
 *		Counts the rows that have the target's key: without a lock, and without the load.
 */
#include "postgres.h"

#include "lookup/canonical.h"
#include "lookup/key.h"
#include "program/names.h"
#include "steps/target_count.h"
#include "utils/builtins.h"

SPIPlanPtr
target_prepare_by_key(const Program *program)
{
	List	   *key = key_of_table(program->target->relation, program->definition->key, true);
	Oid			types[CA_MAX_ARGUMENTS];
	StringInfoData text;
	SPIPlanPtr	plan;

	initStringInfo(&text);
	appendStringInfo(&text, "SELECT FROM %s AS this WHERE ", relation_name_sql(program->target->relation));
	for (int i = 0; i < list_length(key); i++)
	{
		const KeyColumn *column = list_nth(key, i);

		types[i] = program->slots[row_column_find(program->target, column->name)->slot].type;
		appendStringInfo(&text, "%sthis.%s %s $%d", i > 0 ? " AND " : "",
						 quote_identifier(column->name), column->equals, i + 1);
	}
	plan = SPI_prepare(text.data, list_length(key), types);
	if (plan == NULL)
		elog(ERROR, "could not prepare a statement of action \"%s\": %s", program->action,
			 SPI_result_code_string(SPI_result));
	return plan;
}

uint64
target_count_by_plan(const Frame *frame, SPIPlanPtr plan)
{
	const Program *program = frame->program;
	List	   *key = key_of_table(program->target->relation, program->definition->key, true);
	Datum		values[CA_MAX_ARGUMENTS];
	char		nulls[CA_MAX_ARGUMENTS];

	for (int i = 0; i < list_length(key); i++)
	{
		int			slot = row_column_find(program->target, ((KeyColumn *) list_nth(key, i))->name)->slot;

		values[i] = frame_value(frame, slot);
		nulls[i] = frame_isnull(frame, slot) ? 'n' : ' ';
	}
	if (SPI_execute_plan(plan, values, nulls, true, 2) != SPI_OK_SELECT)
		elog(ERROR, "could not look for the target of action \"%s\"", program->action);
	return SPI_processed;
}

uint64
target_count(const Frame *frame)
{
	SPIPlanPtr	plan = target_prepare_by_key(frame->program);
	uint64		rows = target_count_by_plan(frame, plan);

	SPI_freeplan(plan);
	return rows;
}
