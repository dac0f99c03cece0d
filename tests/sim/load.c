/* SPDX-License-Identifier: MIT */
#include "sim/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "sim/links.h"
#include "sim/rtm_side.h"
#include "sim/socket_side.h"

enum { TICK_MS = 1, WINDOW = 256, WINDOW_BYTES = 1 << 20 };

struct load {
	struct sim *sim;
	struct load_plan plan;
	struct channel **channels;
	struct user **people;
	struct loop_timer tick;
	struct mono started;
	int64_t sent, n_matching;
	size_t first_entry; /* of the ledger */
	struct loop_timer refresh;
	int64_t refresh_ms, refreshes_left, refreshes;
	char *reason;
};

static void name_number(char out[32], const char *stem, int64_t i)
{
	snprintf(out, 32, "%s%03lld", stem, (long long)i);
}

static void make_people(struct load *load)
{
	struct sim_workspace *w = &load->sim->workspace;
	char name[32];

	load->people = mem_zero((size_t)load->plan.people, sizeof(struct user *));
	for (int64_t i = 0; i < load->plan.people; i++) {
		name_number(name, "person", i);
		load->people[i] = workspace_add_user(w, str_from(name), false);
	}
	load->channels = mem_zero((size_t)load->plan.channels, sizeof(struct channel *));
	for (int64_t i = 0; i < load->plan.channels; i++) {
		name_number(name, "load", i);
		load->channels[i] = workspace_add_channel(w, str_from(name), PLACE_PUBLIC);
		channel_join(load->channels[i], w->bot);
	}
}

/* Spread evenly: the n-th message matches when the running share of matches goes up. */
static bool matches(const struct load *load, int64_t n)
{
	return (n + 1) * load->plan.matching / 100 > n * load->plan.matching / 100;
}

static void send_one(struct load *load)
{
	static const char *const chatter[] = {
		"did anyone see the printer?",	 "lunch at noon",
		"the build is green again",	 "see you tomorrow",
		"numbers are in the sheet",	 "thanks, that worked",
		"who has the key to room four?",
	};
	struct sim *sim = load->sim;
	int64_t n = load->sent++;
	bool match = matches(load, n);
	/* Matches wander through the channels, so that no channel's pace holds up the rest. */
	int64_t at = match ? load->n_matching++ : n;
	struct channel *c = load->channels[at % load->plan.channels];
	struct user *u = load->people[sim_random(sim, (uint64_t)load->plan.people)];
	struct message *m = channel_post(
		c, sim->workspace.clock, u,
		str_from(match ? load->plan.text : chatter[n % ARRAY_LEN(chatter)]), STR_EMPTY);

	m->load = match ? LOAD_MATCHES : LOAD_OTHER;
	sim_publish_message(sim, c, m);
}

/* How many may leave now: by the rate, and never more than the client can take. */
static int64_t allowed(const struct load *load)
{
	const struct sim *sim = load->sim;
	int64_t due = load->plan.messages - load->sent;
	int64_t elapsed = mono_ms_between(load->started, loop_now(sim->loop));
	int64_t room = WINDOW - (int64_t)socket_side_open(sim->socket);

	if (sim->links->n_live == 0 && sim->set.classic)
		return 0; /* RTM would lose them, and rightly so */
	if (load->plan.rate > 0 && load->plan.rate * elapsed / 1000 - load->sent < due)
		due = load->plan.rate * elapsed / 1000 - load->sent;
	if (sim->set.classic)
		room = links_unsent(sim->links) < WINDOW_BYTES ? WINDOW : 0;
	return due < room ? due : room;
}

static void on_tick(void *owner)
{
	struct load *load = owner;

	for (int64_t n = allowed(load); n > 0; n--)
		send_one(load);
	if (load->sent < load->plan.messages)
		loop_timer_start(load->sim->loop, &load->tick, TICK_MS);
}

static void on_refresh(void *owner)
{
	static const char *const kinds[] = { "warning", "refresh_requested", "container_recycled" };
	struct load *load = owner;
	struct sim *sim = load->sim;
	const char *reason = strcmp(load->reason, "any") == 0 ?
				     kinds[load->refreshes % (int64_t)ARRAY_LEN(kinds)] :
				     load->reason;
	bool done = sim->set.classic ? rtm_side_goodbye(sim->rtm, -1) :
				       socket_side_refresh(sim->socket, reason, -1);

	if (done) {
		load->refreshes++;
		load->refreshes_left--;
	}
	if (load->refreshes_left > 0)
		loop_timer_start(sim->loop, &load->refresh, load->refresh_ms);
}

static void pad(struct load_plan *plan)
{
	size_t len = strlen(plan->text), padding = (size_t)plan->padding;

	plan->text = mem_grow(plan->text, len + padding + 1, 1);
	memset(plan->text + len, 'x', padding);
	plan->text[len + padding] = '\0';
}

struct load *load_start(struct sim *sim, const struct load_plan *plan)
{
	struct load *load = mem_zero(1, sizeof(*load));

	load->sim = sim;
	load->plan = *plan;
	pad(&load->plan);
	load->first_entry = sim->ledger.n;
	load->started = clock_mono(loop_clock(sim->loop));
	make_people(load);
	loop_timer_init(&load->tick, on_tick, load);
	loop_timer_init(&load->refresh, on_refresh, load);
	loop_timer_start(sim->loop, &load->tick, 0);
	return load;
}

