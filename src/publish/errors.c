/*
 * errors.c
 *		Every way an action can fail, as far as definitions and catalogs say, as rows.
 *
 * The compiler finds it while it checks; nothing of a user's runs. What the action
 * as a whole may be refused for comes first, then steps in their order. A step whose
 * errors its on_error, or that of one around it, always deals with is left out, but
 * for limits, with which none does. The ways of a performed action stand behind the
 * path of the step. Of what is published the steps' ways are facts that are kept with
 * it; the others are read from its header.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/row_text.h"
#include "base/settings.h"
#include "base/sqlstate.h"
#include "base/text_list.h"
#include "common/hashfn.h"
#include "definition/envelope.h"
#include "definition/facts.h"
#include "definition/value_text.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "lookup/key.h"
#include "lookup/table_rules.h"
#include "miscadmin.h"
#include "program/failure.h"
#include "program/input_check.h"
#include "program/program.h"
#include "publish/check.h"
#include "publish/errors.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(custom_action_definition_errors);
PG_FUNCTION_INFO_V1(custom_action_published_errors);

/* Columns of the result */
enum
{
	ERROR_SQLSTATE,
	ERROR_MESSAGE,
	ERROR_STEP,
	ERROR_WHEN,
	ERROR_COLUMNS
};

/* One action on the way down. */
typedef struct ErrorWalk
{
	const char *prefix;			/* "3: support.page_on_call", or NULL */
	Oid			function;		/* InvalidOid: a draft */
	const struct ErrorWalk *above;
	bool		limits_only;	/* all else is dealt with */
	struct Told *told;
} ErrorWalk;

/* What has been told by all. */
typedef struct Told
{
	List	   *errors;			/* of Failure, in their order, with full paths */
	HTAB	   *keys;			/* of char *: what tells them apart */
} Told;

static void walk_function(ErrorWalk *walk);

/* Adds a way, unless it is there already: two fields of a step may break one rule. */
static void
add_way_once(Told *told, Failure *failure)
{
	const char *key = psprintf("%d %s\n%s", failure->sqlstate, failure->path ? failure->path : "", failure->message);
	bool		found;

	(void) hash_search(told->keys, &key, HASH_ENTER, &found);
	if (!found)
		told->errors = lappend(told->errors, failure);
}

/* Tells of one way; path NULL: of the action as a whole. */
static void
tell_way(const ErrorWalk *walk, const char *path, int sqlstate, const char *message, const char *when)
{
	Failure    *failure = palloc0(sizeof(Failure));

	CHECK_FOR_INTERRUPTS();
	failure->sqlstate = sqlstate;
	failure->message = message;
	failure->when = when;
	failure->path = walk->prefix == NULL ? path :
		path == NULL ? walk->prefix : psprintf("%s %s", walk->prefix, path);
	add_way_once(walk->told, failure);
}

/* Tells of one that callers bring about by what they pass besides inputs, or that settings of theirs do. */
static void
tell_call(const ErrorWalk *walk, const Program *program)
{
	const char *action = program->action;

	if (!program->read_only)
	{
		tell_way(walk, NULL, ERRCODE_CA_KEY_REUSED, psprintf("the idempotency key was used for another request of action \"%s\"", action),
				 "an idempotency key comes again with other inputs");
		tell_way(walk, NULL, ERRCODE_CA_BUDGET, psprintf("action \"%s\" has written more rows than it may", action),
				 "its steps, with those of the actions that it leads to, write more rows than custom_actions.max_rows");
	}
	tell_way(walk, NULL, ERRCODE_CA_BUDGET, psprintf("action \"%s\" has sent more statements than it may", action),
			 "it takes more statements than custom_actions.max_statements");
	tell_way(walk, NULL, ERRCODE_CA_EFFECT, psprintf("action \"%s\" would not do what was approved", action),
			 "expect is given, and it would do something else than the preview showed");
	if (program->target != NULL)
		tell_way(walk, NULL, ERRCODE_CA_CHANGED,
				 psprintf("the row in %s has changed since it was read", relation_name_canonical(program->target->relation)),
				 "if_match is given, and is not the version of the row");
}

