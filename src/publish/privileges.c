/*
 * privileges.c
 *		What a role lacks to run an action, with the GRANT that gives it.
 *
 * A definition is compiled as check_action does. Then each statement is analysed in
 * the form in which it runs, and rewritten as the role's: views bring what their
 * owners need, columns their defaults, policies their formulas. What is computed of
 * each row that is written is looked at, too, as it is in the catalogs: elsewhere it
 * may have been simplified with other rights. Nothing is planned, nothing of a user's
 * runs. Schemas are those that compiling looked names up in.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/relation.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "base/compat.h"
#include "base/error.h"
#include "base/sandbox.h"
#include "catalog/namespace.h"
#include "catalog/objectaddress.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_index.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "definition/envelope.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lookup/action_lookup.h"
#include "lookup/canonical.h"
#include "lookup/key.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/analyze.h"
#include "parser/parser.h"
#include "parser/parsetree.h"
#include "program/parser_hooks.h"
#include "program/statement.h"
#include "program/use.h"
#include "publish/check.h"
#include "rewrite/rewriteHandler.h"
#include "rewrite/rowsecurity.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"

PG_FUNCTION_INFO_V1(custom_action_missing_privileges);

/* What somebody lacks; each is listed once, where it is needed first. */
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

/* An action that is performed, whose needs are the caller's, too. */
typedef struct Performed
{
	const char *path;
	Oid			function;
	Oid			role;			/* whom it runs as */
} Performed;

typedef struct Search
{
	Oid			role;			/* who runs what is being looked at */
	const char *prefix;			/* of paths: "3: support.page_on_call "; or "" */
	const char *path;			/* where the search has come to */
	List	   *lacks;			/* of Lack */
	List	   *performed;		/* of Performed; grows while they are looked at */
	List	   *schemas;		/* of OID: those that names were looked up in */
	Program    *program;
	Statement  *statement;		/* being analysed */
} Search;

/* The path as it is shown. */
static char *
search_path_text(const Search *search, const char *path)
{
	return psprintf("%s%s", search->prefix, path);
}

/* Finds what was found already of the same kind. */
static Lack *
lack_find(const Search *search, Oid class, Oid object, AclMode mode, Oid grantee, bool whole)
{
	ListCell   *cell;

	foreach(cell, search->lacks)
	{
		Lack	   *lack = lfirst(cell);

		if (lack->class == class && lack->object == object && lack->mode == mode &&
			lack->grantee == grantee && (lack->columns == NULL || !whole))
			return lack;
	}
	return NULL;
}

/* Notes that a privilege is missing, unless that is known. */
static Lack *
lack_add(Search *search, Oid class, Oid object, AclMode mode, Oid grantee)
{
	Lack	   *lack = lack_find(search, class, object, mode, grantee, true);

	if (lack != NULL)
		return lack;
	lack = palloc0(sizeof(Lack));
	lack->path = search_path_text(search, search->path);
	lack->class = class;
	lack->object = object;
	lack->mode = mode;
	lack->grantee = grantee;
	search->lacks = lappend(search->lacks, lack);
	return lack;
}

/* Notes which of some columns may not be used, unless that is known. */
static void
add_missing_columns(Search *search, Oid relation, AclMode mode, Oid grantee, Bitmapset *columns)
{
	Bitmapset  *missing = NULL;
	int			column = -1;
	ListCell   *cell;

	while ((column = bms_next_member(columns, column)) >= 0)
		if (pg_attribute_aclcheck(relation, column + FirstLowInvalidHeapAttributeNumber, grantee, mode) != ACLCHECK_OK)
			missing = bms_add_member(missing, column);
	foreach(cell, search->lacks)
	{
		const Lack *lack = lfirst(cell);

		if (lack->class != RelationRelationId || lack->object != relation || lack->mode != mode ||
			lack->grantee != grantee)
			continue;
		if (lack->columns == NULL)
			return;
		missing = bms_del_members(missing, lack->columns);
	}
	if (!bms_is_empty(missing))
	{
		Lack	   *lack = palloc0(sizeof(Lack));

		*lack = (Lack)
		{
			search_path_text(search, search->path), RelationRelationId, relation, mode, grantee, missing
		};
		search->lacks = lappend(search->lacks, lack);
	}
}

/* A lock needs UPDATE of any column; the key is the one that is worth least. */
static Bitmapset *
column_to_lock(Oid relation)
{
	List	   *key = key_of_table(relation, NIL, false);
	AttrNumber	attnum = key == NIL ? InvalidAttrNumber :
		get_attnum(relation, ((KeyColumn *) linitial(key))->name);

	return attnum <= InvalidAttrNumber ? NULL :
		bms_make_singleton(attnum - FirstLowInvalidHeapAttributeNumber);
}

