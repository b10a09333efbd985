/*
 * facts.c
 *		Collects what is kept of a compiled action.
 *
 * An action repeats if running it again with the same input changes nothing more: its
 * statements are updates of given rows to values that are made of inputs, literals and
 * the caller alone, deletes, and creates that take a conflict with such values; and
 * nothing that decides what it does hangs on what it writes. Whatever is not known to
 * be so counts as not repeatable.
 */
#include "postgres.h"

#include "base/error.h"
#include "base/text_list.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_proc.h"
#include "definition/envelope.h"
#include "definition/step_walk.h"
#include "engine/published_function.h"
#include "lookup/canonical.h"
#include "miscadmin.h"
#include "program/context_field.h"
#include "program/deed.h"
#include "program/failure.h"
#include "program/statement.h"
#include "program/use.h"
#include "publish/errors.h"
#include "publish/facts.h"
#include "publish/replaced_source.h"
#include "utils/guc.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#define PATH_LENGTH		256		/* of what is looked up; a longer one is of no known step */

/* A step by its path. */
typedef struct KnownStep
{
	char		path[PATH_LENGTH];	/* hash key */
	const Step *step;
} KnownStep;

typedef struct Collection
{
	const Program *program;
	Facts	   *facts;
	uint8	   *made_of;		/* per slot */
	HTAB	   *steps;			/* of KnownStep */
	bool		has_handler;	/* some step goes on after an error */
	bool		steered;		/* something decides that nothing is known of */
	bool		meets;			/* what is written decides what is done */
} Collection;

/* What a making comes to, with what slots hold. */
static int
making_sum(const Collection *collection, const Making *making)
{
	int			made_of = making->made_of;
	int			slot = -1;

	while ((slot = bms_next_member(making->slots, slot)) >= 0)
		made_of |= collection->made_of[slot];
	return made_of;
}

/* What an expression comes to. */
static int
expression_sum(const Collection *collection, const Expression *expression)
{
	return expression->making == NULL ? MADE_OF_ANY : making_sum(collection, expression->making);
}

/* Columns of rows hold what tables held; a new row's may be numbers that it got. */
static void
mark_rows(Collection *collection)
{
	ListCell   *cell;
	ListCell   *row_cell;
	ListCell   *column_cell;

	foreach(cell, collection->program->statements)
	{
		foreach(row_cell, ((const Statement *) lfirst(cell))->into)
		{
			const Row  *row = lfirst(row_cell);
			bool		creates = row->step != NULL && row->step->kind->creates;

			foreach(column_cell, row->columns)
				collection->made_of[((const RowColumn *) lfirst(column_cell))->slot] =
				OidIsValid(row->relation) && !creates ? MADE_OF_ROWS : MADE_OF_ANY;
		}
	}
}

/* What the caller gives, and what the context says of him, is the same again. */
static void
mark_given(Collection *collection)
{
	static const ContextField steady[] = {CONTEXT_CALLER, CONTEXT_INVOKER, CONTEXT_SESSION_USER,
	CONTEXT_ACTOR, CONTEXT_DEPTH, CONTEXT_ACTION, CONTEXT_VERSION};
	const Program *program = collection->program;

	for (int i = 0; i < program->signature->ninputs; i++)
		collection->made_of[program->input_slots[i]] = 0;
	for (int i = 0; i < lengthof(steady); i++)
		if (program->context_slots[steady[i]] >= 0)
			collection->made_of[program->context_slots[steady[i]]] = 0;
}

/* Follows values from slot to slot until there is nothing new. */
static void
follow_flows(Collection *collection)
{
	ListCell   *cell;
	bool		more = true;

	/* only flows lead into these: names of let, outputs, values of loops */
	foreach(cell, collection->program->deeds->flows)
		collection->made_of[((const DeedFlow *) lfirst(cell))->slot] = 0;
	while (more)
	{
		more = false;
		foreach(cell, collection->program->deeds->flows)
		{
			const DeedFlow *flow = lfirst(cell);
			uint8		made_of = collection->made_of[flow->slot] | expression_sum(collection, flow->from);

			more |= made_of != collection->made_of[flow->slot];
			collection->made_of[flow->slot] = made_of;
		}
	}
}

