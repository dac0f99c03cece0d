/* SPDX-License-Identifier: MIT */
/*
 * A test makes an event as complete as if Slack had sent it and the directory had filled it in. Ids are made of
 * names, so that the same name is the same person in every test.
 */
#include "rule/test_line.h"

#include "base/arena.h"
#include "calendar/zone.h"
#include "base/keyword.h"

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

/* ---- words of a test ---- */

enum takes_target { NO_TARGET, MAY_HAVE_TARGET, NEEDS_TARGET };

/* What may stand behind the arrow: `word`, its target, a text. */
static const struct outcome {
	const char *name;
	enum test_expect expect;
	enum takes_target target;
	bool text, needs_text;
	const char *example;
} outcomes[] = {
	{ "fires", EXPECT_FIRES, NO_TARGET, false, false, "fires" },
	{ "silent", EXPECT_SILENT, NO_TARGET, false, false, "silent" },
	{ "says", EXPECT_SAYS, NO_TARGET, true, true, "says \"a part of the answer\"" },
	{ "whispers", EXPECT_WHISPERS, NO_TARGET, true, true, "whispers \"a part of the answer\"" },
	{ "posts", EXPECT_POSTS, NEEDS_TARGET, true, false, "posts #channel" },
	{ "dms", EXPECT_DMS, MAY_HAVE_TARGET, true, false, "dms @ana \"a part of it\"" },
	{ "reacts", EXPECT_REACTS, MAY_HAVE_TARGET, false, false, "reacts :eyes:" },
	{ "calls", EXPECT_CALLS, NEEDS_TARGET, true, false,
	  "calls webhook tickets` or `calls conversations.setTopic" },
	{ "sets", EXPECT_SETS, NEEDS_TARGET, true, false, "sets karma" },
};

const char *test_line_outcome_at(size_t i)
{
	return i < ARRAY_LEN(outcomes) ? outcomes[i].name : NULL;
}

static const char *outcome_at(const void *table, size_t i)
{
	(void)table;
	return test_line_outcome_at(i);
}

