/*
 * plugin.c
 *		Compiles the registrations of plug-ins: their functions, what they are
 *		configured with, and the columns of the bound row that they ask for.
 *		Their shape has been checked by parse_plugins.c.
 *
 * The columns of an image have slots of their own, all plug-ins share them.
 * The row before the operation comes with the load of the target; for a plug-in
 * that runs before that the row is read by itself.
 */
#include "postgres.h"

#include "access/relation.h"
#include "base/compat.h"
#include "base/jsonb_tree.h"
#include "base/simple_type.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "compile/compiler.h"
#include "lookup/canonical.h"
#include "plugins/plugin.h"
#include "program/deed.h"
#include "program/failure.h"
#include "program/use.h"
#include "steps/target.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

static const char *const image_keys[IMAGES] = {"pre", "post"};

/* One registration on its way into the program. */
typedef struct PluginWork
{
	Compiler   *compiler;
	const Json *json;
	const char *location;
	Plugin	   *plugin;
} PluginWork;

/* Reads a JSON value as jsonb; NULL for none. */
static Jsonb *
read_jsonb(const Json *json)
{
	if (json == NULL || json->kind == JSON_IS_NULL)
		return NULL;
	return DatumGetJsonbP(json_to_jsonb(json));
}

/* Refuses an image where there is no row. */
static void
require_bound_table(const PluginWork *work)
{
	if (work->compiler->program->target == NULL && !work->compiler->program->signature->broken)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s cannot have an image: the action is not bound to a row", work->plugin->title),
				 errhint("Leave out \"images\".")));
}

/* The row of an image, made when first asked for. */
static Row *
image_row(Compiler *compiler, ImageKind kind)
{
	Image	   *image = &compiler->program->pipeline->images[kind];

	if (image->row == NULL)
	{
		image->row = palloc0(sizeof(Row));
		image->row->name = psprintf("%s_image", image_keys[kind]);
		image->row->for_code = true;
		image->row->relation = compiler->program->target->relation;
		image->read = compiler_statement(compiler, image->row->relation);
		image->read->purpose = image->row->name;
	}
	return image->row;
}

/* Adds a column to an image of a plug-in. */
static void
add_image_column(PluginWork *work, ImageKind kind, const char *name)
{
	Row		   *row = image_row(work->compiler, kind);
	Image	   *image = &work->compiler->program->pipeline->images[kind];

	if (get_attnum(row->relation, name) <= InvalidAttrNumber)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("%s asks for column \"%s\", which table %s does not have",
						work->plugin->title, name, relation_name_canonical(row->relation))));
	(void) row_slot(image->read->scope, row, name);
	use_note_column(work->compiler->program, work->plugin->place.path, row->relation, name, true, false);
	work->plugin->columns[kind] = list_append_unique_ptr(work->plugin->columns[kind],
														 row_column_find(row, name));
}

/* Adds all columns of the bound table to an image of a plug-in. */
static void
add_whole_row(PluginWork *work, ImageKind kind)
{
	Relation	relation = relation_open(image_row(work->compiler, kind)->relation, AccessShareLock);

	work->compiler->program->takes_all = true;
	for (int i = 0; i < relation->rd_att->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(relation->rd_att, i);

		if (!attribute->attisdropped)
			add_image_column(work, kind, NameStr(attribute->attname));
	}
	relation_close(relation, AccessShareLock);
}

/* Compares two columns by their names, as jsonb does. */
static int
column_compare(const ListCell *cell, const ListCell *other)
{
	return jsonb_tree_compare(((RowColumn *) lfirst(cell))->name, ((RowColumn *) lfirst(other))->name);
}

/* Reads what a plug-in asks for of an image: true, or a list of columns; NULL: nothing. */
static void
read_image(PluginWork *work, ImageKind kind, const Json *columns)
{
	if (columns == NULL)
		return;
	require_bound_table(work);
	if (work->compiler->program->target == NULL)
		return;					/* the table is a problem of its own */
	work->plugin->wants[kind] = true;
	if (columns->kind != JSON_IS_ARRAY)
		add_whole_row(work, kind);
	for (int i = 0; columns->kind == JSON_IS_ARRAY && i < columns->count; i++)
		add_image_column(work, kind, columns->items[i]->text);
	work->plugin->shown[kind] = list_copy(work->plugin->columns[kind]);
	list_sort(work->plugin->shown[kind], column_compare);
}

