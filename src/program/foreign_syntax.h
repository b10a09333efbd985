/*
 * foreign_syntax.h
 *		Ways out for formulas written as in spreadsheets and other languages.
 */
#ifndef CA_FOREIGN_SYNTAX_H
#define CA_FOREIGN_SYNTAX_H

#include "postgres.h"

#include "program/names.h"
#include "program/program.h"

/* Gives a problem of a formula a hint, by its SQLSTATE and what stands where it was found. */
extern void formula_explain(const Program *program, const Names *names, Problem *problem);

/* The hint for a bare word that is something else in SQL, or NULL. */
extern char *formula_word_hint(const char *word);

/* The hint for a formula that is more, or less, than one expression, or NULL. */
extern const char *formula_list_hint(const char *text);

#endif
