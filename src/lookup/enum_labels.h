/*
 * enum_labels.h
 *		The labels of enums.
 */
#ifndef CA_ENUM_LABELS_H
#define CA_ENUM_LABELS_H

#include "postgres.h"

#include "nodes/pg_list.h"

/* All of them, in their order; a list of char *. */
extern List *enum_labels(Oid type);

extern bool enum_has_label(Oid type, const char *label);

#endif
