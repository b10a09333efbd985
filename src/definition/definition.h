/*
 * definition.h
 *		The definition document as a tree: what the author wrote, shape checked,
 *		nothing looked up in the catalogs yet.
 *
 * definition.c knows the shape of the header; the shape of a step is told by
 * its entry in the table of step kinds (step_kind.h).
 *
 * The folder definition/ holds the document that defines an action: read,
 * checked for shape, printed, made rows of and from rows, with the tables of
 * its keys, stages and kinds of step. Names are looked up for the header only.
 * It may include base/ and lookup/.
 */
#ifndef CA_DEFINITION_H
#define CA_DEFINITION_H

#include "postgres.h"

#include "base/json.h"
#include "base/problem.h"
#include "nodes/pg_list.h"

struct StepKind;

/*
 * Which key of the document goes to which field is said by the row of the key
 * (keys.c); where the comment says nothing else, what is left out is NULL or false.
 */
typedef struct Parameter
{
	Json	   *json;
	char	   *name;
	char	   *type;			/* type name as written, with typmod; NULL: the type of the key
								 * that it references */
	char	   *title;			/* or NULL */
	char	   *references;		/* input: table as written, or NULL */
	Json	   *options;		/* input: values it may have, or NULL */
	bool		output;			/* direction 'out' */
	bool		required;		/* input: no default and not said optional */
	bool		required_given; /* "required" stands in the document */
	bool		sensitive;
	Json	   *initial;		/* "default", or NULL */
	char	   *description;	/* or NULL */
	char	   *location;		/* "input.reason" */
	bool		unsound;		/* of no use: only definition_read() has such; a name may be
								 * missing */
} Parameter;

/* The kind of row and the branch of what choose has in place of steps */
#define BRANCH_CASE		"case"

/* A list of steps below a step: then, else, do, on_error; case 1, case 2, ... */
typedef struct Branch
{
	char	   *key;			/* key in the document; BRANCH_CASE for choose */
	char	   *path;			/* "5.then", "4.case 2" */
	char	   *when;			/* condition of a case as written, else NULL */
	char	   *description;	/* of a case, or NULL */
	List	   *steps;			/* of Step */
} Branch;

typedef struct Step
{
	const struct StepKind *kind;
	char	   *path;			/* "3", "5.then.1", "4.case 2.do.1" */
	Json	   *json;			/* the step's object in the document */
	Json	   *subject;		/* value of the verb key */
	char	   *name;			/* "as", or NULL */
	char	   *when;			/* condition as written, or NULL */
	char	   *description;	/* or NULL */
	bool		enabled;
	bool		unsound;		/* its shape is wrong: only definition_read() has such */
	List	   *branches;		/* of Branch */
} Step;

/* A plug-in, but for what only compiling it asks for. */
typedef struct Registration
{
	const Json *json;
	bool		enabled;
	char	   *description;	/* or NULL */
} Registration;

/* Whom generators show an action; the choices of "visibility" in their order. */
typedef enum Visibility
{
	VISIBLE_TO_ALL,
	VISIBLE_INTERNALLY,
	VISIBLE_TO_AGENTS
} Visibility;

typedef struct Definition
{
	Json	   *json;			/* the whole document; freezing edits it */
	char	   *action;			/* as written, or NULL */
	char	   *title;			/* or NULL */
	int			visibility;		/* a Visibility */
	char	   *deprecated;		/* what to do instead, or NULL */
	char	   *description;
	char	   *table;			/* bound table as written, or NULL: global */
	List	   *key;			/* of char *; NIL: the primary key */
	int			collection;		/* binding: 0 row, 1 collection */
	int			as_owner;		/* run_as: 0 caller, 1 owner */
	bool		read_only;
	bool		lock_given;		/* "lock" stands in the document */
	bool		lock;
	int			not_found;		/* SQLSTATE of a missing target, packed */
	int			log;			/* 0 off, 1 failures, 2 basic, 3 full, 4 trace; -1: as the setting
								 * says */
	char	   *summary;		/* template, or NULL */
	char	   *timeout;
	int64		time_limit;		/* the timeout in milliseconds, 0: none */
	int			max_rows;		/* 0: as many as there are */
	bool		bulk;			/* many items may run at once */
	Json	   *settings;		/* object, or NULL */
	List	   *inputs;			/* of Parameter */
	List	   *outputs;		/* of Parameter */
	List	   *steps;			/* of Step */
	Json	   *plugins;		/* array, null where one is of no use; or NULL */
} Definition;

/* Reads a document; shape errors go to the sink, what is sound is returned. */
extern Definition *definition_parse(Json *document, ProblemSink *sink);

/*
 * The same for who compares or shows: whatever can be told apart, and nothing is
 * reported. Kinds of steps are not to be asked about those that are not sound, and
 * inputs and outputs that are not may be of any shape.
 */
extern Definition *definition_read(Json *document);

/* The value of an argument of a step, NULL when absent. */
#define step_argument(step, key) json_get((step)->json, (key))

#endif
