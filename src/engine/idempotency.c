/*
 * idempotency.c
 *		Requests that are carried out once, however often they are sent.
 *
 * Whose they are
 *		A key belongs to an action and an invoker: to the function, so that new
 *		versions and names change nothing, and to the role whose EXECUTE was
 *		checked. And to this cluster, since pg_upgrade numbers functions anew.
 *
 * Who waits for whom
 *		While a request is carried out, a lock on its key keeps others from beginning
 *		the same. Then the row with its answer takes over: whoever finds one whose
 *		transaction still runs waits for that, without the lock, and looks again. So
 *		the lock is not held longer than the call, and many calls of one
 *		transaction do not fill the table of locks. Both are given back by an
 *		error's rollback, be it of a savepoint. PostgreSQL sees deadlocks, through
 *		prepared transactions, too.
 *
 * What is stored
 *		Of the key and the request digests; the answer under a mask that only the
 *		key gives. So there are no values in the table, sensitive or not, for who
 *		does not know the key. A digest of few possible values can be tried out; here the
 *		key, and a salt, are part of it.
 *
 * The lock is an advisory one, of a kind (its fourth field) that the SQL functions
 * for advisory locks cannot name.
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "base/error.h"
#include "base/keystream.h"
#include "base/sqlstate.h"
#include "engine/idempotency.h"
#include "engine/idempotency_row.h"
#include "miscadmin.h"
#include "run/context.h"
#include "run/deferred.h"
#include "run/normal_form.h"
#include "run/omitted.h"
#include "run/stored_values.h"
#include "storage/lmgr.h"
#include "storage/lock.h"

/* The fourth field of our locks; those of SQL have 1 and 2 */
#define KEY_LOCK_KIND	202

#define KEY_HINT \
	"Pass NULL for no key; a random uuid is a good one."

struct Idempotency
{
	const char *key;
	IdempotencyRow row;
	LOCKTAG		lock;
	uint8		mask_secret[SECRET_LENGTH];
};

void
require_idempotency_key(const char *key)
{
	if (key != NULL && key[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("an idempotency key must not be empty"),
				 errhint(KEY_HINT)));
	if (key != NULL && strlen(key) > IDEMPOTENCY_KEY_LENGTH)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("an idempotency key has at most %d bytes, this one has %zu",
						IDEMPOTENCY_KEY_LENGTH, strlen(key)),
				 errhint(KEY_HINT)));
}

/* The key of this call; NULL where it would protect nothing, or was given to another call. */
static const char *
key_of_call(const Frame *frame, const InvokeRequest *request)
{
	if (!OidIsValid(frame->program->function) || frame->program->read_only)
		return NULL;
	if (request != NULL && request->idempotency_key != NULL)
		return request->idempotency_key;
	return deferred_round() > 0 ? NULL : setting_idempotency_key;
}

/* Refuses what would have to forget the request. */
static void
require_memory(const Frame *frame)
{
	if (XactReadOnly || IsInParallelMode())
		ereport(ERROR,
				(errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
				 errmsg("action \"%s\" cannot take an idempotency key in a %s", frame->program->action,
						XactReadOnly ? "read-only transaction" : "parallel operation"),
				 frame_errdetail(frame),
				 errhint("Invoke it without the key, or in a transaction that may write.")));
	if (!OidIsValid(frame->invoker))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("action \"%s\" cannot take an idempotency key here", frame->program->action),
				 errdetail("A key belongs to the role that invokes the action, and which that is cannot be told."),
				 errhint("Invoke it with invoke_action().")));
}

/* Whose key it is, as a digest. */
static void
digest_key(Idempotency *call)
{
	uint64		cluster = GetSystemIdentifier();
	Digest		digest;

	digest_begin(&digest, "idempotency key");
	digest_put(&digest, &cluster, sizeof(cluster));
	digest_put(&digest, &call->row.function, sizeof(Oid));
	digest_put(&digest, &call->row.invoker, sizeof(Oid));
	digest_put(&digest, call->key, strlen(call->key));
	digest_end(&digest, call->row.key_digest);
}

