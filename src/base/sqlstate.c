/*
 * sqlstate.c
 *		The SQLSTATEs of our own, and those that definitions choose.
 */
#include "postgres.h"

#include "base/listing.h"
#include "base/sqlstate.h"
#include "fmgr.h"
#include "utils/builtins.h"

#define SQLSTATE_MEMBERS(symbol, a, b, c, meaning) {ERRCODE_CA_##symbol, meaning},

static const struct
{
	int			code;
	const char *meaning;
}			sqlstates[] = {

	SQLSTATE_ROWS(SQLSTATE_MEMBERS)
};

PG_FUNCTION_INFO_V1(custom_action_sqlstates);
PG_FUNCTION_INFO_V1(custom_action_is_error_sqlstate);

bool
sqlstate_parse(const char *text, int *sqlstate)
{
	if (strlen(text) != 5 || strspn(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 5 ||
		(text[0] == '0' && strchr("012", text[1]) != NULL))
		return false;
	*sqlstate = MAKE_SQLSTATE(text[0], text[1], text[2], text[3], text[4]);
	return true;
}

/* SQL: the SQLSTATEs of our own. */
Datum
custom_action_sqlstates(PG_FUNCTION_ARGS)
{
	listing_start(fcinfo);
	for (int i = 0; i < lengthof(sqlstates); i++)
		listing_put(fcinfo, unpack_sql_state(sqlstates[i].code), sqlstates[i].meaning);
	return (Datum) 0;
}

/* SQL: is this the SQLSTATE of an error? */
Datum
custom_action_is_error_sqlstate(PG_FUNCTION_ARGS)
{
	int			sqlstate;

	PG_RETURN_BOOL(sqlstate_parse(text_to_cstring(PG_GETARG_TEXT_PP(0)), &sqlstate));
}
