-- preview_action(): what triggers and deferred constraints do.
\i test/sql/prelude.sql
\i test/sql/preview.sql

CREATE TABLE desk.case (id integer PRIMARY KEY, status text DEFAULT 'open', priority integer DEFAULT 1);
CREATE TABLE desk.audit (at integer, what text);
CREATE TABLE desk.counter (name text NOT NULL UNIQUE, n integer);
INSERT INTO desk.case SELECT generate_series(1, 5);
INSERT INTO desk.counter VALUES ('case', 0);
CREATE FUNCTION desk.note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO desk.audit VALUES (NEW.id, TG_OP);
	UPDATE desk.counter SET n = n + 1;
	RETURN NEW;
END $$;
CREATE TRIGGER note AFTER INSERT OR UPDATE ON desk.case FOR EACH ROW EXECUTE FUNCTION desk.note();
CREATE FUNCTION desk.bump() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE desk.counter SET n = n + 100;
	NEW.priority = NEW.priority + 10;
	RETURN NEW;
END $$;
CREATE TRIGGER bump BEFORE UPDATE ON desk.case FOR EACH ROW EXECUTE FUNCTION desk.bump();

SELECT define('desk.two', '{"table": "desk.case", "steps": [
	{"update": "target", "set": {"status": "x"}},
	{"update": "desk.case", "where": "id = 2 or id = target.id", "set": {"status": "y"}}]}');
SELECT * FROM preview('desk.two', '{"target": 1}');

-- inside nested actions, and where a part is undone
SELECT define('desk.around', '{"input": [{"name": "yes", "type": "boolean", "default": true}], "steps": [
	{"group": null, "do": [{"update": "desk.case", "id": 1, "set": {"status": "a"}}, {"require": "not input.yes", "message": "no"}],
	 "on_error": [{"update": "desk.case", "id": 2, "set": {"status": "b"}}]},
	{"perform": "desk.two", "with": {"target": 3}},
	{"perform": "desk.two", "with": {"target": 3}, "when": "not input.yes"}]}');
SELECT * FROM preview('desk.around');

-- an action that a trigger invokes
SELECT define('desk.touch', '{"steps": [{"create": "desk.audit", "set": {"what": "touched"}}]}');
CREATE FUNCTION desk.invoke() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM desk.touch();
	INSERT INTO desk.audit VALUES (OLD.id, 'gone');
	RETURN NULL;
END $$;
CREATE TRIGGER invoke AFTER DELETE ON desk.case FOR EACH ROW EXECUTE FUNCTION desk.invoke();
SELECT define('desk.remove', '{"table": "desk.case", "steps": [{"delete": "target"}]}');
SELECT * FROM preview('desk.remove', '{"target": 1}');

-- what is deferred is checked, and done
CREATE TABLE desk.parent (id integer PRIMARY KEY);
CREATE TABLE desk.child (id integer PRIMARY KEY, parent integer REFERENCES desk.parent ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED);
CREATE FUNCTION desk.late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO desk.audit VALUES (NEW.id, 'late'); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON desk.parent DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION desk.late();
SELECT define('desk.orphan', '{"steps": [{"create": "desk.child", "set": {"id": 12, "parent": 7}}]}');
SELECT define('desk.family', '{"steps": [{"create": "desk.child", "set": {"id": 12, "parent": 7}}, {"create": "desk.parent", "set": {"id": 7}}]}');
SELECT * FROM preview('desk.orphan');
SELECT preview_action_document('desk.orphan') -> 'error' ->> 'at_commit' AS at_commit;
SELECT * FROM preview('desk.family');

-- what was pending before stays so, is done once, and is told apart
BEGIN;
INSERT INTO desk.parent VALUES (8);
INSERT INTO desk.child VALUES (13, 99);
SELECT * FROM preview('desk.touch');
INSERT INTO desk.parent VALUES (99);
SELECT * FROM preview('desk.touch');
SELECT * FROM desk.audit;
COMMIT;
SELECT * FROM desk.audit ORDER BY at;
BEGIN;
INSERT INTO desk.child VALUES (14, 98);
SELECT part, after FROM preview('desk.touch');
COMMIT;
SELECT * FROM desk.child;
