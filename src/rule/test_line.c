/* SPDX-License-Identifier: MIT */
#include "rule/test_line.h"

#include "base/arena.h"
#include "base/keyword.h"
#include "calendar/zone.h"
#include "rule/test_event.h"

struct reading {
	struct rule_test *test;
	struct event *ev;
	const struct zone *zone;
	struct arena *arena;
	struct diag *diag;
	struct str rest;
	struct civil when;
	bool has_text;
	bool has_kind;	 /* a word said what happened */
	bool event_only; /* without arrow and outcome */
};

static const struct civil default_time = { .year = 2026, .month = 1, .day = 7, .hour = 12 };

/* ---- what may stand behind the arrow ---- */

const char *test_line_outcome_at(size_t i)
{
	return i < N_EXPECTS ? test_outcome((enum test_expect)i)->name : NULL;
}

static const char *outcome_at(const void *table, size_t i)
{
	(void)table;
	return test_line_outcome_at(i);
}

static bool next_word(struct reading *r, struct str *word)
{
	return str_word(&r->rest, word);
}

static bool complain(struct reading *r, const char *why)
{
	diag_error(r->diag, r->test->at, r->event_only ? "`%s`: %s" : "`%s` is no test: %s",
		   r->test->line, why);
	return false;
}

/* ---- what happens ---- */

static const struct keyword places[] = {
	{ .name = "dm", .value = CHANNEL_DM },
	{ .name = "group", .value = CHANNEL_GROUP },
	{ .name = "public", .value = CHANNEL_PUBLIC },
	{ .name = "private", .value = CHANNEL_PRIVATE },
	{ .name = NULL },
};

/* `at 2026-11-21 23:00`, or one of both. */
static bool take_at(struct reading *r, struct str word)
{
	struct civil day = r->when, hour = { 0 };
	bool has_day = civil_read_date(word, &day);
	bool has_hour = !has_day && civil_read_time(word, &hour);
	struct str rest = r->rest;

	if (!has_day && !has_hour)
		return complain(
			r, "`at` is followed by a day and a time, as in `at 2026-11-21 23:00`");
	if (has_day && str_word(&rest, &word) && civil_read_time(word, &hour)) {
		has_hour = true;
		r->rest = rest;
	}
	r->when.year = day.year;
	r->when.month = day.month;
	r->when.day = day.day;
	if (has_hour) {
		r->when.hour = hour.hour;
		r->when.minute = hour.minute;
		r->when.second = hour.second;
	}
	return true;
}

/* What stands in front of the arrow beside texts. Those from WORD_MESSAGE on say what happens. */
enum word {
	WORD_IN,
	WORD_FROM,
	WORD_TO,
	WORD_AT,
	WORD_MESSAGE,
	WORD_FILE,
	WORD_REACTION,
	WORD_COMMAND,
	WORD_EVENT
};

static const struct {
	const char *name;
	enum word word;
	enum event_kind kind;
} words[] = {
	{ "in", WORD_IN, EVENT_MESSAGE },
	{ "from", WORD_FROM, EVENT_MESSAGE },
	{ "to", WORD_TO, EVENT_MESSAGE },
	{ "at", WORD_AT, EVENT_MESSAGE },
	{ "message", WORD_MESSAGE, EVENT_MESSAGE },
	{ "edit", WORD_MESSAGE, EVENT_EDIT },
	{ "delete", WORD_MESSAGE, EVENT_DELETE },
	{ "reaction", WORD_REACTION, EVENT_REACTION },
	{ "unreaction", WORD_REACTION, EVENT_UNREACTION },
	{ "join", WORD_MESSAGE, EVENT_JOIN },
	{ "leave", WORD_MESSAGE, EVENT_LEAVE },
	{ "file", WORD_FILE, EVENT_MESSAGE },
	{ "pin", WORD_MESSAGE, EVENT_PIN },
	{ "command", WORD_COMMAND, EVENT_COMMAND },
	{ "every", WORD_MESSAGE, EVENT_TIME },
	{ "cron", WORD_MESSAGE, EVENT_TIME },
	{ "event", WORD_EVENT, EVENT_OTHER },
};

