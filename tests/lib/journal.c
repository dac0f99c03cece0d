/* SPDX-License-Identifier: MIT */
#include "lib/journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/buf.h"
#include "base/list.h"
#include "base/map.h"

struct commit {
	struct list link; // journal::due
	char *namespace;
	const struct batch *batch;
	store_committed_fn *on_committed;
	void *owner;
};

struct journal {
	struct store store;
	struct map tables[N_STORE_TABLES]; /* char *, by namespace, line end, key */
	struct list due;
	size_t n_commits;
	bool broken;
	struct store *below; /* which has the rows; NULL = `tables` has them */
	int64_t n_below;     /* commits that it got */
	struct commit *begun;
};

/* The number of the newest commit, as a row of the store below, which no engine sees. */
#define MARK STR("journal")

static struct journal *journal_of(const struct store *s)
{
	return container_of(s, struct journal, store);
}

static void put_key(struct buf *out, struct str namespace, struct str key)
{
	buf_clear(out);
	buf_add(out, namespace);
	buf_addc(out, '\n');
	buf_add(out, key);
}

struct loading {
	store_row_fn *on_row; /* NULL = only the mark is asked for */
	void *owner;
	int64_t mark;
};

static void on_row_below(void *owner, enum store_table table, struct str key, struct str value)
{
	struct loading *l = owner;

	if (table == STORE_COUNT && str_eq(key, MARK))
		str_int(value, &l->mark);
	else if (l->on_row != NULL)
		l->on_row(l->owner, table, key, value);
}

static int journal_load(struct store *s, struct str namespace, store_row_fn *on_row, void *owner)
{
	struct journal *j = journal_of(s);
	struct loading loading = { .on_row = on_row, .owner = owner };

	if (j->below != NULL)
		return j->below->ops->load(j->below, namespace, on_row_below, &loading);
	for (size_t i = 0; i < N_STORE_TABLES; i++) {
		struct map_entry *at = NULL;
		struct str key;
		void *value;

		while (map_next(&j->tables[i], &at, &key, &value)) {
			size_t end = str_find_char(key, '\n');

			if (str_eq(str_sub(key, 0, end), namespace))
				on_row(owner, (enum store_table)i, str_sub(key, end + 1, key.len),
				       str_from(value));
		}
	}
	return 0;
}

static void journal_commit(struct store *s, struct str namespace, const struct batch *batch,
			   store_committed_fn *on_committed, void *owner)
{
	struct commit *commit = mem_zero(1, sizeof(*commit));

	*commit = (struct commit){ .namespace = str_dup(namespace),
				   .batch = batch,
				   .on_committed = on_committed,
				   .owner = owner };
	list_init(&commit->link);
	list_append(&journal_of(s)->due, &commit->link);
	journal_of(s)->n_commits++;
}

static void on_stands(void *owner, bool stands)
{
	*(bool *)owner = stands;
}

/* Its own mark stands and falls with the rows. */
static bool stand_below(struct journal *j, const struct commit *commit)
{
	struct batch batch;
	bool stands = false;
	char mark[24];

	batch_init(&batch);
	for (size_t i = 0; i < commit->batch->n; i++) {
		const struct batch_row *row = &commit->batch->rows[i];

		if (row->value.p != NULL)
			batch_put(&batch, row->table, row->key, row->value);
		else
			batch_drop(&batch, row->table, row->key);
	}
	snprintf(mark, sizeof(mark), "%" PRId64, ++j->n_below);
	batch_put(&batch, STORE_COUNT, MARK, str_from(mark));
	j->below->ops->commit(j->below, str_from(commit->namespace), &batch, on_stands, &stands);
	j->below->ops->wait(j->below);
	batch_clear(&batch);
	return stands;
}

static bool stand(struct journal *j, const struct commit *commit)
{
	CLEANUP(buf_deinit) struct buf key = { 0 };

	if (j->below != NULL)
		return stand_below(j, commit);
	for (size_t i = 0; i < commit->batch->n; i++) {
		const struct batch_row *row = &commit->batch->rows[i];
		struct map *table = &j->tables[row->table];

		put_key(&key, str_from(commit->namespace), row->key);
		if (row->value.p != NULL)
			free(map_set(table, buf_str(&key), str_dup(row->value)));
		else
			free(map_remove(table, buf_str(&key)));
	}
	return true;
}

static void commit_free(struct commit *commit)
{
	list_remove(&commit->link);
	free(commit->namespace);
	free(commit);
}

static struct commit *take_oldest(struct journal *j)
{
	struct commit *commit;

	if (list_is_empty(&j->due))
		return NULL;
	commit = list_first(&j->due, struct commit, link);
	list_remove(&commit->link);
	return commit;
}

bool journal_answer(struct store *s)
{
	struct journal *j = journal_of(s);
	struct commit *commit = take_oldest(j);

	if (commit == NULL)
		return false;
	commit->on_committed(commit->owner, !j->broken && stand(j, commit));
	commit_free(commit);
	return true;
}

void journal_put_over(struct store *s, struct store *below)
{
	journal_of(s)->below = below;
}

bool journal_begin_answer(struct store *s)
{
	struct journal *j = journal_of(s);

	j->begun = take_oldest(j);
	if (j->begun != NULL)
		stand(j, j->begun);
	return j->begun != NULL;
}

void journal_end_answer(struct store *s)
{
	struct journal *j = journal_of(s);
	struct commit *commit = TAKE(j->begun);
	struct loading loading = { 0 };

	j->below->ops->load(j->below, str_from(commit->namespace), on_row_below, &loading);
	commit->on_committed(commit->owner, loading.mark == j->n_below);
	commit_free(commit);
}

void journal_break(struct store *s, bool broken)
{
	journal_of(s)->broken = broken;
}

void journal_kill(struct store *s)
{
	list_each (link, &journal_of(s)->due)
		commit_free(list_entry(link, struct commit, link));
}

size_t journal_n_rows(const struct store *s, enum store_table table)
{
	return journal_of(s)->tables[table].n;
}

size_t journal_n_commits(const struct store *s)
{
	return journal_of(s)->n_commits;
}

static void journal_wait(struct store *s)
{
	while (journal_answer(s))
		;
}

static void journal_close(struct store *s)
{
	journal_kill(s);
	for (size_t i = 0; i < N_STORE_TABLES; i++)
		map_deinit(&journal_of(s)->tables[i], free);
	free(journal_of(s));
}

struct store *journal_new(void)
{
	static const struct store_ops ops = {
		.name = "journal",
		.keeps = true,
		.load = journal_load,
		.commit = journal_commit,
		.wait = journal_wait,
		.close = journal_close,
	};
	struct journal *j = mem_zero(1, sizeof(*j));

	j->store.ops = &ops;
	for (size_t i = 0; i < N_STORE_TABLES; i++)
		map_init(&j->tables[i]);
	list_init(&j->due);
	return &j->store;
}
