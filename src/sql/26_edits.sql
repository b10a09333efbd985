-- What undo_action_edit takes back: the edits of drafts since they were last activated,
-- with the rows as they were before.  Written as the owner of the extension alone
-- (69_capture.sql).  No config tables: a dump has the drafts, not the way there.

CREATE TABLE custom_actions.edit (
	action       text NOT NULL,
	number       integer NOT NULL,
	what         text,
	made_by      text NOT NULL,
	made_at      timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
	whole        boolean NOT NULL DEFAULT false,
	open         integer NOT NULL DEFAULT 0,
	transaction  xid8 NOT NULL DEFAULT pg_catalog.pg_current_xact_id(),
	statement_at timestamptz NOT NULL DEFAULT pg_catalog.statement_timestamp(),
	before       json,
	behind       text,
	PRIMARY KEY (action, number)
);

CREATE INDEX edit_open ON custom_actions.edit (action) WHERE open > 0;

COMMENT ON TABLE custom_actions.edit IS
	'edits of drafts since their last activation, which undo_action_edit takes back';
COMMENT ON INDEX custom_actions.edit_open IS 'finds the edits that are being made';
COMMENT ON COLUMN custom_actions.edit.action IS 'name of the action';
COMMENT ON COLUMN custom_actions.edit.number IS 'order of the edits of an action';
COMMENT ON COLUMN custom_actions.edit.what IS 'what was told of it';
COMMENT ON COLUMN custom_actions.edit.made_by IS 'who made it';
COMMENT ON COLUMN custom_actions.edit.made_at IS 'when it was made';
COMMENT ON COLUMN custom_actions.edit.whole IS
	'all rows of the draft are kept, and changes of single ones need not be';
COMMENT ON COLUMN custom_actions.edit.open IS
	'how many functions are making it; 0: it is complete';
COMMENT ON COLUMN custom_actions.edit.transaction IS 'transaction that made it';
COMMENT ON COLUMN custom_actions.edit.statement_at IS 'when the statement began that made it';
COMMENT ON COLUMN custom_actions.edit.before IS
	'definition before, while it is being made: what it brought is told at its end';
COMMENT ON COLUMN custom_actions.edit.behind IS
	'why what it brings back may still have an old name of something that was renamed';

CREATE TABLE custom_actions.edit_change (
	action   text NOT NULL,
	number   integer NOT NULL,
	change   integer NOT NULL,
	part     text NOT NULL CHECK (part IN ('action', 'parameter', 'step')),
	old_rows json,
	new_keys json,
	PRIMARY KEY (action, number, change)
);

CREATE INDEX edit_words ON custom_actions.edit_change
	USING gin (custom_actions.words(old_rows::text))
	WITH (fastupdate = off);

COMMENT ON INDEX custom_actions.edit_words IS
	'tells whether what an edit changed may have a name in it';
COMMENT ON TABLE custom_actions.edit_change IS 'rows of drafts that edits changed';
COMMENT ON COLUMN custom_actions.edit_change.action IS 'name of the action';
COMMENT ON COLUMN custom_actions.edit_change.number IS 'number of the edit';
COMMENT ON COLUMN custom_actions.edit_change.change IS 'order of the changes of an edit';
COMMENT ON COLUMN custom_actions.edit_change.part IS 'table of the rows';
COMMENT ON COLUMN custom_actions.edit_change.old_rows IS
	'rows that were changed or deleted, as they were';
COMMENT ON COLUMN custom_actions.edit_change.new_keys IS
	'keys of the rows that there were afterwards: id of a step, name of an input or output';
