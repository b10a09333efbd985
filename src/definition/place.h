/*
 * place.h
 *		Places of a definition, by the paths that problems tell them with.
 */
#ifndef CA_PLACE_H
#define CA_PLACE_H

#include "postgres.h"

#include "base/json.h"

/* What becomes of a place. */
typedef enum PlaceUse
{
	PLACE_KEEP,					/* what stands there stays; where nothing does, the formula comes */
	PLACE_PUT,					/* the formula comes there */
	PLACE_BEFORE				/* a step that only computes the formula comes before its step */
} PlaceUse;

typedef struct Place
{
	char	   *location;		/* where problems will tell of the formula */
	char	   *step;			/* path of the step that it belongs to; NULL: none */
	bool		is_template;	/* what is no formula may hold some in braces */
} Place;

/*
 * Finds the place of a formula and uses it as asked; the document is changed. A place
 * is a value ("2.set.due", "3.when", "summary", "input.bump.default"), a step, whose own
 * formula is meant or else what is before it, or a list ("5.then", "steps"), whose end
 * is meant. Steps around it are switched on. What does not exist, or holds no formula,
 * is refused.
 */
extern Place place_use(Json *document, const char *action, const char *at, PlaceUse use,
					   const char *formula);

#endif
