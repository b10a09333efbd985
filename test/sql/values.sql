\set echo :ECHO \set ECHO none
-- A table with a column of every kind of type.
CREATE SCHEMA val;
CREATE TYPE val.mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN val.percent AS numeric(5,2) CHECK (VALUE BETWEEN 0 AND 100);
CREATE DOMAIN val.short AS varchar(5);
CREATE TYPE val.point3 AS (x integer, y numeric(6,1), name val.short);
CREATE TYPE val.shape AS (title text, centre val.point3, corners val.point3[]);
CREATE DOMAIN val.centre AS val.point3;

CREATE TABLE val.every (
	id			integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	c_bool		boolean,
	c_int2		smallint,
	c_int8		bigint,
	c_numeric	numeric(10,2),
	c_float		double precision,
	c_text		text,
	c_varchar	varchar(5),
	c_char		char(4),
	c_name		name,
	c_bytea		bytea,
	c_date		date,
	c_time		time(0),
	c_stamp		timestamp(0),
	c_stamptz	timestamptz,
	c_interval	interval,
	c_uuid		uuid,
	c_inet		inet,
	c_bit		bit(3),
	c_varbit	varbit(5),
	c_point		point,
	c_words		tsvector,
	c_json		json,
	c_jsonb		jsonb,
	c_mood		val.mood,
	c_percent	val.percent,
	c_range		int4range,
	c_multi		nummultirange,
	c_ints		integer[],
	c_texts		text[],
	c_moods		val.mood[],
	c_percents	val.percent[],
	c_point3	val.point3,
	c_shape		val.shape,
	c_centre	val.centre,
	c_points	val.point3[]
);
\set ECHO :echo
