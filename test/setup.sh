#!/bin/bash
# What must happen before anything runs, as root or as a user with sudo:
# Debian packages, the unprivileged user, a directory of its own, a copy of the
# sources in it. Sourced by test/run and test/demo/start; nothing is built or
# run inside the checkout itself.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
PG_CONFIG=${PG_CONFIG:-pg_config}
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

die()
{
	echo "$*" >&2
	exit 1
}

have()
{
	command -v "$1" >/dev/null 2>&1
}

# Is there a C compiler that finds the headers of the C library?
have_compiler()
{
	# shellcheck disable=SC2086
	echo '#include <stdlib.h>' | ${CC:-gcc} -E - >/dev/null 2>&1
}

# Of those that the suites use. pgAudit is looked at where this Debian has it; a
# PostgreSQL that is not Debian's has what it has.
missing_extensions()
{
	local bin

	bin=$("$PG_CONFIG" --bindir 2>/dev/null || true)
	case $bin in
		'' | /usr/lib/postgresql/*) ;;
		*) return ;;
	esac
	[[ " ${SUITES:-pgtap} " != *' pgtap '* ]] || [ -f "$("$PG_CONFIG" --sharedir 2>/dev/null)/extension/pgtap.control" ] ||
		echo "postgresql-$1-pgtap"
	[ -f "$("$PG_CONFIG" --pkglibdir 2>/dev/null)/pgaudit.so" ] ||
		! apt-cache show "postgresql-$1-pgaudit" >/dev/null 2>&1 || echo "postgresql-$1-pgaudit"
}

# PgBouncer, which one of the TAP tests looks at, where this Debian has it.
missing_pooler()
{
	[[ " ${SUITES:-tap} " == *' tap '* ]] || return 0
	have pgbouncer || [ -x /usr/sbin/pgbouncer ] || ! apt-cache show pgbouncer >/dev/null 2>&1 || echo pgbouncer
}

# valgrind, by which instructions are counted, where this Debian has it.
missing_valgrind()
{
	have valgrind || ! apt-cache show valgrind >/dev/null 2>&1 || echo valgrind
}

# Prints the packages that are missing; with "test", those of the suites too; with
# "count", what counts instructions.
missing_packages()
{
	local major

	have_compiler && have make || echo build-essential
	[ -z "${CC-}" ] || have "${CC%% *}" || echo "${CC%% *}"
	if "$PG_CONFIG" --version >/dev/null 2>&1; then
		major=$("$PG_CONFIG" --version | sed -E 's/^[^0-9]*([0-9]+).*/\1/')
		[ -x "$("$PG_CONFIG" --bindir)/postgres" ] || echo "postgresql-$major"
		# Of the two only the header belongs to this package on Debian
		[ -f "$("$PG_CONFIG" --includedir-server)/postgres.h" ] && [ -f "$("$PG_CONFIG" --pgxs)" ] ||
			echo "postgresql-server-dev-$major"
	else
		major=$(apt-cache depends postgresql 2>/dev/null | sed -nE 's/.*Depends: postgresql-([0-9]+).*/\1/p' | head -n 1)
		major=${major:-15}
		echo "postgresql-$major postgresql-server-dev-$major"
	fi
	[ "${1-}" != count ] || missing_valgrind
	[ "${1-}" = test ] || return 0
	[[ " ${SUITES:-tap} " != *' tap '* ]] || missing_valgrind
	missing_extensions "$major"
	missing_pooler
	have pg_prove || echo libtap-parser-sourcehandler-pgtap-perl
	perl -MIPC::Run -e 1 2>/dev/null || echo libipc-run-perl
	perl -MTest::More -e 1 2>/dev/null || echo perl
}

# Says how to install what is missing, and ends.
ask_for_packages()
{
	die "$1 As root: apt-get update && apt-get install --no-install-recommends $packages"
}

as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

