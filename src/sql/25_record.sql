-- The record of invocations.  The library writes the rows itself, by column
-- number: record/log_columns.h has the same columns in the same order.  Nobody
-- has privileges on the tables; views show of them what one may see.  They are
-- no config tables, so that a dump holds no payloads.

CREATE TABLE custom_actions.log (
	id             uuid PRIMARY KEY,
	parent         uuid,
	correlation    uuid NOT NULL,
	action         text NOT NULL,
	version        integer NOT NULL,
	status         text NOT NULL,
	started_at     timestamptz NOT NULL,
	duration       interval NOT NULL,
	depth          integer NOT NULL,
	caller         text,
	invoker        text,
	"session_user" text,
	actor          text,
	client         jsonb,
	traceparent    text,
	target         jsonb,
	touched        jsonb,
	summary        text,
	tag            text,
	rows_written   bigint NOT NULL,
	step           text,
	sqlstate       text,
	message        text,
	detail         text,
	hint           text,
	input          jsonb,
	output         jsonb,
	function_id    oid,
	invoker_id     oid,
	touched_rows   bigint[]
);

CREATE INDEX log_started_at ON custom_actions.log USING brin (started_at);

-- A summary that each row widens would cost more than the row: ranges of pages are
-- summarized by VACUUM, when they are full.
SELECT pg_catalog.brin_desummarize_range('custom_actions.log_started_at', 0);

-- Of numbers: to take a jsonb apart would cost each call twice as much.
CREATE INDEX log_touched ON custom_actions.log USING gin (touched_rows)
	WHERE touched_rows IS NOT NULL;

COMMENT ON TABLE custom_actions.log IS
	'invocations of actions: who, what, when, and what came of it';
COMMENT ON COLUMN custom_actions.log.id IS 'id of the invocation; ids are in the order that invocations began';
COMMENT ON COLUMN custom_actions.log.parent IS 'invocation that it ran in; null: the outermost';
COMMENT ON COLUMN custom_actions.log.correlation IS 'outermost invocation of the chain';
COMMENT ON COLUMN custom_actions.log.action IS 'qualified name, which follows when the action is renamed';
COMMENT ON COLUMN custom_actions.log.version IS 'version of the action that ran';
COMMENT ON COLUMN custom_actions.log.status IS
	'succeeded, failed, canceled (by the action''s own rules), unknown (the server process ended meanwhile), or rolled back: succeeded, at level trace, in a transaction that was rolled back';
COMMENT ON COLUMN custom_actions.log.started_at IS 'when it began';
COMMENT ON COLUMN custom_actions.log.duration IS 'how long it took, with what ran inside';
COMMENT ON COLUMN custom_actions.log.depth IS 'level of the invocation, 1 for the outermost';
COMMENT ON COLUMN custom_actions.log.caller IS 'current user of the call';
COMMENT ON COLUMN custom_actions.log.invoker IS 'role whose EXECUTE was checked';
COMMENT ON COLUMN custom_actions.log."session_user" IS 'role that is connected';
COMMENT ON COLUMN custom_actions.log.actor IS
	'person behind a pooler or gateway, by custom_actions.actor_settings; nothing to be trusted';
COMMENT ON COLUMN custom_actions.log.client IS 'application_name and address';
COMMENT ON COLUMN custom_actions.log.traceparent IS 'trace context of W3C that the call belongs to';
COMMENT ON COLUMN custom_actions.log.target IS 'key of the row that the action worked on';
COMMENT ON COLUMN custom_actions.log.touched IS
	'rows that the action''s own steps wrote: by table, then created, updated, deleted';
COMMENT ON COLUMN custom_actions.log.summary IS 'what the action''s "summary" says';
COMMENT ON COLUMN custom_actions.log.tag IS 'custom_actions.tag at the time';
COMMENT ON COLUMN custom_actions.log.rows_written IS 'how many rows the action''s own steps wrote';
COMMENT ON COLUMN custom_actions.log.step IS 'path of the step that failed';
COMMENT ON COLUMN custom_actions.log.sqlstate IS 'SQLSTATE of the error; null: how it ended is unknown';
COMMENT ON COLUMN custom_actions.log.message IS 'what went wrong';
COMMENT ON COLUMN custom_actions.log.detail IS 'the error''s detail';
COMMENT ON COLUMN custom_actions.log.hint IS 'the error''s hint';
COMMENT ON COLUMN custom_actions.log.input IS 'inputs; sensitive ones are masked';
COMMENT ON COLUMN custom_actions.log.output IS 'outputs; sensitive ones are masked';
COMMENT ON COLUMN custom_actions.log.function_id IS 'function of the action';
COMMENT ON COLUMN custom_actions.log.invoker_id IS 'role whose EXECUTE was checked';
COMMENT ON COLUMN custom_actions.log.touched_rows IS
	'numbers of the rows in touched, row_hash(), for the index';
COMMENT ON INDEX custom_actions.log_started_at IS 'finds a time';
COMMENT ON INDEX custom_actions.log_touched IS 'finds what happened to a row';

CREATE TABLE custom_actions.log_step (
	invocation   uuid NOT NULL,
	number       bigint NOT NULL,
	step         text,
	iteration    bigint,
	kind         text NOT NULL,
	outcome      text,
	rows_written bigint,
	started_at   timestamptz NOT NULL,
	duration     interval,
	sqlstate     text,
	message      text,
	details      jsonb,
	PRIMARY KEY (invocation, number)
);

COMMENT ON TABLE custom_actions.log_step IS
	'steps of invocations that were recorded at level trace';
COMMENT ON COLUMN custom_actions.log_step.invocation IS 'id of the invocation in custom_actions.log';
COMMENT ON COLUMN custom_actions.log_step.number IS 'order in which the lines began';
COMMENT ON COLUMN custom_actions.log_step.step IS
	'path of the step; of a plug-in, its stage and function; of a message, where it was told';
COMMENT ON COLUMN custom_actions.log_step.iteration IS 'turn of the innermost loop; null outside';
COMMENT ON COLUMN custom_actions.log_step.kind IS
	'kind of step, "plug-in", "message" (a line of action_trace()) or "left out" (it says how many lines are)';
COMMENT ON COLUMN custom_actions.log_step.outcome IS
	'run, skipped, handled (its error was dealt with), failed, undone (what it did was taken back by an on_error around it) or unfinished (the server process ended); null: no step';
COMMENT ON COLUMN custom_actions.log_step.rows_written IS
	'how many rows it wrote, with the steps inside but without other actions; null: it writes none';
COMMENT ON COLUMN custom_actions.log_step.started_at IS 'when it began';
COMMENT ON COLUMN custom_actions.log_step.duration IS 'how long it took, with what ran inside';
COMMENT ON COLUMN custom_actions.log_step.sqlstate IS 'SQLSTATE of the error';
COMMENT ON COLUMN custom_actions.log_step.message IS 'what went wrong, or what action_trace() was told';
COMMENT ON COLUMN custom_actions.log_step.details IS 'what else action_trace() was told';
