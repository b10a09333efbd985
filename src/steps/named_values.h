/*
 * named_values.h
 *		What let and output share: a list of slots with the expressions that
 *		fill them. All are computed before the first is set, as in UPDATE: the
 *		rows of a draft do not keep the order of names.
 */
#ifndef CA_NAMED_VALUES_H
#define CA_NAMED_VALUES_H

#include "postgres.h"

#include "compile/compiler.h"

struct Frame;

typedef struct NamedValue
{
	int			slot;
	int			output;			/* index of the output set, or -1 */
	Expression *expression;		/* NULL after a problem */
	bool		broken;			/* its value does not compile */
} NamedValue;

typedef void (*NamedValueCompiler) (Compiler *compiler, NamedValue *named,
									const char *name, const Json *json);

typedef void (*NamedValueDeclarer) (Compiler *compiler, NamedValue *named,
									const char *name);

/* Compiles each member of the step's subject, then makes the names known. */
extern void named_values_compile(Compiler *compiler, Instruction *instruction,
								 NamedValueCompiler compile_one, NamedValueDeclarer declare_one);
extern void named_values_execute(struct Frame *frame, Instruction *instruction);
extern bool named_values_preconditions(struct Preconditions *preconditions, Instruction *instruction);

#endif
