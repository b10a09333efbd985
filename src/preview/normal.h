/*
 * normal.h
 *		What of an effect is the same each time: a digest, and a line for people for
 *		each output and each column that changes.
 */
#ifndef CA_NORMAL_H
#define CA_NORMAL_H

#include "postgres.h"

#include "base/digest.h"
#include "preview/effect.h"

typedef struct NormalLine
{
	uint8		digest[DIGEST_LENGTH];
	const char *text;
} NormalLine;

typedef struct NormalEffect
{
	uint8		digest[DIGEST_LENGTH];
	List	   *lines;			/* of NormalLine, in an order that is theirs */
} NormalEffect;

/* Made before the effect is undone, of one whose words are settled (varies.h). */
extern NormalEffect *normal_effect(const Effect *effect, const Watch *watch);

#endif
