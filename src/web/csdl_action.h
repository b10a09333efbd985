/*
 * csdl_action.h
 *		Actions as actions and functions of OData.
 */
#ifndef CA_CSDL_ACTION_H
#define CA_CSDL_ACTION_H

#include "postgres.h"

#include "web/csdl_model.h"
#include "web/model.h"

/* An action and what it is called in the document. */
typedef struct CsdlAction
{
	WebAction  *action;
	const char *namespace;
	char	   *name;
	char	   *response;		/* the type of what it gives; NULL: it has no outputs */
} CsdlAction;

/* Notes what an action will need, so that names that two want are known. */
extern void csdl_note_action(Csdl *csdl, const WebAction *action);

/* Takes the names of an action, before types take theirs. */
extern CsdlAction *csdl_name_action(Csdl *csdl, WebAction *action);

/* Adds it, with the types that it needs, and its import if it is not bound. */
extern void csdl_add_action(Csdl *csdl, const CsdlAction *named);

#endif
