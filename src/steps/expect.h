/*
 * expect.h
 *		"expect" of update and delete: how many rows it has to be.
 */
#ifndef CA_EXPECT_H
#define CA_EXPECT_H

#include "postgres.h"

#include "document/outline.h"
#include "steps/address.h"

struct Frame;
typedef struct Expect Expect;

/* The key, for the kinds' argument lists. */
#define EXPECT_ARGUMENT \
	{"expect", ARGUMENT_VALUE, .reads_json = true, \
	.meaning = "how many rows it has to be, else all is undone: 1, {\"at_most\": 10}, {\"at_least\": 1}"}

/* NULL if the step does not say it, or after a problem. */
extern Expect *expect_compile(Compiler *compiler, const Address *address);

/* Raises unless that many rows were written. */
extern void expect_require(struct Frame *frame, const Expect *expect, CmdType command, uint64 rows);

extern void expect_describe(Outline *outline, const Step *step);

#endif
