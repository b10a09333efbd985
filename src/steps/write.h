/*
 * write.h
 *		What create, update, delete, assign and set_status share: making and
 *		running a statement that writes.
 */
#ifndef CA_WRITE_H
#define CA_WRITE_H

#include "postgres.h"

#include "steps/address.h"
#include "steps/write_column.h"

struct Frame;

/* A step that changes rows: its data. */
typedef struct Write
{
	Address    *address;		/* NULL for create */
	const List *columns;		/* of WriteColumn: those of an UPDATE */
	const List *created;		/* the same of a create that may be done with others (creates.c),
								 * or NIL */
	struct Given *given;		/* columns that a record gives, or NULL */
	Statement  *statement;
	Row		   *count;			/* where the number of rows goes, or NULL */
	struct Expect *expect;		/* how many they have to be, or NULL */
	CmdType		command;		/* CMD_INSERT, CMD_UPDATE or CMD_DELETE */
	bool		updates;		/* an INSERT that updates the row that is there */

	/* For observers (written.c) */
	const char *table;			/* canonical name */
	const List *key;			/* of KeyColumn: of the rows written; or NIL */
	int		   *key_slots;		/* what holds the key of the one row; NULL: the statement returns
								 * it */
} Write;

/* UPDATE of the addressed rows with these columns; fills instruction->data. */
extern void write_compile_update(Compiler *compiler, Instruction *instruction,
								 Address *address, const List *columns, struct Given *given);

/*
 * Notes what the table may refuse of a command that gives these columns, of WriteColumn,
 * a value, and others that only the call tells; conflict is that of a create, or NULL.
 */
extern void write_note_failures(Compiler *compiler, Oid table, CmdType command, const List *columns,
								bool others, const Json *conflict);

/* "a = $1, b = $2" */
extern void write_append_set(Statement *statement, StringInfo text, const List *columns);

/* Notes that a step writes the target, if it does. */
extern void write_note_target(Compiler *compiler, const Address *address, const List *columns,
							  bool deletes);

/* Takes over the step's count row, if it is set-based and named. */
extern Row *write_count_row(const Statement *statement);

/* Says what a rule does to an UPDATE or DELETE that nothing will be known of. */
extern void write_check_rules(Compiler *compiler, Statement *statement, const Address *address,
							  CmdType command);

/* Says which steps would have to return columns that a rule keeps back; when all is compiled. */
extern void write_check_returning(Compiler *compiler);

extern void write_execute(struct Frame *frame, Instruction *instruction);

/* Takes note of how many rows the statement found; complains if the step did not find its row. */
extern void write_settle(struct Frame *frame, const Write *write, uint64 rows);

/* Runs a statement of the step's; the observers are told of what it wrote. */
extern void write_run(struct Frame *frame, const Write *write, Statement *statement);

#endif
