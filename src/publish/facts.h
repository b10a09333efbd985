/*
 * facts.h
 *		Collects what is kept of a compiled action (definition/facts.h), and writes it.
 */
#ifndef CA_PUBLISH_FACTS_H
#define CA_PUBLISH_FACTS_H

#include "postgres.h"

#include "definition/facts.h"
#include "program/program.h"
#include "publish/check.h"

/* The facts of a document, compiled as check does it. */
extern Facts *facts_of_document(Json *document, Oid owner, CompileOptions *options);

/* Gives the function of a program the facts that are true; NULL: none. */
extern void facts_renew(Oid function, const Program *program);

/*
 * The same while restoring, where keys of tables come later: facts that claim no other
 * effects than the program has are kept, with the failures that they know of.
 */
extern void facts_confirm(Oid function, const Program *program);

/* The text of the facts of a program, in the current context. */
extern char *facts_text(const Program *program);

/*
 * Gives the function of an action another text of facts, if it is another one, without
 * waiting for anybody: whoever is replacing the function finds out what is true himself.
 */
extern void facts_replace_at_once(Oid function, const char *facts);

/* Compiles an action whose names have changed, for its facts; those that are not found are not kept. */
extern void facts_renew_at_once(Oid function);

/* Says who compiles actions for their facts. */
extern void facts_init(void);

#endif
