/* SPDX-License-Identifier: MIT */
#include "directory/keep.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/buf.h"
#include "base/mem.h"

enum {
	WRITE_EVERY_MS = 60000,
	/* A large workspace is written in pieces: one of fifty thousand people would hold up the loop. */
	ROWS_MAX = 1000,
	NEXT_PIECE_MS = 100,
};

struct keep {
	struct loop *loop;
	struct store *store;
	struct cache *cache;
	struct bindings *bindings;
	char *namespace; /* beside the engine's rows, which it does not want to read */
	struct batch batch;
	bool is_committing;
	bool has_failed; /* the last piece does not stand */
	bool was_full;	 /* there is more to write than the last piece */
	struct loop_timer due;
	size_t n_loaded;
};

/* ---- rows ---- */

static void put_text(struct buf *out, const char *name, const char *text)
{
	buf_addf(out, "%s\"%s\":", out->len > 1 ? "," : "", name);
	json_quote(str_from(text), out);
}

static void put_flag(struct buf *out, const char *name, bool flag)
{
	buf_addf(out, ",\"%s\":%s", name, flag ? "true" : "false");
}

/* As Slack would say it, so that one reader does for both. */
static void write_user(const struct cache_user *u, struct buf *out)
{
	buf_addc(out, '{');
	put_text(out, "id", u->id);
	put_text(out, "name", u->handle);
	buf_addz(out, ",\"profile\":{\"display_name\":");
	json_quote(str_from(u->name), out);
	buf_addz(out, ",\"email\":");
	json_quote(str_from(u->email), out);
	buf_addc(out, '}');
	put_flag(out, "is_bot", u->is_bot);
	put_flag(out, "deleted", u->is_gone);
	put_flag(out, "is_restricted", u->is_guest);
	put_flag(out, "is_stranger", u->is_outsider);
	buf_addc(out, '}');
}

static void write_channel(const struct cache_channel *c, struct buf *out)
{
	buf_addc(out, '{');
	put_text(out, "id", c->id);
	put_text(out, "name", c->name);
	put_flag(out, "is_member", c->is_member);
	buf_addf(out, ",\"kind\":%d}", (int)c->kind);
}

/* Whether it says anything new. */
static bool is_new(uint64_t *kept, struct str line)
{
	uint64_t hash = 14695981039346656037u;

	for (size_t i = 0; i < line.len; i++)
		hash = (hash ^ (unsigned char)line.p[i]) * 1099511628211u;
	if (hash == *kept)
		return false;
	*kept = hash;
	return true;
}

/* Given free, or not bound yet: there is no such row. */
static void gather_binding(struct keep *k, struct binding *it)
{
	CLEANUP(buf_deinit) struct buf key = { 0 }, line = { 0 };

	buf_addf(&key, "@%s", it->name);
	if (it->kind == 0 && it->kept != 0) {
		batch_drop(&k->batch, STORE_PERSON, buf_str(&key));
		it->kept = 0;
	}
	if (it->kind == 0)
		return;
	buf_addf(&line, "{\"kind\":\"%c\"", it->kind);
	put_text(&line, "id", it->id);
	buf_addc(&line, '}');
	if (is_new(&it->kept, buf_str(&line)))
		batch_put(&k->batch, STORE_PERSON, buf_str(&key), buf_str(&line));
}

static void gather(struct keep *k, size_t rows_max)
{
	CLEANUP(buf_deinit) struct buf line = { 0 };
	struct map_entry *at = NULL;
	struct str id;
	void *object;

	while (k->batch.n < rows_max && map_next(&k->cache->users, &at, &id, &object)) {
		struct cache_user *u = object;

		buf_clear(&line);
		write_user(u, &line);
		if (is_new(&u->kept, buf_str(&line)))
			batch_put(&k->batch, STORE_PERSON, id, buf_str(&line));
	}
	at = NULL;
	while (k->batch.n < rows_max && map_next(&k->bindings->names, &at, &id, &object))
		gather_binding(k, object);
	at = NULL;
	while (k->batch.n < rows_max && map_next(&k->cache->channels, &at, &id, &object)) {
		struct cache_channel *c = object;

		buf_clear(&line);
		write_channel(c, &line);
		if (is_new(&c->kept, buf_str(&line)))
			batch_put(&k->batch, STORE_CHANNEL, id, buf_str(&line));
	}
}

