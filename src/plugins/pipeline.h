/*
 * pipeline.h
 *		Runs the plug-ins of a program, stage by stage.
 */
#ifndef CA_PIPELINE_H
#define CA_PIPELINE_H

#include "postgres.h"

#include "definition/stage.h"
#include "run/frame.h"

extern void pipeline_run(Frame *frame, Stage stage);

/* Runs the plug-ins of a stage, if there are any. */
static inline void
pipeline_run_stage(Frame *frame, Stage stage)
{
	if (frame->program->pipeline != NULL)
		pipeline_run(frame, stage);
}

#endif
