/*
 * mask.h
 *		What is shown of sensitive values: "***" in their place.
 *
 * A secret of the chain of invocations is masked wherever it stands in a text if
 * it has at least four bytes; one of three where it is a word, a shorter one in
 * quotes or parentheses, or in a list in parentheses. PostgreSQL shortens long
 * values in messages, so of a secret of 16 bytes or more each part of that length
 * is one, too. What is derived from a secret, as its length or a hash, is not
 * known and not masked.
 */
#ifndef CA_MASK_H
#define CA_MASK_H

#include "postgres.h"

#include "run/frame.h"

#define MASK	"***"

/* Does the chain of invocations know secrets? */
extern bool mask_is_needed(const Frame *frame);

/* A text without secrets; the text itself if it holds none. Touches nothing but memory. */
extern char *mask_text(const Frame *frame, const char *text);

/* Is this, as a whole, a secret, whatever its length? */
extern bool mask_is_secret(const Frame *frame, const char *text, int length);

/*
 * Masks the texts of an error that was copied; what takes their place is made in
 * this memory. While inputs are bound, also what messages quote of a part of one.
 */
extern void mask_error(const Frame *frame, ErrorData *error, MemoryContext mcxt);

#endif
