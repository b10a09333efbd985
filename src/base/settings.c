/*
 * settings.c
 *		The settings (GUCs) of the extension, one row each.
 */
#include "postgres.h"

#include <limits.h>

#include "base/actor_sources.h"
#include "base/compat.h"
#include "base/plain_path.h"
#include "base/setting_list.h"
#include "base/settings.h"
#include "miscadmin.h"
#include "utils/guc.h"

typedef struct Setting
{
	const char *name;
	const char *words;
	const char *more_words;		/* or NULL */
	int		   *variable;
	int			initial;
	int			least;			/* of a number */
	int			most;
	const struct config_enum_entry *choices;	/* NULL: it is a number, or a text */
	GucContext	context;		/* PGC_POSTMASTER: of use in a preloaded library alone */
	int			flags;
	GucIntCheckHook check;
	GucIntAssignHook assign;
	char	  **text_variable;	/* of a text; else NULL */
	const char *initial_text;
	GucStringCheckHook check_text;
	GucStringAssignHook assign_text;
} Setting;

/* kB; room for some records of the usual size */
#define LEAST_LOG_RING_SIZE	64

int			setting_max_depth;
int			setting_max_rows;
int			setting_max_statements;
int			setting_action_timeout;
int			setting_call_timeout;
int			setting_ddl_check;
int			setting_follow_renames;
int			setting_collect_statistics;
int			setting_max_statistics;
char	   *setting_actor;
char	   *setting_traceparent;
char	   *setting_tag;
int			setting_log_level;
int			setting_log_payload_limit;
int			setting_trace;
int			setting_touched_limit;
char	   *setting_idempotency_key;
char	   *setting_if_match;
int			setting_log_ring_size;
int			setting_preview_max_table_size;

static char *setting_actor_settings;	/* what it says: actor_sources.h */
static char *plain_path_words;	/* what they say: plain_path.h */
static int	configured_call_timeout;	/* by whom users cannot be */

/* On and off as the settings of PostgreSQL have it; the last ones are taken, too. */
static const struct config_enum_entry ddl_check_choices[] = {
	{"off", DDL_CHECK_OFF, false},
	{"warn", DDL_CHECK_WARN, false},
	{"error", DDL_CHECK_ERROR, false},
	{NULL, 0, false}
};

static const struct config_enum_entry switch_choices[] = {
	{"off", false, false},
	{"on", true, false},
	{"false", false, true},
	{"true", true, true},
	{"no", false, true},
	{"yes", true, true},
	{"0", false, true},
	{"1", true, true},
	{NULL, 0, false}
};

static const struct config_enum_entry log_level_choices[] = {
	{"off", LOG_OFF, false},
	{"failures", LOG_FAILURES, false},
	{"basic", LOG_BASIC, false},
	{"full", LOG_FULL, false},
	{"trace", LOG_TRACE, false},
	{NULL, 0, false}
};

/* Remembers where a value comes from. */
static bool
check_call_timeout(int *newval, void **extra, GucSource source)
{
	GucSource  *where = guc_malloc(LOG, sizeof(GucSource));

	if (where == NULL)
		return false;
	*where = source;
	*extra = where;
	return true;
}

/* Notes what the session's user cannot have set; a setting of a role is his own to alter. */
static void
assign_call_timeout(int newval, void *extra)
{
	if (*(GucSource *) extra <= PGC_S_DATABASE)
		configured_call_timeout = newval;
}

/* Refuses a key that is too long to be one. */
static bool
check_idempotency_key(char **newval, void **extra, GucSource source)
{
	if (strlen(*newval) <= IDEMPOTENCY_KEY_LENGTH)
		return true;
	GUC_check_errdetail("An idempotency key has at most %d bytes.", IDEMPOTENCY_KEY_LENGTH);
	return false;
}

/* A ring in which nothing has room is a mistake. */
static bool
check_log_ring_size(int *newval, void **extra, GucSource source)
{
	if (*newval == 0 || *newval >= LEAST_LOG_RING_SIZE)
		return true;
	GUC_check_errdetail("It is 0, for no ring, or at least %d kB.", LEAST_LOG_RING_SIZE);
	return false;
}

