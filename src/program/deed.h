/*
 * deed.h
 *		What an action's statements do to tables, and what their values are made of:
 *		noted while it is compiled, where somebody asks for it (program->deeds).
 *
 * A value is told by what it is made of apart from slots, and by its slots. What
 * those hold is known when all is compiled, from the flows of values between them.
 */
#ifndef CA_DEED_H
#define CA_DEED_H

#include "postgres.h"

#include "program/formula.h"

/* What a value may be made of beside inputs, literals and the caller; bits */
#define MADE_OF_ROWS	1		/* of what tables hold, or nobody knows what */
#define MADE_OF_MOMENT	2		/* of the clock, the invocation, a random source */
#define MADE_OF_ANY		(MADE_OF_ROWS | MADE_OF_MOMENT)

typedef struct Making
{
	int			made_of;
	Bitmapset  *slots;			/* and of what these hold */
} Making;

/* A column that a statement gives a value. */
typedef struct DeedColumn
{
	const char *name;
	AttrNumber	attnum;
	bool		overwrites;		/* what a row has already */
	bool		not_null;
	Making		making;
} DeedColumn;

/* What a statement writes. */
typedef struct Deed
{
	const char *path;			/* of the step */
	Oid			relation;
	CmdType		command;
	bool		has_subselect;	/* what it does hangs on more than the rows that it writes */
	bool		takes_conflict; /* an INSERT that does nothing or an UPDATE if the row is there */
	Bitmapset  *conflict;		/* attribute numbers of the key that tells so */
	List	   *columns;		/* of DeedColumn */
} Deed;

typedef struct DeedFlow
{
	const Expression *from;
	int			slot;
} DeedFlow;

typedef struct Deeds
{
	List	   *list;			/* of Deed */
	List	   *flows;			/* of DeedFlow */
	List	   *handed;			/* of Expression: inputs of performed actions */
	List	   *called;			/* of OID: functions of call steps and plug-ins */
	bool		counts;			/* a formula takes the number of a sequence */
} Deeds;

/* Notes what an analysed statement writes; path is the step's, or whose it is. */
extern void deed_note_query(const Scope *scope, const Query *query, const char *path);

/* Notes what an expression is made of, from its analysed tree. */
extern void deed_note_expression(Expression *expression, Node *tree);

/* Notes that the value of an expression, or a part of it, goes into a slot. */
extern void deed_note_flow(struct Program *program, const Expression *from, int slot);

/* Notes an input of an action that is performed, or NULL. */
extern void deed_note_handed(struct Program *program, const Expression *input);

/* Notes a function that may be of any volatility. */
extern void deed_note_called(struct Program *program, Oid function);

#endif
