/* SPDX-License-Identifier: MIT */
#include "engine/outbox.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/mem.h"
#include "engine/outbox_channel.h"
#include "slack/methods.h"

enum {
	MAX = 10000,
	MAX_PER_CHANNEL = 500,
	/* The bytes that jobs may take up: so many for each that may wait, but never less than that in all. */
	BYTES_EACH = 3 << 10,
	BYTES_LEAST = 32 << 20,
	PERSON_PART = 16,
	CHANNEL_PART = 2,
	PROBE_AFTER_MS = 60000,
	PROBES = 2,
	BEHIND_MS = 30000, /* a channel that is further behind is told of */
};

void outbox_init(struct outbox *o, struct batch *batch, const struct outbox_limits *limits)
{
	*o = (struct outbox){ .batch = batch, .limits = *limits };
	if (o->limits.max == 0)
		o->limits.max = MAX;
	if (o->limits.max_per_channel == 0)
		o->limits.max_per_channel = MAX_PER_CHANNEL;
	if (o->limits.probe_after_ms == 0)
		o->limits.probe_after_ms = PROBE_AFTER_MS;
	shares_init(&o->sizes, "answers that wait",
		    o->limits.max < BYTES_LEAST / BYTES_EACH ? BYTES_LEAST :
							       o->limits.max * BYTES_EACH,
		    PERSON_PART, CHANNEL_PART);
	map_init(&o->channels);
	list_init(&o->fresh);
	list_init(&o->sealed);
	list_init(&o->turns);
	list_init(&o->leased);
	list_init(&o->ready);
	list_init(&o->unsure);
}

static void move(struct job *job, struct list *to)
{
	list_remove(&job->link);
	list_append(to, &job->link);
}

/* ---- rows ---- */

static struct str key_of(const struct job *job, char room[static 24])
{
	snprintf(room, 24, "%llu", (unsigned long long)job->id);
	return str_from(room);
}

static void note(struct outbox *o, const struct job *job)
{
	CLEANUP(buf_deinit) struct buf line = { 0 };
	char key[24];

	if (o->batch == NULL)
		return;
	buf_init(&line, 0);
	job_write(job, true, &line);
	batch_put(o->batch, STORE_JOB, key_of(job, key), buf_str(&line));
}

/* ---- put, and the store ---- */

size_t outbox_n_in(const struct outbox *o, struct str channel)
{
	const struct outbox_channel *c = map_get(&o->channels, channel);

	return c != NULL ? c->n : 0;
}

static bool has_place(const struct outbox *o, const struct outbox_channel *c)
{
	return o->n < o->limits.max &&
	       (c == NULL || outbox_is_free(c) || c->n < o->limits.max_per_channel);
}

bool outbox_has_room(const struct outbox *o, const struct job *job)
{
	const struct outbox_channel *c = map_get(&o->channels, str_from(job->channel));

	return has_place(o, c) && outbox_has_share(o, c, job);
}

static void tell_full(struct telling *full, const struct outbox *o, const struct outbox_channel *c,
		      struct mono now)
{
	if (!telling_is_due(full, now))
		return;
	log_error("engine",
		  "answers are lost: too many wait to be sent channel=%s waiting=%zu in_all=%zu"
		  " lost=%llu",
		  c->name, c->n, o->n, (unsigned long long)full->n_untold + 1);
	full->n_untold = 0;
}

bool outbox_put(struct outbox *o, struct job *take, struct mono now)
{
	struct outbox_channel *c = outbox_channel_for(o, take);

	if (!outbox_has_room(o, take)) {
		if (has_place(o, c))
			shares_refuse(&o->sizes, outbox_owner(take), str_from(take->rule), now);
		else
			tell_full(o->n >= o->limits.max ? &o->full : &c->full, o, c, now);
		job_free(take);
		if (c->n == 0)
			outbox_channel_free(o, c);
		return false;
	}
	c->n++;
	o->n++;
	take->among = c;
	take->id = ++o->last_id;
	take->state = JOB_PENDING;
	take->since = now;
	outbox_hold_share(o, take);
	list_append(&o->fresh, &take->link);
	note(o, take);
	return true;
}

void outbox_stands(struct outbox *o)
{
	list_each (link, &o->sealed) {
		struct job *job = job_at(link);

		if (job->state == JOB_IN_FLIGHT) {
			move(job, &o->ready);
			continue;
		}
		outbox_stand_in_line(o, job->among, job);
	}
}

void outbox_falls(struct outbox *o)
{
	list_move_all(&o->fresh, &o->sealed);
	list_move_all(&o->sealed, &o->fresh);
}

