/*
 * digest.c
 *		SHA-256 of several pieces.
 */
#include "postgres.h"

#include "base/digest.h"

/* Raises unless a step of hashing has succeeded. */
static void
require_hashed(pg_cryptohash_ctx *hash, int result)
{
	if (result < 0)
		elog(ERROR, "could not compute a SHA-256 digest: %s", pg_cryptohash_error(hash));
}

/* Makes what hashes. */
static pg_cryptohash_ctx *
hash_make(void)
{
	pg_cryptohash_ctx *hash = pg_cryptohash_create(PG_SHA256);

	if (hash == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory")));
	return hash;
}

/* Adds bytes. */
static void
hash_add(pg_cryptohash_ctx *hash, const void *bytes, size_t length)
{
	require_hashed(hash, pg_cryptohash_update(hash, bytes, length));
}

/* Hashes what waits. */
static void
flush_waiting(Digest *digest)
{
	hash_add(digest->hash, digest->waiting, digest->nwaiting);
	digest->nwaiting = 0;
}

/* Adds bytes, or lets them wait for others. */
static void
add_waiting(Digest *digest, const void *bytes, size_t length)
{
	if (length > sizeof(digest->waiting) - digest->nwaiting)
		flush_waiting(digest);
	if (length > sizeof(digest->waiting))
		hash_add(digest->hash, bytes, length);
	else
	{
		memcpy(digest->waiting + digest->nwaiting, bytes, length);
		digest->nwaiting += length;
	}
}

void
digest_begin(Digest *digest, const char *purpose)
{
	digest->nwaiting = 0;
	digest->hash = hash_make();
	require_hashed(digest->hash, pg_cryptohash_init(digest->hash));
	digest_put(digest, purpose, strlen(purpose));
}

void
digest_put(Digest *digest, const void *piece, size_t length)
{
	uint64		framed = length;

	add_waiting(digest, &framed, sizeof(framed));
	add_waiting(digest, piece, length);
}

void
digest_end(Digest *digest, uint8 *result)
{
	flush_waiting(digest);
	require_hashed(digest->hash, pg_cryptohash_final(digest->hash, result, DIGEST_LENGTH));
	pg_cryptohash_free(digest->hash);
	digest->hash = NULL;
}
