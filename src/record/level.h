/*
 * level.h
 *		How much is recorded of an invocation.
 */
#ifndef CA_LEVEL_H
#define CA_LEVEL_H

#include "postgres.h"

#include "base/settings.h"
#include "definition/definition.h"

/* The level of what is defined so: its own, or that of the setting. */
static inline LogLevel
level_of(const Definition *definition)
{
	return definition->log >= 0 ? (LogLevel) definition->log : (LogLevel) setting_log_level;
}

#endif
