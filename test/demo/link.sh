#!/bin/bash
# Where the demo of this checkout is remembered, and how it ends. Sourced by
# test/demo/start and test/demo/stop after test/setup.sh.
#
# $link leads to the directory of the demo's server. Who makes it, follows it or
# removes it holds a lock on the checkout's top directory.

# Sets link: in test/tmp, or in /tmp for a checkout that this user cannot write to.
choose_link()
{
	link=$top/test/tmp/demo
	[ ! -w "$top/test/tmp" ] || return 0
	link=/tmp/custom_actions_demo.$(id -u).$(echo "$top" | cksum | cut -d ' ' -f 1)
	[ ! -L "$link" ] || [ "$(stat -c %u "$link")" = "$(id -u)" ] || die "$link belongs to somebody else"
}

# Waits for another start or stop. Programs that go on running must not inherit
# descriptor 8.
lock_demo()
{
	exec 8<"$top"
	flock -n 8 || {
		echo 'waiting for another make demo or make demo-stop in this checkout'
		flock 8
	}
}

# Ends if this user may not end the demo that a link leads to.
require_right_to_stop()
{
	local run owner

	run=$(readlink "$1")
	[ "$(id -u)" -ne 0 ] || return 0
	[ -e "$run" ] && [ ! -O "$run" ] || return 0
	owner=$(stat -c %U "$run")
	die "the demo in $run belongs to $owner: only $owner and root can stop it"
}

# Ends the server below $1, if there is one, and removes the directory.
remove_server()
{
	local run=$1 socket='' pg_ctl server_user

	[ -d "$run" ] || return 0
	server_user=$(stat -c %U "$run")
	if [ -f "$run/data/postmaster.pid" ]; then
		socket=$(sed -n 5p "$run/data/postmaster.pid")
		pg_ctl=$(find "$run/postgres" -name pg_ctl | head -n 1)
		as_server "$pg_ctl" -D "$run/data" -m fast -w stop >/dev/null || true
	fi
	case $socket in
		/tmp/custom_actions_socket.*) rm -rf "$socket" ;;
	esac
	rm -rf "$run"
}

# Ends the demo that $link leads to; false if there is none.
remove_demo()
{
	[ -L "$link" ] || return 1
	require_right_to_stop "$link"
	remove_server "$(readlink "$link")"
	rm -f "$link"
}
