/*
 * token.c
 *		The token of a preview.
 *
 * "p1-", then digests of the action, the input, the actor and the effect. The first
 * three are short, to say which of them differs; the last holds all four. What was
 * approved cannot be read from it, so a session remembers the effects that it has
 * previewed last.
 */
#include "postgres.h"

#include <ctype.h>

#include "base/sqlstate.h"
#include "preview/identity.h"
#include "preview/normal.h"
#include "preview/token.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#define TOKEN_PREFIX	"p1-"
#define SHORT_BYTES		4
#define LONG_BYTES		20
#define TOKEN_LENGTH	(3 + 3 * (2 * SHORT_BYTES + 1) + 2 * LONG_BYTES)
#define REMEMBERED		20		/* effects */
#define MOST_LINES		20		/* that are shown */
#define MOST_PAIRED		200		/* lines that are compared one with another */
#define MOST_REMEMBERED	1000	/* lines of an effect */

/* An effect that was previewed. */
typedef struct Approved
{
	char		token[TOKEN_LENGTH + 1];
	MemoryContext mcxt;
	List	   *lines;			/* of NormalLine */
} Approved;

static Approved approved[REMEMBERED];
static int	next_approved = 0;

/* Appends bytes as hexadecimal digits. */
static void
append_hex(StringInfo text, const uint8 *bytes, int count)
{
	enlargeStringInfo(text, 2 * count);
	text->len += hex_encode((const char *) bytes, count, text->data + text->len);
	text->data[text->len] = '\0';
}

/* The digest of all. */
static void
digest_all(const Effect *effect, const CallIdentity *identity, uint8 *result)
{
	Digest		digest;

	digest_begin(&digest, "approved call");
	digest_put(&digest, identity->action, DIGEST_LENGTH);
	digest_put(&digest, identity->input, DIGEST_LENGTH);
	digest_put(&digest, identity->actor, DIGEST_LENGTH);
	digest_put(&digest, effect->normal->digest, DIGEST_LENGTH);
	digest_end(&digest, result);
}

/* The token of an effect that has one. */
static char *
token_text(const Effect *effect, const CallIdentity *identity)
{
	uint8		all[DIGEST_LENGTH];
	StringInfoData text;

	digest_all(effect, identity, all);
	initStringInfo(&text);
	appendStringInfoString(&text, TOKEN_PREFIX);
	append_hex(&text, identity->action, SHORT_BYTES);
	appendStringInfoChar(&text, '-');
	append_hex(&text, identity->input, SHORT_BYTES);
	appendStringInfoChar(&text, '-');
	append_hex(&text, identity->actor, SHORT_BYTES);
	appendStringInfoChar(&text, '-');
	append_hex(&text, all, LONG_BYTES);
	return text.data;
}

/* Keeps what a token stands for. */
static void
remember(const char *token, const NormalEffect *normal)
{
	Approved   *place = &approved[next_approved];
	MemoryContext old;
	ListCell   *cell;

	for (int i = 0; i < REMEMBERED; i++)
		if (strcmp(approved[i].token, token) == 0)
			return;
	if (list_length(normal->lines) > MOST_REMEMBERED)
		return;
	if (place->mcxt != NULL)
		MemoryContextReset(place->mcxt);
	else
		place->mcxt = AllocSetContextCreate(TopMemoryContext, "custom action approved effect", ALLOCSET_SMALL_SIZES);
	place->token[0] = '\0';
	place->lines = NIL;
	old = MemoryContextSwitchTo(place->mcxt);
	foreach(cell, normal->lines)
	{
		NormalLine *line = palloc(sizeof(NormalLine));

		*line = *(NormalLine *) lfirst(cell);
		line->text = pstrdup(line->text);
		place->lines = lappend(place->lines, line);
	}
	MemoryContextSwitchTo(old);
	strlcpy(place->token, token, sizeof(place->token));
	next_approved = (next_approved + 1) % REMEMBERED;
}

/* Why there is no token; NULL: there may be one. */
static const char *
why_none(const Effect *effect)
{
	const EffectNote *note;

	if (effect->error != NULL)
		return "the action fails";
	if (effect->incomplete == NIL)
		return NULL;
	note = linitial(effect->incomplete);
	return note->table != NULL ? psprintf("not all changes are shown: of %s, %s", note->table, note->text) :
		psprintf("not all changes are shown: %s", note->text);
}

const char *
token_make(const Effect *effect, const Watch *watch)
{
	MemoryContext old = MemoryContextSwitchTo(effect->mcxt);
	const char *why = why_none(effect);
	const char *token;

	if (why == NULL && watch->identity != NULL && effect->normal != NULL)
	{
		token = token_text(effect, watch->identity);
		remember(token, effect->normal);
	}
	else
		token = psprintf("none, since %s", why != NULL ? why : "the action did not run");
	MemoryContextSwitchTo(old);
	return token;
}

void
token_require_form(const char *token)
{
	size_t		length = strlen(token);

	if (length == TOKEN_LENGTH && strncmp(token, TOKEN_PREFIX, strlen(TOKEN_PREFIX)) == 0 &&
		strspn(token + 1, "0123456789abcdef-") == length - 1)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("argument \"expect\" is not the token of a preview"),
			 strncmp(token, "none, since ", strlen("none, since ")) == 0 ?
			 errdetail("The preview has none: it says \"%s\".", token) : 0,
			 errhint("Pass what preview_action() shows as \"token\", or NULL to approve whatever the action does.")));
}

