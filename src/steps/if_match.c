/*
 * if_match.c
 *		Compares the target with the version that a call is meant for.
 *
 * The row is locked first, as the steps would lock it; where none of them writes it,
 * too, if its user may, so that it stays what the caller has read until the action is
 * done. Whoever waits for the lock sees the row as the other has left it.
 *
 * The statement for it is none of the program's: few calls ask, and it would ask all for
 * SELECT on every column. It is prepared by the first that does, and kept.
 */
#include "postgres.h"

#include "access/relation.h"
#include "access/xact.h"
#include "base/sqlstate.h"
#include "catalog/pg_class.h"
#include "lookup/canonical.h"
#include "lookup/denied.h"
#include "lookup/key.h"
#include "miscadmin.h"
#include "program/names.h"
#include "program/row_lock.h"
#include "program/statement_text.h"
#include "run/deferred.h"
#include "run/etag.h"
#include "steps/if_match.h"
#include "steps/row_key.h"
#include "steps/target.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

/* How the version of a program's target is read; kept in its memory, one for each way. */
typedef struct VersionReading
{
	struct VersionReading *next;
	const char *column;			/* NULL: the whole row */
	bool		locks;
	LockTupleMode lock;
	int			nkeys;
	int		   *slots;			/* what holds the key: the parameters */
	SPIPlanPtr	plan;
} VersionReading;

void
require_if_match(const char *version)
{
	if (version != NULL && version[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("if_match must not be empty"),
				 errhint("Pass what action_etag() gave for the row, or NULL.")));
}

void
if_match_take(Frame *frame, const InvokeRequest *request)
{
	if (request != NULL && request->if_match != NULL)
		frame->if_match = MemoryContextStrdup(frame->mcxt, request->if_match);
	else if (deferred_round() == 0)
		frame->if_match = MemoryContextStrdup(frame->mcxt, setting_if_match);
}

/* Raises that there is no row to compare. */
static void
require_target(const Frame *frame)
{
	if (frame->program->target == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s has no target that if_match could be compared with", frame->program->title),
				 frame_errdetail(frame),
				 errhint("Call it without if_match, and without the setting custom_actions.if_match.")));
}

/* Raises that the row is not what the caller has read. What it is now is not said: the caller may not be one to read it. */
pg_noreturn static void
refuse_changed_row(Frame *frame)
{
	ereport(ERROR,
			(errcode(ERRCODE_CA_CHANGED),
			 errmsg("the row %s in %s has changed since it was read", target_shown(frame),
					relation_name_canonical(frame->program->target->relation)),
			 frame_errdetail(frame),
			 errhint("Read it again, and if the action is still wanted, invoke it with the version that it has now: action_etag().")));
}

/* May the current user do this to one of the columns, or to all? */
static bool
may_do(Oid relation, AclMode mode, AclMaskHow how)
{
	Oid			user = GetUserId();

	return pg_class_aclcheck(relation, user, mode) == ACLCHECK_OK ||
		pg_attribute_aclcheck_all(relation, user, mode, how) == ACLCHECK_OK;
}

/* Raises unless the current user may read what makes the version. */
static void
require_may_read(const Frame *frame, Oid relation, const char *column)
{
	const char *table = relation_name_canonical(relation);

	if (column != NULL ? pg_class_aclcheck(relation, GetUserId(), ACL_SELECT) == ACLCHECK_OK ||
		pg_attribute_aclcheck(relation, get_attnum(relation, column), GetUserId(), ACL_SELECT) == ACLCHECK_OK :
		may_do(relation, ACL_SELECT, ACLMASK_ALL))
		return;
	if (column != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to compare if_match with column %s of table %s", quote_identifier(column), table),
				 frame_errdetail(frame),
				 errhint("GRANT SELECT (%s) ON %s TO %s;", quote_identifier(column), relation_name_sql(relation), denied_user())));
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("permission denied to compare if_match with a row of table %s", table),
			 errdetail("%s Its version is made of all columns.", frame_where(frame)),
			 errhint("GRANT SELECT ON %s TO %s; or let the table's owner name a version_column in custom_actions.table_setting.",
					 relation_name_sql(relation), denied_user())));
}

/*
 * Can a row that no step writes be locked nevertheless? Row security would ask the
 * policies for UPDATE, too, and views have rows that cannot be locked.
 */
static bool
can_lock_unwritten(Oid table)
{
	Relation	relation = relation_open(table, AccessShareLock);
	bool		can = (relation->rd_rel->relkind == RELKIND_RELATION ||
					   relation->rd_rel->relkind == RELKIND_PARTITIONED_TABLE) &&
		!relation->rd_rel->relrowsecurity;

	relation_close(relation, NoLock);
	return can && may_do(table, ACL_UPDATE, ACLMASK_ANY);
}

/* How the row is to be read and locked. */
static VersionReading
reading_for_match(const Frame *frame, const char *column)
{
	const Program *program = frame->program;
	VersionReading wanted = {.column = column, .locks = program->target_locked};

	wanted.lock = wanted.locks ? program->target_lock : row_lock_of_write(false);
	if (!wanted.locks)
		wanted.locks = !frame->read_only && !XactReadOnly && can_lock_unwritten(program->target->relation);
	return wanted;
}