/* Tells of limits, with which no on_error deals. */
static void
tell_limits(const ErrorWalk *walk, const Program *program)
{
	const Definition *definition = program->definition;

	tell_way(walk, NULL, ERRCODE_QUERY_CANCELED, psprintf("action \"%s\" exceeded its time limit", program->action),
			 definition->timeout != NULL ? psprintf("it takes longer than %s", definition->timeout) :
			 "it takes longer than custom_actions.action_timeout");
	if (definition->max_rows > 0)
		tell_way(walk, NULL, ERRCODE_CA_BUDGET, psprintf("action \"%s\" has written more rows than it may", program->action),
				 psprintf("its steps, with those of the actions that it leads to, write more than %d rows", definition->max_rows));
}

/* Tells what stands before the action. */
static void
tell_entry(const ErrorWalk *walk, const Program *program)
{
	const char *runner = program->definition->as_owner ? "the owner" : "the caller";
	const Json *frozen = json_get(program->definition->json, "frozen");

	tell_way(walk, NULL, ERRCODE_INSUFFICIENT_PRIVILEGE, psprintf("permission denied for action \"%s\"", program->action),
			 "the caller may not execute it");
	tell_way(walk, NULL, ERRCODE_INSUFFICIENT_PRIVILEGE, "permission denied",
			 psprintf("%s lacks a privilege that check_action_privileges() lists", runner));
	tell_way(walk, NULL, ERRCODE_CA_NOT_ACTIVE, psprintf("action \"%s\" is not active", program->action),
			 "it was deactivated");
	tell_way(walk, NULL, ERRCODE_CA_DEPTH, psprintf("action \"%s\" would run too deep", program->action),
			 psprintf("actions nest deeper than custom_actions.max_depth, now %d", setting_max_depth));
	tell_limits(walk, program);
	if (walk->prefix == NULL)
		tell_call(walk, program);
	if (frozen != NULL && frozen->count > 0)
		tell_way(walk, NULL, ERRCODE_CA_MEANING, psprintf("a formula of action \"%s\" would use something else than when it was activated",
														  program->action),
				 "another object has come before one that it names");
}

/* Tells the rules of the domains that an input, or output, is of or made of. */
static void
tell_domain(const ErrorWalk *walk, const char *path, Oid type)
{
	ListCell   *cell;

	foreach(cell, domain_rules(type))
	{
		const TableRule *rule = lfirst(cell);

		tell_way(walk, path, rule->sqlstate, rule->message, rule->when);
	}
}

/* Tells that a text may be none of an enum's labels. */
static void
tell_labels(const ErrorWalk *walk, const Program *program, const Argument *input, const char *path)
{
	Oid			type = getBaseType(input->type);
	Oid			element = get_element_type(type);

	if (OidIsValid(element))
		type = getBaseType(element);
	if (get_typtype(type) == TYPTYPE_ENUM)
		tell_way(walk, path, ERRCODE_INVALID_TEXT_REPRESENTATION,
				 psprintf("input \"%s\" of action \"%s\" cannot be that", input->name, program->action),
				 psprintf("it is none of the labels of %s", format_type_be(type)));
}

/* Tells what is asked of an input. */
static void
tell_input(const ErrorWalk *walk, const Program *program, const Argument *input)
{
	char	   *path = psprintf("input.%s", input->name);

	if (input->required)
		tell_way(walk, path, ERRCODE_NULL_VALUE_NOT_ALLOWED,
				 psprintf("input \"%s\" of action \"%s\" is required", input->name, program->action), "it is left out or NULL");
	tell_domain(walk, path, input->type);
	tell_labels(walk, program, input, path);
	if (OidIsValid(input->references))
		tell_way(walk, path, ERRCODE_FOREIGN_KEY_VIOLATION,
				 psprintf("input \"%s\" of action \"%s\": there is no row (%s) in %s", input->name, program->action,
						  input->reference_key->name, relation_name_canonical(input->references)),
				 "there is no such row, or it is not visible");
	if (input->parameter != NULL && input->parameter->options != NULL)
		tell_way(walk, path, ERRCODE_INVALID_PARAMETER_VALUE,
				 psprintf("input \"%s\" of action \"%s\" cannot be that", input->name, program->action),
				 psprintf("it is not one of %s", value_text(input->parameter->options)));
}

/* Tells what is asked of inputs. */
static void
tell_inputs(const ErrorWalk *walk, const Program *program)
{
	const Signature *signature = program->signature;

	if (walk->prefix == NULL)
		tell_way(walk, NULL, ERRCODE_INVALID_PARAMETER_VALUE, psprintf("action \"%s\" has no input of that name", program->action),
				 "JSON has a key that is no input");
	for (int i = 0; i < signature->ninputs; i++)
		tell_input(walk, program, &signature->inputs[i]);
}

