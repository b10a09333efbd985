/*
 * step_words.h
 *		How descriptions of steps print what several kinds have.
 */
#ifndef CA_STEP_WORDS_H
#define CA_STEP_WORDS_H

#include "postgres.h"

#include "definition/step_kind.h"

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
