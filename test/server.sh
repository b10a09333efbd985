#!/bin/bash
# A private PostgreSQL: the extension built and installed into a shadow of the
# installation, and servers that run from it. Needs $run, a directory of the
# caller's own that holds the sources in $run/source. Sourced by test/suites and
# test/demo/serve, which run as an unprivileged user.

PG_CONFIG=$(command -v "${PG_CONFIG:-pg_config}")
pg_bin=$("$PG_CONFIG" --bindir)
pg_lib=$("$PG_CONFIG" --pkglibdir)
pg_share=$("$PG_CONFIG" --sharedir)
# shellcheck disable=SC2034
pgxs=$(dirname "$("$PG_CONFIG" --pgxs)")/../..
private=${run:?}/postgres
bin=$private$pg_bin

# PostgreSQL finds its files relative to its program, so a copy of the programs
# at the same place below another root lives from that root. The rest is links.
make_private_postgres()
{
	mkdir -p "$bin" "$private$pg_lib" "$private$pg_share"
	cp "$pg_bin"/* "$bin"
	cp -rs "$pg_lib/." "$private$pg_lib"
	cp -rs "$pg_share/." "$private$pg_share"
	rm -rf "$private$pg_lib"/custom_actions.* "$private$pg_share/extension"/custom_actions[.-]*
}

# Makes the sources in $1 those of $run/source; only files that differ get a new
# time, so that what make knows about the others stays true.
update_sources()
{
	local build=$1 file

	mkdir -p "$build"
	while read -r file; do
		if ! cmp -s "$run/source/$file" "$build/$file"; then
			mkdir -p "$build/${file%/*}"
			cp "$run/source/$file" "$build/$file"
		fi
	done < <(cd "$run/source" && find src ./Makefile ./custom_actions.control -type f)
	while read -r file; do
		[ -e "$run/source/$file" ] || rm -f "$build/$file"
	done < <(cd "$build" && find src -type f ! -name '*.[od]')
}

# Builds the sources and installs them there. Objects are kept below test/tmp,
# if that can be written, for the next run with the same settings.
build_and_install()
{
	local build=$run/source settings=("PG_CONFIG=$PG_CONFIG")

	[ -z "${CC-}" ] || settings+=("CC=$CC")
	[ -z "${COPT-}" ] || settings+=("COPT=$COPT")
	if [ -w "${top:?}/test/tmp" ]; then
		build=$top/test/tmp/build.$(echo "${settings[@]}" "$("$PG_CONFIG" --version)" | cksum | cut -d ' ' -f 1)
		exec 9>"$build.lock"
		flock 9
		update_sources "$build"
	fi
	make -s -C "$build" -j "$(nproc)" "${settings[@]}" all
	make -s -C "$build" "${settings[@]}" install DESTDIR="$private"
	exec 9>&-
}

# Prints a directory for the socket; its path must be shorter than 107 bytes.
socket_directory()
{
	if [ ${#run} -lt 80 ]; then
		echo "$run"
	else
		mktemp -d /tmp/custom_actions_socket.XXXXXX
	fi
}

# Starts a server for the owner of $run alone: on a socket, trusting its clients.
# What is given as $1 goes into its configuration.
start_server()
{
	PGHOST=$(socket_directory)
	PGPORT=5432
	PGUSER=postgres
	export PGHOST PGPORT PGUSER
	"$bin/initdb" -D "$run/data" -U postgres --auth=trust --no-locale --encoding=UTF8 --no-sync >"$run/log/initdb" 2>&1 \
		|| { cat "$run/log/initdb"; return 1; }
	cat >>"$run/data/postgresql.conf" <<-CONF
		listen_addresses = ''
		unix_socket_directories = '$PGHOST'
		unix_socket_permissions = 0700
		port = $PGPORT
		fsync = off
		timezone = 'UTC'
		log_timezone = 'UTC'
		log_line_prefix = '%m [%p] %d '
		max_connections = 50
	CONF
	echo "${1-}" >>"$run/data/postgresql.conf"
	"$bin/pg_ctl" -D "$run/data" -l "$run/log/server" -w start >/dev/null || { cat "$run/log/server"; return 1; }
}

stop_server()
{
	[ ! -f "$run/data/postmaster.pid" ] || "$bin/pg_ctl" -D "$run/data" -m fast -w stop >/dev/null || true
	[ -z "${PGHOST-}" ] || [ "$PGHOST" = "$run" ] || rm -rf "$PGHOST"
}
