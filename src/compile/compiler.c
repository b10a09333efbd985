/*
 * compiler.c
 *		What the compile functions of steps use: values, expressions,
 *		statements, rows.
 *
 * Everything that stays lives in the program's context; parse analysis runs
 * in a scratch context that is reset after each statement, while checking in
 * the sandbox.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/plain_path.h"
#include "base/sandbox.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "compile/compiler.h"
#include "compile/let_types.h"
#include "lookup/canonical.h"
#include "lookup/dependency.h"
#include "lookup/needs.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/analyze.h"
#include "parser/parse_collate.h"
#include "parser/parse_expr.h"
#include "parser/parser.h"
#include "parser/parsetree.h"
#include "program/input_default.h"
#include "program/parser_hooks.h"
#include "program/deed.h"
#include "program/resolved.h"
#include "program/use.h"
#include "program/value.h"
#include "program/volatility.h"
#include "rewrite/rewriteHandler.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#define TEXT_AT_FIRST	64		/* bytes of a statement that there is room for */

bool
compiler_guard(Compiler *compiler, const char *location, void (*fn) (void *arg), void *arg)
{
	return findings_guard(&compiler->findings, compiler->program, compiler->names, location, fn, arg);
}

void
compiler_problem(Compiler *compiler, int sqlstate, const char *location,
				 const char *message, const char *detail, const char *hint)
{
	compiler->findings.failed = true;
	problem_report(compiler->findings.sink, sqlstate, location, message, detail, hint);
}

bool
compiler_remarks(const Compiler *compiler)
{
	return compiler->findings.checking && compiler->findings.sink->remarks;
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
	Oid			table = table_of_name_guarded(name, location, compiler->findings.sink);

	if (OidIsValid(table))
	{
		compiler_depend(compiler, RelationRelationId, table);
		program_note_relation(compiler->program, table);
		resolved_place(compiler->program, location, RelationRelationId, table);
	}
	else
		compiler->findings.failed = true;
	return table;
}

/* A scope for a statement or expression at this place, numbered after those before (statement.c). */
static Scope *
scope_new(Compiler *compiler, Oid this_relation)
{
	Scope	   *scope = palloc0(sizeof(Scope));

	scope->program = compiler->program;
	scope->names = compiler->names;
	scope->rows = compiler->names->rows;
	scope->findings = &compiler->findings;
	scope->this_relation = this_relation;
	scope->in_summary = compiler->in_summary;
	scope->number = list_length(compiler->scopes);
	scope->again = compiler->in_loop ? compiler->loop_start : scope->number + 1;
	compiler->scopes = lappend(compiler->scopes, scope);
	return scope;
}

typedef struct ValueWork
{
	LetTypes   *lets;
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

	work->value = work->condition ? value_parse_condition(work->condition, work->location) :
		let_types_value(work->lets, work->json, work->type, work->typmod, work->location);
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
	ValueWork	work = {compiler->lets, json, type, typmod, location};

	if (let_types_leave_out(compiler, NULL) ||
		!compiler_guard(compiler, location, value_work, &work) ||
		let_types_leave_out(compiler, work.value))
		return null_value(type, typmod, location);
	return work.value;
}

