/*
 * action_schema.h
 *		JSON Schema of what an action takes, gives and raises.
 */
#ifndef CA_ACTION_SCHEMA_H
#define CA_ACTION_SCHEMA_H

#include "postgres.h"

#include "web/model.h"
#include "web/type_schema.h"

#define PARTS_KEY		"$defs" /* of a document: the schemas that others refer to */
#define TARGET_MEMBER	"target"	/* of the inputs: the key of the row that an action is bound to */

/* How a document wants it. */
typedef struct SchemaOptions
{
	SchemaScope scope;			/* output is set here, as each function needs it */
	const char *references_key; /* annotation that tells the table and key of a reference; NULL:
								 * "$comment" */
	bool		as_arguments;	/* the target's key as the arguments of the function: target, or
								 * target_<column> each */
} SchemaOptions;

/* Those of action_schema(): parts in "$defs". */
extern SchemaOptions schema_options_default(void);

/* A closed object of the inputs, with title and description of the action. */
extern Json *schema_of_inputs(const WebAction *action, SchemaOptions *options);

/* A closed object of the outputs, none of them missing. */
extern Json *schema_of_outputs(const WebAction *action, SchemaOptions *options);

/* One input by itself, with its annotations. */
extern Json *schema_of_argument(const Argument *argument, SchemaOptions *options);

/* A whole document of a schema, with its parts. */
extern Json *schema_document(Json *object, const SchemaOptions *options);

#endif
