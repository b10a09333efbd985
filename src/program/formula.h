/*
 * formula.h
 *		Values of a definition (literals, formulas, templates, nested JSON) and
 *		their way to typed expression trees.
 *
 * Every statement is generated with $1 ... $n; the parser hooks set up here
 * answer $n with the transformed tree of the n-th value's own parse, itself
 * resolved by column hooks to Params over the program's slots. No text of a
 * user's is ever pasted into SQL, and positions refer to the formula.
 */
#ifndef CA_FORMULA_H
#define CA_FORMULA_H

#include "postgres.h"

#include "base/json.h"
#include "nodes/params.h"
#include "nodes/primnodes.h"
#include "parser/parse_node.h"
#include "program/findings.h"
#include "utils/plancache.h"

struct Program;
struct Row;
struct Statement;

/* A formula as parsed once: one expression, or one ORDER BY list. */
typedef struct Formula
{
	char	   *text;			/* as written, without the leading '=' */
	Node	   *raw;			/* raw parse tree of the expression */
	int			offset;			/* bytes before text in what was parsed */
	char	   *location;		/* "3.set.title" */
	bool		condition;		/* must be boolean by itself */
	bool		part;			/* stands between the braces of a template */
	bool		key;			/* says which row is meant, by its key */
	bool		remarked;		/* all that may be remarked has been */
	Oid			natural_type;	/* of the expression, before it becomes what is wanted */
	int32		natural_typmod;
} Formula;

typedef enum ValueKind
{
	VALUE_LITERAL,				/* scalar JSON */
	VALUE_FORMULA,
	VALUE_TEMPLATE,				/* parts: literals and formulas, concatenated as text */
	VALUE_ARRAY,
	VALUE_OBJECT,
	VALUE_SLOT					/* what a slot holds, e.g. the target's key */
} ValueKind;

typedef struct Value
{
	ValueKind	kind;
	const Json *json;			/* as written */
	Formula    *formula;
	List	   *keys;			/* of char *, VALUE_OBJECT */
	List	   *items;			/* of Value *, template parts, array or object members */
	int			slot;			/* VALUE_SLOT */
	char	   *location;
	bool		reads_this;		/* names of the scope's this_row mean columns of `this` */

	/* What it is wanted as; InvalidOid: its own natural type */
	Oid			type;
	int32		typmod;

	/* For remarks: the column it is written to, or InvalidOid */
	Oid			relation;
	AttrNumber	attnum;
	bool		remarked;		/* its texts have been looked at */
} Value;

/* How long the state of a planned expression can be used (run/state_life.c) */
typedef enum StateLife
{
	LIFE_TRANSACTION,
	LIFE_USER,					/* as long as nobody's rights change, by one user */
	LIFE_LASTING				/* the same, by all users */
} StateLife;

/* A value computed outside any table: condition, let, output, message. */
typedef struct Expression
{
	int			number;			/* place in the frame's array of states */
	Value	   *value;
	Oid			type;			/* of the result */
	int32		typmod;
	bool		byval;
	int16		length;
	bool		mutable;		/* needs a fresh snapshot */
	bool		unsteady;		/* asked twice, it may say two things, or use something up */
	bool		plain;			/* no sub-SELECT: evaluated without SPI */
	Node	   *tree;			/* analysed, not planned */
	struct Making *making;		/* what it is made of, where deeds are noted (deed.h); else NULL */
	CachedExpression *cached;	/* planned, of a plain one; tracks invalidation */
	int			generation;		/* counts the plannings */
	StateLife	life;			/* of a state that is made of it, as planned */
	bool		has_checks;		/* a state has copies of the checks of domains */
	struct Statement *query;	/* SELECT $1, of one that is not plain */
	struct Scope *scope;
} Expression;

/* A value in the text of a statement. */
typedef struct Placeholder
{
	Value	   *value;
	List	   *slots;			/* of int: what it reads, in the order it does */
	bool		bare;			/* it is nothing but what a slot holds */
	int			position;		/* in the final text */
} Placeholder;

/* How the rows of the statement that a formula runs as are its value (sub_select.c) */
typedef enum Selects
{
	SELECTS_VALUE,				/* there is one */
	SELECTS_ROW,				/* there is one, or none, which is NULL */
	SELECTS_EXISTS,				/* there is one that is true, or none */
	SELECTS_NOT_EXISTS			/* there is one that is false, or none */
} Selects;

/*
 * What names mean at one place of the definition. Passed to the parser hooks
 * of every statement generated there, also when a plan is made anew, so it
 * lives as long as the program.
 */
typedef struct Scope
{
	struct Program *program;
	struct Names *names;		/* what formulas here may call by name, or NULL */
	struct RowChain *rows;		/* those of the names that are visible here */
	Findings   *findings;		/* set while compiling only */
	List	   *placeholders;	/* of Placeholder: the values of the statement's text */
	Placeholder **placed;		/* those in the final text, by position; NULL: it is not there yet */
	int			nplaced;
	Placeholder *placeholder;	/* being transformed */
	List	   *parameters;		/* of int: the slots, in the order that formulas first refer to
								 * them */
	bool		numbered;		/* a Param's number is its place among those, not its slot's */
	bool		for_many;		/* slots are columns of the relation of many items ... */
	List	   *item_slots;		/* ... of int: these alone, in this order; NIL: all that are
								 * parameters, in theirs */
	bool		one_value;		/* it is SELECT of one: a sub-SELECT there takes its place */
	Selects		selects;		/* what it was when it was analysed last */
	bool		in_summary;		/* evaluated only when the invocation is recorded */
	bool		analysed;		/* its statement has been, and nobody has looked at it since
								 * (run/frame_path.c) */
	Oid			this_relation;	/* the row being read or changed, for warnings */
	Bitmapset  *slots;			/* slots that formulas refer to */
	int			number;			/* scopes count up in the order they run in ... */
	int			again;			/* ... and what may run after this one counts from here: see
								 * statement.c */
	struct Row *this_row;		/* the row being changed, for values that read it where it is */
	bool		reads_this;		/* the value being transformed is one of them */
	const Formula *current;		/* formula being transformed, else NULL */
	ParseState *pstate;			/* where the current formula stands */
} Scope;

/*
 * The value of an expression tree or statement's parameter, coerced to what it
 * is wanted as. Errors name the formula and the position in it.
 */
extern Node *value_transform(ParseState *pstate, Scope *scope, Value *value);

/* Is nothing inside the value computed? */
extern bool value_is_literal(const Value *value);

/* What such a value says, its "==" read as "=". */
extern Json *value_json(const Value *value);

/* Does the meaning of this type's text depend on the clock or the session? */
extern bool type_reads_clock(Oid type);

/* Would reading a literal of this type run code of a user's? A domain inside does; a domain itself counts by its base type. */
extern bool type_contains_domain(Oid type);

#endif
