/* SPDX-License-Identifier: MIT */
#include "engine/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/buf.h"
#include "base/mem.h"

void outbox_init(struct outbox *o, struct batch *batch)
{
	*o = (struct outbox){ .batch = batch };
	list_init(&o->fresh);
	list_init(&o->sealed);
	list_init(&o->ready);
	list_init(&o->leased);
}

static void free_jobs(struct list *jobs)
{
	list_each (link, jobs)
		job_free(list_entry(link, struct job, link));
}

void outbox_deinit(struct outbox *o)
{
	free_jobs(&o->fresh);
	free_jobs(&o->sealed);
	free_jobs(&o->ready);
	free_jobs(&o->leased);
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

	buf_init(&line, 0);
	job_write(job, &line);
	batch_put(o->batch, STORE_JOB, key_of(job, key), buf_str(&line));
}

/* ---- its way ---- */

bool outbox_put(struct outbox *o, struct job *take)
{
	if (o->n == OUTBOX_MAX) {
		job_free(take);
		return false;
	}
	o->n++;
	take->id = ++o->last_id;
	take->state = JOB_PENDING;
	list_append(&o->fresh, &take->link);
	if (o->batch != NULL)
		note(o, take);
	return true;
}

void outbox_stands(struct outbox *o)
{
	list_each (link, &o->sealed) {
		struct job *job = list_entry(link, struct job, link);

		list_remove(link);
		if (job->state == JOB_IN_FLIGHT || o->batch == NULL) {
			job->state = JOB_IN_FLIGHT;
			list_append(&o->ready, link);
			continue;
		}
		job->state = JOB_IN_FLIGHT;
		note(o, job);
		list_append(&o->fresh, link);
	}
}

void outbox_falls(struct outbox *o)
{
	while (!list_is_empty(&o->sealed)) {
		struct list *last = o->sealed.prev;

		list_remove(last);
		list_prepend(&o->fresh, last);
	}
}

void outbox_settle(struct outbox *o, struct job *job)
{
	char key[24];

	if (o->batch != NULL)
		batch_drop(o->batch, STORE_JOB, key_of(job, key));
	list_remove(&job->link);
	o->n--;
	job_free(job);
}

void outbox_give_back(struct outbox *o, struct job *job)
{
	job->state = JOB_PENDING;
	list_remove(&job->link);
	list_prepend(&o->fresh, &job->link);
	if (o->batch != NULL)
		note(o, job);
}

/* ---- back from the store ---- */

bool outbox_load(struct outbox *o, struct str line)
{
	struct job *job;

	if (job_read(&job, line) != 0)
		return false;
	list_append(job->state == JOB_IN_FLIGHT ? &o->leased : &o->sealed, &job->link);
	o->n++;
	return true;
}

static int by_id(const void *a, const void *b)
{
	const struct job *x = list_entry(*(struct list *const *)a, struct job, link);
	const struct job *y = list_entry(*(struct list *const *)b, struct job, link);

	return (x->id > y->id) - (x->id < y->id);
}

static void sort(struct list *jobs, size_t n)
{
	struct list **links = mem_alloc((n + 1) * sizeof(links[0]));
	size_t i = 0;

	list_each (link, jobs)
		links[i++] = link;
	qsort(links, i, sizeof(links[0]), by_id);
	list_init(jobs);
	for (size_t k = 0; k < i; k++)
		list_append(jobs, links[k]);
	free(links);
}

/* Those that wait stand already: what is left is to mark them. */
void outbox_loaded(struct outbox *o)
{
	sort(&o->leased, o->n);
	sort(&o->sealed, o->n);
	outbox_stands(o);
}

struct job *outbox_unsure(struct outbox *o)
{
	return list_is_empty(&o->leased) ? NULL : list_first(&o->leased, struct job, link);
}
