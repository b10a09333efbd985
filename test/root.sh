#!/bin/bash
# A Debian below a directory, and a way into it. Needs root. Sourced by
# test/matrix/run, test/bare/run and test/style/run, which make it with mmdebstrap.

mirror=${MIRROR:-http://deb.debian.org/debian}

# Writes a Debian with these packages to a directory or an archive. The one for
# experiments is no whole one: it comes on top of sid.
make_debian()
{
	local release=$1 target=$2 variant=$3 packages=$4 sources=("$mirror")

	if [ "$release" = experimental ]; then
		release=sid
		sources=("deb $mirror sid main" "deb $mirror experimental main")
	fi
	mmdebstrap --quiet --variant="$variant" --include="$packages" --aptopt='Acquire::Check-Valid-Until "false"' \
		"$release" "$target" "${sources[@]}" >&2
}

# Gives it the sources in /source, and what programs expect of a machine.
furnish_root()
{
	local root=$1 device

	rm -rf "$root/source"
	mkdir "$root/source"
	tar -c --exclude=.git --exclude='*.o' --exclude='*.d' --exclude='*.so' --exclude=test/tmp . |
		tar -x --no-same-owner -C "$root/source"
	[ ! -e /etc/resolv.conf ] || cp -L /etc/resolv.conf "$root/etc/resolv.conf"
	echo "127.0.0.1 localhost $(hostname)" >"$root/etc/hosts"
	for device in null zero full random urandom tty; do
		[ -e "$root/dev/$device" ] || cp -a "/dev/$device" "$root/dev/"
	done
	mkdir -p "$root/dev/shm"
	chmod 1777 "$root/dev/shm" "$root/tmp"
}

# Becomes a command there; for subshells. Mounts and processes are in namespaces of
# their own and end with it, also when it is killed, which only SIGKILL does.
enter_root()
{
	local root=$1

	shift
	exec unshare --mount --pid --ipc --fork --kill-child --mount-proc="$root/proc" \
		chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@" </dev/null
}
