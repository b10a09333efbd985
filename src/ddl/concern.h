/*
 * concern.h
 *		Whether a command may concern any action, by what it says.
 */
#ifndef CA_CONCERN_H
#define CA_CONCERN_H

#include "postgres.h"

#include "commands/event_trigger.h"

/* May a command that altered or renamed something concern what is published, or a draft? */
extern bool altering_concerns(const EventTriggerData *data, bool follows);

/* May one have dropped an action, or a part of what one uses, as far as altering_concerns() is not asked? */
extern bool dropping_concerns(const EventTriggerData *data);

/* May one have made an object that formulas would use, or a function of our language? */
extern bool creating_concerns(const EventTriggerData *data);

#endif
