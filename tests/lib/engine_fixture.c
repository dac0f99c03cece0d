/* SPDX-License-Identifier: MIT */
#include "lib/engine_fixture.h"

#include <stdio.h>
#include <string.h>
#include "base/log.h"
#include "lib/journal.h"
#include "engine/inner.h"
#include "lib/unit.h"
#include "store/memory.h"

/* ---- what is done ---- */

static void add_part(struct buf *out, const char *before, const char *text)
{
	if (text != NULL && text[0] != '\0')
		buf_addf(out, "%s%s", before, text);
}

static void tell_job(struct engine_fixture *h, const struct job *job)
{
	const char *body = job_body(job), *blocks = NULL;
	struct buf *out = &h->done;

	buf_addf(out, "%s%s", out->len > 0 ? " | " : "", job->verb);
	if (job->kind == JOB_CALL)
		add_part(out, " ", job->call.method);
	if (job->kind == JOB_WEBHOOK)
		add_part(out, " ", job->webhook.name);
	add_part(out, " ", job->channel);
	if (job->kind == JOB_MESSAGE) {
		add_part(out, "/", job->message.thread_ts);
		add_part(out, "@", job->message.user);
		add_part(out, " ", job->message.broadcast ? "broadcast" : NULL);
		blocks = job->message.blocks;
	}
	if (job->kind == JOB_REACTION)
		add_part(out, " ", job->reaction.ts);
	if (job->kind == JOB_CHANGE) {
		add_part(out, " ", job->change.ts);
		blocks = job->change.blocks;
	}
	add_part(out, ": ", body);
	add_part(out, " + ", blocks);
	buf_addf(&h->short_done, "%s%s:%s", h->short_done.len > 0 ? " " : "", job->verb,
		 body != NULL ? body : "");
}

static void on_step(void *owner, const struct rule *rule, size_t action, struct str what)
{
	struct engine_fixture *h = owner;

	buf_addf(&h->steps, "%s%s %.*s", h->steps.len > 0 ? " | " : "",
		 verb_name(rule->actions[action].verb), STR_ARG(what));
}

/* ---- a Slack that is told ---- */

static bool holds(const struct job *job, const char *part)
{
	const char *body = job_body(job);

	return part != NULL && body != NULL && strstr(body, part) != NULL;
}

static void settle(struct engine_fixture *h, struct job *job)
{
	CLEANUP(json_freep) struct json *body = NULL;
	struct outcome outcome = { .kind = OUTCOME_DONE };
	char ts[32];

	if (holds(job, h->refuses)) {
		outcome = (struct outcome){ .kind = OUTCOME_REFUSED, .sentence = "no_such_thing" };
	} else if (holds(job, h->doubts)) {
		outcome = (struct outcome){ .kind = OUTCOME_UNKNOWN, .sentence = "no answer" };
	} else if (job->kind == JOB_MESSAGE) {
		snprintf(ts, sizeof(ts), "2000.%06u", ++h->n_posted);
		outcome.channel = str_from(job->channel);
		outcome.ts = str_from(ts);
	} else if (h->brings != NULL) {
		CU_ASSERT_EQUAL_FATAL(json_parse(&body, str_from(h->brings), NULL), 0);
		outcome.body = body;
	}
	engine_settled(h->engine, job, &outcome);
}

static bool answer_all(struct engine_fixture *h)
{
	bool any = false;

	while (h->is_late && journal_answer(h->store))
		any = true;
	return any;
}

struct job *fixture_next(struct engine_fixture *h)
{
	struct job *job;

	while ((job = outbox_ready(engine_outbox(h->engine))) == NULL &&
	       (job = outbox_lease(engine_outbox(h->engine))) != NULL) {
		if (engine_turn(h->engine, job) == ENGINE_TURN_GO)
			break;
		do
			engine_commit(h->engine);
		while (answer_all(h));
	}
	return job;
}

bool fixture_end_one(struct engine_fixture *h)
{
	struct job *job = fixture_next(h);

	if (job == NULL)
		return false;
	tell_job(h, job);
	settle(h, job);
	return true;
}

/* A Slack that keeps what it was told to keep. */
static bool answer_probe(struct engine_fixture *h)
{
	struct job *job = outbox_probe(engine_outbox(h->engine), clock_mono(&h->world.clock.clock));
	struct outcome outcome = { .kind = OUTCOME_UNKNOWN, .sentence = "cannot look" };

	if (job == NULL)
		return false;
	buf_addf(&h->done, "%slooked for: %s", h->done.len > 0 ? " | " : "", job_body(job));
	if (h->probes != OUTCOME_UNKNOWN)
		outcome = (struct outcome){ .kind = h->probes };
	if (h->probes == OUTCOME_DONE) {
		outcome.channel = str_from(job->channel);
		outcome.ts = STR("2000.999999");
	}
	engine_probed(h->engine, job, &outcome);
	return true;
}

struct str fixture_run(struct engine_fixture *h)
{
	bool any;

	do {
		any = answer_all(h);
		engine_commit(h->engine);
		any |= answer_all(h);
		any |= fixture_end_one(h);
		any |= answer_probe(h);
	} while (any);
	if (h->crashes)
		fixture_crash(h);
	return buf_str(&h->done);
}