/* Notes a step by its path, and whether it deals with errors. */
static bool
note_step(const Step *step, void *arg)
{
	Collection *collection = arg;
	ListCell   *cell;

	if (!step->enabled)
		return false;
	if (strlen(step->path) < PATH_LENGTH)
		((KnownStep *) hash_search(collection->steps, step->path, HASH_ENTER, NULL))->step = step;
	foreach(cell, step->branches)
		collection->has_handler |= strcmp(((const Branch *) lfirst(cell))->key, "on_error") == 0;
	return true;
}

/* The step that a path is below, and where in the path the field begins; NULL: of none. */
static const Step *
step_of_path(const Collection *collection, const char *path, const char **field)
{
	char		key[PATH_LENGTH];
	char	   *end;
	const KnownStep *known;

	if (strlcpy(key, path, PATH_LENGTH) >= PATH_LENGTH)
		return NULL;
	for (;;)
	{
		known = hash_search(collection->steps, key, HASH_FIND, NULL);
		if (known != NULL)
		{
			*field = path + strlen(key);
			*field += **field == '.';
			return known->step;
		}
		end = strrchr(key, '.');
		if (end == NULL)
			return NULL;
		*end = '\0';
	}
}

/* How a step's reading of a column takes part in what the action does. */
typedef enum ReadKind
{
	READ_NOTHING,				/* it decides nothing, or only whether the action fails */
	READ_VALUE,					/* it is part of a value, which is looked at by itself */
	READ_KEY,					/* it finds the row, which has to be there */
	READ_OWN,					/* of the rows that the step writes */
	READ_DECIDES
} ReadKind;

/* Does a field begin with a word? */
static bool
field_is(const char *field, const char *word)
{
	int			length = strlen(word);

	return strncmp(field, word, length) == 0 && (field[length] == '\0' || field[length] == '.');
}

/* The same of the fields of a step that writes. */
static ReadKind
read_of_writing_step(const Step *step, const char *field)
{
	bool		required = json_get_boolean(step->json, "required", true);

	if (field_is(field, "set") || field_is(field, "to") || field_is(field, "on_conflict"))
		return READ_VALUE;
	if (field_is(field, "expect"))
		return READ_NOTHING;
	if (field_is(field, "from") && !step->kind->creates)
		return READ_NOTHING;
	if (field[0] == '\0' || field_is(field, "id"))
		return required && step_argument(step, "where") == NULL ? READ_KEY : READ_OWN;
	return field_is(field, "where") && !step->kind->creates ? READ_OWN : READ_DECIDES;
}

/* How what is read at a path takes part. */
static ReadKind
read_kind(const Collection *collection, const char *path, const Step **step)
{
	const char *field = NULL;

	*step = step_of_path(collection, path, &field);
	if (*step == NULL)
	{
		if (strcmp(path, USE_OF_TABLE) == 0)
			return READ_KEY;
		return field_is(path, "output") || field_is(path, "summary") ? READ_NOTHING : READ_DECIDES;
	}
	if (strcmp((*step)->kind->name, "require") == 0 && !field_is(field, "when"))
		return READ_NOTHING;
	if (field_is(field, "message") || field_is(field, "hint") || field_is(field, "detail"))
		return READ_NOTHING;
	return (*step)->kind->writes ? read_of_writing_step(*step, field) : READ_DECIDES;
}

/* Does a statement write what is read? */
static bool
deed_meets(const Deed *deed, const Use *use)
{
	ListCell   *cell;

	if (deed->relation != use->relation)
		return false;
	if (deed->command != CMD_UPDATE)
		return true;
	if (use->column == NULL)
		return false;
	foreach(cell, deed->columns)
	{
		if (strcmp(use->column, USE_WHOLE_ROW) == 0 || strcmp(((const DeedColumn *) lfirst(cell))->name, use->column) == 0)
			return true;
	}
	return false;
}

