/*
 * diagram_words.h
 *		What steps, questions and ways are called in a picture.
 */
#ifndef CA_DIAGRAM_WORDS_H
#define CA_DIAGRAM_WORDS_H

#include "postgres.h"

#include "definition/definition.h"

/* What the author says of a step, or other words. */
extern const char *diagram_described(const Step *step, const char *otherwise);

/* What a step says of itself: what its author says, or its line in the outline and the names of its values. */
extern const char *diagram_words(const Step *step);

/* What stands on the way to a list of steps; number is its place among the cases. */
extern const char *diagram_way(const Step *step, const Branch *branch, int number);

/* What a question asks. */
extern const char *diagram_question(const Step *step);

#endif
