/*
 * statistics_store.c
 *		The counters of actions, plug-ins and steps, in shared memory: an array of
 *		entries, found by hash. It never grows; where a new entry finds no room,
 *		one that is seldom used gives way.
 *
 * Locks
 *		The lock of the store is for which key has which entry: shared for looking,
 *		exclusive for giving an entry to a key or taking it away. The spinlock of an
 *		entry is for what is in it: key and counters are read and changed with it
 *		only, so that who counts needs no more than the lock shared. Whoever
 *		remembers where an entry was needs not even that: the key in it, read with
 *		the spinlock, tells whether it is still the same.
 *		The lock of the store comes before a spinlock, and nothing else is waited
 *		for while one of them is held: so counting may wait for them while an error
 *		passes, whatever locks the error has left.
 *
 *		In a postmaster that stops, those who had the locks may have been killed:
 *		it takes none, and leaves out what they were writing to.
 *
 * Memory
 *		Counting allocates nothing, so that it cannot fail. Entries are never freed,
 *		only given to others.
 */
#include "postgres.h"

#include "base/settings.h"
#include "common/hashfn.h"
#include "mb/pg_wchar.h"
#include "record/statistics_store.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
#include "storage/spin.h"
#include "utils/timestamp.h"

#define STORE_NAME		"custom_actions statistics"

/* What has been used so often is passed over as many times as this can be halved. */
#define MOST_USAGE		31
#define SWEEPS			6

#define NO_ENTRY		(-1)

typedef struct Entry
{
	slock_t		lock;
	bool		live;			/* belongs to the key */
	volatile bool changing;		/* somebody who has the spinlock writes to key or counters */
	int			usage;			/* 0: the next to give way */
	int			next;			/* of the same bucket, or of those without a key; under the lock of
								 * the store */
	StatisticsKey key;
	StatisticsCounters counters;
} Entry;

typedef struct Store
{
	LWLock	   *lock;
	int			nentries;
	int			nbuckets;		/* a power of 2 */
	int			hand;			/* whom to ask first to give way */
	int			unused;			/* first entry without a key, or NO_ENTRY */
	int			used;
	int64		evicted;
	TimestampTz since;
	Entry		entries[FLEXIBLE_ARRAY_MEMBER]; /* the buckets follow */
} Store;

static Store *store = NULL;
static int *buckets;			/* first entry of each */

static bool alone = false;		/* all others have ended */

/* Where this backend found entries last, by hash. A wrong place does no harm. */
#define REMEMBERED	64
static int	remembered[REMEMBERED];

bool
statistics_exist(void)
{
	return store != NULL;
}

/* A power of 2 that is not less than the number of entries. */
static int
bucket_count(void)
{
	int			count = 1;

	while (count < setting_max_statistics)
		count *= 2;
	return count;
}

static Size
store_size(void)
{
	Size		size = offsetof(Store, entries);

	size = add_size(size, mul_size(setting_max_statistics, sizeof(Entry)));
	return add_size(size, mul_size(bucket_count(), sizeof(int)));
}

void
statistics_store_request(void)
{
	RequestAddinShmemSpace(store_size());
	RequestNamedLWLockTranche(STORE_NAME, 1);
}

/* Makes everything empty. */
static void
store_init(void)
{
	memset(store, 0, store_size());
	store->lock = &GetNamedLWLockTranche(STORE_NAME)->lock;
	store->nentries = setting_max_statistics;
	store->nbuckets = bucket_count();
	store->since = GetCurrentTimestamp();
	for (int i = 0; i < store->nentries; i++)
	{
		SpinLockInit(&store->entries[i].lock);
		store->entries[i].next = i + 1 < store->nentries ? i + 1 : NO_ENTRY;
	}
	for (int i = 0; i < store->nbuckets; i++)
		buckets[i] = NO_ENTRY;
}

bool
statistics_store_attach(void)
{
	bool		found;

	LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
	store = ShmemInitStruct(STORE_NAME, store_size(), &found);
	buckets = (int *) &store->entries[setting_max_statistics];
	if (!found)
		store_init();
	LWLockRelease(AddinShmemInitLock);
	return !found;
}

void
statistics_stay_alone(void)
{
	alone = true;
}

static uint32
key_hash(const StatisticsKey *key)
{
	return DatumGetUInt32(hash_any((const unsigned char *) key, sizeof(StatisticsKey)));
}

