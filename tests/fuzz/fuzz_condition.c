/* SPDX-License-Identifier: MIT */
/*
 * Conditions: the first line of the input is an `if`, the rest is what somebody wrote. In an `if` of a rule and in an
 * `{if …}` of its text it means the same.
 */
#include <stdint.h>
#include <stdlib.h>
#include "base/log.h"
#include "base/mem.h"
#include "lib/engine_pipe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SIZE_USED = 8192 };

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void count(void *owner, const struct job *job)
{
	(void)job;
	++*(size_t *)owner;
}

static bool has_any(struct str text, const char *signs)
{
	for (; *signs != '\0'; signs++) {
		if (str_find_char(text, *signs) != SIZE_MAX)
			return true;
	}
	return false;
}

static size_t times_said(bool as_key, struct str test, struct str raw, bool *loads)
{
	const struct ruleset_options options = { .allow_broadcast = false };
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct engine_pipe pipe;
	struct ruleset *set = NULL;
	struct diag diag;
	size_t n = 0;

	buf_init(&text, 0);
	buf_addz(&text, "[rule r]\nmatch = ^(?<who>.+)z?$\n");
	buf_addf(&text, as_key ? "if = %.*s\nsay = x\n" : "say = {if %.*s: x}\n", STR_ARG(test));
	diag_init(&diag);
	*loads = ruleset_load_text(&set, buf_str(&text), "fuzz.ini", &options, &diag) == 0;
	must(*loads == (diag.n_errors == 0));
	if (set != NULL) {
		pipe_init(&pipe, set);
		pipe_hear(&pipe, raw, count, &n);
		pipe_deinit(&pipe);
	}
	ruleset_unref(set);
	diag_deinit(&diag);
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str raw = str_make((const char *)data, size), test = STR_EMPTY;
	bool as_key, as_insert;
	size_t by_key, by_insert;

	if (!utf8_valid(raw) || size > SIZE_USED)
		return 0;
	log_set_level(LOG_ERROR);
	str_cut(&raw, '\n', &test);
	by_key = times_said(true, test, raw, &as_key);
	if (has_any(test, ":{}[]\"\\<|") || str_find(test, "matches") != SIZE_MAX)
		return 0; /* what ends a placeholder, or may run out of time */
	by_insert = times_said(false, test, raw, &as_insert);
	must(!as_key || !as_insert || by_key == by_insert);
	return 0;
}
