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

#define CUT_MARK	"..."
#define LONG_VALUE	1000000		/* bytes */

typedef struct SummaryWork
{
	Frame	   *frame;
	char	   *text;
} SummaryWork;

static void
summary_evaluate(void *arg)
{
	SummaryWork *work = arg;

	work->text = text_evaluate(work->frame, work->frame->program->summary);
}

/* Cuts a text where it is too long. */
static char *
shortened(char *text)
{
	int			length = strlen(text);
	int			kept;

	/* characters are asked for where there may be too many */
	if (length <= SUMMARY_LONGEST || pg_mbstrlen_with_len(text, length) <= SUMMARY_LONGEST)
		return text;
	kept = pg_mbcharcliplen(text, length, SUMMARY_LONGEST - strlen(CUT_MARK));
	return psprintf("%.*s%s", kept, text, CUT_MARK);
}

/* What is said in place of a summary. */
static char *
problem_text(Frame *frame, const Caught *caught)
{
	char	   *message = psprintf("the summary could not be made: %s", caught->error->message);

	return shortened(mask_text(frame, message));
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

char *
summary_text(Frame *frame, char **problem)
{
	SummaryWork work = {frame};
	Caught	   *caught;

	*problem = NULL;
	if (frame->program->summary == NULL)
		return NULL;
	caught = make_summary(&work);
	if (caught == NULL)
		return work.text == NULL ? NULL : shortened(mask_text(frame, work.text));

	/* the frame will be used again */
	frame_forget_states(frame);
	if (!caught_may_be_handled(caught))
		error_throw_on(caught->error);
	*problem = problem_text(frame, caught);
	caught_free(caught);
	return NULL;
}
