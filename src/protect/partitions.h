/*
 * partitions.h
 *		Partitions of a protected table that come and go.
 */
#ifndef CA_PARTITIONS_H
#define CA_PARTITIONS_H

#include "postgres.h"

#include "nodes/nodes.h"

/* After a command, given by its parse tree: guards partitions that came to a protected table, and no longer those that went. */
extern void partitions_guard(const Node *command);

#endif
