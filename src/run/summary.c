/*
 * summary.c
 *		Makes the summary of an invocation.
 *
 * It is said of work that is done: an error in it is nothing that may undo the
 * work, so it is made in a subtransaction.
 */
#include "postgres.h"

#include "base/error.h"
#include "mb/pg_wchar.h"
#include "run/evaluate.h"
#include "run/mask.h"
#include "run/summary.h"

#define CUT_MARK	"..."

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

	if (pg_mbstrlen_with_len(text, length) <= SUMMARY_LONGEST)
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

char *
summary_text(Frame *frame, char **problem)
{
	SummaryWork work = {frame};
	Caught	   *caught;

	*problem = NULL;
	if (frame->program->summary == NULL)
		return NULL;
	caught = caught_call(summary_evaluate, &work);
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
