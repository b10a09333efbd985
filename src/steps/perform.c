/*
 * perform.c
 *		perform: invokes another action as part of this one.
 *
 * The other action is found when this one is compiled; calling it goes
 * straight to its function, with values, not text or jsonb. EXECUTE is checked
 * at each call.
 */
#include "postgres.h"

#include "access/xact.h"
#include "base/compat.h"
#include "base/sqlstate.h"
#include "catalog/pg_proc.h"
#include "compile/taint.h"
#include "document/outline.h"
#include "program/deed.h"
#include "program/failure.h"
#include "program/resolved.h"
#include "program/use.h"
#include "run/action_call.h"
#include "run/domain_rule.h"
#include "run/evaluate.h"
#include "run/frame.h"
#include "steps/many.h"
#include "steps/performed_action.h"
#include "steps/step_words.h"
#include "steps/steps.h"
#include "steps/with.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

static const ArgumentSpec perform_arguments[] = {
	{"with", ARGUMENT_VALUES,
	.meaning = "inputs and their values"},
	{NULL}
};

typedef struct Perform
{
	Oid			function;		/* InvalidOid: this action itself, from a draft */
	int			ninputs;
	Oid		   *input_types;
	Expression **inputs;		/* NULL: the default */
	const PerformedArgument *signature; /* of the inputs */
	const char *action;			/* canonical name */
	bool		has_domains;	/* some input is of one */
	int			noutputs;
	Oid		   *output_types;
	int		   *output_slots;	/* -1: nothing refers to it */
} Perform;

/* The inputs given; {"target": {"a": 1}} of a composite key becomes "target_a". */
static Json *
given_inputs(const Json *with, const PerformedAction *signature)
{
	Json	   *given = json_new_object();

	for (int i = 0; with != NULL && i < with->count; i++)
	{
		const Json *value = with->items[i];

		if (!signature->composite_key || strcmp(with->keys[i], "target") != 0 ||
			value->kind != JSON_IS_OBJECT)
			json_add(given, with->keys[i], with->items[i]);
		else
			for (int k = 0; k < value->count; k++)
				json_add(given, psprintf("target_%s", value->keys[k]), value->items[k]);
	}
	return given;
}

/* The names of the inputs. */
static List *
input_names(const PerformedAction *signature)
{
	List	   *names = NIL;

	for (int i = 0; i < signature->ninputs; i++)
		names = lappend(names, unconstify(char *, signature->inputs[i].name));
	return names;
}

/* Compiles one input. */
static Expression *
given_input(Compiler *compiler, const PerformedAction *signature, const PerformedArgument *input,
			const Json *value)
{
	char	   *location = compiler_location(compiler, psprintf("with.%s", input->name));
	Expression *expression = compiler_expression(compiler, compiler_value(compiler, value, input->type,
																		  -1, location));

	if (!input->sensitive)
		taint_exit(compiler, expression, location,
				   psprintf("input \"%s\" of action \"%s\"", input->name, signature->action));
	return expression;
}

/* Compiles the inputs. */
static void
compile_given_inputs(Compiler *compiler, Perform *perform, const PerformedAction *signature)
{
	const Json *with = given_inputs(step_argument(compiler->step, "with"), signature);

	with_report_unknown(compiler, with, input_names(signature),
						psprintf("action \"%s\"", signature->action), "input");
	perform->ninputs = signature->ninputs;
	perform->input_types = palloc(sizeof(Oid) * Max(signature->ninputs, 1));
	perform->inputs = palloc0(sizeof(Expression *) * Max(signature->ninputs, 1));
	perform->signature = signature->inputs;
	perform->action = signature->action;
	for (int i = 0; i < signature->ninputs; i++)
	{
		const PerformedArgument *input = &signature->inputs[i];
		const Json *value = json_get(with, input->name);

		perform->has_domains |= get_typtype(input->type) == TYPTYPE_DOMAIN;
		perform->input_types[i] = input->type;
		if (input->required && value != NULL && value->kind == JSON_IS_NULL)
			compiler_problem(compiler, ERRCODE_NULL_VALUE_NOT_ALLOWED,
							 compiler_location(compiler, psprintf("with.%s", input->name)),
							 psprintf("input \"%s\" of action \"%s\" must not be null", input->name,
									  signature->action), NULL, NULL);
		if (value != NULL)
			perform->inputs[i] = given_input(compiler, signature, input, value);
		else if (input->required)
			compiler_problem(compiler, ERRCODE_UNDEFINED_PARAMETER, compiler_location(compiler, "with"),
							 psprintf("input \"%s\" of action \"%s\" is required", input->name,
									  signature->action), NULL, NULL);
		deed_note_handed(compiler->program, perform->inputs[i]);
	}
}

