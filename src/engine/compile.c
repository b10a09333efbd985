/*
 * compile.c
 *		Compiles a definition: slots and names for the header, then every step
 *		by its kind's own function, then the statement that loads the target.
 *
 * Everything that stays lives in the program's context; parse analysis runs
 * in a scratch context that is reset after each statement. While checking,
 * each value and each step is tried in a subtransaction of its own, so that
 * one problem does not hide the next. Passes before may find the types of let
 * names (let_types.c).
 */
#include "postgres.h"

#include "base/compat.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "compile/compiler.h"
#include "compile/let_types.h"
#include "compile/summary_template.h"
#include "compile/taint.h"
#include "definition/freeze.h"
#include "definition/step_walk.h"
#include "engine/compile.h"
#include "engine/input_checks.h"
#include "engine/remark_program.h"
#include "lookup/canonical.h"
#include "miscadmin.h"
#include "plugins/plugin.h"
#include "program/deed.h"
#include "program/failure.h"
#include "program/formula.h"
#include "program/meaning.h"
#include "program/names.h"
#include "program/resolved.h"
#include "program/trial.h"
#include "program/use.h"
#include "run/convert_plain.h"
#include "run/observer.h"
#include "steps/liveness.h"
#include "steps/step_list.h"
#include "steps/target.h"
#include "steps/write.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

/* Collects the names of all steps, to tell a later step from an unknown name. */
static bool
collect_step_name(const Step *step, void *arg)
{
	Names	   *names = arg;

	if (step->name != NULL)
		names->steps = lappend(names->steps, step->name);
	return true;
}

/* An expression over a single slot that applies its type modifier. */
static Expression *
typmod_cast(Compiler *compiler, const Argument *argument, int slot)
{
	Value	   *value;

	if (argument->typmod < 0)
		return NULL;
	value = compiler_slot_value(compiler, slot, argument->name);
	value->typmod = argument->typmod;
	return compiler_expression(compiler, value);
}

/* A default is computed before any name has a value. */
static Expression *
input_default(Compiler *compiler, const Argument *argument)
{
	Names	   *names = compiler->names;
	Names		no_names = {.none = true};
	Expression *expression;
	bool		before;

	if (argument->parameter == NULL || argument->parameter->initial == NULL)
		return NULL;
	before = findings_begin(&compiler->findings);
	compiler->names = &no_names;
	expression = compiler_expression(compiler,
									 compiler_value(compiler, argument->parameter->initial,
													argument->type, argument->typmod,
													psprintf("%s.default", argument->parameter->location)));
	expression->scope->names = NULL;
	compiler->names = names;
	if (compiler->findings.checking && !compiler->findings.failed && !argument->required)
		compiler_check_default(compiler, argument);
	(void) findings_end(&compiler->findings, before);
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
			variable->location = argument->parameter->location;
			program->input_slots[i] = variable->slot;
		}
	}
	for (int i = 0; i < signature->ninputs; i++)
	{
		program->input_casts[i] = typmod_cast(compiler, &signature->inputs[i], program->input_slots[i]);
		program->input_defaults[i] = input_default(compiler, &signature->inputs[i]);
		deed_note_flow(program, program->input_defaults[i], program->input_slots[i]);
	}
}

/* Slots and names of the outputs. */
static void
compile_outputs(Compiler *compiler)
{
	Program    *program = compiler->program;
	Signature  *signature = program->signature;

	program->output_slots = palloc(sizeof(int) * Max(signature->noutputs, 1));
	program->output_casts = palloc0(sizeof(Expression *) * Max(signature->noutputs, 1));
	program->output_defaults = palloc0(sizeof(Expression *) * Max(signature->noutputs, 1));
	for (int i = 0; i < signature->noutputs; i++)
	{
		const Argument *output = &signature->outputs[i];

		program->output_slots[i] = variable_add(program, &compiler->names->outputs, output->name,
												output->type, output->typmod)->slot;
		program->promises_outputs |= output->parameter->required_given && output->required;
	}
	for (int i = 0; plugins_set_outputs(program) && i < signature->noutputs; i++)
		program->output_casts[i] = typmod_cast(compiler, &signature->outputs[i], program->output_slots[i]);
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
		{
			program->output_defaults[i] =
				compiler_expression(compiler,
									compiler_value(compiler, output->parameter->initial,
												   output->type, output->typmod,
												   psprintf("%s.default", output->parameter->location)));
			taint_flow(compiler, program->output_defaults[i], program->output_slots[i]);
		}
		else if (compiler->findings.checking && program->steps.count > 0 && !plugins_set_outputs(program) &&
				 !bms_is_member(i, program->outputs_set))
			problem_warn(compiler->findings.sink, output->parameter->location,
						 psprintf("no step sets output \"%s\"", output->name),
						 "Add an output step, give the output a \"default\", or register a plug-in that sets it.");
	}
}

