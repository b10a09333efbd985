/*
 * gateway.h
 *		What gateways make of the errors of actions.
 */
#ifndef CA_GATEWAY_H
#define CA_GATEWAY_H

#include "postgres.h"

typedef enum Gateway
{
	GATEWAY_POSTGREST,
	GATEWAY_PLAIN				/* POST /actions/support.escalate_case */
} Gateway;

/* The HTTP status of an error, by its SQLSTATE as text. */
extern int	gateway_status(Gateway gateway, const char *sqlstate);

/* What a status is called: "Conflict". */
extern const char *status_words(int status);

#endif
