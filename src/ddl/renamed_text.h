/*
 * renamed_text.h
 *		The texts of a definition with the names that objects have now.
 */
#ifndef CA_RENAMED_TEXT_H
#define CA_RENAMED_TEXT_H

#include "postgres.h"

#include "nodes/bitmapset.h"
#include "program/resolved.h"

/* What a command calls otherwise; NULL: it does not say. */
typedef struct NewName
{
	const char *old;
	const char *new;
	const char *schema;			/* of what is called by it; NULL: it is a part of something, or
								 * that is not known */
} NewName;

/* How many names of a formula that nothing explains are tried in all combinations */
#define MAX_TRIED	8

/* The names in a formula that may follow from others: columns of a sub-SELECT, fields. List of SqlToken. */
extern List *formula_open_names(const ResolvedFormula *formula, const NewName *name);

/* A formula with the names of now; the open ones in the set, too. */
extern char *formula_renamed(const ResolvedFormula *formula, const NewName *name, const Bitmapset *open);

/* A dotted name outside of a formula, as what it meant is called now; the same text if nothing has changed. */
extern char *place_renamed(const ResolvedPlace *place, char *text);

#endif