static bool
is_same_key(const StatisticsKey *a, const StatisticsKey *b)
{
	return memcmp(a, b, sizeof(StatisticsKey)) == 0;
}

/* The bucket of a hash. */
static int *
bucket_of(uint32 hash)
{
	return &buckets[hash & (store->nbuckets - 1)];
}

/* Finds the entry of a key, with the lock held. */
static int
find_entry(const StatisticsKey *key, uint32 hash)
{
	int			i = *bucket_of(hash);

	while (i != NO_ENTRY && !is_same_key(&store->entries[i].key, key))
		i = store->entries[i].next;
	return i;
}

/* Begin and end of writing to an entry. */
static void
begin_change(Entry *entry)
{
	SpinLockAcquire(&entry->lock);
	entry->changing = true;
	pg_compiler_barrier();
}

static void
end_change(Entry *entry)
{
	pg_compiler_barrier();
	entry->changing = false;
	SpinLockRelease(&entry->lock);
}

/* Takes an entry from its key, with the lock held exclusively. */
static void
take_away(int number)
{
	Entry	   *entry = &store->entries[number];
	int		   *link = bucket_of(key_hash(&entry->key));

	while (*link != number)
		link = &store->entries[*link].next;
	*link = entry->next;
	begin_change(entry);
	entry->live = false;
	end_change(entry);
	entry->next = store->unused;
	store->unused = number;
	store->used--;
}

/* May this entry stay for now? Its usage counts for less the next time. */
static bool
may_stay(Entry *entry)
{
	bool		used;

	SpinLockAcquire(&entry->lock);
	used = entry->usage > 0;
	entry->usage /= 2;
	SpinLockRelease(&entry->lock);
	return used;
}

/* Makes an entry of a full store give way; after so many sweeps any of them. */
static void
evict_entry(void)
{
	int			number;

	for (int64 i = (int64) SWEEPS * store->nentries;; i--)
	{
		number = store->hand;
		store->hand = (number + 1) % store->nentries;
		if (!may_stay(&store->entries[number]) || i <= 0)
			break;
	}
	take_away(number);
	store->evicted++;
}

/* Gives an entry, with empty counters, to a key that has none; with the lock held exclusively. */
static int
give_entry(const StatisticsKey *key, uint32 hash)
{
	int			number;
	Entry	   *entry;

	if (store->unused == NO_ENTRY)
		evict_entry();
	number = store->unused;
	entry = &store->entries[number];
	store->unused = entry->next;
	entry->next = *bucket_of(hash);
	*bucket_of(hash) = number;
	begin_change(entry);
	entry->key = *key;
	entry->usage = 0;
	entry->live = true;
	memset(&entry->counters, 0, sizeof(StatisticsCounters));
	end_change(entry);
	store->used++;
	return number;
}

/* An occurrence with what takes time, so that it is done before the spinlock is taken. */
typedef struct Prepared
{
	const Occurrence *occurrence;
	int			message_length;
	int			step_length;
} Prepared;

/* As many bytes of a text as there is room for, whole characters. */
static int
length_within(const char *text, int room)
{
	int			length = text != NULL ? strnlen(text, room) : 0;

	return length < room ? length : pg_mbcliplen(text, length, room - 1);
}

/* Adds a time: the mean and the squares as Welford has it, which loses no digits. */
static void
add_time(StatisticsCounters *counters, double time)
{
	double		difference = time - counters->mean_time;

	counters->total_time += time;
	counters->mean_time += difference / counters->calls;
	counters->squares += difference * (time - counters->mean_time);
	if (counters->calls == 1 || time < counters->min_time)
		counters->min_time = time;
	if (time > counters->max_time)
		counters->max_time = time;
}

/* Keeps an error as the last one. */
static void
keep_error(StatisticsCounters *counters, const Prepared *prepared)
{
	const Occurrence *occurrence = prepared->occurrence;

	counters->last_error_at = occurrence->at;
	counters->last_sqlstate = occurrence->error->sqlerrcode;
	if (occurrence->error->message != NULL)
		memcpy(counters->last_error, occurrence->error->message, prepared->message_length);
	counters->last_error[prepared->message_length] = '\0';
}

