-- Catalog tables.  Names are text, canonical and qualified: rows survive dump,
-- restore and upgrade.  NULL means "the definition does not say", so that a
-- definition goes in and comes out the same.
--
-- A column that a key of the definition has is named in the row of the key
-- (definition/keys.c), which also has the choices.
--
-- No foreign keys: pg_restore -j loads config tables side by side, and dumps
-- made with --inserts row by row, parents not always first.  Row triggers keep
-- the tables together instead.

CREATE TABLE custom_actions.action (
	name          text PRIMARY KEY,
	title         text,
	description   text,
	visibility    text CHECK (custom_actions.choice_is_known('action', 'visibility', visibility)),
	deprecated    text,
	owner         text NOT NULL DEFAULT CURRENT_USER,
	designer      text,
	bound_table   text,
	binding       text CHECK (custom_actions.choice_is_known('action', 'binding', binding)),
	key_columns   text[],
	run_as        text CHECK (custom_actions.choice_is_known('action', 'run_as', run_as)),
	read_only     boolean,
	lock          boolean,
	not_found     text CHECK (custom_actions.is_error_sqlstate(not_found)),
	timeout       text,
	max_rows      integer CHECK (max_rows > 0),
	log           text CHECK (custom_actions.choice_is_known('action', 'log', log)),
	summary       text,
	plugin_policy text CHECK (custom_actions.choice_is_known('action', 'plugin_policy', plugin_policy)),
	bulk          boolean,
	settings      jsonb
		DEFAULT pg_catalog.jsonb_build_object(
			'search_path', custom_actions.capture_search_path())
		CHECK (pg_catalog.jsonb_typeof(settings) = 'object'),
	captured_path text DEFAULT custom_actions.capture_search_path(),
	drop_reason   text,
	extension     text,
	created_at    timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	created_by    text NOT NULL DEFAULT CURRENT_USER,
	modified_at   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	modified_by   text NOT NULL DEFAULT CURRENT_USER
);

CREATE INDEX action_words ON custom_actions.action
	USING gin (custom_actions.words(VARIADIC
		ARRAY[name, bound_table, settings::text, summary] || key_columns))
	WITH (fastupdate = off);

COMMENT ON INDEX custom_actions.action_words IS
	'tells whether any draft may have a name in its own, or in what holds for it as a whole';
COMMENT ON TABLE custom_actions.action IS
	'draft of an action: what holds for it as a whole';
COMMENT ON COLUMN custom_actions.action.name IS 'qualified name, "schema.name"';
COMMENT ON COLUMN custom_actions.action.title IS 'what people call the action';
COMMENT ON COLUMN custom_actions.action.description IS 'what the action does';
COMMENT ON COLUMN custom_actions.action.visibility IS
	'whom generators show the action: public, internal or agent; NULL: public';
COMMENT ON COLUMN custom_actions.action.deprecated IS
	'what to do instead of calling the action; NULL: it is not deprecated';
COMMENT ON COLUMN custom_actions.action.owner IS
	'role that owns the draft and will own the function; once published, the owner of the function counts';
COMMENT ON COLUMN custom_actions.action.designer IS
	'role that may edit the draft besides the owner';
COMMENT ON COLUMN custom_actions.action.bound_table IS
	'table, view or foreign table the action is bound to; NULL: global';
COMMENT ON COLUMN custom_actions.action.binding IS
	'row: called for one row of the table; collection: for the table as a whole';
COMMENT ON COLUMN custom_actions.action.key_columns IS
	'columns that identify the target; NULL: the primary key';
COMMENT ON COLUMN custom_actions.action.run_as IS
	'caller or owner, like SECURITY INVOKER and SECURITY DEFINER';
COMMENT ON COLUMN custom_actions.action.read_only IS 'the action writes nothing';
COMMENT ON COLUMN custom_actions.action.lock IS
	'whether the target is locked; NULL: if a step writes it';
COMMENT ON COLUMN custom_actions.action.not_found IS
	'SQLSTATE of the error if there is no target; NULL: P0002';
COMMENT ON COLUMN custom_actions.action.timeout IS 'time limit, such as ''2 min''';
COMMENT ON COLUMN custom_actions.action.max_rows IS
	'how many rows its steps may write; NULL: any number';
COMMENT ON COLUMN custom_actions.action.log IS 'what the log keeps of a call';
COMMENT ON COLUMN custom_actions.action.summary IS
	'template of the text that the log has for a call';
