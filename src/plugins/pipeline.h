/*
 * pipeline.h
 *		Runs the plug-ins of a program, stage by stage.
 */
#ifndef CA_PIPELINE_H
#define CA_PIPELINE_H

#include "postgres.h"

#include "plugins/plugin.h"
#include "run/frame.h"

extern void stage_run(Frame *frame, Stage stage);

/* What a plug-in may do at its stage. */
#define stage_takes_input(stage)	((stage) <= STAGE_PRE_OPERATION)
#define stage_takes_output(stage)	((stage) >= STAGE_MAIN_OPERATION)

#endif
