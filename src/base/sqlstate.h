/*
 * sqlstate.h
 *		The SQLSTATEs of our own: one row each. Class UA is free for
 *		implementations.
 *
 * SQL reads the rows by sqlstates(); PL/pgSQL has the codes in its source, and a
 * test compares. custom_actions.h repeats the one that plug-ins raise.
 */
#ifndef CA_SQLSTATE_H
#define CA_SQLSTATE_H

#include "postgres.h"

#define SQLSTATE_ROWS(row) \
	row(NOT_ACTIVE, '0', '0', '1', "the action is not active") \
	row(CANCELED, '0', '0', '2', "the action was canceled by its own rules") \
	row(DEPTH, '0', '0', '3', "actions nest too deep") \
	row(KEY_REUSED, '0', '0', '4', "an idempotency key was used for another request") \
	row(CHECK_FAILED, '0', '0', '5', "the definition has problems") \
	row(SIGNATURE, '0', '0', '6', "the signature of a published action would change") \
	row(EFFECT, '0', '0', '7', "the effect is not the one that was approved") \
	row(ONLY_ACTIONS, '0', '0', '8', "the table or column can be written by actions only") \
	row(BUDGET, '0', '0', '9', "more would be changed than is allowed") \
	row(CHANGED, '0', '1', '0', "the row has changed since it was read") \
	row(MEANING, '0', '1', '1', "a formula would use something else than when activated")

/* ERRCODE_CA_NOT_ACTIVE and so on */
#define SQLSTATE_SYMBOL(symbol, a, b, c, meaning) \
	ERRCODE_CA_##symbol = MAKE_SQLSTATE('U', 'A', a, b, c),
enum
{
	SQLSTATE_ROWS(SQLSTATE_SYMBOL)
};

/* Reads the SQLSTATE of an error: any but success, warning and no data; false: it is none. */
extern bool sqlstate_parse(const char *text, int *sqlstate);
#define SQLSTATE_MESSAGE				"\"%s\" is not an SQLSTATE of an error"
#define SQLSTATE_HINT					"It has five digits or upper-case letters, for example P0001."

#endif
