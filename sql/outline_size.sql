-- The outline of a real action of two dozen steps fits a page: the order approval of
-- doc/examples.md, before its tables are there.
\i test/sql/prelude.sql
\pset format unaligned
\pset tuples_only on
CREATE SCHEMA sales;
SELECT create_action('sales.approve_order', $$
{ "description": "Approve an order, reserve stock for it and tell the customer",
  "table": "sales.orders",
  "input":  [ {"name": "approver", "type": "integer", "description": "the employee who approves"} ],
  "output": [ {"name": "status", "type": "text", "default": "=target.status"},
              {"name": "backorders", "type": "integer", "default": "=let.backorders"},
              {"name": "told", "type": "boolean", "default": true} ],
  "steps": [
    {"require": "target.status = 'new'", "message": "Order {{target.id}} is {{target.status}} already"},
    {"get": "sales.employee", "as": "employee", "id": "=input.approver"},
    {"let": {"backorders": 0, "total": "=(SELECT sum(quantity * price) FROM sales.order_line WHERE order_id = target.id)"}},
    {"choose": "the level that may approve it",
     "cases": [ {"when": "let.total < 100", "do": [ {"let": {"level": 0}} ]},
                {"when": "let.total < 5000", "do": [ {"let": {"level": 1}} ]} ],
     "else": [ {"let": {"level": 2}} ]},
    {"require": "employee.level >= let.level",
     "message": "An order of {{let.total}} takes level {{let.level}}, and {{employee.name}} has level {{employee.level}}"},
    {"for_each": "sales.order_line", "as": "line", "where": "order_id = target.id", "order_by": "id", "do": [
      {"group": "Reserve the whole quantity, or nothing",
       "do": [
        {"let": {"missing": "=line.quantity"}},
        {"for_each": "sales.lot", "as": "lot", "where": "product = line.product and quantity > 0", "order_by": ["received", "id"], "do": [
          {"if": "let.missing > 0",
           "then": [
            {"get": "sales.lot", "as": "stock", "id": "=lot.id", "lock": "wait", "description": "Somebody else may be taking from it"},
            {"let": {"taken": "=least(stock.quantity, let.missing)"}},
            {"if": "let.taken > 0",
             "then": [
              {"create": "sales.reservation", "set": {"line_id": "=line.id", "lot_id": "=lot.id", "quantity": "=let.taken"}},
              {"update": "stock", "set": {"quantity": "=quantity - let.taken"}},
              {"let": {"missing": "=let.missing - let.taken"}} ]} ]} ]},
        {"require": "let.missing = 0", "message": "{{let.missing}} of {{line.quantity}} {{line.product}} missing"} ],
       "on_error_when": "error.sqlstate = 'UA002'",
       "on_error": [
        {"create": "sales.backorder", "set": {"line_id": "=line.id", "reason": "=error.message"}},
        {"let": {"backorders": "=let.backorders + 1"}} ]} ]},
    {"update": "target", "set": {"status": "=CASE WHEN let.backorders = 0 THEN 'approved' ELSE 'approved in part' END", "approved_by": "=employee.id"}},
    {"perform": "sales.tell_customer", "with": {"target": "=target.customer_id", "body": "Your order {{target.id}} is {{target.status}}."},
     "on_error_when": "error.sqlstate = 'UA002'",
     "on_error": [ {"output": {"told": false}} ]} ] } $$);

SELECT count(*) > 24 FROM custom_actions.step WHERE action = 'sales.approve_order' AND kind <> 'case';
SELECT count(*) <= 60, max(length(line)) <= 100
FROM regexp_split_to_table(describe_action('sales.approve_order'), '\n') AS line;

-- A few thousand steps take their time once each.
SELECT create_action('sales.long', (
	SELECT json_build_object('steps', json_agg(json_build_object('let', json_build_object('a', n, 'b', n)))) FROM generate_series(1, 4000) AS n));
SELECT count(*), count(step_id), max(path) FROM action_outline('sales.long') WHERE kind = 'let';
SELECT count(*) FROM regexp_split_to_table(describe_action('sales.long'), '\n') AS line WHERE line ~ '^[0-9]+ +NOTE$';
