/* SPDX-License-Identifier: MIT */
#include "engine/engine.h"

#include <stdlib.h>
#include <string.h>
#include "base/bits.h"
#include "base/log.h"
#include "base/mem.h"
#include "engine/decide.h"
#include "engine/moments.h"
#include "engine/owner_notice.h"
#include "engine/run.h"
#include "engine/run_share.h"

enum {
	/* While Slack does not answer, every rule may be in doubt about every message: told are ten, then ten a
	 * minute. */
	DOUBTS_AT_ONCE = 10,
	DOUBT_EVERY_MS = 6000,
	/* Wall time may be set: what is due by it is looked at again at least so often. */
	LOOK_AGAIN_MS = 60000,
	/* What the store could not do is tried again. */
	RETRY_AFTER_MS = 1000,
	TELL_EVERY_MS = 5000,
	/* How many were too late is said once for those that come together. */
	TELL_LATE_MS = 2000,
};

/* ---- what happens ---- */

static void add_decided(struct decided_list *list, struct decided decided)
{
	if (list->n == list->cap) {
		list->cap = list->cap > 0 ? 2 * list->cap : 16;
		list->at = mem_grow(list->at, list->cap, sizeof(list->at[0]));
	}
	list->at[list->n++] = decided;
}

bool engine_is_behind(const struct engine *e)
{
	return e->batch.n >= ENGINE_ROWS_MAX || e->batch.n_bytes >= ENGINE_BYTES_MAX ||
	       e->setup.store->is_short;
}

bool engine_is_stuck(const struct engine *e)
{
	return e->has_fallen || engine_is_behind(e);
}

bool engine_take(struct engine *e, struct event *take, engine_decided_fn *on_decided, void *owner,
		 void *tag)
{
	/* A listener hears why the own and the hidden are not answered. */
	bool is_mute = (take->from_self || take->hidden) && e->setup.trace == NULL;

	if (engine_is_behind(e)) {
		/* That it is short has been said, and no commit tells the end of it. */
		if (!e->setup.store->is_short) {
			if (!e->is_behind)
				log_error(
					"engine",
					"the store is too far behind: events are left to be sent again, or read"
					" back later");
			e->is_behind = true;
		}
		engine_count(e, METRIC_EVENTS_LEFT);
		watermarks_miss(&e->watermarks, take->channel);
		event_free(take);
		return false;
	}
	take->workspace = e->setup.workspace;
	watermarks_move(&e->watermarks, take->channel, take->event_ts, clock_mono(e->setup.clock));
	engine_count(e, METRIC_EVENTS_RECEIVED);
	if (take->from_self) {
		engine_count(e, METRIC_EVENTS_OWN);
		if (!bot_turns_are_none(&e->bot_turns))
			bot_turns_spoke(&e->bot_turns, take, clock_mono(e->setup.clock));
	}
	if (!is_mute && e->set != NULL)
		decide(e, take);
	event_free(take);
	if (on_decided != NULL)
		add_decided(&e->decided, (struct decided){ on_decided, owner, tag });
	return true;
}

void engine_keep(struct engine *e, enum store_table table, struct str key, struct str value)
{
	if (e->state.batch == NULL)
		return;
	if (value.p != NULL)
		batch_put(e->state.batch, table, key, value);
	else
		batch_drop(e->state.batch, table, key);
}

struct outbox *engine_outbox(struct engine *e)
{
	return &e->outbox;
}

void engine_give_back(struct engine *e, struct job *job)
{
	outbox_give_back(&e->outbox, job);
}

size_t engine_in_flight(const struct engine *e)
{
	return e->outbox.n_in_flight;
}

void engine_each_heard(const struct engine *e, engine_heard_fn *on_channel, void *owner)
{
	watermarks_each(&e->watermarks, on_channel, owner);
}

bool engine_is_filling(const struct engine *e)
{
	return outbox_is_filling(&e->outbox);
}

struct str engine_heard(const struct engine *e, struct str channel)
{
	return watermark_of(&e->watermarks, channel);
}

void engine_hold_mark(struct engine *e, struct str channel)
{
	watermarks_hold(&e->watermarks, channel);
}

void engine_release_mark(struct engine *e, struct str channel)
{
	watermarks_release(&e->watermarks, channel, clock_mono(e->setup.clock));
}

bool engine_take_missed(struct engine *e, struct str *channel)
{
	return !e->is_behind && !engine_is_behind(e) &&
	       watermarks_take_missed(&e->watermarks, channel);
}

void engine_begin_hearing(struct engine *e, struct str ts)
{
	watermarks_move(&e->watermarks, STR_EMPTY, ts, clock_mono(e->setup.clock));
}

