/* SPDX-License-Identifier: MIT */
/* How jobs leave and end: in good time or too late, for sure or not. */
#include <stdlib.h>
#include "base/log.h"
#include "base/mem.h"
#include "engine/inner.h"
#include "engine/owner_notice.h"
#include "engine/run.h"

/* How many were too late is said once for those that come together. */
enum { TELL_LATE_MS = 2000 };

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

/* ---- late ---- */

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

struct job *engine_ready(struct engine *e)
{
	return outbox_ready(&e->outbox);
}

/* ---- how jobs end ---- */

void engine_settled(struct engine *e, struct job *job, const struct outcome *outcome)
{
	if (outcome->kind == OUTCOME_UNKNOWN && job_can_be_found(job) && !e->setup.trial)
		outbox_doubt(&e->outbox, job, clock_mono(e->setup.clock));
	else
		end_job(e, job, outcome);
}

struct job *engine_probe(struct engine *e)
{
	return outbox_probe(&e->outbox, clock_mono(e->setup.clock));
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
