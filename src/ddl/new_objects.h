/*
 * new_objects.h
 *		What new objects mean for actions.
 */
#ifndef CA_NEW_OBJECTS_H
#define CA_NEW_OBJECTS_H

#include "postgres.h"

/* While fn(arg) runs, a new function of the language is activation's own business. */
extern void new_objects_publish(void (*fn) (void *arg), void *arg);

#endif
