/* SPDX-License-Identifier: MIT */
/*
 * A delivery is born when something happens, goes to a random live socket, and dies with its acknowledgement.
 * Without one it is sent again after 3 s, after another minute and after five more (Slack's schedule, which
 * settings.speed shortens), at once when its socket dies, and then to whichever socket is live.
 */
#include "sim/socket_side.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "sim/facts.h"
#include "sim/slash.h"

enum { MAX_SOCKETS = 10, MAX_CLIENT_FRAME = 20480, LIFE_S = 18060, DEBUG_LIFE_S = 360 };

static const int64_t again_ms[] = { 3000, 60000, 300000 };

/* How long a socket lives on after the frame that announces its end. */
static const struct parting {
	const char *reason;
	int64_t cut_ms;
} partings[] = {
	{ "warning", 10000 },
	{ "refresh_requested", 10000 },
	{ "too_many_websockets", 0 },
	{ "link_disabled", 0 },
};
enum { CUT_OTHER_MS = 10000 };

struct socket_side {
	struct sim *sim;
	struct list deliveries; /* delivery::link: not acknowledged */
	struct map by_envelope;
	size_t n_open, n_waiting, n_resent;
	struct delivery *last; /* a copy, for socket_side_repeat */
	uint64_t next_event;
};

struct delivery {
	struct list link; // socket_side::deliveries
	struct socket_side *side;
	struct link *on; /* NULL = waiting for a socket */
	char envelope[37];
	char event_id[24];
	const char *type;
	char *payload; /* an inner event when `wrapped` */
	bool wrapped;
	bool wants_payload;
	unsigned attempt;
	struct loop_timer again;
};

static void delivery_free(struct delivery *d)
{
	if (d == NULL)
		return;
	loop_timer_stop(d->side->sim->loop, &d->again);
	free(d->payload);
	free(d);
}

static void delivery_forget(struct delivery *d)
{
	list_remove(&d->link);
	map_remove(&d->side->by_envelope, str_from(d->envelope));
	d->side->n_open--;
	if (d->on == NULL)
		d->side->n_waiting--;
	delivery_free(d);
}

static void delivery_text(const struct delivery *d, struct buf *out)
{
	buf_addf(out, "{\"envelope_id\":\"%s\",\"payload\":", d->envelope);
	if (d->wrapped)
		fact_callback(&d->side->sim->workspace, str_from(d->payload), d->event_id, out);
	else
		buf_addz(out, d->payload);
	buf_addf(out, ",\"type\":\"%s\",\"accepts_response_payload\":%s", d->type,
		 d->wants_payload ? "true" : "false");
	if (d->wrapped)
		buf_addf(out, ",\"retry_attempt\":%u,\"retry_reason\":\"%s\"", d->attempt,
			 d->attempt > 0 ? "timeout" : "");
	buf_addc(out, '}');
}

static void send_delivery(const struct delivery *d, struct link *to)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	delivery_text(d, &text);
	link_event(to, buf_str(&text));
}

static void deliver(struct delivery *d)
{
	struct socket_side *side = d->side;
	struct link *to = links_any(side->sim->links);

	side->n_waiting += (to == NULL) - (d->on == NULL);
	d->on = to;
	loop_timer_stop(side->sim->loop, &d->again);
	if (to == NULL)
		return;
	send_delivery(d, to);
	if (d->attempt < ARRAY_LEN(again_ms))
		loop_timer_start(side->sim->loop, &d->again,
				 sim_scaled(side->sim, again_ms[d->attempt]));
}

static void on_again(void *owner)
{
	struct delivery *d = owner;

	d->attempt++;
	d->side->n_resent++;
	deliver(d);
}

static void new_event_id(struct delivery *d)
{
	snprintf(d->event_id, sizeof(d->event_id), "Ev0SIM%010llu",
		 (unsigned long long)++d->side->next_event);
}

static struct delivery *delivery_new(struct socket_side *side, const char *type, struct str payload)
{
	struct delivery *d = mem_zero(1, sizeof(*d));

	d->side = side;
	d->type = type;
	d->payload = str_dup(payload);
	sim_uuid(side->sim, d->envelope);
	loop_timer_init(&d->again, on_again, d);
	list_init(&d->link);
	return d;
}

static struct delivery *delivery_copy(const struct delivery *old)
{
	struct delivery *d = delivery_new(old->side, old->type, str_from(old->payload));

	memcpy(d->event_id, old->event_id, sizeof(d->event_id));
	d->wrapped = old->wrapped;
	d->wants_payload = old->wants_payload;
	return d;
}

static void start_delivery(struct delivery *d)
{
	struct socket_side *side = d->side;

	list_append(&side->deliveries, &d->link);
	map_set(&side->by_envelope, str_from(d->envelope), d);
	side->n_open++;
	side->n_waiting++;
	deliver(d);
}

bool socket_side_repeat(struct socket_side *side, bool with_new_event_id)
{
	struct link *to = links_any(side->sim->links);
	struct delivery *d;

	if (side->last == NULL || to == NULL)
		return false;
	d = delivery_copy(side->last);
	if (with_new_event_id) {
		new_event_id(d);
		start_delivery(d);
	} else {
		memcpy(d->envelope, side->last->envelope, sizeof(d->envelope));
		send_delivery(d, to);
		delivery_free(d);
	}
	return true;
}

static void publish(struct delivery *d)
{
	struct socket_side *side = d->side;
	enum copies copies = side->sim->set.copies;

	if (side->sim->set.forgetful && side->sim->links->n_live == 0) {
		delivery_free(d);
		return;
	}
	new_event_id(d);
	delivery_free(side->last);
	side->last = delivery_copy(d);
	memcpy(side->last->envelope, d->envelope, sizeof(d->envelope));
	start_delivery(d);
	if (copies != COPIES_NONE)
		socket_side_repeat(side, copies == COPIES_NEW_EVENT);
}

