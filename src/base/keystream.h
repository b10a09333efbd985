/*
 * keystream.h
 *		Masks bytes with what only a secret gives.
 */
#ifndef CA_KEYSTREAM_H
#define CA_KEYSTREAM_H

#include "postgres.h"

#define SECRET_LENGTH	32

/*
 * Masks bytes in place; twice is not at all. A secret (SECRET_LENGTH bytes) is
 * for one text only: two under one mask tell each other.
 */
extern void keystream_mask(const uint8 *secret, char *bytes, size_t length);

#endif
