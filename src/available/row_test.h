/*
 * row_test.h
 *		action_available(): would an action begin for this row?
 */
#ifndef CA_ROW_TEST_H
#define CA_ROW_TEST_H

#include "postgres.h"

#include "available/flat.h"

/*
 * What an action asks for of rows of a type, in the current context; NULL if the
 * current user may not invoke it, or nobody can. There is an error to be raised if there
 * is no such action, or it is not for such rows. Not to be called in parallel mode.
 */
extern Flat *row_test_flat(const char *name, Oid row_type, Oid *function, ErrorData **error);

#endif
