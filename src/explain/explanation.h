/*
 * explanation.h
 *		What an action does, as rows: a row for each step, and for what is done
 *		besides.
 *
 * The folder explain/ shows how actions run: their statements, plans and locks, and what
 * a run that is undone has measured. It may include base/, lookup/, definition/,
 * document/, program/, run/, steps/, engine/ and preview/.
 */
#ifndef CA_EXPLANATION_H
#define CA_EXPLANATION_H

#include "postgres.h"

#include "program/statement.h"
#include "utils/jsonb.h"

struct Frame;
struct Watch;

/* Texts are NULL where there is nothing to say. */
typedef struct ExplainRow
{
	const char *step;			/* path, "target", "3.when" */
	char	   *does;
	char	   *guard;
	const char *locks;
	const char *statement;
	const char *plan;
	const char *bulk;			/* the statement for many items */

	Statement  *source;			/* of the statement, or NULL */

	/* Of a run: */
	const char *key_statement;	/* the statement with what tells keys, or NULL */
	bool		counted;		/* it is something that can run by itself */
	uint64		runs;
	uint64		rows;
	double		time;			/* milliseconds */
	double		longest;		/* that one run has taken */
} ExplainRow;

typedef struct Explanation
{
	MemoryContext mcxt;			/* of all this */
	List	   *rows;			/* of ExplainRow */
	Jsonb	   *input;			/* NULL: for any */
	bool		sensitive;		/* plans must not show values */
} Explanation;

/* Makes the rows of the program of a frame. */
extern void explanation_make(Explanation *explanation, struct Frame *frame);

/* Adds the statements that would work for many items at once, or why there are none. */
extern void explanation_add_bulk(Explanation *explanation, struct Frame *frame);

/* Adds what was watched of steps that have no statement of their own. */
extern void explanation_add_watched(Explanation *explanation, const struct Watch *watch);

/* The row of a statement's text, or NULL. */
extern ExplainRow *explanation_row(const Explanation *explanation, const char *text);

#endif
