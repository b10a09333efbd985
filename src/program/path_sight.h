/*
 * path_sight.h
 *		Does the search_path matter to what an analysed statement or formula does?
 */
#ifndef CA_PATH_SIGHT_H
#define CA_PATH_SIGHT_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "program/program.h"

/* Of the rewritten queries of a statement; their tables are locked. So many changes of the catalogs are known. */
extern bool queries_see_path(const List *queries, uint64 changes);

/* Of what a program does besides running statements. */
extern bool program_sees_path(const Program *program);

/* Of a function: what PostgreSQL does not bring along may look at anything. */
extern bool function_sees(Oid function);

/*
 * Is a type, or that of an array's elements, one of PostgreSQL's own plain types? Its
 * values can be computed with, read and printed without a look at the path.
 */
extern bool type_is_blind(Oid type);

#endif