/* Notes what is sensitive. */
static void
note_sensitive(Program *program)
{
	const Signature *signature = program->signature;

	for (int i = signature->nkeys; i < signature->ninputs; i++)
		if (signature->inputs[i].parameter->sensitive)
			program->sensitive_inputs = bms_add_member(program->sensitive_inputs, i);
	for (int i = 0; i < signature->noutputs; i++)
		if (signature->outputs[i].parameter->sensitive)
			program->sensitive_outputs = bms_add_member(program->sensitive_outputs, i);
	program->sensitive = program->sensitive_inputs != NULL || program->sensitive_outputs != NULL;
}

/* Notes how values are shown that do not have to be hidden. */
static void
note_shown(Program *program)
{
	const Signature *signature = program->signature;

	program->input_shown = palloc(sizeof(ShownType) * Max(signature->ninputs, 1));
	program->output_shown = palloc(sizeof(ShownType) * Max(signature->noutputs, 1));
	program->inputs_plain = true;
	for (int i = 0; i < signature->ninputs; i++)
	{
		program->input_shown[i] = shown_type(signature->inputs[i].type);
		program->inputs_plain &= program->input_shown[i].kind == SHOWN_PLAIN ||
			bms_is_member(i, program->sensitive_inputs);
	}
	for (int i = 0; i < signature->noutputs; i++)
		program->output_shown[i] = shown_type(signature->outputs[i].type);
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
	program->resolved = options->resolved;
	if (program->resolved != NULL)
		resolved_reset(program->resolved);
	program->definition = definition;
	program->begins_with_more = definition->deprecated != NULL;
	program->tells_keys = !options->sink->collect && observers_want_keys(definition);
	if (options->note_uses)
		program->uses = MemoryContextAllocZero(mcxt, sizeof(Uses));
	if (options->note_failures)
		program->failures = MemoryContextAllocZero(mcxt, sizeof(Failures));
	if (options->note_deeds)
		program->deeds = MemoryContextAllocZero(mcxt, sizeof(Deeds));
	for (int i = 0; i < CONTEXT_FIELDS; i++)
		program->context_slots[i] = -1;
	return program;
}

/* Notes the slots that hold whole rows, whose type may change under a running action. */
static void
note_row_slots(Program *program)
{
	for (int i = 0; i < program->nslots; i++)
	{
		Oid			type = getBaseType(program->slots[i].type);
		Oid			element = get_element_type(type);

		if (type_is_rowtype(OidIsValid(element) ? element : type))
			program->row_slots = lappend_int(program->row_slots, i);
	}
}

/*
 * Notes that the row types of all tables matter, where something stands for all of
 * their columns: a column that is added concerns such an action (ddl/altered_table.c).
 */
static void
depend_on_row_types(Compiler *compiler)
{
	List	   *relations = NIL;
	ListCell   *cell;

	foreach(cell, compiler->program->takes_all ? compiler->program->dependencies : NIL)
	{
		const ObjectAddress *address = lfirst(cell);

		if (address->classId == RelationRelationId)
			relations = lappend_oid(relations, address->objectId);
	}
	foreach(cell, relations)
		compiler_depend(compiler, TypeRelationId, get_rel_type_id(lfirst_oid(cell)));
}

/* Compiles header and steps into the program. */
static void
compile_program(Compiler *compiler)
{
	Program    *program = compiler->program;
	Definition *definition = program->definition;
	ListCell   *cell;

	steps_visit(definition->steps, collect_step_name, compiler->names);
	if (OidIsValid(program->signature->table))
	{
		compiler_depend(compiler, RelationRelationId, program->signature->table);
		resolved_place(program, "table", RelationRelationId, program->signature->table);
		resolved_table(program, "table", program->signature->table);
	}
	if (program->signature->nkeys > 0)
	{
		program->target = compiler_row(compiler, "target", program->signature->table);
		program->target_table = relation_name_canonical(program->signature->table);
	}
	else if (program->signature->broken)
		compiler_row(compiler, "target", InvalidOid)->broken = true;
	use_note_signature(program);
	plugins_compile(compiler);
	compile_inputs(compiler);
	input_checks_compile(compiler);
	compile_outputs(compiler);
	if (compiler->freeze)
		freeze_header(program->definition, program->signature);
	program->steps = steps_compile(compiler, definition->steps);
	compile_output_defaults(compiler);
	if (program->target != NULL)
	{
		target_compile(compiler, plugins_run_before_steps(program), plugins_load_image(program));
		plugins_compile_images(compiler);
	}
	note_sensitive(program);
	summary_compile(compiler);
	if (program->target != NULL)
		liveness_compile(compiler, plugins_run_before_steps(program));
	depend_on_row_types(compiler);
	write_check_returning(compiler);
	note_row_slots(program);
	note_shown(program);
	if (compiler->findings.trial == NULL)
		remark_program(compiler);
	if (compiler->freeze)
		meaning_freeze(program);
	foreach(cell, compiler->scopes)
		((Scope *) lfirst(cell))->findings = NULL;
}