size_t engine_unsettled(const struct engine *e)
{
	return e->outbox.n;
}

size_t engine_unsettled_in(const struct engine *e, struct str channel)
{
	return channel.len > 0 ? outbox_n_in(&e->outbox, channel) : e->outbox.n;
}

/* ---- how jobs leave and end: in good time or too late, for sure or not ---- */

/* Its run is over; the log has been told by whoever sent it. */
static void tell_owners(struct engine *e, const struct job *job, const struct outcome *outcome)
{
	const struct rule *rule = ruleset_rule_named(e->set, str_from(job->rule));

	engine_count(e, METRIC_ACTIONS_FAILED);
	if (rule != NULL)
		notice_tell(e, rule,
			    outcome->sentence != NULL ? outcome->sentence : "no reason given");
}

void engine_end_job(struct engine *e, struct job *job, const struct outcome *outcome)
{
	struct run *run = engine_run(e, job->run);

	if (run != NULL)
		run_settled(e, run, job, outcome);
	else if (outcome->kind != OUTCOME_DONE)
		tell_owners(e, job, outcome);
	outbox_settle(&e->outbox, job);
}

static void end_job(struct engine *e, struct job *job, const struct outcome *outcome)
{
	if (outcome->kind != OUTCOME_DONE && !e->setup.trial)
		dead_letters_keep(&e->dead_letters, job, outcome->sentence,
				  clock_wall(e->setup.clock));
	engine_end_job(e, job, outcome);
}

void engine_note_late(struct engine *e, struct str channel)
{
	int64_t *n = map_get(&e->late, channel);

	engine_count(e, METRIC_JOBS_LATE);
	if (n == NULL) {
		n = mem_zero(1, sizeof(*n));
		map_set(&e->late, channel, n);
	}
	if (e->late.n == 1 && *n == 0)
		e->late_at = mono_after(clock_mono(e->setup.clock), TELL_LATE_MS);
	++*n;
}

void engine_tell_late(struct engine *e)
{
	struct map_entry *at = NULL;
	struct str channel;
	void *n;

	while (map_next(&e->late, &at, &channel, &n))
		log_warn("engine", "too late to be worth saying: dropped answers=%lld channel=%.*s",
			 (long long)*(int64_t *)n, STR_ARG(channel));
	map_deinit(&e->late, free);
	map_init(&e->late);
}

/* As if it were done: what follows in its rule may still be worth doing. */
static void end_late(struct engine *e, struct job *job)
{
	const struct outcome done = { .kind = OUTCOME_DONE };

	engine_note_late(e, str_from(job->channel));
	end_job(e, job, &done);
}

static bool is_late(const struct engine *e, const struct job *job)
{
	return job->late_ms > 0 && clock_wall(e->setup.clock).ms > (int64_t)job->late_ms;
}

enum engine_turn engine_turn(struct engine *e, struct job *job)
{
	if (is_late(e, job)) {
		end_late(e, job);
		return ENGINE_TURN_OVER;
	}
	return outbox_mark(&e->outbox, job) ? ENGINE_TURN_GO : ENGINE_TURN_WAIT;
}

void engine_settled(struct engine *e, struct job *job, const struct outcome *outcome)
{
	if (outcome->kind == OUTCOME_UNKNOWN && job_can_be_found(job) && !e->setup.trial)
		outbox_doubt(&e->outbox, job, clock_mono(e->setup.clock));
	else
		end_job(e, job, outcome);
}

void engine_probed(struct engine *e, struct job *job, const struct outcome *outcome)
{
	switch (outcome->kind) {
	case OUTCOME_DONE:
		engine_count(e, METRIC_JOBS_FOUND);
		log_info("engine", "%s had got through rule=%s channel=%s key=%s", job->verb,
			 job->rule, job->channel, job->key);
		end_job(e, job, outcome);
		return;
	case OUTCOME_REFUSED:
		log_info("engine", "%s is not there rule=%s channel=%s key=%s", job->verb,
			 job->rule, job->channel, job->key);
		outbox_doubt(&e->outbox, job, clock_mono(e->setup.clock));
		return;
	case OUTCOME_FATAL:
	case OUTCOME_LATER:
		outbox_probe_again(&e->outbox, job, clock_mono(e->setup.clock));
		return; /* nothing was learned */
	case OUTCOME_UNKNOWN:
		log_warn("engine",
			 "%s may or may not have got through, which cannot be told: %s rule=%s"
			 " channel=%s key=%s",
			 job->verb,
			 outcome->sentence != NULL ? outcome->sentence : "no reason given",
			 job->rule, job->channel, job->key);
		end_job(e, job, outcome);
		return;
	}
}

/* ---- what is due ---- */

