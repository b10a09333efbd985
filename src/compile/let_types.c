/*
 * let_types.c
 *		Finds the types of let names: the common type of all values of a name,
 *		as UNION finds it.
 *
 * A value may read the name that it sets, or another one, so types and values
 * depend on each other. Before a definition is compiled into a program, it is
 * compiled in passes that only look at the values of lets, and at what tells
 * the types of rows that they may read. A name is open until something is known
 * of its type; values that read an open name are left out of a pass. After it,
 * each name gets the common type of what its values were found to be. That is
 * done until nothing changes, or nothing can: where no value reads an open name,
 * one pass has seen them all as they are. When nothing moves and names are still open,
 * those that have a JSON object among their values are jsonb. Then the values of
 * open names are tried with NULL for these, and what remains open is text. Names
 * all of whose values are literals need no pass.
 *
 * Mostly all values of a name are of one type as they stand, and are read only after
 * the last of them. So, when a program is made to be run, it is tried first to make it
 * at once: each value as it is, which is what it would be wanted as. As soon as a
 * name is read whose values have not all been seen, or one of them differs, that is
 * given up, before anything was compiled that would look otherwise after passes; so
 * it cannot fail where these would not.
 *
 * Nothing here catches errors: running goes through the same passes as
 * checking did, and they must end the same way without subtransactions. What
 * fails in a pass therefore fails the check (compile.c).
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "compile/compiler.h"
#include "compile/let_types.h"
#include "definition/shape.h"
#include "definition/step_walk.h"
#include "definition/value_text.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "parser/parse_coerce.h"
#include "program/natural.h"
#include "program/value.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#define PASSES_PER_NAME	3		/* then types that go on changing are given up */

/* What a value of a name is. */
typedef enum LetSort
{
	LET_TYPED,
	LET_LITERAL,				/* follows the others */
	LET_NULL,					/* the same */
	LET_ARRAY,					/* a JSON array: follows those it can */
	LET_OBJECT,					/* a JSON object */
	LET_OPEN					/* left out: reads an open name */
} LetSort;

typedef struct LetNote
{
	LetSort		sort;
	char	   *location;
	Oid			type;			/* of LET_TYPED, LET_ARRAY and LET_OBJECT */
	int32		typmod;
	bool		empty;			/* of LET_ARRAY */
} LetNote;

LetType *
let_type_find(const LetTypes *lets, const char *name)
{
	return lets ? name_table_find(lets->by_name, name) : NULL;
}

static bool let_type_advance(const LetTypes *lets, LetType *let);

/* Finds a name, or adds it. */
static LetType *
let_type_get(LetTypes *lets, const char *name)
{
	LetType    *let = name_table_find(lets->by_name, name);

	if (let != NULL)
		return let;
	let = palloc0(sizeof(LetType));
	let->name = pstrdup(name);
	let->only_literals = true;
	let->typmod = -1;
	lets->names = lappend(lets->names, let);
	(void) name_table_add(lets->by_name, name, let);
	return let;
}

/* Forgets a name that has but one value. */
static void
let_type_forget(LetTypes *lets, const LetType *let)
{
	name_table_remove(lets->by_name, let->name);
}

/* Takes the type that a step says a name has. */
static void
declare_type(LetTypes *lets, const Step *step, const char *name, const Json *json, ProblemSink *sink)
{
	char	   *location = psprintf("%s.types.%s", step->path, name);
	TypeWork	work = {.text = json->text, .what = "a let name", .typmod = -1};
	LetType    *let;
	bool		sound = false;

	if (json_get(step->subject, name) == NULL)
	{
		problem_report(sink, ERRCODE_UNDEFINED_PARAMETER, location,
					   psprintf("this let does not set \"%s\"", name), NULL,
					   "\"types\" stands beside a let that sets the name.");
		return;
	}
	let = let_type_get(lets, name);
	if (json->kind != JSON_IS_STRING)
		problem_report(sink, ERRCODE_INVALID_PARAMETER_VALUE, location,
					   psprintf("the type must be a string, not %s", json_kind_name(json)), NULL, NULL);
	else if ((sound = problem_guard(sink, location, type_work, &work, NULL, NULL)) &&
			 let->declared && (let->type != work.type || let->typmod != work.typmod))
		problem_report(sink, ERRCODE_DATATYPE_MISMATCH, location,
					   psprintf("\"%s\" is of type %s in another let", name,
								format_type_with_typemod(let->type, let->typmod)), NULL,
					   "A name has one type in the whole action.");
	if (!let->declared)
	{
		let->type = sound ? work.type : InvalidOid;
		let->typmod = work.typmod;
		let->broken = !sound;
	}
	let->declared = true;
}

