/*
 * steps.h
 *		The kinds themselves, and how their descriptions print values. Only the
 *		files under steps/ and init.c include it. A new kind is a new file and two
 *		lines here: its declaration and its place in STEP_KINDS.
 */
#ifndef CA_STEPS_H
#define CA_STEPS_H

#include "postgres.h"

#include "definition/step_kind.h"

extern const StepKind create_kind;
extern const StepKind update_kind;
extern const StepKind delete_kind;
extern const StepKind assign_kind;
extern const StepKind set_status_kind;
extern const StepKind get_kind;
extern const StepKind let_kind;
extern const StepKind output_kind;
extern const StepKind require_kind;
extern const StepKind group_kind;
extern const StepKind if_kind;
extern const StepKind choose_kind;
extern const StepKind for_each_kind;
extern const StepKind call_kind;
extern const StepKind perform_kind;
extern const StepKind stop_kind;

#define STEP_KINDS \
	&create_kind, &update_kind, &delete_kind, &assign_kind, &set_status_kind, \
	&get_kind, &call_kind, &perform_kind, &let_kind, &output_kind, &if_kind, \
	&choose_kind, &for_each_kind, &group_kind, &require_kind, &stop_kind

/* Makes the kinds known to whoever reads definitions. */
extern void steps_init(void);

/* The subject as people read it: "target", "support.task". */
extern const char *step_subject_text(const Step *step);

/* What rows are ordered by: "priority desc, id". */
extern char *step_order_text(const Json *json);

/* " with id ..., where ...": which rows the step works on. */
extern void step_describe_rows(StringInfo out, const Step *step);

/* "<before>a<between>1, b<between>2" */
extern void step_describe_values(StringInfo out, const char *before, const Json *values,
								 const char *between);

#endif
