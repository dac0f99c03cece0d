/* SPDX-License-Identifier: MIT */
/*
 * What is known already completes an event on the spot. Else it waits:
 *
 *	line (of a channel) ── waiting (an event) ── need ── lookup (an id)
 *
 * An event leaves its line when nothing is open for it or its time is up, and everything in front of it has
 * left. Too many in a line, or in all, and the line's first one leaves at once.
 */
#include "directory/enrich.h"

#include <stdlib.h>
#include "base/list.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/share.h"
#include "base/telling.h"
#include "model/event_line.h"
#include "slack/decode.h"

enum {
	WAIT_MS = 1500,
	LIST_LATE_MS = 3000, /* then names are asked for in another way, too */
	LIST_WAIT_MS = 60000,
	LINE_MAX = 1000,
	WAITING_MAX = 10000, /* in all lines */
	WAITING_BYTES = 64 << 20,
	PERSON_PART = 16, /* of that, as base/share.h has it */
	CHANNEL_PART = 4,
	NEEDS_MAX = 20, /* for one event: a text may mention thousands */
};

struct enrich {
	struct loop *loop;
	struct lookups *lookups;
	const struct cache *roster;
	const struct identity *me;
	const struct text_names *names;
	enrich_wants_fn *on_wants;
	void *wants_owner;
	void (*on_late)(void *owner, struct str channel); /* NULL = nobody listens */
	void *late_owner;
	struct map lines;      /* by channel */
	struct list for_lists; /* those who wait for a list */
	size_t n_waiting;
	struct shares sizes; /* of events that wait, in bytes */
	bool lists_come;     /* more names are to be expected */
	struct telling crowded;
};

struct line {
	char *channel;
	struct list waiting;
	size_t n;
	bool moving; /* line_move is on the stack */
};

struct waiting {
	struct enrich *completer;
	struct line *line;
	struct list link; /* line::waiting */
	struct event *ev;
	struct share share;
	unsigned wants;
	struct list needs;
	size_t n_needs;
	struct reading reading; /* of the message reacted to */
	struct list list_link;	// enrich::for_lists
	bool is_decoded;	/* with the names that were known then */
	bool done;
	bool is_late; /* that has been said */
	struct mono until;
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

static void fill(const struct enrich *c, struct event *ev, bool again)
{
	enrich_fill(c->roster, ev);
	if (ev->text.p == NULL || again)
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
	if (!(wants & WANT_TEXT) || str_find_char(rest, '<') == SIZE_MAX) /* most mention nobody */
		rest = STR_EMPTY;
	while (rest.len > 0 && text_next_mention(&rest, &id)) {
		if (lookups_lacks_user(c->lookups, id))
			return true;
	}
	return (wants & WANT_LISTED) || is_reacted_missing(c, ev, wants);
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
	list_remove(&w->list_link);
	w->line->n--;
	w->completer->n_waiting--;
	shares_give_back(&w->completer->sizes, &w->share);
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
		fill(c, left.ev, left.is_decoded);
		left.on_complete(left.owner, left.ev, left.tag);
	}
	line->moving = false;
	if (list_is_empty(&line->waiting))
		line_free(map_remove(&c->lines, str_from(line->channel)));
}

static void waiting_check(struct waiting *w)
{
	if (w->n_needs > 0 || w->reading.call != NULL || !list_is_empty(&w->list_link))
		return;
	w->done = true;
	line_move(w->completer, w->line);
}

static void waiting_give_up(struct waiting *w)
{
	drop_needs(w);
	list_remove(&w->list_link);
	w->done = true;
	line_move(w->completer, w->line);
}

static void on_patience(void *owner)
{
	struct waiting *w = owner;
	struct enrich *c = w->completer;
	int64_t ms;

	if (list_is_empty(&w->list_link)) {
		waiting_give_up(w);
		return;
	}
	ms = mono_ms_between(loop_now(c->loop), w->until);
	if (!w->is_late && ms > 0) {
		w->is_late = true;
		loop_timer_start(c->loop, &w->patience, ms);
		if (c->on_late != NULL)
			c->on_late(c->late_owner, w->ev->channel);
		return;
	}
	log_warn(
		"directory",
		"the lists of people and channels do not come: what names somebody goes on without");
	enrich_expect_lists(c, false);
}

/* ---- the lists ---- */

static unsigned what_matters(const struct enrich *c, struct event *ev, unsigned wants)
{
	const unsigned before = wants & ~(unsigned)WANT_LISTED;
	unsigned matters = c->on_wants(c->wants_owner, ev, before) & (before | WANT_LISTED);

	return c->lists_come ? matters : matters & before;
}

void enrich_ask(struct enrich *c, enrich_wants_fn *on_wants, void *owner)
{
	c->on_wants = on_wants;
	c->wants_owner = owner;
}

