/*
 * lack.c
 *		What roles lack to run an action: noted once each, told as rows with the
 *		GRANT that gives it.
 *
 * It lives as long as the search, in its memory.
 */
#include "postgres.h"

#include "access/sysattr.h"
#include "base/compat.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_class.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "lookup/canonical.h"
#include "miscadmin.h"
#include "publish/lack.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/tuplestore.h"

typedef struct Lack
{
	const char *path;
	Oid			class;
	Oid			object;
	AclMode		mode;			/* 0: a policy */
	Oid			grantee;
	Bitmapset  *columns;		/* by FirstLowInvalidHeapAttributeNumber; NULL: the whole object */
	const char *command;		/* of a policy */
} Lack;

/* The path as it is shown. */
static char *
lacks_path(const Lacks *lacks, const char *path)
{
	return psprintf("%s%s", lacks->prefix, path);
}

Called *
called_new(const Lacks *lacks, Oid function)
{
	Called	   *called = palloc(sizeof(Called));

	*called = (Called)
	{
		lacks_path(lacks, lacks->path), function, lacks->role
	};
	return called;
}

bool
called_is_known(const List *calls, int count, const Called *wanted)
{
	for (int i = 0; i < count; i++)
	{
		const Called *other = list_nth(calls, i);

		if (other->function == wanted->function && other->role == wanted->role)
			return true;
	}
	return false;
}

/* Is this what the grantee lacks? */
static bool
lack_matches(const Lack *lack, Oid class, Oid object, AclMode mode, Oid grantee)
{
	return lack->class == class && lack->object == object && lack->mode == mode && lack->grantee == grantee;
}

bool
lack_is_noted(const Lacks *lacks, Oid class, Oid object, AclMode mode, Oid grantee)
{
	ListCell   *cell;

	foreach(cell, lacks->list)
	{
		if (lack_matches(lfirst(cell), class, object, mode, grantee))
			return true;
	}
	return false;
}

/* Adds an entry at the place where the search is. */
static Lack *
lack_new(Lacks *lacks, Oid class, Oid object, AclMode mode, Oid grantee)
{
	Lack	   *lack = palloc0(sizeof(Lack));

	lack->path = lacks_path(lacks, lacks->path);
	lack->class = class;
	lack->object = object;
	lack->mode = mode;
	lack->grantee = grantee;
	lacks->list = lappend(lacks->list, lack);
	return lack;
}

void
lack_add(Lacks *lacks, Oid class, Oid object, AclMode mode, Oid grantee)
{
	ListCell   *cell;

	foreach(cell, lacks->list)
	{
		const Lack *lack = lfirst(cell);

		if (lack->columns == NULL && lack_matches(lack, class, object, mode, grantee))
			return;
	}
	(void) lack_new(lacks, class, object, mode, grantee);
}

void
lack_add_columns(Lacks *lacks, Oid relation, AclMode mode, Oid grantee, Bitmapset *columns)
{
	Bitmapset  *missing = NULL;
	int			column = -1;
	ListCell   *cell;

	while ((column = bms_next_member(columns, column)) >= 0)
		if (pg_attribute_aclcheck(relation, column + FirstLowInvalidHeapAttributeNumber, grantee, mode) != ACLCHECK_OK)
			missing = bms_add_member(missing, column);
	foreach(cell, lacks->list)
	{
		const Lack *lack = lfirst(cell);

		if (!lack_matches(lack, RelationRelationId, relation, mode, grantee))
			continue;
		if (lack->columns == NULL)
			return;
		missing = bms_del_members(missing, lack->columns);
	}
	if (!bms_is_empty(missing))
		lack_new(lacks, RelationRelationId, relation, mode, grantee)->columns = missing;
}

void
lack_add_policy(Lacks *lacks, Oid table, const char *command, Oid role)
{
	ListCell   *cell;

	foreach(cell, lacks->list)
	{
		const Lack *lack = lfirst(cell);

		if (lack_matches(lack, RelationRelationId, table, 0, role) && strcmp(lack->command, command) == 0)
			return;
	}
	lack_new(lacks, RelationRelationId, table, 0, role)->command = command;
}

/* What a privilege is called. */
static const char *
privilege_word(AclMode mode)
{
	switch (mode)
	{
		case ACL_SELECT:
			return "SELECT";
		case ACL_INSERT:
			return "INSERT";
		case ACL_UPDATE:
			return "UPDATE";
		case ACL_DELETE:
			return "DELETE";
		case ACL_EXECUTE:
			return "EXECUTE";
		default:
			return "USAGE";
	}
}

/* "SELECT (id, status)" */
static char *
lack_privilege(const Lack *lack)
{
	StringInfoData out;
	int			column = -1;

	if (lack->mode == 0)
		return psprintf("a policy for %s", lack->command);
	initStringInfo(&out);
	appendStringInfoString(&out, privilege_word(lack->mode));
	while ((column = bms_next_member(lack->columns, column)) >= 0)
		appendStringInfo(&out, "%s%s", strchr(out.data, '(') != NULL ? ", " : " (",
						 quote_identifier(get_attname(lack->object, column + FirstLowInvalidHeapAttributeNumber, false)));
	if (lack->columns != NULL)
		appendStringInfoChar(&out, ')');
	return out.data;
}

/* "table support.task" */
static char *
lack_object(const Lack *lack)
{
	switch (lack->class)
	{
		case RelationRelationId:
			return psprintf("%s %s", get_rel_relkind(lack->object) == RELKIND_SEQUENCE ? "sequence" : "table",
							relation_name_sql(lack->object));
		case ProcedureRelationId:
			return psprintf("function %s", signature_shown(lack->object));
		default:
			return psprintf("schema %s", quote_identifier(get_namespace_name(lack->object)));
	}
}

/* The statement that gives it, or NULL. */
static char *
lack_grant(const Lack *lack, const char *privilege, const char *object)
{
	const char *blank = strchr(object, ' ');
	char	   *kind = pnstrdup(object, blank - object);

	if (lack->mode == 0)
		return NULL;
	for (char *p = kind; *p; p++)
		*p = pg_toupper((unsigned char) *p);
	return psprintf("GRANT %s ON %s%s TO %s", privilege, kind, blank,
					quote_identifier(GetUserNameFromId(lack->grantee, false)));
}

void
lacks_put(const Lacks *lacks, ReturnSetInfo *result)
{
	ListCell   *cell;

	foreach(cell, lacks->list)
	{
		const Lack *lack = lfirst(cell);
		char	   *privilege = lack_privilege(lack);
		char	   *object = lack_object(lack);
		char	   *grant = lack_grant(lack, privilege, object);
		Datum		values[4] = {CStringGetTextDatum(lack->path), CStringGetTextDatum(privilege),
		CStringGetTextDatum(object)};
		bool		nulls[4] = {false, false, false, grant == NULL};

		if (grant != NULL)
			values[3] = CStringGetTextDatum(grant);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}
