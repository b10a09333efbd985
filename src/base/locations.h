/*
 * locations.h
 *		Positions of trees that enter a statement of another text.
 */
#ifndef CA_LOCATIONS_H
#define CA_LOCATIONS_H

#include "postgres.h"

#include "nodes/primnodes.h"

/*
 * Forgets where the parts of an analysed expression stand: they were read from
 * a text of their own, and whoever looks at the statement takes positions for
 * places in the statement's text (pg_stat_statements cuts constants out there).
 */
extern void locations_clear(Node *tree);

#endif
