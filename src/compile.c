/*
 * compile.c
 *		Compiles a definition: slots and names for the header, then every step
 *		by its kind's own function, then the statement that loads the target.
 *
 * Everything that stays lives in the program's context; parse analysis runs
 * in a scratch context that is reset after each statement. While checking,
 * each value and each step is tried in a subtransaction of its own, so that
 * one problem does not hide the next.
 */
#include "postgres.h"

#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "compiler.h"
#include "depend.h"
#include "freeze.h"
#include "key.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "on_error.h"
#include "optimizer/optimizer.h"
#include "parser/analyze.h"
#include "parser/parse_collate.h"
#include "parser/parse_expr.h"
#include "parser/parser.h"
#include "parser/parsetree.h"
#include "rewrite/rewriteHandler.h"
#include "sandbox.h"
#include "target.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/regproc.h"

bool
compiler_guard(Compiler *compiler, const char *location, void (*fn) (void *arg), void *arg)
{
	bool		ok = problem_guard(compiler->sink, location, fn, arg);

	compiler->failed = compiler->failed || !ok;
	return ok;
}

void
compiler_problem(Compiler *compiler, int sqlstate, const char *location,
				 const char *message, const char *detail, const char *hint)
{
	compiler->failed = true;
	problem_report(compiler->sink, sqlstate, location, message, detail, hint);
}

char *
compiler_location(const Compiler *compiler, const char *field)
{
	return field ? psprintf("%s.%s", compiler->step->path, field) : compiler->step->path;
}

void
compiler_depend(Compiler *compiler, Oid class, Oid object)
{
	MemoryContext old = MemoryContextSwitchTo(compiler->program->mcxt);

	dependency_add(&compiler->program->dependencies, class, object);
	MemoryContextSwitchTo(old);
}

Oid
compiler_table(Compiler *compiler, const char *name, const char *location)
{
	Oid			table = table_of_name_guarded(name, location, compiler->sink);

	if (OidIsValid(table))
		compiler_depend(compiler, RelationRelationId, table);
	else
		compiler->failed = true;
	return table;
}

/* A scope for a statement or expression at this place. */
static Scope *
scope_new(Compiler *compiler, Oid this_relation)
{
	Scope	   *scope = palloc0(sizeof(Scope));

	scope->program = compiler->program;
	scope->names = compiler->names;
	scope->rows = compiler->names->rows;
	scope->compiler = compiler;
	scope->this_relation = this_relation;
	compiler->scopes = lappend(compiler->scopes, scope);
	return scope;
}

typedef struct ValueWork
{
	const Json *json;
	Oid			type;
	int32		typmod;
	const char *location;
	const char *condition;		/* or NULL */
	Value	   *value;
} ValueWork;

static void
value_work(void *arg)
{
	ValueWork  *work = arg;

	work->value = work->condition ? condition_parse(work->condition, work->location) :
		value_parse(work->json, work->type, work->typmod, work->location);
}

/* Stands in for a value that could not be read. */
static Value *
null_value(Oid type, int32 typmod, const char *location)
{
	return value_parse(json_new_null(), OidIsValid(type) ? type : TEXTOID, typmod, location);
}

Value *
compiler_value(Compiler *compiler, const Json *json, Oid type, int32 typmod, const char *location)
{
	ValueWork	work = {json, type, typmod, location, NULL, NULL};

	if (!compiler_guard(compiler, location, value_work, &work))
		return null_value(type, typmod, location);
	return work.value;
}

Value *
compiler_condition_value(Compiler *compiler, const char *text, const char *location)
{
	ValueWork	work = {NULL, BOOLOID, -1, location, text, NULL};

	if (!compiler_guard(compiler, location, value_work, &work))
		return null_value(BOOLOID, -1, location);
	return work.value;
}

Value *
compiler_slot_value(Compiler *compiler, int slot, const char *location)
{
	Value	   *value = palloc0(sizeof(Value));

	value->kind = VALUE_SLOT;
	value->slot = slot;
	value->type = compiler->program->slots[slot].type;
	value->typmod = -1;
	value->location = pstrdup(location);
	return value;
}

Statement *
compiler_statement(Compiler *compiler, Oid this_relation)
{
	Statement  *statement = palloc0(sizeof(Statement));

	statement->scope = scope_new(compiler, this_relation);
	statement->relation = this_relation;
	initStringInfo(&statement->head);
	initStringInfo(&statement->tail);
	compiler->program->statements = lappend(compiler->program->statements, statement);
	return statement;
}

typedef struct AnalysisWork
{
	Compiler   *compiler;
	Statement  *statement;
	Expression *expression;
	const Argument *argument;
	void		(*analyse) (void *arg);
} AnalysisWork;