static bool take_known(struct reading *r, enum word known)
{
	struct event *ev = r->ev;
	struct str word = STR_EMPTY, behind;
	const struct keyword *place;

	if (known != WORD_MESSAGE && known != WORD_FILE)
		next_word(r, &word);
	switch (known) {
	case WORD_IN:
		place = keyword_find(places, word);
		if (place != NULL)
			ev->channel_kind = (enum channel_kind)place->value;
		else if (str_is(word, "thread"))
			ev->thread_ts = STR("root"); /* its real one when the event is completed */
		else if (word.len > 1 && word.p[0] == '#')
			ev->channel_name = str_sub(word, 1, word.len);
		else if (word.len > 1 && (word.p[0] == 'C' || word.p[0] == 'D' || word.p[0] == 'G'))
			ev->channel = word;
		else
			return complain(
				r,
				"`in` is followed by #channel, an id, dm, group, public, private or thread");
		break;
	case WORD_FROM:
		ev->from_bot = ev->user.is_bot = str_is(word, "bots");
		ev->user.is_guest = str_is(word, "guests");
		if (word.len > 1 && word.p[0] == '@')
			ev->user.handle = str_sub(word, 1, word.len);
		else if (word.len > 1 && (word.p[0] == 'U' || word.p[0] == 'W' || word.p[0] == 'B'))
			ev->user.id = word;
		else if (!ev->from_bot && !ev->user.is_guest && !str_is(word, "people"))
			return complain(
				r, "`from` is followed by @name, an id, people, guests or bots");
		break;
	case WORD_TO:
		ev->mentions_bot = str_is(word, "bot");
		return ev->mentions_bot || complain(r, "`to` is followed by `bot`");
	case WORD_AT:
		return take_at(r, word);
	case WORD_MESSAGE:
		break;
	case WORD_FILE:
		ev->has_files = true;
		break;
	case WORD_REACTION:
		behind = r->rest;
		if (word.len < 3 || word.p[0] != ':' || word.p[word.len - 1] != ':')
			return complain(
				r,
				"`reaction` is followed by the name of an emoji, as in `reaction :x: on \"text\"`");
		ev->reaction = event_reaction_name(word);
		if (str_word(&behind, &word) && str_is(word, "on"))
			r->rest = behind;
		break;
	case WORD_COMMAND:
		ev->command = word;
		if (!str_starts(word, "/"))
			return complain(
				r, "`command` is followed by the command, as in `command /lunch`");
		break;
	case WORD_EVENT:
		ev->type = word;
		if (word.len == 0)
			return complain(r, "`event` is followed by the name of an event");
		break;
	}
	return true;
}

static bool take_kind(struct reading *r, enum event_kind kind)
{
	if (r->has_kind)
		return complain(r, "it says twice what happened");
	r->has_kind = true;
	r->ev->kind = kind;
	return true;
}

const char *test_line_word_at(size_t i)
{
	return i < ARRAY_LEN(words) ? words[i].name : NULL;
}

static const char *word_at(const void *table, size_t i)
{
	(void)table;
	return test_line_word_at(i);
}

/* What an editor for letters makes of a quote or an arrow, and what people write for one. */
static const char *what_it_looks_like(struct str word)
{
	static const char *const quotes[] = {
		"\u201C", "\u201D", "\u201E", "\u00AB", "\u2018", "'"
	};
	static const char *const arrows[] = { "=>",	"-->",	   ">",	     "\u2192",
					      "\u21D2", "\u2013>", "\u2014>" };

	for (size_t i = 0; i < ARRAY_LEN(quotes); i++) {
		if (str_starts(word, quotes[i]))
			return "texts stand between straight double quotes, as in \"text\"";
	}
	for (size_t i = 0; i < ARRAY_LEN(arrows); i++) {
		if (str_is(word, arrows[i]))
			return "the arrow is written `->`";
	}
	return NULL;
}

static bool take_word(struct reading *r, struct str word)
{
	const char *hint = what_it_looks_like(word);

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (str_is(word, words[i].name))
			return take_known(r, words[i].word) &&
			       (words[i].word < WORD_MESSAGE || take_kind(r, words[i].kind));
	}
	if (test_outcome_named(word) != N_EXPECTS)
		return complain(r, "`->` is missing in front of its outcome");
	if (hint != NULL)
		return complain(r, hint);
	keyword_complain_unknown("word", word, word_at, NULL, r->test->at, r->diag);
	return false;
}

/* ---- quoted texts ---- */

/* The rest begins with a quote; `\"` within is one. */
static bool take_quoted(struct reading *r, struct str *out)
{
	char *copy = arena_alloc(r->arena, r->rest.len);
	struct str s = r->rest;
	size_t len = 0;

	for (size_t i = 1; i < s.len; i++) {
		if (s.p[i] == '"') {
			*out = str_make(copy, len);
			r->rest = str_sub(s, i + 1, s.len);
			return true;
		}
		if (s.p[i] == '\\' && i + 1 < s.len && s.p[i + 1] == '"')
			i++;
		copy[len++] = s.p[i];
	}
	return complain(r, "a quote is not closed");
}

static bool take_text(struct reading *r)
{
	if (r->has_text)
		return complain(r, "it has two texts");
	r->has_text = true;
	return take_quoted(r, &r->ev->text);
}

