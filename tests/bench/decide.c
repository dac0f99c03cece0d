/* SPDX-License-Identifier: MIT */
/*
 * How long a decision takes without any network: the text of an envelope in, jobs out. One line for each
 * number of rules; the message fires one of them. Median of several rounds, because machines are noisy.
 */
#include <stdio.h>
#include <stdlib.h>
#include "base/buf.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "engine/engine.h"
#include "slack/decode.h"
#include "store/memory.h"

enum { ROUNDS = 7, EVENTS = 2000 };

static const size_t rule_counts[] = { 1, 10, 100, 1000, 5000 };

static enum tristate is_user(const struct workspace *w, struct str name,
			     const struct person *person)
{
	(void)w;
	return str_eq(name, person->handle) ? TRISTATE_YES : TRISTATE_NO;
}

static bool find(const struct workspace *w, char sigil, struct str name, struct str *id)
{
	(void)w;
	(void)sigil;
	(void)name;
	(void)id;
	return false;
}

static bool no_name(void *owner, struct str id, struct str *name)
{
	(void)owner;
	(void)id;
	(void)name;
	return false;
}

static bool channel(const struct workspace *w, struct str id, struct str *name)
{
	return no_name((void *)w, id, name);
}

static bool person(const struct workspace *w, struct str id, struct person *out)
{
	(void)w;
	*out = (struct person){ .id = id, .handle = id, .name = id };
	return true;
}

static const struct resolver resolver = {
	.is_user = is_user,
	.find = find,
	.person = person,
	.channel = channel,
};

static struct ruleset *make_rules(size_t n)
{
	const struct ruleset_options options = { 0 };
	CLEANUP(buf_deinit) struct buf text;
	CLEANUP(diag_deinit) struct diag diag;
	struct ruleset *set = NULL;

	buf_init(&text, 0);
	diag_init(&diag);
	for (size_t i = 0; i < n; i++)
		buf_addf(
			&text,
			"[rule r%zu]\nmatch = \\b(how|where)\\b.{0,40}\\btopic%zu\\b\nreply = {user}: see {1} %zu\n",
			i, i, i);
	if (ruleset_load_text(&set, buf_str(&text), "bench.ini", &options, &diag) != 0) {
		diag_print(&diag, stderr);
		exit(1);
	}
	return set;
}

static void make_envelope(struct buf *out, size_t i, size_t n_rules)
{
	buf_addf(
		out,
		"{\"type\":\"event_callback\",\"team_id\":\"T1\",\"api_app_id\":\"A1\",\"event\":{\"type\":\"message\","
		"\"channel\":\"C%zu\",\"channel_type\":\"channel\",\"user\":\"U%zu\",\"team\":\"T1\",\"text\":\"Good morning, "
		"does anybody know how I get to %s%zu today?\",\"ts\":\"17000%05zu.000100\",\"event_ts\":"
		"\"17000%05zu.000100\",\"client_msg_id\":\"0186b75a-0000\"},\"event_id\":\"Ev%zu\",\"event_time\":17000%05zu}",
		i % 500, i % 50, i % 10 == 0 ? "topic" : "subject", i % n_rules, i, i, i, i);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Nanoseconds an event, and how many jobs came out. */
static double one_round(struct ruleset *set, size_t n_rules, size_t *n_jobs)
{
	const struct workspace workspace = { .name = "",
					     .me = { .team_id = (char *)"T1",
						     .team_url = (char *)"https://acme.slack.com/",
						     .user_id = (char *)"UBOT",
						     .bot_id = (char *)"BBOT" },
					     .resolver = &resolver };
	const struct text_names names = { NULL, no_name, no_name, no_name };
	const struct engine_setup setup = {
		.store = memory_open(),
		.clock = clock_system(),
		.workspace = &workspace,
	};
	struct engine *engine = engine_new(&setup);
	CLEANUP(buf_deinit) struct buf text;
	const struct outcome done = { .kind = OUTCOME_DONE };
	struct mono start;
	struct job *job;
	double ns;

	buf_init(&text, 0);
	engine_set_rules(engine, set);
	start = clock_mono(clock_system());
	for (size_t i = 0; i < EVENTS; i++) {
		struct json *body = NULL;
		struct event *ev = NULL;
		const char *why = NULL;

		buf_clear(&text);
		make_envelope(&text, i, n_rules);
		if (json_parse(&body, buf_str(&text), &why) != 0 ||
		    decode_callback(&ev, body, &workspace.me, &why) != 0) {
			fprintf(stderr, "%s\n", why);
			exit(1);
		}
		json_free(body);
		decode_texts(ev, &workspace.me, &names);
		engine_take(engine, ev, NULL, NULL, NULL);
		engine_commit(engine);
	}
	ns = (double)(clock_mono(clock_system()).ns - start.ns) / EVENTS;
	for (*n_jobs = 0; (job = outbox_lease(engine_outbox(engine))) != NULL; ++*n_jobs)
		engine_settled(engine, job, &done);
	engine_free(engine);
	return ns;
}

int main(void)
{
	for (size_t c = 0; c < ARRAY_LEN(rule_counts); c++) {
		struct ruleset *set = make_rules(rule_counts[c]);
		double ns[ROUNDS];
		size_t n_jobs = 0;

		for (size_t r = 0; r < ROUNDS; r++)
			ns[r] = one_round(set, rule_counts[c], &n_jobs);
		qsort(ns, ROUNDS, sizeof(ns[0]), by_size);
		printf("decide: %5zu rules  %8.2f us an event (%.2f to %.2f), %zu of %d answered\n",
		       rule_counts[c], ns[ROUNDS / 2] / 1000, ns[0] / 1000, ns[ROUNDS - 1] / 1000,
		       n_jobs, EVENTS);
		ruleset_unref(set);
	}
	return 0;
}
