/*
 * rows.h
 *		The row form of a definition.
 */
#ifndef CA_ROWS_H
#define CA_ROWS_H

#include "postgres.h"

#include "base/json.h"

/* {"action": {...}, "parameters": [...], "steps": [...], "plugins": [...]}; raises if the document is not sound in shape. */
extern Json *definition_rows(Json *document);

#endif
