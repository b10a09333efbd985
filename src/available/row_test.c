/*
 * row_test.c
 *		action_available(): would an action begin for this row?
 *
 * Where the planner knows action and row, it puts the conditions themselves in the
 * place of the call (inline.c). What is left comes here. What computes only is
 * evaluated at once, on the columns of the row, and an error of it is caught without
 * a subtransaction: of its functions (flat.c) none holds anything that an error would
 * have to give back. All else takes the action's frame, as the user and under the
 * settings that it runs with, in a subtransaction that is undone.
 *
 * What was found out is kept for the call's place in the query, until the name is
 * another one or something changes in the catalogs, be it a function or a type: without
 * one of them the action may not run at all.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "available/row_test.h"
#include "available/testing.h"
#include "base/compat.h"
#include "base/error.h"
#include "catalog/pg_inherits.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "miscadmin.h"
#include "optimizer/optimizer.h"
#include "parser/parse_type.h"
#include "program/names.h"
#include "run/action_call.h"
#include "run/catalog_changes.h"
#include "run/code_changes.h"
#include "run/context.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/typcache.h"

PG_FUNCTION_INFO_V1(custom_action_row_available);
PG_FUNCTION_INFO_V1(custom_action_may_begin);

/* What a call knows of its action. */
typedef struct RowTest
{
	MemoryContext mcxt;			/* of all below; reset when it is found out anew */
	char	   *name;			/* as the caller writes it; NULL: nothing is known */
	int			length;
	Oid			user;
	uint64		changes;		/* of the catalogs when it was found out ... */
	uint64		code;			/* ... and code_changes */
	Oid			function;
	Oid			row_type;
	bool		refused;		/* not for this user, or not at all */
	ExprState  *state;			/* of the conditions; NULL: they take the frame */
	ExprContext *econtext;
	TupleTableSlot *slot;		/* of the row */
} RowTest;

/* Is this table the one that an action is bound to, or a part of it? */
static bool
table_is_bound(Oid table, Oid bound)
{
	if (!OidIsValid(table))
		return false;
	return table == bound || typeInheritsFrom(get_rel_type_id(table), get_rel_type_id(bound));
}

/* Refuses a row that the action is not for. */
pg_noreturn static void
refuse_row(const Program *program, Oid row_type)
{
	Oid			bound = program->signature->table;

	if (program->target == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("action \"%s\" is not bound to a row", program->action),
				 OidIsValid(bound) ?
				 errhint("available_actions() tells of actions that are bound to a table as a whole.") :
				 errhint("Its definition names no \"table\": ask validate_action() whether it would begin.")));
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("action \"%s\" is for rows of %s, not for values of type %s", program->action,
					relation_name_canonical(bound), format_type_be(row_type)),
			 errhint("Give the row itself: SELECT action_available('%s', t) FROM %s AS t.", program->action,
					 relation_name_canonical(bound))));
}

/* What is asked of the program of an action. */
typedef struct FlatAsked
{
	AskedAction action;
	Oid			row_type;
	Flat	   *flat;
	bool		wrong_row;		/* it is not for such rows */
} FlatAsked;

/* Makes the flat tree, where the action is for such rows. */
static void
look_for_flat(Frame *frame, void *arg)
{
	FlatAsked  *asked = arg;
	MemoryContext old = MemoryContextSwitchTo(asked->action.request.result_context);
	Program    *program = frame->program;

	asked->wrong_row = program->target == NULL ||
		!table_is_bound(typeidTypeRelid(asked->row_type), program->signature->table);
	if (asked->wrong_row)
		refuse_row(program, asked->row_type);
	asked->flat = flat_of_program(program, typeidTypeRelid(asked->row_type));
	MemoryContextSwitchTo(old);
}

