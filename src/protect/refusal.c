/*
 * refusal.c
 *		What is said to who writes a protected table outside of actions: what he
 *		wrote, and which actions may.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/sqlstate.h"
#include "base/text_list.h"
#include "lookup/canonical.h"
#include "lookup/protection_actions.h"
#include "protect/outside.h"
#include "protect/refusal.h"
#include "protect/writers.h"
#include "run/frame.h"
#include "utils/builtins.h"
#include "utils/rel.h"

/* What a message is made of */
typedef struct Refusal
{
	const char *what;			/* "column "status" of table "desk.case"" */
	const char *done;			/* what was to be done, a sentence */
	List	   *actions;		/* OIDs of those that may; NIL: any */
	List	   *writers;		/* names of those that do it */
	bool		invocable;		/* the current user may invoke these */
	const char *table;			/* its name as people write it */
} Refusal;

/* Names in double quotes: "a", "b", "c". */
static char *
quoted_names(const List *names)
{
	StringInfoData out;
	ListCell   *cell;

	initStringInfo(&out);
	foreach(cell, names)
		append_element(&out, out.len == 0, psprintf("\"%s\"", (char *) lfirst(cell)));
	return out.data;
}

/* The names of columns by their numbers; 0 is one that nobody finds. */
static List *
changed_names(Relation table, const Bitmapset *columns)
{
	List	   *names = NIL;
	int			column = -1;

	while ((column = bms_next_member(columns, column)) >= 0)
		if (column > 0)
			names = lappend(names, pstrdup(NameStr(TupleDescAttr(RelationGetDescr(table), column - 1)->attname)));
	return names;
}

/* The hint: whom to call, or to ask. Of a list of those that may, it is not known what they do. */
static char *
refusal_hint(const Refusal *refusal)
{
	bool		one = list_length(refusal->writers) == 1;
	const char *who = psprintf("%s %s %s", one ? "Action" : "Actions", quoted_names(refusal->writers),
							   refusal->actions != NIL ? "may" : one ? "does that" : "do that");

	if (refusal->writers == NIL)
		return psprintf("No active action does that. Its owner can lift this: SELECT unprotect_table(%s)",
						quote_literal_cstr(refusal->table));
	if (!refusal->invocable)
		return psprintf("%s; ask for EXECUTE on %s: SELECT grant_action(%s, %s)",
						who, one ? "it" : "one of them", quote_literal_cstr(linitial(refusal->writers)),
						quote_literal_cstr(quote_identifier(GetUserNameFromId(GetUserId(), false))));
	return psprintf("%s: SELECT invoke_action(%s, '{...}')", who, quote_literal_cstr(linitial(refusal->writers)));
}

/* The detail: what was done, and by whom if that was an action. */
static char *
refusal_detail(const Refusal *refusal)
{
	const char *action = action_running();

	if (action != NULL)
		return psprintf("%s It was done by \"%s\", which is none of those that may.", refusal->done, action);
	if (innermost_frame != NULL)
		return psprintf("%s A DO block is no action.", refusal->done);
	return psprintf("%s It was done outside of actions.", refusal->done);
}

/* Says it. */
pg_noreturn static void
refuse(const Refusal *refusal)
{
	char	   *detail = refusal_detail(refusal);
	char	   *hint = refusal_hint(refusal);

	if (refusal->actions == NIL)
		ereport(ERROR,
				(errcode(ERRCODE_CA_ONLY_ACTIONS),
				 errmsg("%s can be written by actions only", refusal->what),
				 errdetail_internal("%s", detail),
				 errhint("%s", hint)));
	ereport(ERROR,
			(errcode(ERRCODE_CA_ONLY_ACTIONS),
			 errmsg("%s can be written by %s only", refusal->what,
					list_length(refusal->actions) == 1 ? "one action" : "some actions"),
			 errdetail_internal("%s", detail),
			 errhint("%s", hint)));
}

/* The table that is protected, and the partition of it that is written. */
static List *
tables_written(Oid table, Oid written)
{
	return table == written ? list_make1_oid(table) : list_make2_oid(table, written);
}

/* Finds who may, and who does it. */
static void
find_writers(Refusal *refusal, const Trigger *trigger, const List *tables, const Writing *writing)
{
	refusal->actions = protection_actions(trigger);
	refusal->writers = refusal->actions != NIL ?
		writers_among(refusal->actions, &refusal->invocable) :
		writers_of(tables, writing, &refusal->invocable);
}

/* The command that fired a trigger; a row that moves to another partition is inserted there. */
static CmdType
command_of_event(const TriggerData *data)
{
	if (TRIGGER_FIRED_BY_INSERT(data->tg_event))
		return CMD_INSERT;
	return TRIGGER_FIRED_BY_DELETE(data->tg_event) ? CMD_DELETE : CMD_UPDATE;
}

/* What was to be done, in words. */
static char *
done_in_words(const TriggerData *data, const List *changed)
{
	if (TRIGGER_FIRED_BY_DELETE(data->tg_event))
		return "A row would be deleted.";
	if (changed != NIL)
		return psprintf("%s %s would be changed.", list_length(changed) == 1 ? "Column" : "Columns",
						quoted_names(changed));
	return TRIGGER_FIRED_BY_INSERT(data->tg_event) ? "A row would be added." :
		"It is not known which columns are protected: protect_table() has to be called again.";
}

void
refuse_write(const TriggerData *data, const Protection *protection, const Bitmapset *changed)
{
	List	   *columns = changed_names(data->tg_relation, changed);
	Writing		writing = {.command = columns != NIL ? CMD_UPDATE : command_of_event(data), .columns = columns};
	Refusal		refusal = {.table = relation_name_shown(protection->table)};

	refusal.what = protection->ncolumns == 0 || columns == NIL ?
		psprintf("table \"%s\"", refusal.table) :
		psprintf("%s %s of table \"%s\"", list_length(columns) == 1 ? "column" : "columns",
				 quoted_names(columns), refusal.table);
	refusal.done = done_in_words(data, columns);
	find_writers(&refusal, data->tg_trigger, tables_written(protection->table, RelationGetRelid(data->tg_relation)), &writing);
	refuse(&refusal);
}

void
refuse_truncate(const TriggerData *data, const Trigger *row_trigger)
{
	Protection *protection = protection_read(data->tg_relation, row_trigger);
	Refusal		refusal = {.table = relation_name_shown(protection->table)};
	Writing		writing = {.command = CMD_DELETE};

	refusal.what = psprintf("table \"%s\"", refusal.table);
	refusal.done = "All rows would be removed.";
	find_writers(&refusal, row_trigger, tables_written(protection->table, RelationGetRelid(data->tg_relation)), &writing);
	refuse(&refusal);
}
