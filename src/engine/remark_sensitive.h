/*
 * remark_sensitive.h
 *		Advises of places where what is sensitive stands in the open.
 */
#ifndef CA_REMARK_SENSITIVE_H
#define CA_REMARK_SENSITIVE_H

#include "postgres.h"

#include "compile/compiler.h"

/* Once the steps are compiled, if remarks are wanted. */
extern void remark_sensitive(Compiler *compiler);

#endif
