/*
 * log_write.c
 *		Writes rows of the record: in the current transaction, or past its
 *		rollback.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "record/log_row.h"
#include "record/log_write.h"
#include "record/pack.h"
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
log_write(const List *rows)
{
	int			count = list_length(rows);
	OwnRow	   *batch = palloc(sizeof(OwnRow) * count);
	int			start = 0;

	for (int i = 0; i < count; i++)
	{
		batch[i] = *(OwnRow *) list_nth(rows, i);
		/* those of one table go together */
		if (i + 1 < count && ((OwnRow *) list_nth(rows, i + 1))->table == batch[i].table)
			continue;
		if (!own_rows_insert(&batch[start], i + 1 - start))
			warn_not_ours(batch[i].table);
		start = i + 1;
	}
}

void
log_write_past_rollback(char *bundle, Size size, bool shown)
{
	if (ring_is_there())
		ring_put(bundle, size);
	else if (shown)
		server_log_write(bundle_rows(bundle, size));
}
