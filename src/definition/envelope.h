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

/*
 * The key of the facts (facts.h), which are the last member and a line of their own:
 * who calls an action cuts them off unread.
 */
#define FACTS_KEY			"\"facts\":"

/* The envelope of an action's function; raises 22023 naming what is wrong with its source text. */
extern Envelope *action_envelope(Oid function);

/* Takes the facts out of a source and returns their text, or NULL: there are none. */
extern char *source_cut_facts(char *source);

/* The text of the facts of an action's function, or NULL. */
extern char *action_facts_text(Oid function);

/* The source of an action's function with these facts, or none; NULL: it has just these. */
extern char *source_with_facts(Oid function, const char *facts);

/* Reads the definition with the plug-ins that are registered, not those of its document. */
extern Definition *envelope_definition(const Envelope *envelope, ProblemSink *sink);

/* The source text: {"format": 1, "version": ..., "active": ..., "definition": ..., "plugins": ...} */
extern char *envelope_print(const Envelope *envelope);

#endif
