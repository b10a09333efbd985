/*
 * set_status.c
 *		set_status: changes the status of a row.
 */
#include "postgres.h"

#include "steps/steps.h"
#include "steps/table_setting.h"
#include "steps/write.h"
#include "steps/write_many.h"

static const SettingKind status_setting = {.column = "status_column", .verb = "SET STATUS of"};

const StepKind set_status_kind = {
	.name = "set_status",
	.meaning = "gives a row another status",
	.example = "{\"set_status\": \"target\", \"to\": \"escalated\"}",
	.subject = SUBJECT_NAME,
	.arguments = table_setting_arguments,
	.named = true,
	.writes = true,
	.many = "where",
	.own = &status_setting,
	.compile = table_setting_compile,
	.execute = write_execute,
	.fits_many = write_fits_many,
	.execute_many = write_execute_many,
	.describe = table_setting_describe
};
