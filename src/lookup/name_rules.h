/*
 * name_rules.h
 *		Which names are good: of actions, inputs, outputs and steps.
 */
#ifndef CA_NAME_RULES_H
#define CA_NAME_RULES_H

#include "postgres.h"

/* Is this a name that inputs, outputs and steps may have? Formulas use it. */
extern bool name_is_valid(const char *name);

/* Is this a name that actions may have? They keep it when a release makes it a keyword. */
extern bool action_name_is_valid(const char *name);

/* Is this a word that SQL would not take as a plain name, in this release or by our rule? */
extern bool name_is_reserved(const char *name);

/* Makes a good name that resembles a bad one. */
extern char *name_proposal(const char *name);

/* Raises 42622 if a part of a qualified name would be cut to the length of identifiers. */
extern void name_require_length(const char *text);

/* What is said of a name that is not valid: of what, the name, a proposal. */
#define NAME_MESSAGE	"invalid name of %s: \"%s\""
#define NAME_DETAIL		"A name consists of up to 63 lower-case letters, digits and underscores and is no reserved word."
#define NAME_HINT		"Use a name such as \"%s\"."

#endif