/* ---- writing ---- */

static void on_committed(void *owner, bool stands)
{
	struct keep *k = owner;

	k->is_committing = false;
	k->has_failed = !stands;
	if (stands)
		batch_clear(&k->batch); /* else its rows go with the next ones */
}

static void write_now(struct keep *k)
{
	if (k->is_committing)
		return;
	gather(k, ROWS_MAX);
	k->was_full = k->batch.n >= ROWS_MAX;
	if (k->batch.n == 0)
		return;
	k->is_committing = true;
	k->store->ops->commit(k->store, str_from(k->namespace), &k->batch, on_committed, k);
}

static bool is_behind(const struct keep *k)
{
	return (k->is_committing || k->was_full) && !k->has_failed;
}

static void on_due(void *owner)
{
	struct keep *k = owner;

	write_now(k);
	loop_timer_start(k->loop, &k->due, is_behind(k) ? NEXT_PIECE_MS : WRITE_EVERY_MS);
}

/* ---- reading ---- */

static void kept_binding(struct keep *k, struct str name, const struct json *j)
{
	struct str kind = json_str(j, "kind"), id = json_str(j, "id");

	if (name.len > 0 && id.len > 0 && (str_is(kind, "@") || str_is(kind, "&")))
		bindings_restore(k->bindings, name, kind.p[0], id);
}

static void on_row(void *owner, enum store_table table, struct str key, struct str value)
{
	CLEANUP(json_freep) struct json *j = NULL;
	struct keep *k = owner;
	int64_t kind = CHANNEL_UNKNOWN;
	bool is_outsider;

	if (json_parse(&j, value, NULL) != 0)
		return;
	if (table == STORE_PERSON && str_skip(&key, "@")) {
		kept_binding(k, key, j);
		return;
	}
	/* An older version did not note who is an outsider: Slack says it anew. */
	if (table == STORE_PERSON && !json_get_bool(j, "is_stranger", &is_outsider))
		return;
	k->n_loaded++;
	json_get_int(j, "kind", &kind);
	if (table == STORE_PERSON)
		cache_learn_user(k->cache, j);
	else if (table == STORE_CHANNEL && kind >= CHANNEL_UNKNOWN && kind <= CHANNEL_GROUP)
		cache_learn_channel(k->cache, j, (enum channel_kind)kind);
}

size_t keep_load(struct keep *k)
{
	k->n_loaded = 0;
	if (k->store->ops->load(k->store, str_from(k->namespace), on_row, k) < 0)
		return 0; /* which has been said; all of it is asked for anyway */
	gather(k, SIZE_MAX);
	batch_clear(&k->batch); /* what was read need not be written */
	return k->n_loaded;
}

/* ---- life ---- */

struct keep *keep_new(struct loop *loop, struct store *store, struct cache *cache,
		      struct bindings *bindings, struct str team)
{
	struct keep *k = mem_zero(1, sizeof(*k));
	CLEANUP(buf_deinit) struct buf namespace = { 0 };

	buf_addf(&namespace, "%.*s/names", STR_ARG(team));
	k->loop = loop;
	k->store = store;
	k->cache = cache;
	k->bindings = bindings;
	k->namespace = buf_take(&namespace);
	batch_init(&k->batch);
	loop_timer_init(&k->due, on_due, k);
	loop_timer_start(loop, &k->due, WRITE_EVERY_MS);
	return k;
}

void keep_free(struct keep *k)
{
	if (k == NULL)
		return;
	loop_timer_stop(k->loop, &k->due);
	do {
		k->store->ops->wait(k->store);
		write_now(k);
		k->store->ops->wait(k->store);
	} while (k->was_full && !k->has_failed);
	k->store->ops->wait(k->store);
	batch_clear(&k->batch);
	free(k->namespace);
	free(k);
}