COMMENT ON COLUMN custom_actions.action.plugin_policy IS 'which plug-ins may be registered';
COMMENT ON COLUMN custom_actions.action.bulk IS
	'false: bulk calls run one item after the other, never many at once';
COMMENT ON COLUMN custom_actions.action.settings IS
	'settings in force while the action runs, search_path among them';
COMMENT ON COLUMN custom_actions.action.captured_path IS
	'search_path that the draft was created under; if it is that of settings, nobody has chosen it';
COMMENT ON COLUMN custom_actions.action.drop_reason IS
	'what took the function of the action, until it is activated again';
COMMENT ON COLUMN custom_actions.action.extension IS
	'extension whose script made the draft, and makes it again wherever the extension is created; NULL: it is the database''s own';
COMMENT ON COLUMN custom_actions.action.created_at IS 'when the draft was made';
COMMENT ON COLUMN custom_actions.action.created_by IS 'who made the draft';
COMMENT ON COLUMN custom_actions.action.modified_at IS
	'when the draft or one of its parts was last changed';
COMMENT ON COLUMN custom_actions.action.modified_by IS
	'who last changed the draft or one of its parts';

CREATE TABLE custom_actions.parameter (
	action        text NOT NULL,
	direction     text NOT NULL DEFAULT 'in' CHECK (direction IN ('in', 'out')),
	name          text NOT NULL,
	position      numeric NOT NULL,		-- by default the end, from the trigger
	type          text,
	title         text,
	required      boolean,
	references_table text,
	options       jsonb,
	default_value jsonb,
	sensitive     boolean,
	description   text,
	PRIMARY KEY (action, direction, name),
	CONSTRAINT parameter_name_unique UNIQUE (action, name),
	CONSTRAINT parameter_has_type CHECK (type IS NOT NULL OR references_table IS NOT NULL),
	CONSTRAINT parameter_of_input CHECK (
		direction = 'in' OR (references_table IS NULL AND options IS NULL))
);

CREATE INDEX parameter_words ON custom_actions.parameter
	USING gin (custom_actions.words(type, default_value::text, references_table, options::text))
	WITH (fastupdate = off);

COMMENT ON INDEX custom_actions.parameter_words IS
	'tells whether any draft may have a name in its inputs and outputs';
COMMENT ON TABLE custom_actions.parameter IS 'inputs and outputs of a draft';
COMMENT ON COLUMN custom_actions.parameter.action IS 'name of the action';
COMMENT ON COLUMN custom_actions.parameter.direction IS 'in: input, out: output';
COMMENT ON COLUMN custom_actions.parameter.name IS
	'name, unique among the inputs and outputs of the action';
COMMENT ON COLUMN custom_actions.parameter.position IS
	'order within its direction; 2.5 goes between 2 and 3; by default the end';
COMMENT ON COLUMN custom_actions.parameter.type IS
	'type as in CREATE TABLE; NULL: that of the key of the table it references';
COMMENT ON COLUMN custom_actions.parameter.title IS 'what people call it';
COMMENT ON COLUMN custom_actions.parameter.references_table IS
	'input: table that has a row with this key';
COMMENT ON COLUMN custom_actions.parameter.options IS
	'input: values it may have, an array, a formula that gives one, or the name of an enum';
COMMENT ON COLUMN custom_actions.parameter.required IS
	'input: must be given and not be NULL; output: must not be NULL; NULL: an input without default is required';
COMMENT ON COLUMN custom_actions.parameter.default_value IS
	'literal or formula; SQL NULL: none; JSON null: the default is NULL';
COMMENT ON COLUMN custom_actions.parameter.sensitive IS 'masked wherever values are recorded';
COMMENT ON COLUMN custom_actions.parameter.description IS 'what it is for';

CREATE TABLE custom_actions.step (
	id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	action      text NOT NULL,
	parent      bigint CHECK (parent <> id),
	branch      text CHECK (custom_actions.branch_is_known(branch)),
	position    numeric NOT NULL,		-- by default the end, from the trigger
	kind        text NOT NULL,
	subject     text,
	name        text,
	arguments   jsonb NOT NULL DEFAULT '{}'
		CHECK (pg_catalog.jsonb_typeof(arguments) = 'object'),
	key_order   jsonb CHECK (pg_catalog.jsonb_typeof(key_order) = 'object'),
	enabled     boolean,
	description text,
	CONSTRAINT step_branch_of_parent CHECK ((parent IS NULL) = (branch IS NULL))
);

CREATE INDEX step_list ON custom_actions.step (action, parent, branch, position);
CREATE INDEX step_parent ON custom_actions.step (parent);
CREATE INDEX step_words ON custom_actions.step
	USING gin (custom_actions.words(subject, arguments::text))
	WITH (fastupdate = off);

