/*
 * csdl_entity.h
 *		Tables whose rows actions are for, as entity types and entity sets of OData.
 */
#ifndef CA_CSDL_ENTITY_H
#define CA_CSDL_ENTITY_H

#include "postgres.h"

#include "web/csdl_model.h"
#include "web/model.h"

/* Notes the table of an action, with the key that its entity type will have. */
extern void csdl_note_table(Csdl *csdl, const WebAction *action);

/*
 * The table of an action that can be told as bound, with its entity type and set, which
 * are added when first asked for; NULL: it is bound to none, or its rows have no key.
 */
extern CsdlTable *csdl_table_of(Csdl *csdl, const WebAction *action);

/* Sees that an entity type tells the key of an action, if it is another one; true: it is. */
extern bool csdl_tell_other_key(Csdl *csdl, CsdlTable *table, const WebAction *action);

#endif
