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

/* Appends "name": value of a column that has one. */
static void
append_member(StringInfo line, const OwnRow *row, int column)
{
	const OwnColumn *of = &row->table->columns[column];
	char	   *text = log_row_text(row, column);

	if (text == NULL)
		return;
	appendStringInfo(line, "%s\"%s\": ", line->len > 1 ? ", " : "", of->name);
	if (is_json_text(of->type))
		appendStringInfoString(line, text);
	else
		escape_json(line, text);
}

void
server_log_write(const OwnRow *row)
{
	StringInfoData line;

	initStringInfo(&line);
	appendStringInfoChar(&line, '{');
	for (int i = 0; i < row->table->ncolumns; i++)
		append_member(&line, row, i);
	appendStringInfoChar(&line, '}');
	ereport(LOG_SERVER_ONLY,
			(errmsg_internal("custom_actions: %s", line.data),
			 errhidestmt(true), errhidecontext(true)));
}
