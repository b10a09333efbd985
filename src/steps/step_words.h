/*
 * step_words.h
 *		How outlines tell what several kinds of step have.
 */
#ifndef CA_STEP_WORDS_H
#define CA_STEP_WORDS_H

#include "postgres.h"

#include "definition/step_kind.h"
#include "document/outline.h"

/* The subject as people read it: "target", "support.task". */
extern const char *step_subject_text(const Step *step);

/* What rows are ordered by: "priority desc, id". */
extern char *step_order_text(const Json *json);

/* Strings of an array: "a, b". */
extern char *array_words(const Json *array);

/* Says the subject, and what the step is called. */
extern void step_say_subject(Outline *outline, const Step *step);

/* Says which rows the step works on: " whose id is ... where ...". */
extern void step_say_rows(Outline *outline, const Step *step);

/* Says that there need not be one: ", if there is one". */
extern void step_say_optional(Outline *outline, const Step *step);

/* Adds what the step says to whoever called; before is what comes before that, or NULL. */
extern void step_add_message(Outline *outline, const Step *step, const char *before);

#endif
