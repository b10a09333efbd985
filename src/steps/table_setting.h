/*
 * table_setting.h
 *		What assign and set_status share: they write one column, the step's own
 *		or the one that custom_actions.table_setting names for the table.
 */
#ifndef CA_TABLE_SETTING_H
#define CA_TABLE_SETTING_H

#include "postgres.h"

#include "compile/compiler.h"

extern const ArgumentSpec table_setting_arguments[];

/* StepKind.own of these kinds */
typedef struct SettingKind
{
	const char *column;			/* of table_setting: owner_column or status_column */
	const char *verb;			/* "ASSIGN", for people */
} SettingKind;

extern void table_setting_compile(Compiler *compiler, Instruction *instruction);
extern void table_setting_describe(struct Outline *outline, const Step *step);

#endif
