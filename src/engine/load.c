/* SPDX-License-Identifier: MIT */
/* Back from the store: state, runs and jobs, as if nothing had happened. */
#include <stdio.h>
#include <stdlib.h>
#include "base/log.h"
#include "base/mem.h"
#include "engine/inner.h"
#include "engine/run.h"
#include "engine/run_share.h"

/* What the rows of runs and jobs became. */
struct loading {
	struct engine *e;
	struct run **runs;
	size_t n_runs, n_strange;
	struct wall time; /* until when moments were done */
};

static bool load_run(struct loading *l, int64_t id, struct str value)
{
	struct run *run;

	if (run_read(&run, value) != 0)
		return false;
	if (run->id != (uint64_t)id) {
		run_free(run);
		return false;
	}
	l->runs = mem_grow(l->runs, l->n_runs + 1, sizeof(l->runs[0]));
	l->runs[l->n_runs++] = run;
	run->is_kept = true;
	return true;
}

static void on_row(void *owner, enum store_table table, struct str key, struct str value)
{
	struct loading *l = owner;
	uint64_t *last = table == STORE_RUN ? &l->e->last_run : &l->e->outbox.last_id;
	int64_t id = 0;

	/* No number comes twice, whatever stands under it. */
	if ((table == STORE_RUN || table == STORE_JOB || table == STORE_DEAD_LETTER) &&
	    str_int(key, &id) && id > 0 && (uint64_t)id > *last)
		*last = (uint64_t)id;
	if (table == STORE_RUN) {
		l->n_strange += !load_run(l, id, value);
	} else if (table == STORE_WATERMARK && str_is(key, ENGINE_TIME_KEY)) {
		l->n_strange += !str_int(value, &l->time.ms);
	} else if (table == STORE_SECRET || table == STORE_REST) {
		if (l->e->setup.on_kept != NULL)
			l->e->setup.on_kept(l->e->setup.owner, table, key, value);
	} else if (table == STORE_WATERMARK) {
		l->n_strange += !watermarks_load(&l->e->watermarks, key, value);
	} else if (table == STORE_DEAD_LETTER) {
		l->n_strange += !dead_letters_load(&l->e->dead_letters, id, value);
	} else if (table == STORE_JOB ?
			   !outbox_load(&l->e->outbox, id, value, clock_mono(l->e->setup.clock)) :
			   !state_load(&l->e->state, table, key, value)) {
		l->n_strange++;
	}
}

static int by_id(const void *a, const void *b)
{
	const struct run *x = *(struct run *const *)a, *y = *(struct run *const *)b;

	return (x->id > y->id) - (x->id < y->id);
}

static void count_job(void *owner, struct job *job)
{
	struct engine *e = owner;
	struct run *run = engine_run(e, job->run);

	job->workspace = e->setup.workspace;
	if (job->run > e->last_run)
		e->last_run = job->run;
	if (run != NULL)
		run->n_open++;
}

/* It waits as long as it still would have; what was due meanwhile is due now. */
static void resume(struct engine *e, struct run *run)
{
	int64_t left = run->due.ms - clock_wall(e->setup.clock).ms;

	for (size_t i = 0; i < run->n_followups; i++)
		run->followups[i]->workspace = e->setup.workspace;
	e->n_followups += run->n_followups;
	run_hold_share(e, run);
	if (run->n_open > 0) {
		if (run->rule->keeps_answers)
			waits_add_acting(&e->waits, run);
	} else if (run->due.ms > 0) {
		waits_add(&e->waits, run,
			  mono_after(clock_mono(e->setup.clock), left > 0 ? left : 0));
	} else {
		run_go(e, run, false); /* its last job had ended */
	}
}

static void drop_run(struct engine *e, struct run *run)
{
	char key[24];

	log_warn(
		"engine",
		"not done: the rule is gone or says something else now rule=%.*s channel=%.*s ts=%.*s",
		STR_ARG(run->rule_name), STR_ARG(run->ev->channel), STR_ARG(run->ev->ts));
	snprintf(key, sizeof(key), "%llu", (unsigned long long)run->id);
	batch_drop(&e->batch, STORE_RUN, str_from(key));
	map_remove(&e->runs, str_make((const char *)&run->id, sizeof(run->id)));
	run_close(run);
}

static void take_back(struct engine *e, struct loading *l)
{
	const struct outcome unsure = {
		.kind = OUTCOME_UNKNOWN,
		.sentence = "it was under way when the program ended, and may or may "
			    "not have got through"
	};
	struct job *job;

	if (l->n_runs > 0)
		qsort(l->runs, l->n_runs, sizeof(struct run *), by_id);
	for (size_t i = 0; i < l->n_runs; i++) {
		struct run *run = l->runs[i];

		run->ev->workspace = e->setup.workspace;
		map_set(&e->runs, str_make((const char *)&run->id, sizeof(run->id)), run);
		if (!engine_find_rule(e, run)) {
			drop_run(e, run);
			l->runs[i] = NULL;
		}
	}
	outbox_each(&e->outbox, count_job, e);
	for (size_t i = 0; i < l->n_runs; i++) {
		if (l->runs[i] != NULL)
			resume(e, l->runs[i]);
	}
	outbox_loaded(&e->outbox, clock_mono(e->setup.clock));
	while ((job = outbox_lost_sight(&e->outbox)) != NULL) {
		log_warn("engine", "%s %s and is not sent again rule=%s channel=%s key=%s",
			 job->verb, unsure.sentence, job->rule, job->channel, job->key);
		engine_settled(e, job, &unsure);
	}
}

int engine_load(struct engine *e)
{
	struct store *store = e->setup.store;
	struct loading loading = { .e = e };
	struct batch *batch = e->state.batch;
	int r;

	e->state.batch = e->outbox.batch = NULL; /* what comes from there is there */
	r = store->ops->load(store, str_from(e->setup.workspace->me.team_id), on_row, &loading);
	state_loaded(&e->state);
	e->state.batch = e->outbox.batch = batch;
	if (loading.n_strange > 0)
		log_warn("engine",
			 "rows of the store that say nothing we know are left alone rows=%zu",
			 loading.n_strange);
	if (r == 0) {
		take_back(e, &loading);
		engine_go_on_from(e, loading.time);
	}
	for (size_t i = 0; r != 0 && i < loading.n_runs; i++)
		run_free(loading.runs[i]); /* half of what is known is no ground to act on */
	free(loading.runs);
	return r;
}
