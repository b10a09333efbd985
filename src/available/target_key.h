/*
 * target_key.h
 *		The key of a target as people give it to a question.
 */
#ifndef CA_TARGET_KEY_H
#define CA_TARGET_KEY_H

#include "postgres.h"

#include "program/program.h"
#include "utils/jsonb.h"

/* A key as jsonb. A text is the key itself, but for an object and a string in quotes. */
extern Jsonb *target_key_argument(Datum key, Oid type);

/* {"target": ...} of a key, where a row, or an object of all key columns, stands for the key in it. */
extern Jsonb *target_key_object(const Program *program, Jsonb *key);

#endif