static const struct outcome *outcome_named(struct str word)
{
	for (size_t i = 0; i < ARRAY_LEN(outcomes); i++) {
		if (str_is(word, outcomes[i].name))
			return &outcomes[i];
	}
	return NULL;
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

static const struct keyword places[] = {
	{ .name = "dm", .value = CHANNEL_DM },
	{ .name = "group", .value = CHANNEL_GROUP },
	{ .name = "public", .value = CHANNEL_PUBLIC },
	{ .name = "private", .value = CHANNEL_PRIVATE },
	{ .name = NULL },
};

static bool take_in(struct reading *r, int value)
{
	const struct keyword *place;
	struct str word = STR_EMPTY;

	(void)value;
	next_word(r, &word);
	place = keyword_find(places, word);
	if (place != NULL)
		r->ev->channel_kind = (enum channel_kind)place->value;
	else if (str_is(word, "thread"))
		r->ev->thread_ts = STR("root"); /* an hour before; see complete */
	else if (word.len > 1 && word.p[0] == '#')
		r->ev->channel_name = str_sub(word, 1, word.len);
	else if (word.len > 1 && (word.p[0] == 'C' || word.p[0] == 'D' || word.p[0] == 'G'))
		r->ev->channel = word;
	else
		return complain(
			r,
			"`in` is followed by #channel, an id, dm, group, public, private or thread");
	return true;
}

static bool take_from(struct reading *r, int value)
{
	struct str word = STR_EMPTY;

	(void)value;
	next_word(r, &word);
	r->ev->from_bot = r->ev->user.is_bot = str_is(word, "bots");
	r->ev->user.is_guest = str_is(word, "guests");
	if (word.len > 1 && word.p[0] == '@')
		r->ev->user.handle = str_sub(word, 1, word.len);
	else if (word.len > 1 && (word.p[0] == 'U' || word.p[0] == 'W' || word.p[0] == 'B'))
		r->ev->user.id = word;
	else if (!r->ev->from_bot && !r->ev->user.is_guest && !str_is(word, "people"))
		return complain(r, "`from` is followed by @name, an id, people, guests or bots");
	return true;
}

static bool take_to(struct reading *r, int value)
{
	struct str word = STR_EMPTY;

	(void)value;
	next_word(r, &word);
	if (!str_is(word, "bot"))
		return complain(r, "`to` is followed by `bot`");
	r->ev->mentions_bot = true;
	return true;
}

/* `at 2026-11-21 23:00`, or one of both. */
static bool take_at(struct reading *r, int value)
{
	struct str word = STR_EMPTY, rest;
	struct civil day = r->when, hour = { 0 };
	bool has_day, has_hour;

	(void)value;
	next_word(r, &word);
	has_day = civil_read_date(word, &day);
	has_hour = !has_day && civil_read_time(word, &hour);
	if (!has_day && !has_hour)
		return complain(
			r, "`at` is followed by a day and a time, as in `at 2026-11-21 23:00`");
	rest = r->rest;
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

static bool take_kind(struct reading *r, int value)
{
	if (r->has_kind)
		return complain(r, "it says twice what happened");
	r->has_kind = true;
	r->ev->kind = (enum event_kind)value;
	return true;
}

static bool take_file(struct reading *r, int value)
{
	r->ev->has_files = true;
	return take_kind(r, value);
}

static bool take_reaction(struct reading *r, int value)
{
	struct str word = STR_EMPTY, behind = r->rest, on;

	next_word(r, &word);
	behind = r->rest;
	if (word.len < 3 || word.p[0] != ':' || word.p[word.len - 1] != ':')
		return complain(
			r,
			"`reaction` is followed by the name of an emoji, as in `reaction :x: on \"text\"`");
	r->ev->reaction = event_reaction_name(word);
	if (str_word(&behind, &on) && str_is(on, "on"))
		r->rest = behind;
	return take_kind(r, value);
}

static bool take_event(struct reading *r, int value)
{
	if (!next_word(r, &r->ev->type))
		return complain(r, "`event` is followed by the name of an event");
	return take_kind(r, value);
}

static bool take_command(struct reading *r, int value)
{
	if (!next_word(r, &r->ev->command) || r->ev->command.p[0] != '/')
		return complain(r, "`command` is followed by the command, as in `command /lunch`");
	return take_kind(r, value);
}

static const struct word {
	struct keyword known;
	bool (*take)(struct reading *r, int value);
} words[] = {
	{ { .name = "in" }, take_in },
	{ { .name = "from" }, take_from },
	{ { .name = "to" }, take_to },
	{ { .name = "at" }, take_at },
	{ { .name = "message", .value = EVENT_MESSAGE }, take_kind },
	{ { .name = "edit", .value = EVENT_EDIT }, take_kind },
	{ { .name = "delete", .value = EVENT_DELETE }, take_kind },
	{ { .name = "reaction", .value = EVENT_REACTION }, take_reaction },
	{ { .name = "unreaction", .value = EVENT_UNREACTION }, take_reaction },
	{ { .name = "join", .value = EVENT_JOIN }, take_kind },
	{ { .name = "leave", .value = EVENT_LEAVE }, take_kind },
	{ { .name = "file", .value = EVENT_MESSAGE }, take_file },
	{ { .name = "pin", .value = EVENT_PIN }, take_kind },
	{ { .name = "command", .value = EVENT_COMMAND }, take_command },
	{ { .name = "every", .value = EVENT_TIME }, take_kind },
	{ { .name = "cron", .value = EVENT_TIME }, take_kind },
	{ { .name = "event", .value = EVENT_OTHER }, take_event },
};

const char *test_line_word_at(size_t i)
{
	return i < ARRAY_LEN(words) ? words[i].known.name : NULL;
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
		if (!str_is(word, words[i].known.name))
			continue;
		return words[i].take(r, words[i].known.value);
	}
	if (outcome_named(word) != NULL)
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
static bool read_target(struct reading *r, const struct outcome *outcome)
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
	if (outcome->expect == EXPECT_CALLS && str_is(target, "webhook") && next_word(r, &word))
		target = str_keepf(r->arena, "webhook %.*s", STR_ARG(word));
	if (outcome->expect == EXPECT_REACTS)
		target = event_reaction_name(target);
	r->test->target = (char *)str_keep(r->arena, target).p;
	return true;
}

static bool read_said(struct reading *r, const struct outcome *outcome)
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
	const struct outcome *outcome;
	struct str word = STR_EMPTY;

	if (!next_word(r, &word))
		return complain(r, "it ends in `-> fires`, `-> silent` or `-> says \"…\"`");
	outcome = outcome_named(word);
	if (outcome == NULL) {
		keyword_complain_unknown("outcome", word, outcome_at, NULL, r->test->at, r->diag);
		return false;
	}
	r->test->expect = outcome->expect;
	if (!read_target(r, outcome) || !read_said(r, outcome))
		return false;
	if (str_trim(r->rest).len == 0)
		return true;
	diag_error(r->diag, r->test->at,
		   "`%s` is no test: something stands behind its end, which is written as `-> %s`",
		   r->test->line, outcome->example);
	return false;
}

/* ---- completing the event ---- */

/* "ana" gives UANA; what is no letter or digit is spelled out, so that no two names meet. */
struct str test_line_id(struct arena *arena, char kind, struct str name)
{
	char *id = arena_alloc(arena, 2 + 3 * name.len);
	size_t len = 0;

	id[len++] = kind;
	for (size_t i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.p[i];

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')) {
			id[len++] = (char)c;
		} else if (c >= 'a' && c <= 'z') {
			id[len++] = (char)(c - ('a' - 'A'));
		} else {
			id[len++] = '0';
			id[len++] = "0123456789ABCDEF"[c >> 4];
			id[len++] = "0123456789ABCDEF"[c & 15];
		}
	}
	return str_make(id, len);
}

