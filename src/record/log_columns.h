/*
 * log_columns.h
 *		The columns of the tables of the record, one row each: what stores rows,
 *		packs them and shows them in the server's log reads these.
 *
 * The same columns, in the same order, are in sql/25_record.sql. log_row.c has
 * the tables.
 */
#ifndef CA_LOG_COLUMNS_H
#define CA_LOG_COLUMNS_H

/* custom_actions.log: an invocation */
#define LOG_COLUMN_ROWS(row) \
	row(ID, id, UUIDOID) \
	row(PARENT, parent, UUIDOID) \
	row(CORRELATION, correlation, UUIDOID) \
	row(ACTION, action, TEXTOID) \
	row(VERSION, version, INT4OID) \
	row(STATUS, status, TEXTOID) \
	row(STARTED_AT, started_at, TIMESTAMPTZOID) \
	row(DURATION, duration, INTERVALOID) \
	row(DEPTH, depth, INT4OID) \
	row(CALLER, caller, TEXTOID) \
	row(INVOKER, invoker, TEXTOID) \
	row(SESSION_USER, session_user, TEXTOID) \
	row(ACTOR, actor, TEXTOID) \
	row(CLIENT, client, JSONBOID) \
	row(TRACEPARENT, traceparent, TEXTOID) \
	row(TARGET, target, JSONBOID) \
	row(TOUCHED, touched, JSONBOID) \
	row(SUMMARY, summary, TEXTOID) \
	row(TAG, tag, TEXTOID) \
	row(ROWS_WRITTEN, rows_written, INT8OID) \
	row(STEP, step, TEXTOID) \
	row(SQLSTATE, sqlstate, TEXTOID) \
	row(MESSAGE, message, TEXTOID) \
	row(DETAIL, detail, TEXTOID) \
	row(HINT, hint, TEXTOID) \
	row(INPUT, input, JSONBOID) \
	row(OUTPUT, output, JSONBOID) \
	row(FUNCTION_ID, function_id, OIDOID) \
	row(INVOKER_ID, invoker_id, OIDOID) \
	row(TOUCHED_ROWS, touched_rows, INT8ARRAYOID)

/* custom_actions.log_step: what level trace tells of an invocation */
#define LOG_STEP_COLUMN_ROWS(row) \
	row(INVOCATION, invocation, UUIDOID) \
	row(NUMBER, number, INT8OID) \
	row(STEP, step, TEXTOID) \
	row(ITERATION, iteration, INT8OID) \
	row(KIND, kind, TEXTOID) \
	row(OUTCOME, outcome, TEXTOID) \
	row(ROWS_WRITTEN, rows_written, INT8OID) \
	row(STARTED_AT, started_at, TIMESTAMPTZOID) \
	row(DURATION, duration, INTERVALOID) \
	row(SQLSTATE, sqlstate, TEXTOID) \
	row(MESSAGE, message, TEXTOID) \
	row(DETAILS, details, JSONBOID)

#define LOG_SYMBOL(symbol, name, type) LOG_##symbol,
enum
{
	LOG_COLUMN_ROWS(LOG_SYMBOL)
	LOG_COLUMNS					/* how many there are */
};

#define LOG_STEP_SYMBOL(symbol, name, type) LOG_STEP_##symbol,
enum
{
	LOG_STEP_COLUMN_ROWS(LOG_STEP_SYMBOL)
	LOG_STEP_COLUMNS
};

#endif
