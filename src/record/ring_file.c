/*
 * ring_file.c
 *		Keeps the records that wait in the ring while the server is down.
 *
 * The file is written by the postmaster at a clean end, when all other processes
 * have gone, and read and removed at the next start, before there are any. So it
 * is there only while the server is down, and after a crash there is none: what
 * was in the ring then is lost, and nothing is recorded twice.
 *
 * It holds a FileHeader; for each record its database and size, and the record;
 * the sum of all that. A library that packs records in another way ignores it.
 */
#include "postgres.h"

#include <unistd.h>

#include "catalog/pg_control.h"
#include "common/controldata_utils.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "port/pg_crc32c.h"
#include "record/bundle.h"
#include "record/ring.h"
#include "record/ring_file.h"
#include "storage/fd.h"
#include "storage/ipc.h"
#include "utils/memutils.h"

#define RING_FILE		PGSTAT_STAT_PERMANENT_DIRECTORY "/custom_actions_log.ring"
#define RING_FILE_NEW	RING_FILE ".tmp"

/* Changes with what is around the records. */
#define RING_FILE_MAGIC	0xCA110001

typedef struct FileHeader
{
	uint32		magic;
	uint32		version;		/* of PostgreSQL */
	uint32		format;			/* of the records */
	uint32		unused;
	uint64		bundles;
} FileHeader;

typedef struct FileEntry
{
	Oid			database;
	uint32		size;
} FileEntry;

typedef struct RingFile
{
	FILE	   *file;
	pg_crc32c	sum;
	bool		failed;
} RingFile;

static shmem_startup_hook_type previous_shmem_startup_of_file = NULL;

bool
ring_file_is_there(void)
{
	return access(RING_FILE, F_OK) == 0;
}

/* Writes a piece, unless writing has failed before. */
static void
write_piece(RingFile *out, const void *data, Size size)
{
	if (!out->failed && fwrite(data, size, 1, out->file) != 1)
		out->failed = true;
	COMP_CRC32C(out->sum, data, size);
}

/* Writes one record. */
static void
write_bundle(Oid database, StringInfo bundle, void *arg)
{
	FileEntry	entry = {database, bundle->len};

	write_piece(arg, &entry, sizeof(entry));
	write_piece(arg, bundle->data, bundle->len);
}

/* Writes all that waits. */
static void
write_all(RingFile *out, uint64 bundles)
{
	FileHeader	header = {
		.magic = RING_FILE_MAGIC,
		.version = PG_VERSION_NUM / 10000,
		.format = bundle_format(),
		.bundles = bundles
	};

	INIT_CRC32C(out->sum);
	write_piece(out, &header, sizeof(header));
	ring_each(write_bundle, out);
	FIN_CRC32C(out->sum);
	if (!out->failed && fwrite(&out->sum, sizeof(pg_crc32c), 1, out->file) != 1)
		out->failed = true;
}

/* Says that the records are lost. */
static void
report_unsaved(uint64 bundles)
{
	ereport(LOG,
			(errcode_for_file_access(),
			 errmsg("could not write file \"%s\": %m", RING_FILE_NEW),
			 errdetail("Lost with it: " UINT64_FORMAT " failed invocations that waited for custom_actions.log.",
					   bundles)));
}

/*
 * Has the server ended in order? In an immediate shutdown processes may have been
 * killed while they changed the ring, and the postmaster ends with 0 all the same.
 */
static bool
end_is_clean(int code)
{
	ControlFileData *control;
	bool		sound;
	bool		clean;

	if (code != 0)
		return false;
	control = get_controlfile(DataDir, &sound);
	clean = sound && (control->state == DB_SHUTDOWNED || control->state == DB_SHUTDOWNED_IN_RECOVERY);
	pfree(control);
	return clean;
}

