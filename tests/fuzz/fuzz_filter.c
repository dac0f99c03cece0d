/* SPDX-License-Identifier: MIT */
/*
 * Filters: the first line is what stands behind the `|` of a placeholder, all else is what somebody wrote. Each filter
 * keeps its word, and whatever they make of a text is inert where it is said.
 */
#include <stdlib.h>
#include "base/arena.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "calendar/zone.h"
#include "lib/engine_pipe.h"
#include "lib/posted.h"
#include "template/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SIZE_USED = 4096, CHAIN_MAX = 200, FILTERS_MAX = 8 };

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* ---- one by one ---- */

static size_t letters(struct str s)
{
	size_t n = 0;

	for (; s.len > 0; n++)
		utf8_next(&s);
	return n;
}

static void check_json(struct str was, struct str is)
{
	CLEANUP(json_freep) struct json *back = NULL;

	must(json_parse(&back, is, NULL) == 0 && json_kind(back) == JSON_STRING);
	must(str_eq(json_str(back, ""), was));
}

static void check_url(struct str is)
{
	for (size_t i = 0; i < is.len; i++)
		must((is.p[i] >= '0' && is.p[i] <= '9') || (is.p[i] >= 'a' && is.p[i] <= 'z') ||
		     (is.p[i] >= 'A' && is.p[i] <= 'Z') ||
		     str_find_char(STR("-._~%"), is.p[i]) != SIZE_MAX);
}

static void check_filter(const struct filter *f, struct str was, const struct value *is)
{
	struct str text = is->text;

	must(utf8_valid(text));
	if (f->kind == FILTER_JSON)
		check_json(was, text);
	if (f->kind == FILTER_URL)
		check_url(text);
	if (f->kind == FILTER_SHORT)
		must(letters(text) <= (size_t)f->n);
	if (f->kind == FILTER_FIRST_LINE)
		must(str_find_char(text, '\n') == SIZE_MAX);
	if (f->kind == FILTER_TRIM || f->kind == FILTER_FIRST_LINE || f->kind == FILTER_PLAIN)
		must(text.len <= was.len);
}

static void try_filters(struct str chain, struct str text)
{
	const struct filter_world world = { { 1767787200000 }, zone_utc() };
	struct value value = { .kind = VALUE_TEXT, .text = text };
	CLEANUP(diag_deinit) struct diag diag = { 0 };
	struct buf rooms[FILTERS_MAX] = { 0 };
	struct arena arena = { 0 };
	struct filter filter;
	struct str one;

	for (size_t i = 0; i < FILTERS_MAX && str_cut(&chain, '|', &one); i++) {
		struct str was = value.text;

		if (!filter_read(&filter, one, &arena, (struct place){ "fuzz", 1 }, &diag)) {
			must(diag.n_errors > 0);
			break;
		}
		filter_apply(&filter, &value, &world, &rooms[i]);
		check_filter(&filter, was, &value);
	}
	for (size_t i = 0; i < FILTERS_MAX; i++)
		buf_deinit(&rooms[i]);
	arena_deinit(&arena);
}

/* ---- as they are said ---- */

static void check_said(void *owner, const struct job *job)
{
	CLEANUP(buf_deinit) struct buf tokens = { 0 };

	(void)owner;
	must(posted_read(str_from(job_body(job)), &tokens) == NULL);
	must(tokens.len == 0);
}

static void say(struct str chain, struct str text)
{
	const struct ruleset_options options = { .allow_broadcast = false };
	CLEANUP(diag_deinit) struct diag diag = { 0 };
	CLEANUP(buf_deinit) struct buf rules = { 0 };
	struct ruleset *set = NULL;
	struct engine_pipe pipe;

	buf_addf(&rules,
		 "[rule r]\nmatch = ^(?<all>(?s:.*))$\nset kept = {all|%.*s}\n"
		 "say = x{all|%.*s}y\n {event.x.list|%.*s}@{kept}@{all|%.*s}{user.name|%.*s}\n",
		 STR_ARG(chain), STR_ARG(chain), STR_ARG(chain), STR_ARG(chain), STR_ARG(chain));
	if (ruleset_load_text(&set, buf_str(&rules), "fuzz.ini", &options, &diag) != 0)
		return;
	pipe_init(&pipe, set);
	pipe.name = pipe.field = text.len > 0 ? text : STR("x");
	pipe_hear(&pipe, text, check_said, NULL);
	pipe_deinit(&pipe);
	ruleset_unref(set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = str_make((const char *)data, size), chain = STR_EMPTY;

	if (size > SIZE_USED || !utf8_valid(rest) || !str_cut(&rest, '\n', &chain) ||
	    rest.p == NULL || chain.len > CHAIN_MAX)
		return 0;
	log_set_level(LOG_ERROR);
	try_filters(chain, rest);
	/* What ends the placeholder is the author's own text, and no filter. */
	if (str_find_char(chain, '}') == SIZE_MAX && str_find_char(chain, '{') == SIZE_MAX)
		say(chain, rest);
	return 0;
}
