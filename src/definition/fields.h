/*
 * fields.h
 *		Between a part of the document and its struct, by the rows of its keys.
 */
#ifndef CA_FIELDS_H
#define CA_FIELDS_H

#include "postgres.h"

#include "definition/keys.h"

/*
 * Reads the keys of a list that have a field. One that is left out, or of the
 * wrong kind, gets what is implied, else NULL, false, 0, or -1 for a choice.
 * Fields are:
 *		ARGUMENT_NAME, _CONDITION		char *
 *		ARGUMENT_BOOLEAN				bool
 *		ARGUMENT_INTEGER				int
 *		ARGUMENT_CHOICE					int, the number of the word
 *		ARGUMENT_NAMES					List * of char *
 *		others							Json *
 */
extern void fields_read(const ArgumentSpec *keys, const Json *json, void *part);

/* The words of a key whose field says more than is implied, else NULL. Choices are always said. */
extern char *field_words(const ArgumentSpec *spec, const Json *json, const void *part);

/* Appends the words of all keys of a list. */
extern void fields_describe(StringInfo out, const ArgumentSpec *keys, const Json *json, const void *part);

#endif
