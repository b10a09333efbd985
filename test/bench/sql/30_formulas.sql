-- Five formulas and five templates, no writes.
SET search_path = pg_catalog, public;

SELECT create_action('ours.quote', '
{ "read_only": true,
  "settings": {"search_path": "desk, pg_temp"},
  "input":  [ {"name": "id", "type": "bigint"},
              {"name": "quantity", "type": "integer"},
              {"name": "price", "type": "numeric"},
              {"name": "customer", "type": "text"} ],
  "output": [ {"name": "summary", "type": "text"} ],
  "steps": [
    {"let": {"net": "=input.quantity * input.price"}},
    {"let": {"rebate": "=case when input.quantity >= 10 then 0.05 else 0.00 end"}},
    {"let": {"tax": "=round(let.net * 0.19, 2)"}},
    {"let": {"total": "=let.net * (1 - let.rebate) + let.tax"}},
    {"let": {"shout": "=upper(input.customer)"}},
    {"let": {"label": "Quote {{input.id}}"}},
    {"let": {"line": "{{input.quantity}} pieces at {{input.price}}"}},
    {"let": {"sum": "{{let.net}} and tax {{let.tax}}: {{let.total}}"}},
    {"let": {"greeting": "Dear {{let.shout}}"}},
    {"output": {"summary": "{{let.greeting}}, {{let.label}}: {{let.line}}, {{let.sum}}"}} ] }');
SELECT activate_action('ours.quote');

CREATE FUNCTION rival.quote(id bigint, quantity integer, price numeric, customer text, OUT summary text)
LANGUAGE plpgsql STABLE
SET search_path = desk, pg_temp
AS $$
DECLARE
	net numeric;
	rebate numeric;
	tax numeric;
	total numeric;
	shout text;
	label text;
	line text;
	sum text;
	greeting text;
BEGIN
	net := quantity * price;
	rebate := CASE WHEN quantity >= 10 THEN 0.05 ELSE 0.00 END;
	tax := round(net * 0.19, 2);
	total := net * (1 - rebate) + tax;
	shout := upper(customer);
	label := 'Quote ' || id;
	line := quantity || ' pieces at ' || price;
	sum := net || ' and tax ' || tax || ': ' || total;
	greeting := 'Dear ' || shout;
	summary := greeting || ', ' || label || ': ' || line || ', ' || sum;
END
$$;
