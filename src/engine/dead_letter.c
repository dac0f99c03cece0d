/* SPDX-License-Identifier: MIT */
#include "engine/dead_letter.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/json.h"
#include "base/mem.h"

static const int64_t KEPT_MS = DEAD_LETTERS_DAYS * INT64_C(86400000);

enum { BYTES = 32 << 20, PERSON_PART = 16 };

void dead_letters_init(struct dead_letters *d, struct batch *batch)
{
	*d = (struct dead_letters){ .batch = batch };
	list_init(&d->letters);
	shares_init(&d->sizes, "answers that failed", BYTES, PERSON_PART, 0);
}

void dead_letter_free(struct dead_letter *letter)
{
	if (letter == NULL)
		return;
	list_remove(&letter->link);
	job_free(letter->job);
	free(letter);
}

void dead_letters_deinit(struct dead_letters *d)
{
	list_each (link, &d->letters)
		dead_letter_free(list_entry(link, struct dead_letter, link));
	shares_deinit(&d->sizes);
}

static struct dead_letter *oldest(const struct dead_letters *d)
{
	return list_is_empty(&d->letters) ? NULL :
					    list_first(&d->letters, struct dead_letter, link);
}

/* ---- rows ---- */

struct dead_letter *dead_letter_read(struct str value)
{
	CLEANUP(json_freep) struct json *row = NULL;
	CLEANUP(buf_deinit) struct buf line = { 0 };
	struct dead_letter *letter;
	struct job *job;
	int64_t when;

	if (json_parse(&row, value, NULL) != 0 || !json_get_int(row, "when", &when) ||
	    !wall_is_sound((struct wall){ when }) || json_at(row, "job") == NULL)
		return NULL;
	json_print(json_at(row, "job"), &line);
	if (job_read(&job, buf_str(&line)) != 0)
		return NULL;
	letter = mem_zero(1, sizeof(*letter));
	list_init(&letter->link);
	letter->job = job;
	letter->why = job_keep(job, json_str(row, "why"));
	letter->when = (struct wall){ when };
	return letter;
}

static void write_row(const struct job *job, const char *why, struct wall when, struct buf *out)
{
	buf_addz(out, "{\"job\":");
	job_write(job, false, out);
	buf_addz(out, ",\"why\":");
	json_quote(str_from(why), out);
	buf_addf(out, ",\"when\":%lld}", (long long)when.ms);
}

static struct str key_of(const struct job *job, char room[static 24])
{
	snprintf(room, 24, "%llu", (unsigned long long)job->id);
	return str_from(room);
}

/* ---- in and out ---- */

static struct share_owner owner_of(const struct job *job)
{
	return (struct share_owner){ str_from(job->person), STR_EMPTY };
}

static size_t size_of(const struct dead_letter *letter)
{
	return sizeof(*letter) + sizeof(*letter->job) + arena_size(&letter->job->arena);
}

static void add(struct dead_letters *d, struct dead_letter *letter)
{
	struct list *at = d->letters.prev;

	shares_take(&d->sizes, &letter->job->size, owner_of(letter->job), size_of(letter));
	while (at != &d->letters &&
	       list_entry(at, struct dead_letter, link)->when.ms > letter->when.ms)
		at = at->prev;
	list_prepend(at, &letter->link);
	d->n++;
}

struct job *dead_letters_take(struct dead_letters *d, struct dead_letter *letter)
{
	struct job *job = TAKE(letter->job);
	char key[24];

	shares_give_back(&d->sizes, &job->size);
	if (d->batch != NULL)
		batch_drop(d->batch, STORE_DEAD_LETTER, key_of(job, key));
	dead_letter_free(letter);
	d->n--;
	return job;
}

void dead_letters_keep(struct dead_letters *d, const struct job *job, const char *why,
		       struct wall now)
{
	CLEANUP(buf_deinit) struct buf row = { 0 };
	struct dead_letter *letter;
	char key[24];

	write_row(job, why != NULL ? why : "no reason given", now, &row);
	letter = dead_letter_read(buf_str(&row));
	if (letter == NULL)
		return;
	if (!shares_fit(&d->sizes, NULL, owner_of(letter->job), size_of(letter))) {
		shares_refuse(&d->sizes, owner_of(letter->job), str_from(letter->job->rule),
			      (struct mono){ now.ms * 1000000 });
		dead_letter_free(letter);
		return;
	}
	letter->job->workspace = job->workspace;
	add(d, letter);
	if (d->batch != NULL)
		batch_put(d->batch, STORE_DEAD_LETTER, key_of(job, key), buf_str(&row));
	dead_letters_forget(d, now);
}

void dead_letters_forget(struct dead_letters *d, struct wall now)
{
	struct dead_letter *letter;

	while ((letter = oldest(d)) != NULL &&
	       (d->n > DEAD_LETTERS_MAX || now.ms - letter->when.ms > KEPT_MS))
		job_free(dead_letters_take(d, letter));
}

struct dead_letter *dead_letters_find(const struct dead_letters *d, uint64_t id)
{
	list_each (link, &d->letters) {
		struct dead_letter *letter = list_entry(link, struct dead_letter, link);

		if (letter->job->id == id)
			return letter;
	}
	return NULL;
}

bool dead_letters_load(struct dead_letters *d, int64_t id, struct str value)
{
	struct dead_letter *letter = dead_letter_read(value);
	bool is_its_own = letter != NULL && letter->job->id == (uint64_t)id;

	if (is_its_own)
		add(d, letter);
	else
		dead_letter_free(letter);
	return is_its_own;
}