/* Tells that the target may not be there. */
static void
tell_target(const ErrorWalk *walk, const Program *program)
{
	List	   *names = NIL;
	char	   *table;

	if (program->target == NULL)
		return;
	for (int i = 0; i < program->signature->nkeys; i++)
		names = lappend(names, program->signature->inputs[i].column);
	table = relation_name_canonical(program->target->relation);
	tell_way(walk, NULL, program->definition->not_found, psprintf("there is no row (%s) in %s", text_list_join(names), table),
			 "the target does not exist, or is not visible");
}

/* Tells which outputs must not be NULL in the end. */
static void
tell_outputs(const ErrorWalk *walk, const Program *program)
{
	for (int i = 0; i < program->signature->noutputs; i++)
	{
		const Argument *output = &program->signature->outputs[i];

		tell_domain(walk, psprintf("output.%s", output->name), output->type);
		if (output->parameter->required_given && output->required)
			tell_way(walk, psprintf("output.%s", output->name), ERRCODE_NULL_VALUE_NOT_ALLOWED,
					 psprintf("output \"%s\" of action \"%s\" is required, but has no value", output->name, program->action),
					 "nothing has set it in the end");
	}
}

/* Is a path that of a step or list, or of something below it? */
static bool
is_below(const char *path, const char *above)
{
	int			length = strlen(above);

	return strncmp(path, above, length) == 0 && (path[length] == '\0' || path[length] == '.');
}

/* The innermost step that a place is in, or NULL. */
static const Step *
step_of_place(const List *steps, const char *place)
{
	ListCell   *cell;
	ListCell   *branch;

	foreach(cell, steps)
	{
		const Step *step = lfirst(cell);

		if (!is_below(place, step->path))
			continue;
		foreach(branch, step->branches)
		{
			const Step *inside = step_of_place(((const Branch *) lfirst(branch))->steps, place);

			if (inside != NULL)
				return inside;
		}
		return step;
	}
	return NULL;
}

/* The path of the step that a place is in, or "input.n"; NULL: of the action as a whole. */
static const char *
path_of_place(const List *steps, const char *place)
{
	const Step *step = place != NULL ? step_of_place(steps, place) : NULL;
	const char *name;

	if (step != NULL)
		return step->path;
	if (place == NULL || (strncmp(place, "input.", 6) != 0 && strncmp(place, "output.", 7) != 0))
		return place;
	name = strchr(place, '.') + 1;
	return pnstrdup(place, name - place + strcspn(name, "."));
}

/* Does a list of steps raise again what it deals with? */
static bool
raises_again(const List *steps)
{
	ListCell   *cell;
	ListCell   *branch;

	foreach(cell, steps)
	{
		const Step *step = lfirst(cell);

		if (step->enabled && strcmp(step->kind->name, "stop") == 0 && step->subject->text != NULL &&
			strcmp(step->subject->text, "failed") == 0 && json_get(step->json, "message") == NULL)
			return true;
		foreach(branch, step->branches)
		{
			if (raises_again(((const Branch *) lfirst(branch))->steps))
				return true;
		}
	}
	return false;
}

/* What a step's on_error does with the error of a path: NULL, it has none for it. */
static const Branch *
handler_of(const Step *step, const char *path)
{
	ListCell   *cell;

	foreach(cell, step->branches)
	{
		const Branch *branch = lfirst(cell);

		if (strcmp(branch->key, "on_error") == 0)
			return is_below(path, branch->path) ? NULL : branch;
	}
	return NULL;
}

/*
 * Follows an error from the outermost step to its own: is it always dealt with?
 * Adds to when what that hangs on.
 */
static bool
is_dealt_with(const List *steps, const char *path, char **when)
{
	ListCell   *cell;
	ListCell   *branch;

	foreach(cell, steps)
	{
		const Step *step = lfirst(cell);
		const char *condition = json_get_text(step->json, "on_error_when");
		const Branch *handler;

		if (!is_below(path, step->path))
			continue;
		handler = handler_of(step, path);
		if (handler != NULL && condition == NULL && !raises_again(handler->steps))
			return true;
		if (handler != NULL && condition != NULL)
			*when = psprintf("%s; and on_error of step %s passes it on, unless %s", *when, step->path, formula_text(condition));
		foreach(branch, step->branches)
		{
			if (is_dealt_with(((const Branch *) lfirst(branch))->steps, path, when))
				return true;
		}
	}
	return false;
}

