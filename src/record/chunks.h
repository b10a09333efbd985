/*
 * chunks.h
 *		Chains of chunks of one size, out of one pool: several streams of bytes
 *		that share a piece of memory.
 *
 * A chain is written at its end and read from its begin. What has been read is
 * there until it is freed, so that whoever reads can begin anew. Nothing here
 * knows of locks: the ring says who may do what (record/ring.c).
 */
#ifndef CA_CHUNKS_H
#define CA_CHUNKS_H

#include "postgres.h"

#define CHUNK_SIZE 1024

typedef struct Chunk
{
	int32		next;			/* of its chain or the free ones; -1: none */
	char		data[CHUNK_SIZE - sizeof(int32)];
} Chunk;

typedef struct ChunkPool
{
	int			total;
	int			left;			/* in no chain */
	int			used_once;		/* those from here on were never in a chain */
	int			first_free;		/* of those that were; -1: none */
	Chunk		chunks[FLEXIBLE_ARRAY_MEMBER];
} ChunkPool;

typedef struct ChunkPlace
{
	int			chunk;			/* -1: the chain is empty */
	int			offset;			/* at the end of a chunk, the next byte is in the next one */
} ChunkPlace;

typedef struct ChunkChain
{
	ChunkPlace	begin;
	ChunkPlace	end;
	int			chunks;
} ChunkChain;

/* Where somebody has read to, from the begin of a chain on. */
typedef struct ChunkReader
{
	ChunkPlace	place;
	int			before;			/* the chunk before the one of the place */
	int			passed;			/* chunks before the one of the place */
} ChunkReader;

extern Size chunk_pool_size(int chunks);
extern void chunk_pool_init(ChunkPool *pool, int chunks);
extern void chain_init(ChunkChain *chain);

/* How many more chunks does the chain need for so many more bytes? */
extern int	chain_needs(const ChunkChain *chain, Size size);

/* Writes at the end; the pool must have what the chain needs. */
extern void chain_append(ChunkPool *pool, ChunkChain *chain, const void *data, Size size);

extern void chain_reader_begin(const ChunkChain *chain, ChunkReader *reader);

/* Reads what has been written, or passes over it if there is no place for it. */
extern void chain_read(const ChunkPool *pool, ChunkReader *reader, void *data, Size size);

/* Frees what is before where the reader is; it must not be used any more. */
extern void chain_free_before(ChunkPool *pool, ChunkChain *chain, const ChunkReader *reader);

/* Frees what is after that. */
extern void chain_free_after(ChunkPool *pool, ChunkChain *chain, const ChunkReader *reader);

extern void chain_free_all(ChunkPool *pool, ChunkChain *chain);

#endif