/* Notes what an output may hold of sensitive values: its own, or what the inputs bring. */
static void
note_taint(Compiler *compiler, const Perform *perform, const PerformedArgument *output, int slot)
{
	if (output->sensitive)
		taint_source(compiler, slot);
	for (int i = 0; i < perform->ninputs; i++)
		taint_flow(compiler, perform->inputs[i], slot);
}

/* Declares the outputs as columns of the step's result. */
static void
declare_outputs(Compiler *compiler, Perform *perform,
				const PerformedAction *signature)
{
	Row		   *row = compiler_declare(compiler, InvalidOid, false);

	perform->noutputs = signature->noutputs;
	perform->output_types = palloc(sizeof(Oid) * Max(signature->noutputs, 1));
	perform->output_slots = palloc(sizeof(int) * Max(signature->noutputs, 1));
	for (int i = 0; i < signature->noutputs; i++)
	{
		const PerformedArgument *output = &signature->outputs[i];

		perform->output_types[i] = output->type;
		perform->output_slots[i] = row == NULL ? -1 :
			compiler_row_column(compiler, row, output->name, output->type, -1)->slot;
		if (row != NULL)
			note_taint(compiler, perform, output, perform->output_slots[i]);
	}
}

/* Checks what an action may perform. */
static void
check_fit(Compiler *compiler, const PerformedAction *signature)
{
	if (compiler->findings.checking && !signature->active)
		compiler_problem(compiler, ERRCODE_CA_NOT_ACTIVE, compiler->step->path,
						 psprintf("action \"%s\" is not active", signature->action), NULL,
						 psprintf("Activate it first: activate_action('%s').", signature->action));
	if (compiler->findings.checking && signature->deprecated != NULL)
		problem_warn(compiler->findings.sink, compiler->step->path,
					 psprintf("action \"%s\" is deprecated: %s", signature->action, signature->deprecated),
					 "Perform another action, or do what it does in steps.");
	if (compiler->program->read_only && !signature->read_only)
		compiler_problem(compiler, ERRCODE_READ_ONLY_SQL_TRANSACTION, compiler->step->path,
						 psprintf("a read-only action cannot perform \"%s\", which is not read-only",
								  signature->action), NULL, NULL);
}

static void
perform_compile(Compiler *compiler, Instruction *instruction)
{
	Perform    *perform = palloc0(sizeof(Perform));
	PerformedAction *signature = performed_action_find(compiler, compiler->step->subject->text);

	if (signature == NULL)
		return;
	check_fit(compiler, signature);
	use_note_action(compiler->program, compiler->step->path, signature->action);
	failure_note_performed(compiler->program, compiler->step->path, signature->function);
	perform->function = signature->function;
	if (OidIsValid(perform->function) && perform->function != compiler->program->function)
		compiler_depend(compiler, ProcedureRelationId, perform->function);
	resolved_place(compiler->program, compiler->step->path, ProcedureRelationId, perform->function);
	if (compiler->freeze)
		json_put_string(compiler->step->json, compiler->step->kind->name, signature->action);
	compile_given_inputs(compiler, perform, signature);
	declare_outputs(compiler, perform, signature);
	instruction->data = perform;
}

