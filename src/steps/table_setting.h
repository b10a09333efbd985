/*
 * table_setting.h
 *		What assign and set_status share: they write one column, the step's own
 *		or the one that custom_actions.table_setting names for the table.
 */
#ifndef CA_TABLE_SETTING_H
#define CA_TABLE_SETTING_H

#include "postgres.h"

#include "compile/compiler.h"

/* The keys of both, for their argument lists: which rows, what is written, what else. */
#define TABLE_SETTING_ROWS \
	{"id", ARGUMENT_VALUE, .means = MEANS_COLUMNS, \
	.meaning = "which row: a value of its key, or an object of columns that are a key"}, \
	{"where", ARGUMENT_CONDITION, \
	.meaning = "all rows that satisfy it; with a row: only if it does"}

#define TABLE_SETTING_VALUE \
	{"to", ARGUMENT_VALUE, true, \
	.meaning = "the new value"}, \
	{"column", ARGUMENT_NAME, .means = MEANS_COLUMNS, \
	.meaning = "the column; left out: the one of the table's settings"}

#define TABLE_SETTING_REQUIRED \
	{"required", ARGUMENT_BOOLEAN, \
	.meaning = "false: it is no error if there is no such row"}

/* StepKind.own of these kinds */
typedef struct SettingKind
{
	const char *column;			/* of table_setting: owner_column or status_column */
	const char *verb;			/* "ASSIGN", for people */
} SettingKind;

extern void table_setting_compile(Compiler *compiler, Instruction *instruction);
extern void table_setting_describe(struct Outline *outline, const Step *step);

#endif
