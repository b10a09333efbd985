-- Requests that were carried out under an idempotency key.  The library reads and
-- writes the rows itself (engine/idempotency_row.c has the same columns in the same
-- order).  Nobody has privileges on the table, and it is no config table: the keys
-- of one database are of no use to another.

CREATE TABLE custom_actions.idempotency (
	key_digest     bytea PRIMARY KEY,
	action         text NOT NULL,
	function_id    oid NOT NULL,
	invoker_id     oid NOT NULL,
	salt           bytea NOT NULL,
	inputs         integer NOT NULL,
	request_digest bytea NOT NULL,
	response       bytea NOT NULL,
	invocation     uuid NOT NULL,
	created_at     timestamptz NOT NULL
);

-- What is masked cannot be compressed.
ALTER TABLE custom_actions.idempotency ALTER COLUMN response SET STORAGE EXTERNAL;

COMMENT ON TABLE custom_actions.idempotency IS
	'requests that were carried out under an idempotency key, and what they were answered';
COMMENT ON COLUMN custom_actions.idempotency.key_digest IS
	'SHA-256 of the key, the action and the invoker; the key itself is not kept';
COMMENT ON COLUMN custom_actions.idempotency.action IS 'qualified name at the time';
COMMENT ON COLUMN custom_actions.idempotency.function_id IS 'function of the action: the key is the action''s';
COMMENT ON COLUMN custom_actions.idempotency.invoker_id IS
	'role whose EXECUTE was checked: the key is the invoker''s';
COMMENT ON COLUMN custom_actions.idempotency.salt IS 'random; what is digested and masked depends on it';
COMMENT ON COLUMN custom_actions.idempotency.inputs IS 'how many inputs the action had';
COMMENT ON COLUMN custom_actions.idempotency.request_digest IS 'SHA-256 of the inputs, the salt and the key';
COMMENT ON COLUMN custom_actions.idempotency.response IS 'the outputs, under a mask that only the key gives';
COMMENT ON COLUMN custom_actions.idempotency.invocation IS 'invocation that carried the request out';
COMMENT ON COLUMN custom_actions.idempotency.created_at IS 'when it was answered';