/* Is it a table alone, whose rows no other name shows? */
static bool
stands_alone(Oid relation)
{
	return get_rel_relkind(relation) == RELKIND_RELATION && !get_rel_relispartition(relation) &&
		!has_subclass(relation) && !has_superclass(relation);
}

/* The entry of a table. */
static FactTable *
fact_table(Facts *facts, Oid relation)
{
	char	   *name = relation_name_canonical(relation);
	FactTable  *table;
	ListCell   *cell;

	foreach(cell, facts->tables)
	{
		table = lfirst(cell);
		if (strcmp(table->name, name) == 0)
			return table;
	}
	table = palloc0(sizeof(FactTable));
	table->name = name;
	facts->tables = lappend(facts->tables, table);
	return table;
}

/* Adds a text that is not there. */
static void
add_text(List **texts, const char *text)
{
	if (!text_list_has(*texts, text))
		*texts = lappend(*texts, pstrdup(text));
}

/* Notes that a column decides what other actions must not write. */
static void
note_deciding(Collection *collection, const Use *use)
{
	FactTable  *table = fact_table(collection->facts, use->relation);

	/* a table as such: whether there are rows */
	add_text(&table->reads, use->column == NULL ? "" : use->column);
}

/* Looks at what is read and decides something. */
static void
look_at_read(Collection *collection, const Use *use)
{
	const Step *step;
	ReadKind	kind = read_kind(collection, use->path, &step);
	ListCell   *cell;

	if (kind == READ_VALUE || (kind == READ_NOTHING && !collection->has_handler))
		return;
	if (OidIsValid(use->function))
	{
		/*
		 * what a step calls is among the calls; what a formula calls may look
		 * at any table
		 */
		if ((step == NULL || strcmp(step->path, use->path) != 0) &&
			func_volatile(use->function) != PROVOLATILE_IMMUTABLE)
			collection->steered = true;
		return;
	}
	if (!OidIsValid(use->relation) || !use->reads)
		return;
	if (!stands_alone(use->relation))
		collection->steered = true;
	note_deciding(collection, use);
	foreach(cell, collection->program->deeds->list)
	{
		const Deed *deed = lfirst(cell);
		bool		own = step != NULL && strcmp(deed->path, step->path) == 0 && !deed->has_subselect;

		if (((kind == READ_OWN || kind == READ_KEY) && own) || (kind == READ_KEY && deed->command == CMD_DELETE))
			continue;
		collection->meets |= deed_meets(deed, use);
	}
}

/* Does the result of a step tell of what it did? Formulas that read that are in no table. */
static bool
note_telling_step(const Step *step, void *arg)
{
	Collection *collection = arg;

	if (!step->enabled)
		return false;
	if (step->name != NULL && (step->kind->performs || strcmp(step->kind->name, "call") == 0 ||
							   (step->kind->writes && (step->kind->many == NULL || step_argument(step, step->kind->many) != NULL))))
		collection->steered = true;
	return true;
}

/* Is the conflict of an INSERT met again by the same call? */
static bool
conflict_comes_again(const Collection *collection, const Deed *deed)
{
	int			found = 0;
	ListCell   *cell;

	if (!deed->takes_conflict || deed->conflict == NULL)
		return false;
	foreach(cell, deed->columns)
	{
		const DeedColumn *column = lfirst(cell);

		if (column->overwrites || !bms_is_member(column->attnum, deed->conflict))
			continue;
		if (making_sum(collection, &column->making) != 0 || !column->not_null)
			return false;
		found++;
	}
	return found == bms_num_members(deed->conflict);
}

