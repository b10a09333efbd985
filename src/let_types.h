/*
 * let_types.h
 *		The types of let names: what "types" says, else the common type of all
 *		values of the name in the action.
 *
 * A definition is compiled until the types that it was compiled with are those
 * that its values ask for: mostly once. See let_types.c.
 */
#ifndef CA_LET_TYPES_H
#define CA_LET_TYPES_H

#include "postgres.h"

#include "definition.h"
#include "formula.h"
#include "utils/hsearch.h"

struct Compiler;

/* A name that is set at several places, or has its type said. */
typedef struct LetType
{
	char	   *name;
	int			places;			/* that set it */
	bool		only_text;		/* all of them are strings, templates or null */
	bool		declared;		/* by "types" */
	bool		broken;			/* its type is not known; reported */
	bool		settled;		/* type and typmod are what it is compiled with */
	bool		provisional;	/* the same, but taken from a value in this pass */
	bool		failed;			/* one of its values did not compile in this pass */
	bool		conflict;		/* its values have no common type */
	bool		reported;		/* ... which was said in this pass */
	Oid			type;
	int32		typmod;
	List	   *notes;			/* of LetNote: what its values are, found in this pass */
} LetType;

typedef struct LetTypes
{
	List	   *names;			/* of LetType */
	HTAB	   *by_name;
	int			passes;
	bool		any_open;		/* some name has no type as the pass begins */
	bool		guessing;		/* nothing known is left to go by: values may take open names for NULL */
	bool		in_open_value;	/* compiling such a value */
	bool		skipped;		/* a value was left out because it reads a name without a type */
	MemoryContext mcxt;
} LetTypes;

/* What there is to find out; NULL: nothing. Problems with "types" go to the sink. */
extern LetTypes *let_types_scan(const Definition *definition, ProblemSink *sink);
extern LetType *let_type_find(const LetTypes *lets, const char *name);

/* Before and after a definition is compiled; false: what was compiled is good. */
extern void let_types_begin(LetTypes *lets);
extern bool let_types_again(LetTypes *lets);

/* The type that a value is wanted as; InvalidOid: its own. */
extern Oid	let_type_wanted(const LetType *let, int32 *typmod);
/* Notes what a value is. */
extern void let_type_note(LetTypes *lets, LetType *let, const char *location, const Value *value,
						  const Expression *expression, bool left_out);
/* The values of a name without a common type, as a sentence. */
extern char *let_type_conflict(const LetType *let);

/* Does the value read a name whose type is not known in this pass? Then it is left out. */
extern bool let_types_leave_out(struct Compiler *compiler, const Value *value);
/* Was a value left out since this was last asked? */
extern bool let_types_left_out(struct Compiler *compiler);

#endif
