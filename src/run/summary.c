/*
 * summary.c
 *		Makes the summary of an invocation.
 *
 * It is said of work that is done: an error in it is nothing that may undo the
 * work, so it is made in a subtransaction, unless none is possible.
 */
#include "postgres.h"

#include "access/detoast.h"
#include "base/error.h"
#include "mb/pg_wchar.h"
#include "run/evaluate.h"
#include "run/mask.h"
#include "run/summary.h"
#include "utils/builtins.h"

#define CUT_MARK	"..."
#define LONG_VALUE	1000000		/* bytes */

typedef struct SummaryWork
{
	Frame	   *frame;
	text	   *made;			/* or NULL */
} SummaryWork;

static void
summary_evaluate(void *arg)
{
	SummaryWork *work = arg;
	bool		isnull;
	Datum		value = expression_evaluate(work->frame, work->frame->program->summary, &isnull);

	work->made = isnull ? NULL : DatumGetTextPP(value);
}

/* Cuts a text where it is too long. */
static text *
shortened(text * made)
{
	char	   *bytes = VARDATA_ANY(made);
	int			length = VARSIZE_ANY_EXHDR(made);
	int			kept;

	/* characters are asked for where there may be too many */
	if (length <= SUMMARY_LONGEST || pg_mbstrlen_with_len(bytes, length) <= SUMMARY_LONGEST)
		return made;
	kept = pg_mbcharcliplen(bytes, length, SUMMARY_LONGEST - strlen(CUT_MARK));
	return cstring_to_text(psprintf("%.*s%s", kept, bytes, CUT_MARK));
}

/* What is said in place of a summary. */
static text *
problem_text(Frame *frame, const Caught *caught)
{
	char	   *message = psprintf("the summary could not be made: %s", caught->error->message);

	return shortened(cstring_to_text(mask_text(frame, message)));
}

/* Are the texts that it is made of so short that their sum is one? */
static bool
values_are_short(const Frame *frame)
{
	const Scope *scope = frame->program->summary->scope;
	int			slot = -1;

	while ((slot = bms_next_member(scope->slots, slot)) >= 0)
		if (frame->program->slots[slot].length == -1 && !frame_isnull(frame, slot) &&
			toast_raw_datum_size(frame_value(frame, slot)) > LONG_VALUE)
			return false;
	return true;
}

/* Makes it; an error, which is returned, undoes nothing but itself. */
static Caught *
make_summary(SummaryWork *work)
{
	if (!work->frame->program->summary_is_harmless || !values_are_short(work->frame))
		return caught_call(summary_evaluate, work);
	summary_evaluate(work);
	return NULL;
}

/* What may be shown of a summary. */
static text *
shown_summary(const Frame *frame, text * made)
{
	if (made != NULL && mask_is_needed(frame))
		made = cstring_to_text(mask_text(frame, text_to_cstring(made)));
	return made == NULL ? NULL : shortened(made);
}

text *
summary_text(Frame *frame)
{
	SummaryWork work = {frame};
	Caught	   *caught;
	text	   *problem;

	if (frame->program->summary == NULL)
		return NULL;
	caught = make_summary(&work);
	if (caught == NULL)
		return shown_summary(frame, work.made);

	/* the frame will be used again */
	frame_forget_states(frame);
	if (!caught_may_be_handled(caught))
		error_throw_on(caught->error);
	problem = problem_text(frame, caught);
	caught_free(caught);
	return problem;
}