/* The lock of a key: two keys may share one, and wait for each other. */
static void
set_lock(Idempotency *call)
{
	uint32		hash[2];

	memcpy(hash, call->row.key_digest, sizeof(hash));
	SET_LOCKTAG_ADVISORY(call->lock, MyDatabaseId, hash[0], hash[1], KEY_LOCK_KIND);
}

/* Begins a digest that takes the key to be made. */
static void
digest_begin_keyed(Digest *digest, const Idempotency *call, const char *purpose)
{
	digest_begin(digest, purpose);
	digest_put(digest, call->row.salt, SALT_LENGTH);
	digest_put(digest, call->key, strlen(call->key));
}

StaticAssertDecl(SECRET_LENGTH == DIGEST_LENGTH, "a digest is a secret of the length that masking takes");

/* What masks the answer. */
static void
digest_secret(Idempotency *call)
{
	Digest		digest;

	digest_begin_keyed(&digest, call, "idempotency mask");
	digest_end(&digest, call->mask_secret);
}

/* Is the input left to a default that gives another value each time? */
static bool
input_varies(const Frame *frame, FunctionCallInfo fcinfo, const InvokeRequest *request, int input)
{
	const Expression *initial = frame->program->input_defaults[input];

	return initial != NULL && (initial->mutable || !initial->plain) &&
		input_is_omitted(frame, fcinfo, request, input);
}

/*
 * The request: its first inputs, which an older version of the action had, too.
 * What the clock or a sequence gave for one that was left out is not part of it.
 */
static void
digest_request(const Idempotency *call, const Frame *frame, FunctionCallInfo fcinfo,
			   const InvokeRequest *request, int ninputs, uint8 *result)
{
	const Program *program = frame->program;
	Digest		digest;

	digest_begin_keyed(&digest, call, "idempotent request");
	for (int i = 0; i < ninputs; i++)
	{
		int			slot = program->input_slots[i];
		bool		varies = input_varies(frame, fcinfo, request, i);

		digest_put(&digest, &varies, sizeof(varies));
		if (!varies)
			normal_form_put(&digest, frame_value(frame, slot), frame_isnull(frame, slot),
							program->slots[slot].type);
	}
	digest_end(&digest, result);
}

/* Is this the request that was carried out? Inputs that the action has got since are left out. */
static bool
request_is_stored(const Idempotency *call, const Frame *frame, FunctionCallInfo fcinfo,
				  const InvokeRequest *request)
{
	int			known = call->row.ninputs;
	uint8		result[DIGEST_LENGTH];

	if (known > frame->program->signature->ninputs)
		return false;
	for (int i = known; i < frame->program->signature->ninputs; i++)
		if (!input_is_omitted(frame, fcinfo, request, i))
			return false;
	digest_request(call, frame, fcinfo, request, known, result);
	return memcmp(result, call->row.request_digest, DIGEST_LENGTH) == 0;
}

/* Refuses a request that differs from the one that was carried out under its key. */
pg_noreturn static void
refuse_other_request(const Frame *frame)
{
	ereport(ERROR,
			(errcode(ERRCODE_CA_KEY_REUSED),
			 errmsg("the idempotency key was used for another request of action \"%s\"", frame->program->action),
			 frame_errdetail(frame),
			 errhint("Send what was sent before, or give each request a key of its own.")));
}

/* Refuses an answer that cannot be given any more. */
pg_noreturn static void
refuse_old_answer(const Frame *frame, const char *why)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("the stored response of action \"%s\" cannot be read any more", frame->program->action),
			 errdetail("%s The request was carried out, and is not run again.", why),
			 errhint("Look for what it did; with another key it is run again.")));
}

/* Refuses the key of an invocation that this one is part of: it has no answer yet. */
static void
require_other_key(const Frame *frame, const Idempotency *call)
{
	for (const Frame *outer = frame->parent; outer != NULL; outer = outer->parent)
		if (outer->idempotency != NULL &&
			memcmp(outer->idempotency->row.key_digest, call->row.key_digest, DIGEST_LENGTH) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_CA_KEY_REUSED),
					 errmsg("the idempotency key is that of an invocation of action \"%s\" that is not done yet",
							frame->program->action),
					 frame_errdetail(frame),
					 errhint("Is there a circle? Give each request a key of its own.")));
}