/* ---- its way ---- */

/* One that waits in its channel. */
static inline void lease(struct outbox *o, struct job *job)
{
	struct outbox_channel *c = job->among;

	move(job, &o->leased);
	c->n_leased++;
	c->leased_since = job->since;
	o->n_waiting--;
	outbox_give_turn(o, c);
}

struct job *outbox_lease(struct outbox *o)
{
	struct job *job;

	if (list_is_empty(&o->turns))
		return NULL;
	job = list_first(&o->turns, struct outbox_channel, turn)->next;
	lease(o, job);
	return job;
}

bool outbox_mark(struct outbox *o, struct job *job)
{
	if (job->state == JOB_IN_FLIGHT)
		return true;
	job->state = JOB_IN_FLIGHT;
	job->attempts++;
	o->n_in_flight++;
	if (o->batch == NULL)
		return true;
	move(job, &o->fresh);
	note(o, job);
	return false;
}

/* Nobody has it any more, to send it or to look for it. */
static inline void end_lease(struct outbox *o, struct job *job)
{
	list_remove(&job->link);
	if (job->probe_at.ns > 0) {
		job->among->n_unsure--;
	} else {
		job->among->n_leased--;
		o->n_in_flight -= job->state == JOB_IN_FLIGHT;
	}
	job->probe_at = (struct mono){ 0 };
}

static inline void leave_channel(struct outbox *o, struct outbox_channel *c)
{
	if (--c->n > 0) {
		outbox_give_turn(o, c);
		return;
	}
	if (telling_end(&c->behind))
		log_info("engine", "all that waited has been sent channel=%s", c->name);
	outbox_channel_free(o, c);
}

void outbox_settle(struct outbox *o, struct job *job)
{
	struct outbox_channel *c = job->among;
	char key[24];

	if (o->batch != NULL)
		batch_drop(o->batch, STORE_JOB, key_of(job, key));
	end_lease(o, job);
	shares_give_back(&o->sizes, &job->size);
	shares_give_back(&c->places, &job->place);
	job_free(job);
	if (--o->n < o->limits.max / 2)
		telling_end(&o->full);
	leave_channel(o, c);
}

void outbox_give_back(struct outbox *o, struct job *job)
{
	bool was_marked = job->state == JOB_IN_FLIGHT;

	job->probes = 0;
	end_lease(o, job);
	job->state = JOB_PENDING;
	if (was_marked)
		note(o,
		     job); /* it may wait before that stands: at worst it is looked for in vain */
	list_prepend(&job->among->waiting, &job->link);
	o->n_waiting++;
	outbox_give_turn(o, job->among);
}

void outbox_readdress(struct outbox *o, struct job *job, struct str channel)
{
	struct outbox_channel *from = job->among, *to;

	from->n_leased--;
	shares_give_back(&from->places, &job->place);
	job->channel = job_keep(job, channel);
	to = job->among = outbox_channel_for(o, job);
	to->n++;
	outbox_hold_share(o, job);
	outbox_stand_in_line(o, to, job);
	telling_end(&from->behind); /* nothing has been sent */
	leave_channel(o, from);
}

void outbox_hold_names(struct outbox *o, bool hold)
{
	struct map_entry *at = NULL;
	struct str name;
	void *c;

	o->holds_names = hold;
	while (map_next(&o->channels, &at, &name, &c)) {
		if (name.len > 0 && name.p[0] == '#')
			outbox_give_turn(o, c);
	}
}

static bool is_in(const struct list *jobs, const struct job *job)
{
	list_each (link, (struct list *)jobs) {
		if (job_at(link) == job)
			return true;
	}
	return false;
}

bool outbox_take_out(struct outbox *o, struct job *job)
{
	if (!is_in(&job->among->waiting, job))
		return false;
	lease(o, job);
	return true;
}

/* ---- what may have got through ---- */

static void probe_later(struct outbox *o, struct job *job, struct mono now)
{
	job->probe_at = mono_after(now, o->limits.probe_after_ms);
	move(job, &o->unsure);
}

void outbox_doubt(struct outbox *o, struct job *job, struct mono now)
{
	struct outbox_channel *c = job->among;

	if (job->probe_at.ns == 0) {
		c->n_leased--;
		c->n_unsure++;
		o->n_in_flight -= job->state == JOB_IN_FLIGHT;
	} else if (++job->probes == PROBES) {
		outbox_give_back(o, job);
		return;
	}
	probe_later(o, job, now);
	outbox_give_turn(o, c);
}

