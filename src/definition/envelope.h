/*
 * envelope.h
 *		The source text of a published action: its definition as activation froze
 *		it, its version and the plug-ins that are registered on it.
 */
#ifndef CA_ENVELOPE_H
#define CA_ENVELOPE_H

#include "postgres.h"

#include "definition/definition.h"

#define CA_FORMAT			1

typedef struct Envelope
{
	int			version;
	bool		active;
	Json	   *definition;
	Json	   *plugins;		/* array, or NULL */
} Envelope;

/* The envelope of an action's function; raises 22023 naming what is wrong with its source text. */
extern Envelope *action_envelope(Oid function);

/* Reads the definition with the plug-ins that are registered, not those of its document. */
extern Definition *envelope_definition(const Envelope *envelope, ProblemSink *sink);

/* The source text: {"format": 1, "version": ..., "active": ..., "definition": ..., "plugins": ...} */
extern char *envelope_print(const Envelope *envelope);

#endif