static const Setting settings[] = {
	{
		.name = "custom_actions.max_depth",
		.words = "Levels that actions may nest, counted through everything they call.",
		.variable = &setting_max_depth,
		.initial = 8,
		.least = 1,
		.most = 1000,
		.context = PGC_SUSET
	},
	{
		.name = "custom_actions.max_rows",
		.words = "Rows that the steps of one invocation may write, with those of all it leads to; 0 means any number.",
		.more_words = "More are an error, and nothing of it is kept.",
		.variable = &setting_max_rows,
		.initial = 0,
		.most = INT_MAX,
		.context = PGC_SUSET
	},
	{
		.name = "custom_actions.max_statements",
		.words = "Statements that one invocation may send, with those of all it leads to; 0 means any number.",
		.more_words = "More are an error, and nothing of it is kept.",
		.variable = &setting_max_statements,
		.initial = 0,
		.most = INT_MAX,
		.context = PGC_SUSET
	},
	{
		.name = "custom_actions.action_timeout",
		.words = "Time limit of actions that have none of their own; 0 means none.",
		.variable = &setting_action_timeout,
		.initial = 0,
		.most = INT_MAX,
		.context = PGC_USERSET,
		.flags = GUC_UNIT_MS
	},
	{
		.name = "custom_actions.call_timeout",
		.words = "Time limit of a call step or plug-in that has none of its own; 0 means none.",
		.variable = &setting_call_timeout,
		.initial = 120000,
		.most = INT_MAX,
		.context = PGC_USERSET,
		.flags = GUC_UNIT_MS,
		.check = check_call_timeout,
		.assign = assign_call_timeout
	},
	{
		.name = "custom_actions.ddl_check",
		.words = "What happens when DDL breaks a published action.",
		.more_words = "The command fails, warns, or is not looked at.",
		.variable = &setting_ddl_check,
		.initial = DDL_CHECK_ERROR,
		.choices = ddl_check_choices,
		.context = PGC_USERSET
	},
	{
		.name = "custom_actions.follow_renames",
		.words = "Definitions take on the names that DDL gives to what they use.",
		.more_words = "Off, a command that renames what an active action uses is refused.",
		.variable = &setting_follow_renames,
		.initial = true,
		.choices = switch_choices,
		.context = PGC_USERSET
	},
	{
		.name = "custom_actions.actor_settings",
		.words = "Settings that may say who the person behind a call is.",
		.more_words = "The first one that holds something counts; setting->>member reads a member of its JSON.",
		.text_variable = &setting_actor_settings,
		.initial_text = ACTOR_SOURCES_DEFAULT,
		.context = PGC_SUSET,
		.flags = GUC_LIST_INPUT,
		.check_text = actor_sources_check,
		.assign_text = actor_sources_assign
	},
	{
		.name = "custom_actions.actor",
		.words = "The person on whose behalf actions are called.",
		.more_words = "Recorded and shown to actions; it gives no privileges.",
		.text_variable = &setting_actor,
		.initial_text = "",
		.context = PGC_USERSET
	},
	{
		.name = "custom_actions.traceparent",
		.words = "Where calls stand in a distributed trace, as W3C Trace Context writes it.",
		.more_words = "Recorded; what is not valid is ignored.",
		.text_variable = &setting_traceparent,
		.initial_text = "",
		.context = PGC_USERSET
	},
	{
		.name = "custom_actions.tag",
		.words = "A word of the caller's that is recorded with the actions he calls.",
		.text_variable = &setting_tag,
		.initial_text = "",
		.context = PGC_USERSET
	},
	{
		.name = "custom_actions.log_level",
		.words = "How much the log keeps of invocations whose action does not say.",
		.more_words = "Nothing, failures, also that others succeeded, also inputs and outputs, also each step.",
		.variable = &setting_log_level,
		.initial = LOG_BASIC,
		.choices = log_level_choices,
		.context = PGC_SUSET
	},
	{
		.name = "custom_actions.log_payload_limit",
		.words = "Length at which recorded inputs and outputs are cut.",
		.more_words = "0 records none.",
		.variable = &setting_log_payload_limit,
		.initial = 8 * 1024,
		.most = 1024 * 1024,
		.context = PGC_SUSET,
		.flags = GUC_UNIT_BYTE
	},
	{
		.name = "custom_actions.trace",
		.words = "Shows the lines of invocations at level trace as notices.",
		.more_words = "To those who have the privileges of the action's owner.",
		.variable = &setting_trace,
		.initial = false,
		.choices = switch_choices,
		.context = PGC_USERSET
	},
	{
		.name = "custom_actions.log_touched_limit",
		.words = "Rows that the log names, of each table and way to write it; beyond it counts them.",
		.more_words = "0 counts all, -1 records nothing of what was written.",
		.variable = &setting_touched_limit,
		.initial = 100,
		.least = -1,
		.most = 10000,
		.context = PGC_SUSET
	},
	{
		.name = "custom_actions.idempotency_key",
		.words = "Key of the call that comes next: sent again with it, it is answered and not run again.",
		.more_words = "Set it with SET LOCAL, for one call in a transaction; empty means none.",
		.text_variable = &setting_idempotency_key,
		.initial_text = "",
		.check_text = check_idempotency_key,
		.context = PGC_USERSET
	},
	{
		.name = "custom_actions.if_match",
		.words = "Version of the target as it was read, for the call that comes next.",
		.more_words = "Set it with SET LOCAL, for one call in a transaction; empty means whatever it is.",
		.text_variable = &setting_if_match,
		.initial_text = "",
		.context = PGC_USERSET
	},
	{
		.name = "custom_actions.preview_max_table_size",
		.words = "How much of a table a preview reads to find what triggers and cascades changed.",
		.more_words = "Changes in a table of which more would have to be read are counted.",
		.variable = &setting_preview_max_table_size,
		.initial = 1024 * 1024,
		.most = MAX_KILOBYTES,
		.context = PGC_USERSET,
		.flags = GUC_UNIT_KB
	},
	{
		.name = "custom_actions.collect_statistics",
		.words = "Whether invocations are counted for custom_actions.statistics.",
		.more_words = "Nothing is counted unless the library is preloaded.",
		.variable = &setting_collect_statistics,
		.initial = true,
		.choices = switch_choices,
		.context = PGC_SUSET
	},
	{
		.name = "custom_actions.max_statistics",
		.words = "How many actions, plug-ins and steps custom_actions.statistics has room for.",
		.more_words = "The least used ones give way to others.",
		.variable = &setting_max_statistics,
		.initial = 1000,
		.least = 100,
		.most = 1000000,
		.context = PGC_POSTMASTER
	},
	{
		.name = "custom_actions.log_ring_size",
		.words = "Shared memory for failed invocations on their way into custom_actions.log; 0 means none.",
		.more_words = "With none, or where the library is not preloaded, they go to the server log.",
		.variable = &setting_log_ring_size,
		.initial = 4096,
		.most = MAX_KILOBYTES,
		.context = PGC_POSTMASTER,
		.flags = GUC_UNIT_KB,
		.check = check_log_ring_size
	},
	{
		.name = "custom_actions.plain_path",
		.words = "What actions do step by step that they could do otherwise, for tests.",
		.more_words = "Nobody can tell but by the speed; all is as if nothing were rewritten.",
		.text_variable = &plain_path_words,
		.initial_text = "",
		.context = PGC_SUSET,
		.flags = GUC_LIST_INPUT | GUC_NOT_IN_SAMPLE | GUC_NO_SHOW_ALL,
		.check_text = plain_path_check,
		.assign_text = plain_path_assign
	}
};

