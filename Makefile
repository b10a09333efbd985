# custom_actions: build, install, test and demo.
#
#   make && sudo make install       for the PostgreSQL that PG_CONFIG belongs to
#   make installcheck               pg_regress against a running server (PGHOST, PGPORT)
#   make test                       every suite on private throw-away servers
#   make test SUITES="regress tap" TESTS="invoke*"; see test/README.md
#   make bless TESTS="invoke*"      takes what these print today for what they are to print
#   make matrix                     the same on PostgreSQL 16 to 19, as root; see test/matrix/run
#   make assert                     the same on a PostgreSQL with assertions, built for it; see test/assert/run
#   make clients                    what other people's programs make of actions, from npm; see test/clients/run
#   make bare                       the commands of README.md on bare machines, as root; see test/bare/run
#   make indent                     formats the C files, as root; see test/style/run
#   make demo, make demo-stop       the help desk example on a server of its own
#   make bench                      measures actions against PL/pgSQL; see doc/benchmarks.md
#   make bench-smoke                only whether the benchmark runs
#   BENCH=instructions make bench   counts instructions instead of time, by valgrind
#   make COPT=-Werror, make CC=clang
#
# Everything that is built stays below src/, everything that runs below test/tmp/.
# To build elsewhere: make -f /path/to/Makefile, with VPATH=/path/to if you like.

EXTENSION = custom_actions
EXTVERSION = 1.0
PG_CONFIG ?= pg_config

# Where the sources are, from where we are
SOURCE := $(or $(VPATH),$(patsubst %/,%,$(dir $(firstword $(MAKEFILE_LIST)))))
ifneq (,$(filter-out .,$(SOURCE)))
VPATH ?= $(SOURCE)
endif

# These targets install PostgreSQL if need be, so they come without it.
STANDALONE = test bless clients matrix assert bare indent demo demo-stop bench bench-smoke

.PHONY: $(STANDALONE)

ifeq (,$(filter-out $(STANDALONE),$(or $(MAKECMDGOALS),all)))

test:
	@$(SOURCE)/test/run

bless:
	@$(SOURCE)/test/bless

clients:
	@$(SOURCE)/test/clients/run

matrix:
	@$(SOURCE)/test/matrix/run

assert:
	@$(SOURCE)/test/assert/run

bare:
	@$(SOURCE)/test/bare/run

indent:
	@$(SOURCE)/test/style/run --write

demo:
	@$(SOURCE)/test/demo/start

demo-stop:
	@$(SOURCE)/test/demo/stop

bench:
	@$(SOURCE)/test/bench/run

bench-smoke:
	@SUITES=tap TESTS=bench $(SOURCE)/test/run

else

MODULES = src/custom_actions
# The files of a pattern, named from the sources on
sources = $(patsubst $(SOURCE)/%,%,$(sort $(wildcard $(addprefix $(SOURCE)/,$(1)))))
OBJS = $(patsubst %.c,%.o,$(call sources,src/*.c src/*/*.c))
SQL_PARTS = $(addprefix $(SOURCE)/,$(call sources,src/sql/[0-9]*.sql))
DATA_built = src/$(EXTENSION)--$(EXTVERSION).sql
DATA = $(call sources,src/sql/$(EXTENSION)--*--*.sql)
INSTALLED_HEADERS = $(wildcard $(SOURCE)/src/custom_actions.h)

PG_CPPFLAGS = -I$(SOURCE)/src
PG_CFLAGS = -MMD -MP -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers
ifneq (,$(findstring clang,$(CC)))
# pg_config and pg_config.h speak for the compiler that built PostgreSQL.
PG_CFLAGS += -Wno-unknown-warning-option -Wno-ignored-optimization-argument -Wno-ignored-attributes
endif

REGRESS = $(patsubst sql/%.sql,%,$(call sources,sql/*.sql))
REGRESS_OPTS = --load-extension=$(EXTENSION)
# PGXS would run all tests in one database; here each has a fresh one.
NO_INSTALLCHECK = 1

EXTRA_CLEAN = $(OBJS:.o=.d) test/tmp/installcheck test/tmp/failed test/tmp/build.*

# No bitcode, and dependencies by -MMD instead of a .deps directory at the top.
override with_llvm = no
override autodepend =

# On Debian the makefiles come with the client, the headers with postgresql-server-dev-NN.
PGXS := $(shell $(PG_CONFIG) --pgxs)
SERVER_HEADER := $(shell $(PG_CONFIG) --includedir-server)/postgres.h
ifneq (2,$(words $(wildcard $(PGXS) $(SERVER_HEADER))))
$(error PostgreSQL's build files are missing: apt-get install postgresql-server-dev-NN, or set PG_CONFIG)
endif
include $(PGXS)

-include $(wildcard $(OBJS:.o=.d))

# Only sources are looked for elsewhere, not what somebody has built there.
ifneq (.,$(SOURCE))
override VPATH :=
srcdir := $(SOURCE)
vpath %.c $(SOURCE)
vpath %.control $(SOURCE)
endif

FOLDERS = $(sort $(patsubst %/,%,$(dir $(OBJS))))
$(OBJS) $(DATA_built): | $(FOLDERS)
$(FOLDERS):
	@$(MKDIR_P) $@

# Nothing of ours can be taken for another library's function, nor the other way.
EXPORTS = $(SOURCE)/src/custom_actions.map
EXPORT_FLAGS = -Wl,--version-script=$(EXPORTS)
ifeq ($(PORTNAME),darwin)
EXPORTS = $(SOURCE)/src/custom_actions.symbols
EXPORT_FLAGS = -Wl,-exported_symbols_list,$(EXPORTS)
endif

src/custom_actions$(DLSUFFIX): $(OBJS) $(EXPORTS)
	$(CC) $(CFLAGS) $(OBJS) $(LDFLAGS) $(LDFLAGS_SL) $(EXPORT_FLAGS) -shared -o $@

$(DATA_built): $(SQL_PARTS) $(SOURCE)/src/sql $(SOURCE)/Makefile
	cat $(SQL_PARTS) > $@

# PGXS names both of these after the directory that the module is built in.
install: install-headers
.PHONY: install-headers
install-headers: | installdirs
	$(if $(INSTALLED_HEADERS),$(MKDIR_P) '$(DESTDIR)$(includedir_server)/extension/$(EXTENSION)')
	$(if $(INSTALLED_HEADERS),$(INSTALL_DATA) $(INSTALLED_HEADERS) '$(DESTDIR)$(includedir_server)/extension/$(EXTENSION)/')

uninstall: uninstall-named
.PHONY: uninstall-named
uninstall-named:
	rm -f '$(DESTDIR)$(pkglibdir)/$(EXTENSION)$(DLSUFFIX)'
	rm -rf '$(DESTDIR)$(includedir_server)/extension/$(EXTENSION)'

# In the sources, where the tests find what they include.
.PHONY: installcheck
installcheck:
	@status=0; \
	results='$(CURDIR)/test/tmp/installcheck'; \
	cd '$(SOURCE)' && \
	for name in $(REGRESS); do \
		out=$$results/$$name; \
		rm -rf "$$out" && $(MKDIR_P) "$$out" && \
		$(pg_regress_installcheck) $(REGRESS_OPTS) --inputdir=. --outputdir="$$out" $$name || status=1; \
	done; \
	exit $$status

endif