/* The statement: the columns of the key are $1, $2, ... */
static char *
reading_text(Program *program, VersionReading *reading, Oid *types)
{
	Scope		scope = {.program = program};
	Statement	whose = {.scope = &scope, .purpose = "if_match"};
	Oid			relation = program->target->relation;
	List	   *key = key_of_table(relation, program->definition->key, true);
	const char *table = relation_name_sql(relation);
	StringInfoData text;

	initStringInfo(&text);
	if (reading->column != NULL)
		appendStringInfo(&text, "SELECT this.%s", quote_identifier(reading->column));
	else
		appendStringInfo(&text, "SELECT (this.*)::%s", table);
	appendStringInfo(&text, " FROM %s AS this WHERE ", table);
	for (int i = 0; i < list_length(key); i++)
	{
		const KeyColumn *column = list_nth(key, i);

		reading->slots[i] = row_column_find(program->target, column->name)->slot;
		types[i] = program->slots[reading->slots[i]].type;
		appendStringInfo(&text, "%sthis.%s %s $%d", i > 0 ? " AND " : "", quote_identifier(column->name),
						 column->equals, i + 1);
	}
	reading->nkeys = list_length(key);
	if (reading->locks)
		appendStringInfoString(&text, row_lock_clause(reading->lock));
	statement_text_comment(&text, &whose);
	return text.data;
}

/* Prepares to read the version in one way. */
static VersionReading *
prepare_reading(Program *program, const VersionReading *wanted)
{
	MemoryContext old = MemoryContextSwitchTo(program->mcxt);
	VersionReading *reading = palloc(sizeof(VersionReading));
	Oid			types[INDEX_MAX_KEYS];
	char	   *text;

	*reading = *wanted;
	reading->column = wanted->column != NULL ? pstrdup(wanted->column) : NULL;
	reading->slots = palloc(sizeof(int) * INDEX_MAX_KEYS);
	MemoryContextSwitchTo(old);
	text = reading_text(program, reading, types);
	reading->plan = SPI_prepare(text, reading->nkeys, types);
	if (reading->plan == NULL)
		elog(ERROR, "could not prepare to read the target of action \"%s\": %s", program->action,
			 SPI_result_code_string(SPI_result));
	SPI_keepplan(reading->plan);
	reading->next = program->version_reading;
	program->version_reading = reading;
	return reading;
}

/* What reads the version in one way, as it was prepared before or is now. */
static VersionReading *
reading_for(Program *program, const VersionReading *wanted)
{
	VersionReading *reading = program->version_reading;

	for (; reading != NULL; reading = reading->next)
		if (reading->locks == wanted->locks && reading->lock == wanted->lock &&
			(wanted->column == NULL ? reading->column == NULL :
			 reading->column != NULL && strcmp(reading->column, wanted->column) == 0))
			return reading;
	return prepare_reading(program, wanted);
}

/* The version in the row that was read. */
static char *
version_read(const VersionReading *reading)
{
	TupleDesc	descriptor = SPI_tuptable->tupdesc;
	bool		isnull;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[0], descriptor, 1, &isnull);

	if (reading->column != NULL)
		return etag_of_value(value, isnull, TupleDescAttr(descriptor, 0)->atttypid);
	return etag_of_row(DatumGetHeapTupleHeader(value));
}

/* Locks and reads the row; returns its version. */
static char *
read_version(Frame *frame, const VersionReading *reading)
{
	Datum		values[INDEX_MAX_KEYS];
	char		nulls[INDEX_MAX_KEYS] = {0};
	char	   *version;

	for (int i = 0; i < reading->nkeys; i++)
	{
		values[i] = frame_value(frame, reading->slots[i]);
		nulls[i] = frame_isnull(frame, reading->slots[i]) ? 'n' : ' ';
	}
	if (SPI_execute_plan(reading->plan, values, nulls, frame->read_only, 2) != SPI_OK_SELECT)
		elog(ERROR, "could not read the target of action \"%s\"", frame->program->action);
	if (SPI_processed == 0)
		target_missing(frame, NULL);
	if (SPI_processed > 1)
		row_not_alone(frame, frame->program->target->relation);
	version = version_read(reading);
	SPI_freetuptable(SPI_tuptable);
	return version;
}

void
if_match_require(Frame *frame)
{
	MemoryContext old;
	Oid			relation;
	VersionReading wanted;

	require_target(frame);
	relation = frame->program->target->relation;
	ResetExprContext(frame->econtext);
	old = MemoryContextSwitchTo(frame->econtext->ecxt_per_tuple_memory);
	wanted = reading_for_match(frame, etag_column(relation));
	require_may_read(frame, relation, wanted.column);
	if (strcmp(read_version(frame, reading_for(frame->program, &wanted)), frame->if_match) != 0)
		refuse_changed_row(frame);
	MemoryContextSwitchTo(old);
}

void
if_match_forget_plans(Program *program)
{
	for (VersionReading *reading = program->version_reading; reading != NULL; reading = reading->next)
		SPI_freeplan(reading->plan);
	program->version_reading = NULL;
}