/* Refuses a function that changes things around an action that must not. */
static void
require_plugin_volatility(const PluginWork *work, const PluginFunction *function)
{
	if (work->compiler->program->read_only && function->volatility == PROVOLATILE_VOLATILE)
		ereport(ERROR,
				(errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
				 errmsg("a read-only action cannot have the volatile %s", work->plugin->title),
				 errhint("Declare the function STABLE if it changes nothing.")));
}

/* Compiles one registration. */
static void
plugin_work(void *arg)
{
	PluginWork *work = arg;
	Compiler   *compiler = work->compiler;
	Plugin	   *plugin = work->plugin;
	PluginFunction *function = plugin_function_resolve(json_get_text(work->json, "function"));
	const Json *images = json_get(work->json, "images");

	compiler_depend(compiler, ProcedureRelationId, function->function);
	plugin->stage = stage_find(json_get_text(work->json, "stage"));
	if (plugin->stage == STAGES)
		elog(ERROR, "stage \"%s\" is unknown", json_get_text(work->json, "stage"));
	plugin->title = psprintf("plug-in %s", function->title);
	plugin->place.path = psprintf("%s: %s", stage_name(plugin->stage), function->title);
	plugin->place.plugin = function->function;
	plugin->place.label = psprintf("%s at stage %s", plugin->title, stage_name(plugin->stage));
	plugin->limit_title = psprintf("%s of action \"%s\"", plugin->place.label, compiler->program->action);
	plugin->function = function;
	plugin->snapshot = !compiler->program->read_only && function->volatility != PROVOLATILE_VOLATILE;
	plugin->configuration = read_jsonb(json_get(work->json, "configuration"));
	use_note_function(compiler->program, plugin->place.path, function->function);
	if (json_get_boolean(work->json, "enabled", true))
	{
		deed_note_called(compiler->program, function->function);
		failure_note(compiler->program, plugin->place.path, ANY_SQLSTATE,
					 psprintf("whatever %s raises", plugin->title), "it is called");
	}
	require_plugin_volatility(work, function);
	if (compiler->findings.checking && check_function_bodies && json_get_boolean(work->json, "enabled", true))
		plugin_function_require_abi(function);
	for (int i = 0; i < IMAGES; i++)
		read_image(work, (ImageKind) i, json_get(images, image_keys[i]));
}

/* Is it sure that showing a value of this type as JSON runs none but PostgreSQL's own code? */
static bool
type_is_plain(Oid type)
{
	Oid			base = getBaseType(type);
	Oid			element = get_element_type(base);

	if (OidIsValid(element))
		return type_is_plain(element);
	if (type_is_simple(base))
		return true;
	switch (base)
	{
		case DATEOID:
		case TIMESTAMPOID:
		case TIMESTAMPTZOID:
		case JSONOID:
		case JSONBOID:
			return true;
		default:
			return false;		/* somebody's type may have a cast to json, even an enum */
	}
}

/* Are all values that a plug-in may see of plain types? */
static bool
values_are_plain(const Program *program)
{
	const Pipeline *pipeline = program->pipeline;
	bool		plain = true;
	ListCell   *cell;

	for (int i = 0; i < program->signature->ninputs; i++)
		plain = plain && type_is_plain(program->signature->inputs[i].type);
	for (int i = 0; i < program->signature->noutputs; i++)
		plain = plain && type_is_plain(program->signature->outputs[i].type);
	for (int i = 0; i < IMAGES; i++)
		foreach(cell, pipeline->images[i].row ? pipeline->images[i].row->columns : NIL)
			plain = plain && type_is_plain(program->slots[((RowColumn *) lfirst(cell))->slot].type);
	return plain;
}

/* Puts the plug-ins in the order in which they run; within a stage they are listed so. */
static void
sort_by_stage(Pipeline *pipeline, const Plugin *plugins, int nplugins)
{
	for (int stage = 0; stage < STAGES; stage++)
	{
		pipeline->first[stage] = pipeline->nplugins;
		for (int i = 0; i < nplugins; i++)
			if (plugins[i].stage == (Stage) stage)
			{
				pipeline->plugins[pipeline->nplugins] = plugins[i];
				pipeline->plugins[pipeline->nplugins].number = pipeline->nplugins;
				pipeline->nplugins++;
			}
	}
	pipeline->first[STAGES] = pipeline->nplugins;
}

