/*
 * who.c
 *		Reads who is behind a call from the settings that say so.
 *
 * This is done for each call from outside, so what was read is kept with the
 * text it was read from: while a setting has the same text, it is compared and
 * not read again. Nothing here may fail because of what a setting holds; what
 * cannot be read is as if it were not there.
 */
#include "postgres.h"

#include "base/actor_sources.h"
#include "base/json_member.h"
#include "base/jsonb_push.h"
#include "base/settings.h"
#include "base/traceparent.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "run/frame.h"
#include "run/who.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(custom_action_actor_now);

/* What was read from a setting; a Reading lives as long as its list of settings. */
typedef struct Reading
{
	int			absent_among;	/* how many settings there were when this was none, or 0 */
	char	   *seen;			/* the setting's text, or NULL: nothing was read yet */
	char	   *value;			/* or NULL: nothing in it */
} Reading;

/* How a setting's text is read: the value for Who, or NULL; what says more of how */
typedef char *(*ReadFunction) (const char *text, const char *how);

static MemoryContext who_mcxt = NULL;	/* of all that is kept here */
static MemoryContext actor_mcxt = NULL; /* below it, of the readings of actors */
static Reading *actor_readings = NULL;	/* by place in actor_sources */
static uint64 actor_readings_made = 0;	/* actor_sources_changes when they were made */

/* A copy that can be shown anywhere: no control characters, valid, not too long; NULL of "". */
static char *
presentable(const char *text)
{
	int			encoding = GetDatabaseEncoding();
	int			length = strlen(text);
	char	   *copy;
	int			valid;

	if (length == 0)
		return NULL;

	/* a few bytes more, for the character that is cut */
	copy = pnstrdup(text, Min(length, WHO_LONGEST + MAX_MULTIBYTE_CHAR_LEN));
	length = strlen(copy);
	for (int i = 0; i < length; i++)
		if ((unsigned char) copy[i] < ' ' || copy[i] == '\x7f')
			copy[i] = '?';
	for (valid = pg_encoding_verifymbstr(encoding, copy, length); valid < Min(length, WHO_LONGEST);
		 valid += pg_encoding_verifymbstr(encoding, copy + valid, length - valid))
		copy[valid] = '?';
	copy[pg_encoding_mbcliplen(encoding, copy, Min(valid, length), WHO_LONGEST)] = '\0';
	return copy;
}

/* Reads a text, or the member of its JSON that the path leads to. */
static char *
read_plain(const char *text, const char *path)
{
	StringInfoData member;

	if (path == NULL || *path == '\0')
		return presentable(text);
	initStringInfo(&member);
	return json_member(text, path, &member) ? presentable(member.data) : NULL;
}

/* Reads a traceparent that stands alone, or in the JSON of headers. */
static char *
read_traceparent(const char *text, const char *path)
{
	char	   *found = read_plain(text, path);

	return found != NULL && traceparent_is_valid(found, "") ? pnstrdup(found, TRACEPARENT_LENGTH) : NULL;
}

/* Reads one among other fields. */
static char *
read_comment(const char *text, const char *how)
{
	const char *found = traceparent_in_comment(text);

	return found != NULL ? pnstrdup(found, TRACEPARENT_LENGTH) : NULL;
}

/* Reads a setting's text, unless it is the one that was read before. */
static const char *
reading_value(Reading *reading, MemoryContext mcxt, const char *text, ReadFunction read, const char *how)
{
	MemoryContext scratch;
	MemoryContext caller;
	char	   *seen;
	char	   *value;

	if (text == NULL || *text == '\0')
		return NULL;
	if (reading->seen != NULL && strcmp(reading->seen, text) == 0)
		return reading->value;

	scratch = AllocSetContextCreate(CurrentMemoryContext, "custom action who reading",
									ALLOCSET_SMALL_SIZES);
	caller = MemoryContextSwitchTo(scratch);
	value = read(text, how);
	if (value != NULL)
		value = MemoryContextStrdup(mcxt, value);
	seen = MemoryContextStrdup(mcxt, text);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(scratch);

	if (reading->seen != NULL)
		pfree(reading->seen);
	if (reading->value != NULL)
		pfree(reading->value);
	reading->seen = seen;
	reading->value = value;
	return value;
}

