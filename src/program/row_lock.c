/*
 * row_lock.c
 *		How rows are locked, and the words of SQL for that.
 *
 * What locks rows by itself takes the mode, statements have its words.
 */
#include "postgres.h"

#include "program/row_lock.h"

LockTupleMode
row_lock_of_write(bool gone)
{
	return gone ? LockTupleExclusive : LockTupleNoKeyExclusive;
}

const char *
row_lock_words(LockTupleMode lock)
{
	switch (lock)
	{
		case LockTupleKeyShare:
			return "FOR KEY SHARE";
		case LockTupleShare:
			return "FOR SHARE";
		case LockTupleNoKeyExclusive:
			return "FOR NO KEY UPDATE";
		case LockTupleExclusive:
			break;
	}
	return "FOR UPDATE";
}

const char *
row_lock_clause(LockTupleMode lock)
{
	return psprintf(" %s OF this", row_lock_words(lock));
}
