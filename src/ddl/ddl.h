/*
 * ddl.h
 *		Protection of published actions from ALTER and DROP.
 */
#ifndef CA_DDL_H
#define CA_DDL_H

/* Defines custom_actions.ddl_check; called by _PG_init. */
extern void ddl_init(void);

/* Is nothing to be said of what commands do to actions? */
extern bool ddl_check_is_off(void);

#endif
