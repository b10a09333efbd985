/*
 * let_types.h
 *		The types of let names: what "types" says, else the common type of all
 *		values of the name in the action.
 *
 * Where values compute something, passes before the one that makes the program
 * find the types, unless that one can do so by itself. See let_types.c.
 */
#ifndef CA_LET_TYPES_H
#define CA_LET_TYPES_H

#include "postgres.h"

#include "base/name_table.h"
#include "definition/definition.h"
#include "program/formula.h"

struct Compiler;

/* A name that is set at several places, or has its type said. */
typedef struct LetType
{
	char	   *name;
	int			places;			/* that set it */
	bool		only_literals;	/* none of them computes anything but text */
	bool		declared;		/* by "types" */
	bool		broken;			/* its type is not known; reported */
	bool		settled;		/* type and typmod are known, though they may grow */
	bool		failed;			/* one of its values did not compile in this pass */
	bool		conflict;		/* its values have no common type */
	bool		reported;		/* ... which was said */
	Oid			type;
	int32		typmod;
	bool		known;			/* settled as the pass began, as this type */
	Oid			known_type;
	int32		known_typmod;
	List	   *notes;			/* of LetNote: what its values are, found in this pass */
	bool		may_follow_others;	/* a value reads let names, or is what the others are */
	int			seen;			/* values that were compiled as the program is made at once */
} LetType;

/* What the compiler is doing. */
typedef enum LetPass
{
	PASS_MAKES,					/* the program, whose types are known */
	PASS_AT_ONCE,				/* the program, while types are found */
	PASS_GIVEN_UP,				/* ... no more: what is left of the pass is for nothing */
	PASS_SEARCHES				/* for types: what cannot matter is left out */
} LetPass;

typedef struct LetTypes
{
	List	   *names;			/* of LetType */
	NameTable  *by_name;
	LetPass		pass;
	int			passes;
	bool		any_open;		/* some name has no type as the pass begins */
	bool		guessing;		/* nothing known is left to go by: values may take open names for
								 * NULL */
	bool		in_value;		/* compiling a value that matters: of a let, or one that tells a
								 * row's type */
	bool		in_open_value;	/* ... while guessing, of an open name */
	bool		left_out;		/* a value was left out */
	bool		met_open;		/* ... of this pass, as it reads a name without a type */
	NameTable  *formulas;		/* that passes parsed, by their text: the raw trees; or NULL */
	List	   *met;			/* objects that formulas meant in the passes before (meaning.h) */
	MemoryContext mcxt;
} LetTypes;

/* What there is to find out; NULL: nothing. Problems with "types" go to the sink. */
extern LetTypes *let_types_scan(const Definition *definition, ProblemSink *sink);
extern LetType *let_type_find(const LetTypes *lets, const char *name);

/* Is there still a type to find? Then a pass has to be made, and the question be asked again. */
extern bool let_types_search(LetTypes *lets);

/* Can the program be made while the types are found? That pass has begun. */
extern bool let_types_begin_at_once(LetTypes *lets);

/* Were they found? Else all is as it was before, and what the pass made is of no use. */
extern bool let_types_end_at_once(LetTypes *lets);

/* A pass read a name whose type was not known, at a place where nothing is left out. */
extern void let_types_note_read(LetTypes *lets);

/* The type that a value is wanted as; InvalidOid: its own. */
extern Oid	let_type_wanted(const LetTypes *lets, const LetType *let, int32 *typmod);

/* Reads a value, as value_parse() does, which passes before may have done. Lets may be NULL. */
extern Value *let_types_value(LetTypes *lets, const Json *json, Oid type, int32 typmod,
							  const char *location);

/* Notes what a value is. */
extern void let_type_note(LetTypes *lets, LetType *let, const char *location, const Value *value,
						  const Expression *expression, bool left_out);

/* The values of a name without a common type, as a sentence. */
extern char *let_type_conflict(const LetType *let);

/* Is this a pass that finds types? */
extern bool let_types_searching(const struct Compiler *compiler);

/* A value that matters is being compiled; returns what it was before, to be put back. */
extern bool let_types_matter(struct Compiler *compiler, bool matters);

/* Is a value left out of this pass: it does not matter, or reads a name without a type? Value NULL: the first only. */
extern bool let_types_leave_out(struct Compiler *compiler, const Value *value);

/* Was a value left out since this was last asked? */
extern bool let_types_left_out(struct Compiler *compiler);

#endif
