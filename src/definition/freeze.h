/*
 * freeze.h
 *		Activation writes what the header's names meant into the definition.
 */
#ifndef CA_FREEZE_H
#define CA_FREEZE_H

#include "postgres.h"

#include "definition/signature.h"

/* Writes table, key and types of the signature into the document. */
extern void freeze_header(Definition *definition, const Signature *signature);

#endif
