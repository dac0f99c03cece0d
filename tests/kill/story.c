/* SPDX-License-Identifier: MIT */
#include "kill/story.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "kill/life.h"
#include "kill/tale.h"
#include "sim/fault.h"
#include "sim/links.h"
#include "sim/socket_side.h"

enum {
	TURN_MS = 2,
	LIFE_MAX_MS = 4000,   /* a life in which nothing is killed by then ends */
	QUIET_MS = 150,	      /* so does one in which nothing more happens */
	REST_MAX_MS = 300000, /* the last one rests by then: looking up is slow by Slack's limits */
	STUCK_MS =
		70000, /* nothing happens, and it does not rest: all is tried again within a minute */
	AFTER_REST_MS = 150, /* what comes behind that would be too much */
	LOOK_MS = 50,
	CUT_MAX = 600, /* of the bytes of an answer, its head with it */
	STRIDE =
		7919, /* system calls between one kill and the next; a prime, so that all get their turn */
};

/* Something that happened, to be told when a story ends badly. */
struct moment {
	int64_t ms;
	size_t about; /* the number of what was said; SIZE_MAX = everything */
	char *text;
};

struct story {
	const struct story_setup *setup;
	uint64_t seed, random;
	struct story_tally *tally;
	struct sim *sim;
	struct tale tale;
	struct tmpdir folder;
	struct life life;
	int64_t lives_since, alive_since; /* ms: the start, and the hello; -1 = none so far */
	int64_t say_at;
	int n_left; /* to be said in this life */
	bool is_crowded;
	size_t n_calls_seen; /* entries of the ledger, when something happened last */
	int64_t happened_at;
	struct moment *moments;
	size_t n_moments, cap_moments;
	size_t first_bad; /* what is told of */
};

static uint64_t draw(struct story *s)
{
	s->random ^= s->random << 13;
	s->random ^= s->random >> 7;
	s->random ^= s->random << 17;
	return s->random >> 8;
}

static int64_t below(struct story *s, int64_t n)
{
	return (int64_t)(draw(s) % (uint64_t)n);
}

static int64_t now(const struct story *s)
{
	return mono_ms_between(s->sim->started, clock_mono(loop_clock(s->sim->loop)));
}

__attribute__((format(printf, 4, 5))) static void note(struct story *s, int64_t ms, size_t about,
						       const char *fmt, ...)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	va_list args;

	va_start(args, fmt);
	buf_addv(&text, fmt, args);
	va_end(args);
	buf_addc(&text, '\0');
	if (s->setup->verbose)
		printf("%6" PRId64 " ms  %s\n", ms, text.p);
	if (s->n_moments == s->cap_moments) {
		s->cap_moments = s->cap_moments * 2 + 64;
		s->moments = mem_grow(s->moments, s->cap_moments, sizeof(*s->moments));
	}
	s->moments[s->n_moments++] = (struct moment){ ms, about, buf_take(&text) };
}

/* ---- one life ---- */

/* The next call goes wrong, whether it is obeyed or not: what a client cannot tell. */
static void let_fail(struct story *s)
{
	static const struct {
		const char *name;
		enum fault_kind kind;
		int64_t number;
		const char *word;
	} faults[] = {
		{ "reset", FAULT_RESET, 0, "" },
		{ "reset after commit", FAULT_RESET_AFTER, 0, "" },
		{ "500", FAULT_STATUS, 500, "" },
		{ "502 after commit", FAULT_STATUS_AFTER, 502, "" },
		{ "503", FAULT_STATUS, 503, "" },
		{ "html", FAULT_HTML, 502, "" },
		{ "internal_error", FAULT_ERROR, 0, "internal_error" },
		{ "internal_error after commit", FAULT_ERROR_AFTER, 0, "internal_error" },
		{ "request_timeout", FAULT_ERROR, 0, "request_timeout" },
		{ "fatal_error after commit", FAULT_ERROR_AFTER, 0, "fatal_error" },
		{ "cut", FAULT_CUT, -1, "" },
		{ "cut", FAULT_CUT, -1, "" },
		{ "429", FAULT_LIMITED, 1, "" },
		{ "delay 120ms", FAULT_DELAY, 120, "" },
		{ "dribble", FAULT_DRIBBLE, 0, "" },
	};
	/* Also those by which it looks for what it may have said. */
	static const char *const methods[] = { "chat.postMessage",	"chat.postMessage",
					       "chat.postMessage",	"reactions.add",
					       "conversations.replies", "conversations.history" };
	size_t i = (size_t)below(s, ARRAY_LEN(faults));
	const char *method = methods[below(s, ARRAY_LEN(methods))];

	int64_t number = faults[i].number >= 0 ? faults[i].number : below(s, CUT_MAX);

	fault_add(&s->sim->faults, str_from(method), 1, faults[i].kind, number,
		  str_from(faults[i].word));
	note(s, now(s), SIZE_MAX, "the next %s goes wrong: %s %" PRId64, method, faults[i].name,
	     number);
}

