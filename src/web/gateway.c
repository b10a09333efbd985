/*
 * gateway.c
 *		What gateways make of the errors of actions.
 *
 * Each has a table of SQLSTATEs, or beginnings of them; the first row that fits counts.
 * That of PostgREST is the one that its documentation has (Errors, HTTP Status Codes).
 * Both take "PT" and three digits for the status that these are.
 */
#include "postgres.h"

#include "base/sql_argument.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "web/gateway.h"

PG_FUNCTION_INFO_V1(custom_action_error_status);

typedef struct StatusRow
{
	const char *beginning;		/* of a SQLSTATE; "": all others */
	int			status;
} StatusRow;

static const StatusRow postgrest_statuses[] = {
	{"08", 503}, {"09", 500}, {"0L", 403}, {"0P", 403}, {"23503", 409}, {"23505", 409}, {"25006", 405}, {"25", 500},
	{"28", 403}, {"2D", 500}, {"38", 500}, {"39", 500}, {"3B", 500}, {"40", 500}, {"53400", 500}, {"53", 503},
	{"54", 500}, {"55", 500}, {"57", 500}, {"58", 500}, {"F0", 500}, {"HV", 500}, {"P0001", 400}, {"P0", 500},
	{"XX", 500}, {"42883", 404}, {"42P01", 404}, {"42P17", 500}, {"42501", 403}, {"", 400}
};

static const StatusRow plain_statuses[] = {
	{"UA002", 409}, {"UA010", 409}, {"23505", 409}, {"40", 409}, {"UA001", 404}, {"P0002", 404}, {"42883", 404},
	{"42501", 403}, {"25006", 405}, {"UA", 400}, {"22", 400}, {"23", 400}, {"57014", 504}, {"53", 503}, {"08", 503},
	{"57P", 503}, {"", 500}
};

static const struct
{
	int			status;
	const char *words;
}			status_names[] = {
	{400, "Bad request"}, {401, "Unauthorized"}, {402, "Payment required"}, {403, "Forbidden"}, {404, "Not found"},
	{405, "Method not allowed"}, {406, "Not acceptable"}, {409, "Conflict"}, {410, "Gone"}, {412, "Precondition failed"},
	{413, "Content too large"}, {415, "Unsupported media type"}, {422, "Unprocessable content"}, {423, "Locked"},
	{428, "Precondition required"}, {429, "Too many requests"}, {500, "Internal server error"}, {501, "Not implemented"},
	{502, "Bad gateway"}, {503, "Service unavailable"}, {504, "Gateway timeout"}
};

int
gateway_status(Gateway gateway, const char *sqlstate)
{
	const StatusRow *row = gateway == GATEWAY_POSTGREST ? postgrest_statuses : plain_statuses;

	if (strncmp(sqlstate, "PT", 2) == 0 && (sqlstate[2] == '4' || sqlstate[2] == '5') && strspn(sqlstate + 2, "0123456789") == 3)
		return atoi(sqlstate + 2);
	while (strncmp(sqlstate, row->beginning, strlen(row->beginning)) != 0)
		row++;
	return row->status;
}

const char *
status_words(int status)
{
	for (int i = 0; i < lengthof(status_names); i++)
		if (status_names[i].status == status)
			return status_names[i].words;
	return status < 500 ? "Refused" : "Failed";
}

/* action_error_status(sqlstate text, gateway text) returns integer */
Datum
custom_action_error_status(PG_FUNCTION_ARGS)
{
	bool		plain = argument_is_second(fcinfo, 1, "action_error_status", "gateway", "postgrest", "plain");
	char	   *sqlstate = text_argument(fcinfo, 0);

	PG_RETURN_INT32(gateway_status(plain ? GATEWAY_PLAIN : GATEWAY_POSTGREST, sqlstate != NULL ? sqlstate : ""));
}
