/*
 * listing.h
 *		What is kept in tables of C, as rows: for SQL functions that return a set
 *		of (text, text).
 */
#ifndef CA_LISTING_H
#define CA_LISTING_H

#include "postgres.h"

#include "fmgr.h"

extern void listing_start(FunctionCallInfo fcinfo);

/* Adds a row. */
extern void listing_put(FunctionCallInfo fcinfo, const char *name, const char *words);

#endif
