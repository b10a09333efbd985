/*
 * diagram_label.h
 *		Texts as they fit into a picture: cut, and in lines.
 */
#ifndef CA_DIAGRAM_LABEL_H
#define CA_DIAGRAM_LABEL_H

#include "postgres.h"

/*
 * A text in at most so many lines of so many characters, with \n between them.
 * White space and control characters are one blank; what does not fit is cut, and
 * "..." says so.
 */
extern char *label_wrap(const char *text, int width, int lines);

#endif
