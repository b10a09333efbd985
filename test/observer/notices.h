/*
 * notices.h
 *		An observer that says what it is told.
 */
#ifndef CA_NOTICES_H
#define CA_NOTICES_H

#include "postgres.h"

#include "run/observer.h"

extern const Observer notices;

#endif
