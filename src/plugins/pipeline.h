/*
 * pipeline.h
 *		Runs the plug-ins of a program, stage by stage.
 */
#ifndef CA_PIPELINE_H
#define CA_PIPELINE_H

#include "postgres.h"

#include "definition/stage.h"
#include "run/frame.h"

/* Runs the plug-ins of a stage. */
extern void stage_run(Frame *frame, Stage stage);

#endif
