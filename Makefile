# SPDX-License-Identifier: MIT
# retort: a rule-driven auto-responder for Slack. `make help` lists the targets.

VERSION  := 0.1.0
PREFIX   ?= /usr/local
DESTDIR  ?=
CC       ?= cc
CFLAGS   ?= -O2 -g
FUZZ_SECONDS ?= 60
SIMULATE_FIRST ?= 1
KILL_FIRST ?= 1
KILL_FLAGS ?=

WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 \
            -Wswitch-enum -Wpointer-arith -Wundef
PKGS     := libcurl gnutls json-c libpcre2-8 inih sqlite3
SAN      := -O1 -g -U_FORTIFY_SOURCE -fsanitize=address,undefined -fno-sanitize-recover=all \
            -fno-omit-frame-pointer
HARDEN_CC := -Wp,-U_FORTIFY_SOURCE,-D_FORTIFY_SOURCE=3 -fstack-protector-strong \
            -fstack-clash-protection -fcf-protection -fPIE
HARDEN_LD := -pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack

SRC      := $(wildcard src/*/*.c)
SIM      := $(wildcard tests/sim/*.c)
FAKES    := tests/lib/fakeapi.c tests/lib/fakews.c tests/lib/stage.c
TESTLIB  := $(filter-out tests/lib/fakehttp.c $(FAKES),$(wildcard tests/lib/*.c))
UNIT     := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/*/test_*.c))
FUZZERS  := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
BENCHES  := $(patsubst tests/bench/%.c,%,$(wildcard tests/bench/*.c))
EVERY_C  := $(wildcard src/*.c src/*/*.c tests/*/*.c tests/*/*/*.c)
EVERY_H  := $(wildcard src/*/*.h tests/*/*.h)
MANUALS  := src/cmd/retort.1 rules/retort-rules.5 conf/retort.conf.5

# Asked when first needed and then remembered, so that `make help` works where nothing is installed.
PKG_CFLAGS = $(eval PKG_CFLAGS := $(need-libraries)$(shell pkg-config --cflags $(PKGS)))$(PKG_CFLAGS)
LIBS       = $(eval LIBS := $(shell pkg-config --libs $(PKGS)) -lwslay -lm -pthread)$(LIBS)
HARD_CC    = $(eval HARD_CC := $(call known,$(HARDEN_CC)))$(HARD_CC)
HARD_LD    = $(eval HARD_LD := $(call known,$(HARDEN_LD)))$(HARD_LD)
need-libraries = $(if $(shell pkg-config --exists $(PKGS) && echo yes),,\
                 $(error libraries are missing: run contrib/bootstrap))
# Of the flags given, those that this compiler and linker know.
known = $(foreach flag,$(1),$(shell printf '\043include <stdio.h>\nint main(void) { return 0; }' | \
        $(CC) -Werror $(CFLAGS) $(flag) -x c -o /dev/null - 2>/dev/null && echo '$(flag)'))

CPPFLAGS += -D_GNU_SOURCE -DRETORT_VERSION='"$(VERSION)"' -Isrc -Itests
COMPILE   = -std=gnu11 $(WARN) $(PKG_CFLAGS) $(CPPFLAGS) -MMD -MP -c
MADE      = @mkdir -p $(@D)

all: build/retort

# --- the program, for use -----------------------------------------------------------------------
build/obj/%.o: %.c
	$(MADE)
	$(CC) $(COMPILE) $(CFLAGS) $(HARD_CC) $< -o $@
build/obj/src/main.o build/san/obj/src/main.o: Makefile	# the version
build/libretort.a: $(SRC:%.c=build/obj/%.o)
	@rm -f $@; ar rcs $@ $^
build/retort: build/obj/src/main.o build/libretort.a
	$(CC) $(CFLAGS) $(HARD_LD) $(LDFLAGS) -o $@ $^ $(LIBS)
build/libtest.a: $(TESTLIB:%.c=build/obj/%.o)
	@rm -f $@; ar rcs $@ $^
build/slacksim: $(SIM:%.c=build/obj/%.o) build/libtest.a build/libretort.a
	$(CC) $(CFLAGS) $(HARD_LD) $(LDFLAGS) -o $@ $^ $(LIBS)
# The local Slack without its main, for what plays Slack by itself.
build/libsim.a: $(filter-out %/main.o,$(SIM:%.c=build/obj/%.o))
	@rm -f $@; ar rcs $@ $^
# The bot killed at each of its system calls, and at moments by lot.
KILL     := $(wildcard tests/kill/*.c)
build/kill: $(KILL:%.c=build/obj/%.o) build/libsim.a build/libtest.a build/libretort.a
	$(CC) $(CFLAGS) $(HARD_LD) $(LDFLAGS) -o $@ $^ $(LIBS)
# The store, with the power cut at its writes and syncs.
POWERCUT := $(wildcard tests/powercut/*.c)
build/powercut: $(POWERCUT:%.c=build/obj/%.o) build/libtest.a build/libretort.a
	$(CC) $(CFLAGS) $(HARD_LD) $(LDFLAGS) -o $@ $^ $(LIBS) -lcunit
build/san/powercut: $(POWERCUT:%.c=build/san/obj/%.o) build/san/libtest.a build/san/libretort.a
	$(CC) $(SAN) -o $@ $^ $(LIBS) -lcunit
# Patterns and texts that were written against them, timed as the program is used.
build/pairs: build/obj/tests/hostile/pairs.o build/libtest.a build/libretort.a
	$(CC) $(CFLAGS) $(HARD_LD) $(LDFLAGS) -o $@ $^ $(LIBS)
build/bench/%: build/obj/tests/bench/%.o build/libretort.a
	$(MADE)
	$(CC) $(CFLAGS) $(HARD_LD) $(LDFLAGS) -o $@ $^ $(LIBS)

# The same as written, for `make path`: nothing is inlined, so every function shows.
build/path/obj/%.o: %.c
	$(MADE)
	$(CC) $(COMPILE) -O0 -g $< -o $@
build/path/obj/src/main.o: Makefile
build/path/retort: $(patsubst %.c,build/path/obj/%.o,src/main.c $(SRC))
	$(CC) -o $@ $^ $(LIBS)

# --- the same under AddressSanitizer and UndefinedBehaviorSanitizer, for tests ------------------
build/san/obj/%.o: %.c
	$(MADE)
	$(CC) $(COMPILE) $(CFLAGS) $(SAN) $< -o $@
build/san/libretort.a: $(SRC:%.c=build/san/obj/%.o)
	@rm -f $@; ar rcs $@ $^
build/san/libtest.a: $(TESTLIB:%.c=build/san/obj/%.o)
	@rm -f $@; ar rcs $@ $^
build/san/retort: build/san/obj/src/main.o build/san/libretort.a
	$(CC) $(SAN) -o $@ $^ $(LIBS)
build/san/slacksim: $(SIM:%.c=build/san/obj/%.o) build/san/libtest.a build/san/libretort.a
	$(CC) $(SAN) -o $@ $^ $(LIBS)
# The local Slack without its main, whose parts have a test of their own.
build/san/libsim.a: $(filter-out %/main.o,$(SIM:%.c=build/san/obj/%.o))
	@rm -f $@; ar rcs $@ $^
build/san/unit/sim/test_sim: build/san/obj/tests/unit/sim/test_sim.o build/san/libsim.a build/san/libtest.a \
                         build/san/libretort.a
	$(MADE)
	$(CC) $(SAN) -o $@ $^ $(LIBS) -lcunit
# The conformance suite of the rule language.
RULES    := $(wildcard tests/rules/*.c)
build/san/rules: $(RULES:%.c=build/san/obj/%.o) build/san/libsim.a build/san/libtest.a build/san/libretort.a
	$(MADE)
	$(CC) $(SAN) -o $@ $^ $(LIBS)
build/san/unit/%: build/san/obj/tests/unit/%.o build/san/libtest.a build/san/libretort.a
	$(MADE)
	$(CC) $(SAN) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LIBS) -lcunit
# The engine with seeded time, chance, failures and deaths: thousands of stories for use, some under sanitizers.
SIMULATE := $(wildcard tests/simulate/*.c)
build/simulate: $(SIMULATE:%.c=build/obj/%.o) build/libtest.a build/libretort.a
	$(CC) $(CFLAGS) $(HARD_LD) $(LDFLAGS) -o $@ $^ $(LIBS) -lcunit
build/san/simulate: $(SIMULATE:%.c=build/san/obj/%.o) build/san/libtest.a build/san/libretort.a
	$(CC) $(SAN) -o $@ $^ $(LIBS) -lcunit
# The words of the rule language, which the manual must have.
build/san/words: build/san/obj/tests/pages/words.o build/san/libretort.a
	$(CC) $(SAN) -o $@ $^ $(LIBS)
# Rules against texts that were written against them.
build/san/hostile: build/san/obj/tests/pages/hostile.o build/san/libretort.a
	$(CC) $(SAN) -o $@ $^ $(LIBS)
# Tests in which sockets and the Web API are played: what stands before the archives beats them.
FAKED    := transport/test_session transport/test_socketmode transport/test_rtm
$(FAKED:%=build/san/unit/%): $(FAKES:%.c=build/san/obj/%.o)
# These have their HTTP answered by the test.
build/san/unit/webapi/test_api build/san/unit/transport/test_catchup build/san/unit/daemon/test_gap build/san/unit/directory/test_directory build/san/unit/net/test_retry build/san/unit/webapi/test_response_url: \
	build/san/obj/tests/lib/fakehttp.o
# A fuzz target that replays files instead of making them up.
build/san/fuzz/%: build/san/obj/tests/fuzz/fuzz_%.o build/san/obj/tests/fuzz/replay.o build/san/libtest.a \
                  build/san/libretort.a
	$(MADE)
	$(CC) $(SAN) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LIBS)
# Targets that answer for the network, as the tests above do.
build/san/fuzz/directory build/san/fuzz/webhook: build/san/obj/tests/lib/fakehttp.o
build/san/fuzz/interaction: $(FAKES:%.c=build/san/obj/%.o)
build/fuzz/directory build/fuzz/webhook: build/fuzz/obj/tests/lib/fakehttp.o
build/fuzz/interaction: $(FAKES:%.c=build/fuzz/obj/%.o)

SAN_PROGRAMS := $(UNIT:%=build/san/unit/%) $(FUZZERS:%=build/san/fuzz/%) build/san/words build/san/hostile build/san/rules build/san/simulate build/san/powercut \
                $(if $(wildcard src/main.c),build/san/retort) $(if $(SIM),build/san/slacksim)
san: $(SAN_PROGRAMS)

# --- warnings are errors, with both compilers ---------------------------------------------------
build/strict/gcc/%.o: %.c
	$(MADE)
	gcc $(COMPILE) -O2 -Werror $< -o $@
build/strict/clang/%.o: %.c
	$(MADE)
	clang $(COMPILE) -O0 -Werror $< -o $@
strict-gcc: $(EVERY_C:%.c=build/strict/gcc/%.o)
strict-clang: $(EVERY_C:%.c=build/strict/clang/%.o)

# --- fuzzing, by clang's libFuzzer --------------------------------------------------------------
build/fuzz/obj/%.o: %.c
	$(MADE)
	clang $(COMPILE) $(SAN) -fsanitize=fuzzer-no-link $< -o $@
build/fuzz/libretort.a: $(SRC:%.c=build/fuzz/obj/%.o)
	@rm -f $@; ar rcs $@ $^
build/fuzz/libtest.a: $(TESTLIB:%.c=build/fuzz/obj/%.o)
	@rm -f $@; ar rcs $@ $^
build/fuzz/%: build/fuzz/obj/tests/fuzz/fuzz_%.o build/fuzz/libtest.a build/fuzz/libretort.a
	clang $(SAN) -fsanitize=fuzzer -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LIBS)
fuzzers: $(FUZZERS:%=build/fuzz/%)

# --- what people type ---------------------------------------------------------------------------
# `deps` installs what is missing; the work is left to a second make, which then finds it.
AGAIN = @unset MAKEFLAGS; $(MAKE) --no-print-directory -j$$(nproc)

deps:
	@contrib/bootstrap
deps-tools:
	@contrib/bootstrap --tools

check: deps
	@tests/check

demo: deps
	@echo 'demo: building (about a minute the first time)'
	$(AGAIN) -s all build/slacksim
	@tests/demo

unit: $(UNIT:%=build/san/unit/%)
	@for t in $^; do echo "== $$t"; $$t || exit 1; done

rules: build/san/rules
	@build/san/rules tests/rules/*.case

simulate: build/simulate
	@build/simulate $(SIMULATE_FIRST) 2000

simulate-sqlite: build/simulate
	@build/simulate --store sqlite $(SIMULATE_FIRST) 10000

# A month by a clock that passes as it is told to, undisturbed and with deaths.
month: build/simulate
	@build/simulate --days 30 $(SIMULATE_FIRST)

# Thousands of kills: seconds of work each, and mostly waiting.
kill: all build/kill
	@build/kill $(KILL_FLAGS) 2000 $(KILL_FIRST)
soak: all build/kill
	@build/kill $(KILL_FLAGS) 50000 $(KILL_FIRST)
# A story makes some twenty faults.
faults: all build/kill
	@build/kill $(KILL_FLAGS) --spare --faults 5800 $(KILL_FIRST)

powercut: build/powercut
	@build/powercut 10000
	@build/powercut --relaxed 200

e2e: all build/slacksim
	@tests/e2e/run
e2e-long: all build/slacksim
	@tests/e2e/run --long
soak-e2e: all build/slacksim
	@SLACKSIM=build/slacksim RETORT=build/retort tests/e2e/run --soak

layers:
	@tests/layers

platforms:
	@tests/platforms $(PLATFORMS)

man:
	mandoc -Tlint -Wwarning $(MANUALS)

lint: deps-tools
	@tests/lint $(EVERY_C)

format:
	clang-format -i $(EVERY_C) $(EVERY_H)

fuzz: deps-tools
	$(AGAIN) -s fuzzers
	@tests/fuzz/run $(FUZZ_SECONDS) $(FUZZERS)

node:
	@contrib/bootstrap --node
	$(AGAIN) -s build/slacksim
	@tests/sim/node/run

bench: deps
	$(AGAIN) -s all build/slacksim $(BENCHES:%=build/bench/%)
	@tests/bench/run

path: deps-tools
	$(AGAIN) -s all build/slacksim build/path/retort
	@tests/bench/path

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 \
		$(DESTDIR)$(PREFIX)/share/man/man5 $(DESTDIR)$(PREFIX)/share/retort/rules
	install -m 755 build/retort $(DESTDIR)$(PREFIX)/bin/
	install -m 644 src/cmd/retort.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -m 644 rules/retort-rules.5 conf/retort.conf.5 $(DESTDIR)$(PREFIX)/share/man/man5/
	install -m 644 conf/retort.ini $(DESTDIR)$(PREFIX)/share/retort/
	install -m 644 rules/*.ini $(DESTDIR)$(PREFIX)/share/retort/rules/
	install -d $(DESTDIR)$(PREFIX)/share/retort/rules/webhooks
	install -m 644 rules/webhooks/* $(DESTDIR)$(PREFIX)/share/retort/rules/webhooks/
	for part in ftdetect ftplugin syntax; do \
		install -d $(DESTDIR)$(PREFIX)/share/vim/vimfiles/$$part && \
		install -m 644 contrib/vim/$$part/retort.vim $(DESTDIR)$(PREFIX)/share/vim/vimfiles/$$part/ || exit 1; \
	done

clean:
	rm -rf build

help:
	@echo 'make            build/retort'
	@echo 'make demo       a local Slack and the bot talking to each other; needs no account'
	@echo 'make check      builds and tests everything; ends with a line that counts'
	@echo 'make unit       the unit tests alone, under sanitizers'
	@echo 'make rules      the conformance suite of the rule language alone: tests/rules/README'
	@echo 'make simulate   2,000 seeded stories of the engine, from seed SIMULATE_FIRST ($(SIMULATE_FIRST)) on'
	@echo 'make simulate-sqlite  10,000 of them over the store of SQLite, with power cuts'
	@echo 'make month      30 days of it, twice, the second time with deaths: the same answers, and nothing that grows'
	@echo 'make kill       kills the bot 2,000 times and counts what is lost or said twice; KILL_FIRST, KILL_FLAGS'
	@echo 'make soak       the same 50,000 times'
	@echo 'make faults     10,000 faults of the Web API, obeyed or not: what is lost or said twice'
	@echo 'make powercut   10,000 power cuts under the store'
	@echo 'make e2e        the end-to-end scenarios alone'
	@echo 'make e2e-long   the same and those that take minutes: floods, refreshes, cuts at every byte'
	@echo 'make soak-e2e   1,000 refreshes and 10,000 reloads under load: half an hour; SEED'
	@echo 'make layers     refuses includes that go up'
	@echo 'make platforms  the README in empty roots of Debian 12, 13 and Ubuntu 24.04, or of PLATFORMS; as root'
	@echo 'make lint       clang-tidy, cppcheck, clang-format, manual pages'
	@echo 'make format     lays out the C files as lint wants them'
	@echo 'make fuzz       each fuzz target for FUZZ_SECONDS ($(FUZZ_SECONDS)) seconds'
	@echo 'make node       Slack'"'"'s own Node.js clients against the local Slack'
	@echo 'make bench      speed, one line a benchmark'
	@echo 'make path       how many functions in how many files one message passes'
	@echo 'make install    into DESTDIR and PREFIX ($(PREFIX))'
	@echo 'make clean      removes build/'
	@echo 'demo, check, lint, fuzz, bench and path first install missing Debian or Ubuntu packages.'

.PHONY: all san strict-gcc strict-clang fuzzers deps deps-tools check demo unit rules simulate simulate-sqlite month kill soak faults powercut e2e e2e-long soak-e2e layers platforms \
        man lint format fuzz node bench path install clean help
.SECONDARY:
-include $(shell find build -path build/platforms -prune -o -name '*.d' -print 2>/dev/null)