static bool sources_found = false;	/* who_now(): somebody has defined one of them */

/*
 * The text of a setting, whoever defines it; NULL: there is none of that name.
 * Most will never be there, and are not searched for again while there are as
 * many settings as before.
 */
static const char *
look_up_setting(Reading *reading, const char *name)
{
	const char *text;

	if (SETTINGS_COUNTED && reading->absent_among == GetNumConfigOptions())
		return NULL;
	text = GetConfigOption(name, true, false);
	reading->absent_among = text == NULL ? GetNumConfigOptions() : 0;
	sources_found |= text != NULL;
	return text;
}

/* The same of one that actors are read from; the first of them is mostly our own. */
static const char *
actor_text(Reading *reading, const char *name)
{
	return strcmp(name, "custom_actions.actor") == 0 ? setting_actor : look_up_setting(reading, name);
}

/* Makes the readings for the list of settings as it is now. */
static void
make_actor_readings(void)
{
	int			count = 0;

	for (const char *source = actor_sources; *source != '\0'; source = actor_source_next(source))
		count++;
	MemoryContextReset(actor_mcxt);
	actor_readings = MemoryContextAllocZero(actor_mcxt, sizeof(Reading) * Max(count, 1));
	actor_readings_made = actor_sources_changes;
}

/* The first of the settings that holds something. */
static const char *
actor_now(void)
{
	const char *actor = NULL;
	const char *source = actor_sources;

	if (actor_readings == NULL || actor_readings_made != actor_sources_changes)
		make_actor_readings();
	for (int i = 0; actor == NULL && *source != '\0'; i++)
	{
		Reading    *reading = &actor_readings[i];

		actor = reading_value(reading, actor_mcxt, actor_text(reading, source), read_plain,
							  actor_source_next_part(source));
		source = actor_source_next(source);
	}
	return actor;
}

/* Where a traceparent may stand, in this order */
static const struct
{
	const char *setting;		/* NULL: our own */
	ReadFunction read;
	const char *path;			/* of a member of its JSON, or NULL */
}			traceparent_sources[] = {
	{NULL, read_traceparent, NULL},
	{"pg_tracing.trace_context", read_comment, NULL},
	{"request.headers", read_traceparent, "traceparent\0"}, /* PostgREST */
	{"request.header.traceparent", read_traceparent, NULL}	/* and before its version 9 */
};

/* The first valid one. */
static const char *
traceparent_now(void)
{
	static Reading readings[lengthof(traceparent_sources)];
	const char *traceparent = NULL;

	for (int i = 0; traceparent == NULL && i < lengthof(traceparent_sources); i++)
	{
		const char *setting = traceparent_sources[i].setting;

		traceparent = reading_value(&readings[i], who_mcxt,
									setting == NULL ? setting_traceparent : look_up_setting(&readings[i], setting),
									traceparent_sources[i].read, traceparent_sources[i].path);
	}
	return traceparent;
}

/* The address of the client: "[local]" for sockets of the machine, NULL where no client is. */
static char *
client_address(void)
{
	LOCAL_FCINFO(fcinfo, 0);
	Datum		address;

	if (MyProcPort == NULL)
		return NULL;
	InitFunctionCallInfoData(*fcinfo, NULL, 0, InvalidOid, NULL, NULL);
	address = inet_client_addr(fcinfo);
	return fcinfo->isnull ? "[local]" : DatumGetCString(DirectFunctionCall1(inet_out, address));
}

