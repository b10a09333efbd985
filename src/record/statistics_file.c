/*
 * statistics_file.c
 *		Keeps the statistics in a file while the server is down: written when it
 *		stops, read and removed when it starts, so that after a crash nothing old
 *		is taken for what has been counted.
 *
 * A file that is not what this library wrote, down to the last bit, is dropped;
 * statistics are never worth a server that does not start. One written while
 * max_statistics was another is good: what finds no room is left out.
 */
#include "postgres.h"

#include <unistd.h>

#include "pgstat.h"
#include "port/pg_crc32c.h"
#include "record/statistics_file.h"
#include "record/statistics_store.h"
#include "storage/fd.h"

#define STATISTICS_FILE	PGSTAT_STAT_PERMANENT_DIRECTORY "/custom_actions.statistics"

#define FILE_MAGIC		0x43615374
#define FILE_VERSION	1		/* counts up when what an entry says changes, even in the same
								 * bytes */

/* What the file begins with; entries follow, and a checksum of all that. */
typedef struct FileHead
{
	uint32		magic;
	uint32		version;
	uint32		server;			/* major version: OIDs mean something else in another's databases */
	uint32		entry_size;
	uint64		entries;
	StatisticsState state;
} FileHead;

typedef struct FileEntry
{
	StatisticsKey key;
	StatisticsCounters counters;
} FileEntry;

typedef struct StatisticsFile
{
	FILE	   *file;
	pg_crc32c	crc;			/* of what was written or read */
} StatisticsFile;

static bool
write_to_file(StatisticsFile *file, const void *data, size_t size)
{
	COMP_CRC32C(file->crc, data, size);
	return fwrite(data, size, 1, file->file) == 1;
}

static bool
read_from_file(StatisticsFile *file, void *data, size_t size)
{
	if (fread(data, size, 1, file->file) != 1)
		return false;
	COMP_CRC32C(file->crc, data, size);
	return true;
}

/* Says whose file it is; the rest is 0, also between the fields: that is part of the checksum. */
static void
head_init(FileHead *head)
{
	memset(head, 0, sizeof(FileHead));
	head->magic = FILE_MAGIC;
	head->version = FILE_VERSION;
	head->server = PG_VERSION_NUM / 100;
	head->entry_size = sizeof(FileEntry);
}

/* Counts the entries. */
static uint64
count_entries(void)
{
	StatisticsKey key;
	StatisticsCounters counters;
	int			place = 0;
	uint64		count = 0;

	while (statistics_next(&place, &key, &counters))
		count++;
	return count;
}

/* Writes all of it. */
static bool
put_statistics(StatisticsFile *file)
{
	FileHead	head;
	FileEntry	entry;
	int			place = 0;
	pg_crc32c	crc;

	head_init(&head);
	head.state = statistics_state();
	head.entries = count_entries();
	if (!write_to_file(file, &head, sizeof(head)))
		return false;
	memset(&entry, 0, sizeof(entry));
	while (statistics_next(&place, &entry.key, &entry.counters))
		if (!write_to_file(file, &entry, sizeof(entry)))
			return false;
	crc = file->crc;
	FIN_CRC32C(crc);
	return write_to_file(file, &crc, sizeof(crc));
}

void
statistics_file_write(void)
{
	StatisticsFile file;
	bool		written;

	INIT_CRC32C(file.crc);
	file.file = AllocateFile(STATISTICS_FILE ".tmp", PG_BINARY_W);
	written = file.file != NULL && put_statistics(&file);
	if (file.file != NULL && FreeFile(file.file) != 0)
		written = false;
	if (written)
		(void) durable_rename(STATISTICS_FILE ".tmp", STATISTICS_FILE, LOG);
	else
	{
		ereport(LOG,
				(errcode_for_file_access(),
				 errmsg("could not write file \"%s\": %m", STATISTICS_FILE ".tmp")));
		unlink(STATISTICS_FILE ".tmp");
	}
}

/* Is it from this version of the server and of the library? */
static bool
head_is_ours(const FileHead *head)
{
	FileHead	ours;

	head_init(&ours);
	return head->magic == ours.magic && head->version == ours.version &&
		head->server == ours.server && head->entry_size == ours.entry_size;
}

/* Reads what is written, or only looks through it. */
static bool
get_entries(StatisticsFile *file, uint64 entries, bool take)
{
	for (uint64 i = 0; i < entries; i++)
	{
		FileEntry	entry;

		if (!read_from_file(file, &entry, sizeof(entry)))
			return false;
		if (take && !statistics_put(&entry.key, &entry.counters))
			return true;
	}
	return true;
}

/* Why the file is not good; NULL if it is. */
static const char *
fault_of_file(StatisticsFile *file, FileHead *head)
{
	pg_crc32c	crc;
	pg_crc32c	written;

	if (!read_from_file(file, head, sizeof(FileHead)))
		return "It is too short.";
	if (!head_is_ours(head))
		return "It was written by another version.";
	if (!get_entries(file, head->entries, false))
		return "It is too short.";
	crc = file->crc;
	FIN_CRC32C(crc);
	if (fread(&written, sizeof(written), 1, file->file) != 1 || !EQ_CRC32C(crc, written) ||
		fgetc(file->file) != EOF)
		return "Its checksum is wrong.";
	return NULL;
}

/* Takes in the file if it is good. */
static void
read_file(StatisticsFile *file)
{
	FileHead	head;
	const char *fault = fault_of_file(file, &head);

	if (fault != NULL)
		ereport(LOG,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the statistics of actions in file \"%s\" are dropped", STATISTICS_FILE),
				 errdetail_internal("%s", fault)));
	else if (fseek(file->file, sizeof(FileHead), SEEK_SET) == 0)
	{
		statistics_set_state(&head.state);
		(void) get_entries(file, head.entries, true);
	}
}

void
statistics_file_read(void)
{
	StatisticsFile file;

	INIT_CRC32C(file.crc);
	file.file = AllocateFile(STATISTICS_FILE, PG_BINARY_R);
	if (file.file == NULL)
	{
		if (errno != ENOENT)
			ereport(LOG,
					(errcode_for_file_access(),
					 errmsg("could not read file \"%s\": %m", STATISTICS_FILE)));
		return;
	}
	read_file(&file);
	FreeFile(file.file);
	unlink(STATISTICS_FILE);
}
