-- States of a table's rows: which lead to which others, by which actions.

CREATE FUNCTION custom_actions.state_transitions(target_table text, status_column text DEFAULT NULL)
RETURNS TABLE (from_state text, to_state text, action text, path text, creates boolean, formula text)
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT t.from_state, t.to_state, t.action, t.path, t.creates, t.formula
	FROM custom_actions.transitions_of(
		state_transitions.target_table::regclass, state_transitions.status_column) AS t;
END;

COMMENT ON FUNCTION custom_actions.state_transitions(text, text) IS
	'body of state_transitions';

CREATE FUNCTION custom_actions.state_diagram(target_table text, status_column text DEFAULT NULL)
RETURNS text
LANGUAGE sql STABLE
BEGIN ATOMIC
	SELECT custom_actions.draw_states(
		state_diagram.target_table::regclass, state_diagram.status_column);
END;

COMMENT ON FUNCTION custom_actions.state_diagram(text, text) IS
	'body of state_diagram';
