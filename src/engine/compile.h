/*
 * compile.h
 *		Definition -> program.
 *
 * Compiling only analyses: it plans, folds and evaluates nothing.
 *
 * The folder engine/ holds the drivers: compiling a definition, one invocation,
 * the cache of programs, the language, the call by name. It may include base/,
 * lookup/, definition/, program/, compile/, run/, steps/ and plugins/.
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
	struct Resolved *resolved;	/* is told what names mean, or NULL */
	struct FormulaTrial *trial; /* a place to look at, or NULL (program/trial.h) */
	bool		note_uses;		/* note in program->uses what is used where */
	bool		note_failures;	/* note in program->failures how it can fail */
	bool		note_deeds;		/* note in program->deeds what it does to tables */
} CompileOptions;

/*
 * Compiles in a new context below parent, program->mcxt. The program goes on
 * using the definition and all that this points to, so they must live as long.
 * Who only looks at the program lets it end with a context that ends anyway. Who
 * keeps it makes parent a context for it alone, reads the definition in there,
 * too, and writes it to program->home: freeing the program deletes that
 * (program_cache.c). After problems were collected the program is not fit to run.
 */
extern Program *compile_definition(Definition *definition, const CompileOptions *options,
								   MemoryContext parent);

#endif