/* Checks a privilege that may be held on columns. */
static void
check_columns(Search *search, Oid relation, AclMode mode, Oid grantee, Bitmapset *columns)
{
	const int	whole = InvalidAttrNumber - FirstLowInvalidHeapAttributeNumber;

	if (bms_is_empty(columns))
	{
		if (pg_attribute_aclcheck_all(relation, grantee, mode, ACLMASK_ANY) == ACLCHECK_OK ||
			lack_find(search, RelationRelationId, relation, mode, grantee, false) != NULL)
			return;
		if (mode == ACL_UPDATE)
			columns = column_to_lock(relation);
		if (columns == NULL)
			(void) lack_add(search, RelationRelationId, relation, mode, grantee);
	}
	else if (bms_is_member(whole, columns))
	{
		if (pg_attribute_aclcheck_all(relation, grantee, mode, ACLMASK_ALL) != ACLCHECK_OK)
			(void) lack_add(search, RelationRelationId, relation, mode, grantee);
		return;
	}
	add_missing_columns(search, relation, mode, grantee, columns);
}

/* Does one of the policies that let rows through count for the role? */
static bool
has_policy(Relation relation, Oid role, char command)
{
	ListCell   *cell;

	foreach(cell, relation->rd_rsdesc->policies)
	{
		const RowSecurityPolicy *policy = lfirst(cell);
		int			count = ARR_DIMS(policy->roles)[0];
		const Oid  *roles = (Oid *) ARR_DATA_PTR(policy->roles);

		for (int i = 0; i < count; i++)
			if (policy->permissive && (policy->polcmd == '*' || policy->polcmd == command) &&
				(roles[i] == ACL_ID_PUBLIC || has_privs_of_role(role, roles[i])))
				return true;
	}
	return false;
}

/* Notes where a table lets nobody's rows through to the role: no GRANT helps there. */
static void
check_policies(Search *search, Oid table, AclMode modes, Oid role)
{
	static const struct
	{
		AclMode		mode;
		char		command;
		const char *word;
	}			commands[] = {
		{ACL_SELECT, 'r', "SELECT"}, {ACL_INSERT, 'a', "INSERT"}, {ACL_UPDATE, 'w', "UPDATE"}, {ACL_DELETE, 'd', "DELETE"}
	};
	Relation	relation;

	if (check_enable_rls(table, role, true) != RLS_ENABLED)
		return;
	relation = relation_open(table, AccessShareLock);
	for (int i = 0; i < lengthof(commands); i++)
		if ((modes & commands[i].mode) != 0 && relation->rd_rsdesc != NULL &&
			!has_policy(relation, role, commands[i].command))
		{
			bool		known = false;
			ListCell   *cell;

			foreach(cell, search->lacks)
			{
				const Lack *lack = lfirst(cell);

				known = known || (lack->mode == 0 && lack->object == table && lack->grantee == role &&
								  strcmp(lack->command, commands[i].word) == 0);
			}
			if (!known)
			{
				Lack	   *lack = palloc0(sizeof(Lack));

				*lack = (Lack)
				{
					search_path_text(search, search->path), RelationRelationId, table, 0, role, NULL,
						commands[i].word
				};
				search->lacks = lappend(search->lacks, lack);
			}
		}
	relation_close(relation, NoLock);
}

/* Checks what a query asks for of one relation. */
static void
check_relation(Search *search, Oid relation, AclMode modes, Oid as_user, Bitmapset *selected,
			   Bitmapset *inserted, Bitmapset *updated)
{
	Oid			grantee = OidIsValid(as_user) ? as_user : search->role;

	if (!OidIsValid(relation) || modes == 0)
		return;
	check_policies(search, relation, modes, grantee);
	modes &= ~pg_class_aclmask(relation, grantee, modes, ACLMASK_ALL);
	if (modes & ACL_SELECT)
		check_columns(search, relation, ACL_SELECT, grantee, selected);
	if (modes & ACL_INSERT)
		check_columns(search, relation, ACL_INSERT, grantee, inserted);
	if (modes & ACL_UPDATE)
		check_columns(search, relation, ACL_UPDATE, grantee, updated);
	if (modes & ACL_DELETE)
		(void) lack_add(search, RelationRelationId, relation, ACL_DELETE, grantee);
}