void load_free(struct load *load)
{
	if (load == NULL)
		return;
	loop_timer_stop(load->sim->loop, &load->tick);
	loop_timer_stop(load->sim->loop, &load->refresh);
	free(load->plan.text);
	free(load->reason);
	free(load->people);
	free(load->channels);
	free(load);
}

void load_refresh(struct load *load, int64_t every_ms, int64_t times, struct str reason)
{
	load->refresh_ms = every_ms;
	load->refreshes_left = times;
	free(load->reason);
	load->reason = str_dup(reason);
	loop_timer_start(load->sim->loop, &load->refresh, every_ms);
}

bool load_refreshed(const struct load *load)
{
	return load->refreshes_left == 0;
}

/* An answer in the thread of a message of this load; NULL = the call was something else. */
static struct message *answered(const struct load *load, const struct entry *e)
{
	struct channel *c;
	struct message *m;

	if (!e->acted)
		return NULL;
	c = workspace_channel(&load->sim->workspace, str_from(e->channel));
	m = c != NULL ? channel_message(c, json_str(e->args, "thread_ts")) : NULL;
	return m != NULL && m->load != LOAD_NONE ? m : NULL;
}

static int64_t count_answers(const struct load *load)
{
	int64_t n = 0;

	for (size_t i = load->first_entry; i < load->sim->ledger.n; i++)
		n += answered(load, load->sim->ledger.entries[i]) != NULL;
	return n;
}

int64_t load_answers(struct load *load)
{
	for (size_t i = load->first_entry; i < load->sim->ledger.n; i++) {
		if (answered(load, load->sim->ledger.entries[i]) != NULL)
			load->sim->ledger.entries[i]->wanted = true;
	}
	return count_answers(load);
}

int64_t load_sent(const struct load *load)
{
	return load != NULL ? load->sent : 0;
}

bool load_taken(const struct load *load)
{
	return load->sent == load->plan.messages && socket_side_open(load->sim->socket) == 0;
}

bool load_done(const struct load *load)
{
	return load_taken(load) && count_answers(load) >= load->n_matching;
}

/* The sums of a check. */
struct sums {
	int64_t answers, wrong, missed, doubled, unasked;
	int64_t *latency_us;
	struct mono last;
};

static void check_entry(const struct load *load, struct entry *e, struct str text,
			struct sums *sums)
{
	struct message *m = answered(load, e);
	CLEANUP(buf_deinit) struct buf wanted = { 0 };
	struct str rest = text;
	size_t mark;

	if (m == NULL)
		return;
	while ((mark = str_find(rest, "{user}")) != SIZE_MAX) {
		buf_add(&wanted, str_sub(rest, 0, mark));
		buf_addf(&wanted, "<@%s>", m->author->id);
		rest = str_sub(rest, mark + strlen("{user}"), rest.len);
	}
	buf_add(&wanted, rest);
	e->wanted = true;
	if (!str_eq(json_str(e->args, "text"), buf_str(&wanted)))
		sums->wrong++;
	if (sums->answers < load->n_matching)
		sums->latency_us[sums->answers] = (e->at.ns - m->published.ns) / 1000;
	sums->answers++;
	sums->last = e->at;
}

static void check_message(const struct message *m, struct sums *sums)
{
	if (m->load == LOAD_MATCHES && m->n_answers == 0)
		sums->missed++;
	if (m->load == LOAD_MATCHES && m->n_answers > 1)
		sums->doubled++;
	if (m->load == LOAD_OTHER && m->n_answers > 0)
		sums->unasked++;
}

static int by_size(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static double in_ms(int64_t us)
{
	return (double)us / 1000;
}

static void report_line(const struct load *load, struct sums *sums, struct buf *report)
{
	int64_t n = sums->answers < load->n_matching ? sums->answers : load->n_matching;
	double seconds = (double)(sums->last.ns - load->started.ns) / 1e9;

	qsort(sums->latency_us, (size_t)n, sizeof(int64_t), by_size);
	buf_addf(
		report,
		"%lld messages, %lld matching, %lld answers: %lld missed, %lld doubled, %lld wrong, "
		"%lld unasked for",
		(long long)load->sent, (long long)load->n_matching, (long long)sums->answers,
		(long long)sums->missed, (long long)sums->doubled, (long long)sums->wrong,
		(long long)sums->unasked);
	if (n == 0)
		return;
	buf_addf(report,
		 "; %.0f messages/s; event to POST: median %.2f ms, 99%% %.2f ms, worst %.2f ms",
		 seconds > 0 ? (double)load->sent / seconds : 0, in_ms(sums->latency_us[n / 2]),
		 in_ms(sums->latency_us[n * 99 / 100]), in_ms(sums->latency_us[n - 1]));
	if (load->refreshes > 0)
		buf_addf(report, "; %lld refreshes", (long long)load->refreshes);
}

bool load_check(struct load *load, struct str text, struct buf *report)
{
	struct sums sums = { 0 };

	sums.latency_us = mem_zero((size_t)load->n_matching + 1, sizeof(int64_t));
	for (size_t i = load->first_entry; i < load->sim->ledger.n; i++)
		check_entry(load, load->sim->ledger.entries[i], text, &sums);
	for (int64_t c = 0; c < load->plan.channels; c++)
		for (size_t i = 0; i < load->channels[c]->n_messages; i++)
			check_message(load->channels[c]->messages[i], &sums);
	report_line(load, &sums, report);
	free(sums.latency_us);
	return sums.missed + sums.doubled + sums.wrong + sums.unasked == 0;
}
