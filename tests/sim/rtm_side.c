/* SPDX-License-Identifier: MIT */
#include "sim/rtm_side.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "sim/facts.h"

enum { MAX_CLIENT_FRAME = 16384, SILENT_MS = 120000, GOODBYE_MS = 10000 };

struct rtm_side {
	struct sim *sim;
	struct json *waiting; /* array of inner events since the last ticket, as texts */
	char *last;	      /* the newest event */
};

struct rtm_side *rtm_side_new(struct sim *sim)
{
	struct rtm_side *side = mem_zero(1, sizeof(*side));

	side->sim = sim;
	side->waiting = json_new_array();
	return side;
}

void rtm_side_free(struct rtm_side *side)
{
	if (side == NULL)
		return;
	json_free(side->waiting);
	free(side->last);
	free(side);
}

/* To all sockets but the one that it came from. */
static void publish_but(struct rtm_side *side, struct str inner, const struct link *not_to)
{
	list_each (it, &side->sim->links->all) {
		struct link *l = list_entry(it, struct link, link);

		if (l != not_to && l->live)
			link_event(l, inner);
	}
}

void rtm_side_publish(struct rtm_side *side, struct str inner)
{
	struct sim *sim = side->sim;

	free(side->last);
	side->last = str_dup(inner);
	if (sim->links->n_live == 0 && tickets_pending(&sim->tickets, loop_now(sim->loop)))
		json_push_str(side->waiting, inner);
	publish_but(side, inner, NULL);
	if (sim->set.copies != COPIES_NONE)
		rtm_side_repeat(side);
}

bool rtm_side_repeat(struct rtm_side *side)
{
	if (side->last == NULL || side->sim->links->n_live == 0)
		return false;
	publish_but(side, str_from(side->last), NULL);
	return true;
}

static void answer(struct link *l, const struct json *j)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	json_print(j, &text);
	link_text(l, buf_str(&text));
}

static void answer_error(struct link *l, int64_t id, int code, const char *msg)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	buf_addf(&text, "{\"ok\":false,\"reply_to\":%lld,\"error\":{\"code\":%d,\"msg\":\"%s\"}}",
		 (long long)id, code, msg);
	link_text(l, buf_str(&text));
}

static void answer_posted(struct link *l, int64_t id, const struct message *m)
{
	struct json *j = json_new_object();

	json_set_bool(j, "ok", true);
	json_set_int(j, "reply_to", id);
	json_set_str(j, "ts", str_from(m->ts));
	json_set_str(j, "text", str_from(m->text));
	answer(l, j);
	json_free(j);
}

static void echo_to_others(struct rtm_side *side, struct link *from, struct channel *c,
			   struct message *m)
{
	struct json *event = fact_message_event(&side->sim->workspace, c, m);
	CLEANUP(buf_deinit) struct buf text = { 0 };

	json_print(event, &text);
	json_free(event);
	publish_but(side, buf_str(&text), from);
}

/* An RTM message is an act like any post, and stands in the ledger as "rtm message". */
static void note_post(struct rtm_side *side, const struct json *frame, const struct channel *c,
		      const struct message *m)
{
	struct entry *e = ledger_add(&side->sim->ledger, loop_now(side->sim->loop),
				     sim_ms(side->sim), "rtm message", frame);

	e->status = 200;
	e->acted = true;
	e->channel = mem_strdup(c->id);
	e->ts = mem_strdup(m->ts);
	ledger_close_entry(&side->sim->ledger, e);
}

static void on_client_message(struct rtm_side *side, struct link *l, const struct json *frame,
			      int64_t id)
{
	struct sim_workspace *w = &side->sim->workspace;
	struct channel *c = workspace_channel(w, json_str(frame, "channel"));
	struct str text = json_str(frame, "text");
	struct message *m;

	if (c == NULL) {
		answer_error(l, id, 2, "channel not found");
		return;
	}
	if (text.len == 0) {
		answer_error(l, id, 2, "message text is missing");
		return;
	}
	if (side->sim->set.limits && bucket_take(&c->posts, loop_now(side->sim->loop)) > 0) {
		answer_error(l, id, -1, "slow down, too many messages...");
		return;
	}
	m = channel_post(c, w->clock, w->bot, text, json_str(frame, "thread_ts"));
	note_post(side, frame, c, m);
	sim_seen(side->sim, c, m, "says");
	answer_posted(l, id, m);
	echo_to_others(side, l, c, m);
}

/* A pong carries the ping's own fields again. */
static void on_client_ping(struct rtm_side *side, struct link *l, const struct json *frame,
			   int64_t id)
{
	struct json *pong = json_new_object(), *value;
	struct str key;

	(void)side;
	json_set_str(pong, "type", STR("pong"));
	json_set_int(pong, "reply_to", id);
	for (size_t i = 0; json_member(frame, &i, &key, &value);) {
		CLEANUP(mem_freep) char *name = str_dup(key);

		if (!str_is(key, "id") && !str_is(key, "type"))
			json_set(pong, name, json_copy(value));
	}
	answer(l, pong);
	json_free(pong);
}

