/*
 * digest.h
 *		SHA-256 of several pieces.
 */
#ifndef CA_DIGEST_H
#define CA_DIGEST_H

#include "postgres.h"

#include "common/cryptohash.h"
#include "common/sha2.h"

#define DIGEST_LENGTH	PG_SHA256_DIGEST_LENGTH

/* Pieces that are short are digested together. */
#define DIGEST_ROOM		256

typedef struct Digest
{
	uint8		waiting[DIGEST_ROOM];
	int			nwaiting;
	pg_cryptohash_ctx *hash;	/* an error leaves it to the resource owner */
} Digest;

/* Begins a digest; those for different purposes have nothing in common. */
extern void digest_begin(Digest *digest, const char *purpose);

/* Adds a piece and its length: where pieces end is part of what is digested. */
extern void digest_put(Digest *digest, const void *piece, size_t length);

/* Ends it; the result has DIGEST_LENGTH bytes. */
extern void digest_end(Digest *digest, uint8 *result);

#endif
