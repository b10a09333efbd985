/*
 * compat.h
 *		Differences between PostgreSQL 15 to 19. Code calls the newest
 *		signature; older versions are adapted here.
 */
#ifndef CA_COMPAT_H
#define CA_COMPAT_H

#include "postgres.h"

#include "utils/acl.h"
#include "utils/jsonfuncs.h"
#include "utils/regproc.h"
#include "utils/rel.h"

/* 16: split out of postgres.h */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* 16: JSON callbacks return an error code */
#if PG_VERSION_NUM >= 160000
typedef JsonParseErrorType JsonCallbackResult;
#define JSON_CALLBACK_DONE()	return JSON_SUCCESS
#else
typedef void JsonCallbackResult;
#define JSON_CALLBACK_DONE()	return
#endif

/* 17: the lexer may live in the caller's memory */
#if PG_VERSION_NUM < 170000
#define makeJsonLexContext(lex, json, need_escapes) \
	((void) (lex), (makeJsonLexContext) ((json), (need_escapes)))
#endif

/* 17: stronger locks count, too, if asked for */
#if PG_VERSION_NUM < 170000
#include "storage/lock.h"
#define LockHeldByMe(tag, mode, orstronger) \
	((void) (orstronger), (LockHeldByMe) ((tag), (mode)))
#endif

/* 16: soft errors */
#if PG_VERSION_NUM < 160000
#include "parser/parse_type.h"
#define typeStringToTypeName(string, escontext) \
	((void) (escontext), (typeStringToTypeName) (string))
#define stringToQualifiedNameList(string, escontext) \
	((void) (escontext), (stringToQualifiedNameList) (string))
#endif

/* 16: other names */
#if PG_VERSION_NUM < 160000
#include "storage/relfilenode.h"
typedef RelFileNode RelFileLocator;
#define spcOid		spcNode
#define dbOid		dbNode
#define relNumber	relNode
#endif

/* 16: one function checks the privileges of every kind of object */
#if PG_VERSION_NUM < 160000
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"

static inline AclResult
object_aclcheck(Oid classid, Oid objectid, Oid roleid, AclMode mode)
{
	switch (classid)
	{
		case LanguageRelationId:
			return pg_language_aclcheck(objectid, roleid, mode);
		case NamespaceRelationId:
			return pg_namespace_aclcheck(objectid, roleid, mode);
		case ProcedureRelationId:
			return pg_proc_aclcheck(objectid, roleid, mode);
		case TypeRelationId:
			return pg_type_aclcheck(objectid, roleid, mode);
	}
	elog(ERROR, "no privilege check for objects of catalog %u", classid);
	return ACLCHECK_NO_PRIV;	/* not reached */
}

static inline bool
object_ownercheck(Oid classid, Oid objectid, Oid roleid)
{
	if (classid != ProcedureRelationId)
		elog(ERROR, "no ownership check for objects of catalog %u", classid);
	return pg_proc_ownercheck(objectid, roleid);
}
#endif

/* 16: an attribute that is never null, without saying so again */
#if PG_VERSION_NUM < 160000
#include "utils/syscache.h"

static inline Datum
SysCacheGetAttrNotNull(int cacheid, HeapTuple tuple, AttrNumber attribute)
{
	bool		isnull;
	Datum		value = SysCacheGetAttr(cacheid, tuple, attribute, &isnull);

	if (isnull)
		elog(ERROR, "unexpected null in attribute %d of cache %d", attribute, cacheid);
	return value;
}
#endif

/* 17: a search path to compare with got names of its own */
#if PG_VERSION_NUM < 170000
#include "catalog/namespace.h"
#define SearchPathMatcher OverrideSearchPath
#define GetSearchPathMatcher(context) GetOverrideSearchPath(context)
#define SearchPathMatchesCurrentEnvironment(path) OverrideSearchPathMatchesCurrent(path)
#endif

/* 16: settings are looked up by a hash, which nobody counts; before, by a search that takes long */
#if PG_VERSION_NUM >= 160000
#define SETTINGS_COUNTED		false
#define GetNumConfigOptions()	0
#else
#include "utils/guc.h"
#define SETTINGS_COUNTED		true
#endif

/* 16: what check hooks of settings allocate */
#if PG_VERSION_NUM < 160000
#define guc_malloc(elevel, size) malloc(size)
#define guc_free(ptr) free(ptr)
#endif

/* 17: what an index keeps between insertions is given back at the end */
#if PG_VERSION_NUM < 170000
#define index_insert_cleanup(index, info)	((void) 0)
#endif

