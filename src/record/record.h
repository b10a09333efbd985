/*
 * record.h
 *		Records invocations: the observer behind custom_actions.log.
 */
#ifndef CA_RECORD_H
#define CA_RECORD_H

#include "postgres.h"

extern void record_init(void);

#endif