static void complete_person(struct reading *r)
{
	struct person *user = &r->ev->user;

	if (user->handle.len == 0)
		user->handle = user->id.len > 0 ? user->id :
			       user->is_bot	? STR("somebot") :
						  STR("someone");
	if (user->id.len == 0)
		user->id = test_line_id(r->arena, 'U', user->handle);
	user->name = user->handle;
	r->ev->author = *user;
	if (user->is_bot)
		r->ev->bot_id = test_line_id(r->arena, 'B', user->handle);
}

static void complete_channel(struct reading *r)
{
	static const char letters[] = {
		[CHANNEL_UNKNOWN] = 'C', [CHANNEL_PUBLIC] = 'C', [CHANNEL_PRIVATE] = 'C',
		[CHANNEL_DM] = 'D',	 [CHANNEL_GROUP] = 'G',
	};
	struct event *ev = r->ev;

	if (ev->channel_kind == CHANNEL_UNKNOWN)
		ev->channel_kind = ev->channel.len > 0 && ev->channel.p[0] == 'D' ? CHANNEL_DM :
										    CHANNEL_PUBLIC;
	if (ev->channel_name.len == 0)
		ev->channel_name = STR("test");
	if (ev->channel.len == 0)
		ev->channel = test_line_id(r->arena, letters[ev->channel_kind], ev->channel_name);
	if (ev->channel_kind == CHANNEL_DM)
		ev->channel_name = STR_EMPTY;
}

static bool is_name_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_' || c == '-' || (unsigned char)c >= 0x80;
}

/* `@bot` in the text is a mention of the bot. */
static bool has_mention(struct str text)
{
	size_t at;

	while ((at = str_find(text, "@bot")) != SIZE_MAX) {
		struct str behind = str_sub(text, at + 4, text.len);

		if ((at == 0 || !is_name_byte(text.p[at - 1])) &&
		    (behind.len == 0 || !is_name_byte(behind.p[0])))
			return true;
		text = behind;
	}
	return false;
}

static void complete_text(struct reading *r)
{
	struct event *ev = r->ev;
	struct str text = ev->text;

	ev->text_known = true;
	ev->text_raw = ev->text_to_bot = text;
	if (!has_mention(text))
		return;
	ev->mentions_bot = true;
	text = str_trim(text);
	if (!str_skip(&text, "@bot") || (text.len > 0 && is_name_byte(text.p[0])))
		return;
	while (text.len > 0 &&
	       (text.p[0] == ' ' || text.p[0] == ':' || text.p[0] == ',' || text.p[0] == '\t'))
		text = str_sub(text, 1, text.len);
	ev->text_to_bot = text;
}

/* Slack's names for the events that a test can speak of. */
static struct str type_of(enum event_kind kind)
{
	switch (kind) {
	case EVENT_MESSAGE:
	case EVENT_EDIT:
	case EVENT_DELETE:
		break;
	case EVENT_REACTION:
		return STR("reaction_added");
	case EVENT_UNREACTION:
		return STR("reaction_removed");
	case EVENT_JOIN:
		return STR("member_joined_channel");
	case EVENT_LEAVE:
		return STR("member_left_channel");
	case EVENT_PIN:
		return STR("pin_added");
	case EVENT_COMMAND:
		return STR("slash_command");
	case EVENT_TIME:
		return STR("time");
	case EVENT_OTHER:
		return STR_EMPTY;
	}
	return STR("message");
}

/* A moment happens to nobody and nowhere. */
static void complete_who_and_where(struct reading *r)
{
	if (r->ev->kind == EVENT_TIME)
		return;
	complete_person(r);
	complete_channel(r);
}

static void complete(struct reading *r)
{
	struct event *ev = r->ev;
	struct place at = r->test->at;

	complete_who_and_where(r);
	complete_text(r);
	if (ev->type.len == 0)
		ev->type = type_of(ev->kind);
	ev->team = STR("TTEST");
	ev->time = zone_wall(r->zone, &r->when);
	ev->ts = str_keepf(r->arena, "%lld.%06u", (long long)(ev->time.ms / 1000),
			   at.line % 1000000);
	if (ev->thread_ts.len > 0)
		ev->thread_ts = str_keepf(r->arena, "%lld.000100",
					  (long long)(ev->time.ms / 1000 - 3600));
	ev->event_ts = ev->ts;
	if (ev->kind == EVENT_JOIN || ev->kind == EVENT_LEAVE || ev->kind == EVENT_COMMAND ||
	    ev->kind == EVENT_TIME)
		ev->ts = ev->thread_ts = STR_EMPTY;
	ev->key = str_keepf(r->arena, "test:%s:%u", at.file, at.line);
}

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
		complete(r);
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