/*
 * Who may change a setting, and when. One that the server's start settles cannot
 * be defined later; in a session that loads the library it is of no use, and
 * defined so that the configuration may hold it.
 */
static GucContext
setting_context(const Setting *setting)
{
	if (setting->context == PGC_POSTMASTER && !process_shared_preload_libraries_in_progress)
		return PGC_SIGHUP;
	return setting->context;
}

static const char *
setting_name(int number)
{
	return settings[number].name;
}

/* Defines one setting. */
static void
define_setting(int number)
{
	const Setting *setting = &settings[number];
	GucContext	context = setting_context(setting);

	if (setting->choices != NULL)
		DefineCustomEnumVariable(setting->name, setting->words, setting->more_words,
								 setting->variable, setting->initial, setting->choices,
								 context, setting->flags,
								 setting->check, setting->assign, NULL);
	else if (setting->text_variable != NULL)
		DefineCustomStringVariable(setting->name, setting->words, setting->more_words,
								   setting->text_variable, setting->initial_text,
								   context, setting->flags,
								   setting->check_text, setting->assign_text, NULL);
	else
		DefineCustomIntVariable(setting->name, setting->words, setting->more_words,
								setting->variable, setting->initial, setting->least,
								setting->most, context, setting->flags,
								setting->check, setting->assign, NULL);
}

void
settings_init(void)
{
	setting_list_define(lengthof(settings), setting_name, define_setting);
	MarkGUCPrefixReserved("custom_actions");
}

bool
setting_call_timeout_is_shortened(void)
{
	return setting_call_timeout > 0 &&
		(configured_call_timeout == 0 || setting_call_timeout < configured_call_timeout);
}
