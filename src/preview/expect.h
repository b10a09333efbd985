/*
 * expect.h
 *		Runs an action that is to do what was approved, or nothing.
 */
#ifndef CA_EXPECT_H
#define CA_EXPECT_H

#include "postgres.h"

extern void expect_init(void);

#endif