/* Compares two arguments by their names, as jsonb does. */
static int
argument_compare(const void *place, const void *other, void *arguments)
{
	const Argument *all = arguments;

	return jsonb_tree_compare(all[*(const int *) place].name, all[*(const int *) other].name);
}

/* The places of arguments from one on, in the order in which a jsonb holds them. */
static int *
arguments_in_order(Argument *arguments, int first, int count)
{
	int		   *order = palloc(sizeof(int) * Max(count - first, 1));

	for (int i = first; i < count; i++)
		order[i - first] = i;
	qsort_arg(order, count - first, sizeof(int), argument_compare, arguments);
	return order;
}

void
plugins_compile(Compiler *compiler)
{
	static uint64 serial = 0;
	Program    *program = compiler->program;
	const Json *list = program->definition->plugins;
	int			count = list ? list->count : 0;
	Plugin	   *plugins;
	int			nplugins = 0;

	if (count == 0)
		return;
	plugins = palloc0(sizeof(Plugin) * count);
	program->pipeline = palloc0(sizeof(Pipeline));
	program->pipeline->serial = ++serial;
	program->pipeline->plugins = palloc0(sizeof(Plugin) * count);
	for (int i = 0; i < count; i++)
	{
		PluginWork	work = {compiler, list->items[i], psprintf("plugins.%d", i + 1), &plugins[nplugins]};

		if (list->items[i]->kind != JSON_IS_OBJECT ||
			(!json_get_boolean(list->items[i], "enabled", true) && !compiler->findings.checking))
			continue;
		if (compiler_guard(compiler, work.location, plugin_work, &work))
			nplugins++;
		else
			memset(&plugins[nplugins], 0, sizeof(Plugin));
	}
	sort_by_stage(program->pipeline, plugins, nplugins);
	pfree(plugins);
	program->pipeline->plain = values_are_plain(program);
	program->pipeline->input_order = arguments_in_order(program->signature->inputs,
														program->signature->nkeys, program->signature->ninputs);
	program->pipeline->output_order = arguments_in_order(program->signature->outputs, 0, program->signature->noutputs);
}

/* Do plug-ins that run before the target is loaded, or those that run later, ask for an image? */
static bool
image_wanted(const Pipeline *pipeline, ImageKind kind, bool before_load)
{
	for (int i = 0; i < pipeline->nplugins; i++)
		if (pipeline->plugins[i].wants[kind] &&
			stage_has(pipeline->plugins[i].stage, STAGE_BEFORE_LOAD) == before_load)
			return true;
	return false;
}

Row *
plugins_load_image(const Program *program)
{
	const Pipeline *pipeline = program->pipeline;

	if (pipeline == NULL || !image_wanted(pipeline, IMAGE_PRE, false))
		return NULL;
	return pipeline->images[IMAGE_PRE].row;
}

bool
plugins_run_before_steps(const Program *program)
{
	for (int i = 0; program->pipeline != NULL && i < program->pipeline->nplugins; i++)
	{
		Stage		stage = program->pipeline->plugins[i].stage;

		if (stage_has(stage, STAGE_TAKES_INPUT) && !stage_has(stage, STAGE_BEFORE_LOAD))
			return true;
	}
	return false;
}

bool
plugins_set_outputs(const Program *program)
{
	for (int i = 0; program->pipeline != NULL && i < program->pipeline->nplugins; i++)
		if (stage_has(program->pipeline->plugins[i].stage, STAGE_TAKES_OUTPUT))
			return true;
	return false;
}

/* Completes the statement that reads an image by itself. */
static void
compile_read(Compiler *compiler, Image *image)
{
	image->read->select = true;
	image->read->into = list_make1(image->row);
	appendStringInfoString(&image->read->head, "SELECT");
	appendStringInfo(&image->read->tail, " FROM %s AS this WHERE ",
					 relation_name_canonical(image->row->relation));
	target_condition(compiler, image->read);
	compiler_analyse(compiler, image->read);
}

void
plugins_compile_images(Compiler *compiler)
{
	Program    *program = compiler->program;
	Pipeline   *pipeline = program->pipeline;

	if (pipeline == NULL)
		return;
	for (int i = 0; i < IMAGES; i++)
	{
		Image	   *image = &pipeline->images[i];

		if (image->row == NULL)
			continue;
		if (i == IMAGE_POST || image_wanted(pipeline, IMAGE_PRE, true))
			compile_read(compiler, image);
		else
			image->read = NULL;
	}
}
