/*
 * measure.h
 *		Measures the statements of an action while it runs.
 */
#ifndef CA_MEASURE_H
#define CA_MEASURE_H

#include "postgres.h"

#include "explain/explanation.h"

typedef struct Measure
{
	Explanation *explanation;	/* whose rows it is told */
	struct Frame *outer;		/* the invocation that the action is called in, or NULL */
	List	   *open;			/* of MeasuredQuery (measure.c) */
	struct Measure *before;
} Measure;

/* What runs from here on is measured, until measure_end(), which must follow whatever happens. */
extern void measure_begin(Measure *measure, Explanation *explanation);
extern void measure_end(Measure *measure);

#endif