void outbox_probe_again(struct outbox *o, struct job *job, struct mono now)
{
	probe_later(o, job, now);
}

bool outbox_is_filling(const struct outbox *o)
{
	struct map_entry *at = NULL;
	struct str key;
	void *object;

	while (map_next(&o->channels, &at, &key, &object)) {
		const struct outbox_channel *c = object;

		if (!outbox_is_free(c) && 2 * c->n > o->limits.max_per_channel)
			return true;
	}
	return 2 * o->n > o->limits.max;
}

/* ---- telling ---- */

static void tell_of(struct outbox_channel *c, struct mono now)
{
	struct mono since = c->leased_since;
	int64_t ms;

	if ((list_is_empty(&c->waiting) && c->n_leased == 0) || outbox_is_free(c))
		return;
	if (c->n_leased == 0)
		since = job_at(c->waiting.next)->since;
	ms = mono_ms_between(since, now);
	if (ms >= BEHIND_MS && telling_is_due(&c->behind, now))
		log_warn("engine", "%zu answers wait, the oldest for %lld s channel=%s", c->n,
			 (long long)(ms / 1000), c->name);
	else if (ms < BEHIND_MS && telling_end(&c->behind))
		log_info("engine", "answers have caught up channel=%s", c->name);
}

void outbox_tell(struct outbox *o, struct mono now)
{
	struct map_entry *at = NULL;
	struct str key;
	void *c;

	while (map_next(&o->channels, &at, &key, &c))
		tell_of(c, now);
}

/* ---- back from the store ---- */

bool outbox_load(struct outbox *o, int64_t id, struct str line, struct mono now)
{
	struct job *job;

	if (job_read(&job, line) != 0)
		return false;
	if (job->id != (uint64_t)id) {
		job_free(job);
		return false;
	}
	job->since = now;
	list_append(&o->sealed, &job->link);
	job->among = outbox_channel_for(o, job);
	job->among->n++;
	o->n++;
	return true;
}

static int by_id(const void *a, const void *b)
{
	const struct job *x = list_entry(*(struct list *const *)a, struct job, link);
	const struct job *y = list_entry(*(struct list *const *)b, struct job, link);

	return (x->id > y->id) - (x->id < y->id);
}

/* Twice does no more than once. */
static bool is_repeatable(const struct job *job)
{
	enum method_call call;

	if (job->kind == JOB_REACTION || job->kind == JOB_CHANGE)
		return true;
	if (job->kind != JOB_CALL)
		return false;
	call = method_named(str_from(job->call.method))->call;
	return call == CALL_READS || call == CALL_REPEATABLE;
}

/* What was on its way may have arrived, or arrive yet. */
void outbox_loaded(struct outbox *o, struct mono now)
{
	list_sort(&o->sealed, o->n, by_id);
	list_each (link, &o->sealed) {
		struct job *job = job_at(link);

		outbox_hold_share(o, job);
		if (job->state == JOB_IN_FLIGHT && !is_repeatable(job)) {
			if (job_can_be_found(job)) {
				job->among->n_unsure++;
				probe_later(o, job, now);
			} else {
				job->among->n_leased++;
				job->among->leased_since = now;
				o->n_in_flight++;
				move(job, &o->leased);
			}
		}
	}
	list_each (link, &o->sealed)
		job_at(link)->state = JOB_PENDING;
	outbox_stands(o);
}

struct job *outbox_lost_sight(struct outbox *o)
{
	return list_is_empty(&o->leased) ? NULL : job_at(o->leased.next);
}

/* ---- all of them ---- */

static void each_of(struct list *jobs, outbox_job_fn *on_job, void *owner)
{
	list_each (link, jobs)
		on_job(owner, job_at(link));
}

void outbox_each(struct outbox *o, outbox_job_fn *on_job, void *owner)
{
	struct list *const lists[] = { &o->unsure, &o->leased, &o->ready, &o->sealed, &o->fresh };
	struct map_entry *at = NULL;
	struct str key;
	void *c;

	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		each_of(lists[i], on_job, owner);
	while (map_next(&o->channels, &at, &key, &c))
		each_of(&((struct outbox_channel *)c)->waiting, on_job, owner);
}

static void free_job(void *owner, struct job *job)
{
	(void)owner;
	job_free(job);
}

void outbox_deinit(struct outbox *o)
{
	outbox_each(o, free_job, NULL);
	map_deinit(&o->channels, outbox_channel_freep);
	shares_deinit(&o->sizes);
}