/* Computes an input of a domain, which may refuse the value. */
static Datum
evaluate_of_domain(Frame *frame, const Perform *perform, int input, bool *isnull)
{
	MemoryContext mcxt = CurrentMemoryContext;
	volatile Datum value = (Datum) 0;

	PG_TRY();
	{
		value = expression_evaluate(frame, perform->inputs[input], isnull);
	}
	PG_CATCH();
	{
		domain_rule_rethrow(perform->input_types[input], psprintf("input \"%s\"", perform->signature[input].name),
							perform->action, mcxt);
	}
	PG_END_TRY();
	return value;
}

/* Computes the inputs, in the frame's per-step memory. */
static void
evaluate_inputs(Frame *frame, const Perform *perform, Datum *values, bool *nulls, bool *given)
{
	for (int i = 0; i < perform->ninputs; i++)
	{
		given[i] = perform->inputs[i] != NULL;
		if (given[i] && unlikely(perform->has_domains) && get_typtype(perform->input_types[i]) == TYPTYPE_DOMAIN)
			values[i] = evaluate_of_domain(frame, perform, i, &nulls[i]);
		else if (given[i])
			values[i] = expression_evaluate(frame, perform->inputs[i], &nulls[i]);
	}
}

/* Calls the action; one that only reads sees what earlier steps did. */
static void
perform_action(const Frame *frame, Handle *handle, InvokeRequest *request)
{
	if (!frame->read_only)
	{
		CommandCounterIncrement();
		PushActiveSnapshot(GetTransactionSnapshot());
	}
	handle_call(handle, request);
	if (!frame->read_only)
		PopActiveSnapshot();
}

/* Makes the request; the values are inputs and outputs, the nulls those of inputs, which are given, those of outputs. */
static void
request_fill(InvokeRequest *request, const Perform *perform, Datum *values, bool *nulls)
{
	request->kind = REQUEST_VALUES;
	request->result_context = CurrentMemoryContext;
	request->ninputs = perform->ninputs;
	request->input_types = perform->input_types;
	request->inputs = values;
	request->input_nulls = nulls;
	request->input_given = nulls + perform->ninputs;
	request->noutputs = perform->noutputs;
	request->output_types = perform->output_types;
	request->outputs = values + perform->ninputs;
	request->output_nulls = nulls + 2 * perform->ninputs;
}

static void
perform_execute(Frame *frame, Instruction *instruction)
{
	Perform    *perform = instruction->data;
	MemoryContext old = MemoryContextSwitchTo(frame->econtext->ecxt_per_tuple_memory);
	Datum	   *values = palloc0(sizeof(Datum) * (perform->ninputs + perform->noutputs + 1));
	bool	   *nulls = palloc0(sizeof(bool) * (2 * perform->ninputs + perform->noutputs + 1));
	InvokeRequest request = {0};

	evaluate_inputs(frame, perform, values, nulls, nulls + perform->ninputs);
	request_fill(&request, perform, values, nulls);
	perform_action(frame, handle_get(perform->function), &request);
	for (int i = 0; i < perform->noutputs; i++)
		if (perform->output_slots[i] >= 0)
			frame_set(frame, perform->output_slots[i], request.outputs[i], request.output_nulls[i]);
	MemoryContextSwitchTo(old);
}

/* Is the action one of those that are being looked at? */
static bool
is_being_looked_at(const ManyShape *shape, Oid function)
{
	for (; shape != NULL; shape = shape->outer)
		if (shape->program->function == function)
			return true;
	return false;
}

/* Asks the performed action, as whom and with the settings that it runs with. */
static bool
perform_fits_many(ManyShape *shape, const Instruction *instruction)
{
	const Perform *perform = instruction->data;
	ManyShape  *part = palloc0(sizeof(ManyShape));
	ManyCall	call = {.look = part};
	InvokeRequest request = {.kind = REQUEST_MANY, .many = &call, .result_context = CurrentMemoryContext};

	if (perform == NULL || !OidIsValid(perform->function) || is_being_looked_at(shape, perform->function))
		return many_refuse(shape, "it performs itself");
	part->outer = shape;
	handle_call(handle_get(perform->function), &request);
	if (part->refused != NULL)
		return many_refuse(shape, psprintf("of an action that it performs: %s", part->refused));
	shape->parts = lappend(shape->parts, part);
	return true;
}