static void say_something(struct story *s)
{
	const struct said *said;

	if (s->setup->faults && below(s, 5) == 0)
		let_fail(s);
	tale_say(&s->tale, draw(s));
	said = &s->tale.said[s->tale.n - 1];
	note(s, said->at_ms, s->tale.n - 1, "@%s in #%s says \"%s\"", said->user->name,
	     said->channel->name, said->message->text);
	s->tally->said++;
	s->n_left--;
	s->happened_at = now(s);
}

/* In a crowd it comes thick and fast. Some of it comes before the bot is there to hear it. */
static void set_next(struct story *s)
{
	s->say_at = now(s) + below(s, s->is_crowded ? 6 : 25);
}

static void turn(struct story *s)
{
	loop_turn(s->sim->loop, TURN_MS);
	if (s->alive_since < 0 && s->sim->links->n_live > 0)
		s->alive_since = s->happened_at = now(s);
	if (s->sim->ledger.n != s->n_calls_seen)
		s->happened_at = now(s);
	s->n_calls_seen = s->sim->ledger.n;
	if (s->n_left > 0 && now(s) >= s->say_at) {
		say_something(s);
		set_next(s);
	}
}

static bool begin_life(struct story *s, long at, int n_to_say)
{
	s->lives_since = s->happened_at = now(s);
	s->alive_since = -1;
	s->n_left = n_to_say;
	set_next(s);
	return life_start(&s->life, s->setup, s->sim, &s->folder, at);
}

static bool is_quiet(const struct story *s)
{
	return s->alive_since >= 0 && s->n_left == 0 && now(s) - s->happened_at > QUIET_MS;
}

static void end_life(struct story *s, const char *why)
{
	struct str output, line;
	int64_t at = now(s);

	life_end(&s->life);
	turn(s);
	output = process_output(s->life.process);
	while (str_cut(&output, '\n', &line))
		if (str_skip(&line, "kill: "))
			note(s, at, SIZE_MAX, "%s %.*s", why, STR_ARG(line));
		else if (line.len > 0)
			note(s, at, SIZE_MAX, "it wrote: %.*s", STR_ARG(line));
	if (!s->life.is_traced)
		note(s, at, SIZE_MAX, "%s %" PRId64 " ms after its start", why,
		     at - s->lives_since);
	process_free(TAKE(s->life.process));
}

static bool live_to_a_call(struct story *s, long at)
{
	if (!begin_life(s, at, 8))
		return false;
	while (!life_ended(&s->life) && !is_quiet(s) && now(s) - s->lives_since < LIFE_MAX_MS)
		turn(s);
	if (life_ended(&s->life))
		s->tally->at_calls++;
	else
		s->tally->at_rest++;
	end_life(s, life_ended(&s->life) ? "killed" : "killed in its rest");
	return true;
}

static bool live_to_a_moment(struct story *s)
{
	bool is_early = below(s, 5) == 0;
	int64_t wait = below(s, is_early ? 200 : 150);

	if (!begin_life(s, -1, 30))
		return false;
	while (!life_ended(&s->life) && now(s) - s->lives_since < LIFE_MAX_MS) {
		int64_t from = is_early ? s->lives_since : s->alive_since;

		if (from >= 0 && now(s) - from >= wait)
			break;
		turn(s);
	}
	s->tally->at_moments++;
	end_life(s, "killed");
	return true;
}

