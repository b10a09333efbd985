/*
 * written.h
 *		The keys of the rows that a step writes, for observers.
 */
#ifndef CA_WRITTEN_H
#define CA_WRITTEN_H

#include "postgres.h"

#include "run/statement_run.h"
#include "steps/write.h"

/*
 * Looks how observers will be told the keys, if they want them; once the statement
 * has been analysed and has its results. columns: of WriteColumn, what it sets.
 */
extern void written_compile(Compiler *compiler, Write *write, const List *columns);

/* Tells the observers that the step being told of wrote this; again: as did the step before, in one statement. */
extern void written_tell(struct Frame *frame, const Write *write, const Statement *statement,
						 const WrittenKeys *written, bool again);

#endif
