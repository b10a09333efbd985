/*
 * assignment.h
 *		What let and output share: a list of slots with the expressions that
 *		fill them, in the order written.
 */
#ifndef CA_ASSIGNMENT_H
#define CA_ASSIGNMENT_H

#include "postgres.h"

#include "compiler.h"

struct Frame;

typedef struct Assignment
{
	int			slot;
	int			output;			/* index of the output set, or -1 */
	Expression *expression;		/* NULL after a problem */
} Assignment;

typedef void (*AssignmentCompiler) (Compiler *compiler, Assignment *assignment,
									const char *name, const Json *json);

/* Compiles each member of the step's subject. */
extern void assignment_compile(Compiler *compiler, Instruction *instruction,
							   AssignmentCompiler compile_one);
extern void assignment_execute(struct Frame *frame, Instruction *instruction);

#endif
