/*
 * own_table.h
 *		Reads the tables of the extension's own schema. Whole rows are written by
 *		own_row.h.
 */
#ifndef CA_OWN_TABLE_H
#define CA_OWN_TABLE_H

#include "postgres.h"

/*
 * The text in a column of the row with this primary key; NULL for none. The key
 * is the table's first column, a text. Asked on nobody's behalf: the user need
 * not have privileges on the table.
 */
extern char *own_table_text(const char *table, const char *key, const char *column);

/*
 * Has one of the rows with this key, among those that an index is for, true in a
 * column? The index begins with the table's first column, a text. On the same terms.
 */
extern bool own_table_is_marked(const char *table, const char *index, const char *key, const char *column);

/* Who owns a table of the extension, InvalidOid: it is not there. */
extern Oid	own_table_owner(const char *table);

/* Owner in the draft of a canonical name, or NULL. */
extern char *draft_owner(const char *name);

/* Shows the key of every row to a function, on the same terms. */
extern void own_table_keys(const char *table, void (*look) (const char *key, void *arg), void *arg);

#endif