/* Compiles with the types of let names that are known. */
static Program *
compile_pass(Definition *definition, const CompileOptions *options, LetTypes *lets, MemoryContext parent)
{
	MemoryContext mcxt = AllocSetContextCreate(parent, "custom action", ALLOCSET_SMALL_SIZES);
	MemoryContext old = MemoryContextSwitchTo(mcxt);
	Compiler	compiler = {0};

	compiler.program = program_new(definition, options, mcxt);
	compiler.names = palloc0(sizeof(Names));
	compiler.findings.sink = options->sink;
	compiler.lets = lets;
	compiler.findings.checking = options->sink->collect;
	compiler.findings.trial = options->trial;
	if (options->trial != NULL)
		trial_begin(options->trial);
	compiler.freeze = options->freeze && !let_types_searching(&compiler);
	compiler.scratch = AllocSetContextCreate(mcxt, "custom action scratch", ALLOCSET_DEFAULT_SIZES);
	meaning_start(compiler.program, json_get(definition->json, "frozen"), options->freeze);
	if (lets != NULL)
		meaning_meet(compiler.program, lets->met);
	PG_TRY();
	{
		compiler.program->signature = signature_resolve(definition, options->sink);
		compile_program(&compiler);
		if (compiler.names->read_open && lets != NULL)
			let_types_note_read(lets);
	}
	PG_CATCH();
	{
		/*
		 * the error's own context stays current: old may end before the error
		 * is dealt with
		 */
		MemoryContextDelete(mcxt);
		PG_RE_THROW();
	}
	PG_END_TRY();
	MemoryContextDelete(compiler.scratch);
	MemoryContextSwitchTo(old);
	return compiler.program;
}

/* Takes the errors after the first count problems; warnings come again. */
static List *
take_errors(ProblemSink *sink, int count, List *errors)
{
	for (int i = count; i < list_length(sink->problems); i++)
		if (!((Problem *) list_nth(sink->problems, i))->warning)
			errors = lappend(errors, list_nth(sink->problems, i));
	sink->problems = list_truncate(sink->problems, count);
	return errors;
}

/* Running will go the same way and fail where a pass failed, though the program would be good. */
static void
report_earlier(ProblemSink *sink, int count, const List *errors)
{
	ListCell   *cell;

	for (int i = count; i < list_length(sink->problems); i++)
		if (!((Problem *) list_nth(sink->problems, i))->warning)
			return;
	foreach(cell, errors)
	{
		Problem		problem = *(Problem *) lfirst(cell);

		problem.hint = "Say the types of let names that are used here with \"types\" beside the let.";
		problem_add(sink, &problem);
	}
}

/* Makes a program that is to be run while the types of let names are found, where that can be; else NULL. */
static Program *
compile_at_once(Definition *definition, const CompileOptions *options, LetTypes *lets, MemoryContext parent)
{
	Program    *program;

	if (options->sink->collect || options->freeze || !let_types_begin_at_once(lets))
		return NULL;
	program = compile_pass(definition, options, lets, parent);
	if (let_types_end_at_once(lets))
		return program;
	MemoryContextDelete(program->mcxt);
	return NULL;
}

/* Finds the types of let names in passes, then compiles with them. */
static Program *
compile_in_passes(Definition *definition, const CompileOptions *options, LetTypes *lets, MemoryContext parent)
{
	ProblemSink *sink = options->sink;
	int			count = list_length(sink->problems);
	List	   *errors = NIL;
	Program    *program = compile_at_once(definition, options, lets, parent);

	if (program != NULL)
		return program;
	while (let_types_search(lets))
	{
		CHECK_FOR_INTERRUPTS();
		program = compile_pass(definition, options, lets, parent);
		errors = take_errors(sink, count, errors);
		lets->met = meaning_met(program, lets->mcxt);
		MemoryContextDelete(program->mcxt);
	}
	program = compile_pass(definition, options, lets, parent);
	report_earlier(sink, count, errors);
	return program;
}

Program *
compile_definition(Definition *definition, const CompileOptions *options, MemoryContext parent)
{
	LetTypes   *lets = let_types_scan(definition, options->sink);
	Program    *volatile program = NULL;

	if (lets == NULL)
		return compile_pass(definition, options, NULL, parent);
	PG_TRY();
	{
		program = compile_in_passes(definition, options, lets, parent);
	}
	PG_FINALLY();
	{
		MemoryContextDelete(lets->mcxt);
	}
	PG_END_TRY();
	return program;
}