/* Does a statement, done again, change nothing more? */
static bool
deed_repeats(const Collection *collection, const Deed *deed)
{
	ListCell   *cell;

	if (deed->command == CMD_INSERT && !conflict_comes_again(collection, deed))
		return false;
	foreach(cell, deed->columns)
	{
		const DeedColumn *column = lfirst(cell);

		if (column->overwrites && making_sum(collection, &column->making) != 0)
			return false;
	}
	return true;
}

/* Adds what a statement does to its table. */
static void
add_deed(Collection *collection, const Deed *deed)
{
	FactTable  *table = fact_table(collection->facts, deed->relation);
	ListCell   *cell;

	table->inserts |= deed->command == CMD_INSERT;
	table->updates |= deed->command == CMD_UPDATE;
	table->deletes |= deed->command == CMD_DELETE;
	table->outside = get_rel_relkind(deed->relation) == RELKIND_FOREIGN_TABLE;
	foreach(cell, deed->columns)
	{
		const DeedColumn *column = lfirst(cell);

		add_text(&table->columns, column->name);
		if (!column->overwrites)
			continue;
		table->updates = true;
		add_text(&table->overwritten, column->name);
		if ((making_sum(collection, &column->making) & MADE_OF_ROWS) != 0)
			add_text(&table->relative, column->name);
	}
}

/* Is an action performed with what is another thing each time? */
static bool
hands_on_moments(const Collection *collection)
{
	ListCell   *cell;

	foreach(cell, collection->program->deeds->handed)
	{
		if ((expression_sum(collection, lfirst(cell)) & MADE_OF_MOMENT) != 0)
			return true;
	}
	return false;
}

/* Does the action do something by itself that may be done again? */
static bool
repeats(const Collection *collection)
{
	const Program *program = collection->program;
	ListCell   *cell;
	bool		performs = false;

	foreach(cell, program->failures->list)
		performs |= OidIsValid(((const Failure *) lfirst(cell))->performed);
	if (program->deeds->list == NIL && !performs)
		return true;
	if (collection->has_handler || collection->steered || collection->meets || program->pipeline != NULL ||
		hands_on_moments(collection))
		return false;
	foreach(cell, program->deeds->list)
	{
		if (!deed_repeats(collection, lfirst(cell)))
			return false;
	}
	return true;
}

/* For list_sort(): by name. */
static int
compare_tables(const ListCell *a, const ListCell *b)
{
	return strcmp(((const FactTable *) lfirst(a))->name, ((const FactTable *) lfirst(b))->name);
}

