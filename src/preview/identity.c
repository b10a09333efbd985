/*
 * identity.c
 *		Which call it is.
 *
 * Inputs are in their normal form, as the action has them: {"n": 1}, {"n": 1.0} and
 * a default of 1 are one. What the clock or a sequence gave for one that was left
 * out is not part of it; where it goes is part of the effect.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "preview/identity.h"
#include "run/normal_form.h"
#include "run/omitted.h"
#include "run/who.h"
#include "utils/acl.h"

/* Puts a text that may be missing. */
static void
put_optional(Digest *digest, const char *text)
{
	bool		there = text != NULL;

	digest_put(digest, &there, sizeof(there));
	if (there)
		digest_put(digest, text, strlen(text));
}

/* The action, its version, and what is published of it. */
static void
put_action(CallIdentity *identity, const Frame *frame)
{
	const Program *program = frame->program;
	Digest		digest;

	digest_begin(&digest, "approved action");
	digest_put(&digest, program->action, strlen(program->action));
	digest_put(&digest, &program->version, sizeof(program->version));
	digest_put(&digest, &identity->published, sizeof(identity->published));
	digest_end(&digest, identity->action);
}

/* The input, however it was written; of defaults that vary only that they were taken. */
static void
put_input(CallIdentity *identity, const Frame *frame, const InvokeRequest *request)
{
	const Program *program = frame->program;
	Digest		digest;

	digest_begin(&digest, "approved input");
	for (int i = 0; i < program->signature->ninputs; i++)
	{
		const Expression *initial = program->input_defaults[i];
		int			slot = program->input_slots[i];
		bool		varies = initial != NULL && (initial->mutable || !initial->plain) &&
			input_is_omitted(frame, NULL, request, i);

		digest_put(&digest, &varies, sizeof(varies));
		if (varies)
			identity->varies = lappend(identity->varies, pstrdup(program->signature->inputs[i].name));
		else
			normal_form_put(&digest, frame_value(frame, slot), frame_isnull(frame, slot), program->slots[slot].type);
	}
	digest_end(&digest, identity->input);
}

/* Who calls: the role, and the actor that is told. */
static void
put_actor(CallIdentity *identity, Frame *frame)
{
	Oid			invoker = OidIsValid(frame->invoker) ? frame->invoker : GetUserId();
	Digest		digest;

	digest_begin(&digest, "approved actor");
	digest_put(&digest, &invoker, sizeof(invoker));
	put_optional(&digest, frame_who(frame)->actor);
	digest_end(&digest, identity->actor);
}

CallIdentity *
identity_of_call(Frame *frame, const InvokeRequest *request)
{
	CallIdentity *identity = palloc0(sizeof(CallIdentity));

	identity->published = OidIsValid(frame->program->function);
	identity->version = frame->program->version;
	put_action(identity, frame);
	put_input(identity, frame, request);
	put_actor(identity, frame);
	return identity;
}