/* The items that perform the action. */
typedef struct PerformMany
{
	ItemSet    *set;
	const int  *numbers;		/* of the action's items in the set */
} PerformMany;

static void
enter_performing(void *outer, int item)
{
	const PerformMany *many = outer;

	item_enter(many->set, many->numbers[item]);
}

static void
leave_performing(void *outer, int item)
{
	const PerformMany *many = outer;

	item_leave(many->set, many->numbers[item]);
}

/* Computes the inputs of an item that is entered, to stay. */
static void
request_of_item(Frame *frame, const Perform *perform, InvokeRequest *request)
{
	int			count = perform->ninputs;
	Datum	   *values = palloc0(sizeof(Datum) * (count + perform->noutputs + 1));
	bool	   *nulls = palloc0(sizeof(bool) * (2 * count + perform->noutputs + 1));

	evaluate_inputs(frame, perform, values, nulls, nulls + count);
	for (int i = 0; i < count; i++)
		if (perform->inputs[i] != NULL && !nulls[i])
			values[i] = datumCopy(values[i], perform->inputs[i]->byval, perform->inputs[i]->length);
	request_fill(request, perform, values, nulls);
}

/* Takes what the action has given for each item. */
static void
take_performed(ItemSet *set, const Perform *perform, const ManyCall *call)
{
	for (int i = 0; i < call->count; i++)
	{
		const InvokeRequest *request = call->items[i].values;
		int			item = set->active[i];

		if (call->left[i])
		{
			set->items[item].out = true;
			set->call->left[item] = true;
			continue;
		}
		item_enter(set, item);
		for (int k = 0; k < perform->noutputs; k++)
			if (perform->output_slots[k] >= 0)
				frame_set(set->frame, perform->output_slots[k], request->outputs[k], request->output_nulls[k]);
		item_leave(set, item);
	}
}

static void
perform_execute_many(ItemSet *set, Instruction *instruction)
{
	const Perform *perform = instruction->data;
	Frame	   *frame = set->frame;
	int			count = set->nactive;
	PerformMany many = {set, set->active};
	ManyCall	call = {.count = count, .whole = true, .mcxt = CurrentMemoryContext, .enter = enter_performing, .leave = leave_performing, .outer = &many};
	InvokeRequest request = {.kind = REQUEST_MANY, .many = &call, .result_context = CurrentMemoryContext};
	InvokeRequest *requests = palloc0(sizeof(InvokeRequest) * count);

	call.items = palloc0(sizeof(ManyItem) * count);
	call.left = palloc0(sizeof(bool) * count);
	call.first = palloc(sizeof(int) * count);
	call.written = set->written;
	call.may_leave = set->call->may_leave && !set->written;
	for (int i = 0; i < count; i++)
	{
		call.first[i] = i;
		item_enter(set, set->active[i]);
		frame_begin_step(frame, instruction);
		request_of_item(frame, perform, &requests[i]);
		call.items[i].values = &requests[i];
		item_leave(set, set->active[i]);
	}
	perform_action(frame, handle_get(perform->function), &request);
	if (call.refused != NULL || call.done < count)
		item_set_give_up(set, "an action that it performs cannot be run so any more");
	set->written = set->written || call.written;
	take_performed(set, perform, &call);
}

static void
perform_describe(Outline *outline, const Step *step)
{
	outline_say(outline, "PERFORM ");
	step_say_subject(outline, step);
	outline_values(outline, "with", step_argument(step, "with"), ": ");
}

const StepKind perform_kind = {
	.name = "perform",
	.meaning = "performs another action",
	.example = "{\"perform\": \"support.page_on_call\", \"with\": {\"case_id\": \"=target.id\"}}",
	.subject = SUBJECT_NAME,
	.arguments = perform_arguments,
	.performs = true,
	.named = true,
	.compile = perform_compile,
	.execute = perform_execute,
	.fits_many = perform_fits_many,
	.execute_many = perform_execute_many,
	.describe = perform_describe
};