/* Notes what an analysed tree depends on. */
static void
note_dependencies(Compiler *compiler, Node *tree)
{
	MemoryContext old = MemoryContextSwitchTo(compiler->program->mcxt);

	dependencies_of_query(&compiler->program->dependencies, tree);
	MemoryContextSwitchTo(old);
}

/* Notes the columns that a SELECT gives. */
static void
note_result(Compiler *compiler, Statement *statement, const Query *query)
{
	MemoryContext old = MemoryContextSwitchTo(compiler->program->mcxt);
	ListCell   *cell;

	if (!statement->wants_result)
	{
		MemoryContextSwitchTo(old);
		return;
	}
	foreach(cell, query->targetList)
	{
		const TargetEntry *entry = lfirst_node(TargetEntry, cell);
		ResultColumn *column = palloc(sizeof(ResultColumn));

		if (entry->resjunk)
			continue;
		column->name = pstrdup(entry->resname);
		column->type = exprType((Node *) entry->expr);
		column->typmod = exprTypmod((Node *) entry->expr);
		statement->result = lappend(statement->result, column);
	}
	MemoryContextSwitchTo(old);
}

/*
 * Refuses to write a view that nothing makes writable; analysis leaves this to
 * the rewriter, which comes too late for us.
 */
static void
refuse_not_writable(const Query *query)
{
	Oid			table;

	if (query->resultRelation == 0)
		return;
	table = rt_fetch(query->resultRelation, query->rtable)->relid;
	if ((relation_is_updatable(table, NIL, true, NULL) & (1 << query->commandType)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("table %s cannot be written", relation_name_canonical(table)),
				 errhint("A view needs an INSTEAD OF trigger or an unconditional INSTEAD rule, unless it is automatically updatable.")));
}

/* A position in generated text means nothing to the author. */
static void
generated_text_callback(void *arg)
{
	if (geterrposition() > 0)
		errposition(0);
}

static void
statement_analyse(void *arg)
{
	AnalysisWork *work = arg;
	Statement  *statement = work->statement;
	char	   *text = psprintf("%s%s%s", statement->head.data,
								statement->wants_result && !statement->whole_result ? " *" : "",
								statement->tail.data);
	ErrorContextCallback callback;
	RawStmt    *raw;
	Query	   *query;

	callback.callback = generated_text_callback;
	callback.arg = NULL;
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	raw = linitial_node(RawStmt, raw_parser(text, RAW_PARSE_DEFAULT));
	query = parse_analyze_withcb(raw, text, formula_parser_setup, statement->scope, NULL);
	error_context_stack = callback.previous;
	if (work->compiler->checking)
		refuse_not_writable(query);
	note_dependencies(work->compiler, (Node *) query);
	note_result(work->compiler, statement, query);
}

/* Analyses without executing anything. */
static void
analyse_in_sandbox(void *arg)
{
	AnalysisWork *work = arg;

	sandbox_call(work->analyse, work);
}

/* Runs an analysis in the scratch context. */
static bool
analyse(Compiler *compiler, const char *location, void (*fn) (void *arg), AnalysisWork *work)
{
	MemoryContext old = MemoryContextSwitchTo(compiler->scratch);
	bool		ok;

	work->analyse = fn;
	ok = compiler_guard(compiler, location, compiler->checking ? analyse_in_sandbox : fn, work);

	MemoryContextSwitchTo(old);
	MemoryContextReset(compiler->scratch);
	return ok;
}

void
compiler_analyse(Compiler *compiler, Statement *statement)
{
	AnalysisWork work = {compiler, statement, NULL, NULL, NULL};

	analyse(compiler, compiler->step ? compiler->step->path : "target", statement_analyse, &work);
}

/* Is a value made one of a user's domain? Its CHECK may look at tables. */
static bool
makes_domain_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, CoerceToDomain) &&
		((CoerceToDomain *) node)->resulttype >= FirstUnpinnedObjectId)
		return true;
	return expression_tree_walker(node, makes_domain_walker, context);
}

static void
expression_analyse(void *arg)
{
	AnalysisWork *work = arg;
	Expression *expression = work->expression;
	ParseState *pstate = make_parsestate(NULL);
	Node	   *tree;
	MemoryContext old;

	pstate->p_sourcetext = "";
	pstate->p_expr_kind = EXPR_KIND_SELECT_TARGET;
	formula_parser_setup(pstate, expression->scope);
	tree = value_transform(pstate, expression->scope, expression->value);
	assign_expr_collations(pstate, tree);
	note_dependencies(work->compiler, tree);

	old = MemoryContextSwitchTo(work->compiler->program->mcxt);
	expression->tree = copyObject(tree);
	MemoryContextSwitchTo(old);
	expression->type = exprType(tree);
	expression->typmod = exprTypmod(tree);
	expression->plain = !pstate->p_hasSubLinks;
	expression->mutable = !expression->plain || contain_mutable_functions(tree) ||
		makes_domain_walker(tree, NULL);
	free_parsestate(pstate);
}