void enrich_on_late(struct enrich *c, void (*on_late)(void *owner, struct str channel), void *owner)
{
	c->on_late = on_late;
	c->late_owner = owner;
}

void enrich_news(struct enrich *c)
{
	struct list came;

	list_init(&came);
	list_each (link, &c->for_lists) {
		struct waiting *w = list_entry(link, struct waiting, list_link);

		if (what_matters(c, w->ev, w->wants) & WANT_LISTED)
			continue;
		list_remove(link);
		list_append(&came, link);
	}
	while (!list_is_empty(&came)) {
		struct waiting *w = list_first(&came, struct waiting, list_link);

		list_remove(&w->list_link);
		loop_timer_start(c->loop, &w->patience, WAIT_MS); /* for what else it waits for */
		waiting_check(w);
	}
}

void enrich_expect_lists(struct enrich *c, bool they_come)
{
	c->lists_come = they_come;
	enrich_news(c);
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
	while ((w->wants & WANT_TEXT) && text_next_mention(&rest, &id))
		want_user(w, id);
}

/* It makes no difference now, but may for the next one. */
static void learn_unhurried(const struct enrich *c, const struct event *ev, unsigned not_wanted)
{
	struct str rest = ev->text_raw, id;

	if (not_wanted & WANT_NAMES)
		lookups_learn_user(c->lookups, ev->user.id);
	while ((not_wanted & WANT_TEXT) && text_next_mention(&rest, &id))
		lookups_learn_user(c->lookups, id);
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

static bool is_crowded(const struct enrich *c, const struct line *line)
{
	return c->n_waiting >= WAITING_MAX || (line != NULL && line->n >= LINE_MAX);
}

static void tell_crowded(struct enrich *c)
{
	if (!telling_is_on(&c->crowded, loop_now(c->loop)))
		telling_end(&c->crowded);
	if (telling_is_due(&c->crowded, loop_now(c->loop)))
		log_warn("directory",
			 "too many events wait for names, the first ones go on without "
			 "waiting=%zu",
			 c->n_waiting);
}

/* True: the event may wait, behind fewer if need be. Its channel's order holds, so who is first there leaves without
 * names until there is room. */
static bool make_room(struct enrich *c, const struct event *ev)
{
	const size_t size = event_size(ev);
	struct line *line = map_get(&c->lines, ev->channel);
	bool is_short = !shares_fit(&c->sizes, NULL, event_owner(ev), size);

	if (is_short)
		shares_refuse(&c->sizes, event_owner(ev), STR("(none yet)"), loop_now(c->loop));
	for (; line != NULL && !line->moving && is_short; line = map_get(&c->lines, ev->channel)) {
		waiting_give_up(list_first(&line->waiting, struct waiting, link));
		is_short = !shares_fit(&c->sizes, NULL, event_owner(ev), size);
	}
	line = map_get(&c->lines, ev->channel);
	if (!is_crowded(c, line))
		return line != NULL || !is_short;
	tell_crowded(c);
	if (line != NULL)
		waiting_give_up(list_first(&line->waiting, struct waiting, link));
	return line != NULL;
}

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
	list_init(&w->list_link);
	list_append(&w->line->waiting, &w->link);
	w->line->n++;
	c->n_waiting++;
	shares_take(&c->sizes, &w->share, event_owner(take), event_size(take));
	if (wants & WANT_LISTED)
		list_append(&c->for_lists, &w->list_link);
	w->until = mono_after(loop_now(c->loop), LIST_WAIT_MS);
	loop_timer_init(&w->patience, on_patience, w);
	loop_timer_start(c->loop, &w->patience, wants & WANT_LISTED ? LIST_LATE_MS : WAIT_MS);
	return w;
}

bool enrich_take(struct enrich *c, struct event *take, unsigned wants,
		 void (*on_complete)(void *owner, struct event *take, void *tag), void *owner,
		 void *tag)
{
	bool is_missing = is_anything_missing(c, take, wants);
	bool is_decoded = false;
	struct waiting *w;
	unsigned matters;

	if (c->on_wants != NULL && (is_missing || c->lists_come)) {
		is_decoded = true;
		fill(c, take, false);
		matters = what_matters(c, take, wants);
		learn_unhurried(c, take, wants & ~matters);
		is_missing = is_anything_missing(c, take, matters);
		wants = matters;
	}
	if ((map_get(&c->lines, take->channel) == NULL && !is_missing) || !make_room(c, take)) {
		fill(c, take, false);
		return true;
	}
	w = waiting_new(c, take, wants);
	w->is_decoded = is_decoded;
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
	shares_init(&c->sizes, "events that wait for names", WAITING_BYTES, PERSON_PART,
		    CHANNEL_PART);
	list_init(&c->for_lists);
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
	shares_deinit(&c->sizes);
	free(c);
}