/* Are the digits of a part of the token those of this digest? */
static bool
part_is(const char *token, int part, const uint8 *digest)
{
	StringInfoData text;

	initStringInfo(&text);
	append_hex(&text, digest, SHORT_BYTES);
	return strncmp(token + strlen(TOKEN_PREFIX) + part * (2 * SHORT_BYTES + 1), text.data, 2 * SHORT_BYTES) == 0;
}

/* Refuses a token of another call. */
static void
require_same_call(const char *token, const char *action, const CallIdentity *identity)
{
	const char *what = NULL;

	if (!part_is(token, 0, identity->action))
		what = psprintf("It is a token for another action, for another version than %d, which is published, or for a draft.",
						identity->version);
	else if (!part_is(token, 1, identity->input))
		what = "It is a token for another input.";
	else if (!part_is(token, 2, identity->actor))
		what = "It is a token of another actor: another role, or other custom_actions.actor_settings.";
	if (what != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_CA_EFFECT),
				 errmsg("what was approved is not this call of action \"%s\"", action),
				 errdetail("%s", what),
				 errhint("Preview this call, and pass its own token.")));
}

/* The texts of the lines of one list that the other does not have, both in their order. */
static List *
missing_lines(const List *lines, const List *others)
{
	List	   *missing = NIL;
	int			j = 0;

	for (int i = 0; i < list_length(lines); i++)
	{
		const NormalLine *line = list_nth(lines, i);
		int			order = -1;

		while (j < list_length(others) &&
			   (order = memcmp(line->digest, ((NormalLine *) list_nth(others, j))->digest, DIGEST_LENGTH)) > 0)
			j++;
		if (j < list_length(others) && order == 0)
			j++;
		else
			missing = lappend(missing, unconstify(char *, line->text));
	}
	return missing;
}

/* Are two lines the same but for the numbers by which new rows are told apart? */
static bool
reads_alike(const char *one, const char *other)
{
	for (; *one == *other; one++, other++)
	{
		if (*one == '\0')
			return true;
		if (*one == '#' && isdigit((unsigned char) one[1]) && isdigit((unsigned char) other[1]))
		{
			one += strspn(one + 1, "0123456789");
			other += strspn(other + 1, "0123456789");
		}
	}
	return false;
}

/* The lines of one list that read like none of the other; each is paired once. */
static List *
unlike_lines(const List *lines, const List *others)
{
	List	   *left = list_copy(others);
	List	   *unlike = NIL;
	ListCell   *cell;

	foreach(cell, lines)
	{
		ListCell   *other;
		bool		found = false;

		foreach(other, left)
		{
			if (!reads_alike(lfirst(cell), lfirst(other)))
				continue;
			left = foreach_delete_current(left, other);
			found = true;
			break;
		}
		if (!found)
			unlike = lappend(unlike, lfirst(cell));
	}
	return unlike;
}

/* Appends some lines, and how many there are besides. */
static void
append_lines(StringInfo text, const List *lines, const char *what)
{
	for (int i = 0; i < Min(list_length(lines), MOST_LINES); i++)
		appendStringInfo(text, "%s%s: %s.", text->len > 0 ? "\n" : "", what, (char *) list_nth(lines, i));
	if (list_length(lines) > MOST_LINES)
		appendStringInfo(text, "\n%s: %d more.", what, list_length(lines) - MOST_LINES);
}

/*
 * Appends what differs. Where rows have other neighbours than before, the numbers of
 * all new ones may be others; that is told only if nothing else is.
 */
static void
append_difference(StringInfo text, const List *approved_lines, const List *lines)
{
	List	   *gone = missing_lines(approved_lines, lines);
	List	   *new = missing_lines(lines, approved_lines);

	if (list_length(gone) <= MOST_PAIRED && list_length(new) <= MOST_PAIRED)
	{
		List	   *unlike_gone = unlike_lines(gone, new);
		List	   *unlike_new = unlike_lines(new, gone);

		if (unlike_gone != NIL || unlike_new != NIL)
		{
			gone = unlike_gone;
			new = unlike_new;
		}
	}
	append_lines(text, gone, "Approved");
	append_lines(text, new, "It would be");
}

/* What was approved and what this call would do, as far as they differ. */
static char *
difference(const char *token, const Effect *effect)
{
	const Approved *known = NULL;
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < REMEMBERED; i++)
		if (strcmp(approved[i].token, token) == 0)
			known = &approved[i];
	append_difference(&text, known != NULL ? known->lines : NIL, effect->normal->lines);
	if (known == NULL)
		appendStringInfo(&text, "%sWhat was approved is not at hand: it was previewed in another session, or long ago.",
						 text.len > 0 ? "\n" : "");
	return text.data;
}

void
token_require_effect(const char *token, const char *action, const Effect *effect, const Watch *watch)
{
	const char *why = why_none(effect);

	if (watch->identity != NULL)
		require_same_call(token, action, watch->identity);
	if (why != NULL || watch->identity == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_CA_EFFECT),
				 errmsg("whether action \"%s\" does what was approved cannot be told", action),
				 errdetail("%s.", why != NULL ? psprintf("N%s", why + 1) : "It did not run"),
				 errhint("Invoke it without \"expect\", or mend what preview_action() shows as incomplete.")));
	if (strcmp(token, token_text(effect, watch->identity)) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_CA_EFFECT),
				 errmsg("action \"%s\" would not do what was approved", action),
				 errdetail("%s", difference(token, effect)),
				 errhint("Nothing was changed. Preview it again, and approve what it would do now."),
				 errhidestmt(watch->sensitive)));
}
