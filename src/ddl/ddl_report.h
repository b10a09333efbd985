/*
 * ddl_report.h
 *		What is said of a command and the actions that it breaks.
 */
#ifndef CA_DDL_REPORT_H
#define CA_DDL_REPORT_H

#include "postgres.h"

#include "commands/event_trigger.h"
#include "lib/stringinfo.h"
#include "nodes/pg_list.h"

/*
 * Warns of actions that could not be checked, that did not work before and that
 * do not work any more; of those that may stand in the way of the command (with
 * refuse: an error).
 */
extern void ddl_report(const EventTriggerData *data, const List *rechecks, bool refuse);

/* Appends an action to the DETAIL of a message, which shows the first of many; its number counts from 1. */
extern void list_action(StringInfo list, int number, const char *action, const char *what);

/* Says how many more there are. */
extern void list_action_end(StringInfo list, int count);

#endif
