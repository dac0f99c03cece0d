/* SPDX-License-Identifier: MIT */
#include "kill/tale.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

/* A wait may end a little early by the clock of another process. */
enum { WAIT_US = 990000 };

static const char *const words[N_TALE_KINDS] = { "re",	 "both",  "wait", "mark",
						 "post", "karma", "once", "chat" };
static const char *const people[] = { "ana", "raj", "kim", "lea" };
static const char *const channels[] = { "general", "dev", "help" };

const char tale_rules[] = "[rule re]\n"
			  "match = ^re (?<n>\\d+)$\n"
			  "reply = re {n}\n"
			  "[rule both]\n"
			  "match = ^both (?<n>\\d+)$\n"
			  "reply = both {n} first\n"
			  "say   = both {n} then\n"
			  "[rule wait]\n"
			  "match = ^wait (?<n>\\d+)$\n"
			  "reply = wait {n} first\n"
			  "wait  = 1s\n"
			  "reply = wait {n} then\n"
			  "[rule mark]\n"
			  "match = ^mark (?<n>\\d+)$\n"
			  "react = tada\n"
			  "[rule post]\n"
			  "match = ^post (?<n>\\d+)$\n"
			  "post #ops = post {n}\n"
			  "[rule karma]\n"
			  "match = ^karma (?<n>\\d+)$\n"
			  "add karma = 1\n"
			  "reply = karma {n} is {karma}\n"
			  "[rule once]\n"
			  "match = ^once (?<n>\\d+)$\n"
			  "limit = 1 per user ever\n"
			  "reply = once {n}\n";

void tale_init(struct tale *t, struct sim *sim)
{
	struct sim_workspace *w = &sim->workspace;

	*t = (struct tale){ .sim = sim };
	for (size_t i = 0; i < ARRAY_LEN(people); i++)
		workspace_add_user(w, str_from(people[i]), false);
	for (size_t i = 0; i <= ARRAY_LEN(channels); i++) {
		const char *name = i < ARRAY_LEN(channels) ? channels[i] : "ops";
		struct channel *c = workspace_add_channel(w, str_from(name), PLACE_PUBLIC);

		channel_join(c, w->bot);
		for (size_t k = 0; k < ARRAY_LEN(people); k++)
			channel_join(c, workspace_user(w, str_from(people[k])));
	}
}

void tale_deinit(struct tale *t)
{
	free(t->said);
}

void tale_say(struct tale *t, uint64_t random)
{
	struct sim_workspace *w = &t->sim->workspace;
	struct said *s;
	char text[40];

	if (t->n == t->cap) {
		t->cap = t->cap * 2 + 64;
		t->said = mem_grow(t->said, t->cap, sizeof(*t->said));
	}
	s = &t->said[t->n];
	*s = (struct said){
		.kind = (enum tale_kind)(random % N_TALE_KINDS),
		.user = workspace_user(w, str_from(people[random / 16 % ARRAY_LEN(people)])),
		.channel = workspace_channel(w,
					     str_from(channels[random / 64 % ARRAY_LEN(channels)])),
		.at_ms = sim_ms(t->sim),
	};
	snprintf(text, sizeof(text), "%s %zu", words[s->kind], t->n);
	t->n++;
	s->message = channel_post(s->channel, w->clock, s->user, str_from(text), STR_EMPTY);
	sim_publish_message(t->sim, s->channel, s->message);
}

/* ---- judging ---- */

/* An answer that was found, or was not. */
struct found {
	size_t n;
	struct message *message;
	const struct channel *channel;
};

struct judgement {
	const struct tale *t;
	struct found (*answers)[2]; /* to what was said: first, and then */
	tale_wrong_fn *on_wrong;
	void *owner;
	struct tale_sum sum;
	size_t *karma; /* how often each sum was shown; the n-th place is sum n */
	size_t n_karma;
};

static void complain(struct judgement *j, const char *how, size_t number, const char *what)
{
	if (j->on_wrong != NULL)
		j->on_wrong(j->owner, how, number, what);
}

/* The number and the rest of `WORD N REST`. */
static bool read_answer(const char *text, enum tale_kind *kind, size_t *number, struct str *rest)
{
	struct str words_left = str_from(text), word, digits;
	int64_t n;

	if (!str_word(&words_left, &word) || !str_word(&words_left, &digits) ||
	    !str_int(digits, &n) || n < 0)
		return false;
	for (*kind = 0; *kind < N_TALE_KINDS; (*kind)++)
		if (str_is(word, words[*kind]))
			break;
	*number = (size_t)n;
	*rest = str_trim(words_left);
	return *kind < N_TALE_KINDS;
}

static bool is_in_place(const struct said *s, bool is_second, const struct channel *c,
			const struct message *m)
{
	if (s->kind == TALE_POST)
		return str_is(str_from(c->name), "ops") && m->thread_ts == NULL;
	if (s->kind == TALE_BOTH && is_second)
		return c == s->channel && m->thread_ts == NULL;
	return c == s->channel && m->thread_ts != NULL && strcmp(m->thread_ts, s->message->ts) == 0;
}

static void count_sum(struct judgement *j, struct str sum)
{
	int64_t n;

	if (str_skip(&sum, "is ") && str_int(sum, &n) && n > 0 && n <= (int64_t)j->t->n)
		j->karma[n]++;
}

