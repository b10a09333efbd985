/*
 * statistics_file.h
 *		Keeps the statistics in a file while the server is down.
 */
#ifndef CA_STATISTICS_FILE_H
#define CA_STATISTICS_FILE_H

#include "postgres.h"

/* Writes the file, at a clean shutdown. */
extern void statistics_file_write(void);

/* Takes in the file, if there is one, and removes it. */
extern void statistics_file_read(void);

#endif
