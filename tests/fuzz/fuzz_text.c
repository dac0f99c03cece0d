/* SPDX-License-Identifier: MIT */
/* Slack's markup: nothing crashes, inert text stays inert, and splitting loses no letter. */
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "slack/markup.h"
#include "slack/split.h"
#include "slack/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool known(void *owner, struct str id, struct str *name)
{
	(void)owner;
	*name = STR("\u201Cname\u201D <!here>");
	return id.len % 2 == 0;
}

static const struct text_names names = { NULL, known, known, known };

static void must(bool holds)
{
	if (!holds)
		abort();
}

static bool is_entity(struct str s)
{
	return str_starts(s, "&amp;") || str_starts(s, "&lt;") || str_starts(s, "&gt;");
}

static bool starts_call(struct str s)
{
	static const char *const calls[] = { "here", "channel", "everyone" };

	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		if (str_eq_nocase(str_sub(s, 0, strlen(calls[i])), str_from(calls[i])))
			return true;
	}
	return false;
}

static void check_inert(struct str inert)
{
	struct str left = inert, id;

	must(!text_next_mention(&left, &id));
	for (size_t i = 0; i < inert.len; i++) {
		char c = inert.p[i];
		struct str rest = str_sub(inert, i, inert.len);
		struct str next = str_sub(rest, 1, rest.len);

		must(c != '<' && c != '>' && c != '\0' && c != '\x7F');
		must(c != '&' || is_entity(rest));
		/* `here.example` may be a host: an address stays whole only when no call stands in front. */
		must(c != '@' || !starts_call(next) ||
		     (next.len > 4 && str_find_char(next, '.') != SIZE_MAX));
	}
}

/* What a split may add or drop is blanks and fences. */
static size_t letters(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += strchr(" \t\r\n`", s.p[i]) == NULL || s.p[i] == '\0';
	return n;
}

static void check_split(struct str text)
{
	struct str rest = text;
	bool in_code = false;
	size_t n = 0;
	struct buf part = { 0 };

	while (split_next(&rest, &in_code, &part)) {
		must(part.len > 0 && utf8_valid(buf_str(&part)));
		must(utf8_utf16_units(buf_str(&part)) <= 3500);
		n += letters(buf_str(&part));
	}
	must(n == letters(text));
	buf_deinit(&part);
}

static void check_mentions(struct str text)
{
	struct str rest = text_without_leading_mention(text, STR("UBOT")), left = text, id;
	bool is_mentioned = false;

	must(rest.len <= text.len && rest.p + rest.len == text.p + text.len);
	while (text_next_mention(&left, &id))
		is_mentioned = is_mentioned || str_is(id, "UBOT");
	must(rest.len == text.len || is_mentioned);
}

static void check_markup(struct str text, struct buf *out)
{
	must(markup_mention(out, text) == (out->len > 0));
	buf_clear(out);
	must(markup_channel_link(out, text) == (out->len > 0));
	buf_clear(out);
	markup_permalink(out, STR("https://x/"), text, text, text);
	must(str_find_char(buf_str(out), '<') == SIZE_MAX &&
	     str_find_char(buf_str(out), '|') == SIZE_MAX);
	buf_clear(out);
	markup_literal(out, text);
	must(utf8_valid(buf_str(out)));
}

struct reading {
	struct buf text;
	size_t end; /* of what was told so far */
};

static void on_run(void *owner, const struct text_run *run)
{
	struct reading *reading = owner;

	must(run->from == reading->end && run->to <= reading->text.len);
	must(run->to > run->from || run->address.len > 0);
	must(run->part == PART_TEXT || run->part == PART_CODE || run->part == PART_QUOTE);
	must((run->sigil != '\0') == (run->id.len > 0));
	must(run->sigil == '\0' || run->address.len == 0);
	must(utf8_valid(str_sub(buf_str(&reading->text), run->from, run->to)));
	reading->end = run->to;
}

/* The runs are the text as it is seen, all of it, and prose is one run of text. */
static void check_runs(struct str raw, struct str seen)
{
	struct reading reading = { .end = 0 };

	buf_init(&reading.text, 0);
	text_read(&reading.text, raw, &names, on_run, &reading);
	must(reading.end == reading.text.len);
	must(str_eq(buf_str(&reading.text), seen));
	buf_deinit(&reading.text);
}

static void must_be_text(void *owner, const struct text_run *run)
{
	struct reading *reading = owner;

	must(run->part == PART_TEXT && run->sigil == '\0' && run->address.len == 0);
	must(reading->end++ == 0);
}

static void check_prose(struct str raw)
{
	struct reading reading = { .end = 0 };

	if (!text_is_prose(raw))
		return;
	buf_init(&reading.text, 0);
	text_read(&reading.text, raw, &names, must_be_text, &reading);
	buf_deinit(&reading.text);
}

/* What is taken off in front is what the beginning shows: the rest of the text is that of the rest. */
static void check_rest(struct str raw, struct str seen)
{
	struct str rest = text_without_leading_mention(raw, STR("UBOT"));
	struct buf front = { 0 }, back = { 0 };

	text_seen(&front, str_sub(raw, 0, raw.len - rest.len), &names);
	text_seen(&back, rest, &names);
	must(front.len + back.len == seen.len);
	must(str_eq(buf_str(&back), str_sub(seen, front.len, seen.len)));
	buf_deinit(&front);
	buf_deinit(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make((const char *)data, size);
	struct buf out = { 0 };

	if (!utf8_valid(text))
		return 0;
	text_seen(&out, text, &names);
	must(utf8_valid(buf_str(&out)));
	check_runs(text, buf_str(&out));
	check_prose(text);
	check_rest(text, buf_str(&out));
	buf_clear(&out);
	markup_inert(&out, text);
	must(utf8_valid(buf_str(&out)));
	check_inert(buf_str(&out));
	check_split(buf_str(&out));
	buf_clear(&out);
	check_markup(text, &out);
	buf_deinit(&out);
	check_split(text);
	check_mentions(text);
	return 0;
}
