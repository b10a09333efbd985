-- One set-based update in an action. The rival is the same statement, bare.
SET search_path = pg_catalog, public;

SELECT create_action('ours.raise_all', '
{ "settings": {"search_path": "desk, pg_temp"},
  "input":  [ {"name": "first", "type": "bigint"}, {"name": "last", "type": "bigint"} ],
  "steps": [
    {"update": "desk.case", "where": "id between input.first and input.last", "set": {"priority": "=priority + 1"}} ] }');
SELECT activate_action('ours.raise_all');