static void look_at(struct judgement *j, const struct channel *c, struct message *m)
{
	enum tale_kind kind;
	size_t number;
	struct str rest;
	const struct said *s;
	struct found *found;
	bool is_second;

	if (!read_answer(m->text, &kind, &number, &rest) || number >= j->t->n) {
		j->sum.wrong++;
		complain(j, "nobody asked for", SIZE_MAX, m->text);
		return;
	}
	s = &j->t->said[number];
	is_second = str_is(rest, "then");
	if (s->kind != kind || !is_in_place(s, is_second, c, m)) {
		j->sum.wrong++;
		complain(j, "in the wrong place", number, m->text);
		return;
	}
	found = &j->answers[number][is_second];
	found->channel = c;
	/* The first one counts for the order: the second is one too many. */
	if (found->n++ == 0)
		found->message = m;
	if (kind == TALE_KARMA)
		count_sum(j, rest);
}

static void expect_one(struct judgement *j, size_t number, bool is_second, const char *what)
{
	size_t n = j->answers[number][is_second].n;

	j->sum.wanted++;
	j->sum.lost += n == 0;
	j->sum.doubled += n > 1 ? n - 1 : 0;
	if (n != 1)
		complain(j, n == 0 ? "lost" : "doubled", number, what);
}

static int64_t us_of(const char *ts)
{
	struct str rest = str_from(ts), seconds;
	int64_t s = 0, us = 0;

	str_cut(&rest, '.', &seconds);
	str_int(seconds, &s);
	str_int(rest, &us);
	return s * 1000000 + us;
}

static void expect_order(struct judgement *j, size_t number)
{
	const struct message *first = j->answers[number][0].message;
	const struct message *then = j->answers[number][1].message;
	int64_t gap = first != NULL && then != NULL ? us_of(then->ts) - us_of(first->ts) :
						      INT64_MAX;

	if (gap >= (j->t->said[number].kind == TALE_WAIT ? WAIT_US : 0))
		return;
	j->sum.wrong++;
	complain(j, "too early", number, then->text);
}

static void expect_reaction(struct judgement *j, size_t number)
{
	const struct reaction *r = message_reaction(j->t->said[number].message, STR("tada"));
	bool is_there = r != NULL && r->n_users > 0;

	j->sum.wanted++;
	j->sum.lost += !is_there;
	if (!is_there)
		complain(j, "lost", number, ":tada:");
}

/* The limit lets one answer through, to whichever of a person's messages came first. */
static void expect_once(struct judgement *j, const struct user *u)
{
	size_t n = 0, last = SIZE_MAX;

	for (size_t i = 0; i < j->t->n; i++)
		if (j->t->said[i].kind == TALE_ONCE && j->t->said[i].user == u) {
			n += j->answers[i][0].n;
			last = j->answers[i][0].n > 0 || last == SIZE_MAX ? i : last;
		}
	if (last == SIZE_MAX)
		return;
	j->sum.wanted++;
	j->sum.lost += n == 0;
	j->sum.doubled += n > 1 ? n - 1 : 0;
	if (n != 1)
		complain(j, n == 0 ? "lost" : "doubled", last, "once");
}

/* Each sum was reached once: no addition was forgotten, none made twice. An answer that was lost takes its sum with it,
 * and has been counted. */
static void expect_karma(struct judgement *j)
{
	size_t n_lost = 0, n_absent = 0;
	char what[40];

	for (size_t i = 0; i < j->t->n; i++)
		n_lost += j->t->said[i].kind == TALE_KARMA && j->answers[i][0].n == 0;
	for (size_t n = 1; n <= j->n_karma; n++)
		n_absent += j->karma[n] == 0;
	for (size_t n = 1; n <= j->t->n; n++) {
		bool is_wrong = n > j->n_karma ? j->karma[n] > 0 : j->karma[n] > 1;

		if (!is_wrong && (n > j->n_karma || j->karma[n] == 1 || n_absent <= n_lost))
			continue;
		j->sum.wrong++;
		snprintf(what, sizeof(what), "karma is %zu, %zu times", n, j->karma[n]);
		complain(j, "miscounted", SIZE_MAX, what);
	}
}

static void judge_one(struct judgement *j, size_t number)
{
	switch (j->t->said[number].kind) {
	case TALE_REPLY:
	case TALE_POST:
	case TALE_KARMA:
		expect_one(j, number, false, j->t->said[number].message->text);
		break;
	case TALE_BOTH:
	case TALE_WAIT:
		expect_one(j, number, false, "first");
		expect_one(j, number, true, "then");
		expect_order(j, number);
		break;
	case TALE_REACTION:
		expect_reaction(j, number);
		break;
	case TALE_ONCE:
	case TALE_CHAT:
	case N_TALE_KINDS:
		break;
	}
}

struct tale_sum tale_judge(const struct tale *t, tale_wrong_fn *on_wrong, void *owner)
{
	const struct sim_workspace *w = &t->sim->workspace;
	struct judgement j = { .t = t, .on_wrong = on_wrong, .owner = owner };
	struct map_entry *at = NULL;
	struct str id;
	void *value;

	j.answers = mem_zero(t->n + 1, sizeof(*j.answers));
	j.karma = mem_zero(t->n + 1, sizeof(*j.karma));
	while (map_next(&w->channels, &at, &id, &value)) {
		const struct channel *c = value;

		for (size_t i = 0; i < c->n_messages; i++)
			if (c->messages[i]->author == w->bot)
				look_at(&j, c, c->messages[i]);
	}
	for (size_t i = 0; i < t->n; i++) {
		j.n_karma += t->said[i].kind == TALE_KARMA;
		judge_one(&j, i);
	}
	for (size_t i = 0; i < ARRAY_LEN(people); i++)
		expect_once(&j, workspace_user(w, str_from(people[i])));
	expect_karma(&j);
	free(j.answers);
	free(j.karma);
	return j.sum;
}