/* Checks the relations of a query. */
static void
check_relations(Search *search, const Query *query)
{
	ListCell   *cell;

#if PG_VERSION_NUM >= 160000
	foreach(cell, query->rteperminfos)
	{
		const RTEPermissionInfo *info = lfirst(cell);

		check_relation(search, info->relid, info->requiredPerms, info->checkAsUser, info->selectedCols,
					   info->insertedCols, info->updatedCols);
	}
#else
	foreach(cell, query->rtable)
	{
		const RangeTblEntry *info = lfirst(cell);

		if (info->rtekind == RTE_RELATION)
			check_relation(search, info->relid, info->requiredPerms, info->checkAsUser, info->selectedCols,
						   info->insertedCols, info->updatedCols);
	}
#endif
}

/* Checks EXECUTE of a function. */
static bool
check_function(Oid function, void *arg)
{
	Search	   *search = arg;

	if (object_aclcheck(ProcedureRelationId, function, search->role, ACL_EXECUTE) != ACLCHECK_OK)
		(void) lack_add(search, ProcedureRelationId, function, ACL_EXECUTE, search->role);
	return false;
}

/* Checks the sequence that nextval() and its like are told by name. */
static void
check_sequence(Search *search, const FuncExpr *call)
{
	AclMode		modes;
	const Const *sequence;

	if (call->funcid != F_NEXTVAL && call->funcid != F_CURRVAL)
		return;
	modes = call->funcid == F_NEXTVAL ? ACL_USAGE | ACL_UPDATE : ACL_USAGE | ACL_SELECT;
	sequence = linitial(call->args);
	if (!IsA(sequence, Const) || sequence->constisnull ||
		get_rel_relkind(DatumGetObjectId(sequence->constvalue)) != RELKIND_SEQUENCE ||
		pg_class_aclmask(DatumGetObjectId(sequence->constvalue), search->role, modes, ACLMASK_ANY) != 0)
		return;
	(void) lack_add(search, RelationRelationId, DatumGetObjectId(sequence->constvalue), ACL_USAGE, search->role);
}

static bool privilege_walker(Node *node, Search *search);

/* Checks what is computed of a row whenever it is written: generated columns, constraints. */
static void
check_constraints(Search *search, Relation table, const Bitmapset *written)
{
	const TupleConstr *constraints = RelationGetDescr(table)->constr;

	for (int i = 0; constraints != NULL && i < constraints->num_defval; i++)
	{
		const AttrDefault *made = &constraints->defval[i];
		Node	   *tree = stringToNode(made->adbin);
		Bitmapset  *made_of = NULL;

		if (TupleDescAttr(RelationGetDescr(table), made->adnum - 1)->attgenerated == '\0')
			continue;
		pull_varattnos(tree, 1, &made_of);
		if (written == NULL || bms_overlap(made_of, written))
			(void) privilege_walker(tree, search);
	}
	for (int i = 0; constraints != NULL && i < constraints->num_check; i++)
		(void) privilege_walker(stringToNode(constraints->check[i].ccbin), search);
}

/* Checks a tree that a column of a catalog holds. */
static void
check_stored(Search *search, int cache, HeapTuple tuple, AttrNumber column)
{
	bool		isnull;
	Datum		tree = SysCacheGetAttr(cache, tuple, column, &isnull);

	if (!isnull)
		(void) privilege_walker(stringToNode(TextDatumGetCString(tree)), search);
}

/* Checks what indexes compute of a row. */
static void
check_indexes(Search *search, Relation table)
{
	ListCell   *cell;

	foreach(cell, RelationGetIndexList(table))
	{
		HeapTuple	tuple = SearchSysCache1(INDEXRELID, ObjectIdGetDatum(lfirst_oid(cell)));

		if (!HeapTupleIsValid(tuple))
			continue;
		check_stored(search, INDEXRELID, tuple, Anum_pg_index_indexprs);
		check_stored(search, INDEXRELID, tuple, Anum_pg_index_indpred);
		ReleaseSysCache(tuple);
	}
}

/* Checks the functions of the table that a query writes: they run as who writes. */
static void
check_written(Search *search, const Query *query)
{
	const RangeTblEntry *entry;
	Relation	table;
	Bitmapset  *written = NULL; /* NULL: all columns are */
	ListCell   *cell;

	if (query->commandType != CMD_INSERT && query->commandType != CMD_UPDATE)
		return;
	entry = rt_fetch(query->resultRelation, query->rtable);
	if (entry->relkind != RELKIND_RELATION && entry->relkind != RELKIND_PARTITIONED_TABLE)
		return;
	if (query->commandType == CMD_UPDATE)
		foreach(cell, query->targetList)
			written = bms_add_member(written, lfirst_node(TargetEntry, cell)->resno - FirstLowInvalidHeapAttributeNumber);
	table = relation_open(entry->relid, AccessShareLock);
	check_constraints(search, table, written);
	check_indexes(search, table);
	relation_close(table, NoLock);
}

