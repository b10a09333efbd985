/*
 * refusal.h
 *		What is said to who writes a protected table outside of actions.
 */
#ifndef CA_REFUSAL_H
#define CA_REFUSAL_H

#include "postgres.h"

#include "commands/trigger.h"
#include "nodes/bitmapset.h"
#include "protect/protection.h"

/* Refuses (UA008) what a row trigger was fired for; changed: the numbers of columns, NULL for INSERT and DELETE. */
pg_noreturn extern void refuse_write(const TriggerData *data, const Protection *protection, const Bitmapset *changed);

/* Refuses (UA008) a TRUNCATE; the table's row trigger says what is protected. */
pg_noreturn extern void refuse_truncate(const TriggerData *data, const Trigger *row_trigger);

#endif
