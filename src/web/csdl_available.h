/*
 * csdl_available.h
 *		Where an action can be invoked, as an expression that clients of OData evaluate.
 */
#ifndef CA_CSDL_AVAILABLE_H
#define CA_CSDL_AVAILABLE_H

#include "postgres.h"

#include "web/csdl_model.h"
#include "web/model.h"

/* Annotates an action with what its first steps require of the row. */
extern void csdl_annotate_available(Json *object, const WebAction *action, const CsdlTable *table);

#endif
