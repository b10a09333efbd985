/*
 * summary_template.h
 *		The summary of an action, compiled.
 */
#ifndef CA_SUMMARY_TEMPLATE_H
#define CA_SUMMARY_TEMPLATE_H

#include "postgres.h"

#include "compile/compiler.h"

/* Compiles the summary, if there is one; when all else but it is compiled. */
extern void summary_compile(Compiler *compiler);

#endif
