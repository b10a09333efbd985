/*
 * summary_template.c
 *		Compiles the summary: a template over all that there is when the action
 *		ends. Parts of it that would show something sensitive become "***" here.
 *
 * It is compiled after the statement that loads the target. So it never makes
 * the action read a row for its sake; what it names of a row that is read, or
 * written, anyway is returned for it.
 */
#include "postgres.h"

#include "base/simple_type.h"
#include "catalog/pg_type.h"
#include "compile/let_types.h"
#include "compile/summary_template.h"
#include "compile/taint.h"
#include "nodes/nodeFuncs.h"
#include "utils/fmgroids.h"

#define LOCATION	"summary"
#define HIDDEN		"***"

/* Makes a value one that says nothing. */
static void
hide_value(Value *value)
{
	value->kind = VALUE_LITERAL;
	value->json = json_new_string(HIDDEN);
	value->formula = NULL;
}

/* Compiles the formulas of the summary one by one; a list of Expression. */
static List *
examine_formulas(Compiler *compiler, Value *value)
{
	List	   *probes = NIL;
	ListCell   *cell;

	if (value->kind == VALUE_FORMULA)
		probes = list_make1(compiler_expression(compiler, value));
	foreach(cell, value->items)
	{
		Value	   *part = lfirst(cell);

		if (part->kind != VALUE_FORMULA)
			continue;
		part->type = InvalidOid;	/* templates take what comes */
		probes = lappend(probes, compiler_expression(compiler, part));
	}
	return probes;
}

/*
 * Hides what reads something tainted. All formulas are compiled before that is
 * asked: they make the columns that they read.
 */
static void
hide_tainted(Compiler *compiler, Value *value)
{
	List	   *probes = examine_formulas(compiler, value);
	Bitmapset  *tainted = taint_find(compiler);
	ListCell   *cell;

	foreach(cell, probes)
	{
		Expression *probe = lfirst(cell);

		if (bms_overlap(probe->scope->slots, tainted))
			hide_value(probe->value);
		compiler_drop_expression(compiler, probe);
	}
}

/* Could evaluating the tree raise an error? Texts that are joined do not. */
static bool
may_raise_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	switch (nodeTag(node))
	{
		case T_FuncExpr:
			if (((FuncExpr *) node)->funcid != F_TEXTCAT)
				return true;
			break;
		case T_CoerceViaIO:
			if (!type_is_simple(exprType((Node *) ((CoerceViaIO *) node)->arg)) ||
				((CoerceViaIO *) node)->resulttype != TEXTOID)
				return true;
			break;
		case T_Const:
		case T_Param:
		case T_List:
		case T_RelabelType:
		case T_CoalesceExpr:
			break;
		default:
			return true;
	}
	return expression_tree_walker(node, may_raise_walker, context);
}

void
summary_compile(Compiler *compiler)
{
	Program    *program = compiler->program;
	const char *text = program->definition->summary;
	Value	   *value;
	bool		before;

	if (text == NULL || let_types_searching(compiler))
		return;
	before = findings_begin(&compiler->findings);
	compiler->in_summary = true;
	value = compiler_value(compiler, json_new_string(text), TEXTOID, -1, LOCATION);
	if (program->sensitive || compiler->tainted != NULL)
		hide_tainted(compiler, value);
	if (!compiler->findings.failed)
	{
		program->summary = compiler_expression(compiler, value);
		program->summary_is_harmless = program->summary->plain &&
			!may_raise_walker(program->summary->tree, NULL);
	}
	compiler->in_summary = false;
	(void) findings_end(&compiler->findings, before);
}
