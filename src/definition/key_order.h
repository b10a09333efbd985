/*
 * key_order.h
 *		The order in which the author of a step wrote what jsonb sorts: the keys
 *		of the objects in its arguments.
 */
#ifndef CA_KEY_ORDER_H
#define CA_KEY_ORDER_H

#include "postgres.h"

#include "base/json.h"
#include "definition/step_kind.h"

/* The column of the table of steps, and the member of a row, that holds it */
#define KEY_ORDER_COLUMN	"key_order"

/*
 * The order of the objects in the arguments of a row that jsonb would give
 * another: {"set": ["case_id", "due"]}, "" for the arguments themselves. NULL:
 * there are none.
 */
extern Json *key_order_of(const StepKind *kind, const Json *arguments);

/*
 * Puts the objects in the arguments of a row in an order that came through jsonb,
 * or NULL. It is a hint: keys that it does not list come last as they are, and
 * what it says of others does no harm.
 */
extern void key_order_apply(Json *arguments, const Json *order);

#endif
