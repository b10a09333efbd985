/*
 * openapi_responses.h
 *		The responses of an operation in a document of OpenAPI.
 */
#ifndef CA_OPENAPI_RESPONSES_H
#define CA_OPENAPI_RESPONSES_H

#include "postgres.h"

#include "base/json.h"
#include "web/gateway.h"
#include "web/model.h"

/* {"$ref": "#/components/KIND/NAME"} */
extern Json *openapi_reference(const char *kind, const char *name);

/* {"application/json": {"schema": ...}} */
extern Json *openapi_content(Json *schema);

/* Adds, by status, the ways in which an action can fail, and what stands for all others. */
extern void openapi_add_failures(Json *responses, const WebAction *action, Gateway gateway);

/* Adds what all operations share: the schema of errors, and the response that stands for others. */
extern void openapi_add_shared(Json *schemas, Json *responses, Gateway gateway);

#endif
