-- The tables of the benchmark: a help desk as in doc/, with its constraints.
--
-- ours: actions. rival: PL/pgSQL as a careful person writes it. bare: the same without a
-- SET clause (99_bare.sql). floor: C functions that run kept plans and nothing else.
-- Functions of one name do the same work in each of these schemas.
CREATE EXTENSION custom_actions;
SET search_path = pg_catalog;

CREATE SCHEMA desk;
CREATE SCHEMA ours;
CREATE SCHEMA rival;
CREATE SCHEMA floor;
CREATE SCHEMA bare;

CREATE TABLE desk.agent (
	id		integer PRIMARY KEY,
	name	text NOT NULL
);

CREATE TABLE desk.case (
	id			bigint PRIMARY KEY,
	title		text NOT NULL,
	status		text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'waiting', 'escalated', 'closed')),
	priority	integer NOT NULL DEFAULT 1,
	tier		text NOT NULL DEFAULT 'standard',
	owner_id	integer REFERENCES desk.agent
);

CREATE TABLE desk.task (
	id			bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	case_id		bigint NOT NULL REFERENCES desk.case,
	title		text NOT NULL,
	due			timestamptz,
	created_at	timestamptz NOT NULL DEFAULT now()
);

INSERT INTO desk.agent (id, name) SELECT i, 'Agent ' || i FROM generate_series(1, 10) AS i;

-- Where counting instructions begins and ends
CREATE FUNCTION floor.mark(text) RETURNS text LANGUAGE c STRICT AS 'custom_actions_bench', 'bench_mark';