Value *
compiler_condition_value(Compiler *compiler, const char *text, const char *location)
{
	ValueWork	work = {.type = BOOLOID, .typmod = -1, .location = location, .condition = text};

	if (let_types_leave_out(compiler, NULL) ||
		!compiler_guard(compiler, location, value_work, &work) ||
		let_types_leave_out(compiler, work.value))
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

/* An empty text that does not take a kilobyte: it stays as long as the program. */
static void
text_init(StringInfo text)
{
	text->maxlen = TEXT_AT_FIRST;
	text->data = palloc(text->maxlen);
	resetStringInfo(text);
}

Statement *
compiler_statement(Compiler *compiler, Oid this_relation)
{
	Statement  *statement = palloc0(sizeof(Statement));

	statement->scope = scope_new(compiler, this_relation);
	statement->scope->numbered = true;
	statement->relation = this_relation;
	statement->step = compiler->step;
	text_init(&statement->head);
	text_init(&statement->tail);
	compiler->program->statements = lappend(compiler->program->statements, statement);
	return statement;
}

void
compiler_drop_statement(Compiler *compiler, Statement *statement)
{
	compiler->program->statements = list_delete_ptr(compiler->program->statements, statement);
}

typedef struct AnalysisWork
{
	Compiler   *compiler;
	Statement  *statement;
	Expression *expression;
	const Argument *argument;
	void		(*analyse) (void *arg);
	void		(*look) (const Query *query, void *arg);	/* at a statement's tree, or NULL */
	void	   *look_arg;
} AnalysisWork;

/* Notes what an analysed tree depends on, and which privileges it needs. */
static void
note_dependencies(Compiler *compiler, Node *tree)
{
	MemoryContext old = MemoryContextSwitchTo(compiler->program->mcxt);

	resolved_statement(compiler->program, tree);
	dependencies_of_query(&compiler->program->dependencies, tree);
	if (compiler->findings.checking)
		needs_of_query(&compiler->program->needs, tree);
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
require_writable(const Query *query)
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
	use_begin(work->compiler->program);
	raw = linitial_node(RawStmt, raw_parser(text, RAW_PARSE_DEFAULT));
	query = parse_analyze_withcb(raw, text, formula_parser_setup, statement->scope, NULL);
	error_context_stack = callback.previous;
	if (work->compiler->findings.checking)
		require_writable(query);
	note_dependencies(work->compiler, (Node *) query);
	use_note_query(statement->scope, query, statement_path(statement));
	deed_note_query(statement->scope, query, statement_path(statement));
	note_result(work->compiler, statement, query);
	statement->has_subselect = query->hasSubLinks;
	statement->reads_rows = query_reads_its_rows(query);
	if (work->look != NULL)
		work->look(query, work->look_arg);
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
	ok = compiler_guard(compiler, location, compiler->findings.checking ? analyse_in_sandbox : fn, work);

	MemoryContextSwitchTo(old);
	MemoryContextReset(compiler->scratch);
	return ok;
}

void
compiler_analyse(Compiler *compiler, Statement *statement)
{
	compiler_examine(compiler, statement, NULL, NULL);
}

void
compiler_examine(Compiler *compiler, Statement *statement,
				 void (*look) (const Query *query, void *arg), void *arg)
{
	AnalysisWork work = {.compiler = compiler, .statement = statement, .look = look, .look_arg = arg};

	if (let_types_searching(compiler) && !statement->wants_result)
		return;
	analyse(compiler, compiler->step ? compiler->step->path : statement->place ? statement->place : "target",
			statement_analyse, &work);
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

/* Notes whether evaluating it again may give something else. */
static void
note_volatility(Expression *expression, Node *tree)
{
	expression->mutable = !expression->plain || contain_mutable_functions(tree) ||
		makes_domain_walker(tree, NULL);
	expression->unsteady = expression->mutable && volatility_is_unsteady(tree);
}

/* Keeps the analysed tree of an expression, and what can be told from it. */
static void
expression_keep(AnalysisWork *work, ParseState *pstate, Node *tree)
{
	Expression *expression = work->expression;
	MemoryContext old;

	assign_expr_collations(pstate, tree);
	note_dependencies(work->compiler, tree);
	old = MemoryContextSwitchTo(work->compiler->program->mcxt);
	expression->tree = copyObject(tree);
	MemoryContextSwitchTo(old);
	deed_note_expression(expression, tree);
	note_volatility(expression, tree);
}

/* Notes the tables that sub-SELECTs read: the type of the value may be that of a column. */
static bool
note_tables_walker(Node *node, void *context)
{
	const RangeTblEntry *entry = (const RangeTblEntry *) node;

	if (node == NULL)
		return false;
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, note_tables_walker, context, QTW_EXAMINE_RTES_BEFORE);
	if (!IsA(node, RangeTblEntry))
		return expression_tree_walker(node, note_tables_walker, context);
	if (entry->rtekind == RTE_RELATION)
		program_note_relation(context, entry->relid);
	return false;
}

static void
expression_analyse(void *arg)
{
	AnalysisWork *work = arg;
	Expression *expression = work->expression;
	ParseState *pstate = make_parsestate(NULL);
	Node	   *tree;

	use_begin(work->compiler->program);
	pstate->p_sourcetext = "";
	pstate->p_expr_kind = EXPR_KIND_SELECT_TARGET;
	formula_parser_setup(pstate, expression->scope);
	tree = value_transform(pstate, expression->scope, expression->value);
	expression->type = exprType(tree);
	expression->typmod = exprTypmod(tree);
	expression->plain = !pstate->p_hasSubLinks;
	if (!expression->plain)
		(void) note_tables_walker(tree, work->compiler->program);
	/* what a pass that finds types compiles is never run */
	if (!let_types_searching(work->compiler))
		expression_keep(work, pstate, tree);
	free_parsestate(pstate);
}

/* An expression with a sub-SELECT runs as SELECT $1, or as that sub-SELECT (program/sub_select.c). */
static void
expression_as_query(Compiler *compiler, Expression *expression)
{
	Statement  *statement = compiler_statement(compiler, InvalidOid);
	Scope	   *scope = expression->scope;

	statement->scope = scope;
	statement->select = true;
	statement->purpose = psprintf("formula %s", expression->value->location);
	scope->numbered = true;
	scope->one_value = !plain_path_has(PLAIN_SELECTS);
	appendStringInfo(&statement->head, "SELECT %s", statement_value(statement, expression->value));
	((Placeholder *) linitial(scope->placeholders))->slots = list_copy(scope->parameters);
	expression->query = statement;
	expression->tree = NULL;
}

Expression *
compiler_expression(Compiler *compiler, Value *value)
{
	Expression *expression = palloc0(sizeof(Expression));
	AnalysisWork work = {.compiler = compiler, .expression = expression};

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

void
compiler_drop_expression(Compiler *compiler, Expression *expression)
{
	compiler->program->expressions = list_delete_ptr(compiler->program->expressions, expression);
	if (expression->query != NULL)
		compiler_drop_statement(compiler, expression->query);
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

/* Makes a row visible from here on, to what is inside of others. */
static void
compiler_see_row(Compiler *compiler, Row *row)
{
	RowChain   *chain = palloc(sizeof(RowChain));

	chain->row = row;
	chain->outer = compiler->names->rows;
	compiler->names->rows = chain;
}

void
compiler_hide_row(Compiler *compiler, const Row *row)
{
	RowChain  **link = &compiler->names->rows;
	const RowChain *chain;

	for (chain = compiler->names->rows; chain->row != row; chain = chain->outer)
	{
		*link = palloc(sizeof(RowChain));
		(*link)->row = chain->row;
		link = &(*link)->outer;
	}
	*link = chain->outer;
}

Row *
compiler_row(Compiler *compiler, const char *name, Oid relation)
{
	Row		   *row = palloc0(sizeof(Row));

	row->name = pstrdup(name);
	row->step = compiler->step;
	row->relation = relation;
	if (OidIsValid(relation))
		program_note_relation(compiler->program, relation);
	compiler_see_row(compiler, row);
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
compiler_declare(Compiler *compiler, Oid relation, bool is_count)
{
	Row		   *row;

	if (compiler->step->name == NULL)
		return NULL;
	row = compiler_row(compiler, compiler->step->name, is_count ? InvalidOid : relation);
	row->is_count = is_count;
	if (is_count)
		compiler_row_column(compiler, row, "count", INT8OID, -1)->computed = true;
	return row;
}

/* Analyses a default as CREATE FUNCTION will. */
static void
default_analyse(void *arg)
{
	AnalysisWork *work = arg;
	const Argument *argument = work->argument;
	ParseState *pstate = make_parsestate(NULL);

	(void) transformExpr(pstate,
						 input_default_tree(argument->parameter->initial, argument->type,
											argument->typmod, argument->parameter->location),
						 EXPR_KIND_FUNCTION_DEFAULT);
	free_parsestate(pstate);
}

void
compiler_check_default(Compiler *compiler, const Argument *argument)
{
	AnalysisWork work = {.compiler = compiler, .argument = argument};

	analyse(compiler, psprintf("%s.default", argument->parameter->location),
			default_analyse, &work);
}
