/*
 * server_log.c
 *		Failures in the server's log: one line each, which machines read.
 *
 * Written text by text, not as a jsonb, which would sort the members.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "record/log_row.h"
#include "record/server_log.h"
#include "utils/json.h"

/* Are a type's texts JSON as they are? */
static bool
is_json_text(Oid type)
{
	return type == JSONBOID || type == INT4OID || type == INT8OID || type == OIDOID;
}

/* Appends "name": value for each column that has one; each but the first after a comma. */
static void
append_members(StringInfo line, const OwnRow *row)
{
	const char *comma = "";

	for (int i = 0; i < row->table->ncolumns; i++)
	{
		const OwnColumn *column = &row->table->columns[i];
		char	   *text = log_row_text(row, i);

		if (text == NULL)
			continue;
		appendStringInfo(line, "%s\"%s\": ", comma, column->name);
		if (is_json_text(column->type))
			appendStringInfoString(line, text);
		else
			escape_json(line, text);
		comma = ", ";
	}
}

/* Appends the steps, whose invocation is known by then. */
static void
append_trace(StringInfo line, const List *rows)
{
	appendStringInfoString(line, ", \"trace\": [");
	for (int i = 1; i < list_length(rows); i++)
	{
		OwnRow	   *row = list_nth(rows, i);

		row->nulls[LOG_STEP_INVOCATION] = true;
		appendStringInfoString(line, i > 1 ? ", {" : "{");
		append_members(line, row);
		appendStringInfoChar(line, '}');
	}
	appendStringInfoChar(line, ']');
}

void
server_log_write(const List *rows)
{
	StringInfoData line;

	initStringInfo(&line);
	appendStringInfoChar(&line, '{');
	append_members(&line, linitial(rows));
	if (list_length(rows) > 1)
		append_trace(&line, rows);
	appendStringInfoChar(&line, '}');
	ereport(LOG_SERVER_ONLY,
			(errmsg_internal("custom_actions: %s", line.data),
			 errhidestmt(true), errhidecontext(true)));
}
