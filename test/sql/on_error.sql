\set echo :ECHO \set ECHO none
-- Tickets, whose trigger says no, a log, and a function that fails.
CREATE TABLE desk.ticket (
	id			integer PRIMARY KEY,
	title		text NOT NULL,
	status		text NOT NULL DEFAULT 'open' CONSTRAINT known_status CHECK (status IN ('open', 'held', 'closed')),
	priority	integer,
	parent_id	integer CONSTRAINT has_parent REFERENCES desk.ticket DEFERRABLE INITIALLY IMMEDIATE
);
INSERT INTO desk.ticket (id, title, priority) VALUES (1, 'One', 1), (2, 'Two', 2), (3, 'Three', 3);
CREATE TABLE desk.log (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text);
CREATE TABLE desk.history (ticket_id integer, what text);
CREATE FUNCTION desk.note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO desk.history VALUES (NEW.id, NEW.title);
	IF NEW.title = 'trigger says no' THEN
		RAISE EXCEPTION 'no: %', NEW.id USING DETAIL = 'The trigger''s detail.', HINT = 'The trigger''s hint.', ERRCODE = 'DESK1', CONSTRAINT = 'a_rule', TABLE = 'ticket';
	END IF;
	RETURN NULL;
END $$;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON desk.ticket FOR EACH ROW EXECUTE FUNCTION desk.note_change();
CREATE FUNCTION desk.fail(sqlstate text, message text DEFAULT 'failed on purpose') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO desk.log (body) VALUES ('fail ' || sqlstate);
	RAISE EXCEPTION USING ERRCODE = sqlstate, MESSAGE = message, DETAIL = 'its detail', HINT = 'its hint';
END $$;
\set ECHO :echo