Flat *
row_test_flat(const char *name, Oid row_type, Oid *function, ErrorData **error)
{
	FlatAsked	asked = {.action = {.name = name}, .row_type = row_type};
	Caught	   *caught = testing_ask(&asked.action, look_for_flat, &asked);
	const Handle *handle = asked.action.handle;

	*error = caught != NULL && (asked.wrong_row ||
								(handle == NULL && caught->error->sqlerrcode != ERRCODE_INSUFFICIENT_PRIVILEGE)) ?
		caught->error : NULL;
	*function = handle != NULL ? handle->function : InvalidOid;
	return caught != NULL ? NULL : asked.flat;
}

/* Prepares the conditions to be evaluated on rows of a type. */
static void
prepare_flat(RowTest *test, const Flat *flat)
{
	Expr	   *tree = expression_planner((Expr *) flat->tree);

	test->econtext = CreateStandaloneExprContext();
	test->slot = MakeSingleTupleTableSlot(lookup_rowtype_tupdesc_copy(test->row_type, -1), &TTSOpsHeapTuple);
	test->econtext->ecxt_scantuple = test->slot;
	test->state = ExecInitExpr(tree, NULL);
}

/* Finds out what there is to know of an action and rows of this type. */
static void
test_find_out(RowTest *test, const text * name, Oid row_type)
{
	MemoryContext old;
	ErrorData  *error;
	Flat	   *flat;

	MemoryContextReset(test->mcxt);
	test->name = NULL;
	test->state = NULL;
	old = MemoryContextSwitchTo(test->mcxt);
	test->row_type = row_type;
	test->user = GetUserId();
	flat = row_test_flat(text_to_cstring(name), row_type, &test->function, &error);
	if (error != NULL)
		error_throw_on(error);
	test->refused = flat == NULL;
	if (flat != NULL && flat->kind != FLAT_NOT)
		prepare_flat(test, flat);
	test->changes = catalog_changes;
	test->code = code_changes;
	test->length = VARSIZE_ANY_EXHDR(name);
	test->name = pnstrdup(VARDATA_ANY(name), test->length);
	MemoryContextSwitchTo(old);
}

/* Is what a call knows about this action, for this user, and still so? */
static bool
test_is_good(const RowTest *test, const text * name, Oid row_type)
{
	return test->name != NULL && test->changes == catalog_changes && test->code == code_changes &&
		test->row_type == row_type && test->user == GetUserId() && test->length == VARSIZE_ANY_EXHDR(name) &&
		memcmp(test->name, VARDATA_ANY(name), test->length) == 0;
}

/* What the call at this place of the query knows. */
static RowTest *
test_of_call(FunctionCallInfo fcinfo, const text * name, Oid row_type)
{
	RowTest    *test = fcinfo->flinfo->fn_extra;

	if (test == NULL)
	{
		test = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(RowTest));
		test->mcxt = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "custom action row test",
										   ALLOCSET_SMALL_SIZES);
		fcinfo->flinfo->fn_extra = test;
	}
	if (!test_is_good(test, name, row_type))
		test_find_out(test, name, row_type);
	return test;
}

/* A row as the executor takes it. */
static HeapTupleData
tuple_of_row(HeapTupleHeader row)
{
	HeapTupleData tuple;

	tuple.t_len = HeapTupleHeaderGetDatumLength(row);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = row;
	return tuple;
}

/* Are the conditions true of a row? Where they fail, the action would, too. */
static bool
conditions_are_true(RowTest *test, HeapTupleHeader row)
{
	HeapTupleData tuple = tuple_of_row(row);
	MemoryContext old = CurrentMemoryContext;
	volatile bool result = false;
	bool		isnull;

	ResetExprContext(test->econtext);
	ExecStoreHeapTuple(&tuple, test->slot, false);
	PG_TRY();
	{
		result = DatumGetBool(ExecEvalExprSwitchContext(test->state, test->econtext, &isnull));
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(test->econtext->ecxt_per_tuple_memory);
		error = CopyErrorData();
		FlushErrorState();
		MemoryContextSwitchTo(old);
		testing_pass_on(error);
	}
	PG_END_TRY();
	ExecClearTuple(test->slot);
	return result;
}

