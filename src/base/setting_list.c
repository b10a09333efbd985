/*
 * setting_list.c
 *		Defining many settings at once, at the cost of one.
 *
 * PostgreSQL 15 keeps all settings in an array, and sorts it anew whenever one is
 * added: with ours that was most of what a session took to load the library. An
 * array that is in order already costs a glance. So while ours are added, what is
 * in it stands aside for entries whose name comes first; then it is put back, with
 * each of ours at its place. Nothing looks a setting up meanwhile but what defines
 * one, to find values that were set before: such settings are defined as ever, and
 * take the place of what is in the array without any sorting. PostgreSQL 16 and
 * later have a hash table.
 */
#include "postgres.h"

#include "base/setting_list.h"
#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/guc_tables.h"

#if PG_VERSION_NUM < 160000

typedef struct config_generic *GucEntry;

/* Comes before all others */
static struct config_generic nameless = {.name = ""};

/* PostgreSQL's array, or what it will be: in order */
typedef struct SettingList
{
	GucEntry   *entries;
	int			count;
} SettingList;

static int
small_letter(char letter)
{
	return letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter;
}

/* Compares names as PostgreSQL orders settings. */
static int
setting_compare(const char *name, const char *other)
{
	while (*name != '\0' && small_letter(*name) == small_letter(*other))
	{
		name++;
		other++;
	}
	if (*name == '\0' || *other == '\0')
		return (*name != '\0') - (*other != '\0');
	return small_letter(*name) - small_letter(*other);
}

/* The first place whose name does not come before this one. */
static int
list_place(const SettingList *list, const char *name)
{
	int			low = 0;
	int			high = list->count;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (setting_compare(list->entries[middle]->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
list_has(const SettingList *list, const char *name)
{
	int			place = list_place(list, name);

	return place < list->count && setting_compare(list->entries[place]->name, name) == 0;
}

static void
list_add(SettingList *list, GucEntry entry)
{
	int			place = list_place(list, entry->name);

	memmove(list->entries + place + 1, list->entries + place, sizeof(GucEntry) * (list->count - place));
	list->entries[place] = entry;
	list->count++;
}

/* Defines one that has no place in the array yet. */
static void
define_new(SettingList *list, int number, void (*define) (int number))
{
	GucEntry   *entries = get_guc_variables();

	for (int i = 0; i < list->count; i++)
		entries[i] = &nameless;
	define(number);
	Assert(GetNumConfigOptions() == list->count + 1);
	/* the array may have moved, but what was added is the last one */
	list_add(list, get_guc_variables()[list->count]);
}

/* Defines those that have no place in the array yet, and leaves it as it may be. */
static pg_noinline void
define_all_new(SettingList *list, int count, const char *(*name) (int number), void (*define) (int number))
{
	for (int i = 0; i < count; i++)
		if (!list_has(list, name(i)))
			define_new(list, i, define);
}

void
setting_list_define(int count, const char *(*name) (int number), void (*define) (int number))
{
	SettingList list = {get_guc_variables(), GetNumConfigOptions()};

	/*
	 * those that have a place already replace what is there; in the server's
	 * start all are added as ever
	 */
	for (int i = 0; i < count; i++)
		if (process_shared_preload_libraries_in_progress || list_has(&list, name(i)))
			define(i);
	if (process_shared_preload_libraries_in_progress)
		return;
	list.entries = palloc(sizeof(GucEntry) * (list.count + count));
	memcpy(list.entries, get_guc_variables(), sizeof(GucEntry) * list.count);
	PG_TRY();
	{
		define_all_new(&list, count, name, define);
	}
	PG_FINALLY();
	{
		memcpy(get_guc_variables(), list.entries, sizeof(GucEntry) * list.count);
	}
	PG_END_TRY();
	pfree(list.entries);
}

#else

void
setting_list_define(int count, const char *(*name) (int number), void (*define) (int number))
{
	for (int i = 0; i < count; i++)
		define(i);
}

#endif
