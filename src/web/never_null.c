/*
 * never_null.c
 *		Which outputs are never null, promised or not.
 *
 * An output that nothing promises is proven not to be null if each step that sets it
 * gives it such a value, and if its default is one or a step that runs in any case sets
 * it. Such values are literals; required inputs; columns that are NOT NULL, of the
 * target and of rows that a step creates in any case; coalesce() of these and of others
 * of the same type. All must be of the output's type, so that no cast comes between.
 *
 * NOT NULL is believed of ordinary tables alone that nothing inherits from: a row of
 * another may come from where it is not enforced. The catalogs are asked anew each
 * time: what is told does not outlive a constraint.
 */
#include "postgres.h"

#include "access/relation.h"
#include "access/tupdesc.h"
#include "base/compat.h"
#include "base/sql_tokens.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "definition/step_kind.h"
#include "definition/value_text.h"
#include "lookup/table_name.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "web/never_null.h"

/* What is proven of one output. */
typedef struct Proof
{
	const WebAction *action;
	const Argument *output;
	bool		set_somewhere;	/* a step sets it to what may be null */
	bool		set_always;		/* one that runs in any case sets it */
	bool		may_end;		/* a step may end the action before others run */
} Proof;

/* Part of a formula. */
typedef struct Formula
{
	const char *text;
	const List *tokens;			/* of SqlToken */
} Formula;

/* How a value is known. */
typedef enum Known
{
	KNOWN_NOT,					/* nothing is known of it */
	KNOWN_TYPE,					/* it is of the output's type */
	KNOWN_NEVER_NULL			/* and never null */
} Known;

/* Is a column of a relation NOT NULL, of all rows that it has? */
static bool
attribute_is_never_null(TupleDesc descriptor, int place)
{
#if PG_VERSION_NUM >= 180000
	return TupleDescCompactAttr(descriptor, place)->attnullability == ATTNULLABLE_VALID;
#else
	return TupleDescAttr(descriptor, place)->attnotnull;
#endif
}

/* Does a relation keep what is NOT NULL, and each row that is put into it? */
static bool
keeps_rows(Relation relation, bool created)
{
	if (relation->rd_rel->relkind != RELKIND_RELATION)
		return false;
	if (!created)
		return !relation->rd_rel->relhassubclass;
	return !relation->rd_rel->relhasrules && (relation->trigdesc == NULL || !relation->trigdesc->trig_insert_before_row);
}

/* What is known of a column; created: of a row that a step makes. */
static Known
known_of_column(const Proof *proof, Oid table, const char *name, bool created)
{
	Relation	relation = OidIsValid(table) ? try_relation_open(table, AccessShareLock) : NULL;
	Known		known = KNOWN_NOT;

	if (relation == NULL)
		return KNOWN_NOT;
	for (int i = 0; i < RelationGetDescr(relation)->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(RelationGetDescr(relation), i);

		if (attribute->attisdropped || strcmp(NameStr(attribute->attname), name) != 0 ||
			attribute->atttypid != proof->output->type)
			continue;
		known = keeps_rows(relation, created) && attribute_is_never_null(RelationGetDescr(relation), i) ?
			KNOWN_NEVER_NULL : KNOWN_TYPE;
	}
	relation_close(relation, AccessShareLock);
	return known;
}

/* What is known of an input. */
static Known
known_of_input(const Proof *proof, const char *name)
{
	const Signature *signature = proof->action->signature;

	for (int i = signature->nkeys; i < signature->ninputs; i++)
	{
		const Argument *input = &signature->inputs[i];

		if (strcmp(input->name, name) == 0 && input->type == proof->output->type)
			return input->required ? KNOWN_NEVER_NULL : KNOWN_TYPE;
	}
	return KNOWN_NOT;
}

/* How many steps have a name, those in others included. */
static int
count_named(const List *steps, const char *name)
{
	int			count = 0;
	ListCell   *cell;
	ListCell   *inside;

	check_stack_depth();
	foreach(cell, steps)
	{
		const Step *step = lfirst(cell);

		count += step->name != NULL && strcmp(step->name, name) == 0;
		foreach(inside, step->branches)
			count += count_named(((const Branch *) lfirst(inside))->steps, name);
	}
	return count;
}

/* Does a step run in any case, if the action gets that far? */
static bool
runs_always(const Step *step)
{
	return step->enabled && !step->unsound && step->when == NULL && step->branches == NIL;
}

/* Does a step make exactly one row? */
static bool
creates_one(const Step *step)
{
	return runs_always(step) && step->kind->creates && strcmp(step->kind->name, "create") == 0 &&
		step->subject->kind == JSON_IS_STRING && step_argument(step, "from") == NULL &&
		step_argument(step, "where") == NULL && step_argument(step, "on_conflict") == NULL;
}

/* What is known of a column of the row of a step. */
static Known
known_of_created(const Proof *proof, const char *row, const char *name)
{
	const List *steps = proof->action->definition->steps;
	ListCell   *cell;

	if (proof->may_end || count_named(steps, row) != 1)
		return KNOWN_NOT;
	foreach(cell, steps)
	{
		const Step *step = lfirst(cell);

		if (step->name != NULL && strcmp(step->name, row) == 0)
			return creates_one(step) ? known_of_column(proof, relation_named(step->subject->text), name, true) : KNOWN_NOT;
	}
	return KNOWN_NOT;
}

/* What is known of "scope.name". */
static Known
known_of_name(const Proof *proof, const char *scope, const char *name)
{
	if (strcmp(scope, "input") == 0)
		return known_of_input(proof, name);
	if (strcmp(scope, "target") == 0)
		return proof->action->signature->nkeys > 0 ?
			known_of_column(proof, proof->action->signature->table, name, false) : KNOWN_NOT;
	return known_of_created(proof, scope, name);
}

