/*
 * chunks.c
 *		Chains of chunks of one size, out of one pool: several streams of bytes
 *		that share a piece of memory.
 *
 * Chunks are named by their number, so that the pool may be mapped anywhere.
 * Freeing takes as long for many chunks as for one, since what is freed is a
 * chain already.
 */
#include "postgres.h"

#include "record/chunks.h"

#define CHUNK_ROOM ((int) sizeof(((Chunk *) NULL)->data))

/* Makes a place. */
static ChunkPlace
place_at(int chunk, int offset)
{
	ChunkPlace	place;

	place.chunk = chunk;
	place.offset = offset;
	return place;
}

Size
chunk_pool_size(int chunks)
{
	return add_size(offsetof(ChunkPool, chunks), mul_size(chunks, sizeof(Chunk)));
}

void
chunk_pool_init(ChunkPool *pool, int chunks)
{
	pool->total = chunks;
	pool->left = chunks;
	pool->used_once = 0;
	pool->first_free = -1;
}

void
chain_init(ChunkChain *chain)
{
	chain->begin = chain->end = place_at(-1, CHUNK_ROOM);
	chain->chunks = 0;
}

int
chain_needs(const ChunkChain *chain, Size size)
{
	Size		room = CHUNK_ROOM - chain->end.offset;

	return size <= room ? 0 : (int) ((size - room + CHUNK_ROOM - 1) / CHUNK_ROOM);
}

/* Takes a chunk out of the pool. Memory that nobody has needed yet comes last. */
static int
pool_take(ChunkPool *pool)
{
	int			chunk = pool->first_free;

	Assert(pool->left > 0);
	if (chunk >= 0)
		pool->first_free = pool->chunks[chunk].next;
	else
		chunk = pool->used_once++;
	pool->chunks[chunk].next = -1;
	pool->left--;
	return chunk;
}

/* Adds a chunk to a chain. */
static void
chain_extend(ChunkPool *pool, ChunkChain *chain)
{
	int			chunk = pool_take(pool);

	if (chain->end.chunk >= 0)
		pool->chunks[chain->end.chunk].next = chunk;
	else
		chain->begin = place_at(chunk, 0);
	chain->end = place_at(chunk, 0);
	chain->chunks++;
}

void
chain_append(ChunkPool *pool, ChunkChain *chain, const void *data, Size size)
{
	const char *rest = data;

	while (size > 0)
	{
		Size		piece;

		if (chain->end.offset == CHUNK_ROOM)
			chain_extend(pool, chain);
		piece = Min(size, CHUNK_ROOM - chain->end.offset);
		memcpy(pool->chunks[chain->end.chunk].data + chain->end.offset, rest, piece);
		chain->end.offset += piece;
		rest += piece;
		size -= piece;
	}
}

void
chain_reader_begin(const ChunkChain *chain, ChunkReader *reader)
{
	reader->place = chain->begin;
	reader->before = -1;
	reader->passed = 0;
}

void
chain_read(const ChunkPool *pool, ChunkReader *reader, void *data, Size size)
{
	char	   *rest = data;

	while (size > 0)
	{
		Size		piece;

		if (reader->place.offset == CHUNK_ROOM)
		{
			reader->before = reader->place.chunk;
			reader->place = place_at(pool->chunks[reader->before].next, 0);
			reader->passed++;
		}
		piece = Min(size, CHUNK_ROOM - reader->place.offset);
		if (rest != NULL)
		{
			memcpy(rest, pool->chunks[reader->place.chunk].data + reader->place.offset, piece);
			rest += piece;
		}
		reader->place.offset += piece;
		size -= piece;
	}
}

/* Frees chunks that hang together, from one to another. */
static void
chunks_free(ChunkPool *pool, int first, int last, int count)
{
	pool->chunks[last].next = pool->first_free;
	pool->first_free = first;
	pool->left += count;
}

void
chain_free_before(ChunkPool *pool, ChunkChain *chain, const ChunkReader *reader)
{
	if (reader->passed > 0)
		chunks_free(pool, chain->begin.chunk, reader->before, reader->passed);
	chain->chunks -= reader->passed;
	chain->begin = reader->place;
	if (chain->begin.chunk == chain->end.chunk && chain->begin.offset == chain->end.offset)
		chain_free_all(pool, chain);
}

void
chain_free_after(ChunkPool *pool, ChunkChain *chain, const ChunkReader *reader)
{
	int			last = reader->place.chunk;
	int			kept = reader->passed + 1;

	if (chain->chunks > kept)
		chunks_free(pool, pool->chunks[last].next, chain->end.chunk, chain->chunks - kept);
	pool->chunks[last].next = -1;
	chain->chunks = kept;
	chain->end = reader->place;
}

void
chain_free_all(ChunkPool *pool, ChunkChain *chain)
{
	if (chain->chunks > 0)
		chunks_free(pool, chain->begin.chunk, chain->end.chunk, chain->chunks);
	chain_init(chain);
}
