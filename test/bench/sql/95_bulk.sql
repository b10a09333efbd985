-- Many items at once: the action of 10_escalate.sql, and one like it whose tables have
-- no foreign keys and no CHECK; their pages have room for new versions of rows, as
-- those of tables that are vacuumed now and then.
SET search_path = pg_catalog, public;

CREATE SCHEMA loose;

CREATE TABLE loose.case (
	id			bigint PRIMARY KEY,
	title		text NOT NULL,
	status		text NOT NULL DEFAULT 'open',
	priority	integer NOT NULL DEFAULT 1,
	owner_id	integer
) WITH (fillfactor = 60);

CREATE TABLE loose.task (
	id			bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	case_id		bigint NOT NULL,
	title		text NOT NULL,
	due			timestamptz
);

SELECT create_action('ours.escalate_loose',
	(replace(action_definition('ours.escalate')::text, 'desk.', 'loose.')::jsonb - 'action'
	 || '{"settings": {"search_path": "loose, pg_temp"}}')::json);
SELECT activate_action('ours.escalate_loose');