/* The type that a domain is made of, perhaps another domain. */
static Oid
domain_made_of(Oid domain)
{
	HeapTuple	tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(domain));
	Oid			base = HeapTupleIsValid(tuple) ? ((Form_pg_type) GETSTRUCT(tuple))->typbasetype : InvalidOid;

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return base;
}

/* Checks the functions that a domain and those below it ask. */
static void
check_domain(Search *search, Oid domain)
{
	Relation	constraints = table_open(ConstraintRelationId, AccessShareLock);

	for (; get_typtype(domain) == TYPTYPE_DOMAIN; domain = domain_made_of(domain))
	{
		ScanKeyData key;
		SysScanDesc scan;
		HeapTuple	tuple;

		ScanKeyInit(&key, Anum_pg_constraint_contypid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(domain));
		scan = systable_beginscan(constraints, ConstraintTypidIndexId, true, NULL, 1, &key);
		while (HeapTupleIsValid(tuple = systable_getnext(scan)))
			if (((Form_pg_constraint) GETSTRUCT(tuple))->contype == CONSTRAINT_CHECK)
				check_stored(search, CONSTROID, tuple, Anum_pg_constraint_conbin);
		systable_endscan(scan);
	}
	table_close(constraints, AccessShareLock);
}

/* Walks queries and expressions. */
static bool
privilege_walker(Node *node, Search *search)
{
	if (node == NULL)
		return false;
	check_stack_depth();
	CHECK_FOR_INTERRUPTS();
	if (IsA(node, Query))
	{
		check_relations(search, (Query *) node);
		check_written(search, (Query *) node);
		return query_tree_walker((Query *) node, privilege_walker, search, QTW_IGNORE_JOINALIASES);
	}
	if (IsA(node, CoerceToDomain))
		check_domain(search, ((CoerceToDomain *) node)->resulttype);
	if (IsA(node, FuncExpr))
		check_sequence(search, (FuncExpr *) node);
	if (!IsA(node, CoerceViaIO))
		(void) check_functions_in_node(node, check_function, search);
	return expression_tree_walker(node, privilege_walker, search);
}

/* Analyses a statement as it runs, and rewrites it as the role's. */
static void
statement_search(void *arg)
{
	Search	   *search = arg;
	Statement  *statement = search->statement;
	char	   *text = statement_text(statement, false);
	List	   *raw;
	Query	   *query;
	List	   *queries;
	Oid			user;
	int			security;
	ListCell   *cell;

	raw = raw_parser(text, RAW_PARSE_DEFAULT);
	if (list_length(raw) != 1)
		return;					/* one that is not used */

	/* what the analysis before this one has noted is gone with its memory */
	use_begin(search->program);
	query = parse_analyze_withcb(linitial_node(RawStmt, raw), text, formula_parser_setup, statement->scope, NULL);
	GetUserIdAndSecContext(&user, &security);
	SetUserIdAndSecContext(search->role, security | SECURITY_RESTRICTED_OPERATION | SECURITY_LOCAL_USERID_CHANGE);
	queries = QueryRewrite(query);
	SetUserIdAndSecContext(user, security);
	foreach(cell, queries)
		(void) privilege_walker(lfirst(cell), search);
}

static void
statement_search_in_sandbox(void *arg)
{
	sandbox_call(statement_search, arg);
}

/* Looks at the statements; what does not compile needs nothing. */
static void
search_statements(Search *search)
{
	ListCell   *cell;

	foreach(cell, search->program->statements)
	{
		search->statement = lfirst(cell);
		search->path = search->statement->step ? search->statement->step->path : USE_OF_TABLE;
		(void) caught_error(statement_search_in_sandbox, search);
	}
	foreach(cell, search->program->expressions)
	{
		const Expression *expression = lfirst(cell);

		search->path = expression->value->location;
		(void) privilege_walker(expression->tree, search);
	}
}

/* Checks USAGE of a schema. */
static void
check_schema(Search *search, Oid schema)
{
	if (OidIsValid(schema) && get_namespace_name(schema) != NULL &&
		object_aclcheck(NamespaceRelationId, schema, search->role, ACL_USAGE) != ACLCHECK_OK)
		(void) lack_add(search, NamespaceRelationId, schema, ACL_USAGE, search->role);
}