COMMENT ON SEQUENCE custom_actions.step_id_seq IS 'numbers the steps';
COMMENT ON INDEX custom_actions.step_list IS 'finds the steps of an action, and the end of a list';
COMMENT ON INDEX custom_actions.step_parent IS 'finds the steps below a step';
COMMENT ON INDEX custom_actions.step_words IS
	'tells whether any draft may have a name in its steps';
COMMENT ON TABLE custom_actions.step IS 'steps of a draft';
COMMENT ON COLUMN custom_actions.step.id IS 'number of the row';
COMMENT ON COLUMN custom_actions.step.action IS 'name of the action';
COMMENT ON COLUMN custom_actions.step.parent IS 'id of the step it is part of';
COMMENT ON COLUMN custom_actions.step.branch IS
	'list of the parent it belongs to: then, else, do, on_error or case';
COMMENT ON COLUMN custom_actions.step.position IS
	'order within its list; 2.5 goes between 2 and 3; by default the end';
COMMENT ON COLUMN custom_actions.step.kind IS
	'the verb: create, update, delete, assign, ...; case for a case of choose';
COMMENT ON COLUMN custom_actions.step.subject IS
	'what the verb acts on: a table, the target, a step, a condition, a title';
COMMENT ON COLUMN custom_actions.step.name IS 'name for use in later steps ("as")';
COMMENT ON COLUMN custom_actions.step.arguments IS
	'the other keys of the step; of let and output, the values by name';
COMMENT ON COLUMN custom_actions.step.key_order IS
	'order in which the keys of objects in arguments were written, by path, where jsonb has another; a hint, which need not be kept up to date';
COMMENT ON COLUMN custom_actions.step.enabled IS 'false: the step is left out';
COMMENT ON COLUMN custom_actions.step.description IS 'why the step is there';

CREATE TABLE custom_actions.plugin_step (
	id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	action        text NOT NULL,
	stage         text NOT NULL CHECK (custom_actions.stage_number(stage) IS NOT NULL),
	rank          integer NOT NULL DEFAULT 1,
	function      text NOT NULL,
	configuration jsonb,
	images        jsonb,
	enabled       boolean NOT NULL DEFAULT true,
	description   text
);

CREATE INDEX plugin_step_action ON custom_actions.plugin_step (action);

COMMENT ON SEQUENCE custom_actions.plugin_step_id_seq IS 'numbers the registrations';
COMMENT ON INDEX custom_actions.plugin_step_action IS 'finds the plug-ins of an action';
COMMENT ON TABLE custom_actions.plugin_step IS
	'plug-ins that are registered on actions; a change takes effect at once';
COMMENT ON COLUMN custom_actions.plugin_step.id IS
	'number of the registration, in the order of registering';
COMMENT ON COLUMN custom_actions.plugin_step.action IS 'name of the action';
COMMENT ON COLUMN custom_actions.plugin_step.stage IS
	'when it runs: one of the stages that custom_actions.stages() lists';
COMMENT ON COLUMN custom_actions.plugin_step.rank IS
	'order within its stage; those of one rank run in the order of registering';
COMMENT ON COLUMN custom_actions.plugin_step.function IS
	'signature, "schema.name(jsonb)" or "schema.name(internal)"';
COMMENT ON COLUMN custom_actions.plugin_step.configuration IS
	'what the plug-in is told at every call';
COMMENT ON COLUMN custom_actions.plugin_step.images IS
	'copies of the target it is given: {"pre": ..., "post": ...}, each true or an array of columns';
COMMENT ON COLUMN custom_actions.plugin_step.enabled IS 'false: it is left out';
COMMENT ON COLUMN custom_actions.plugin_step.description IS 'why it is there';

CREATE TABLE custom_actions.version (
	action       text NOT NULL,
	version      integer NOT NULL CHECK (version > 0),
	definition   json NOT NULL,
	draft        json,
	note         text,
	changes      text,
	draft_hash   text,
	activated_by text NOT NULL DEFAULT CURRENT_USER,
	activated_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	replicated   boolean NOT NULL DEFAULT false,
	PRIMARY KEY (action, version)
);

CREATE INDEX version_words ON custom_actions.version
	USING gin (custom_actions.words(definition::text, draft::text))
	WITH (fastupdate = off);

COMMENT ON INDEX custom_actions.version_words IS
	'tells whether any version may have a name in it';
