/*
 * meaning.h
 *		What the formulas of an action resolved to when it was activated.
 */
#ifndef CA_MEANING_H
#define CA_MEANING_H

#include "postgres.h"

#include "catalog/objectaddress.h"
#include "nodes/nodes.h"

struct Json;
struct Program;

/* Starts collecting, or comparing with what activation froze (NULL: a function made without it; nothing is compared). */
extern void meaning_start(struct Program *program, const struct Json *frozen, bool collect);

/*
 * Notes what a value's tree uses outside pg_catalog, or raises UA011 for what it
 * did not use when the action was activated. text: the formula, or NULL. Every
 * tree that an author's text became goes through this, right after it was
 * transformed and also when a plan is made anew: a place that forgets it can be
 * taken over by whoever may create a function. What activation did not meet is
 * refused later, so each path that running takes must be taken by checking, too.
 */
extern void meaning_require(struct Program *program, Node *tree, const char *text,
							const char *location);

/*
 * The objects that a pass has met, copied; and they count as met by another.
 * Running makes the same passes as activation, so they are frozen with the rest.
 */
extern struct List *meaning_met(const struct Program *program, MemoryContext mcxt);
extern void meaning_meet(struct Program *program, const struct List *met);

/* What an object is called in the list, "function schema.name(type)". */
extern char *meaning_signature(const ObjectAddress *object);

/* Writes what was collected into the definition. */
extern void meaning_freeze(struct Program *program);

#endif
