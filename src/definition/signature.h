/*
 * signature.h
 *		What callers see of an action: key, inputs and outputs with their types.
 *
 * A signature is resolved from a definition under the current search_path; it
 * is compared with pg_proc wherever a source and its function meet.
 */
#ifndef CA_SIGNATURE_H
#define CA_SIGNATURE_H

#include "postgres.h"

#include "definition/definition.h"

#define CA_MAX_ARGUMENTS	100

typedef struct Argument
{
	char	   *name;			/* of the function's argument: "target", "reason" */
	char	   *column;			/* key column, or NULL for a parameter */
	Oid			type;
	int32		typmod;
	Oid			collation;
	bool		required;		/* input: no SQL default; output: NULL is an error */
	Parameter  *parameter;		/* NULL for a key column */
	Oid			references;		/* input: table whose key it is, or InvalidOid */
	struct KeyColumn *reference_key;	/* and that key */
	bool		broken;			/* its type is not known; text stands in */
} Argument;

typedef struct Signature
{
	Oid			table;			/* bound table, or InvalidOid */
	bool		broken;			/* bound to a table that is not known, or has no such key */
	int			nkeys;			/* leading inputs that are the target's key */
	int			ninputs;		/* key columns, required, then optional inputs */
	Argument   *inputs;			/* in the function's argument order */
	int			noutputs;
	Argument   *outputs;
} Signature;

/*
 * Resolves types, bound table and key. With a collecting sink, what is wrong
 * is marked as broken, so that the rest can be checked.
 */
extern Signature *signature_resolve(const Definition *definition, ProblemSink *sink);

/* The type that a definition gives for something that holds values. */
typedef struct TypeWork
{
	const char *text;
	const char *what;			/* "a column" */
	Oid			type;
	int32		typmod;
} TypeWork;

/* For guards: the same of a TypeWork; raises of a type that no value has by itself, too. */
extern void type_work(void *arg);

/*
 * Compares a signature with a pg_proc row: NULL when they agree, else one
 * sentence per difference. lax allows what a new version may change (required
 * to optional, optional inputs after the others); strict is for a source that
 * must match its function.
 */
extern char *signature_difference(const Signature *signature, Oid function, bool lax);

/* Raises UA006 unless a source's signature is that of its function. */
extern void signature_require(const Signature *signature, Oid function);

/* Resolves the name of a table or view; a problem goes to a collecting sink, InvalidOid is returned. */
extern Oid	table_of_name_guarded(const char *name, const char *location, ProblemSink *sink);

#endif
