/*
 * text_join.h
 *		The parts of a template as the arguments of one function.
 */
#ifndef CA_TEXT_JOIN_H
#define CA_TEXT_JOIN_H

#include "postgres.h"

#include "nodes/nodes.h"

/* A copy of an analysed expression that joins texts at once, or the expression itself. */
extern Node *texts_joined(Node *tree);

#endif
