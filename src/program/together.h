/*
 * together.h
 *		What of tables and formulas tells that one statement does the work of many.
 */
#ifndef CA_TOGETHER_H
#define CA_TOGETHER_H

#include "postgres.h"

#include "nodes/parsenodes.h"
#include "utils/rel.h"
#include "utils/reltrigger.h"

/* What trees use that others may, too. */
typedef struct SharedUse
{
	List	   *read;			/* tables, as OIDs */
	List	   *sequences;		/* that are drawn from, each in one place */
} SharedUse;

/* Is there anything in the tree that ties rows together? Adds what it uses, as far as it got. */
extern bool tree_ties_rows(Node *tree, SharedUse *use);

/* May the checks of a domain look around with which a value of the type is made? */
extern bool type_looks_around(Oid type);

/* Why rows that are written to the table are not independent of each other; or NULL. */
extern const char *table_ties_rows(Relation relation);

/*
 * Does an analysed INSERT leave out columns of domains whose checks look around? They are
 * made NULL, which the check is asked about, when the statement is planned.
 */
extern bool insert_looks_around(Relation relation, const Query *query);

/* Does an analysed UPDATE of the table change what decides whether a row is the only one of its kind? */
extern bool update_is_of_unique(Relation relation, const Query *query);

/* Is the trigger one of ours, that keeps others from writing the table? Actions queue no event of it. */
extern bool trigger_is_protecting(const Trigger *trigger);

#endif
