/*
 * identity.h
 *		Which call it is: action and version, input, and who is behind it, as digests.
 */
#ifndef CA_IDENTITY_H
#define CA_IDENTITY_H

#include "postgres.h"

#include "base/digest.h"
#include "run/frame.h"
#include "run/invoke_request.h"

typedef struct CallIdentity
{
	bool		published;		/* else a draft, or a version that is not published */
	int			version;
	uint8		action[DIGEST_LENGTH];
	uint8		input[DIGEST_LENGTH];
	uint8		actor[DIGEST_LENGTH];
	List	   *varies;			/* of char *: inputs that were left to defaults which give another
								 * value each time */
} CallIdentity;

/* Asked once the inputs are bound; lives in the current context. */
extern CallIdentity *identity_of_call(Frame *frame, const InvokeRequest *request);

#endif