/* Is this action being looked at already? */
static bool
is_on_the_way(const ErrorWalk *walk, Oid function)
{
	for (; walk != NULL; walk = walk->above)
		if (walk->function == function)
			return true;
	return false;
}

/* Tells the ways of an action that a step performs. */
static void
walk_performed(const ErrorWalk *walk, const char *path, Oid function, bool dealt_with)
{
	ErrorWalk	below = {.function = function, .above = walk, .told = walk->told};
	char	   *name = function_name_canonical(function);

	below.limits_only = walk->limits_only || dealt_with;
	check_stack_depth();
	if (is_on_the_way(walk, function))
		return;
	below.prefix = walk->prefix == NULL ? psprintf("%s: %s", path, name) : psprintf("%s %s: %s", walk->prefix, path, name);
	walk_function(&below);
}

/* Is the action one of these, or performed by one? */
static bool
is_one_of(const ErrorWalk *walk, const List *actions)
{
	for (; walk != NULL; walk = walk->above)
		if (list_member_oid(actions, walk->function))
			return true;
	return false;
}

/* Tells what a table refuses of what a step gives it, or a domain of a value. */
static void
tell_rules(const ErrorWalk *walk, const char *path, const List *rules, const char *also)
{
	ListCell   *cell;

	foreach(cell, rules)
	{
		const TableRule *rule = lfirst(cell);

		if (rule->may == NIL || !is_one_of(walk, rule->may))
			tell_way(walk, path, rule->sqlstate, rule->message, psprintf("%s%s", rule->when, also));
	}
}

/* Tells one way of a step, or those that it stands for. */
static void
tell_way_of_step(const ErrorWalk *walk, const char *path, const Failure *failure, const char *when)
{
	if (failure->command != NULL)
		tell_rules(walk, path, table_rules(failure->table, failure->command), when);
	else if (OidIsValid(failure->domain))
		tell_rules(walk, path, domain_rules(failure->domain), when);
	else
		tell_way(walk, path, failure->sqlstate, failure->message, when);
}

/* Tells what the steps raise. */
static void
tell_steps(const ErrorWalk *walk, const Program *program)
{
	ListCell   *cell;

	foreach(cell, program->failures->list)
	{
		const Failure *failure = lfirst(cell);
		char	   *when = failure->when != NULL ? pstrdup(failure->when) : pstrdup("");
		bool		dealt_with;

		CHECK_FOR_INTERRUPTS();
		dealt_with = failure->path != NULL && is_dealt_with(program->definition->steps, failure->path, &when);
		if (OidIsValid(failure->performed))
			walk_performed(walk, failure->path, failure->performed, dealt_with);
		else if (!dealt_with && !walk->limits_only)
			tell_way_of_step(walk, path_of_place(program->definition->steps, failure->path), failure, when);
	}
}

/*
 * Tells the ways of a program, of which only its header, its target and its failures
 * are looked at. Under the settings of the action: they decide how rules of tables
 * are written.
 */
static void
tell_program(Program *program, void *arg)
{
	const ErrorWalk *walk = arg;

	if (walk->limits_only)
	{
		tell_limits(walk, program);
		tell_steps(walk, program);
		return;
	}
	tell_entry(walk, program);
	tell_inputs(walk, program);
	tell_target(walk, program);
	tell_steps(walk, program);
	tell_outputs(walk, program);
}

/* Compiles a document as check does, and tells its ways. */
static void
walk_document(ErrorWalk *walk, const char *action, Json *document, Oid owner)
{
	ProblemSink sink = {.collect = true, .mcxt = CurrentMemoryContext, .action = action};
	CompileOptions options = {.action = action, .sink = &sink, .note_failures = true, .function = walk->function};

	(void) check_document_and(document, owner, &options, tell_program, walk);
}

/* What is published, with facts. */
typedef struct PublishedLook
{
	ErrorWalk  *walk;
	const char *action;
	const Envelope *envelope;
	const Facts *facts;
} PublishedLook;

/* Tells the ways of what is published, from the facts that are kept with it. */
static void
tell_facts(void *arg)
{
	const PublishedLook *look = arg;
	ProblemSink sink = {.collect = true, .mcxt = CurrentMemoryContext, .action = look->action};
	Failures	failures = {.list = look->facts->failures};
	Program		program = {.action = look->action, .function = look->walk->function, .failures = &failures};
	Row			target = {.name = "target"};

	program.definition = envelope_definition(look->envelope, &sink);
	program.read_only = program.definition->read_only;
	program.signature = signature_resolve(program.definition, &sink);
	target.relation = program.signature->table;
	if (program.signature->nkeys > 0)
		program.target = &target;
	tell_program(&program, look->walk);
}