/* ---- what happens ---- */

static void on_decided(void *owner, void *tag)
{
	struct engine_fixture *h = owner;

	(void)tag;
	h->standing++;
}

void fixture_take(struct engine_fixture *h, struct event *ev)
{
	if (ev->time.ms == 0)
		ev->time = clock_wall(&h->world.clock.clock);
	engine_take(h->engine, ev, on_decided, h, NULL);
}

void fixture_hear(struct engine_fixture *h, struct event *ev)
{
	fixture_take(h, ev);
	fixture_run(h);
}

void fixture_say(struct engine_fixture *h, const char *text, const char *ts)
{
	fixture_hear(h, said(text, ts));
}

void fixture_wait(struct engine_fixture *h, int64_t ms)
{
	do {
		int64_t due = engine_due_ms(h->engine);
		int64_t step = due >= 0 && due < ms ? due : ms;

		fakeclock_pass(&h->world.clock, step);
		ms -= step;
		engine_tick(h->engine);
		fixture_run(h);
	} while (ms > 0);
}

/* ---- life ---- */

void fixture_use(struct engine_fixture *h, const char *rules)
{
	struct ruleset *set = world_rules(rules);

	engine_set_rules(h->engine, set);
	ruleset_unref(set);
}

void fixture_renew(struct engine_fixture *h)
{
	struct ruleset *set = ruleset_ref(engine_rules(h->engine));

	engine_free(h->engine);
	h->engine = engine_new(&h->setup);
	engine_set_rules(h->engine, set);
	CU_ASSERT_EQUAL(engine_load(h->engine), 0);
	ruleset_unref(set);
}

void fixture_crash(struct engine_fixture *h)
{
	journal_kill(h->store);
	fixture_renew(h);
}

static void open_fixture(struct engine_fixture *h, struct store *store, const char *rules,
			 const struct trace *trace, bool ask_all)
{
	*h = (struct engine_fixture){ .store = store, .is_late = store->ops->keeps };
	memcpy(h->counts, metric_counts, sizeof(h->counts));
	world_init(&h->world);
	h->setup = (struct engine_setup){
		.store = store,
		.clock = &h->world.clock.clock,
		.workspace = &h->world.workspace,
		.trace = trace,
		.owner = h,
		.on_step = on_step,
		.ask_all = ask_all,
	};
	h->engine = engine_new(&h->setup);
	buf_init(&h->done, 0);
	buf_init(&h->short_done, 0);
	buf_init(&h->steps, 0);
	fixture_use(h, rules);
}

void fixture_init(struct engine_fixture *h, struct store *store, const char *rules)
{
	open_fixture(h, store, rules, NULL, false);
}

void fixture_init_with(struct engine_fixture *h, struct store *store, const char *rules,
		       const struct trace *trace)
{
	open_fixture(h, store, rules, trace, false);
}

void fixture_init_asking(struct engine_fixture *h, struct store *store, const char *rules,
			 bool ask_all)
{
	open_fixture(h, store, rules, NULL, ask_all);
}

uint64_t fixture_counted(const struct engine_fixture *h, enum metric metric)
{
	return metric_counts[metric] - h->counts[metric];
}

void fixture_deinit(struct engine_fixture *h)
{
	engine_free(h->engine);
	h->store->ops->close(h->store);
	buf_deinit(&h->done);
	buf_deinit(&h->short_done);
	buf_deinit(&h->steps);
}

/* ---- stories ---- */

/* Where nothing is kept; where a store answers late; where the engine is loaded from it again and again. */
enum way { WAY_QUICK, WAY_LATE, WAY_CRASHES, N_WAYS };

static void begin(struct engine_fixture *h, enum way way, const char *rules)
{
	fixture_init(h, way == WAY_QUICK ? memory_open() : journal_new(), rules);
	h->crashes = way == WAY_CRASHES;
}

static void check(const struct engine_fixture *h, enum way way, const char *wanted,
		  const char *file, unsigned line)
{
	static const char *const names[] = { "quick", "late", "crashes" };

	if (!str_is(buf_str(&h->done), wanted))
		printf("\n  where it is %s:", names[way]);
	unit_str_is(buf_str(&h->done), wanted, file, line);
}

void fixture_story(const char *rules, void (*play)(struct engine_fixture *h), const char *wanted,
		   const char *file, unsigned line)
{
	log_set_level(LOG_ERROR);
	for (enum way way = 0; way < N_WAYS; way++) {
		struct engine_fixture h;

		begin(&h, way, rules);
		play(&h);
		fixture_run(&h);
		check(&h, way, wanted, file, line);
		fixture_deinit(&h);
	}
}

void fixture_answer(const char *rules, const char *text, const char *wanted, const char *file,
		    unsigned line)
{
	log_set_level(LOG_ERROR);
	for (enum way way = 0; way < N_WAYS; way++) {
		struct engine_fixture h;

		begin(&h, way, rules);
		fixture_say(&h, text, "1.1");
		check(&h, way, wanted, file, line);
		fixture_deinit(&h);
	}
}
