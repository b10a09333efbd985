/*
 * assignment.h
 *		What let and output share: a list of slots with the expressions that
 *		fill them. All are computed before the first is set, as in UPDATE: the
 *		rows of a draft do not keep the order of names.
 */
#ifndef CA_ASSIGNMENT_H
#define CA_ASSIGNMENT_H

#include "postgres.h"

#include "compile/compiler.h"

struct Frame;

typedef struct Assignment
{
	int			slot;
	int			output;			/* index of the output set, or -1 */
	Expression *expression;		/* NULL after a problem */
	bool		broken;			/* its value does not compile */
} Assignment;

typedef void (*AssignmentCompiler) (Compiler *compiler, Assignment *assignment,
									const char *name, const Json *json);

typedef void (*AssignmentDeclarer) (Compiler *compiler, Assignment *assignment,
									const char *name);

/* Compiles each member of the step's subject, then makes the names known. */
extern void assignment_compile(Compiler *compiler, Instruction *instruction,
							   AssignmentCompiler compile_one, AssignmentDeclarer declare_one);
extern void assignment_execute(struct Frame *frame, Instruction *instruction);

#endif
