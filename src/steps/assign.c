/*
 * assign.c
 *		assign: gives a row to an owner.
 */
#include "postgres.h"

#include "steps/steps.h"
#include "steps/table_setting.h"
#include "steps/write.h"
#include "steps/write_many.h"

static const ArgumentSpec assign_arguments[] = {
	TABLE_SETTING_ROWS,
	TABLE_SETTING_VALUE,
	TABLE_SETTING_REQUIRED,
	{NULL}
};

static const SettingKind owner_setting = {.column = "owner_column", .verb = "ASSIGN"};

const StepKind assign_kind = {
	.name = "assign",
	.meaning = "gives a row to an owner",
	.example = "{\"assign\": \"target\", \"to\": \"=input.owner\"}",
	.subject = SUBJECT_NAME,
	.arguments = assign_arguments,
	.named = true,
	.writes = true,
	.many = "where",
	.own = &owner_setting,
	.compile = table_setting_compile,
	.execute = write_execute,
	.fits_many = write_fits_many,
	.execute_many = write_execute_many,
	.describe = table_setting_describe
};
