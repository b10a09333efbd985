/*
 * domain_rule.c
 *		Says of a value that a domain refuses where it stands, and what the rule is.
 *
 * PostgreSQL names the constraint alone, and callers know neither it nor the domain.
 * The catalogs are read while the error passes, before anything is rolled back, and
 * the error goes on whatever happens; nothing of a user's runs for it.
 */
#include "postgres.h"

#include "base/error.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_type.h"
#include "commands/comment.h"
#include "lookup/domain.h"
#include "run/domain_rule.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"

/* The constraint of a domain, or of one that it is made of; InvalidOid if there is none of that name. */
static Oid
rule_of_domain(Oid domain, const char *name)
{
	Oid			rule = InvalidOid;

	for (; get_typtype(domain) == TYPTYPE_DOMAIN && !OidIsValid(rule); domain = domain_made_of(domain))
		rule = get_domain_constraint_oid(domain, name, true);
	return rule;
}

/* Says what the rule is: what its author has to say of it, and itself. */
static void
tell_rule(ErrorData *error, Oid rule)
{
	char	   *comment = GetComment(rule, ConstraintRelationId, 0);
	char	   *definition = TextDatumGetCString(DirectFunctionCall1(pg_get_constraintdef, ObjectIdGetDatum(rule)));

	error->detail = psprintf("The rule is: %s.", definition);
	if (comment != NULL)
		error->hint = comment;
}

void
domain_rule_rethrow(Oid domain, const char *what, const char *action, MemoryContext mcxt)
{
	ErrorData  *error;
	Oid			rule;

	MemoryContextSwitchTo(mcxt);
	error = CopyErrorData();
	what = pstrdup(what);		/* made while the error passed: in memory that is reset now */
	FlushErrorState();
	if (error->sqlerrcode == ERRCODE_CHECK_VIOLATION && error->constraint_name != NULL &&
		OidIsValid(rule = rule_of_domain(domain, error->constraint_name)))
	{
		error->message = psprintf("%s of action \"%s\" violates rule \"%s\" of domain %s", what, action,
								  error->constraint_name, format_type_be(domain));
		tell_rule(error, rule);
	}
	else if (error->sqlerrcode == ERRCODE_NOT_NULL_VIOLATION && error->datatype_name != NULL)
	{
		error->message = psprintf("%s of action \"%s\" must not be null", what, action);
		error->detail = psprintf("Domain %s does not allow it.", format_type_be(domain));
	}
	error_throw_on(error);
}
