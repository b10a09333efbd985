/*
 * ring_file.h
 *		Keeps the records that wait in the ring while the server is down.
 */
#ifndef CA_RING_FILE_H
#define CA_RING_FILE_H

/* Sees that the ring is read and saved; called by _PG_init after ring_init(). */
extern void ring_file_init(void);

/* Has the last clean end of the server left a file that has not been read? */
extern bool ring_file_is_there(void);

#endif
