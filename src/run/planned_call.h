/*
 * planned_call.h
 *		Typed calls whose statement began before the signature of their action changed.
 */
#ifndef CA_PLANNED_CALL_H
#define CA_PLANNED_CALL_H

#include "postgres.h"

#include "fmgr.h"
#include "program/program.h"

/*
 * Refuses a call whose statement was running when the signature changed: its
 * arguments would be taken for what they are not. (Statements that begin later
 * are analysed anew.)
 */
extern void require_planned_signature(Program *program, FunctionCallInfo fcinfo);

#endif
