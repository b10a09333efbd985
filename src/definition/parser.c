/*
 * parser.c
 *		What the readers of a document share: problems, names, members.
 */
#include "postgres.h"

#include "definition/parser.h"
#include "lookup/name_rules.h"

void
definition_problem(DefinitionParser *parser, const char *location,
				   const char *message, const char *hint)
{
	problem_report(parser->sink, ERRCODE_INVALID_PARAMETER_VALUE, location,
				   message, NULL, hint);
}

bool
definition_name_is_sound(DefinitionParser *parser, const char *name,
						 const char *what, const char *location)
{
	if (name_is_valid(name))
		return true;
	problem_report(parser->sink, ERRCODE_INVALID_NAME, location,
				   psprintf(NAME_MESSAGE, what, name),
				   NAME_DETAIL, psprintf(NAME_HINT, name_proposal(name)));
	return false;
}

char *
parser_member_string(const Json *json, const char *key)
{
	Json	   *value = json_get(json, key);

	return value != NULL && value->kind == JSON_IS_STRING ? value->text : NULL;
}