/* An expression with a sub-SELECT runs as SELECT $1. */
static void
expression_as_query(Compiler *compiler, Expression *expression)
{
	Statement  *statement = compiler_statement(compiler, InvalidOid);

	statement->scope = expression->scope;
	statement->select = true;
	appendStringInfo(&statement->head, "SELECT %s", statement_value(statement, expression->value));
	expression->query = statement;
	expression->tree = NULL;
}

Expression *
compiler_expression(Compiler *compiler, Value *value)
{
	Expression *expression = palloc0(sizeof(Expression));
	AnalysisWork work = {compiler, NULL, expression, NULL, NULL};

	expression->number = compiler->program->nexpressions++;
	expression->value = value;
	expression->scope = scope_new(compiler, InvalidOid);
	compiler->program->expressions = lappend(compiler->program->expressions, expression);
	if (!analyse(compiler, value->location, expression_analyse, &work))
	{
		expression->value = null_value(value->type, value->typmod, value->location);
		expression_analyse(&work);
	}
	if (!expression->plain)
		expression_as_query(compiler, expression);
	get_typlenbyval(expression->type, &expression->length, &expression->byval);
	return expression;
}

Expression *
compiler_condition(Compiler *compiler, const char *text, const char *location)
{
	return compiler_expression(compiler, compiler_condition_value(compiler, text, location));
}

Expression *
compiler_text(Compiler *compiler, const char *field)
{
	const Json *json = step_argument(compiler->step, field);

	if (json == NULL || json->kind == JSON_IS_NULL)
		return NULL;
	return compiler_expression(compiler, compiler_value(compiler, json, TEXTOID, -1,
														compiler_location(compiler, field)));
}

Row *
compiler_row(Compiler *compiler, const char *name, Oid relation)
{
	Row		   *row = palloc0(sizeof(Row));

	row->name = pstrdup(name);
	row->relation = relation;
	if (OidIsValid(relation))
		compiler->program->relations =
			list_append_unique_oid(compiler->program->relations, relation);
	compiler->names->rows = lappend(list_copy(compiler->names->rows), row);
	return row;
}

RowColumn *
compiler_row_column(Compiler *compiler, Row *row, const char *name, Oid type, int32 typmod)
{
	RowColumn  *column = palloc0(sizeof(RowColumn));

	column->name = pstrdup(name);
	column->slot = program_add_slot(compiler->program, type, typmod, get_typcollation(type));
	row->columns = lappend(row->columns, column);
	return column;
}

Row *
compiler_declare(Compiler *compiler, Instruction *instruction, Oid relation, bool is_count)
{
	Row		   *row;

	if (compiler->step->name == NULL)
		return NULL;
	row = compiler_row(compiler, compiler->step->name, is_count ? InvalidOid : relation);
	row->is_count = is_count;
	if (is_count)
	{
		compiler_row_column(compiler, row, "count", INT8OID, -1)->computed = true;
	}
	return row;
}

/* "step 3 (update target)" */
static char *
instruction_label(const Step *step)
{
	if (step->kind->subject == SUBJECT_NAME && step->subject != NULL && step->subject->text != NULL)
		return psprintf("step %s (%s %s)", step->path, step->kind->name, step->subject->text);
	return psprintf("step %s (%s)", step->path, step->kind->name);
}

typedef struct StepWork
{
	Compiler   *compiler;
	Instruction *instruction;
} StepWork;

static void
step_work(void *arg)
{
	StepWork   *work = arg;

	work->instruction->kind->compile(work->compiler, work->instruction);
}

