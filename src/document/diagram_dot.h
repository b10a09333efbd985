/*
 * diagram_dot.h
 *		Writes a picture as a graph of Graphviz.
 */
#ifndef CA_DIAGRAM_DOT_H
#define CA_DIAGRAM_DOT_H

#include "postgres.h"

#include "document/diagram.h"
#include "lib/stringinfo.h"

extern void diagram_write_dot(StringInfo out, const Diagram *diagram);

#endif