# Puts back what install_without_cluster has changed for as long as it installs.
allow_servers()
{
	if [ -n "$cluster_conf" ]; then
		as_root rm -f "$cluster_conf"
		[ -e /usr/bin/pg_createcluster ] || as_root rmdir -p --ignore-fail-on-non-empty "${cluster_conf%/*}"
	fi
	[ -z "$policy" ] || as_root rm -f "$policy"
}

# apt-get install, in a subshell: a PostgreSQL that arrives this way gets no cluster, and
# no server is started.
install_without_cluster()
(
	cluster_conf=
	policy=
	trap allow_servers EXIT
	if [ ! -e /usr/bin/pg_createcluster ]; then
		cluster_conf=/etc/postgresql-common/createcluster.d/custom_actions.conf
		as_root mkdir -p "${cluster_conf%/*}"
		echo 'create_main_cluster = false' | as_root tee "$cluster_conf" >/dev/null
	fi
	if [ ! -e /usr/sbin/policy-rc.d ]; then
		policy=/usr/sbin/policy-rc.d
		printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
		as_root chmod 755 "$policy"
	fi
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
)

# Installs what is missing, and says what that is before sudo asks for a password.
install_packages()
{
	local packages

	packages=$(missing_packages "$@" | xargs)
	have apt-get || die "please install: $packages"
	[ "$(id -u)" -eq 0 ] || have sudo || ask_for_packages 'some packages are missing.'
	echo "installing $packages"
	as_root apt-get update -q || ask_for_packages 'the packages could not be installed.'
	# Which PostgreSQL this Debian has may be known only now
	packages=$(missing_packages "$@" | xargs)
	# shellcheck disable=SC2086
	install_without_cluster $packages || ask_for_packages 'the packages could not be installed.'
	packages=$(missing_packages "$@" | xargs)
	[ -z "$packages" ] || die "still missing: $packages"
}

require_packages()
{
	[ "$PG_CONFIG" = pg_config ] || "$PG_CONFIG" --version >/dev/null 2>&1 || die "PG_CONFIG=$PG_CONFIG cannot be run"
	[ -z "$(missing_packages "$@")" ] || install_packages "$@"
}

# Sets server_user: servers refuse to run as root. The owner of the checkout if
# that is somebody else, so that nothing in it ever belongs to root.
choose_user()
{
	server_user=$(id -un)
	[ "$(id -u)" -eq 0 ] || return 0
	server_user=$(stat -c %U "$top")
	case $server_user in
		root | UNKNOWN)
			if id postgres >/dev/null 2>&1; then
				server_user=postgres
			else
				server_user=nobody
			fi
			;;
	esac
}

as_server()
{
	if [ "$(id -un)" = "$server_user" ]; then
		"$@"
	else
		(cd / && exec runuser -u "$server_user" -- "$@")
	fi
}

# Makes test/tmp for the server user; fails where that user cannot get to it.
make_tmp()
{
	if [ "$(id -un)" = "$server_user" ]; then
		mkdir -p "$top/test/tmp" 2>/dev/null || return 1
	else
		install -d -o "$server_user" -g "$(id -gn "$server_user")" "$top/test/tmp" 2>/dev/null || return 1
	fi
	as_server test -r "$top/test/tmp" -a -w "$top/test/tmp" -a -x "$top/test/tmp"
}

# Prints a new directory that belongs to the server user: below test/tmp if that
# user can get there, else in /tmp. The suites build plug-ins in theirs, which PGXS
# cannot below a path with blanks.
new_directory()
{
	if make_tmp && { [ "$1" = demo ] || [[ $top != *[[:space:]]* ]]; }; then
		as_server mktemp -d "$top/test/tmp/$1.XXXXXX"
	else
		as_server mktemp -d "/tmp/custom_actions_$1.XXXXXX"
	fi
}

# Copies the checkout to $1/source, without what is built or only runs.
copy_sources()
{
	as_server mkdir "$1/source"
	tar -C "$top" --exclude=./.git --exclude=./test/tmp --exclude='*.o' --exclude='*.d' --exclude='*.so' \
		--exclude='./src/custom_actions--*.sql' -cf - . | as_server tar -C "$1/source" --no-same-owner -xf -
}
