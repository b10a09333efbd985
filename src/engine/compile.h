/*
 * compile.h
 *		Definition -> program.
 *
 * Compiling only analyses: it plans, folds and evaluates nothing.
 */
#ifndef CA_COMPILE_H
#define CA_COMPILE_H

#include "postgres.h"

#include "program/program.h"

typedef struct CompileOptions
{
	const char *action;			/* canonical name of the action */
	int			version;
	Oid			function;		/* published function, or InvalidOid for a draft */
	ProblemSink *sink;			/* collect: check everything, each statement in a subtransaction */
	bool		freeze;			/* write what was looked up into definition->json */
} CompileOptions;

/* Compiles in a new context below parent. After problems were collected the program is not fit to run. */
extern Program *compile(Definition *definition, const CompileOptions *options,
						MemoryContext parent);

#endif