/* Tells the ways of what is published; it is compiled if no facts are kept with it. */
static void
walk_function(ErrorWalk *walk)
{
	const PublishedFunction *published = published_function(walk->function);
	Envelope   *envelope = action_envelope(walk->function);
	const char *text = action_facts_text(walk->function);
	const Facts *facts = text == NULL ? NULL : facts_read(text);
	Json	   *document;

	if (facts != NULL)
	{
		PublishedLook look = {walk, published->name, envelope, facts};

		check_as_published(walk->function, tell_facts, &look);
		return;
	}
	document = json_copy(envelope->definition);
	if (envelope->plugins != NULL)
		json_put(document, "plugins", json_copy(envelope->plugins));
	walk_document(walk, published->name, document, check_role(published->owner));
}

/* For the hash table of ways: that of the text that a key points to. */
static uint32
way_hash(const void *key, Size keysize)
{
	const char *text = *(const char *const *) key;

	return hash_bytes((const unsigned char *) text, strlen(text));
}

/* Likewise: 0 if two texts are the same. */
static int
way_compare(const void *one, const void *other, Size keysize)
{
	return strcmp(*(const char *const *) one, *(const char *const *) other);
}

/* Begins to tell. */
static void
told_init(Told *told)
{
	HASHCTL		control = {.keysize = sizeof(char *), .entrysize = sizeof(char *), .hash = way_hash, .match = way_compare,
	.hcxt = CurrentMemoryContext};

	told->errors = NIL;
	told->keys = hash_create("custom action ways to fail", 128, &control, HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
}

/* A copy of ways in the current context. */
static List *
copy_errors(const List *errors)
{
	List	   *copies = NIL;
	ListCell   *cell;

	foreach(cell, errors)
	{
		const Failure *failure = lfirst(cell);
		Failure    *copy = palloc(sizeof(Failure));

		*copy = *failure;
		copy->message = failure->message == NULL ? NULL : pstrdup(failure->message);
		copy->path = failure->path == NULL ? NULL : pstrdup(failure->path);
		copy->when = failure->when == NULL ? NULL : pstrdup(failure->when);
		copies = lappend(copies, copy);
	}
	return copies;
}

List *
errors_of_action(Oid function)
{
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "custom action failures", ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(scratch);
	Told		told;
	ErrorWalk	walk = {.function = function, .told = &told};
	List	   *errors;

	told_init(&told);
	walk_function(&walk);
	MemoryContextSwitchTo(old);
	errors = copy_errors(told.errors);
	MemoryContextDelete(scratch);
	return errors;
}

/* Gives ways as rows. */
static void
put_errors(ReturnSetInfo *result, const List *errors)
{
	ListCell   *cell;

	foreach(cell, errors)
	{
		const Failure *failure = lfirst(cell);
		Datum		values[ERROR_COLUMNS] = {0};
		bool		nulls[ERROR_COLUMNS];

		row_put_text(values, nulls, ERROR_SQLSTATE,
					 failure->sqlstate == ANY_SQLSTATE ? NULL : unpack_sql_state(failure->sqlstate));
		row_put_text(values, nulls, ERROR_MESSAGE, failure->message);
		row_put_text(values, nulls, ERROR_STEP, failure->path);
		row_put_text(values, nulls, ERROR_WHEN, failure->when);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

/* published_errors(action): every way of what is published as a row; none if there is nothing */
Datum
custom_action_published_errors(PG_FUNCTION_ARGS)
{
	Oid			function;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	function = action_find_fresh(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	if (OidIsValid(function))
		put_errors((ReturnSetInfo *) fcinfo->resultinfo, facts_failures(function));
	return (Datum) 0;
}

/* definition_errors(action, definition, owner): every way as a row */
Datum
custom_action_definition_errors(PG_FUNCTION_ARGS)
{
	Told		told;
	ErrorWalk	walk = {.told = &told};
	char	   *action;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return (Datum) 0;
	told_init(&told);
	action = text_to_cstring(PG_GETARG_TEXT_PP(0));
	walk.function = action_find_fresh(action);
	walk_document(&walk, action, json_parse(text_to_cstring(PG_GETARG_TEXT_PP(1))), check_role(PG_GETARG_OID(2)));
	put_errors((ReturnSetInfo *) fcinfo->resultinfo, told.errors);
	return (Datum) 0;
}
