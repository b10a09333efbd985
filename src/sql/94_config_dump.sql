-- Drafts, plug-ins, versions and settings belong to the database: pg_dump takes them.

SELECT pg_catalog.pg_extension_config_dump('custom_actions.action', '');
SELECT pg_catalog.pg_extension_config_dump('custom_actions.parameter', '');
SELECT pg_catalog.pg_extension_config_dump('custom_actions.step', '');
SELECT pg_catalog.pg_extension_config_dump('custom_actions.step_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('custom_actions.plugin_step', '');
SELECT pg_catalog.pg_extension_config_dump('custom_actions.plugin_step_id_seq', '');
SELECT pg_catalog.pg_extension_config_dump('custom_actions.version', '');
SELECT pg_catalog.pg_extension_config_dump('custom_actions.table_setting', '');
