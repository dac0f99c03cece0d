/* SPDX-License-Identifier: MIT */
/*
 * What is known already completes an event on the spot. Else it waits:
 *
 *	line (of a channel) ── waiting (an event) ── need ── lookup (an id)
 *
 * An event leaves its line when nothing is open for it or its time is up, and everything in front of it has
 * left: the deadlines in a line rise, so nobody waits longer than one deadline.
 */
#include "directory/enrich.h"

#include <stdlib.h>
#include "base/list.h"
#include "base/mem.h"
#include "slack/decode.h"

enum {
	WAIT_MS = 1500,
	NEEDS_MAX = 20, /* for one event: a text may mention thousands */
};

struct enrich {
	struct loop *loop;
	struct lookups *lookups;
	const struct cache *roster;
	const struct identity *me;
	const struct text_names *names;
	struct map lines; /* by channel */
};

struct line {
	char *channel;
	struct list waiting;
	bool moving; /* line_move is on the stack */
};

struct waiting {
	struct enrich *completer;
	struct line *line;
	struct list link; /* line::waiting */
	struct event *ev;
	unsigned wants;
	struct list needs;
	size_t n_needs;
	struct reading reading; /* of the message reacted to */
	bool done;
	struct loop_timer patience;
	void (*on_complete)(void *owner, struct event *take, void *tag);
	void *owner;
	void *tag;
};

/* An id that a waiting event wants to see looked up. */
struct need {
	struct lookup_waiter wish;
	struct waiting *waiting;
	struct list link; /* waiting::needs */
};

/* ---- what is known ---- */

void enrich_fill(const struct cache *roster, struct event *ev)
{
	struct person *const people[] = { &ev->user, &ev->author };
	const struct cache_channel *channel = cache_channel(roster, ev->channel);

	for (size_t i = 0; i < ARRAY_LEN(people); i++) {
		const struct cache_user *user = cache_user(roster, people[i]->id);

		if (user == NULL)
			continue;
		people[i]->handle = str_keep(&ev->arena, str_from(user->handle));
		people[i]->name = str_keep(&ev->arena, str_from(user->name));
		people[i]->email = str_keep(&ev->arena, str_from(user->email));
		people[i]->is_bot = user->is_bot;
		people[i]->is_guest = user->is_guest;
	}
	if (channel != NULL && channel->name[0] != '\0')
		ev->channel_name = str_keep(&ev->arena, str_from(channel->name));
	ev->channel_kind = enrich_kind(roster, ev);
	ev->from_bot = ev->from_bot || ev->user.is_bot;
}

static void fill(const struct enrich *c, struct event *ev)
{
	enrich_fill(c->roster, ev);
	if (ev->text.p == NULL)
		decode_texts(ev, c->me, c->names);
}

/* ---- what is missing ---- */

static bool is_channel_missing(const struct enrich *c, const struct event *ev)
{
	return lookups_lacks_channel(c->lookups, ev->channel, enrich_kind(c->roster, ev));
}

static bool is_reacted_missing(const struct enrich *c, const struct event *ev, unsigned wants)
{
	return (wants & WANT_REACTED) && !ev->text_known && ev->ts.len > 0 && ev->channel.len > 0 &&
	       lookups_may_read(c->lookups);
}

static bool is_anything_missing(const struct enrich *c, const struct event *ev, unsigned wants)
{
	struct str rest = ev->text_raw, id;

	if ((wants & WANT_NAMES) &&
	    (lookups_lacks_user(c->lookups, ev->user.id) ||
	     lookups_lacks_user(c->lookups, ev->author.id) || is_channel_missing(c, ev)))
		return true;
	if (str_find_char(rest, '<') == SIZE_MAX) /* most mention nobody */
		rest = STR_EMPTY;
	while (rest.len > 0 && text_next_mention(&rest, &id)) {
		if (lookups_lacks_user(c->lookups, id))
			return true;
	}
	return is_reacted_missing(c, ev, wants);
}

/* ---- lines ---- */

static struct line *line_for(struct enrich *c, struct str channel)
{
	struct line *line = map_get(&c->lines, channel);

	if (line != NULL)
		return line;
	line = mem_zero(1, sizeof(*line));
	line->channel = str_dup(channel);
	list_init(&line->waiting);
	map_set(&c->lines, channel, line);
	return line;
}

static void line_free(struct line *line)
{
	free(line->channel);
	free(line);
}

static void need_free(struct need *need)
{
	list_remove(&need->wish.link);
	list_remove(&need->link);
	free(need);
}

static void drop_needs(struct waiting *w)
{
	list_each (link, &w->needs)
		need_free(list_entry(link, struct need, link));
	reading_stop(&w->reading);
}

/* Takes everything out of the waiting one but its event. */
static struct event *waiting_end(struct waiting *w)
{
	struct event *ev = w->ev;

	drop_needs(w);
	list_remove(&w->link);
	loop_timer_stop(w->completer->loop, &w->patience);
	loop_bury(w->completer->loop, w, free);
	return ev;
}