void engine_tick(struct engine *e)
{
	struct run *run;

	while ((run = waits_take_due(&e->waits, clock_mono(e->setup.clock))) != NULL) {
		rule_renew_time(run->rule);
		run_go(e, run, false);
	}
	moments_do(e);
	if (clock_mono(e->setup.clock).ns >= e->tell_at.ns) {
		outbox_tell(&e->outbox, clock_mono(e->setup.clock));
		e->tell_at = mono_after(clock_mono(e->setup.clock), TELL_EVERY_MS);
	}
	if (e->late.n > 0 && clock_mono(e->setup.clock).ns >= e->late_at.ns)
		engine_tell_late(e);
	dead_letters_forget(&e->dead_letters, clock_wall(e->setup.clock));
}

bool engine_end_waits(struct engine *e)
{
	struct run *run = waits_take_due(&e->waits, (struct mono){ INT64_MAX });

	if (run == NULL)
		return false;
	rule_renew_time(run->rule);
	run_go(e, run, false);
	return true;
}

size_t engine_waiting(const struct engine *e)
{
	return e->waits.due.n;
}

/* ---- the end of a turn ---- */

/* They are written with whatever else is, or when it is time. */
static inline bool has_due_watermarks(const struct engine *e)
{
	return e->state.batch != NULL && watermarks_wait(&e->watermarks) &&
	       clock_mono(e->setup.clock).ns >= e->watermarks.written_by.ns;
}

static inline bool has_to_commit(const struct engine *e)
{
	return !e->is_committing &&
	       (e->batch.n > 0 || e->decided.n > 0 || !list_is_empty(&e->changed) ||
		!list_is_empty(&e->outbox.fresh) || has_due_watermarks(e));
}

static void write_runs(struct engine *e)
{
	CLEANUP(buf_deinit) struct buf line = { 0 };
	char key[24];

	buf_init(&line, 0);
	list_each (link, &e->changed) {
		struct run *run = list_entry(link, struct run, changed);

		list_remove(link);
		buf_clear(&line);
		run_write(run, &line);
		snprintf(key, sizeof(key), "%llu", (unsigned long long)run->id);
		batch_put(&e->batch, STORE_RUN, str_from(key), buf_str(&line));
		run->is_kept = true;
	}
}

static void swap_batches(struct engine *e)
{
	struct batch batch = e->batch;

	e->batch = e->sealed_batch;
	e->sealed_batch = batch;
}

/* Nothing of it was told or sent; its rows stand in front of those that came since. */
static void fall(struct engine *e)
{
	if (!e->has_fallen)
		engine_count(e, METRIC_COMMITS_FAILED);
	e->has_fallen = true;
	e->retry_at = mono_after(clock_mono(e->setup.clock), RETRY_AFTER_MS);
	batch_append(&e->sealed_batch, &e->batch);
	swap_batches(e);
	e->decided.n_sealed = 0;
	outbox_falls(&e->outbox);
}

static void on_committed(void *owner, bool stands)
{
	struct engine *e = owner;
	struct decided_list *list = &e->decided;

	e->is_committing = false;
	if (!stands) {
		fall(e);
		return;
	}
	e->has_fallen = e->is_behind = false;
	if (e->sealed_batch.n > 0)
		batch_clear(&e->sealed_batch);
	outbox_stands(&e->outbox);
	for (size_t i = 0; i < list->n_sealed; i++)
		list->at[i].on_decided(list->at[i].owner, list->at[i].tag);
	list->n -= list->n_sealed;
	if (list->n > 0)
		memmove(list->at, list->at + list->n_sealed, list->n * sizeof(list->at[0]));
	list->n_sealed = 0;
}

/* A job stands, and that it is on its way stands: two commits, where the first is answered at once. */
void engine_commit(struct engine *e)
{
	struct store *store = e->setup.store;

	while (has_to_commit(e)) {
		if (e->has_fallen && clock_mono(e->setup.clock).ns < e->retry_at.ns)
			return;
		write_runs(e);
		if (e->batch.n > 0 || has_due_watermarks(e))
			watermarks_write(&e->watermarks, &e->batch);
		swap_batches(e);
		e->decided.n_sealed = e->decided.n;
		outbox_seal(&e->outbox);
		e->is_committing = true;
		if (e->sealed_batch.n == 0)
			on_committed(
				e,
				true); /* nothing that could be kept: that costs no transaction */
		else
			store->ops->commit(store, str_from(e->setup.workspace->me.team_id),
					   &e->sealed_batch, on_committed, e);
	}
}

