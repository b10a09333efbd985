-- on_conflict with "do": "update" and no "set": the new values, of all columns but the conflict's.
\i test/sql/prelude.sql

CREATE SEQUENCE desk.calls;
CREATE TABLE desk.stock (place text, "Item" text, amount integer NOT NULL DEFAULT 1, note text DEFAULT 'default', seen bigint, id integer UNIQUE,
	PRIMARY KEY (place, "Item"));

SELECT define('desk.put', '
{ "input": [ {"name": "place", "type": "text"}, {"name": "item", "type": "text"}, {"name": "amount", "type": "integer", "default": 3}, {"name": "note", "type": "text", "required": false} ],
  "output": [ {"name": "row", "type": "desk.stock", "default": "=s"} ],
  "steps": [ {"create": "desk.stock", "as": "s",
    "set": {"place": "=input.place", "Item": "=input.item", "amount": "=input.amount", "note": "=input.note", "seen": "=nextval(''desk.calls'')"},
    "on_conflict": {"columns": ["place", "Item"], "do": "update"}} ] }');
SELECT desk.put('attic', 'lamp');
SELECT desk.put('attic', 'lamp', 9, 'dusty');
-- NULL is a value, too; what the step does not set stays
UPDATE desk.stock SET id = 1;
SELECT desk.put('attic', 'lamp', 10);
-- a formula is computed once per call
SELECT last_value FROM desk.calls;
SELECT describe_action('desk.put');

-- set-based
SELECT define('desk.copy', '
{ "input": [ {"name": "source", "type": "text"}, {"name": "goal", "type": "text"} ], "output": [ {"name": "count", "type": "bigint", "default": "=c.count"} ],
  "steps": [ {"create": "desk.stock", "as": "c", "from": "desk.stock", "where": "place = input.source",
    "set": {"Item": "=\"Item\"", "place": "=input.goal", "amount": "=amount + 100"}, "on_conflict": {"do": "update", "columns": ["Item", "place"]}} ] }');
SELECT desk.put('attic', 'box', 1);
SELECT desk.copy('attic', 'cellar');
UPDATE desk.stock SET amount = 5, note = 'mine' WHERE place = 'attic';
SELECT desk.copy('attic', 'cellar');
SELECT * FROM desk.stock ORDER BY place, "Item";

-- a "set" still says it all; without "do", no "set" does nothing
SELECT define('desk.rest', '
{ "steps": [ {"create": "desk.stock", "set": {"place": "attic", "Item": "lamp", "amount": 77, "note": "x"}, "on_conflict": {"columns": ["place", "Item"], "do": "update", "set": {"note": "=excluded.note"}}},
             {"create": "desk.stock", "set": {"place": "attic", "Item": "box", "amount": 78}, "on_conflict": {"columns": ["place", "Item"]}} ] }');
SELECT desk.rest();
SELECT * FROM desk.stock WHERE place = 'attic' ORDER BY place, "Item";

-- what cannot be meant
SELECT create_action('desk.bad', '
{ "steps": [ {"create": "desk.stock", "set": {"place": "a", "Item": "b"}, "on_conflict": {"columns": ["place", "Item"], "do": "update"}},
             {"create": "desk.stock", "set": {"place": "a", "Item": "b", "amount": 1}, "on_conflict": {"do": "update"}},
             {"create": "desk.stock", "set": {"place": "a", "Item": "b", "amount": 1}, "on_conflict": {"columns": ["place", "Item"], "do": "update", "set": {}}},
             {"create": "desk.stock", "set": {"place": "a", "Item": "b", "none": 1}, "on_conflict": {"columns": ["place", "Item"], "do": "update"}} ] }');
SELECT location, message, hint FROM check_action('desk.bad');

-- the rights that PostgreSQL wants for it: UPDATE of those columns, and SELECT of them
CREATE ROLE regress_values_clerk;
GRANT USAGE ON SCHEMA desk TO regress_values_clerk;
GRANT USAGE ON SEQUENCE desk.calls TO regress_values_clerk;
GRANT SELECT, INSERT ON desk.stock TO regress_values_clerk;
GRANT UPDATE (amount, note) ON desk.stock TO regress_values_clerk;
GRANT EXECUTE ON FUNCTION desk.put TO regress_values_clerk;
SET ROLE regress_values_clerk;
SELECT desk.put('attic', 'lamp', 1);
RESET ROLE;
GRANT UPDATE (seen) ON desk.stock TO regress_values_clerk;
SET ROLE regress_values_clerk;
SELECT (desk.put('attic', 'lamp', 1)).amount;
RESET ROLE;
DROP OWNED BY regress_values_clerk;
DROP ROLE regress_values_clerk;
