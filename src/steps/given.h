/*
 * given.h
 *		"*" in the set of an update: the columns that a record gives, a JSON
 *		object by its keys, a row by those of its attributes that are not NULL.
 */
#ifndef CA_GIVEN_H
#define CA_GIVEN_H

#include "postgres.h"

#include "steps/address.h"

struct Frame;
typedef struct Given Given;

#define GIVEN_KEY	"*"

/*
 * Compiles "*"; columns are those that the step sets by name. NULL after a
 * problem.
 */
extern Given *given_compile(Compiler *compiler, const Address *address, const List *columns);

/* "a = $1, b = $2" of all columns that may be given */
extern void given_append_set(Given *given, Statement *statement, StringInfo text);

/* The statement's text is complete: from here on it can be had for some of the columns. */
extern void given_finish(Given *given, Statement *statement, const char *fixed, const char *condition);

/* Takes the record's values into their slots; runs the statement that sets those columns and no others. */
extern void given_run(struct Frame *frame, Given *given,
					  void (*run) (struct Frame *frame, const void *arg, Statement *statement),
					  const void *arg);

#endif
