/* SPDX-License-Identifier: MIT */
#include "engine/wait.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/mem.h"

/* Everyone who waits at one thread or message. */
struct spot {
	char *key;
	struct list stays;
};

/* One firing at one spot. It stands at that of its message, and perhaps at that of its thread. */
struct stay {
	struct list link; // spot::stays
	struct spot *spot;
	struct firing *firing;
};

void waits_init(struct waits *w)
{
	heap_init(&w->due);
	map_init(&w->spots);
}

static void spot_free(void *object)
{
	struct spot *spot = object;

	list_each (link, &spot->stays)
		free(list_entry(link, struct stay, link));
	free(spot->key);
	free(spot);
}

void waits_deinit(struct waits *w)
{
	heap_deinit(&w->due);
	map_deinit(&w->spots, spot_free);
}

bool waits_has_room(const struct waits *w)
{
	return w->due.n < WAITS_MAX;
}

/* ---- spots ---- */

enum { KEY_MAX = 200 };

struct key {
	char text[KEY_MAX];
	size_t len; /* 0 = there is no such spot */
};

static struct key key_of(char kind, const struct event *ev, struct str ts)
{
	struct key key = { .len = 0 };
	int n;

	if (ev->channel.len == 0 || ts.len == 0)
		return key;
	n = snprintf(key.text, sizeof(key.text), "%c:%.*s:%.*s", kind, STR_ARG(ev->channel),
		     STR_ARG(ts));
	key.len = n > 0 && n < (int)sizeof(key.text) ? (size_t)n : 0;
	return key;
}

static struct key thread_key(const struct event *ev)
{
	return key_of('t', ev, event_thread_root(ev));
}

static struct key message_key(const struct event *ev)
{
	return key_of('m', ev, ev->ts);
}

static struct spot *spot_at(const struct waits *w, const struct key *key)
{
	return key->len > 0 ? map_get(&w->spots, str_make(key->text, key->len)) : NULL;
}

static void stand_at(struct waits *w, struct firing *f, const struct key *key)
{
	struct spot *spot = spot_at(w, key);
	struct stay *stay;

	if (key->len == 0)
		return;
	if (spot == NULL) {
		spot = mem_zero(1, sizeof(*spot));
		spot->key = str_dup(str_make(key->text, key->len));
		list_init(&spot->stays);
		map_set(&w->spots, str_from(spot->key), spot);
	}
	stay = mem_zero(1, sizeof(*stay));
	stay->spot = spot;
	stay->firing = f;
	list_append(&spot->stays, &stay->link);
}

static void leave(struct waits *w, const struct firing *f, const struct key *key)
{
	struct spot *spot = spot_at(w, key);

	if (spot == NULL)
		return;
	list_each (link, &spot->stays) {
		struct stay *stay = list_entry(link, struct stay, link);

		if (stay->firing != f)
			continue;
		list_remove(link);
		free(stay);
	}
	if (list_is_empty(&spot->stays)) {
		map_remove(&w->spots, str_from(spot->key));
		spot_free(spot);
	}
}

void waits_add(struct waits *w, struct firing *f)
{
	const struct event *ev = firing_event(f);
	const struct key thread = thread_key(ev), message = message_key(ev);

	heap_push(&w->due, firing_node(f), firing_due(f).ns);
	if (firing_unless(f) & (UNLESS_ANSWERED | UNLESS_REPLIED))
		stand_at(w, f, &thread);
	stand_at(w, f, &message);
}

void waits_remove(struct waits *w, struct firing *f)
{
	const struct event *ev = firing_event(f);
	const struct key thread = thread_key(ev), message = message_key(ev);

	if (!heap_has(firing_node(f)))
		return;
	heap_remove(&w->due, firing_node(f));
	leave(w, f, &thread);
	leave(w, f, &message);
}

/* ---- time ---- */

bool waits_next(const struct waits *w, struct mono *out)
{
	const struct heap_node *node = heap_min(&w->due);

	if (node != NULL)
		out->ns = node->key;
	return node != NULL;
}

struct firing *waits_take_due(struct waits *w, struct mono now)
{
	struct heap_node *node = heap_min(&w->due);
	struct firing *f;

	if (node == NULL || node->key > now.ns)
		return NULL;
	f = firing_of_node(node);
	waits_remove(w, f);
	return f;
}

/* ---- what people do ---- */

static bool is_answered(const struct firing *f, const struct event *ev)
{
	const struct event *about = firing_event(f);
	unsigned unless = firing_unless(f);

	/* What came before the question is no answer to it, whenever Slack tells of it. */
	if (str_cmp(ev->ts, about->ts) <= 0)
		return false;
	if (unless & UNLESS_REPLIED)
		return true;
	return (unless & UNLESS_ANSWERED) && !ev->from_bot && !ev->user.is_bot &&
	       !str_eq(ev->user.id, about->author.id);
}

static bool is_reacted(const struct firing *f, const struct event *ev)
{
	(void)ev;
	return (firing_unless(f) & UNLESS_REACTED) != 0;
}

static struct firing *take_from(struct waits *w, const struct key *key, const struct event *ev,
				bool (*fits)(const struct firing *f, const struct event *ev))
{
	struct spot *spot = spot_at(w, key);

	if (spot == NULL)
		return NULL;
	list_each (link, &spot->stays) {
		struct firing *f = list_entry(link, struct stay, link)->firing;

		if (!fits(f, ev))
			continue;
		waits_remove(w, f);
		return f;
	}
	return NULL;
}

struct firing *waits_take_answered(struct waits *w, const struct event *ev)
{
	const struct key thread = thread_key(ev), message = message_key(ev);

	if (ev->kind == EVENT_MESSAGE && event_is_reply(ev))
		return take_from(w, &thread, ev, is_answered);
	if (ev->kind == EVENT_REACTION)
		return take_from(w, &message, ev, is_reacted);
	return NULL;
}

struct firing *waits_take_about(struct waits *w, const struct rule *rule, const struct event *ev)
{
	const struct key message = message_key(ev);
	struct spot *spot = spot_at(w, &message);

	if (spot == NULL)
		return NULL;
	list_each (link, &spot->stays) {
		struct firing *f = list_entry(link, struct stay, link)->firing;

		if (!str_is(str_from(firing_rule(f)->name), rule->name))
			continue;
		waits_remove(w, f);
		return f;
	}
	return NULL;
}
