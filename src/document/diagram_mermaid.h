/*
 * diagram_mermaid.h
 *		Writes a picture as a flowchart of Mermaid.
 */
#ifndef CA_DIAGRAM_MERMAID_H
#define CA_DIAGRAM_MERMAID_H

#include "postgres.h"

#include "document/diagram.h"
#include "lib/stringinfo.h"

/* Would Mermaid take the line for something else, on account of the word here, also in quotes? */
extern bool mermaid_takes_word(const char *text);

extern void diagram_write_mermaid(StringInfo out, const Diagram *diagram);

#endif
