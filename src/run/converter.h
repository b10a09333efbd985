/*
 * converter.h
 *		What reading and showing values of a type as JSON needs.
 */
#ifndef CA_CONVERTER_H
#define CA_CONVERTER_H

#include "postgres.h"

#include "fmgr.h"
#include "lookup/json_form.h"

typedef enum ConverterKind
{
	CONVERT_SCALAR,				/* by the type's input function, kept */
	CONVERT_STRING,				/* the same, but it may run a user's code */
	CONVERT_TEXT,
	CONVERT_BOOL,
	CONVERT_NUMERIC,
	CONVERT_JSON,
	CONVERT_JSONB,
	CONVERT_ARRAY,
	CONVERT_COMPOSITE,
	CONVERT_DOMAIN
} ConverterKind;

typedef struct Converter
{
	Oid			type;			/* hash key */
	bool		valid;
	uint32		hash;			/* of the type in the syscache */
	ConverterKind kind;
	Oid			inner;			/* element or base type */
	int32		inner_typmod;	/* of a domain's base type */
	bool		is_enum;
	bool		has_form;		/* it has a JSON form of its own (json_form.c) */
	JsonForm	form;
	FmgrInfo	input;			/* CONVERT_SCALAR only */
	Oid			ioparam;
	MemoryContext mcxt;			/* for the input function */
} Converter;

/* The converter of a type, good until the next call. */
extern Converter *converter_get(Oid type);

#endif