/* Makes the table of steps. */
static void
know_steps(Collection *collection)
{
	HASHCTL		control = {.keysize = PATH_LENGTH, .entrysize = sizeof(KnownStep), .hcxt = CurrentMemoryContext};

	collection->steps = hash_create("custom action steps", 64, &control, HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
	steps_visit(collection->program->definition->steps, note_step, collection);
	steps_visit(collection->program->definition->steps, note_telling_step, collection);
}

/* What a program tells that was compiled for it: note_uses, note_failures, note_deeds. */
static Facts *
facts_collect(const Program *program)
{
	Collection	collection = {.program = program, .facts = palloc0(sizeof(Facts))};
	Facts	   *facts = collection.facts;
	ListCell   *cell;

	collection.made_of = palloc(Max(program->nslots, 1));
	memset(collection.made_of, MADE_OF_ANY, program->nslots);
	mark_rows(&collection);
	mark_given(&collection);
	follow_flows(&collection);
	know_steps(&collection);
	foreach(cell, program->uses->list)
	{
		CHECK_FOR_INTERRUPTS();
		look_at_read(&collection, lfirst(cell));
	}
	foreach(cell, program->deeds->list)
		add_deed(&collection, lfirst(cell));
	list_sort(facts->tables, compare_tables);
	foreach(cell, program->deeds->called)
		facts->calls = lappend(facts->calls, signature_canonical(lfirst_oid(cell)));
	facts->failures = program->failures->list;
	foreach(cell, facts->failures)
	{
		const Failure *failure = lfirst(cell);

		if (OidIsValid(failure->performed))
			add_text(&facts->performs, function_name_canonical(failure->performed));
	}
	facts->counts = program->deeds->counts;
	facts->repeats = repeats(&collection);
	hash_destroy(collection.steps);
	return facts;
}

char *
facts_text(const Program *program)
{
	return facts_print(facts_collect(program));
}

/* Gives the function of an action these facts, or none. */
static void
put_facts(Oid function, const char *facts)
{
	char	   *source = source_with_facts(function, facts);

	if (source != NULL)
		source_replace(function, source, NULL);
}

void
facts_renew(Oid function, const Program *program)
{
	put_facts(function, program == NULL ? NULL : facts_text(program));
}

/* What facts say but for failures. */
static char *
effects_text(const Facts *facts)
{
	Facts		effects = *facts;
	List	   *performs = list_copy(facts->performs);

	effects.failures = NIL;
	list_sort(performs, text_list_compare);
	return psprintf("%s %s", facts_print(&effects), text_list_join(performs));
}

void
facts_confirm(Oid function, const Program *program)
{
	const char *text = action_facts_text(function);
	const Facts *claimed = text == NULL ? NULL : facts_read(text);

	if (program == NULL || claimed == NULL ||
		strcmp(effects_text(claimed), effects_text(facts_collect(program))) != 0)
		facts_renew(function, program);
}

/* An action that is compiled for its facts. */
typedef struct Renewal
{
	Oid			function;
	const char *facts;
	MemoryContext mcxt;			/* where they go */
} Renewal;

/* Writes them, and waits for nobody. */
static void
replace_at_once(void *arg)
{
	const Renewal *renewal = arg;
	int			nest_level = NewGUCNestLevel();

	(void) set_config_option("lock_timeout", "1", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	put_facts(renewal->function, renewal->facts);
	AtEOXact_GUC(true, nest_level);
}

void
facts_replace_at_once(Oid function, const char *facts)
{
	Renewal		renewal = {.function = function, .facts = facts};

	if (source_with_facts(function, facts) != NULL)
		(void) caught_error(replace_at_once, &renewal);
}

/* Compiles an action, if it can be done at once. */
static void
find_facts(void *arg)
{
	Renewal    *renewal = arg;
	ProblemSink sink = {.collect = true, .mcxt = CurrentMemoryContext};
	bool		active;
	Program    *program = check_published(renewal->function, false, &active, &sink, CurrentMemoryContext);

	if (program != NULL && !problem_any_error(&sink))
		renewal->facts = MemoryContextStrdup(renewal->mcxt, facts_text(program));
}

void
facts_renew_at_once(Oid function)
{
	Renewal		renewal = {.function = function, .mcxt = CurrentMemoryContext};
	bool		missed_lock;

	(void) caught_trial_at_once(find_facts, &renewal, &missed_lock);
	put_facts(function, renewal.facts);
}

Facts *
facts_of_document(Json *document, Oid owner, CompileOptions *options)
{
	Program    *program;
	Facts	   *facts;

	options->note_uses = options->note_failures = options->note_deeds = true;
	program = check_document(document, owner, options);
	facts = program == NULL ? palloc0(sizeof(Facts)) : facts_collect(program);
	facts->broken = program == NULL || problem_any_error(options->sink);
	return facts;
}

/* Compiles an action as check does, for what it tells. */
static Facts *
compile_for_facts(Oid function)
{
	PublishedFunction *published = published_function(function);
	ProblemSink sink = {.collect = true, .mcxt = CurrentMemoryContext, .action = published->name};
	CompileOptions options = {.action = published->name, .function = function, .sink = &sink};
	Envelope   *envelope = action_envelope(function);
	Json	   *document = json_copy(envelope->definition);

	if (envelope->plugins != NULL)
		json_put(document, "plugins", json_copy(envelope->plugins));
	return facts_of_document(document, check_role(published->owner), &options);
}

void
facts_init(void)
{
	facts_set_source(compile_for_facts, errors_of_action);
}
