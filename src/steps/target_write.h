/*
 * target_write.h
 *		The bound row without a read of its own: the first write of it delivers it.
 */
#ifndef CA_TARGET_WRITE_H
#define CA_TARGET_WRITE_H

#include "postgres.h"

#include "run/catalog_changes.h"
#include "run/frame.h"

/* A first step that writes the target and gives back what anything reads of it. */
typedef struct TargetWrite
{
	struct Statement *statement;
	Instruction *step;
	CmdType		command;
	Oid			relation;
	Bitmapset  *read;			/* attribute numbers: what the load and the write read ... */
	Bitmapset  *written;		/* ... and what the write sets */
	bool		reads_row;		/* the load reads the whole row */

	/*
	 * Found out once the statement has been run, in an invocation that loaded
	 * the row
	 */
	bool		known;
	uint64		looked;			/* at this count of code_changes */
	bool		fits;			/* nobody can tell whether the row was read first */
	bool		may_skip;		/* triggers may leave the row as it is */
	List	   *functions;		/* of OID: that the write calls */

	KnownUser	allowed;		/* all this */
} TargetWrite;

/* Need the target not be read, since the first step delivers it? To be asked in the load's place. */
extern bool target_write_delivers(Frame *frame);

/* The step has found no row: is it that there is no target, as the load would have found? */
extern bool target_write_found_none(Frame *frame);

/* An error passes: is it one of waiting for the row, which the load would have raised, before any step? */
extern void target_write_note_error(Frame *frame);

#endif