/* The character that a token is; '\0': it is another. */
static char
sign_of(const Formula *formula, int place)
{
	const SqlToken *token = list_nth(formula->tokens, place);

	return token->name == NULL && !token->is_string ? formula->text[token->offset] : '\0';
}

/* Is a constant in quotes, or a number, of a type that takes it as it is? */
static bool
is_constant(const Proof *proof, const Formula *formula, int place)
{
	const SqlToken *token = list_nth(formula->tokens, place);

	switch (proof->output->type)
	{
		case TEXTOID:
		case VARCHAROID:
			return token->is_string;
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case NUMERICOID:
			return !token->is_string && token->name == NULL && isdigit((unsigned char) formula->text[token->offset]);
		case BOOLOID:
			return token->name != NULL && formula->text[token->offset] != '"' &&
				(strcmp(token->name, "true") == 0 || strcmp(token->name, "false") == 0);
		default:
			return false;
	}
}

/* What is known of a constant or "scope.name" from one token to before another. */
static Known
known_of_part(const Proof *proof, const Formula *formula, int from, int to)
{
	const SqlToken *scope = from < to ? list_nth(formula->tokens, from) : NULL;
	const SqlToken *name = to - from == 3 ? list_nth(formula->tokens, from + 2) : NULL;

	if (to - from == 1)
		return is_constant(proof, formula, from) ? KNOWN_NEVER_NULL : KNOWN_NOT;
	if (name == NULL || scope->name == NULL || name->name == NULL || sign_of(formula, from + 1) != '.')
		return KNOWN_NOT;
	return known_of_name(proof, scope->name, name->name);
}

/* Is coalesce() of parts, of which each is known, never null? */
static bool
coalesce_is_never_null(const Proof *proof, const Formula *formula)
{
	const SqlToken *word = linitial(formula->tokens);
	int			last = list_length(formula->tokens) - 1;
	int			from = 2;
	bool		never_null = false;

	if (last < 3 || word->name == NULL || strcmp(word->name, "coalesce") != 0 || formula->text[word->offset] == '"' ||
		sign_of(formula, 1) != '(' || sign_of(formula, last) != ')')
		return false;
	for (int i = from; i <= last; i++)
	{
		Known		known;

		if (i < last && sign_of(formula, i) != ',')
			continue;
		known = known_of_part(proof, formula, from, i);
		if (known == KNOWN_NOT)
			return false;
		never_null |= known == KNOWN_NEVER_NULL;
		from = i + 1;
	}
	return never_null;
}

/* Is a formula never null? */
static bool
formula_is_never_null(const Proof *proof, const char *text)
{
	Formula		formula = {.text = text};

	if (strstr(text, "--") != NULL || strstr(text, "/*") != NULL)
		return false;			/* comments are no tokens */
	formula.tokens = sql_tokens(text);
	if (formula.tokens == NIL)
		return false;
	return known_of_part(proof, &formula, 0, list_length(formula.tokens)) == KNOWN_NEVER_NULL ||
		coalesce_is_never_null(proof, &formula);
}

/* Is a value, or the lack of one, never null? */
static bool
value_is_never_null(const Proof *proof, const Json *value)
{
	const char *rest;

	if (value == NULL || value->kind == JSON_IS_NULL)
		return false;
	if (value->kind != JSON_IS_STRING)
		return true;
	switch (value_text_read(value->text, &rest))
	{
		case TEXT_LITERAL:
			return true;
		case TEXT_FORMULA:
			return formula_is_never_null(proof, rest);
		default:
			return false;
	}
}

/* Can one of these steps end the action? */
static bool
may_end(const List *steps)
{
	ListCell   *cell;
	ListCell   *inside;

	check_stack_depth();
	foreach(cell, steps)
	{
		const Step *step = lfirst(cell);

		if (step->unsound || step->kind->ends)
			return true;
		foreach(inside, step->branches)
		{
			if (may_end(((const Branch *) lfirst(inside))->steps))
				return true;
		}
	}
	return false;
}

/* Looks at what steps set the output to; top: they are those of the action itself. */
static void
look_at_steps(Proof *proof, const List *steps, bool top)
{
	ListCell   *cell;
	ListCell   *inside;

	foreach(cell, steps)
	{
		const Step *step = lfirst(cell);
		const Json *value = !step->unsound && strcmp(step->kind->name, "output") == 0 ?
			json_get(step->subject, proof->output->name) : NULL;

		CHECK_FOR_INTERRUPTS();
		if (value != NULL)
		{
			proof->set_somewhere |= !value_is_never_null(proof, value);
			proof->set_always |= top && runs_always(step) && !proof->may_end;
		}
		foreach(inside, step->branches)
			look_at_steps(proof, ((const Branch *) lfirst(inside))->steps, false);
	}
}

bool
output_is_never_null(const WebAction *action, const Argument *output)
{
	const Definition *definition = action->definition;
	Proof		proof = {.action = action, .output = output};
	Oid			base = getBaseType(output->type);

	if (base == JSONOID || base == JSONBOID)
		return false;			/* a null of JSON is a value to PostgreSQL */
	if (output->required && output->parameter->required_given)
		return true;
	if (definition->plugins != NULL && definition->plugins->count > 0)
		return false;			/* these set what they want */
	proof.may_end = may_end(definition->steps);
	look_at_steps(&proof, definition->steps, true);
	return !proof.set_somewhere && (proof.set_always || value_is_never_null(&proof, output->parameter->initial));
}
