\set echo :ECHO \set ECHO none
-- Functions to register on an action of notes.
CREATE SCHEMA tools;
CREATE TABLE desk.note (id integer PRIMARY KEY, body text, status text);
CREATE FUNCTION tools.check_hours(context jsonb) RETURNS void LANGUAGE plpgsql AS 'BEGIN END';
CREATE FUNCTION tools.fill_in(context jsonb) RETURNS jsonb LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
\set ECHO :echo
