-- Statistics, in a server that has not loaded the library: there are none, and it says so.
\i test/sql/prelude.sql

SELECT define('desk.nothing', '{"steps": [{"let": {"x": 1}}]}');
SELECT desk.nothing();
SELECT * FROM custom_actions.statistics;
SELECT * FROM custom_actions.statistics_info;
SELECT reset_action_statistics();
SELECT reset_action_statistics('desk.nothing');
SELECT reset_action_statistics('desk.nothin');

-- The settings are there nevertheless.
SET custom_actions.collect_statistics = off;
SET custom_actions.max_statistics = 2000;
SELECT name, setting, context, min_val, max_val FROM pg_settings WHERE name LIKE 'custom\_actions.%statistics' ORDER BY name;

-- Who may
CREATE ROLE statistics_owner;
CREATE ROLE statistics_other;
SELECT grant_action_design('statistics_other');
SET ROLE statistics_owner;
SELECT reset_action_statistics('desk.nothing');
RESET ROLE;
SET ROLE statistics_other;
SELECT reset_action_statistics('desk.nothing');
SELECT reset_action_statistics();
SELECT custom_actions.forget_all_statistics();
SELECT custom_actions.forget_statistics(0);
SET custom_actions.collect_statistics = on;
RESET ROLE;
SELECT revoke_action_design('statistics_other');
DROP ROLE statistics_owner, statistics_other;