/* ---- the last life ---- */

static bool is_over(struct story *s)
{
	struct tale_sum sum = tale_judge(&s->tale, NULL, NULL);

	return s->n_left == 0 && sum.lost == 0 && socket_side_open(s->sim->socket) == 0 &&
	       life_unfinished(&s->folder) == 0;
}

static bool live_to_the_end(struct story *s, int n_to_say)
{
	int64_t patience, look_at = 0;
	bool over = false;

	if (!begin_life(s, -1, n_to_say))
		return false;
	while (!over && !life_ended(&s->life) && now(s) - s->lives_since < REST_MAX_MS &&
	       now(s) - s->happened_at < STUCK_MS) {
		turn(s);
		if (now(s) < look_at)
			continue;
		over = is_over(s);
		look_at = now(s) + LOOK_MS;
		/* Nothing is under way: what is missing now would have to be found in the history. */
		if (!over && is_quiet(s) && now(s) - s->happened_at > 5000 &&
		    life_unfinished(&s->folder) == 0)
			break;
	}
	patience = now(s) + AFTER_REST_MS;
	while (now(s) < patience)
		turn(s);
	if (life_ended(&s->life))
		printf("seed %" PRIu64 ": the bot ended by itself\n", s->seed);
	if (life_unfinished(&s->folder) != 0) {
		s->tally->unrest++;
		printf("seed %" PRIu64 ": the store still holds %d answers and rules under way\n",
		       s->seed, life_unfinished(&s->folder));
	}
	end_life(s, "ended");
	return true;
}

/* ---- the verdict ---- */

static void on_wrong(void *owner, const char *how, size_t number, const char *what)
{
	struct story *s = owner;

	printf("seed %" PRIu64 ": %s: %s", s->seed, how, what);
	if (number != SIZE_MAX)
		printf(", of \"%s\" by @%s in #%s", s->tale.said[number].message->text,
		       s->tale.said[number].user->name, s->tale.said[number].channel->name);
	printf("\n");
	if (s->first_bad == SIZE_MAX)
		s->first_bad = number;
}

static int by_time(const void *a, const void *b)
{
	const struct moment *x = a, *y = b;

	return (x->ms > y->ms) - (x->ms < y->ms);
}

/* Lines of the bot about other answers are not of use. */
static bool is_of_use(const struct story *s, const struct moment *m, size_t number)
{
	struct str text = str_from(m->text);

	return m->about == number ||
	       (m->about == SIZE_MAX &&
		(str_find(text, " rule=") == SIZE_MAX ||
		 str_find(text, s->tale.said[number].message->ts) != SIZE_MAX));
}

/* The calls that were about it. */
static void note_calls(struct story *s, size_t number)
{
	const struct said *said = &s->tale.said[number];
	char mark[40];

	snprintf(mark, sizeof(mark), "%s", said->message->text);
	for (size_t i = 0; i < s->sim->ledger.n; i++) {
		const struct entry *e = s->sim->ledger.entries[i];
		struct str text = json_str(e->args, "text");

		if (!(str_skip(&text, mark) && (text.len == 0 || text.p[0] == ' ')) &&
		    !str_is(json_str(e->args, "timestamp"), said->message->ts))
			continue;
		note(s, e->at_ms, number, "%s %.*s: %s", e->method,
		     STR_ARG(json_str(e->args, "text")),
		     e->error != NULL ? e->error :
		     e->status == 200 ? "ok" :
					"no answer");
	}
}

static void tell(struct story *s, size_t number)
{
	int64_t from = s->tale.said[number].at_ms - 500;

	note_calls(s, number);
	qsort(s->moments, s->n_moments, sizeof(*s->moments), by_time);
	for (size_t i = 0; i < s->n_moments; i++)
		if (s->moments[i].ms >= from && is_of_use(s, &s->moments[i], number))
			printf("  %6" PRId64 " ms  %s\n", s->moments[i].ms, s->moments[i].text);
}

