/* SPDX-License-Identifier: MIT */
#include "engine/wait.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/mem.h"
#include "rule/rule.h"

/* Everyone who rests at one thread or message. */
struct wait_spot {
	char *key;
	struct list stays;
};

void waits_init(struct waits *w)
{
	heap_init(&w->due);
	map_init(&w->spots);
}

static void spot_free(void *object)
{
	struct wait_spot *spot = object;

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

static struct wait_spot *spot_at(const struct waits *w, struct key key)
{
	return key.len > 0 ? map_get(&w->spots, str_make(key.text, key.len)) : NULL;
}

static void stand_at(struct waits *w, struct stay *stay, struct key key)
{
	struct wait_spot *spot = spot_at(w, key);

	if (key.len == 0)
		return;
	if (spot == NULL) {
		spot = mem_zero(1, sizeof(*spot));
		spot->key = str_dup(str_make(key.text, key.len));
		list_init(&spot->stays);
		map_set(&w->spots, str_from(spot->key), spot);
	}
	stay->spot = spot;
	list_append(&spot->stays, &stay->link);
}

static void leave_spot(struct waits *w, struct stay *stay)
{
	struct wait_spot *spot = stay->spot;

	stay->spot = NULL;
	list_remove(&stay->link);
	if (spot == NULL || !list_is_empty(&spot->stays))
		return;
	map_remove(&w->spots, str_from(spot->key));
	spot_free(spot);
}

void waits_add(struct waits *w, struct run *run, struct mono due)
{
	heap_push(&w->due, &run->node, due.ns);
	if (run->unless & (UNLESS_ANSWERED | UNLESS_REPLIED))
		stand_at(w, &run->at_thread, thread_key(run->ev));
	stand_at(w, &run->at_message, message_key(run->ev));
}

void waits_add_acting(struct waits *w, struct run *run)
{
	stand_at(w, &run->at_message, message_key(run->ev));
}

void waits_leave(struct waits *w, struct run *run)
{
	heap_remove(&w->due, &run->node);
	leave_spot(w, &run->at_message);
	leave_spot(w, &run->at_thread);
}

/* ---- time ---- */

struct run *waits_take_due(struct waits *w, struct mono now)
{
	struct heap_node *node = heap_min(&w->due);
	struct run *run;

	if (node == NULL || node->key > now.ns)
		return NULL;
	run = container_of(node, struct run, node);
	waits_leave(w, run);
	return run;
}

/* ---- what people do ---- */

static bool is_answered(const struct run *run, const struct event *ev)
{
	/* What came before the question is no answer to it, whenever Slack tells of it. */
	if (str_cmp(ev->ts, run->ev->ts) <= 0)
		return false;
	if (run->unless & UNLESS_REPLIED)
		return true;
	return (run->unless & UNLESS_ANSWERED) && !ev->from_bot && !ev->user.is_bot &&
	       !str_eq(ev->user.id, run->ev->author.id);
}

struct run *waits_take_answered(struct waits *w, const struct event *ev)
{
	const bool is_reply = ev->kind == EVENT_MESSAGE && event_is_reply(ev);
	struct wait_spot *spot = is_reply		    ? spot_at(w, thread_key(ev)) :
				 ev->kind == EVENT_REACTION ? spot_at(w, message_key(ev)) :
							      NULL;

	if (spot == NULL)
		return NULL;
	list_each (link, &spot->stays) {
		struct run *run = is_reply ? list_entry(link, struct run, at_thread.link) :
					     list_entry(link, struct run, at_message.link);

		if (!heap_has(&run->node) ||
		    !(is_reply ? is_answered(run, ev) : (run->unless & UNLESS_REACTED) != 0))
			continue;
		waits_leave(w, run);
		return run;
	}
	return NULL;
}

struct run *waits_take_about(struct waits *w, struct str rule, const struct event *ev)
{
	struct wait_spot *spot = spot_at(w, message_key(ev));

	if (spot == NULL)
		return NULL;
	list_each (link, &spot->stays) {
		struct run *run = list_entry(link, struct run, at_message.link);

		if (!heap_has(&run->node) || !str_eq(run->rule_name, rule))
			continue;
		waits_leave(w, run);
		return run;
	}
	return NULL;
}

struct run *waits_acting(const struct waits *w, struct str rule, const struct event *ev)
{
	const struct wait_spot *spot = spot_at(w, message_key(ev));
	struct run *any = NULL;

	if (spot == NULL)
		return NULL;
	list_each (link, &spot->stays) {
		struct run *run = list_entry(link, struct run, at_message.link);

		if (heap_has(&run->node) || !str_eq(run->rule_name, rule))
			continue;
		if (any == NULL || (any->n_followups == 0 && run->n_followups > 0))
			any = run;
	}
	return any;
}
