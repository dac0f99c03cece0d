/* SPDX-License-Identifier: MIT */
/*
 * A test makes an event as complete as if Slack had sent it and the directory had filled it in. Ids are made of
 * names, so that the same name is the same person in every test.
 */
#include "rule/selftest.h"

#include "rule/known.h"

struct reading {
	struct rule_test *test;
	struct event *ev;
	struct arena *arena;
	struct diag *diag;
	struct str rest;
	bool has_text;
	bool has_kind; /* a word said what happened */
};

/* 2026-01-07 12:00:00 UTC */
static const int64_t DEFAULT_TIME_S = 1767787200;

/* ---- words of a test ---- */

static const struct known outcomes[] = {
	{ .name = "fires", .value = EXPECT_FIRES },
	{ .name = "silent", .value = EXPECT_SILENT },
	{ .name = "says", .value = EXPECT_SAYS },
	{ .name = "posts", .later = true },
	{ .name = "calls", .later = true },
	{ .name = "reacts", .later = true },
	{ .name = "dms", .later = true },
	{ .name = "sets", .later = true },
	{ .name = NULL },
};

static bool next_word(struct reading *r, struct str *word)
{
	return str_word(&r->rest, word);
}

static bool complain(struct reading *r, const char *why)
{
	diag_error(r->diag, r->test->at, "`%s` is no test: %s", r->test->line, why);
	return false;
}

static const struct known places[] = {
	{ .name = "dm", .value = CHANNEL_DM },
	{ .name = "group", .value = CHANNEL_GROUP },
	{ .name = "public", .value = CHANNEL_PUBLIC },
	{ .name = "private", .value = CHANNEL_PRIVATE },
	{ .name = NULL },
};

static bool take_in(struct reading *r, int value)
{
	const struct known *place;
	struct str word = STR_EMPTY;

	(void)value;
	next_word(r, &word);
	place = known_find(places, word);
	if (place != NULL)
		r->ev->channel_kind = (enum channel_kind)place->value;
	else if (str_is(word, "thread"))
		r->ev->thread_ts = STR("1767783600.000100"); /* an hour before */
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
	if (word.len > 1 && word.p[0] == '@')
		r->ev->user.handle = str_sub(word, 1, word.len);
	else if (word.len > 1 && (word.p[0] == 'U' || word.p[0] == 'W' || word.p[0] == 'B'))
		r->ev->user.id = word;
	else if (!r->ev->from_bot && !str_is(word, "people"))
		return complain(r, "`from` is followed by @name, an id, people or bots");
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

static const struct word {
	struct known known;
	bool (*take)(struct reading *r, int value);
} words[] = {
	{ { .name = "in" }, take_in },
	{ { .name = "from" }, take_from },
	{ { .name = "to" }, take_to },
	{ { .name = "at", .later = true }, NULL },
	{ { .name = "message", .value = EVENT_MESSAGE }, take_kind },
	{ { .name = "edit", .value = EVENT_EDIT }, take_kind },
	{ { .name = "delete", .value = EVENT_DELETE }, take_kind },
	{ { .name = "reaction", .value = EVENT_REACTION }, take_reaction },
	{ { .name = "unreaction", .value = EVENT_UNREACTION }, take_reaction },
	{ { .name = "join", .value = EVENT_JOIN }, take_kind },
	{ { .name = "leave", .value = EVENT_LEAVE }, take_kind },
	{ { .name = "file", .value = EVENT_MESSAGE }, take_file },
	{ { .name = "pin", .value = EVENT_PIN }, take_kind },
	{ { .name = "command", .later = true }, NULL },
	{ { .name = "event", .value = EVENT_OTHER }, take_event },
};

static const char *word_at(const void *table, size_t i)
{
	(void)table;
	return i < ARRAY_LEN(words) ? words[i].known.name : NULL;
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
		if (words[i].take != NULL)
			return words[i].take(r, words[i].known.value);
		known_complain_later("word", word, r->test->at, r->diag);
		return false;
	}
	if (known_find(outcomes, word) != NULL)
		return complain(r, "`->` is missing in front of its outcome");
	if (hint != NULL)
		return complain(r, hint);
	known_complain_unknown("word", word, word_at, NULL, r->test->at, r->diag);
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
		if (str_skip(&r->rest, "->"))
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

static bool read_outcome(struct reading *r)
{
	const struct known *row;
	struct str word = STR_EMPTY, said;

	if (!next_word(r, &word))
		return complain(r, "it ends in `-> fires`, `-> silent` or `-> says \"…\"`");
	row = known_look(outcomes, "outcome", word, r->test->at, r->diag);
	if (row == NULL)
		return false;
	r->test->expect = (enum test_expect)row->value;
	r->rest = str_trim(r->rest);
	if (row->value == EXPECT_SAYS) {
		if (r->rest.len == 0 || r->rest.p[0] != '"')
			return complain(r, "`says` is followed by a text in quotes");
		if (!take_quoted(r, &said))
			return false;
		r->test->says = (char *)str_keep(r->arena, said).p;
	}
	return str_trim(r->rest).len == 0 || complain(r, "something stands behind its end");
}

/* ---- completing the event ---- */

/* "ana" gives UANA; what is no letter or digit is spelled out, so that no two names meet. */
static struct str id_of(struct arena *arena, char kind, struct str name)
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
		user->id = id_of(r->arena, 'U', user->handle);
	user->name = user->handle;
	r->ev->author = *user;
	if (user->is_bot)
		r->ev->bot_id = id_of(r->arena, 'B', user->handle);
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
		ev->channel = id_of(r->arena, letters[ev->channel_kind], ev->channel_name);
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
	case EVENT_TIME:
	case EVENT_OTHER:
		return STR_EMPTY;
	}
	return STR("message");
}

static void complete(struct reading *r)
{
	struct event *ev = r->ev;
	struct place at = r->test->at;

	complete_person(r);
	complete_channel(r);
	complete_text(r);
	if (ev->type.len == 0)
		ev->type = type_of(ev->kind);
	ev->team = STR("TTEST");
	ev->ts = str_keepf(r->arena, "%lld.%06u", (long long)DEFAULT_TIME_S, at.line % 1000000);
	ev->event_ts = ev->ts;
	ev->time.ms = DEFAULT_TIME_S * 1000;
	ev->key = str_keepf(r->arena, "test:%s:%u", at.file, at.line);
}

static bool needs_text(enum event_kind kind)
{
	return kind == EVENT_MESSAGE || kind == EVENT_EDIT || kind == EVENT_DELETE;
}

bool selftest_read(struct rule_test *test, struct str line, struct arena *arena, struct diag *diag)
{
	struct reading r = {
		.test = test, .ev = event_new(), .arena = arena, .diag = diag, .rest = line
	};
	bool good;

	test->line = (char *)str_keep(arena, line).p;
	r.rest = str_from(test->line); /* the event's slices point into it */
	good = read_what_happens(&r) && read_outcome(&r);
	if (good && !r.has_text && needs_text(r.ev->kind) && !r.ev->has_files)
		good = complain(&r, "it has no text in quotes");
	if (!good) {
		event_free(r.ev);
		return false;
	}
	complete(&r);
	test->event = r.ev;
	return true;
}
