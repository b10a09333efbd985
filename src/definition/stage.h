/*
 * stage.h
 *		The stages at which plug-ins run: one row each, in the order in which
 *		they run.
 *
 * Whatever asks for stages reads these rows: the check of a registration, the
 * pipeline, the hints, and by stage_number() and stages() the SQL side. Adding
 * one takes its row here, its number in custom_actions.h, which compiled plug-ins
 * rely on, and the line of engine/invocation.c that runs it.
 */
#ifndef CA_STAGE_H
#define CA_STAGE_H

#include "postgres.h"

/* What holds at a stage */
#define STAGE_BEFORE_LOAD		0x01	/* the target has not been read yet */
#define STAGE_TAKES_INPUT		0x02	/* the steps are to come: plug-ins may set inputs */
#define STAGE_TAKES_OUTPUT		0x04	/* the steps have run: plug-ins may set outputs */
#define STAGE_HAS_POST_IMAGE	0x08	/* the row after the operation can be seen */
#define STAGE_AROUND			0x10	/* plugin_policy "pre_and_post" leaves it to others */

#define STAGE_ROWS(row) \
	row(PRE_VALIDATION, "pre_validation", STAGE_BEFORE_LOAD | STAGE_TAKES_INPUT | STAGE_AROUND) \
	row(PRE_OPERATION, "pre_operation", STAGE_TAKES_INPUT | STAGE_AROUND) \
	row(MAIN_OPERATION, "main_operation", STAGE_TAKES_OUTPUT) \
	row(POST_OPERATION, "post_operation", STAGE_TAKES_OUTPUT | STAGE_HAS_POST_IMAGE | STAGE_AROUND)

#define STAGE_SYMBOL(symbol, name, traits) STAGE_##symbol,
typedef enum Stage
{
	STAGE_ROWS(STAGE_SYMBOL)
	STAGES						/* how many there are */
} Stage;

/* All names, separated by blanks: the choices of a key. */
#define STAGE_BLANK_NAME(symbol, name, traits) " " name
#define STAGE_NAMES		(&STAGE_ROWS(STAGE_BLANK_NAME)[1])

extern const char *stage_name(Stage stage);

/* The number that plug-ins in C know it by. */
extern int	stage_interface_number(Stage stage);

/* Does this hold at a stage? */
extern bool stage_has(Stage stage, int trait);

/* Finds a stage by its name; STAGES if there is none. */
extern Stage stage_find(const char *name);

/* The names of the stages where this holds: "a", "a and b", each between quotes of this kind. */
extern char *stages_with(int trait, const char *quote);

#endif
