/*
 * statement.h
 *		A generated SQL statement of a program: its text, its values, the rows
 *		its columns land in, and its plan.
 *
 * The text is complete when compiling ends; the plan is prepared at the first
 * execution and kept. Values are parameters, never text.
 */
#ifndef CA_STATEMENT_H
#define CA_STATEMENT_H

#include "postgres.h"

#include "executor/spi.h"
#include "program/program.h"

/*
 * The key of the rows that a statement writes, which it returns where somebody
 * wants to be told. That is another plan, since it may ask for privileges and
 * policies that the statement itself does not ask for: whether it may be run is
 * found out when it would be (run/key_rights.c).
 */
typedef struct StatementKey
{
	const List *columns;		/* of KeyColumn */
	CmdType		command;		/* that the statement is */
	bool		needs_nothing;	/* the WHERE clause reads all of its columns anyway */
	bool		may_change;		/* an UPDATE that may change it: the old one is wanted, too */
	bool		may_update;		/* an INSERT that may turn into an UPDATE (on_conflict) */
	const char *old_values;		/* "$4, $5": what the old one is, as the WHERE clause has it; or
								 * NULL */

	SPIPlanPtr	plan;			/* NULL until first executed */
	int		   *places;			/* of its columns in the tuple that is returned ... */
	int			old_place;		/* ... where the old ones begin, ... */
	int			inserted_place; /* ... and whether the row is a new one; -1: not returned */

	/* What key_rights.c found last, and when */
	Oid			user;
	uint64		changes;
	bool		allowed;
} StatementKey;

typedef struct Statement
{
	StringInfoData head;		/* a SELECT's text up to its columns, or the whole of another */
	StringInfoData tail;		/* a SELECT's text after its columns */
	bool		select;
	Oid			relation;		/* whose columns are returned */
	Scope	   *scope;
	List	   *into;			/* of Row: where returned columns land, all names of one row
								 * (names.c) */
	Row		   *own;			/* the one of them that the step's own name is, or NULL */
	bool		whole_result;	/* the head is complete; its one column is into's first */
	bool		wants_result;	/* analysis is to find out what it returns */
	List	   *result;			/* of ResultColumn: what analysis found that it returns */
	bool		set_based;		/* many rows: keep no column */
	bool		by_key;			/* one row of a plain table by its full key ... */
	bool		has_subselect;	/* ... though maybe of others, too */
	bool		tells_rows;		/* it returns something of each row that it writes, be it nothing
								 * wanted */
	bool		counts_turns;	/* each row that it returns is a turn of a loop: frame->iteration */
	const char *no_returning;	/* why it cannot return columns, found while checking; or NULL */
	bool		reads_rows;		/* analysis found that it reads columns of the rows it writes, so
								 * that policies for SELECT are asked in any case */
	bool		changes_key;	/* the target's key may be another one afterwards */

	/* For the comment that says whose statement it is */
	const Step *step;			/* NULL: it belongs to none, ... */
	const char *place;			/* ... but to this; NULL: to the bound table */
	List	   *other_steps;	/* of Step: whose work is done as well */
	const char *purpose;		/* "target", "formula 3.when"; or NULL */

	StatementKey *key;			/* of the rows it writes, for observers; NULL: nobody wants it */

	/*
	 * To be run for many items at once: where their relation goes, in the
	 * tail of a SELECT, else in the head (0: it is not made for that); where
	 * the VALUES of an INSERT begin; where the locking clause of a SELECT
	 * does, or 0.
	 */
	int			items_at;
	int			values_at;
	int			lock_at;
	struct Statement *many;		/* the same made for that; NULL until asked for */
	struct Statement *looped;	/* the same for the rows of a loop; likewise */

	struct StatementExpression *as_expression;	/* what it may be run as
												 * (run/statement_expression.h); or NULL */

	SPIPlanPtr	plan;			/* NULL until first executed */
	int			nslots;			/* returned columns ... */
	int		   *slots;			/* ... and the slots they land in, ... */
	int		   *guards;			/* ... each only while this slot is not NULL; -1: always */
} Statement;

typedef struct ResultColumn
{
	char	   *name;
	Oid			type;
	int32		typmod;
} ResultColumn;

/*
 * The relation of many items: of each the values of the slots that a statement uses,
 * in the order of its parameters, its number, and its target's place, if that is
 * known. Its names are such as nobody gives to anything.
 */
#define ITEMS_RELATION		"custom_actions items"
#define ITEMS_ALIAS			"$items"
#define ITEM_COLUMN			"$item"
#define PLACE_COLUMN		"$place"	/* where the item's target is */

/* What stands in an INSERT at values_at; the ")" that ends its head closes it. */
#define VALUES_WORDS		") VALUES ("

/* Adds a value and returns its "$n", for pasting into head or tail. */
extern char *statement_value(Statement *statement, Value *value);

/* The path of what it belongs to. */
extern const char *statement_path(const Statement *statement);

/* Are there columns that it has to return? Known once everything is compiled. */
extern bool statement_returns(const Statement *statement);

/*
 * Puts the final text together, that which returns the key or the other, and notes
 * which slots its columns land in. Both begin alike, so that a value has one place.
 */
extern char *statement_text(Statement *statement, bool with_key);

/*
 * The statement, once it has its final text, as one that does the work of many
 * items: its formulas read their slots from the items' relation. Made once.
 */
extern Statement *statement_for_many(Statement *statement);

/*
 * The same for the rows of a loop: what these slots hold is columns of the items'
 * relation, whose only columns they are, and all others are parameters. It returns
 * nothing but, if asked to, the key.
 */
extern Statement *statement_for_loop(Statement *statement, List *item_slots);

/* The text of that; tells: it returns something of each row, be it no key. */
extern char *statement_loop_text(Statement *looped, bool with_key, bool tells);

/*
 * Its text. It returns what the statement returns, then the key (of a statement that
 * writes, if asked for), then the columns in extra (NULL: none), and unless it is an
 * INSERT the number of the item; a SELECT's rows are in the order given, or NULL.
 */
extern char *statement_many_text(Statement *many, bool with_key, const char *extra, const char *order);

/* The same of an UPDATE or DELETE whose rows are where the items say, if they are also what the statement says. */
extern char *statement_placed_text(Statement *many, bool with_key);

/*
 * A SELECT that gives values of such a statement that writes, by their numbers, of the
 * rows that it would write, and the number of the item. It has a scope of its own.
 */
extern char *statement_values_text(const Statement *many, const List *numbers, Scope **scope);

/* Another "$n" for a value that the analysed statement has already. */
extern char *statement_value_again(Statement *statement, const Value *value);

/* The same key for another statement on the same rows; NULL of NULL. */
extern StatementKey *statement_key_copy(const StatementKey *key);

#endif
