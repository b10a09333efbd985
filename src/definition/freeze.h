/*
 * freeze.h
 *		Activation writes what the header's names meant into the definition.
 */
#ifndef CA_FREEZE_H
#define CA_FREEZE_H

#include "postgres.h"

#include "program/program.h"

/* Writes table, key and types of the program's signature into its document. */
extern void freeze_header(Program *program);

#endif
