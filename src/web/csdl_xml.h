/*
 * csdl_xml.h
 *		The metadata of OData as XML.
 */
#ifndef CA_CSDL_XML_H
#define CA_CSDL_XML_H

#include "postgres.h"

#include "base/json.h"
#include "lib/stringinfo.h"

/* Appends a document of CSDL JSON as CSDL XML. */
extern void csdl_xml(StringInfo out, const Json *document);

#endif
