/*
 * keystream.c
 *		Masks bytes with what only a secret gives: the stream cipher ChaCha20
 *		(RFC 8439), with a nonce of zeros, as a secret is used once.
 */
#include "postgres.h"

#include "base/keystream.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"

#define BLOCK_WORDS		16
#define BLOCK_LENGTH	(BLOCK_WORDS * sizeof(uint32))
#define COUNTER			12		/* the word that counts the blocks */
#define DOUBLE_ROUNDS	10

/* Blocks between two looks for a cancel */
#define UNINTERRUPTED	4096

/* "expand 32-byte k" */
static const uint32 constants[] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};

/* Mixes four words. */
static inline void
quarter_round(uint32 *words, int a, int b, int c, int d)
{
	words[a] += words[b];
	words[d] = pg_rotate_left32(words[d] ^ words[a], 16);
	words[c] += words[d];
	words[b] = pg_rotate_left32(words[b] ^ words[c], 12);
	words[a] += words[b];
	words[d] = pg_rotate_left32(words[d] ^ words[a], 8);
	words[c] += words[d];
	words[b] = pg_rotate_left32(words[b] ^ words[c], 7);
}

/* Mixes columns and diagonals of the words as a square. */
static void
double_round(uint32 *words)
{
	for (int i = 0; i < 4; i++)
		quarter_round(words, i, 4 + i, 8 + i, 12 + i);
	for (int i = 0; i < 4; i++)
		quarter_round(words, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4);
}

/* Makes the next block of the stream. */
static void
next_block(uint32 *state, uint8 *block)
{
	uint32		words[BLOCK_WORDS];

	memcpy(words, state, sizeof(words));
	for (int i = 0; i < DOUBLE_ROUNDS; i++)
		double_round(words);
	for (int i = 0; i < BLOCK_WORDS; i++)
	{
		uint32		word = words[i] + state[i];

		for (int j = 0; j < sizeof(word); j++)
			block[i * sizeof(word) + j] = (uint8) (word >> (8 * j));
	}
	state[COUNTER]++;
}

/* The state that a secret gives. */
static void
state_begin(uint32 *state, const uint8 *secret)
{
	memset(state, 0, BLOCK_LENGTH);
	memcpy(state, constants, sizeof(constants));
	for (int i = 0; i < SECRET_LENGTH; i++)
		state[lengthof(constants) + i / 4] |= (uint32) secret[i] << (8 * (i % 4));
}

void
keystream_mask(const uint8 *secret, char *bytes, size_t length)
{
	uint32		state[BLOCK_WORDS];
	uint8		block[BLOCK_LENGTH];

	state_begin(state, secret);
	for (size_t start = 0; start < length; start += BLOCK_LENGTH)
	{
		size_t		count = Min(BLOCK_LENGTH, length - start);

		if (state[COUNTER] % UNINTERRUPTED == 0)
			CHECK_FOR_INTERRUPTS();
		next_block(state, block);
		for (size_t i = 0; i < count; i++)
			bytes[start + i] ^= block[i];
	}
}