/* Compiles one step: its `when`, then what its kind says. */
static Instruction *
compile_step(Compiler *compiler, const Step *step)
{
	Instruction *instruction = palloc0(sizeof(Instruction));
	const Step *outer = compiler->step;
	StepWork	work = {compiler, instruction};

	compiler->step = step;
	instruction->kind = step->kind;
	instruction->path = step->path;
	instruction->label = instruction_label(step);
	if (compiler->program->read_only && step->kind->writes)
		compiler_problem(compiler, ERRCODE_READ_ONLY_SQL_TRANSACTION, step->path,
						 psprintf("a read-only action cannot hold a step of kind %s", step->kind->name),
						 NULL, "Remove the step, or \"read_only\".");
	if (step->when != NULL)
		instruction->when = compiler_condition(compiler, step->when,
											   compiler_location(compiler, "when"));
	if (step->when != NULL || on_error_branch(step) != NULL)
		compiler->conditional++;
	compiler_guard(compiler, step->path, step_work, &work);
	if (step->name != NULL && compiler->checking && row_find(compiler->names->rows, step->name) == NULL &&
		!step->kind->scoped)
		compiler_row(compiler, step->name, InvalidOid)->broken = true;
	on_error_compile(compiler, instruction);
	if (step->when != NULL || on_error_branch(step) != NULL)
		compiler->conditional--;
	compiler->step = outer;
	return instruction;
}

Instruction **
compiler_steps(Compiler *compiler, const List *steps, int *nsteps)
{
	Instruction **instructions = palloc(sizeof(Instruction *) * Max(list_length(steps), 1));
	ListCell   *cell;

	*nsteps = 0;
	foreach(cell, steps)
	{
		const Step *step = lfirst(cell);

		if (step->enabled)
			instructions[(*nsteps)++] = compile_step(compiler, step);
	}
	return instructions;
}

/* Collects the names of all steps, to tell a later step from an unknown name. */
static void
collect_step_names(Names *names, const List *steps)
{
	ListCell   *cell;
	ListCell   *branch_cell;

	foreach(cell, steps)
	{
		const Step *step = lfirst(cell);

		if (step->name != NULL)
			names->steps = lappend(names->steps, step->name);
		foreach(branch_cell, step->branches)
			collect_step_names(names, ((Branch *) lfirst(branch_cell))->steps);
	}
}

/* An expression over a single slot that applies its type modifier. */
static Expression *
input_cast(Compiler *compiler, const Argument *argument, int slot)
{
	Value	   *value;

	if (argument->typmod < 0)
		return NULL;
	value = compiler_slot_value(compiler, slot, argument->name);
	value->typmod = argument->typmod;
	return compiler_expression(compiler, value);
}

/* Analyses a default as CREATE FUNCTION will. */
static void
default_analyse(void *arg)
{
	AnalysisWork *work = arg;
	const Argument *argument = work->argument;
	ParseState *pstate = make_parsestate(NULL);

	(void) transformExpr(pstate,
						 value_default_tree(argument->parameter->initial, argument->type,
											argument->typmod, argument->parameter->location),
						 EXPR_KIND_FUNCTION_DEFAULT);
	free_parsestate(pstate);
}

/* Checks what only CREATE FUNCTION would find wrong with a default. */
static void
check_sql_default(Compiler *compiler, const Argument *argument)
{
	AnalysisWork work = {compiler, NULL, NULL, argument, NULL};

	analyse(compiler, psprintf("%s.default", argument->parameter->location),
			default_analyse, &work);
}

/* A default is computed before any name has a value. */
static Expression *
input_default(Compiler *compiler, const Argument *argument)
{
	Names	   *names = compiler->names;
	Names		no_names = {0};
	Expression *expression;
	bool		failed = compiler->failed;

	if (argument->parameter == NULL || argument->parameter->initial == NULL)
		return NULL;
	compiler->failed = false;
	compiler->names = &no_names;
	expression = compiler_expression(compiler,
									 compiler_value(compiler, argument->parameter->initial,
													argument->type, argument->typmod,
													psprintf("%s.default", argument->parameter->location)));
	expression->scope->names = NULL;
	compiler->names = names;
	if (compiler->checking && !compiler->failed && !argument->required)
		check_sql_default(compiler, argument);
	compiler->failed = compiler->failed || failed;
	return expression;
}

/* Slots and names of the inputs; the target's key is a row's columns. */
static void
compile_inputs(Compiler *compiler)
{
	Program    *program = compiler->program;
	Signature  *signature = program->signature;

	program->input_slots = palloc(sizeof(int) * Max(signature->ninputs, 1));
	program->input_casts = palloc0(sizeof(Expression *) * Max(signature->ninputs, 1));
	program->input_defaults = palloc0(sizeof(Expression *) * Max(signature->ninputs, 1));
	for (int i = 0; i < signature->ninputs; i++)
	{
		const Argument *argument = &signature->inputs[i];

		if (argument->column != NULL)
		{
			RowColumn  *column = palloc0(sizeof(RowColumn));

			column->name = argument->column;
			column->slot = program_add_slot(program, argument->type, argument->typmod,
											argument->collation);
			program->target->columns = lappend(program->target->columns, column);
			program->input_slots[i] = column->slot;
		}
		else
		{
			Variable   *variable = variable_add(program, &compiler->names->inputs, argument->name,
												argument->type, argument->typmod);

			variable->broken = argument->broken;
			program->input_slots[i] = variable->slot;
		}
	}
	for (int i = 0; i < signature->ninputs; i++)
	{
		program->input_casts[i] = input_cast(compiler, &signature->inputs[i], program->input_slots[i]);
		program->input_defaults[i] = input_default(compiler, &signature->inputs[i]);
	}
}

