/*
 * remark_overwritten.c
 *		Warns of columns that a later step sets again before anything reads them.
 *
 * Warned of is what nobody can have seen: the later step always runs once the
 * earlier one has, both write the same row, and between them no formula mentions
 * the column, a sub-SELECT or the row as a whole, nor calls what may read tables,
 * no statement reads, no action is performed, and no trigger of users' looks on.
 * Of a loop, all of it is between. Tables alone that nothing else makes more of
 * count: a view's own table, a partition and a rule look on, too. A column that is
 * indexed or a foreign key may have been set to make room for what came between;
 * one that another is generated from may be read there.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "base/compat.h"
#include "commands/trigger.h"
#include "engine/remark_overwritten.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/value.h"
#include "optimizer/optimizer.h"
#include "steps/step_list.h"
#include "steps/write.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"

#define LOOK_BACK	100			/* writes before one, of which one may be undone by it */

/* A column of a row, as formulas may mention it. */
typedef struct Mention
{
	const char *column;
	const Row  *row;
	const RowChain *rows;		/* all that the action names */
} Mention;

/* Is this a name of the row? */
static bool
is_name_of_row(const Mention *mention, const char *name)
{
	const Row  *row = row_find(mention->rows, name);

	return row != NULL && rows_are_one(row, mention->row);
}

/* Does a reference mention the column, or the row as a whole? */
static bool
reference_mentions(const ColumnRef *reference, const Mention *mention)
{
	Node	   *last = llast(reference->fields);

	if (IsA(last, A_Star) || strcmp(strVal(last), mention->column) == 0)
		return true;
	return list_length(reference->fields) == 1 &&
		(strcmp(strVal(last), "this") == 0 || is_name_of_row(mention, strVal(last)));
}

/* Does a tree read the column? A sub-SELECT may read anything. */
static bool
mention_walker(Node *node, void *arg)
{
	if (node == NULL)
		return false;
	if (IsA(node, SubLink))
		return true;
	if (IsA(node, ColumnRef))
		return reference_mentions((ColumnRef *) node, arg);
	return raw_expression_tree_walker(node, mention_walker, arg);
}

/* What happens in an action, in the order of the numbers of scopes. */
typedef struct Course
{
	NotedFormula **formulas;
	int			nformulas;
	Statement **statements;
	int			nstatements;
	int		   *opaque;
	int			nopaque;
} Course;

/* For qsort() */
static int
formula_compare(const void *a, const void *b)
{
	return (*(NotedFormula *const *) a)->scope - (*(NotedFormula *const *) b)->scope;
}

/* For qsort() */
static int
statement_compare(const void *a, const void *b)
{
	return (*(Statement *const *) a)->scope->number - (*(Statement *const *) b)->scope->number;
}

/* For first_after(): the numbers of the three lists */
static int
formula_number(const Course *course, int place)
{
	return course->formulas[place]->scope;
}

static int
statement_number(const Course *course, int place)
{
	return course->statements[place]->scope->number;
}

static int
opaque_number(const Course *course, int place)
{
	return course->opaque[place];
}