/* Lets go who is done and first. What is called may come back here; the outer one then goes on. */
static void line_move(struct enrich *c, struct line *line)
{
	if (line->moving)
		return;
	line->moving = true;
	while (!list_is_empty(&line->waiting)) {
		struct waiting *w = list_first(&line->waiting, struct waiting, link);
		const struct waiting left = *w;

		if (!w->done)
			break;
		waiting_end(w);
		fill(c, left.ev);
		left.on_complete(left.owner, left.ev, left.tag);
	}
	line->moving = false;
	if (list_is_empty(&line->waiting))
		line_free(map_remove(&c->lines, str_from(line->channel)));
}

static void waiting_check(struct waiting *w)
{
	if (w->n_needs > 0 || w->reading.call != NULL)
		return;
	w->done = true;
	line_move(w->completer, w->line);
}

static void on_patience(void *owner)
{
	struct waiting *w = owner;

	drop_needs(w);
	w->done = true;
	line_move(w->completer, w->line);
}

/* ---- what an event waits for ---- */

static void on_granted(struct lookup_waiter *wish)
{
	struct need *need = container_of(wish, struct need, wish);
	struct waiting *w = need->waiting;

	need_free(need);
	w->n_needs--;
	waiting_check(w);
}

static void want(struct waiting *w, struct str id,
		 bool (*look_up)(struct lookups *l, struct str id, struct lookup_waiter *wish))
{
	struct need *need;

	if (w->n_needs >= NEEDS_MAX)
		return;
	need = mem_zero(1, sizeof(*need));
	need->wish.on_granted = on_granted;
	need->waiting = w;
	list_init(&need->wish.link);
	list_init(&need->link);
	if (!look_up(w->completer->lookups, id, &need->wish)) {
		free(need);
		return;
	}
	list_append(&w->needs, &need->link);
	w->n_needs++;
}

static void want_user(struct waiting *w, struct str id)
{
	if (lookups_lacks_user(w->completer->lookups, id))
		want(w, id, lookups_user);
}

static void want_names(struct waiting *w)
{
	struct str rest = w->ev->text_raw, id;

	if (w->wants & WANT_NAMES) {
		want_user(w, w->ev->user.id);
		want_user(w, w->ev->author.id);
		if (is_channel_missing(w->completer, w->ev))
			want(w, w->ev->channel, lookups_channel);
	}
	while (text_next_mention(&rest, &id))
		want_user(w, id);
}

static void take_reacted(struct event *ev, const struct json *message)
{
	struct str user = json_str(message, "user");

	ev->text_raw = str_keep(&ev->arena, json_str(message, "text"));
	ev->thread_ts = str_keep(&ev->arena, json_str(message, "thread_ts"));
	if (user.len > 0)
		ev->author.id = str_keep(&ev->arena, user);
	ev->text_known = true;
}

static void on_read(struct reading *reading, const struct json *message)
{
	struct waiting *w = container_of(reading, struct waiting, reading);

	if (message != NULL)
		take_reacted(w->ev, message);
	want_names(w); /* it may mention people, too */
	waiting_check(w);
}

/* ---- completing ---- */

static struct waiting *waiting_new(struct enrich *c, struct event *take, unsigned wants)
{
	struct waiting *w = mem_zero(1, sizeof(*w));

	w->completer = c;
	w->ev = take;
	w->wants = wants;
	w->reading.on_read = on_read;
	w->line = line_for(c, take->channel);
	list_init(&w->link);
	list_init(&w->needs);
	list_append(&w->line->waiting, &w->link);
	loop_timer_init(&w->patience, on_patience, w);
	loop_timer_start(c->loop, &w->patience, WAIT_MS);
	return w;
}

bool enrich_take(struct enrich *c, struct event *take, unsigned wants,
		 void (*on_complete)(void *owner, struct event *take, void *tag), void *owner,
		 void *tag)
{
	struct waiting *w;

	if (map_get(&c->lines, take->channel) == NULL && !is_anything_missing(c, take, wants)) {
		fill(c, take);
		return true;
	}
	w = waiting_new(c, take, wants);
	w->on_complete = on_complete;
	w->owner = owner;
	w->tag = tag;
	if (is_reacted_missing(c, take, wants))
		lookups_read(c->lookups, take->channel, take->ts, &w->reading);
	want_names(w);
	waiting_check(w);
	return false;
}

/* ---- life ---- */

struct enrich *enrich_new(struct loop *loop, struct lookups *lookups, const struct cache *roster,
			  const struct identity *me, const struct text_names *names)
{
	struct enrich *c = mem_zero(1, sizeof(*c));

	c->loop = loop;
	c->lookups = lookups;
	c->roster = roster;
	c->me = me;
	c->names = names;
	map_init(&c->lines);
	return c;
}

static void drop_line(void *object)
{
	struct line *line = object;

	list_each (link, &line->waiting)
		event_free(waiting_end(list_entry(link, struct waiting, link)));
	line_free(line);
}

void enrich_free(struct enrich *c)
{
	if (c == NULL)
		return;
	map_deinit(&c->lines, drop_line);
	free(c);
}