/* A row that an action is asked about in its own frame. */
typedef struct RowAsked
{
	AskedAction action;
	HeapTupleHeader row;
	Oid			row_type;
} RowAsked;

/* Fills the target from the row. */
static void
take_given_row(Frame *frame, const RowAsked *asked)
{
	HeapTupleData tuple = tuple_of_row(asked->row);
	TupleDesc	tupdesc = lookup_rowtype_tupdesc(asked->row_type, -1);
	ListCell   *cell;

	foreach(cell, frame->program->target->columns)
	{
		const RowColumn *column = lfirst(cell);
		AttrNumber	attnum = column->name == NULL ? InvalidAttrNumber : get_attnum(typeidTypeRelid(asked->row_type), column->name);
		bool		isnull = false;
		Datum		value;

		if (column->computed)
			continue;
		if (column->name == NULL)
			value = HeapTupleHeaderGetDatum(asked->row);
		else if (attnum > 0 && TupleDescAttr(tupdesc, attnum - 1)->atttypid == frame->program->slots[column->slot].type)
			value = heap_getattr(&tuple, attnum, tupdesc, &isnull);
		else
			refuse_row(frame->program, asked->row_type);
		frame_set(frame, column->slot, value, isnull);
	}
	ReleaseTupleDesc(tupdesc);
}

/* Looks at an action for a row that is there already. */
static void
look_with_row(Frame *frame, void *arg)
{
	RowAsked   *asked = arg;
	Testing		testing;

	take_given_row(frame, asked);
	context_fill(frame);
	testing_begin(&testing, frame, CurrentMemoryContext);
	testing_require_all(&testing);
}

/* Asks the action itself. */
static bool
ask_with_row(const RowTest *test, HeapTupleHeader row)
{
	RowAsked	asked = {.row = row, .row_type = test->row_type};
	Caught	   *caught;

	asked.action.handle = handle_get(test->function);
	caught = testing_ask(&asked.action, look_with_row, &asked);
	if (caught == NULL)
		return true;
	caught_free(caught);
	return false;
}

/* action_available(action text, row anyelement): would the action begin for the row? */
Datum
custom_action_row_available(PG_FUNCTION_ARGS)
{
	text	   *name = PG_GETARG_TEXT_PP(0);
	Oid			row_type = get_fn_expr_argtype(fcinfo->flinfo, 1);
	HeapTupleHeader row;
	RowTest    *test;

	if (OidIsValid(row_type) && type_is_rowtype(row_type))
	{
		row = PG_GETARG_HEAPTUPLEHEADER(1);
		row_type = HeapTupleHeaderGetTypeId(row);
	}
	test = test_of_call(fcinfo, name, row_type);
	if (test->refused)
		PG_RETURN_BOOL(false);
	row = PG_GETARG_HEAPTUPLEHEADER(1);
	PG_RETURN_BOOL(test->state != NULL ? conditions_are_true(test, row) : ask_with_row(test, row));
}

/* What is known of who may invoke an action. */
typedef struct MayBegin
{
	Oid			function;
	Oid			user;
	uint64		changes;
	bool		may;
} MayBegin;

/* SQL: may the current user invoke the action of a function? Asked anew when the user is another one, or anything changes in the catalogs. */
Datum
custom_action_may_begin(PG_FUNCTION_ARGS)
{
	Oid			function = PG_GETARG_OID(0);
	MayBegin   *known = fcinfo->flinfo->fn_extra;

	if (known == NULL)
	{
		known = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(MayBegin));
		fcinfo->flinfo->fn_extra = known;
	}
	if (known->function != function || known->user != GetUserId() || known->changes != catalog_changes)
	{
		known->function = InvalidOid;
		known->may = action_may_be_invoked(function);
		known->user = GetUserId();
		known->changes = catalog_changes;
		known->function = function;
	}
	PG_RETURN_BOOL(known->may);
}
