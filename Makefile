# SPDX-License-Identifier: MIT
# retort: a rule-driven auto-responder for Slack. `make help` lists the targets.

CC      ?= cc
PKGS    := libcurl gnutls json-c libpcre2-8 inih
WARN    := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 \
           -Wswitch-enum -Wpointer-arith -Wundef
CPPFLAGS += -D_GNU_SOURCE -Isrc
CFLAGS  ?= -O2 -g
ALL_CFLAGS = -std=gnu11 $(WARN) $(CFLAGS) $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
LIBS    = $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lwslay
SAN     := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

SRC     := $(filter-out src/main.c,$(wildcard src/*.c src/*/*.c))
SIM     := $(wildcard tests/sim/*.c)
TESTLIB := $(wildcard tests/lib/*.c)
UNIT    := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_*.c))

all: build/retort

build/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itests $(ALL_CFLAGS) -MMD -MP -c $< -o $@
build/san/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Itests $(ALL_CFLAGS) $(SAN) -MMD -MP -c $< -o $@

build/libretort.a: $(SRC:%.c=build/obj/%.o)
	@rm -f $@; ar rcs $@ $^
build/san/libretort.a: $(SRC:%.c=build/san/obj/%.o)
	@rm -f $@; ar rcs $@ $^
build/san/libtest.a: $(TESTLIB:%.c=build/san/obj/%.o)
	@rm -f $@; ar rcs $@ $^

build/retort: build/obj/src/main.o build/libretort.a
	$(CC) $(CFLAGS) -o $@ $^ $(LIBS)
build/san/retort: build/san/obj/src/main.o build/san/libretort.a
	$(CC) $(SAN) -o $@ $^ $(LIBS)
build/slacksim: $(SIM:%.c=build/obj/%.o) build/libretort.a
	$(CC) $(CFLAGS) -o $@ $^ $(LIBS)
build/san/slacksim: $(SIM:%.c=build/san/obj/%.o) build/san/libretort.a
	$(CC) $(SAN) -o $@ $^ $(LIBS)
build/san/unit/%: build/san/obj/tests/unit/%.o build/san/libtest.a build/san/libretort.a
	@mkdir -p $(@D)
	$(CC) $(SAN) -o $@ $^ $(LIBS) -lcunit

unit: $(UNIT:%=build/san/unit/%)
	@set -e; for t in $^; do $$t; done

clean:
	rm -rf build

.PHONY: all unit clean
.SECONDARY:
-include $(shell find build -name '*.d' 2>/dev/null)
