/*
 * sandbox.h
 *		Analysis without execution.
 */
#ifndef CA_SANDBOX_H
#define CA_SANDBOX_H

extern void sandbox_init(void);
extern void sandbox_call(void (*fn) (void *arg), void *arg);

#endif
