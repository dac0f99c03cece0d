/* SPDX-License-Identifier: MIT */
#include "transport/catchup.h"

#include <stdlib.h>
#include "base/mem.h"
#include "base/metric.h"
#include "slack/decode.h"
#include "webapi/history.h"

enum {
	GIVE_MAX = 50,	 /* at once: a long gap must not hold up the loop */
	AGAIN_MS = 5000, /* whoever takes events is too far behind */
};

/* A channel that is to be read. */
struct place {
	struct list link; // catchup::places, later catchup::given
	char *channel;
	enum channel_kind kind;
	char *oldest;
	size_t n_open; /* events of it that are not decided */
	bool is_given; /* there will be no more */
};

/* What the first of the places has given so far. */
struct catchup {
	struct catchup_setup setup;
	struct list places; /* the one in front is being read */
	size_t n_places;
	struct list given;	 /* those that are read, but not decided */
	struct history *reading; /* NULL = nothing is asked for */
	struct json **messages;	 /* owned */
	size_t n, cap;
	size_t n_top; /* those of the channel itself, which were read first */
	bool has_top;
	size_t next;   /* of them, to be given on; in the end all are in their order */
	size_t thread; /* of them, whose replies are looked at next */
	struct loop_timer again;
	size_t n_given;	 /* since the last time that all was read */
	bool has_failed; /* which was said */
};

/* ---- places ---- */

static struct place *first(const struct catchup *c)
{
	return list_first(&c->places, struct place, link);
}

static void drop_messages(struct catchup *c)
{
	for (size_t i = 0; i < c->n; i++)
		json_free(c->messages[i]);
	c->n = c->next = c->thread = c->n_top = 0;
	c->has_top = false;
}

static void place_free(struct place *place)
{
	list_remove(&place->link);
	free(place->channel);
	free(place->oldest);
	free(place);
}

static void end_if_decided(struct catchup *c, struct place *place)
{
	if (!place->is_given || place->n_open > 0)
		return;
	c->setup.on_read(c->setup.owner, str_from(place->channel));
	place_free(place);
}

/* All of the first one has been given on. */
static void end_first(struct catchup *c)
{
	struct place *place = first(c);

	list_remove(&place->link);
	list_append(&c->given, &place->link);
	c->n_places--;
	place->is_given = true;
	drop_messages(c);
	end_if_decided(c, place);
}

/* ---- reading ---- */

static void read_on(struct catchup *c);

static void on_message(void *owner, const struct json *message)
{
	struct catchup *c = owner;

	if (c->n == c->cap) {
		c->cap = c->cap > 0 ? 2 * c->cap : 64;
		c->messages = mem_grow(c->messages, c->cap, sizeof(c->messages[0]));
	}
	c->messages[c->n++] = json_copy(message);
}

static bool is_no_longer_ours(struct str error)
{
	return str_is(error, "not_in_channel") || str_is(error, "channel_not_found") ||
	       str_is(error, "is_archived");
}

static void on_end(void *owner, const struct outcome *outcome)
{
	struct catchup *c = owner;

	c->reading = NULL;
	if (!c->has_top)
		c->n_top = c->n;
	c->has_top = true;
	if (outcome->kind != OUTCOME_DONE && is_no_longer_ours(outcome->error)) {
		log_debug("catchup", "nothing is read back: %.*s channel=%s",
			  STR_ARG(outcome->error), first(c)->channel);
	} else if (outcome->kind != OUTCOME_DONE) {
		log_line(c->has_failed ? LOG_DEBUG : LOG_WARN, "catchup",
			 "what was said meanwhile cannot be read back: %s channel=%s",
			 outcome->sentence != NULL ? outcome->sentence : "no reason given",
			 first(c)->channel);
		c->has_failed = true;
	}
	read_on(c);
}

static void ask(struct catchup *c, struct str thread_ts)
{
	const struct history_setup history = {
		.api = c->setup.api,
		.token = c->setup.token,
		.channel = str_from(first(c)->channel),
		.thread_ts = thread_ts,
		.oldest = str_from(first(c)->oldest),
		.on_message = on_message,
		.on_end = on_end,
		.owner = c,
	};

	c->reading = history_read(&history);
}

static struct str ts_of(const struct json *message)
{
	return json_str(message, "ts");
}

/* The next of the messages that has new replies; the end = none. */
static bool find_thread(struct catchup *c)
{
	for (; c->thread < c->n_top; c->thread++) {
		const struct json *m = c->messages[c->thread];

		if (str_cmp(json_str(m, "latest_reply"), str_from(first(c)->oldest)) >= 0 &&
		    str_eq(json_str(m, "thread_ts"), ts_of(m)))
			return true;
	}
	return false;
}

