/*
 * token.h
 *		The token of a preview: what a call must be, and do, to be the one that was
 *		approved.
 */
#ifndef CA_TOKEN_H
#define CA_TOKEN_H

#include "postgres.h"

#include "preview/effect.h"

/* The token, or "none, since ...", which no call accepts. */
extern const char *token_make(const Effect *effect, const Watch *watch);

/* Raises unless the text has the form of a token. */
extern void token_require_form(const char *token);

/* Raises UA007 unless the effect is the one that was approved. */
extern void token_require_effect(const char *token, const char *action, const Effect *effect, const Watch *watch);

#endif
