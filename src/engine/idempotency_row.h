/*
 * idempotency_row.h
 *		Rows of custom_actions.idempotency.
 */
#ifndef CA_IDEMPOTENCY_ROW_H
#define CA_IDEMPOTENCY_ROW_H

#include "postgres.h"

#include "access/transam.h"
#include "base/digest.h"
#include "utils/uuid.h"

#define SALT_LENGTH		16

/* A request that was carried out, and its answer. */
typedef struct IdempotencyRow
{
	uint8		key_digest[DIGEST_LENGTH];	/* of the key, the action and the invoker */
	const char *action;			/* its name then, for people */
	Oid			function;
	Oid			invoker;
	uint8		salt[SALT_LENGTH];
	int			ninputs;		/* that the action had then */
	uint8		request_digest[DIGEST_LENGTH];
	bytea	   *response;		/* masked */
	pg_uuid_t	invocation;
} IdempotencyRow;

/*
 * Looks for the row with this key_digest, in the table as it is now and not as
 * the snapshot of the transaction has it. Fills in salt, inputs, request_digest,
 * response and invocation. false: there is none; or other is a transaction that
 * has written one and still runs.
 */
extern bool idempotency_row_find(IdempotencyRow *row, TransactionId *other);

/* Writes a row, in the current transaction. */
extern void idempotency_row_store(const IdempotencyRow *row);

#endif
