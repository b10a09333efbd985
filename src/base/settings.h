/*
 * settings.h
 *		The settings (GUCs) of the extension. Each is a row of settings.c and a
 *		variable here, which anybody may read.
 */
#ifndef CA_SETTINGS_H
#define CA_SETTINGS_H

#include "postgres.h"

/* What happens when DDL breaks a published action */
typedef enum DdlCheck
{
	DDL_CHECK_OFF,
	DDL_CHECK_WARN,
	DDL_CHECK_ERROR
} DdlCheck;

/* How much the log keeps; the numbers are those of the choices of the key "log". */
typedef enum LogLevel
{
	LOG_OFF,
	LOG_FAILURES,
	LOG_BASIC,
	LOG_FULL,
	LOG_TRACE
} LogLevel;

extern int	setting_max_depth;
extern int	setting_max_rows;	/* of one chain of invocations; 0: as many as there are */
extern int	setting_max_statements; /* the same */
extern int	setting_action_timeout; /* milliseconds, 0: none */
extern int	setting_call_timeout;	/* the same */
extern int	setting_ddl_check;	/* DdlCheck */
extern int	setting_follow_renames; /* on or off */
extern int	setting_collect_statistics; /* bool */
extern int	setting_max_statistics; /* entries */
extern char *setting_actor;		/* texts are never NULL */
extern char *setting_traceparent;
extern char *setting_tag;
extern int	setting_log_payload_limit;	/* bytes, 0: no payloads */
extern int	setting_log_level;	/* LogLevel */
extern int	setting_trace;		/* boolean */
extern int	setting_touched_limit;	/* 0: counts only, -1: not even these */
extern char *setting_idempotency_key;	/* "": none */

extern char *setting_if_match;	/* "": none */

/* Longest idempotency key, in bytes */
#define IDEMPOTENCY_KEY_LENGTH	255
extern int	setting_log_ring_size;	/* kB, 0: none */
extern int	setting_preview_max_table_size; /* kB */

/* Defines them; called by _PG_init. */
extern void settings_init(void);

/*
 * Did the session make the limit of calls shorter than the server's
 * configuration has it? Then it is no failure of a step that a handler may deal
 * with: the caller would decide which steps fail.
 */
extern bool setting_call_timeout_is_shortened(void);

#endif
