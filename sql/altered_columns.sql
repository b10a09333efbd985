-- The type of a column changes, and changes back: values are made for the one it has, also in a
-- table that no name of the action stands for.
\i test/sql/prelude.sql
SET custom_actions.ddl_check = off;

CREATE TABLE bound (id integer PRIMARY KEY, n integer);
CREATE TABLE other (id integer PRIMARY KEY, note text);
INSERT INTO bound VALUES (1);
INSERT INTO other VALUES (1);
SELECT define('public.note', '{"table": "bound", "input": [{"name": "s", "type": "text", "default": "more than eight"}],
	"steps": [{"update": "other", "id": 1, "set": {"note": "{{input.s}}"}}, {"update": "target", "set": {"n": 1}}]}');
SELECT note(1);
BEGIN;
-- has the action compiled anew when it is called next
ALTER TABLE bound ADD COLUMN more integer;
SAVEPOINT a;
ALTER TABLE other ALTER note TYPE varchar(8) USING left(note, 8);
SELECT try_invoke_action('public.note', '{"target": 1}') #>> '{error,message}' AS message;
ROLLBACK TO a;
SELECT note(1);
ROLLBACK;
SELECT note(1);
SELECT * FROM other;
ALTER TABLE other ALTER note TYPE varchar(8) USING left(note, 8);
SELECT note(1, 'short');
SELECT note(1, 'rather long');
ALTER TABLE other ALTER note TYPE varchar(20);
SELECT note(1, 'rather long');
SELECT * FROM other;

-- of a table that only a sub-SELECT reads
SELECT define('public.most', '{"output": [{"name": "most", "type": "text", "default": "{{let.most}}"}], "steps": [{"let": {"most": "=(select max(b.n) from bound as b)"}}]}');
SELECT most();
ALTER TABLE bound ALTER n TYPE numeric(5, 2);
SELECT most();
SELECT define('public.each', '{"output": [{"name": "said", "type": "text", "default": "{{let.said}}"}], "steps": [{"for_each": "=array(select b.n from bound as b)", "as": "one", "do": [{"let": {"said": "{{one.value}}"}}]}]}');
SELECT each();
ALTER TABLE bound ALTER n TYPE bigint;
SELECT each();
SELECT most();
