/*
 * steps.h
 *		The kinds themselves. A new kind is a new file and a line here.
 *
 * The folder steps/ holds the kinds of step, each in one file, and what several
 * of them share. All others meet them as rows of a table (StepKind). Lists of
 * steps are in here, too, since steps hold steps. It may include base/,
 * lookup/, definition/, document/, program/, compile/ and run/.
 */
#ifndef CA_STEPS_H
#define CA_STEPS_H

#include "postgres.h"

#include "definition/step_kind.h"

/* Every kind, in the order in which people are told of them. */
#define STEP_KINDS(KIND) \
	KIND(create) \
	KIND(update) \
	KIND(delete) \
	KIND(assign) \
	KIND(set_status) \
	KIND(get) \
	KIND(call) \
	KIND(perform) \
	KIND(let) \
	KIND(output) \
	KIND(if) \
	KIND(choose) \
	KIND(for_each) \
	KIND(group) \
	KIND(require) \
	KIND(stop)

#define DECLARE_KIND(name) extern const StepKind name##_kind;
STEP_KINDS(DECLARE_KIND)

/* Makes the kinds known to whoever reads definitions. */
extern void steps_init(void);

#endif
