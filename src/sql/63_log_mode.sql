-- Where failures are recorded, and how the shared memory for them is doing.

CREATE VIEW custom_actions.log_mode
AS
SELECT r.mode, r.reason, r.ring_size, r.ring_used,
	r.waiting, r.recorded, r.dropped, r.skipped,
	r.server_waiting, r.server_recorded, r.server_dropped, r.server_skipped,
	r.since
FROM custom_actions.log_ring() AS r;

COMMENT ON VIEW custom_actions.log_mode IS
	'where failures are recorded; the numbers are for members of pg_read_all_stats';
COMMENT ON COLUMN custom_actions.log_mode.mode IS
	'durable: in custom_actions.log, past any rollback; server log: in one line of it each';
COMMENT ON COLUMN custom_actions.log_mode.reason IS 'why it is not durable';
COMMENT ON COLUMN custom_actions.log_mode.ring_size IS
	'bytes of shared memory for failures on their way into the log';
COMMENT ON COLUMN custom_actions.log_mode.ring_used IS 'bytes of it that are in use';
COMMENT ON COLUMN custom_actions.log_mode.waiting IS
	'failures of this database that are on their way';
COMMENT ON COLUMN custom_actions.log_mode.recorded IS
	'failures of this database that came into the log that way';
COMMENT ON COLUMN custom_actions.log_mode.dropped IS
	'failures of this database that are lost, because there was no room or storing them failed';
COMMENT ON COLUMN custom_actions.log_mode.skipped IS
	'failures of this database that are lost, because it had no log that the library knows';
COMMENT ON COLUMN custom_actions.log_mode.server_waiting IS 'waiting, of all databases';
COMMENT ON COLUMN custom_actions.log_mode.server_recorded IS 'recorded, of all databases';
COMMENT ON COLUMN custom_actions.log_mode.server_dropped IS 'dropped, of all databases';
COMMENT ON COLUMN custom_actions.log_mode.server_skipped IS 'skipped, of all databases';
COMMENT ON COLUMN custom_actions.log_mode.since IS
	'start of the server, since when it is counted';
