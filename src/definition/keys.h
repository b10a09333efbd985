/*
 * keys.h
 *		The keys of a definition. One row says all there is to say of a key:
 *		reading, checking, canonical text, rows of the draft tables, descriptions
 *		and the SQL side follow from it.
 *
 * The keys of the header, of inputs and outputs, of plug-ins, of cases and those
 * that all steps have are in keys.c; those of a kind of step in its file. A list
 * is in canonical order and ends with a row without a key.
 */
#ifndef CA_KEYS_H
#define CA_KEYS_H

#include "postgres.h"

#include "base/json.h"

/* What names look like, and the SQLSTATEs of errors; regular expressions of JSON Schema. */
#define NAME_PATTERN		"^[a-z_][a-z0-9_]{0,62}$"
#define PATH_PATTERN		"^ *(\"([^\"]|\"\")+\"|[^\". ]+) *(\\. *(\"([^\"]|\"\")+\"|[^\". ]+) *)*$"
#define SQLSTATE_PATTERN	"^[0-9A-Z]{5}$"

/* What the document may hold under a key. */
typedef enum ArgumentShape
{
	ARGUMENT_VALUE,				/* any JSON: literal, formula, template, nested */
	ARGUMENT_VALUES,			/* object: name -> value */
	ARGUMENT_CONDITION,			/* string: a formula, '=' optional */
	ARGUMENT_TEXT,				/* string, number or boolean: a text template */
	ARGUMENT_NAME,				/* string */
	ARGUMENT_NAMES,				/* array of strings */
	ARGUMENT_BOOLEAN,
	ARGUMENT_INTEGER,			/* a whole number of at most INTEGER_DIGITS digits */
	ARGUMENT_CHOICE,			/* one of the words in `choices` */
	ARGUMENT_ORDER,				/* string, or array of strings */
	ARGUMENT_OBJECT,			/* object with the keys in `members` */
	ARGUMENT_OBJECTS,			/* array of such objects */
	ARGUMENT_STEPS,				/* array of steps: a branch */
	ARGUMENT_CASES				/* array of {when, do}: the branches of choose */
} ArgumentShape;

/* What the names are that are keys, or the texts, below a key. */
typedef enum KeyMeaning
{
	MEANS_NOTHING,				/* nothing outside of the definition */
	MEANS_COLUMNS,				/* columns of the step's table, or of the bound one: keys, and
								 * texts of a list */
	MEANS_TYPES,				/* types: texts; of a value, one that is a bare text */
	MEANS_TABLES				/* tables: texts */
} KeyMeaning;

typedef struct ArgumentSpec
{
	const char *key;
	ArgumentShape shape;
	bool		required;
	const char *choices;		/* "wait nowait skip" */
	const struct ArgumentSpec *members;
	bool		untold;			/* nothing that anybody writes by hand */
	bool		reads_json;		/* of a value: a text that reads as a number or an object is that */
	KeyMeaning	means;			/* what DDL that renames has to follow (text_walk.h) */

	/* The column of the draft tables for it, or NULL */
	const char *column;
	bool		null_counts;	/* null is a value like others, and does not say that there is none */

	/* What it means to leave it out: "caller", "true", "1", "[]"; or NULL */
	const char *implied;
	const char *unless;			/* a key that turns an implied "true" into "false", or NULL */

	/*
	 * Of the field for it in the part's struct; 0: it is read where it is
	 * used
	 */
	size_t		offset;

	/*
	 * What descriptions say of it, %s is its value; NULL: that is said
	 * elsewhere, or not
	 */
	const char *words;

	/* For who writes definitions, and the schema of them */
	const char *meaning;		/* what it is; of every key that is told */
	const char *pattern;		/* what a string looks like; NULL: it may look like anything */
	const char *needs;			/* a key that has to be there, too, or NULL */
	const char *required_unless;	/* a key, if one of the two has to be there; or NULL */
	bool		empty_counts;	/* ARGUMENT_STEPS: a list without steps says something, too */
	bool		of_texts;		/* ARGUMENT_VALUES: all values are strings, and no formulas */
} ArgumentSpec;

/* The row's field in the struct of its part: fields.c reads it, by the shape. */
#define FIELD(part, member) .offset = offsetof(part, member)

extern const ArgumentSpec action_keys[];
extern const ArgumentSpec input_keys[];
extern const ArgumentSpec output_keys[];
extern const ArgumentSpec plugin_keys[];
extern const ArgumentSpec case_keys[];
extern const ArgumentSpec range_keys[]; /* of whole numbers that a step goes through */
extern const ArgumentSpec step_leading_keys[];	/* between the verb and the kind's own */
extern const ArgumentSpec step_trailing_keys[]; /* after the kind's own */

/* A part of a definition and its keys. */
typedef struct DefinitionPart
{
	const char *name;			/* "action", "input", ...; NULL ends the list */
	const ArgumentSpec *keys;
	const ArgumentSpec *more;	/* or NULL */
} DefinitionPart;

extern const DefinitionPart definition_parts[];

/* Finds a key in a list, which may be NULL. */
extern const ArgumentSpec *key_find(const ArgumentSpec *list, const char *key);

/* What it means to leave a key of an object out, NULL: nothing by itself. */
extern const char *key_implied(const ArgumentSpec *spec, const Json *object);

/* Does a value say no more than is implied? */
extern bool key_is_implied(const ArgumentSpec *spec, const Json *object, const Json *value);

/* The place of a word among choices, or -1; and the word at a place. */
extern int	choice_number(const char *choices, const char *word);
extern char *choice_at(const char *choices, int number);

#define INTEGER_DIGITS	9		/* fits an int whatever they are */

/* Reads a whole number of at most so many digits. */
extern bool integer_parse(const Json *json, int *number);

#endif