static bool judge(struct story *s)
{
	struct tale_sum sum;

	s->first_bad = SIZE_MAX;
	sum = tale_judge(&s->tale, on_wrong, s);
	s->tally->wanted += sum.wanted;
	s->tally->lost += sum.lost;
	s->tally->doubled += sum.doubled;
	s->tally->wrong += sum.wrong;
	s->tally->redelivered += socket_side_resent(s->sim->socket);
	s->tally->faults += s->sim->n_faults;
	if (s->first_bad != SIZE_MAX)
		tell(s, s->first_bad);
	if (s->setup->verbose)
		ledger_print(&s->sim->ledger, s->sim->ledger.n, stdout);
	return sum.lost + sum.doubled + sum.wrong == 0;
}

/* ---- beginning and end ---- */

static bool begin(struct story *s, const struct story_setup *setup, uint64_t seed,
		  struct story_tally *tally)
{
	*s = (struct story){ .setup = setup,
			     .seed = seed,
			     .random = seed * UINT64_C(0x9E3779B97F4A7C15) + 1,
			     .tally = tally };
	tmpdir_init(&s->folder);
	if (sim_new(&s->sim, certificates_get(setup->certificates, STR("good")), 0, seed) != 0)
		return false;
	s->sim->set.limits = false;
	s->sim->set.classic = setup->rtm;
	s->sim->set.lag_ms = setup->lag_ms;
	s->sim->set.forgetful = setup->forgetful;
	/* What is not acknowledged comes again after 150 ms, 3 s and 15 s. */
	s->sim->set.speed = 20;
	tale_init(&s->tale, s->sim);
	life_prepare(setup, &s->folder);
	return true;
}

static void end(struct story *s)
{
	process_free(s->life.process);
	tale_deinit(&s->tale);
	sim_free(s->sim);
	tmpdir_deinit(&s->folder);
	for (size_t i = 0; i < s->n_moments; i++)
		free(s->moments[i].text);
	free(s->moments);
}

/* What was said before the bot knew a channel is none of its affairs; so where Slack does not tell again, it first hears a
 * little everywhere. */
static bool live_in_peace(struct story *s)
{
	if (!begin_life(s, -1, 0))
		return false;
	while (s->alive_since < 0 && !life_ended(&s->life) && now(s) - s->lives_since < LIFE_MAX_MS)
		turn(s);
	s->n_left = 24;
	while (!life_ended(&s->life) && !(is_quiet(s) && is_over(s)) &&
	       now(s) - s->lives_since < LIFE_MAX_MS)
		turn(s);
	end_life(s, "killed in peace");
	return true;
}

static bool live_and_die(struct story *s)
{
	if ((s->setup->rtm || s->setup->forgetful) && !live_in_peace(s))
		return false;
	for (uint64_t i = 0; i < STORY_KILLS && !s->setup->spare; i++) {
		uint64_t at = (s->seed * STORY_KILLS + i) * STRIDE % (uint64_t)s->setup->n_calls;

		if (!(s->is_crowded ? live_to_a_moment(s) : live_to_a_call(s, (long)at + 1)))
			return false;
	}
	s->is_crowded = false;
	return live_to_the_end(s, s->setup->spare ? 100 : 8);
}

bool story_play(const struct story_setup *setup, uint64_t seed, struct story_tally *tally)
{
	struct story s;
	uint64_t unrest = tally->unrest;
	bool good = begin(&s, setup, seed, tally);

	s.is_crowded = setup->unwatched || seed % 4 == 3;
	good = good && live_and_die(&s) && judge(&s) && tally->unrest == unrest;
	tally->stories++;
	end(&s);
	return good;
}

long story_measure(const struct story_setup *setup)
{
	struct story_tally tally = { 0 };
	struct story s;
	long n = 0;

	if (begin(&s, setup, 1, &tally) && begin_life(&s, 0, 0)) {
		while (s.alive_since < 0 && !life_ended(&s.life) && now(&s) < LIFE_MAX_MS)
			turn(&s);
		s.n_left = 12;
		while (!life_ended(&s.life) && !is_quiet(&s) && now(&s) < LIFE_MAX_MS)
			turn(&s);
		life_end(&s.life);
		turn(&s);
		n = s.alive_since >= 0 ? life_calls(&s.life) : 0;
		if (n == 0)
			printf("%.*s", STR_ARG(process_output(s.life.process)));
	}
	end(&s);
	return n;
}