static void on_client_quiet(struct rtm_side *side, struct link *l, const struct json *frame,
			    int64_t id)
{
	(void)side;
	(void)l;
	(void)frame;
	(void)id;
}

static const struct client_frame {
	const char *type;
	bool has_id;
	void (*handle)(struct rtm_side *side, struct link *l, const struct json *frame, int64_t id);
} client_frames[] = {
	{ "message", true, on_client_message },	      { "ping", true, on_client_ping },
	{ "typing", true, on_client_quiet },	      { "presence_sub", false, on_client_quiet },
	{ "presence_query", false, on_client_quiet },
};

static void on_frame(struct rtm_side *side, struct link *l, const struct json *frame)
{
	int64_t id = 0;

	for (size_t i = 0; i < ARRAY_LEN(client_frames); i++) {
		const struct client_frame *known = &client_frames[i];

		if (!str_is(json_str(frame, "type"), known->type))
			continue;
		if (known->has_id && (!json_get_int(frame, "id", &id) || id <= 0))
			sim_complain(side->sim, "the client sent a %s without a positive id",
				     known->type);
		known->handle(side, l, frame, id);
		return;
	}
	sim_complain(side->sim, "the client sent an RTM frame of an unknown type");
}

static void watch_silence(struct link *l)
{
	loop_timer_start(l->links->sim->loop, &l->life, SILENT_MS);
}

static void on_text(void *owner, struct link *l, struct str message)
{
	struct rtm_side *side = owner;
	struct json *j = NULL;
	const char *why;

	watch_silence(l);
	if (json_parse(&j, message, &why) != 0) {
		sim_complain(side->sim, "the client sent a frame that is no JSON: %s", why);
		return;
	}
	on_frame(side, l, j);
	json_free(j);
}

static void on_silent(void *owner)
{
	struct link *l = owner;
	int64_t quiet = mono_ms_between(l->heard, loop_now(l->links->sim->loop));

	if (quiet >= SILENT_MS)
		link_drop(l, false);
	else
		loop_timer_start(l->links->sim->loop, &l->life, SILENT_MS - quiet);
}

/* The echo of the last message over the previous socket: reply_to and type in one frame. */
static void late_echo(struct link *l)
{
	struct sim *sim = l->links->sim;
	CLEANUP(mem_freep) char *text = TAKE(sim->plan.late_echo);
	CLEANUP(buf_deinit) struct buf frame = { 0 };
	struct channel *c = NULL;
	const struct message *m;

	if (text == NULL)
		return;
	m = workspace_message(&sim->workspace, str_from(text), &c);
	if (m == NULL)
		return;
	buf_addf(
		&frame,
		"{\"reply_to\":1,\"type\":\"message\",\"channel\":\"%s\",\"user\":\"%s\",\"ts\":\"%s\",\"text\":",
		c->id, m->author->id, m->ts);
	json_quote(str_from(m->text), &frame);
	buf_addc(&frame, '}');
	link_text(l, buf_str(&frame));
}

static void send_waiting(struct rtm_side *side, struct link *l)
{
	for (size_t i = 0; i < json_len(side->waiting); i++)
		link_text(l, json_str(json_item(side->waiting, i), ""));
	json_free(side->waiting);
	side->waiting = json_new_array();
}

static void on_ready(void *owner, struct link *l)
{
	struct rtm_side *side = owner;

	if (side->sim->plan.no_hello) {
		side->sim->plan.no_hello = false;
		return;
	}
	link_hello(l, STR("{\"type\":\"hello\"}"));
	late_echo(l);
	send_waiting(side, l);
	watch_silence(l);
}

static void on_ready_expired(void *owner, struct link *l)
{
	(void)owner;
	link_part(
		l,
		STR("{\"type\":\"error\",\"error\":{\"code\":1,\"msg\":\"Socket URL has expired\"}}"),
		0);
}

static void on_gone(void *owner, struct link *l)
{
	(void)owner;
	(void)l;
}

void rtm_side_join(struct rtm_side *side, struct conn *conn, bool good_ticket)
{
	static const struct link_events good = { on_ready, on_text, on_gone };
	static const struct link_events expired = { on_ready_expired, on_text, on_gone };
	struct link *l = link_new(side->sim->links, conn, MAX_CLIENT_FRAME,
				  good_ticket ? &good : &expired, side);

	l->life.on_due = on_silent;
}

bool rtm_side_goodbye(struct rtm_side *side, int64_t cut_ms)
{
	struct link *l = links_staying(side->sim->links);

	if (l != NULL)
		link_part(l, STR("{\"type\":\"goodbye\"}"),
			  cut_ms >= 0 ? cut_ms : sim_scaled(side->sim, GOODBYE_MS));
	return l != NULL;
}

void rtm_side_migrate(struct rtm_side *side)
{
	list_each (it, &side->sim->links->all)
		link_part(list_entry(it, struct link, link),
			  STR("{\"type\":\"team_migration_started\"}"), 0);
}
