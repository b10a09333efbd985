/*
 * step_kind.h
 *		The table of step kinds. Everything that differs between kinds is in
 *		the kind's one entry, in its own file under steps/.
 *
 * What the author of a kind cannot see from here:
 * - compile may be called several times for one step: passes that find the types
 *   of let names throw away what they compile (compile/let_types.h), and checking
 *   tries each step in a subtransaction. So it writes to the program and to
 *   instruction->data alone, and to the document only if compiler->freeze.
 * - Statements and expressions are to be made in the order in which they will
 *   run: that decides which columns earlier steps return (program/statement.c).
 * - Two neighbours that update one row may become one UPDATE (steps/merge.c). A
 *   kind that runs write_execute() agrees to that.
 * - execute may be left by an error at any place, and on_error then goes on with
 *   the frame: what must be put right needs PG_FINALLY. Results go to slots by
 *   frame_set(), which on_error can take back, and nowhere else.
 * - Nothing of a user's may run in compile (base/sandbox.h).
 */
#ifndef CA_STEP_KIND_H
#define CA_STEP_KIND_H

#include "postgres.h"

#include "definition/definition.h"
#include "definition/keys.h"

struct Compiler;
struct Frame;
struct Instruction;
struct ItemSet;
struct ManyShape;
struct Outline;
struct Preconditions;

/* What the verb key's value is. */
typedef enum SubjectShape
{
	SUBJECT_NAME,				/* string: table, step, target, function, action */
	SUBJECT_CONDITION,			/* string: a formula */
	SUBJECT_SOURCE,				/* string: an array formula or a table; or an array; or a range of
								 * whole numbers, an object with range_keys */
	SUBJECT_WORD,				/* one of the words in `choices` */
	SUBJECT_TITLE,				/* null, or a string that only people read */
	SUBJECT_VALUES				/* object: name -> value; its home in the rows is `arguments` */
} SubjectShape;

typedef struct StepKind
{
	const char *name;			/* the verb */
	const char *meaning;		/* "changes a row": what its steps do */
	const char *example;		/* such a step, as JSON */
	SubjectShape subject;
	const char *choices;		/* of a SUBJECT_WORD */
	const ArgumentSpec *arguments;	/* besides as, when, enabled, description; in canonical order */
	bool		named;			/* may have "as" */
	bool		writes;			/* not allowed in a read-only action */
	bool		creates;		/* what it writes are new rows */
	const char *many;			/* the argument by which it writes many rows at once, or NULL */
	bool		loops;			/* runs its steps once for each row of its subject */
	bool		scoped;			/* its name is visible in its own steps only */
	bool		ends;			/* nothing runs after it */
	bool		refuses;		/* nothing runs after it unless its subject is true */
	bool		runs_one_list;	/* one of its lists runs, "do" and "else" if no other does */
	bool		performs;		/* its subject is an action */
	bool		sets_lets;		/* its subject's names are let names */
	const void *own;			/* what tells kinds apart that share their functions */

	/* Resolves names and values, fills instruction->data. */
	void		(*compile) (struct Compiler *compiler, struct Instruction *instruction);
	void		(*execute) (struct Frame *frame, struct Instruction *instruction);

	/*
	 * To run it for many items at once (steps/many.h). NULL: an action with
	 * such a step runs for one item after the other.
	 */
	bool		(*fits_many) (struct ManyShape *shape, const struct Instruction *instruction);
	void		(*execute_many) (struct ItemSet *set, struct Instruction *instruction);

	/*
	 * Tells what must hold before the step does anything, for who asks
	 * without running it (steps/precondition.h). False: no more can be said
	 * of the steps after it until it has run. NULL: so it is of all steps of
	 * this kind.
	 */
	bool		(*preconditions) (struct Preconditions *preconditions, struct Instruction *instruction);

	/*
	 * Says what the step does, in plain words that begin with a verb in
	 * capitals (document/outline.h).
	 */
	void		(*describe) (struct Outline *outline, const Step *step);
} StepKind;

/* Makes the table of kinds known; it must live as long as the library. */
extern void step_kinds_register(const StepKind *const *kinds, int count);

extern const StepKind *step_kind_find(const char *name);	/* NULL: unknown */
extern const char *step_kind_names(void);	/* "create, update, ..." */
extern int	step_kind_count(void);
extern const StepKind *step_kind_at(int index);

/* "3 (update target)": path and kind */
extern char *step_title(const Step *step);

#endif
