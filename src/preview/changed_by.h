/*
 * changed_by.h
 *		Who made a change: a step, a plug-in, a trigger, a cascade.
 */
#ifndef CA_CHANGED_BY_H
#define CA_CHANGED_BY_H

#include "postgres.h"

#include "nodes/nodes.h"
#include "nodes/pg_list.h"
#include "preview/watch.h"

/* Does a foreign key of the changed table pass on what was done to another one? */
typedef bool (*CascadeTest) (CmdType operation, void *arg);

/*
 * Adds who was at work at a command, unless it is there already. The operation is
 * what was done to the row then.
 */
extern void changed_by_add(List **by, const Watch *watch, CommandId command, CmdType operation,
						   CascadeTest cascades, void *arg);

#endif