static int by_ts(const void *a, const void *b)
{
	return str_cmp(ts_of(*(struct json *const *)a), ts_of(*(struct json *const *)b));
}

/* ---- giving on ---- */

/* History leaves out what the reader knows: where it was said. */
static struct event *event_of(const struct catchup *c, const struct json *message)
{
	static const char *const types[] = {
		[CHANNEL_UNKNOWN] = "", [CHANNEL_PUBLIC] = "channel", [CHANNEL_PRIVATE] = "group",
		[CHANNEL_DM] = "im",	[CHANNEL_GROUP] = "mpim",
	};
	CLEANUP(json_freep) struct json *inner = json_copy(message);
	const struct place *place = first(c);
	struct event *ev = NULL;
	const char *why;

	json_set_str(inner, "channel", str_from(place->channel));
	json_set_str(inner, "channel_type", str_from(types[place->kind]));
	json_set_str(inner, "event_ts", ts_of(message));
	if (decode_event(&ev, inner, STR_EMPTY, STR_EMPTY, 0, c->setup.me, &why) != 0)
		return NULL;
	ev->received = loop_now(c->setup.loop);
	return ev;
}

static bool is_twin(const struct catchup *c, size_t i)
{
	return i > 0 && str_eq(ts_of(c->messages[i]), ts_of(c->messages[i - 1]));
}

/* How long to wait before the rest is given; < 0: there is none. */
static int64_t give(struct catchup *c)
{
	for (int given = 0; c->next < c->n; c->next++) {
		struct event *ev = is_twin(c, c->next) ? NULL : event_of(c, c->messages[c->next]);

		if (ev == NULL)
			continue;
		if (given++ == GIVE_MAX) {
			event_free(ev);
			return 0;
		}
		first(c)->n_open++;
		if (!c->setup.on_event(c->setup.owner, ev, first(c))) {
			first(c)->n_open--;
			return AGAIN_MS;
		}
		c->n_given++;
		metric_count(METRIC_EVENTS_CAUGHT_UP);
	}
	return -1;
}

/* One step of the first place: its messages, the replies of each thread, then all of it in the order it was said. */
static void read_on(struct catchup *c)
{
	int64_t wait_ms;

	if (find_thread(c)) {
		ask(c, ts_of(c->messages[c->thread++]));
		return;
	}
	if (c->n > 0 && c->next == 0)
		qsort(c->messages, c->n, sizeof(c->messages[0]), by_ts);
	wait_ms = give(c);
	if (wait_ms >= 0) {
		loop_timer_start(c->setup.loop, &c->again, wait_ms);
		return;
	}
	end_first(c);
	if (c->n_places > 0) {
		ask(c, STR_EMPTY);
		return;
	}
	log_info("catchup", "what was said meanwhile has been read back messages=%zu", c->n_given);
	c->n_given = 0;
	c->has_failed = false;
}

static void on_again(void *owner)
{
	read_on(owner);
}

/* ---- who asks ---- */

bool catchup_channel(struct catchup *c, struct str channel, enum channel_kind kind,
		     struct str oldest)
{
	struct place *place;

	list_each (link, &c->places) {
		place = list_entry(link, struct place, link);
		/* The one that is being read may have passed what is asked for now. */
		if (!str_is(channel, place->channel) || place == first(c))
			continue;
		if (str_cmp(oldest, str_from(place->oldest)) < 0) {
			free(place->oldest);
			place->oldest = str_dup(oldest);
		}
		return false;
	}
	place = mem_zero(1, sizeof(*place));
	place->channel = str_dup(channel);
	place->kind = kind;
	place->oldest = str_dup(oldest);
	list_init(&place->link);
	list_append(&c->places, &place->link);
	if (++c->n_places == 1)
		ask(c, STR_EMPTY);
	return true;
}

void catchup_decided(struct catchup *c, void *tag)
{
	struct place *place = tag;

	place->n_open--;
	end_if_decided(c, place);
}

size_t catchup_left(const struct catchup *c)
{
	return c->n_places;
}

struct catchup *catchup_new(const struct catchup_setup *setup)
{
	struct catchup *c = mem_zero(1, sizeof(*c));

	c->setup = *setup;
	list_init(&c->places);
	list_init(&c->given);
	loop_timer_init(&c->again, on_again, c);
	return c;
}

void catchup_free(struct catchup *c)
{
	if (c == NULL)
		return;
	history_cancel(c->reading);
	loop_timer_stop(c->setup.loop, &c->again);
	drop_messages(c);
	list_each (link, &c->places)
		place_free(list_entry(link, struct place, link));
	list_each (link, &c->given)
		place_free(list_entry(link, struct place, link));
	free(c->messages);
	free(c);
}
