/*
 * log_write.c
 *		Writes rows of the record: in the current transaction, or past its
 *		rollback.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "record/bundle.h"
#include "record/log_row.h"
#include "record/log_write.h"
#include "record/ring.h"
#include "record/server_log.h"

bool
log_may_be_written(void)
{
	return !XactReadOnly && !RecoveryInProgress() && !IsInParallelMode();
}

/* Says, once, that rows find no table. */
static void
warn_not_ours(const OwnTable *table)
{
	static bool warned = false;

	if (warned)
		return;
	warned = true;
	ereport(WARNING,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("%s are not recorded: table custom_actions.%s is not as this version of the extension has it",
					table == &log_table ? "invocations" : "steps", table->name),
			 errhint("Run ALTER EXTENSION custom_actions UPDATE, or give the table the columns of the extension's own.")));
}

void
log_write_row(const OwnRow *row)
{
	if (!own_row_insert(row))
		warn_not_ours(row->table);
}

void
log_write(const List *rows)
{
	ListCell   *cell;

	foreach(cell, rows)
		log_write_row(lfirst(cell));
}

void
log_write_past_rollback(char *bundle, Size size, bool shown)
{
	if (ring_is_there())
		ring_put(bundle, size);
	else if (shown)
		server_log_write(bundle_rows(bundle, size));
}