/* Notes a value that computes nothing, or only text; false: it does more. */
static bool
note_literal(LetType *let, const char *location, const Json *json)
{
	LetNote    *note = palloc0(sizeof(LetNote));
	const char *rest;
	ValueText	written;

	note->location = psprintf("%s.%s", location, let->name);
	note->typmod = -1;
	let->notes = lappend(let->notes, note);
	switch (json->kind)
	{
		case JSON_IS_NULL:
			note->sort = LET_NULL;
			return true;
		case JSON_IS_STRING:
			written = value_text_read(json->text, &rest);
			note->sort = written == TEXT_TEMPLATE ? LET_TYPED : LET_LITERAL;
			note->type = TEXTOID;
			return written != TEXT_FORMULA;
		case JSON_IS_NUMBER:
		case JSON_IS_BOOLEAN:
			note->sort = LET_TYPED;
			note->type = exprType(natural_literal(json));
			return true;
		default:
			return false;
	}
}

/*
 * May a value have to be seen beside others of its name, before it is known what it is?
 * "let." is a guess: what reads an open name in another way is found where it is compiled
 * (reads_open), and text that only looks so costs passes.
 */
static bool
value_may_follow_others(const Json *json)
{
	const char *rest;

	if (json->kind == JSON_IS_STRING)
		return value_text_read(json->text, &rest) == TEXT_LITERAL || strstr(json->text, "let.") != NULL;
	return json->kind != JSON_IS_NUMBER && json->kind != JSON_IS_BOOLEAN;
}

/* Gathers the names that a let sets, and the types it says they have. */
static void
scan_let(LetTypes *lets, const Step *step, ProblemSink *sink)
{
	const Json *types = step_argument(step, "types");

	for (int i = 0; i < step->subject->count; i++)
	{
		LetType    *let = let_type_get(lets, step->subject->keys[i]);

		let->places++;
		let->may_follow_others = let->may_follow_others || value_may_follow_others(step->subject->items[i]);
		let->only_literals = let->only_literals && note_literal(let, step->path, step->subject->items[i]);
	}
	for (int i = 0; types != NULL && i < types->count; i++)
		declare_type(lets, step, types->keys[i], types->items[i], sink);
}

typedef struct LetScan
{
	LetTypes   *lets;
	ProblemSink *sink;
} LetScan;

/* Gathers the names that a step sets, if it is compiled. */
static bool
scan_step(const Step *step, void *arg)
{
	const LetScan *scan = arg;

	if (step->enabled && step->kind->sets_lets)
		scan_let(scan->lets, step, scan->sink);
	return step->enabled;
}

