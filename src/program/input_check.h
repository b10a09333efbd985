/*
 * input_check.h
 *		What is asked of the value of an input beyond its type: that it is the key
 *		of a row, or among options. A program has a list of them, or NIL.
 */
#ifndef CA_INPUT_CHECK_H
#define CA_INPUT_CHECK_H

#include "postgres.h"

#include "program/statement.h"

typedef struct InputCheck
{
	int			input;			/* place in the signature */
	Oid			type;			/* of a value, or of the elements of an array of them, below
								 * domains */
	bool		is_array;		/* the input is one: all its elements are looked at */

	Statement  *reference;		/* finds the row of the value, or of an array the first element
								 * without one; NULL: it references nothing */
	const char *table;			/* canonical name */
	const char *column;
	Oid			key_type;		/* that the value has in the statement */

	Expression *options;		/* array of the type, or NULL: any value will do */
} InputCheck;

#endif
