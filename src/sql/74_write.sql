-- Help for who writes formulas. What stands in a draft is looked at, else what is
-- published; the compiler answers.

CREATE FUNCTION custom_actions.names_in_scope(action text, at text)
RETURNS TABLE (name text, type text, source text, description text)
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT s.name, s.type, s.source, s.description
	FROM (
			SELECT custom_actions.canonical_name(names_in_scope.action) AS name) AS a,
		LATERAL custom_actions.scope_names(
			a.name, custom_actions.definition_of(a.name, NULL, 'draft'),
			custom_actions.action_owner(a.name), names_in_scope.at) AS s;
END;

COMMENT ON FUNCTION custom_actions.names_in_scope(text, text) IS
	'body of names_in_scope';

CREATE FUNCTION custom_actions.check_formula(action text, at text, formula text)
RETURNS TABLE (
	ok boolean, type text, wanted text, "position" integer, message text, hint text,
	proposals text[])
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT f.ok, f.type, f.wanted, f."position", f.message, f.hint, f.proposals
	FROM (
			SELECT custom_actions.canonical_name(check_formula.action) AS name) AS a,
		LATERAL custom_actions.try_formula(
			a.name, custom_actions.definition_of(a.name, NULL, 'draft'),
			custom_actions.action_owner(a.name), check_formula.at, check_formula.formula) AS f;
END;

COMMENT ON FUNCTION custom_actions.check_formula(text, text, text) IS
	'body of check_formula';

CREATE FUNCTION custom_actions.action_schema_of_definition()
RETURNS json
LANGUAGE sql IMMUTABLE
BEGIN ATOMIC
	SELECT custom_actions.definition_schema();
END;

COMMENT ON FUNCTION custom_actions.action_schema_of_definition() IS
	'body of action_schema_of_definition';