/* 18: what a scan reports for EXPLAIN; 19: flags of it. Declared before it is a macro */
#include "access/genam.h"
#if PG_VERSION_NUM < 180000
#define index_beginscan(heap, index, snapshot, instrument, nkeys, norderbys, flags) \
	((void) (flags), (index_beginscan) ((heap), (index), (snapshot), (nkeys), (norderbys)))
#elif PG_VERSION_NUM < 190000
#define index_beginscan(heap, index, snapshot, instrument, nkeys, norderbys, flags) \
	((void) (flags), (index_beginscan) ((heap), (index), (snapshot), (instrument), (nkeys), (norderbys)))
#endif

/* 18: the same of a scan that makes a bitmap */
#if PG_VERSION_NUM < 180000
#define index_beginscan_bitmap(index, snapshot, instrument, nkeys) \
	(index_beginscan_bitmap) ((index), (snapshot), (nkeys))
#endif

/* 16: names in the statistics, and of what replaces a table's file */
#if PG_VERSION_NUM >= 160000
#define tabstat_table(status)	((status)->id)
#define rd_new_file(relation)	((relation)->rd_newRelfilelocatorSubid)
#else
#define tabstat_table(status)	((status)->t_id)
#define rd_new_file(relation)	((relation)->rd_newRelfilenodeSubid)
#endif

/* 18: the attribute stands before the declaration */
#if PG_VERSION_NUM < 180000
#define pg_noreturn				pg_attribute_noreturn()
#endif

/* 19: handlers of signals learn who sent it; what SIGNAL_ARGS declares, to hand on */
#if PG_VERSION_NUM >= 190000
#define SIGNAL_ARGS_GIVEN		postgres_signal_arg, pg_siginfo
#else
#define SIGNAL_ARGS_GIVEN		postgres_signal_arg
#endif

/* 18: whether a query runs once is not asked; 19: who explains takes part in planning. For whoever includes what they call */
#if PG_VERSION_NUM >= 180000
#define executor_run(query, direction, count)	ExecutorRun(query, direction, count)
#else
#define executor_run(query, direction, count)	ExecutorRun(query, direction, count, true)
#endif
#if PG_VERSION_NUM >= 190000
#define plan_query(query, text, options, params)	pg_plan_query(query, text, options, params, NULL)
#else
#define plan_query(query, text, options, params)	pg_plan_query(query, text, options, params)
#endif

/* 19: errors go into a node; false if the number is none that an integer holds, rounded */
#include "utils/numeric.h"
#if PG_VERSION_NUM >= 190000
#include "nodes/miscnodes.h"
#endif
static inline bool
numeric_as_integer(Numeric number, int32 *integer)
{
#if PG_VERSION_NUM >= 190000
	ErrorSaveContext errors = {T_ErrorSaveContext};

	*integer = numeric_int4_safe(number, (Node *) &errors);
	return !errors.error_occurred;
#else
	bool		failed = false;

	*integer = numeric_int4_opt_error(number, &failed);
	return !failed;
#endif
}

/* 18: checks that are not enforced, and another name for their states */
#if PG_VERSION_NUM < 180000
#define check_is_enforced(check)	((void) (check), true)
#define ri_CheckConstraintExprs	ri_ConstraintExprs
#else
#define check_is_enforced(check)	((check)->ccenforced)
#endif

/* 18: columns that are computed when they are read */
static inline bool
has_virtual_columns(Relation relation)
{
#if PG_VERSION_NUM >= 180000
	return RelationGetDescr(relation)->constr != NULL && RelationGetDescr(relation)->constr->has_generated_virtual;
#else
	return false;
#endif
}

/* 19: why there are no candidates; it must be asked for */
#if PG_VERSION_NUM < 190000
#include "catalog/namespace.h"
#define FuncnameGetCandidates(names, nargs, argnames, variadic, defaults, out, missing_ok, fgc_flags) \
	((void) (fgc_flags), (FuncnameGetCandidates) ((names), (nargs), (argnames), (variadic), (defaults), (out), (missing_ok)))
#endif

/* 19: a row type is told when its columns are complete, before anybody reads a row by it */
#if PG_VERSION_NUM < 190000
#define TupleDescFinalize(tupdesc)	((void) 0)
#endif

/* 19: a row that somebody else has deleted meanwhile is said to be deleted */
#if PG_VERSION_NUM >= 190000
#define LOST_TO_DELETE	"could not serialize access due to concurrent delete"
#else
#define LOST_TO_DELETE	"could not serialize access due to concurrent update"
#endif

/* 19: post_parse_analyze_hook may only look at what was counted */
#if PG_VERSION_NUM >= 190000
typedef const struct JumbleState HookJumbleState;
#else
typedef struct JumbleState HookJumbleState;
#endif

#endif