/* Says in errors what was being waited for. */
static void
wait_error_callback(void *arg)
{
	errcontext("wait for a call with the same idempotency key");
}

/* Waits until nobody carries out the request; true: it was carried out. */
static bool
find_answer(Idempotency *call)
{
	ErrorContextCallback callback = {error_context_stack, wait_error_callback, NULL};
	TransactionId other = InvalidTransactionId;
	bool		found;

	do
	{
		error_context_stack = &callback;
		if (TransactionIdIsValid(other))
			XactLockTableWait(other, NULL, NULL, XLTW_None);
		(void) LockAcquire(&call->lock, ExclusiveLock, false, false);
		error_context_stack = callback.previous;
		found = idempotency_row_find(&call->row, &other);
		if (found || TransactionIdIsValid(other))
			(void) LockRelease(&call->lock, ExclusiveLock, false);
	} while (TransactionIdIsValid(other));
	return found;
}

/* Gives the answer that was given before, by the same invocation to who asks. */
static void
replay(Idempotency *call, Frame *frame, FunctionCallInfo fcinfo, InvokeRequest *request)
{
	bytea	   *response = call->row.response;
	char	   *problem;

	if (!request_is_stored(call, frame, fcinfo, request))
		refuse_other_request(frame);
	digest_secret(call);
	keystream_mask(call->mask_secret, VARDATA(response), VARSIZE(response) - VARHDRSZ);
	problem = stored_values_unpack(frame, response);
	if (problem != NULL)
		refuse_old_answer(frame, problem);
	if (request != NULL && request->wants_invocation)
		request->invocation = call->row.invocation;
	if (request != NULL)
		request->replayed = true;
	frame->replayed = true;
}

/* Prepares for the answer, which is stored in the end. */
static void
prepare(Idempotency *call, Frame *frame, FunctionCallInfo fcinfo, InvokeRequest *request)
{
	call->row.ninputs = frame->program->signature->ninputs;
	if (!pg_strong_random(call->row.salt, SALT_LENGTH))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR),
				 errmsg("could not generate a random salt")));
	digest_secret(call);
	digest_request(call, frame, fcinfo, request, call->row.ninputs, call->row.request_digest);
	frame->idempotency = call;
}

Idempotency *
idempotency_begin(Frame *frame, FunctionCallInfo fcinfo, InvokeRequest *request)
{
	const char *key = key_of_call(frame, request);
	MemoryContext old;
	Idempotency *call;

	if (key == NULL)
		return NULL;
	require_memory(frame);
	call = MemoryContextAllocZero(frame->mcxt, sizeof(Idempotency));
	old = MemoryContextSwitchTo(frame->econtext->ecxt_per_tuple_memory);
	call->key = key;
	call->row.function = frame->program->function;
	call->row.invoker = frame->invoker;
	call->row.action = frame->program->action;
	digest_key(call);
	set_lock(call);
	require_other_key(frame, call);
	if (find_answer(call))
		replay(call, frame, fcinfo, request);
	else
		prepare(call, frame, fcinfo, request);
	call->key = NULL;			/* a step may change the setting */
	MemoryContextSwitchTo(old);
	return call;
}

void
idempotency_end(Frame *frame, Idempotency *call)
{
	MemoryContext old;
	bytea	   *response;

	if (call == NULL || frame->replayed)
		return;
	ResetExprContext(frame->econtext);
	old = MemoryContextSwitchTo(frame->econtext->ecxt_per_tuple_memory);
	response = stored_values_pack(frame);
	keystream_mask(call->mask_secret, VARDATA(response), VARSIZE(response) - VARHDRSZ);
	call->row.response = response;
	call->row.invocation = *invocation_id(frame);
	idempotency_row_store(&call->row);
	(void) LockRelease(&call->lock, ExclusiveLock, false);
	frame->idempotency = NULL;
	MemoryContextSwitchTo(old);
}