void engine_finish(struct engine *e)
{
	struct store *store = e->setup.store;

	e->retry_at = clock_mono(e->setup.clock); /* one more time, if the last one failed */
	e->watermarks.written_by = e->retry_at;	  /* and be it they alone */
	engine_tell_late(e);
	moments_note_time(e);
	moments_keep_time(e);
	do {
		engine_commit(e);
		store->ops->wait(store);
	} while (has_to_commit(e) && !e->has_fallen);
}

static int64_t at_least_zero(int64_t ms)
{
	return ms > 0 ? ms : 0;
}

static int64_t ms_until(const struct engine *e, struct mono then)
{
	return at_least_zero((then.ns - clock_mono(e->setup.clock).ns + 999999) / 1000000);
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < 0 || b < a ? b : a;
}

int64_t engine_due_ms(const struct engine *e)
{
	int64_t ms = -1, by_wall;
	struct mono wait, probe;
	struct wall moment;

	if (has_to_commit(e))
		ms = e->has_fallen ? ms_until(e, e->retry_at) : 0;
	if (waits_next(&e->waits, &wait))
		ms = sooner(ms, ms_until(e, wait));
	if (outbox_probe_at(&e->outbox, &probe))
		ms = sooner(ms, ms_until(e, probe));
	if (!e->is_committing && e->state.batch != NULL && watermarks_wait(&e->watermarks))
		ms = sooner(ms, ms_until(e, e->watermarks.written_by));
	if (e->outbox.n_waiting > 0)
		ms = sooner(ms, ms_until(e, e->tell_at));
	if (e->late.n > 0)
		ms = sooner(ms, ms_until(e, e->late_at));
	if (e->schedule.n > 0 && !engine_is_behind(e) && schedule_next(&e->schedule, &moment)) {
		by_wall = at_least_zero(moment.ms - clock_wall(e->setup.clock).ms);
		ms = sooner(ms, by_wall < LOOK_AGAIN_MS ? by_wall : LOOK_AGAIN_MS);
	}
	return ms;
}

/* ---- rules ---- */

bool engine_find_rule(struct engine *e, struct run *run)
{
	const struct rule *rule = ruleset_rule_named(e->set, run->rule_name);

	if (rule == NULL || rule->fingerprint != run->fingerprint)
		return false;
	run_bind(run, rule);
	return true;
}

void engine_set_rules(struct engine *e, struct ruleset *set)
{
	struct ruleset *old = e->set;
	struct map_entry *at = NULL;
	struct str key;
	void *run;

	moments_note_time(e);
	e->set = ruleset_ref(set);
	e->candidates = mem_grow(e->candidates, bits_words(ruleset_n_rules(set)) + 1,
				 sizeof(e->candidates[0]));
	moments_plan(e);
	breaker_deinit(&e->breaker); /* who was silenced may have been mended */
	while (map_next(&e->runs, &at, &key, &run))
		engine_find_rule(e, run);
	ruleset_unref(old);
}

struct ruleset *engine_rules(const struct engine *e)
{
	return e->set;
}

/* ---- life ---- */

struct engine *engine_new(const struct engine_setup *setup)
{
	struct engine *e = mem_zero(1, sizeof(*e));
	struct batch *batch = setup->store->ops->keeps ? &e->batch : NULL;

	e->setup = *setup;
	batch_init(&e->batch);
	batch_init(&e->sealed_batch);
	state_init(&e->state, batch);
	outbox_init(&e->outbox, batch, &setup->limits);
	dead_letters_init(&e->dead_letters, batch);
	map_init(&e->late);
	map_init(&e->runs);
	watermarks_init(&e->watermarks);
	waits_init(&e->waits);
	run_init_shares(e);
	list_init(&e->changed);
	e->ticked_until = clock_wall(setup->clock);
	breaker_init(&e->breaker);
	bot_turns_init(&e->bot_turns);
	token_bucket_init(&e->doubts, DOUBT_EVERY_MS, DOUBTS_AT_ONCE);
	return e;
}

void engine_free(struct engine *e)
{
	struct map_entry *at = NULL;
	struct str key;
	void *run;

	if (e == NULL)
		return;
	while (map_next(&e->runs, &at, &key, &run)) {
		waits_remove(&e->waits, run);
		run_close(run);
	}
	map_deinit(&e->runs, NULL);
	watermarks_deinit(&e->watermarks);
	waits_deinit(&e->waits);
	shares_deinit(&e->resting);
	outbox_deinit(&e->outbox);
	dead_letters_deinit(&e->dead_letters);
	map_deinit(&e->late, free);
	state_deinit(&e->state);
	batch_clear(&e->batch);
	batch_clear(&e->sealed_batch);
	free(e->decided.at);
	schedule_deinit(&e->schedule);
	breaker_deinit(&e->breaker);
	bot_turns_deinit(&e->bot_turns);
	free(e->candidates);
	ruleset_unref(e->set);
	free(e);
}
