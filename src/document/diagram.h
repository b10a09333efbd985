/*
 * diagram.h
 *		The picture of an action as a graph, before it is written in a format.
 */
#ifndef CA_DIAGRAM_H
#define CA_DIAGRAM_H

#include "postgres.h"

#include "document/diagram_trace.h"
#include "lib/stringinfo.h"
#include "nodes/pg_list.h"

typedef enum DiagramShape
{
	SHAPE_TERMINAL,				/* where it begins and ends */
	SHAPE_STEP,
	SHAPE_QUESTION,				/* its answer decides on the way from it */
	SHAPE_ACTION,				/* an action that is performed */
	SHAPE_PLUGIN,
	SHAPE_TURN,					/* where a loop begins its next turn */
	SHAPE_EXIT,
	SHAPE_NOTE,
	SHAPE_GROUP,				/* nodes in a frame */
	SHAPE_LOOP,					/* the same, more than once */
	DIAGRAM_SHAPES				/* how many there are */
} DiagramShape;

typedef struct DiagramNode
{
	char	   *id;				/* letters, digits and '_'; NULL: the picture itself */
	char	   *label;			/* with \n between its lines */
	DiagramShape shape;
	DiagramState state;
	List	   *items;			/* of DiagramNode: what is in the frame */
} DiagramNode;

typedef struct DiagramEdge
{
	DiagramNode *from;			/* or a frame, as a whole */
	DiagramNode *to;
	char	   *label;			/* or NULL */
	bool		error;			/* the way of an error */
	bool		back;			/* to an earlier place */
} DiagramEdge;

typedef struct Diagram
{
	DiagramNode *all;			/* the frame of the whole, which is not shown */
	List	   *edges;			/* of DiagramEdge */
} Diagram;

/* Writes a graph in a format. */
typedef void (*DiagramWriter) (StringInfo out, const Diagram *diagram);

#endif