LetTypes *
let_types_scan(const Definition *definition, ProblemSink *sink)
{
	MemoryContext mcxt = AllocSetContextCreate(CurrentMemoryContext, "custom action let types",
											   ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(mcxt);
	LetTypes   *lets = palloc0(sizeof(LetTypes));
	LetScan		scan = {lets, sink};
	List	   *names = NIL;
	ListCell   *cell;

	lets->by_name = name_table_make("custom action let types", mcxt);
	lets->mcxt = mcxt;
	steps_visit(definition->steps, scan_step, &scan);
	foreach(cell, lets->names)
	{
		LetType    *let = lfirst(cell);

		if (let->places < 2 && !let->declared)
		{
			let_type_forget(lets, let);
			continue;
		}
		if (let->declared)
			let->settled = true;
		else if (let->only_literals)
			(void) let_type_advance(lets, let);
		names = lappend(names, let);
	}
	lets->names = names;
	MemoryContextSwitchTo(old);
	if (names != NIL)
		return lets;			/* an error leaves it to the caller's memory */
	MemoryContextDelete(mcxt);
	return NULL;
}

/* Is this a pass that makes no program, whatever it began as? */
static bool
is_searching(const LetTypes *lets)
{
	return lets->pass == PASS_GIVEN_UP || lets->pass == PASS_SEARCHES;
}

/* Is there a name without a type? */
static bool
any_open(const LetTypes *lets)
{
	ListCell   *cell;

	foreach(cell, lets->names)
	{
		const LetType *let = lfirst(cell);

		if (!let->settled && !let->conflict && !let->broken)
			return true;
	}
	return false;
}

/* Prepares for a pass. */
static void
begin_pass(LetTypes *lets)
{
	ListCell   *cell;

	lets->any_open = any_open(lets);
	lets->met_open = false;
	foreach(cell, lets->names)
	{
		LetType    *let = lfirst(cell);

		let->known = let->settled;

		let->known_type = let->type;
		let->known_typmod = let->typmod;
		if (!let->conflict && !let->only_literals)
			let->notes = NIL;
		let->failed = false;
	}
}

Oid
let_type_wanted(const LetTypes *lets, const LetType *let, int32 *typmod)
{
	bool		known = !is_searching(lets) && let->settled && !let->conflict && !let->broken;

	*typmod = known ? let->typmod : -1;
	return known ? let->type : InvalidOid;
}

/* Reads a value in a pass; what a formula is parsed into is kept for the passes to come. */
static Value *
read_and_keep(LetTypes *lets, const Json *json, Oid type, int32 typmod, const char *location)
{
	MemoryContext old = MemoryContextSwitchTo(lets->mcxt);
	Value	   *value = value_parse(json, type, typmod, location);

	if (lets->formulas == NULL)
		lets->formulas = name_table_make("custom action formulas", lets->mcxt);
	if (value->kind == VALUE_FORMULA)
		(void) name_table_add(lets->formulas, json->text, value->formula->raw);
	MemoryContextSwitchTo(old);
	return value;
}

Value *
let_types_value(LetTypes *lets, const Json *json, Oid type, int32 typmod, const char *location)
{
	const Node *raw = NULL;

	if (lets == NULL || json->kind != JSON_IS_STRING || strlen(json->text) >= NAMEDATALEN)
		return value_parse(json, type, typmod, location);
	if (lets->formulas != NULL)
		raw = name_table_find(lets->formulas, json->text);
	if (raw != NULL)
		return value_of_formula(json, raw, type, typmod, location);
	return is_searching(lets) ? read_and_keep(lets, json, type, typmod, location) :
		value_parse(json, type, typmod, location);
}

/* What a value is that is not left out. */
static void
note_value(LetNote *note, const Value *value, const Expression *expression)
{
	note->sort = LET_TYPED;
	note->type = expression->type;
	note->typmod = expression->typmod;
	switch (value->kind)
	{
		case VALUE_LITERAL:
			if (value->json->kind == JSON_IS_NULL)
				note->sort = LET_NULL;
			else if (value->json->kind == JSON_IS_STRING)
				note->sort = LET_LITERAL;
			else
			{
				note->type = exprType(natural_literal(value->json));
				note->typmod = -1;
			}
			break;
		case VALUE_FORMULA:
			note->type = value->formula->natural_type;
			note->typmod = value->formula->natural_typmod;
			if (note->type == UNKNOWNOID)
				note->sort = LET_LITERAL;
			break;
		case VALUE_TEMPLATE:
			note->type = TEXTOID;
			note->typmod = -1;
			break;
		case VALUE_ARRAY:
		case VALUE_OBJECT:
			note->sort = value->kind == VALUE_ARRAY ? LET_ARRAY : LET_OBJECT;
			note->empty = value->items == NIL;
			break;
		case VALUE_SLOT:
			break;
	}
}

/* From here on the pass finds nothing, and makes nothing. */
static void
stop_making(LetTypes *lets)
{
	lets->pass = PASS_GIVEN_UP;
}

/* Takes a value while the program is made: with the last one the type of the name is known. */
static void
note_at_once(LetTypes *lets, LetType *let, const LetNote *note, const Expression *expression)
{
	if (let->known)
		return;
	if (note->sort != LET_TYPED || note->type != expression->type || note->typmod != expression->typmod ||
		(let->seen > 0 && (note->type != let->type || note->typmod != let->typmod)))
		stop_making(lets);
	let->type = note->type;
	let->typmod = note->typmod;
	let->settled = ++let->seen >= let->places;
}

void
let_type_note(LetTypes *lets, LetType *let, const char *location, const Value *value,
			  const Expression *expression, bool left_out)
{
	MemoryContext old = MemoryContextSwitchTo(lets->mcxt);
	LetNote    *note = palloc0(sizeof(LetNote));

	note->location = pstrdup(location);
	note->sort = LET_OPEN;
	if (!left_out)
		note_value(note, value, expression);
	let->notes = lappend(let->notes, note);
	if (lets->pass == PASS_AT_ONCE)
		note_at_once(lets, let, note, expression);
	MemoryContextSwitchTo(old);
}

/* The common type of NULLs of types, as UNION finds it; InvalidOid: there is none. */
static Oid
common_type(const LetType *let, LetSort sort, bool with_empty)
{
	List	   *nodes = NIL;
	ListCell   *cell;

	foreach(cell, let->notes)
	{
		const LetNote *note = lfirst(cell);

		if (note->sort == sort && OidIsValid(note->type) && (with_empty || !note->empty))
			nodes = lappend(nodes, makeNullConst(note->type, note->typmod, get_typcollation(note->type)));
	}
	return nodes == NIL ? InvalidOid : select_common_type(NULL, nodes, NULL, NULL);
}

/* Is there a value of this sort? */
static bool
has_note(const LetType *let, LetSort sort)
{
	ListCell   *cell;

	foreach(cell, let->notes)
	{
		if (((const LetNote *) lfirst(cell))->sort == sort)
			return true;
	}
	return false;
}

/* Can the JSON arrays and objects among the values be of this type? */
static bool
nested_fit(const LetType *let, Oid type)
{
	Oid			base = getBaseType(type);

	if (type_is_json(base))
		return true;
	return (!has_note(let, LET_ARRAY) || OidIsValid(get_element_type(base))) &&
		(!has_note(let, LET_OBJECT) || type_is_rowtype(base));
}

/* What a name is whose values are literals, JSON arrays and objects. */
static Oid
type_of_literals(const LetType *let)
{
	Oid			type;

	if (has_note(let, LET_OBJECT))
		return JSONBOID;
	if (!has_note(let, LET_ARRAY))
		return TEXTOID;
	type = common_type(let, LET_ARRAY, false);
	if (OidIsValid(type))
		return type;
	type = common_type(let, LET_ARRAY, true);
	return OidIsValid(type) ? type : JSONBOID;
}

/* The type modifier that all values have; -1: they differ. */
static int32
common_typmod(const LetType *let, Oid type)
{
	int32		typmod = -1;
	bool		first = true;
	ListCell   *cell;

	foreach(cell, let->notes)
	{
		const LetNote *note = lfirst(cell);

		if (note->sort != LET_TYPED || note->type != type || (!first && note->typmod != typmod))
			return -1;
		typmod = note->typmod;
		first = false;
	}
	return typmod;
}

/* A settled type only grows, so that the passes end. */
static Oid
grown_type(const LetType *let, Oid type)
{
	List	   *both;
	Oid			grown;

	if (!let->settled || let->type == type)
		return type;
	both = list_make2(makeNullConst(let->type, -1, get_typcollation(let->type)),
					  makeNullConst(type, -1, get_typcollation(type)));
	grown = select_common_type(NULL, both, NULL, NULL);
	return OidIsValid(grown) ? grown : type;
}

/* Gives a name its type; true if it had none or another one. */
static bool
settle(LetType *let, Oid type, int32 typmod)
{
	bool		changed = !let->settled || let->type != type || let->typmod != typmod;

	let->settled = true;
	let->type = type;
	let->typmod = typmod;
	return changed;
}

/* Takes what the values of a name were found to be; true if that is new. */
static bool
let_type_advance(const LetTypes *lets, LetType *let)
{
	Oid			type = common_type(let, LET_TYPED, true);
	bool		typed = has_note(let, LET_TYPED);

	if (let->declared || let->conflict || let->broken)
		return false;
	if (let->notes == NIL)
	{
		let->broken = let->failed || lets->guessing;
		return let->broken;
	}
	if (!typed)
	{
		if (let->settled || (has_note(let, LET_OPEN) && !lets->guessing))
			return false;
		return settle(let, type_of_literals(let), -1);
	}
	if (lets->guessing && !let->settled && OidIsValid(type) && !nested_fit(let, type))
		return settle(let, type_of_literals(let), -1);
	if (!OidIsValid(type) || !nested_fit(let, type))
	{
		let->conflict = true;
		return true;
	}
	type = grown_type(let, type);
	return settle(let, type, common_typmod(let, type));
}

/* Before anything is guessed, open names that JSON objects are values of become jsonb; true: there were some. */
static bool
settle_objects(LetTypes *lets)
{
	bool		any = false;
	ListCell   *cell;

	foreach(cell, lets->names)
	{
		LetType    *let = lfirst(cell);

		if (let->settled || let->conflict || let->broken || !has_note(let, LET_OBJECT))
			continue;
		(void) settle(let, JSONBOID, -1);
		any = true;
	}
	return any;
}

/*
 * Would another pass find the same? Nothing read a name whose type this one did not
 * know, and those that it knew are what they were.
 */
static bool
pass_was_enough(const LetTypes *lets)
{
	ListCell   *cell;

	if (lets->met_open || lets->guessing)
		return false;
	foreach(cell, lets->names)
	{
		const LetType *let = lfirst(cell);

		if (!let->settled || let->failed || let->conflict || let->broken ||
			(let->known && (let->type != let->known_type || let->typmod != let->known_typmod)))
			return false;
	}
	return true;
}

/* Takes what a pass has found; true: make another. */
static bool
end_pass(LetTypes *lets)
{
	bool		again = false;
	ListCell   *cell;

	foreach(cell, lets->names)
		again = let_type_advance(lets, lfirst(cell)) || again;
	again = again && !pass_was_enough(lets);
	lets->guessing = false;
	if (!again && any_open(lets))
	{
		again = true;
		lets->guessing = !settle_objects(lets);
	}
	return again && ++lets->passes < PASSES_PER_NAME * list_length(lets->names) + PASSES_PER_NAME;
}

bool
let_types_search(LetTypes *lets)
{
	MemoryContext old = MemoryContextSwitchTo(lets->mcxt);

	lets->pass = (is_searching(lets) ? end_pass(lets) : any_open(lets)) ? PASS_SEARCHES : PASS_MAKES;
	if (is_searching(lets))
		begin_pass(lets);
	MemoryContextSwitchTo(old);
	return is_searching(lets);
}

bool
let_types_begin_at_once(LetTypes *lets)
{
	ListCell   *cell;

	foreach(cell, lets->names)
	{
		const LetType *let = lfirst(cell);

		if (!let->settled && let->may_follow_others)
			return false;
	}
	begin_pass(lets);
	if (lets->any_open)
		lets->pass = PASS_AT_ONCE;
	return lets->any_open;
}

void
let_types_note_read(LetTypes *lets)
{
	if (lets->pass == PASS_AT_ONCE)
		stop_making(lets);
}

bool
let_types_end_at_once(LetTypes *lets)
{
	bool		found = lets->pass == PASS_AT_ONCE && !any_open(lets);
	ListCell   *cell;

	foreach(cell, found ? NIL : lets->names)
	{
		LetType    *let = lfirst(cell);

		let->settled = let->known;
		let->type = let->known_type;
		let->typmod = let->known_typmod;
	}
	lets->pass = PASS_MAKES;
	return found;
}

char *
let_type_conflict(const LetType *let)
{
	StringInfoData text;
	ListCell   *cell;

	initStringInfo(&text);
	foreach(cell, let->notes)
	{
		const LetNote *note = lfirst(cell);

		if (note->sort == LET_LITERAL || note->sort == LET_NULL || note->sort == LET_OPEN)
			continue;
		appendStringInfo(&text, "%s%s is %s", text.len ? ", " : "", note->location,
						 note->sort == LET_ARRAY ? "a JSON array" : note->sort == LET_OBJECT ? "a JSON object" :
						 format_type_with_typemod(note->type, note->typmod));
	}
	appendStringInfoChar(&text, '.');
	return text.data;
}

/* Is this the name of something whose type is not known in this pass? */
static bool
names_open(Compiler *compiler, const ColumnRef *reference)
{
	const char *first = IsA(linitial(reference->fields), String) ? strVal(linitial(reference->fields)) : "";
	const Row  *row;
	Variable   *variable;

	if (strcmp(first, "let") == 0 && list_length(reference->fields) > 1 &&
		IsA(lsecond(reference->fields), String))
	{
		variable = variable_find(&compiler->names->lets, strVal(lsecond(reference->fields)));
		return variable != NULL && variable->open;
	}
	if (strcmp(first, "input") == 0 || strcmp(first, "context") == 0)
		return false;			/* which are most, and there may be thousands of rows to look at */
	row = row_find(compiler->names->rows, first);
	return row != NULL && row->broken;
}

static bool
names_open_walker(Node *node, void *compiler)
{
	if (node == NULL)
		return false;
	if (IsA(node, ColumnRef))
		return names_open(compiler, (ColumnRef *) node);
	return raw_expression_tree_walker(node, names_open_walker, compiler);
}

/* Is there such a name in the value? */
static bool
reads_open(Compiler *compiler, const Value *value)
{
	ListCell   *cell;

	check_stack_depth();
	if (value->kind == VALUE_FORMULA)
		return names_open_walker(value->formula->raw, compiler);
	foreach(cell, value->items)
	{
		if (reads_open(compiler, lfirst(cell)))
			return true;
	}
	return false;
}

bool
let_types_searching(const Compiler *compiler)
{
	return compiler->lets != NULL && is_searching(compiler->lets);
}

bool
let_types_matter(Compiler *compiler, bool matters)
{
	bool		before = compiler->lets != NULL && compiler->lets->in_value;

	if (compiler->lets != NULL)
		compiler->lets->in_value = matters;
	return before;
}

bool
let_types_leave_out(Compiler *compiler, const Value *value)
{
	LetTypes   *lets = compiler->lets;

	if (lets != NULL && lets->pass == PASS_AT_ONCE && value != NULL && lets->any_open && reads_open(compiler, value))
		stop_making(lets);
	if (!let_types_searching(compiler) ||
		(lets->in_value && lets->pass != PASS_GIVEN_UP &&
		 (value == NULL || lets->in_open_value || !lets->any_open ||
		  !reads_open(compiler, value))))
		return false;
	lets->left_out = true;
	lets->met_open |= lets->in_value;
	return true;
}

bool
let_types_left_out(Compiler *compiler)
{
	LetTypes   *lets = compiler->lets;
	bool		left_out = lets != NULL && lets->left_out;

	if (left_out)
		lets->left_out = false;
	return left_out;
}
