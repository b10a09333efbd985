/*
 * flat.h
 *		What an action asks for before it does anything, as one expression over the
 *		columns of its target, where nothing else decides: no sub-SELECT, no function
 *		of a user's, no context.
 */
#ifndef CA_FLAT_H
#define CA_FLAT_H

#include "postgres.h"

#include "nodes/nodes.h"
#include "program/program.h"

typedef enum FlatKind
{
	FLAT_NOT,					/* it takes the action's frame to tell */
	FLAT_PURE,					/* its functions compute and hold nothing, but may raise an error */
	FLAT_SAFE					/* whatever the row is, no error is raised */
} FlatKind;

typedef struct Flat
{
	FlatKind	kind;
	Node	   *tree;			/* a boolean that is never NULL; Vars of relation 1 are columns of
								 * the row */
} Flat;

/* Where the row is one of this table, which is the bound one or a part of it. */
extern Flat *flat_of_program(Program *program, Oid table);

/* Replaces the Vars of a flat tree by what a function gives for a column. */
extern Node *flat_with_columns(const Flat *flat, Node *(*column) (AttrNumber attnum, void *arg), void *arg);

#endif