/* The connection, as JSON; made anew when the application has another name. */
static Jsonb *
client_now(void)
{
	static char *known_name = NULL;
	static Jsonb *known = NULL;
	const char *name = application_name ? application_name : "";
	MemoryContext caller;
	JsonbBuilder *builder;
	Jsonb	   *client;

	if (known != NULL && strcmp(known_name, name) == 0)
		return known;
	builder = jsonb_builder_make();
	jsonb_push_object(builder);
	jsonb_push_text(builder, "application_name", presentable(name));
	jsonb_push_text(builder, "address", client_address());
	jsonb_push_object_end(builder);
	client = jsonb_builder_finish(builder);

	caller = MemoryContextSwitchTo(who_mcxt);
	client = DatumGetJsonbPCopy(JsonbPGetDatum(client));
	name = pstrdup(name);
	MemoryContextSwitchTo(caller);
	if (known != NULL)
	{
		pfree(known);
		pfree(known_name);
	}
	known = client;
	known_name = unconstify(char *, name);
	return known;
}

/* What the settings say at this moment; good until this is asked again. */
static const Who *
who_now(void)
{
	static Who	who;
	static Reading tag;
	static int	nobody_among = 0;	/* settings there were when none said anything, or 0 */
	static uint64 nobody_from = 0;	/* actor_sources_changes then */

	if (SETTINGS_COUNTED && nobody_among == GetNumConfigOptions() && nobody_from == actor_sources_changes &&
		*setting_actor == '\0' && *setting_traceparent == '\0' && *setting_tag == '\0')
	{
		who.client = client_now();
		return &who;
	}
	sources_found = false;

	if (who_mcxt == NULL)
		who_mcxt = AllocSetContextCreate(TopMemoryContext, "custom action who", ALLOCSET_SMALL_SIZES);
	if (actor_mcxt == NULL)
		actor_mcxt = AllocSetContextCreate(who_mcxt, "custom action who actors", ALLOCSET_SMALL_SIZES);
	who.actor = actor_now();
	who.traceparent = traceparent_now();
	who.tag = reading_value(&tag, who_mcxt, setting_tag, read_plain, NULL);
	who.client = client_now();
	nobody_among = sources_found || who.actor != NULL || who.traceparent != NULL || who.tag != NULL ?
		0 : GetNumConfigOptions();
	nobody_from = actor_sources_changes;
	return &who;
}

/* Copies a text to where the next one goes; NULL stays NULL. */
static const char *
place_text(char **next, const char *text)
{
	char	   *copy = *next;

	if (text == NULL)
		return NULL;
	strcpy(copy, text);
	*next += strlen(text) + 1;
	return copy;
}

/* What copying a text takes. */
static Size
text_room(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

/* A copy in one piece. */
static Who *
who_copy(MemoryContext mcxt, const Who *who)
{
	Size		length = MAXALIGN(sizeof(Who)) + MAXALIGN(VARSIZE(who->client));
	Who		   *copy = MemoryContextAlloc(mcxt, length + text_room(who->actor) +
										  text_room(who->traceparent) + text_room(who->tag));
	char	   *next = (char *) copy + length;

	copy->client = (Jsonb *) ((char *) copy + MAXALIGN(sizeof(Who)));
	memcpy(copy->client, who->client, VARSIZE(who->client));
	copy->actor = place_text(&next, who->actor);
	copy->traceparent = place_text(&next, who->traceparent);
	copy->tag = place_text(&next, who->tag);
	return copy;
}

const Who *
frame_who(Frame *frame)
{
	while (frame->parent != NULL)
		frame = frame->parent;
	if (frame->who == NULL)
		frame->who = who_copy(frame->mcxt, who_now());
	return frame->who;
}

/* SQL: who calls now, as the next call would record it. */
Datum
custom_action_actor_now(PG_FUNCTION_ARGS)
{
	const char *actor = who_now()->actor;

	if (actor == NULL)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(actor));
}
