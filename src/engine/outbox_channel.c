/* SPDX-License-Identifier: MIT */
#include "engine/outbox_channel.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

enum {
	/* In a channel, a person may have as many wait as there is room for others', and others wait for no more than the
	 * first few of them. */
	PERSON_PART = 1,
	AHEAD = 10,
};

/* ---- channels ---- */

void outbox_channel_freep(void *channel)
{
	struct outbox_channel *c = channel;

	shares_deinit(&c->places);
	free(c);
}

struct outbox_channel *outbox_channel_for(struct outbox *o, const struct job *job)
{
	struct str name = str_from(job->channel);
	struct outbox_channel *c = map_get(&o->channels, name);

	if (c != NULL)
		return c;
	c = mem_zero(1, sizeof(*c) + name.len + 1);
	memcpy(c->name, name.p, name.len);
	c->name_len = name.len;
	shares_init(&c->places, "answers of the channel that wait", o->limits.max_per_channel,
		    PERSON_PART, 0);
	list_init(&c->turn);
	list_init(&c->waiting);
	map_set(&o->channels, name, c);
	return c;
}

void outbox_channel_free(struct outbox *o, struct outbox_channel *c)
{
	list_remove(&c->turn);
	map_remove(&o->channels, str_make(c->name, c->name_len));
	outbox_channel_freep(c);
}

static bool is_same_thread(const struct job *a, const struct job *b)
{
	const char *x = a->kind == JOB_MESSAGE ? a->message.thread_ts : NULL;
	const char *y = b->kind == JOB_MESSAGE ? b->message.thread_ts : NULL;

	return strcmp(a->channel, b->channel) == 0 &&
	       strcmp(x != NULL ? x : "", y != NULL ? y : "") == 0;
}

/* Behind a message of its thread of which nobody knows whether it stands. */
static bool is_held_up(struct outbox *o, const struct outbox_channel *c, const struct job *job)
{
	if (c->n_unsure == 0)
		return false;
	list_each (link, &o->unsure) {
		if (is_same_thread(job_at(link), job) && job_at(link)->id < job->id)
			return true;
	}
	list_each (link, &o->leased) {
		struct job *other = job_at(link);

		if (other->probe_at.ns > 0 && is_same_thread(other, job) && other->id < job->id)
			return true;
	}
	return false;
}

void outbox_give_turn(struct outbox *o, struct outbox_channel *c)
{
	struct job *next = NULL;
	struct list *before;

	if ((c->n_leased == 0 || outbox_is_free(c)) && !(o->holds_names && c->name[0] == '#')) {
		list_each (link, &c->waiting) {
			if (is_held_up(o, c, job_at(link)))
				continue;
			next = job_at(link);
			break;
		}
	}
	if (next == c->next)
		return;
	c->next = next;
	list_remove(&c->turn);
	if (next == NULL)
		return;
	for (before = o->turns.prev; before != &o->turns; before = before->prev) {
		if (list_entry(before, struct outbox_channel, turn)->next->id < next->id)
			break;
	}
	list_append(before->next, &c->turn);
}

/* ---- whose they are ---- */

/* In its channel it is the person's. */
static struct share_owner owner_in_channel(const struct job *job)
{
	return (struct share_owner){ str_from(job->person), STR_EMPTY };
}

static size_t size_of(const struct job *job)
{
	return sizeof(*job) + arena_size(&job->arena);
}

void outbox_hold_share(struct outbox *o, struct job *job)
{
	shares_take(&o->sizes, &job->size, outbox_owner(job), size_of(job));
	if (outbox_is_free(job->among))
		return;
	shares_take(&job->among->places, &job->place, owner_in_channel(job), 1);
	job->is_patient = share_of_person(&job->place) > AHEAD;
}

static bool goes_before(const struct job *a, const struct job *b)
{
	if (a->is_patient != b->is_patient && !share_is_same_person(&a->place, &b->place))
		return b->is_patient;
	return a->id < b->id;
}

/* It is patient, too, when any of the same person before it is: what one person is answered comes in its order. */
void outbox_stand_in_line(struct outbox *o, struct outbox_channel *c, struct job *job)
{
	struct list *before = c->waiting.prev;

	for (; before != &c->waiting && job_at(before)->is_patient && !job->is_patient;
	     before = before->prev)
		job->is_patient = share_is_same_person(&job_at(before)->place, &job->place) &&
				  job_at(before)->id < job->id;
	before = c->waiting.prev;
	while (before != &c->waiting && !goes_before(job_at(before), job))
		before = before->prev;
	list_remove(&job->link);
	list_append(before->next, &job->link);
	o->n_waiting++;
	outbox_give_turn(o, c);
}

bool outbox_has_share(const struct outbox *o, const struct outbox_channel *c, const struct job *job)
{
	return shares_fit(&o->sizes, NULL, outbox_owner(job), size_of(job)) &&
	       (c == NULL || outbox_is_free(c) ||
		shares_fit(&c->places, NULL, owner_in_channel(job), 1));
}
