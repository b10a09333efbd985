/*
 * invocation.h
 *		Runs a program.
 */
#ifndef CA_INVOCATION_H
#define CA_INVOCATION_H

#include "postgres.h"

#include "fmgr.h"
#include "program/program.h"
#include "run/invoke_request.h"

/* Runs the program for a call of its function. */
extern Datum program_invoke(Program *program, FunctionCallInfo fcinfo, InvokeRequest *request);

#endif