void socket_side_publish(struct socket_side *side, struct str inner)
{
	struct delivery *d = delivery_new(side, "events_api", inner);

	d->wrapped = true;
	publish(d);
}

void socket_side_envelope(struct socket_side *side, const char *type, struct str payload,
			  bool wants_payload)
{
	struct delivery *d = delivery_new(side, type, payload);

	d->wants_payload = wants_payload;
	publish(d);
}

static void deliver_waiting(struct socket_side *side)
{
	list_each (it, &side->deliveries) {
		struct delivery *d = list_entry(it, struct delivery, link);

		if (d->on == NULL)
			deliver(d);
	}
}

/* What the dead socket had not acknowledged goes elsewhere, as another attempt. */
static void on_gone(void *owner, struct link *dead)
{
	struct socket_side *side = owner;

	list_each (it, &side->deliveries) {
		struct delivery *d = list_entry(it, struct delivery, link);

		if (d->on == dead)
			on_again(d);
	}
}

static void on_text(void *owner, struct link *l, struct str message)
{
	struct socket_side *side = owner;
	struct json *j = NULL;
	const char *why;
	struct delivery *d;
	struct str id;

	(void)l;
	if (json_parse(&j, message, &why) != 0) {
		sim_complain(side->sim, "the client sent a frame that is no JSON: %s", why);
		return;
	}
	id = json_str(j, "envelope_id");
	if (id.len == 0)
		sim_complain(side->sim, "the client sent a frame without envelope_id: %.*s",
			     STR_ARG(message));
	d = map_get(&side->by_envelope, id);
	if (d != NULL && d->wants_payload)
		slash_acknowledged(side->sim, str_from(d->payload), json_at(j, "payload"));
	if (d != NULL)
		delivery_forget(d);
	json_free(j);
}

static int64_t parting_ms(const char *reason)
{
	for (size_t i = 0; i < ARRAY_LEN(partings); i++)
		if (strcmp(partings[i].reason, reason) == 0)
			return partings[i].cut_ms;
	return CUT_OTHER_MS;
}

static void disconnect(struct link *l, const char *reason, int64_t cut_ms)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	buf_addf(
		&text,
		"{\"type\":\"disconnect\",\"reason\":\"%s\",\"debug_info\":{\"host\":\"applink-slacksim\"}}",
		reason);
	link_part(l, buf_str(&text),
		  cut_ms >= 0 ? cut_ms : sim_scaled(l->links->sim, parting_ms(reason)));
}

bool socket_side_refresh(struct socket_side *side, const char *reason, int64_t cut_ms)
{
	struct link *l = links_staying(side->sim->links);

	if (l != NULL)
		disconnect(l, reason, cut_ms);
	return l != NULL;
}

static void on_life_over(void *owner)
{
	disconnect(owner, "warning", -1);
}

static void say_hello(struct link *l)
{
	const struct sim *sim = l->links->sim;
	const int64_t counted = (int64_t)l->links->n + sim->set.ghosts;
	CLEANUP(buf_deinit) struct buf text = { 0 };

	buf_addf(&text,
		 "{\"type\":\"hello\",\"num_connections\":%" PRId64
		 ",\"debug_info\":{\"host\":\"applink-slacksim\","
		 "\"build_number\":10,\"approximate_connection_time\":%" PRId64
		 "},\"connection_info\":{\"app_id\":\"%s\"}}",
		 counted, l->life_s, sim->workspace.bot->app_id);
	link_hello(l, buf_str(&text));
}

static void on_ready(void *owner, struct link *l)
{
	struct socket_side *side = owner;
	struct wire_plan *plan = &side->sim->plan;
	CLEANUP(mem_freep) char *reason = TAKE(plan->hello_reason);

	if (reason == NULL && l->links->n > MAX_SOCKETS)
		reason = mem_strdup("too_many_websockets");
	if (reason != NULL) {
		disconnect(l, reason, 0);
	} else if (plan->no_hello) {
		plan->no_hello = false;
	} else {
		say_hello(l);
		loop_timer_start(side->sim->loop, &l->life,
				 sim_scaled(side->sim, l->life_s * 1000));
		deliver_waiting(side);
	}
}

void socket_side_join(struct socket_side *side, struct conn *conn, bool debug_reconnects)
{
	static const struct link_events events = { on_ready, on_text, on_gone };
	struct link *l = link_new(side->sim->links, conn, MAX_CLIENT_FRAME, &events, side);

	l->life_s = debug_reconnects ? DEBUG_LIFE_S : LIFE_S;
	l->life.on_due = on_life_over;
}

struct socket_side *socket_side_new(struct sim *sim)
{
	struct socket_side *side = mem_zero(1, sizeof(*side));

	side->sim = sim;
	list_init(&side->deliveries);
	map_init(&side->by_envelope);
	return side;
}

void socket_side_free(struct socket_side *side)
{
	if (side == NULL)
		return;
	list_each (it, &side->deliveries)
		delivery_free(list_entry(it, struct delivery, link));
	delivery_free(side->last);
	map_deinit(&side->by_envelope, NULL);
	free(side);
}

size_t socket_side_open(const struct socket_side *side)
{
	return side->n_open;
}

size_t socket_side_waiting(const struct socket_side *side)
{
	return side->n_waiting;
}

size_t socket_side_resent(const struct socket_side *side)
{
	return side->n_resent;
}