/* Saves the ring when the server ends, unless it crashed. */
static void
save_ring(int code, Datum arg)
{
	uint64		bundles;
	RingFile	out = {0};

	if (!ring_has_memory() || !end_is_clean(code))
		return;
	bundles = ring_waiting();
	if (bundles == 0)
		return;
	out.file = AllocateFile(RING_FILE_NEW, PG_BINARY_W);
	if (out.file == NULL)
	{
		report_unsaved(bundles);
		return;
	}
	write_all(&out, bundles);
	if (FreeFile(out.file) != 0 || out.failed)
	{
		report_unsaved(bundles);
		unlink(RING_FILE_NEW);
		return;
	}
	(void) durable_rename(RING_FILE_NEW, RING_FILE, LOG);
}

/* Reads a piece, unless reading has failed before. */
static bool
read_piece(RingFile *in, void *data, Size size)
{
	if (in->failed || fread(data, size, 1, in->file) != 1)
		in->failed = true;
	else
		COMP_CRC32C(in->sum, data, size);
	return !in->failed;
}

/* Reads one record, and puts it into the ring if asked to. */
static bool
read_bundle(RingFile *in, StringInfo bundle, bool keep)
{
	FileEntry	entry;

	if (!read_piece(in, &entry, sizeof(entry)))
		return false;
	if (!OidIsValid(entry.database) || entry.size == 0 || entry.size > MaxAllocSize / 2)
		return false;
	resetStringInfo(bundle);
	enlargeStringInfo(bundle, entry.size);
	if (!read_piece(in, bundle->data, entry.size))
		return false;
	if (keep)
		ring_put_back(entry.database, bundle->data, entry.size);
	return true;
}

/* Reads the file from its begin to its end; is it sound? */
static bool
read_all(RingFile *in, bool keep)
{
	FileHeader	header;
	StringInfoData bundle;
	pg_crc32c	sum;
	uint64		read = 0;

	rewind(in->file);
	in->failed = false;
	INIT_CRC32C(in->sum);
	if (!read_piece(in, &header, sizeof(header)) || header.magic != RING_FILE_MAGIC ||
		header.version != PG_VERSION_NUM / 10000 || header.format != bundle_format())
		return false;
	initStringInfo(&bundle);
	while (read < header.bundles && read_bundle(in, &bundle, keep))
		read++;
	pfree(bundle.data);
	FIN_CRC32C(in->sum);
	return read == header.bundles && fread(&sum, sizeof(sum), 1, in->file) == 1 &&
		EQ_CRC32C(sum, in->sum);
}

/* Puts what a file holds into the ring, and removes it; nothing of one that is broken somewhere. */
static void
load_ring_file(RingFile *in)
{
	bool		sound = read_all(in, false);

	if (!sound)
		ereport(LOG,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("ignoring invalid data in file \"%s\"", RING_FILE),
				 errdetail("Failed invocations that waited for custom_actions.log are lost.")));

	/* before: what is read twice would be recorded twice */
	if (unlink(RING_FILE) != 0)
		ereport(LOG,
				(errcode_for_file_access(),
				 errmsg("could not remove file \"%s\": %m", RING_FILE)));
	else if (sound)
		(void) read_all(in, true);
}

/* Takes up what the last clean end has left. */
static void
load_ring(void)
{
	RingFile	in = {.file = AllocateFile(RING_FILE, PG_BINARY_R)};

	if (in.file != NULL)
	{
		load_ring_file(&in);
		FreeFile(in.file);
	}
	else if (errno != ENOENT)
		ereport(LOG,
				(errcode_for_file_access(),
				 errmsg("could not read file \"%s\": %m", RING_FILE)));
}

/* Fills the ring when the server starts, and asks to be called at its end. */
static void
start_with_file(void)
{
	if (previous_shmem_startup_of_file != NULL)
		previous_shmem_startup_of_file();
	if (IsUnderPostmaster || !ring_has_memory())
		return;
	on_shmem_exit(save_ring, (Datum) 0);
	load_ring();
}

void
ring_file_init(void)
{
	if (!process_shared_preload_libraries_in_progress)
		return;
	previous_shmem_startup_of_file = shmem_startup_hook;
	shmem_startup_hook = start_with_file;
}
