-- rules that do something instead of an UPDATE or DELETE, and triggers that suppress one
\i test/sql/prelude.sql

CREATE FUNCTION findings(definition json) RETURNS TABLE (severity text, location text, message text, hint text)
LANGUAGE sql AS $$
	SELECT create_action('desk.findings', definition, true);
	SELECT severity, location, message, hint FROM check_action('desk.findings');
$$;

CREATE TABLE desk.soft (id integer PRIMARY KEY, gone boolean DEFAULT false);
INSERT INTO desk.soft VALUES (1), (2), (3);
CREATE RULE soft AS ON DELETE TO desk.soft DO INSTEAD UPDATE desk.soft SET gone = true WHERE id = old.id RETURNING old.*;
-- it can never find its row: said before anybody calls it
SELECT * FROM findings('{"table": "desk.soft", "steps": [{"delete": "target"}, {"delete": "desk.soft", "id": 2}, {"delete": "target", "required": false}, {"delete": "desk.soft", "where": "id > 1"}, {"update": "target", "set": {"gone": false}}]}');
SELECT define('desk.remove', '{"table": "desk.soft", "steps": [{"delete": "target", "required": false}]}');
SELECT desk.remove(1);
SELECT * FROM desk.soft ORDER BY id;
-- a rule that comes later is named by the error
CREATE TABLE desk.plain (id integer PRIMARY KEY, n integer DEFAULT 0);
INSERT INTO desk.plain VALUES (1), (2);
CREATE VIEW desk.pane AS SELECT * FROM desk.plain WHERE id < 10;
SELECT define('desk.drop_it', '{"table": "desk.plain", "steps": [{"delete": "target"}]}');
SELECT define('desk.touch', '{"table": "desk.plain", "steps": [{"update": "target", "set": {"n": "=n + 1"}}]}');
CREATE RULE keep AS ON DELETE TO desk.plain DO INSTEAD NOTHING;
CREATE RULE frozen AS ON UPDATE TO desk.plain WHERE old.id = 2 DO INSTEAD NOTHING;
SELECT define('desk.touch_pane', '{"table": "desk.pane", "key": ["id"], "steps": [{"update": "target", "set": {"n": "=n + 1"}}]}');
SELECT * FROM findings('{"table": "desk.plain", "steps": [{"update": "target", "as": "u", "set": {"n": 1}}, {"let": {"x": "=u.n"}}, {"delete": "target", "required": false, "as": "d"}, {"let": {"x": "=d.n"}}]}');
SELECT * FROM findings('{"table": "desk.plain", "steps": [{"update": "target", "set": {"id": 5}}, {"update": "target", "set": {"n": 5}}]}');
SET custom_actions.ddl_check = off;
ALTER TABLE desk.plain DISABLE RULE frozen;
SELECT define('desk.touch_named', '{"table": "desk.plain", "output": [{"name": "n", "type": "integer", "default": "=target.n"}], "steps": [{"update": "target", "set": {"n": "=n + 1"}}]}');
ALTER TABLE desk.plain ENABLE RULE frozen;
RESET custom_actions.ddl_check;
SELECT desk.drop_it(1);
SELECT desk.touch(2);
SELECT desk.touch_pane(1);
SELECT desk.touch_pane(2);
SELECT desk.touch_named(1);
-- one that is switched off does nothing
ALTER TABLE desk.plain DISABLE RULE frozen;
SELECT desk.touch_pane(2), desk.touch_named(2);
SELECT desk.touch_pane(3);
DROP RULE frozen ON desk.plain;
CREATE RULE frozen AS ON UPDATE TO desk.plain DO INSTEAD NOTHING;
SELECT * FROM findings('{"table": "desk.pane", "key": ["id"], "steps": [{"update": "target", "set": {"n": 1}}]}');
DROP RULE frozen ON desk.plain;
-- a rule of the same kind counts: a row that is not there is missed as ever
CREATE VIEW desk.ruled AS SELECT id, n FROM desk.plain;
CREATE RULE write AS ON UPDATE TO desk.ruled DO INSTEAD UPDATE desk.plain SET n = new.n WHERE id = old.id RETURNING id, n;
SELECT define('desk.touch_ruled', '{"table": "desk.ruled", "key": ["id"], "steps": [{"update": "target", "set": {"n": "=n + 1"}}]}');
SELECT desk.touch_ruled(2);
SELECT desk.touch_ruled(99);
SELECT * FROM desk.plain ORDER BY id;
-- a trigger that keeps the row: it may be there
CREATE FUNCTION desk.skip() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$;
CREATE TRIGGER skip BEFORE UPDATE ON desk.plain FOR EACH ROW EXECUTE FUNCTION desk.skip();
SELECT desk.touch(1);
