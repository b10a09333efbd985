/*
 * shape.h
 *		The check of a part of a definition against its keys.
 */
#ifndef CA_SHAPE_H
#define CA_SHAPE_H

#include "postgres.h"

#include "definition/step_kind.h"

/* An object to check: any of the lists may be NULL; verb is known besides them. */
typedef struct Shape
{
	const char *what;			/* "a create step", for messages */
	const char *verb;			/* or NULL */
	const ArgumentSpec *lists[3];	/* in canonical order */
} Shape;

extern void step_shape(Shape *shape, const StepKind *kind);

/*
 * Reports unknown, repeated and missing keys and values of the wrong kind;
 * false if a value is missing or wrong, so that the object is of no use.
 */
extern bool shape_check(ProblemSink *sink, const Shape *shape, const Json *json,
						const char *location);

/* Reports keys that stand twice in an object, at any depth. */
extern void shape_check_duplicates(ProblemSink *sink, const Json *json, const char *location);

/* "3.set", or just the key for the header, whose location is "". */
extern char *shape_location(const char *location, const char *key);

/* "an object", "a string", ...; NULL is "nothing". */
extern const char *json_kind_name(const Json *json);

/* The verb of a step: the index of its key, -1 if there is none. */
extern int	step_verb(const Json *step);
extern bool step_key_is_known(const char *key);
extern bool step_owns_argument(const StepKind *kind, const char *key);

#endif
