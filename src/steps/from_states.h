/*
 * from_states.h
 *		"from" of set_status: the states that a row may have before.
 */
#ifndef CA_FROM_STATES_H
#define CA_FROM_STATES_H

#include "postgres.h"

#include "steps/address.h"

struct Frame;
typedef struct FromStates FromStates;

/* Compiles "from"; NULL if the step does not say it, or after a problem. */
extern FromStates *from_states_compile(Compiler *compiler, Oid relation, const char *column);

/* "open", "waiting": the states as people read them */
extern char *from_states_words(const Json *from);

/* Appends "(this.status = $2 OR this.status = $3)". */
extern void from_states_condition(Statement *statement, StringInfo text, const FromStates *from);

/*
 * Makes the statement that finds a row of the address which has another state; in its
 * place in the order of running: before the step's own of many rows, after that of one.
 */
extern void from_states_compile_search(Compiler *compiler, const Address *address);

/* The slots that the search reads. */
extern const Bitmapset *from_states_reads(const FromStates *from);

/*
 * Has the target one of the states? A condition over the columns of the target, a row of
 * this table: Vars of relation 1. NULL if it is another row, or the states are formulas.
 */
extern Node *from_states_tree(const Program *program, const Address *address, Oid table);

/* Raises if there is such a row, naming its state and those that the step works from. */
extern void from_states_require(struct Frame *frame, const Address *address);

#endif
