/*
 * remark_report.h
 *		Tells what a check remarks in a formula.
 */
#ifndef CA_REMARK_REPORT_H
#define CA_REMARK_REPORT_H

#include "postgres.h"

#include "program/formula.h"

/* Are remarks wanted where this scope is compiled? */
extern bool remarks_wanted(const Scope *scope);

/* Adds a warning at the formula, with the position of a node in it. */
extern void remark_add(const Scope *scope, const Formula *formula, int location,
					   const char *message, const char *hint);

#endif