/* Slots and names of the outputs. */
static void
compile_outputs(Compiler *compiler)
{
	Program    *program = compiler->program;
	Signature  *signature = program->signature;

	program->output_slots = palloc(sizeof(int) * Max(signature->noutputs, 1));
	program->output_defaults = palloc0(sizeof(Expression *) * Max(signature->noutputs, 1));
	for (int i = 0; i < signature->noutputs; i++)
		program->output_slots[i] = variable_add(program, &compiler->names->outputs,
												signature->outputs[i].name, signature->outputs[i].type,
												signature->outputs[i].typmod)->slot;
}

/* Defaults of the outputs see all that the steps did. */
static void
compile_output_defaults(Compiler *compiler)
{
	Program    *program = compiler->program;
	Signature  *signature = program->signature;

	for (int i = 0; i < signature->noutputs; i++)
	{
		const Argument *output = &signature->outputs[i];

		if (output->broken)
			continue;
		if (output->parameter->initial != NULL)
			program->output_defaults[i] =
				compiler_expression(compiler,
									compiler_value(compiler, output->parameter->initial,
												   output->type, output->typmod,
												   psprintf("%s.default", output->parameter->location)));
		else if (compiler->checking && program->nsteps > 0 && !bms_is_member(i, program->outputs_set))
			compiler_problem(compiler, ERRCODE_INVALID_OBJECT_DEFINITION, output->parameter->location,
							 psprintf("no step sets output \"%s\"", output->name), NULL,
							 "Add an output step, or give the output a \"default\".");
	}
}

static Program *
program_new(Definition *definition, const CompileOptions *options, MemoryContext mcxt)
{
	Program    *program = MemoryContextAllocZero(mcxt, sizeof(Program));

	program->mcxt = mcxt;
	program->action = MemoryContextStrdup(mcxt, options->action);
	program->title = psprintf("action \"%s\"", program->action);
	program->time_limit = definition->time_limit;
	program->version = options->version;
	program->function = options->function;
	program->read_only = definition->read_only;
	program->definition = definition;
	for (int i = 0; i < CONTEXT_FIELDS; i++)
		program->context_slots[i] = -1;
	return program;
}

/* Compiles header and steps into the program. */
static void
compile_program(Compiler *compiler)
{
	Program    *program = compiler->program;
	Definition *definition = program->definition;
	ListCell   *cell;

	collect_step_names(compiler->names, definition->steps);
	if (OidIsValid(program->signature->table))
		compiler_depend(compiler, RelationRelationId, program->signature->table);
	if (program->signature->nkeys > 0)
		program->target = compiler_row(compiler, "target", program->signature->table);
	else if (program->signature->broken)
		compiler_row(compiler, "target", InvalidOid)->broken = true;
	compile_inputs(compiler);
	compile_outputs(compiler);
	if (compiler->freeze)
		freeze_header(program);
	program->steps = compiler_steps(compiler, definition->steps, &program->nsteps);
	compile_output_defaults(compiler);
	if (program->target != NULL)
		target_compile(compiler);
	foreach(cell, compiler->scopes)
		((Scope *) lfirst(cell))->compiler = NULL;
}

Program *
compile(Definition *definition, const CompileOptions *options, MemoryContext parent)
{
	MemoryContext mcxt = AllocSetContextCreate(parent, "custom action", ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(mcxt);
	Compiler	compiler = {0};

	compiler.program = program_new(definition, options, mcxt);
	compiler.names = palloc0(sizeof(Names));
	compiler.sink = options->sink;
	compiler.checking = options->sink->collect;
	compiler.freeze = options->freeze;
	compiler.scratch = AllocSetContextCreate(mcxt, "custom action scratch", ALLOCSET_DEFAULT_SIZES);
	PG_TRY();
	{
		compiler.program->signature = signature_resolve(definition, options->sink);
		compile_program(&compiler);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(old);
		MemoryContextDelete(mcxt);
		PG_RE_THROW();
	}
	PG_END_TRY();
	MemoryContextDelete(compiler.scratch);
	MemoryContextSwitchTo(old);
	return compiler.program;
}
