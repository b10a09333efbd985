/*
 * plugin.h
 *		The plug-ins of a program, and the row images they ask for.
 *
 * The folder plugins/ holds the plug-ins: compiled with the action, called at
 * its stages, and their interface for C. It may include base/, lookup/,
 * definition/, program/, compile/, run/ and steps/.
 */
#ifndef CA_PLUGIN_H
#define CA_PLUGIN_H

#include "postgres.h"

#include "definition/stage.h"
#include "plugins/plugin_function.h"
#include "program/program.h"
#include "program/statement.h"

struct Compiler;

/* The bound row before or after the operation. */
typedef enum ImageKind
{
	IMAGE_PRE,
	IMAGE_POST
} ImageKind;

#define IMAGES (IMAGE_POST + 1)

typedef struct Image
{
	Row		   *row;			/* columns that some plug-in asks for, or NULL */
	Statement  *read;			/* reads them at a moment of its own, or NULL */
} Image;

typedef struct Plugin
{
	Instruction place;			/* for error contexts; no step */
	Stage		stage;
	const char *title;			/* "plug-in support.check_hours(jsonb)" */
	const char *limit_title;	/* for the time limit's message */
	const PluginFunction *function;
	bool		snapshot;		/* reads with its caller's snapshot: give it a fresh one */
	int			number;			/* place in the frame's array of functions */
	Jsonb	   *configuration;	/* or NULL */
	bool		wants[IMAGES];
	List	   *columns[IMAGES];	/* of RowColumn *, in the table's order */
	List	   *shown[IMAGES];	/* the same, as jsonb orders their names */
} Plugin;

typedef struct Pipeline
{
	uint64		serial;			/* tells this program from all others of the backend */
	int			nplugins;
	Plugin	   *plugins;		/* enabled ones, in the order in which they run */
	int			first[STAGES + 1];	/* a stage's plug-ins begin here and end where the next one's
									 * begin */
	Image		images[IMAGES];
	int		   *input_order;	/* those besides the target's key, as jsonb orders their names */
	int		   *output_order;	/* all, likewise */
	bool		plain;			/* to show the values as JSON runs nobody's code */
} Pipeline;

/* Compiles definition->plugins; without any, program->pipeline stays NULL. */
extern void plugins_compile(struct Compiler *compiler);

/* Compiles the statements that read images by themselves. */
extern void plugins_compile_images(struct Compiler *compiler);

/* The row that the load of the target fills for plug-ins, too; NULL if none asks for it. */
extern Row *plugins_load_image(const Program *program);

/* Does a plug-in run between the load and the steps? */
extern bool plugins_run_before_steps(const Program *program);

/* May a plug-in set outputs? */
extern bool plugins_set_outputs(const Program *program);

#endif