/* Everything in front of the arrow. */
static bool read_what_happens(struct reading *r)
{
	struct str word;

	for (;;) {
		r->rest = str_trim(r->rest);
		if (r->event_only && r->rest.len == 0)
			return true;
		if (!r->event_only && str_skip(&r->rest, "->"))
			return true;
		if (r->rest.len == 0)
			return complain(r, "it ends in `-> fires`, `-> silent` or `-> says \"…\"`");
		if (r->rest.p[0] == '"') {
			if (!take_text(r))
				return false;
			continue;
		}
		next_word(r, &word);
		if (!take_word(r, word))
			return false;
	}
}

/* ---- outcomes ---- */

static bool has_quote(const struct reading *r)
{
	return r->rest.len > 0 && r->rest.p[0] == '"';
}

/* `#channel`, `@who`, `:emoji:`, `webhook NAME`, a method, a variable. */
static bool read_target(struct reading *r, const struct test_outcome *outcome)
{
	struct str word, target = STR_EMPTY;

	r->rest = str_trim(r->rest);
	if (outcome->target == NO_TARGET || has_quote(r) || !next_word(r, &target)) {
		if (outcome->target == NEEDS_TARGET)
			return complain(r,
					"its outcome does not say where, as `posts #channel` does");
		r->test->target = (char *)str_keep(r->arena, target).p;
		return true;
	}
	if (r->test->expect == EXPECT_CALLS && str_is(target, "webhook") && next_word(r, &word))
		target = str_keepf(r->arena, "webhook %.*s", STR_ARG(word));
	if (r->test->expect == EXPECT_REACTS)
		target = event_reaction_name(target);
	r->test->target = (char *)str_keep(r->arena, target).p;
	return true;
}

static bool read_said(struct reading *r, const struct test_outcome *outcome)
{
	struct str said = STR_EMPTY;

	r->rest = str_trim(r->rest);
	if (!outcome->text || !has_quote(r)) {
		if (!outcome->needs_text)
			return true;
		diag_error(r->diag, r->test->at,
			   "`%s` is no test: `%s` is followed by a text in quotes", r->test->line,
			   outcome->name);
		return false;
	}
	if (!take_quoted(r, &said))
		return false;
	r->test->says = (char *)str_keep(r->arena, said).p;
	return true;
}

static bool read_outcome(struct reading *r)
{
	const struct test_outcome *outcome;
	struct str word = STR_EMPTY;

	if (!next_word(r, &word))
		return complain(r, "it ends in `-> fires`, `-> silent` or `-> says \"…\"`");
	r->test->expect = test_outcome_named(word);
	if (r->test->expect == N_EXPECTS) {
		keyword_complain_unknown("outcome", word, outcome_at, NULL, r->test->at, r->diag);
		return false;
	}
	outcome = test_outcome(r->test->expect);
	if (!read_target(r, outcome) || !read_said(r, outcome))
		return false;
	if (str_trim(r->rest).len == 0)
		return true;
	diag_error(r->diag, r->test->at,
		   "`%s` is no test: something stands behind its end, which is written as `-> %s`",
		   r->test->line, outcome->example);
	return false;
}

/* ---- the whole line ---- */

static bool needs_text(enum event_kind kind)
{
	return kind == EVENT_MESSAGE || kind == EVENT_EDIT || kind == EVENT_DELETE;
}

static bool read_all(struct reading *r, struct str line)
{
	bool good;

	r->when = default_time;
	r->test->line = (char *)str_keep(r->arena, line).p;
	r->test->target = (char *)"";
	r->rest = str_from(r->test->line); /* the event's slices point into it */
	good = read_what_happens(r) && (r->event_only || read_outcome(r));
	if (good && !r->has_text && needs_text(r->ev->kind) && !r->ev->has_files)
		good = complain(r, "it has no text in quotes");
	if (good)
		test_event_complete(r->ev, zone_wall(r->zone, &r->when), r->test->at);
	else
		event_free(r->ev);
	return good;
}

bool test_line_read(struct rule_test *test, struct str line, const struct zone *zone,
		    struct arena *arena, struct diag *diag)
{
	struct reading r = {
		.test = test, .ev = event_new(), .zone = zone, .arena = arena, .diag = diag
	};

	if (!read_all(&r, line))
		return false;
	test->event = r.ev;
	return true;
}

struct event *test_line_event(struct str line, const struct zone *zone, struct place at,
			      struct arena *arena, struct diag *diag)
{
	struct rule_test test = { .at = at };
	struct reading r = {
		.test = &test,
		.ev = event_new(),
		.zone = zone,
		.arena = arena,
		.diag = diag,
		.event_only = true,
	};

	return read_all(&r, line) ? r.ev : NULL;
}
