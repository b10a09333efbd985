/*
 * value.h
 *		Reads values of a definition: shape and syntax.
 */
#ifndef CA_VALUE_H
#define CA_VALUE_H

#include "postgres.h"

#include "program/formula.h"

/* Sorting items of an order_by: "created_at desc, id" */
typedef struct SortItem
{
	Value	   *value;
	const char *suffix;			/* " DESC NULLS LAST" */
} SortItem;

/* Parses the text of an order_by: expressions, each with its direction. */
extern List *value_parse_order(const char *text, const char *location);

/* Reads a value; shape and syntax errors raise with position. */
extern Value *value_parse(const Json *json, Oid type, int32 typmod, const char *location);

/* The value that a string is, a formula that was parsed before: into this raw tree. */
extern Value *value_of_formula(const Json *json, const Node *raw, Oid type, int32 typmod,
							   const char *location);

/* The }} that ends a formula of a template, minding SQL's quotes; NULL: there is none. */
extern const char *template_formula_end(const char *start);

/* boolean, '=' optional */
extern Value *value_parse_condition(const char *text, const char *location);

/* Parses a formula: one SQL scalar expression. */
extern Formula *formula_parse(const char *text, const char *location);

/*
 * In an error context callback: moves the position of an error into the formula
 * it belongs to and shows its text; false if the error has no position.
 */
extern bool formula_shift_position(const Formula *formula);

#endif
