/*
 * expect.c
 *		Runs an action that is to do what was approved, or nothing.
 *
 * The action runs in a subtransaction that is kept, under the eyes of all
 * observers. In another one inside, what is deferred is run and the effect is
 * read; that is undone, so triggers and checks that are deferred come at COMMIT, as
 * they do for any invocation. A request that is answered under its idempotency key
 * does not run, and its effect is not compared.
 */
#include "postgres.h"

#include "base/error.h"
#include "engine/invoke.h"
#include "preview/expect.h"
#include "preview/preview.h"
#include "preview/token.h"
#include "run/action_call.h"
#include "utils/memutils.h"

typedef struct Expectation
{
	Handle	   *handle;
	InvokeRequest *request;
	const char *token;
	const char *action;
	Watch	   *watch;
	Effect	   *effect;
	EffectOptions options;
	EffectBegin begin;
} Expectation;

/* Reads the effect in a subtransaction of its own. */
static void
read_and_undo(void *arg)
{
	Expectation *expectation = arg;

	effect_run_deferred(expectation->watch);
	effect_read(&expectation->begin, expectation->effect, expectation->watch, &expectation->options);
}

/* What happens in the subtransaction that is kept. */
static void
run_and_compare(void *arg)
{
	Expectation *expectation = arg;
	Caught	   *caught;

	effect_begin(&expectation->begin, expectation->watch, expectation->effect);
	handle_call(expectation->handle, expectation->request);
	if (expectation->request->replayed)
		return;
	caught = caught_undone(read_and_undo, expectation);
	if (caught != NULL)
		error_throw_on(caught->error);
	token_require_effect(expectation->token, expectation->action, expectation->effect, expectation->watch);
}

/* Runs an action; what it did is undone unless it is what the token stands for. */
static void
expect_run(Handle *handle, InvokeRequest *request, const char *action, const char *token)
{
	Expectation expectation = {.handle = handle, .request = request, .token = token, .action = action};
	ErrorContextCallback callback = {error_context_stack, error_hide_statement, NULL};
	Caught	   *volatile caught = NULL;

	if (handle->sensitive)
		error_context_stack = &callback;
	token_require_form(token);
	expectation.options.of_invocation = true;
	expectation.effect = effect_make(&expectation.options);
	expectation.watch = watch_begin(request, false);
	PG_TRY();
	{
		caught = caught_call(run_and_compare, &expectation);
	}
	PG_FINALLY();
	{
		watch_end(expectation.watch);
	}
	PG_END_TRY();
	MemoryContextDelete(expectation.watch->mcxt);
	MemoryContextDelete(expectation.effect->mcxt);
	if (caught != NULL)
		error_throw_on(caught->error);
	error_context_stack = callback.previous;
}

void
expect_init(void)
{
	invoke_set_expecting(expect_run);
}
