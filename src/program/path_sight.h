/*
 * path_sight.h
 *		Does the search_path matter to what an analysed statement or formula does?
 */
#ifndef CA_PATH_SIGHT_H
#define CA_PATH_SIGHT_H

#include "postgres.h"

#include "nodes/pg_list.h"
#include "program/program.h"

/* Of the rewritten queries of a statement; their tables are locked. */
extern bool queries_see_path(const List *queries);

/* Of what a program does besides running statements. */
extern bool program_sees_path(const Program *program);

#endif