COMMENT ON TABLE custom_actions.version IS
	'every definition that was ever activated; written by activate_action only';
COMMENT ON COLUMN custom_actions.version.action IS 'name of the action';
COMMENT ON COLUMN custom_actions.version.version IS 'number, counting from 1';
COMMENT ON COLUMN custom_actions.version.definition IS
	'definition as published, with what activation looked up written in';
COMMENT ON COLUMN custom_actions.version.draft IS
	'definition as it was written, which restore_action brings back';
COMMENT ON COLUMN custom_actions.version.note IS 'remark given at activation';
COMMENT ON COLUMN custom_actions.version.changes IS
	'what differed from what was published before, one part a line; NULL: nothing was';
COMMENT ON COLUMN custom_actions.version.draft_hash IS
	'action_hash of the draft it was made from';
COMMENT ON COLUMN custom_actions.version.activated_by IS 'who activated it';
COMMENT ON COLUMN custom_actions.version.activated_at IS 'when it was activated';
COMMENT ON COLUMN custom_actions.version.replicated IS
	'whether the row came by logical replication: activating the same here takes its number';

CREATE TABLE custom_actions.table_setting (
	table_name    text PRIMARY KEY,
	owner_column  text,
	status_column text,
	version_column text
);

COMMENT ON TABLE custom_actions.table_setting IS
	'columns that actions use by default: assign, set_status, if_match; set by the owner of the table';
COMMENT ON COLUMN custom_actions.table_setting.table_name IS
	'qualified name, "schema.name"';
COMMENT ON COLUMN custom_actions.table_setting.owner_column IS
	'column that says whose row it is (assign)';
COMMENT ON COLUMN custom_actions.table_setting.status_column IS
	'column that holds the status of the row (set_status)';
COMMENT ON COLUMN custom_actions.table_setting.version_column IS
	'column that every change of the row changes, for if_match; NULL: a hash over all columns';

CREATE TABLE custom_actions.import (
	action       text PRIMARY KEY,
	draft_hash   text NOT NULL,
	plugins_hash text NOT NULL,
	imported_at  timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	imported_by  text NOT NULL DEFAULT CURRENT_USER
);

COMMENT ON TABLE custom_actions.import IS
	'what import_actions brought last, so that it can tell what was changed here since';
COMMENT ON COLUMN custom_actions.import.action IS 'name of the action';
COMMENT ON COLUMN custom_actions.import.draft_hash IS 'action_hash of the draft that was imported';
COMMENT ON COLUMN custom_actions.import.plugins_hash IS
	'hash of the plug-ins that came with it';
COMMENT ON COLUMN custom_actions.import.imported_at IS 'when it last brought something';
COMMENT ON COLUMN custom_actions.import.imported_by IS 'who imported it then';

-- What the script of an extension registers or writes as steps: rows that a dump does
-- not hold, since the script makes them again, perhaps before the others are restored.
-- No number of theirs is one of the others', and in a stage they come first.
CREATE SEQUENCE custom_actions.shipped_id_seq MINVALUE -1000000000 START -1000000000 MAXVALUE -1;

COMMENT ON SEQUENCE custom_actions.shipped_id_seq IS
	'numbers steps and registrations that come with other extensions';

-- Drafts, plug-ins, versions and settings belong to the database: pg_dump takes them,
-- but for what belongs to an extension.
SELECT pg_catalog.pg_extension_config_dump('custom_actions.action',
	'WHERE extension IS NULL');
SELECT pg_catalog.pg_extension_config_dump('custom_actions.parameter', 'WHERE action NOT IN (
	SELECT a.name FROM custom_actions.action AS a WHERE a.extension IS NOT NULL)');
SELECT pg_catalog.pg_extension_config_dump('custom_actions.step', 'WHERE action NOT IN (
	SELECT a.name FROM custom_actions.action AS a WHERE a.extension IS NOT NULL)');
SELECT pg_catalog.pg_extension_config_dump('custom_actions.step_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('custom_actions.plugin_step',
	'WHERE id > 0');
SELECT pg_catalog.pg_extension_config_dump('custom_actions.plugin_step_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('custom_actions.version', 'WHERE action NOT IN (
	SELECT a.name FROM custom_actions.action AS a WHERE a.extension IS NOT NULL)');
SELECT pg_catalog.pg_extension_config_dump('custom_actions.table_setting', '');
SELECT pg_catalog.pg_extension_config_dump('custom_actions.import', 'WHERE action NOT IN (
	SELECT a.name FROM custom_actions.action AS a WHERE a.extension IS NOT NULL)');
