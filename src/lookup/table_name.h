/*
 * table_name.h
 *		Which relations are tables for an action, and whose.
 */
#ifndef CA_TABLE_NAME_H
#define CA_TABLE_NAME_H

#include "postgres.h"

/* Does a relation of this kind hold rows that a definition can name? */
extern bool relkind_is_table(char kind);

/*
 * The relation of a qualified name, in whatever spelling; whoever asks need not have
 * privileges on its schema. InvalidOid: there is none; of NULL, too.
 */
extern Oid	relation_named(const char *name);

/* InvalidOid: there is no such relation. */
extern Oid	table_owner(Oid table);

#endif