/* The first of count places whose number is greater than one. */
static int
first_after(const Course *course, int count, int (*number_at) (const Course *course, int place), int number)
{
	int			low = 0;

	while (low < count)
	{
		int			middle = low + (count - low) / 2;

		if (number_at(course, middle) > number)
			count = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* Sorts what was noted while compiling. */
static Course
course_of(const Compiler *compiler)
{
	Course		course = {0};
	ListCell   *cell;

	course.formulas = palloc(sizeof(NotedFormula *) * Max(list_length(compiler->findings.formulas), 1));
	foreach(cell, compiler->findings.formulas)
		course.formulas[course.nformulas++] = lfirst(cell);
	qsort(course.formulas, course.nformulas, sizeof(NotedFormula *), formula_compare);
	course.statements = palloc(sizeof(Statement *) * Max(list_length(compiler->program->statements), 1));
	foreach(cell, compiler->program->statements)
		course.statements[course.nstatements++] = lfirst(cell);
	qsort(course.statements, course.nstatements, sizeof(Statement *), statement_compare);
	course.opaque = palloc(sizeof(int) * Max(list_length(compiler->opaque), 1));
	foreach(cell, compiler->opaque)
		course.opaque[course.nopaque++] = lfirst_int(cell);
	return course;
}

/* Does a formula of the scopes after the first, up to the last, mention the column? */
static bool
is_mentioned(const Course *course, int first, int last, Mention *mention)
{
	for (int i = first_after(course, course->nformulas, formula_number, first);
		 i < course->nformulas && course->formulas[i]->scope <= last; i++)
		if (course->formulas[i]->may_look || mention_walker(course->formulas[i]->raw, mention))
			return true;
	return false;
}

/* Has a table triggers of users'? */
static bool
has_triggers(Relation table)
{
	for (int i = 0; table->trigdesc != NULL && i < table->trigdesc->numtriggers; i++)
		if (!table->trigdesc->triggers[i].tgisinternal)
			return true;
	return false;
}

/* May anything see what is written to a table, while it is written? */
static bool
has_onlookers(Oid relation)
{
	Relation	table = table_open(relation, NoLock);
	bool		found = table->rd_rel->relkind != RELKIND_RELATION || table->rd_rel->relhassubclass ||
		table->rd_rules != NULL || table->rd_rel->relrowsecurity || has_triggers(table);

	table_close(table, NoLock);
	return found;
}

/* Adds the columns of a table's indexes, by FirstLowInvalidHeapAttributeNumber as all here. */
static Bitmapset *
add_indexed(Bitmapset *columns, Relation table)
{
	ListCell   *cell;

	foreach(cell, RelationGetIndexList(table))
	{
		Relation	index = index_open(lfirst_oid(cell), AccessShareLock);

		for (int i = 0; i < index->rd_index->indnatts; i++)
			columns = bms_add_member(columns, index->rd_index->indkey.values[i] - FirstLowInvalidHeapAttributeNumber);
		pull_varattnos((Node *) RelationGetIndexExpressions(index), 1, &columns);
		pull_varattnos((Node *) RelationGetIndexPredicate(index), 1, &columns);
		index_close(index, AccessShareLock);
	}
	return columns;
}

/* Adds the columns that foreign keys of a table consist of. */
static Bitmapset *
add_referencing(Bitmapset *columns, Relation table)
{
	ListCell   *cell;

	foreach(cell, RelationGetFKeyList(table))
	{
		const ForeignKeyCacheInfo *key = lfirst(cell);

		for (int i = 0; i < key->nkeys; i++)
			columns = bms_add_member(columns, key->conkey[i] - FirstLowInvalidHeapAttributeNumber);
	}
	return columns;
}

/* Adds the columns that generated ones are made of. */
static Bitmapset *
add_generating(Bitmapset *columns, Relation table)
{
	const TupleConstr *constraints = RelationGetDescr(table)->constr;

	for (int i = 0; constraints != NULL && i < constraints->num_defval; i++)
	{
		const AttrDefault *made = &constraints->defval[i];

		if (TupleDescAttr(RelationGetDescr(table), made->adnum - 1)->attgenerated != '\0')
			pull_varattnos(stringToNode(made->adbin), 1, &columns);
	}
	return columns;
}

/* The columns of a table that count for more than formulas mention. */
static Bitmapset *
bound_columns(Oid relation)
{
	Relation	table = table_open(relation, NoLock);
	Bitmapset  *columns = add_generating(add_referencing(add_indexed(NULL, table), table), table);

	table_close(table, NoLock);
	return columns;
}

/* May a statement look at the row that another has written, but by formulas? */
static bool
statement_may_look(const Statement *statement, Oid relation)
{
	return statement->select || !OidIsValid(statement->relation) ||
		(statement->relation == relation && statement->set_based) || has_onlookers(statement->relation);
}

/* Does something between two scopes look at rows, or end the action? */
static bool
is_looked_at(const Course *course, int first, int last, Oid relation)
{
	int			place = first_after(course, course->nopaque, opaque_number, first);

	if (place < course->nopaque && course->opaque[place] <= last)
		return true;
	for (int i = first_after(course, course->nstatements, statement_number, first);
		 i < course->nstatements && statement_number(course, i) < last; i++)
		if (statement_may_look(course->statements[i], relation))
			return true;
	return false;
}

/* Does anything come between two scopes, or does the last compute anything? */
static bool
is_anything_between(const Course *course, int first, int last)
{
	int			formula = first_after(course, course->nformulas, formula_number, first);
	int			statement = first_after(course, course->nstatements, statement_number, first);

	return (formula < course->nformulas && formula_number(course, formula) <= last) ||
		(statement < course->nstatements && statement_number(course, statement) < last);
}

/* Does a step always run after another? Its list is the other's, or one around that. */
static bool
always_follows(const Step *step, const Step *earlier)
{
	const char *dot = strrchr(step->path, '.');

	return step->when == NULL && step_branch(step, "on_error") == NULL &&
		(dot == NULL || strncmp(step->path, earlier->path, dot - step->path + 1) == 0);
}

/* Do both write the same row, the later one in any case? */
static bool
is_written_again(const Write *earlier, const Write *later)
{
	return earlier->address->row != NULL && later->address->row != NULL &&
		!earlier->address->set_based && !later->address->set_based &&
		later->address->where == NULL && later->address->from == NULL &&
		rows_are_one(earlier->address->row, later->address->row) &&
		always_follows(later->statement->step, earlier->statement->step);
}

/* The value that a write gives to a column, or NULL. */
static const Value *
value_of(const Write *write, const char *column)
{
	ListCell   *cell;

	foreach(cell, write->columns)
	{
		const WriteColumn *one = lfirst(cell);

		if (strcmp(one->name, column) == 0)
			return one->value;
	}
	return NULL;
}

/* Do two writes set a column that is the same? */
static bool
share_column(const Write *earlier, const Write *later)
{
	ListCell   *cell;

	foreach(cell, earlier->columns)
	{
		if (value_of(later, ((const WriteColumn *) lfirst(cell))->name) != NULL)
			return true;
	}
	return false;
}

/* The scope after which what an earlier step wrote may be read: the turns of its loop come before a later step. */
static int
first_reader(const Step *earlier, const Step *later, const Scope *scope)
{
	const char *dot = strrchr(earlier->path, '.');
	int			length = dot == NULL ? 0 : dot - earlier->path + 1;

	return strncmp(earlier->path, later->path, length) == 0 && strchr(later->path + length, '.') == NULL ?
		scope->number : scope->again - 1;
}

/* Warns of the columns of an earlier write that a later one sets. */
static void
remark_pair(Compiler *compiler, const Course *course, const Write *earlier, const Write *later)
{
	Oid			relation = earlier->address->relation;
	int			first = first_reader(earlier->statement->step, later->statement->step, earlier->statement->scope);
	int			last = later->statement->scope->number;
	Bitmapset  *bound;
	ListCell   *cell;

	if (has_onlookers(relation) || is_looked_at(course, first, last, relation))
		return;
	bound = is_anything_between(course, first, last) ? bound_columns(relation) : NULL;
	foreach(cell, earlier->columns)
	{
		const WriteColumn *column = lfirst(cell);
		Mention		mention = {column->name, earlier->address->row, compiler->names->rows};
		int			number = get_attnum(relation, column->name) - FirstLowInvalidHeapAttributeNumber;

		if (value_of(later, column->name) != NULL && !bms_is_member(number, bound) &&
			!is_mentioned(course, first, last, &mention))
			problem_warn(compiler->findings.sink, column->value->location,
						 psprintf("step %s sets \"%s\" again before anything reads it",
								  later->statement->step->path, column->name),
						 "Leave it out of one of the two.");
	}
}

void
remark_overwritten(Compiler *compiler)
{
	Course		course = course_of(compiler);

	for (int i = 0; i < list_length(compiler->writes); i++)
	{
		const Write *later = list_nth(compiler->writes, i);

		CHECK_FOR_INTERRUPTS();
		for (int k = i - 1; k >= Max(0, i - LOOK_BACK); k--)
		{
			const Write *earlier = list_nth(compiler->writes, k);

			if (!is_written_again(earlier, later) || !share_column(earlier, later))
				continue;
			remark_pair(compiler, &course, earlier, later);
			break;
		}
	}
}