/* Adds to counters, with the spinlock held. */
static void
count_occurrence(StatisticsCounters *counters, const Prepared *prepared)
{
	const Occurrence *occurrence = prepared->occurrence;

	if (counters->since == 0)
	{
		counters->since = occurrence->at;
		if (occurrence->step != NULL)
			memcpy(counters->step, occurrence->step, prepared->step_length);
	}
	counters->calls += occurrence->calls;
	counters->failures += occurrence->failures;
	counters->canceled += occurrence->canceled;
	/* a correction may come after a reset */
	counters->rows_written = Max(counters->rows_written + occurrence->rows_written, 0);
	if (occurrence->calls > 0)
	{
		add_time(counters, occurrence->time);
		counters->last_call = occurrence->at;
	}
	if (occurrence->error != NULL)
		keep_error(counters, prepared);
}

/* Adds to an entry; false: it is another's. */
static bool
add_to_entry(int number, const StatisticsKey *key, const Prepared *prepared)
{
	Entry	   *entry = &store->entries[number];
	bool		right;

	begin_change(entry);
	right = entry->live && is_same_key(&entry->key, key);
	if (right)
	{
		if (entry->usage < MOST_USAGE)
			entry->usage++;
		count_occurrence(&entry->counters, prepared);
	}
	end_change(entry);
	return right;
}

/* Finds the entry of a key, or gives it one, and adds to it. */
static int
add_to_key(const StatisticsKey *key, uint32 hash, const Prepared *prepared)
{
	int			number;

	LWLockAcquire(store->lock, LW_SHARED);
	number = find_entry(key, hash);
	if (number == NO_ENTRY)
	{
		LWLockRelease(store->lock);
		LWLockAcquire(store->lock, LW_EXCLUSIVE);
		number = find_entry(key, hash);
		if (number == NO_ENTRY)
			number = give_entry(key, hash);
	}
	(void) add_to_entry(number, key, prepared);
	LWLockRelease(store->lock);
	return number;
}

void
statistics_add(const StatisticsKey *key, const Occurrence *occurrence)
{
	uint32		hash = key_hash(key);
	int		   *place = &remembered[hash % REMEMBERED];
	Prepared	prepared = {
		.occurrence = occurrence,
		.message_length = length_within(occurrence->error ? occurrence->error->message : NULL,
										STATISTICS_MESSAGE),
		.step_length = length_within(occurrence->step, STATISTICS_PATH)
	};

	if (!add_to_entry(*place, key, &prepared))
		*place = add_to_key(key, hash, &prepared);
}

bool
statistics_put(const StatisticsKey *key, const StatisticsCounters *counters)
{
	uint32		hash = key_hash(key);
	bool		room;

	LWLockAcquire(store->lock, LW_EXCLUSIVE);
	room = store->unused != NO_ENTRY;
	if (room && find_entry(key, hash) == NO_ENTRY)
	{
		Entry	   *entry = &store->entries[give_entry(key, hash)];

		begin_change(entry);
		entry->counters = *counters;
		entry->usage = Min(counters->calls, MOST_USAGE);
		end_change(entry);
	}
	LWLockRelease(store->lock);
	return room;
}

bool
statistics_next(int *place, StatisticsKey *key, StatisticsCounters *counters)
{
	bool		found = false;

	while (!found && *place < store->nentries)
	{
		Entry	   *entry = &store->entries[(*place)++];

		if (!alone)
			SpinLockAcquire(&entry->lock);
		found = entry->live && !entry->changing;
		if (found)
		{
			*key = entry->key;
			*counters = entry->counters;
		}
		if (!alone)
			SpinLockRelease(&entry->lock);
	}
	return found;
}

int
statistics_forget(Oid database, Oid action)
{
	int			forgotten = 0;

	LWLockAcquire(store->lock, LW_EXCLUSIVE);
	for (int i = 0; i < store->nentries; i++)
	{
		Entry	   *entry = &store->entries[i];

		if (!entry->live || entry->key.database != database ||
			(OidIsValid(action) && entry->key.action != action))
			continue;
		take_away(i);
		forgotten++;
	}
	LWLockRelease(store->lock);
	return forgotten;
}

StatisticsState
statistics_state(void)
{
	StatisticsState state;

	if (!alone)
		LWLockAcquire(store->lock, LW_SHARED);
	state.used = store->used;
	state.evicted = store->evicted;
	state.since = store->since;
	if (!alone)
		LWLockRelease(store->lock);
	return state;
}

void
statistics_set_state(const StatisticsState *state)
{
	LWLockAcquire(store->lock, LW_EXCLUSIVE);
	store->evicted = state->evicted;
	store->since = state->since;
	LWLockRelease(store->lock);
}