/* Looks at the schemas that names were looked up in, and those of the search_path that gave objects. */
static void
search_schemas(Search *search)
{
	List	   *path = fetch_search_path(false);
	ListCell   *cell;

	search->path = "action";
	foreach(cell, search->schemas)
		check_schema(search, lfirst_oid(cell));
	foreach(cell, search->program->dependencies)
	{
		const ObjectAddress *object = lfirst(cell);
		Oid			schema = get_object_namespace(object);

		if (list_member_oid(path, schema))
			check_schema(search, schema);
	}
}

/* Looks at functions that are called by steps and stages, and at performed actions. */
static void
search_uses(Search *search)
{
	ListCell   *cell;

	foreach(cell, search->program->uses->list)
	{
		const Use  *use = lfirst(cell);
		Oid			function = use->action != NULL ? action_find_fresh(use->action) : use->function;
		Performed  *performed;

		search->path = use->path;
		if (!OidIsValid(function) || get_func_name(function) == NULL)
			continue;
		(void) check_function(function, search);
		if (use->action == NULL)
			continue;
		check_schema(search, get_func_namespace(function));
		performed = palloc(sizeof(Performed));
		*performed = (Performed)
		{
			search_path_text(search, use->path), function, search->role
		};
		search->performed = lappend(search->performed, performed);
	}
}

/* Looks at a program while its settings are in force. */
static void
search_program(Program *program, void *arg)
{
	Search	   *search = arg;

	/* with it off, the rewriter refuses where policies would count */
	(void) set_config_option("row_security", "on", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
	search->program = program;
	search_statements(search);
	search_uses(search);
	search_schemas(search);
}

/* A document that is looked at */
typedef struct SearchWork
{
	Search	   *search;
	const char *action;
	Json	   *document;
} SearchWork;

static void
document_search(void *arg)
{
	SearchWork *work = arg;
	ProblemSink sink = {.collect = true, .mcxt = CurrentMemoryContext, .action = work->action};
	CompileOptions options = {.action = work->action, .sink = &sink, .note_uses = true};

	/*
	 * names are looked up with the rights of who asks: the owner may lack
	 * some
	 */
	(void) check_document_and(work->document, GetUserId(), &options, search_program, work->search);
}

/* Looks at a document. */
static void
search_document(Search *search, const char *action, Json *document)
{
	SearchWork	work = {search, action, document};

	search->schemas = NIL;
	sandbox_note_schemas(&search->schemas, document_search, &work);
}

/* Is it in the list already, as the same role's? */
static bool
is_performed_before(const List *performed, int number)
{
	const Performed *wanted = list_nth(performed, number);

	for (int i = 0; i < number; i++)
	{
		const Performed *other = list_nth(performed, i);

		if (other->function == wanted->function && other->role == wanted->role)
			return true;
	}
	return false;
}

/* Looks at the actions that are performed as the same role, and at what they perform. */
static void
search_performed(Search *search)
{
	for (int i = 0; i < list_length(search->performed); i++)
	{
		const Performed *performed = list_nth(search->performed, i);
		PublishedFunction *function = published_function(performed->function);
		Envelope   *envelope;
		Json	   *document;

		if (is_performed_before(search->performed, i) || function->security_definer)
			continue;
		envelope = action_envelope(performed->function);
		document = json_copy(envelope->definition);
		if (envelope->plugins != NULL)
			json_put(document, "plugins", json_copy(envelope->plugins));
		search->prefix = psprintf("%s: %s ", performed->path, function->name);
		search_document(search, function->name, document);
	}
}

/* Looks at what it takes to get to the action. */
static void
search_call(Search *search, const char *action)
{
	Oid			function = action_find_fresh(action);

	search->path = "call";
	if (!OidIsValid(function))
		return;
	check_schema(search, get_func_namespace(function));
	(void) check_function(function, search);
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

/* missing_privileges(action, definition, owner, role): what the role lacks to run it, as rows */
Datum
custom_action_missing_privileges(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Search		search = {.prefix = ""};
	char	   *action;
	Json	   *document;
	const char *run_as;
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		return (Datum) 0;

	action = text_to_cstring(PG_GETARG_TEXT_PP(0));
	document = json_parse(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	run_as = json_get_text(document, "run_as");
	search.role = PG_GETARG_OID(3);
	search_call(&search, action);
	if (run_as != NULL && strcmp(run_as, "owner") == 0)
		search.role = PG_GETARG_OID(2);
	search_document(&search, action, document);
	search_performed(&search);
	foreach(cell, search.lacks)
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
	return (Datum) 0;
}
