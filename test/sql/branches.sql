\set echo :ECHO \set ECHO none
-- Tickets, and notes on them.
CREATE TABLE desk.ticket (id bigint PRIMARY KEY, title text, status text DEFAULT 'open', priority integer);
INSERT INTO desk.ticket VALUES (1, 'One', 'open', 1), (2, 'Two', 'closed', 5), (3, 'Three', 'open', NULL);
CREATE TABLE desk.note (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, ticket_id bigint, body text);
\set ECHO :echo
