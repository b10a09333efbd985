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

void
digest_begin(Digest *digest, const char *purpose)
{
	digest->hash = hash_make();
	require_hashed(digest->hash, pg_cryptohash_init(digest->hash));
	digest_put(digest, purpose, strlen(purpose));
}

void
digest_put(Digest *digest, const void *piece, size_t length)
{
	uint64		framed = length;

	hash_add(digest->hash, &framed, sizeof(framed));
	hash_add(digest->hash, piece, length);
}

void
digest_end(Digest *digest, uint8 *result)
{
	require_hashed(digest->hash, pg_cryptohash_final(digest->hash, result, DIGEST_LENGTH));
	pg_cryptohash_free(digest->hash);
	digest->hash = NULL;
}
