/*
 * trial.h
 *		A look at one place of a definition while it is compiled: what its value is
 *		wanted as, and all names that a formula there may use.
 *
 * The names are those that parser_hooks.c and names.c would resolve at this very
 * moment: the scope they work on is listed, when the value that stands at the place
 * is transformed.
 */
#ifndef CA_TRIAL_H
#define CA_TRIAL_H

#include "postgres.h"

#include "program/formula.h"

/* A name that a formula may use. */
typedef struct ScopeName
{
	char	   *name;			/* as it is written: target.tier, "Due" */
	char	   *type;			/* NULL: not known, since its step does not compile */
	char	   *source;			/* "step 2 (create support.task)" */
	char	   *description;	/* or NULL */
} ScopeName;

typedef struct FormulaTrial
{
	const char *location;		/* of the value, as problems tell it */
	MemoryContext mcxt;			/* of the names */

	/* What was found in the last pass of compiling */
	bool		reached;
	const Value *value;			/* lives as long as the program */
	Oid			wanted;			/* InvalidOid: whatever it is */
	int32		wanted_typmod;
	List	   *names;			/* of ScopeName, the nearest first */
} FormulaTrial;

/* A pass begins: what the one before found does not count. */
extern void trial_begin(FormulaTrial *trial);

/* A value is about to be transformed. */
extern void trial_visit(FormulaTrial *trial, ParseState *pstate, const Scope *scope, const Value *value,
						Oid type, int32 typmod);

/* The type that the value has by itself, once compiled; InvalidOid: none of its own. */
extern Oid	trial_type(const FormulaTrial *trial, int32 *typmod);

#endif
