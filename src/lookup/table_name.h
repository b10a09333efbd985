/*
 * table_name.h
 *		Which relations are tables for an action, and whose.
 */
#ifndef CA_TABLE_NAME_H
#define CA_TABLE_NAME_H

#include "postgres.h"

/* Does a relation of this kind hold rows that a definition can name? */
extern bool relkind_is_table(char kind);

/* InvalidOid: there is no such relation. */
extern Oid	table_owner(Oid table);

#endif
