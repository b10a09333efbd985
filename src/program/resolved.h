/*
 * resolved.h
 *		What the names of a definition meant while it was compiled, and where in
 *		its texts they stand.
 *
 * Kept for who asks only: compile options that name none cost nothing. It lives
 * in memory of its own and outlives the program, and so what it says of catalogs
 * that are looked at as they were (lookup/past.h).
 */
#ifndef CA_RESOLVED_H
#define CA_RESOLVED_H

#include "postgres.h"

#include "catalog/objectaddress.h"
#include "nodes/pg_list.h"

struct Formula;
struct Program;
struct Value;

/* A name in the text of a formula, and the object that it meant. */
typedef struct ResolvedName
{
	int			offset;			/* of its token in the text */
	int			length;
	bool		is_schema;		/* the name of the object's schema */
	bool		is_bare;		/* of a table, type or function without a schema before it */
	bool		is_literal;		/* a string that reading made the object: a label, '...'::regclass */
	ObjectAddress object;		/* objectSubId: column */
	Oid			schema;			/* that the object was in, ... */
	char	   *schema_was;		/* ... and what that was called, or NULL */
	char	   *was;			/* what the object was called, of a literal as the literal has it */
} ResolvedName;

typedef struct ResolvedFormula
{
	char	   *location;		/* "3.set.due" */
	char	   *text;
	List	   *tokens;			/* of SqlToken */
	List	   *names;			/* of ResolvedName */
	List	   *others;			/* of int: offsets of names that are known to mean something else */
	List	   *trees;			/* of Node *: what it became, without names and places */
	List	   *own;			/* of char *: what it read of the names of the action */
} ResolvedFormula;

/* A place outside of formulas that names an object: a table, a function, a type. */
typedef struct ResolvedPlace
{
	char	   *location;
	ResolvedName name;			/* without a place */
	char	   *signature;		/* that a function had, or NULL */
} ResolvedPlace;

/* What the columns of a table were called, by number from 1; NULL: dropped. */
typedef struct ResolvedColumns
{
	Oid			relation;
	int			count;
	char	  **names;
} ResolvedColumns;

typedef struct Resolved
{
	MemoryContext mcxt;
	List	   *formulas;		/* of ResolvedFormula, in the order in which they were first
								 * compiled */
	List	   *places;			/* of ResolvedPlace: names of objects */
	List	   *tables;			/* of ResolvedPlace: the table of a step, the row type of an object */
	List	   *columns;		/* of ResolvedColumns: of those tables */
	List	   *labels;			/* of ResolvedPlace: literals of an enum */
	List	   *trees;			/* of Node *: statements and expressions */
	ResolvedFormula *current;
} Resolved;

extern Resolved *resolved_new(MemoryContext parent);

/* Forgets all: another pass begins. */
extern void resolved_reset(Resolved *resolved);

/* The formula that is being transformed from here on; gives what was before. NULL: nobody asks. */
extern ResolvedFormula *resolved_enter(struct Program *program, const struct Formula *formula);

/* It is over, in whatever way. */
extern void resolved_leave(struct Program *program, ResolvedFormula *outer);

/* Places outside of formulas. */
extern void resolved_place(struct Program *program, const char *location, Oid class, Oid object);
extern void resolved_table(struct Program *program, const char *location, Oid relation);
extern void resolved_label(struct Program *program, const struct Value *value, Oid type);

/* Says of a name what object it means, and what that is called. */
extern void resolved_describe(ResolvedName *name, Oid class, Oid object, int part);

/* Adds a copy of a tree that is equal to others if they mean the same. */
extern void resolved_tree_add(Resolved *resolved, List **trees, Node *tree);

/* A statement or expression, analysed. */
extern void resolved_statement(struct Program *program, Node *tree);

/* The object of a place, or NULL. */
extern const ResolvedPlace *resolved_place_find(const List *places, const char *location);

/* What the columns of a table among those of the steps were called, or NULL. */
extern const ResolvedColumns *resolved_columns_find(const Resolved *resolved, Oid relation);

/* Do two mean the same, and if not, which formula differs first? -1: it is none of them. */
extern bool resolved_same(const Resolved *one, const Resolved *other, int *formula);

#endif
