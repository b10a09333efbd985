\i test/sql/prelude.sql

-- A session that loads the library itself: what was set before counts from then on, what was
-- set wrongly is said, and all settings of the server are found, in their order.
\c -
\pset null NULL
SET custom_actions.tag = 'before';
SET custom_actions.trace = 'perhaps';
SET "custom_actions.Max_Rows" = 7;
SET custom_settings.between = 'theirs';
SET zz.last = 'theirs';
LOAD 'custom_actions';
SELECT current_setting('custom_actions.tag') AS tag, current_setting('custom_actions.trace') AS trace,
	current_setting('custom_actions.max_rows') AS max_rows, current_setting('custom_settings.between') AS between, current_setting('zz.last') AS last;
SELECT count(*) FILTER (WHERE name LIKE 'custom\_actions.%') > 20 AS ours, count(*) = count(DISTINCT name) AS once,
	bool_and(current_setting(name) IS NOT NULL) AS found
FROM pg_settings;
SELECT bool_and(lower(name) COLLATE "C" > lower(before) COLLATE "C") AS in_order
FROM (SELECT name, lag(name) OVER () AS before FROM pg_show_all_settings()) AS listed;
SET custom_actions.max_depth = 0;
SET custom_actions.max_depth = 9;
SET custom_actions.unknown = 1;
SET another.new_one = 'late';
SELECT current_setting('custom_actions.max_depth') AS max_depth, current_setting('another.new_one') AS new_one;
