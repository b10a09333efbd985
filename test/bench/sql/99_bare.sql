-- The functions of rival without their SET clauses, as most people write them.
SET search_path = pg_catalog;

SELECT replace(regexp_replace(pg_get_functiondef(oid), E'\n SET search_path TO [^\n]*', ''), 'rival.', 'bare.')
FROM pg_proc
WHERE pronamespace = 'rival'::regnamespace AND proconfig IS NOT NULL AND proname NOT LIKE '%\_logged'
ORDER BY oid
\gexec
VACUUM ANALYZE;
