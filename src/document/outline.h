/*
 * outline.h
 *		A definition as lines for people: what holds for it as a whole, what it
 *		takes and answers, and what each step does, in plain words and in the order
 *		in which it is done.
 *
 * describe.c lays the lines out as text and as rows; diagrams label their boxes
 * with them. What the lines of a step say is said by its kind (StepKind.describe),
 * by means of the last functions.
 */
#ifndef CA_OUTLINE_H
#define CA_OUTLINE_H

#include "postgres.h"

#include "definition/definition.h"

/* Kinds of lines that are of no step */
#define LINE_OF_HEADER		"action"
#define LINE_OF_INPUT		"input"
#define LINE_OF_OUTPUT		"output"
#define LINE_OF_PLUGIN		"plugin"
#define LINE_OF_PROBLEM		"problem"

typedef struct OutlineLine
{
	const char *path;			/* "2", "2.set.due", "5.else", "4.case 1", "plugins.1", "timeout",
								 * "input.reason" */
	const char *kind;			/* of a step's first line its kind; of the line above a list of
								 * steps the list: "else", "case", "on_error"; one of the above;
								 * NULL: the line belongs to the one before it */
	const Step *step;			/* whose line it is, or NULL */
	int			depth;			/* how far in, from 0 */
	bool		enabled;		/* what it is about */
	char	   *text;			/* however long, with line ends where a formula has them */
} OutlineLine;

typedef struct Outline
{
	List	   *lines;			/* of OutlineLine */
	/* While a step is described: */
	const Step *step;
	StringInfo	words;			/* of its first line */
	char	   *last_words;		/* which come at the end of that */
	int			depth;
} Outline;

/* The lines of a definition, and of the problems (Problem) that it has. */
extern Outline *outline_of(const Definition *definition, const List *problems);

/* What a step does: its first line without its condition. */
extern char *outline_step_words(const Step *step);

/* What an input or output is: its line. */
extern char *outline_parameter_words(const Parameter *parameter);

/* For StepKind.describe: adds words to the first line of the step. */
extern void outline_say(Outline *outline, const char *format,...) pg_attribute_printf(2, 3);

/* Adds a line below it, about the field of this key: "message", "set.due". */
extern void outline_add(Outline *outline, const char *key, const char *format,...) pg_attribute_printf(3, 4);

/*
 * Adds a line "name = value" for each member of an object, which may be NULL, at
 * a key, or without one where the members are the step's. If there is one only, it
 * goes to the end of the first line, behind these words; not if they are NULL.
 */
extern void outline_values(Outline *outline, const char *key, const Json *values, const char *before);

#endif
