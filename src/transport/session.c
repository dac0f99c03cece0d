/* SPDX-License-Identifier: MIT */
/*
 * The reconnect machine. Two things have states here.
 *
 * The transport's state tells about the *next* socket:
 *
 *	WAITING -> ASKING -> CONNECTING -> LIVE
 *	   ^          |          |           |
 *	   +----------+----------+-----------+      on any failure, or when Slack announces an end
 *
 * WAITING until the next attempt is due; ASKING Slack for a URL; CONNECTING from the dialling to the hello; LIVE when
 * nothing is needed. transport_stop leads from any of them through SETTLING (acknowledgements still leave) and CLOSING
 * (close frames are out) to OVER; so does an error that no waiting mends, straight to OVER.
 *
 * A socket's state tells what it is good for: NEW, the attempt, before its hello; LIVE; LEAVING, still read although
 * Slack has announced its end; CLOSING, after our close frame. There is one NEW socket exactly while the transport is
 * CONNECTING, and one LIVE socket exactly while it is LIVE, while any number of old ones is still read.
 *
 * enter() alone writes the transport's state. A socket stops counting in end_socket(), which also decides whether
 * another one is needed.
 */
#include "transport/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/list.h"
#include "base/mem.h"
#include "base/metric.h"
#include "net/ws.h"
#include "webapi/api.h"
#include "webapi/api_error.h"
#include "webapi/slack_host.h"

enum {
	CONNECT_MS = 10000,
	UPGRADE_MS = 10000,
	STEADY_MS = 30000, /* a socket alive this long forgives all failures before it */
	SETTLE_MS = 2000,  /* stopping: for events that wait for names, at most 1.5 s */
	CLOSE_MS = 2000,   /* Slack often never answers a close frame */
	STOP_MS = CLOSE_MS + 300,
	MAX_DRAINING = 3,
	CLOSE_NORMAL = 1000,
	NO_DEADLINE = -1,
};

/* In this order: up to SESSION_LIVE events are taken, before SESSION_LIVE a socket is sought. */
enum transport_state {
	SESSION_WAITING,
	SESSION_ASKING,
	SESSION_CONNECTING,
	SESSION_LIVE,
	SESSION_SETTLING,
	SESSION_CLOSING,
	SESSION_OVER
};

static const char *const state_names[] = {
	"waiting", "asking", "connecting", "live", "settling", "closing", "over",
};

enum socket_state { SOCKET_NEW, SOCKET_LIVE, SOCKET_LEAVING, SOCKET_CLOSING };

struct session_socket {
	struct list link; // transport::sockets
	struct transport *transport;
	struct ws *ws;
	uint64_t generation;
	enum socket_state state;
	struct mono live_since;
	int64_t n_own_pings; /* of the protocol's */
	bool ping_waits;     /* the latest of those is not answered yet */
	struct mono pinged;
	struct loop_timer check; /* pings, and is it still alive? */
	struct loop_timer drain; /* a newer socket is live: time to go */
};

struct transport {
	struct transport_setup setup;
	enum transport_state state;
	struct loop_timer deadline; /* of the state */
	struct backoff backoff;	    /* failures since a socket was last steady */
	struct api_call *call;	    /* while SESSION_ASKING */
	struct list sockets;	    /* oldest first */
	uint64_t last_generation;
	struct telling garbled;
	size_t n_owed; /* acknowledgements that the sink has not given yet */
	transport_stopped_fn *on_stopped;
	void *stop_owner;
};

static void enter(struct transport *t, enum transport_state state, int64_t deadline_ms)
{
	log_debug("slack", "%s session: %s -> %s", t->setup.protocol->name, state_names[t->state],
		  state_names[state]);
	t->state = state;
	loop_timer_stop(t->setup.loop, &t->deadline);
	if (deadline_ms != NO_DEADLINE)
		loop_timer_start(t->setup.loop, &t->deadline, deadline_ms);
}

/* The oldest one in that state, or NULL. */
static struct session_socket *find_socket(const struct transport *t, enum socket_state state)
{
	list_each (it, &t->sockets) {
		struct session_socket *socket = list_entry(it, struct session_socket, link);

		if (socket->state == state)
			return socket;
	}
	return NULL;
}

static bool has_live_socket(const struct transport *t)
{
	return find_socket(t, SOCKET_LIVE) != NULL || find_socket(t, SOCKET_LEAVING) != NULL;
}

/* ---- ends of sockets ---- */

static void drop_socket(struct session_socket *socket)
{
	struct loop *loop = socket->transport->setup.loop;

	list_remove(&socket->link);
	loop_timer_stop(loop, &socket->check);
	loop_timer_stop(loop, &socket->drain);
	ws_free(socket->ws);
	loop_bury(loop, socket, free);
}

/* With a close frame, where the peer can read one. */
static void shut_socket(struct session_socket *socket)
{
	if (!ws_is_open(socket->ws)) {
		drop_socket(socket);
		return;
	}
	socket->state = SOCKET_CLOSING;
	loop_timer_stop(socket->transport->setup.loop, &socket->check);
	loop_timer_stop(socket->transport->setup.loop, &socket->drain);
	ws_close(socket->ws, CLOSE_NORMAL, CLOSE_MS);
}

static void shut_all(struct transport *t)
{
	list_each (it, &t->sockets) {
		struct session_socket *socket = list_entry(it, struct session_socket, link);

		if (socket->state != SOCKET_CLOSING)
			shut_socket(socket);
	}
}

static void drop_all(struct transport *t)
{
	list_each (it, &t->sockets)
		drop_socket(list_entry(it, struct session_socket, link));
}

static void abandon_attempt(struct transport *t)
{
	struct session_socket *attempt = find_socket(t, SOCKET_NEW);

	api_cancel(TAKE(t->call));
	if (attempt != NULL)
		shut_socket(attempt);
}

static void retry(struct transport *t, enum backoff_kind kind, int64_t least_ms, const char *why)
{
	const int64_t ms = backoff_at_least(backoff_next(&t->backoff, kind), least_ms);

	abandon_attempt(t);
	/* Without a successor in sight, those that are about to go shall stay as long as they can. */
	list_each (it, &t->sockets)
		loop_timer_stop(t->setup.loop, &list_entry(it, struct session_socket, link)->drain);
	log_warn("slack", "%s; trying again in %" PRId64 ".%" PRId64 " s", why, ms / 1000,
		 ms % 1000 / 100);
	enter(t, SESSION_WAITING, ms);
}

/* A steady socket that is going or gone leaves a clean slate behind: true when it was one. */
static bool forgive_failures(const struct session_socket *socket)
{
	struct transport *t = socket->transport;

	if (socket->state != SOCKET_LIVE ||
	    mono_ms_between(socket->live_since, loop_now(t->setup.loop)) < STEADY_MS)
		return false;
	backoff_forget(&t->backoff);
	return true;
}

/* Not SESSION_CLOSING, whose end is expected. */
static void end_socket(struct session_socket *socket, bool politely, enum backoff_kind kind,
		       const char *why)
{
	struct transport *t = socket->transport;
	const enum socket_state was = socket->state;
	const bool must_pause = kind == BACKOFF_CROWDED || kind == BACKOFF_SWITCHED_OFF;

	forgive_failures(socket);
	log_debug("slack", "socket %" PRIu64 " is over: %s", socket->generation, why);
	if (politely) {
		shut_socket(socket);
	} else {
		metric_count(METRIC_CONNECTIONS_LOST);
		drop_socket(socket);
	}
	if (was != SOCKET_NEW && !has_live_socket(t) && t->state <= SESSION_LIVE)
		t->setup.sink->on_live(t->setup.sink->owner, false, why);
	/* What Slack has told to leave has a successor, or one is sought. */
	if (t->state <= SESSION_LIVE &&
	    (was != SOCKET_LEAVING || (must_pause && t->state != SESSION_LIVE)))
		retry(t, kind, 0, why);
}

/* ---- what happens to a socket ---- */

/* At the next ping, or when the socket would be dead by then. */
static void check_within(struct session_socket *socket, int64_t ms)
{
	const struct transport_setup *setup = &socket->transport->setup;

	loop_timer_start(setup->loop, &socket->check,
			 ms < setup->ping_every_ms ? ms : setup->ping_every_ms);
}

static void send_own_ping(struct session_socket *socket)
{
	struct transport *t = socket->transport;
	CLEANUP(buf_deinit) struct buf frame = { 0 };

	socket->ping_waits = true;
	socket->pinged = loop_now(t->setup.loop);
	t->setup.protocol->ping_frame(&frame, ++socket->n_own_pings, loop_wall(t->setup.loop).ms);
	ws_send_text(socket->ws, buf_str(&frame));
}

static void on_check(void *owner)
{
	struct session_socket *socket = owner;
	const struct transport *t = socket->transport;
	const int64_t dead_after_ms = t->setup.dead_after_ms;
	const struct mono now = loop_now(t->setup.loop);
	const int64_t left = dead_after_ms - mono_ms_between(ws_last_heard(socket->ws), now);
	const char *why = NULL;

	if (left <= 0)
		why = "nothing at all was heard from Slack for too long";
	else if (socket->ping_waits && mono_ms_between(socket->pinged, now) >= dead_after_ms)
		why = "Slack does not answer pings any more";
	if (why != NULL) {
		end_socket(socket, false, BACKOFF_SOON, why);
		return;
	}
	ws_ping(socket->ws, STR("retort"));
	if (t->setup.protocol->ping_frame != NULL && !socket->ping_waits)
		send_own_ping(socket);
	check_within(socket, left);
}

static void on_drain(void *owner)
{
	end_socket(owner, true, BACKOFF_REFRESH, "its successor has taken over");
}

static void on_open(void *owner)
{
	struct session_socket *socket = owner;
	struct transport *t = socket->transport;

	check_within(socket, t->setup.dead_after_ms);
	enter(t, SESSION_CONNECTING, t->setup.hello_within_ms);
}

static void on_text(void *owner, struct str message)
{
	struct session_socket *socket = owner;
	struct transport *t = socket->transport;

	if (t->state <= SESSION_LIVE)
		t->setup.protocol->on_text(&t->setup, socket, message);
}

static void finish_stop(struct transport *t)
{
	if (t->state != SESSION_CLOSING || !list_is_empty(&t->sockets))
		return;
	enter(t, SESSION_OVER, NO_DEADLINE);
	t->on_stopped(t->stop_owner);
}

static void on_over(void *owner, int code, int status, const char *why)
{
	struct session_socket *socket = owner;
	char text[256];

	if (socket->state == SOCKET_CLOSING) {
		drop_socket(socket);
		finish_stop(socket->transport);
		return;
	}
	if (status != 0)
		snprintf(text, sizeof(text), "no connection: %s (HTTP status %d)", why, status);
	else if (code != WS_CLOSE_NONE)
		snprintf(text, sizeof(text), "the connection ended: %s (close code %d)", why, code);
	else
		snprintf(text, sizeof(text), "the connection ended: %s", why);
	end_socket(socket, false, BACKOFF_SOON, text);
}

/* ---- an attempt ---- */

static void dial(struct transport *t, struct str url)
{
	static const struct ws_events events = { on_open, on_text, on_over };
	const struct ws_setup setup = {
		.loop = t->setup.loop,
		.http = t->setup.http,
		.trust = t->setup.trust,
		.connect_ms = CONNECT_MS,
		.upgrade_ms = UPGRADE_MS,
	};
	struct session_socket *socket;
	const char *why;

	if (!slack_host_may_dial(url, t->setup.base_url, &why)) {
		retry(t, BACKOFF_SOON, 0, why);
		return;
	}
	socket = mem_zero(1, sizeof(*socket));
	socket->transport = t;
	socket->generation = ++t->last_generation;
	loop_timer_init(&socket->check, on_check, socket);
	loop_timer_init(&socket->drain, on_drain, socket);
	socket->ws = ws_open(&setup, url, &events, socket);
	if (socket->ws == NULL) {
		free(socket);
		retry(t, BACKOFF_SOON, 0, "Slack's answer has a URL that makes no sense");
		return;
	}
	list_append(&t->sockets, &socket->link);
	enter(t, SESSION_CONNECTING, NO_DEADLINE); /* that of its own, until it is open */
}

static void on_refused(struct transport *t, const struct outcome *outcome)
{
	/* An error that nobody knows may pass like any other; but it does not look like passing soon. */
	const bool is_slow = (outcome->kind == OUTCOME_REFUSED && outcome->error.len > 0) ||
			     outcome->kind == OUTCOME_FATAL || api_error_is_moving(outcome->error);
	CLEANUP(buf_deinit) struct buf sentence = { 0 };

	if (!connect_error_explain(&sentence, outcome->error, t->setup.method,
				   t->setup.protocol->advice, t->setup.protocol->token_advice)) {
		retry(t, is_slow ? BACKOFF_SLOW : BACKOFF_SOON, outcome->wait_ms,
		      outcome->sentence);
		return;
	}
	buf_addc(&sentence, '\0');
	enter(t, SESSION_OVER, NO_DEADLINE);
	shut_all(t);
	t->setup.sink->on_fatal(t->setup.sink->owner, sentence.p);
}

static void on_try(void *owner, const struct outcome *outcome)
{
	struct transport *t = owner;

	t->call = NULL;
	if (outcome->kind != OUTCOME_DONE) {
		on_refused(t, outcome);
		return;
	}
	if (t->setup.protocol->on_answer != NULL)
		t->setup.protocol->on_answer(&t->setup, outcome->body);
	dial(t, json_str(outcome->body, "url"));
}

static void on_deadline(void *owner)
{
	struct transport *t = owner;

	switch (t->state) {
	case SESSION_WAITING:
		enter(t, SESSION_ASKING, NO_DEADLINE); /* that of the call */
		t->call = api_try(t->setup.api, t->setup.method, t->setup.token, NULL, on_try, t);
		return;
	case SESSION_CONNECTING:
		end_socket(find_socket(t, SOCKET_NEW), true, BACKOFF_SOON,
			   "Slack took the WebSocket but did not say hello in time");
		return;
	case SESSION_SETTLING:
		enter(t, SESSION_CLOSING, STOP_MS);
		shut_all(t);
		finish_stop(t);
		return;
	case SESSION_CLOSING:
		drop_all(t);
		finish_stop(t);
		return;
	case SESSION_ASKING:
	case SESSION_LIVE:
	case SESSION_OVER:
		return;
	}
}

/* ---- what a protocol says about a socket ---- */

/* Refreshes in a row must not pile up sockets: Slack takes ten of an app and counts them all. */
static void drain_leavers(struct transport *t)
{
	size_t n_leaving = 0;

	list_each (it, &t->sockets)
		n_leaving += list_entry(it, struct session_socket, link)->state == SOCKET_LEAVING;
	list_each (it, &t->sockets) {
		struct session_socket *socket = list_entry(it, struct session_socket, link);

		if (socket->state != SOCKET_LEAVING)
			continue;
		if (n_leaving-- > MAX_DRAINING)
			shut_socket(socket);
		else
			loop_timer_start(t->setup.loop, &socket->drain, t->setup.drain_ms);
	}
}

void session_hello(struct session_socket *socket, int64_t num_connections)
{
	struct transport *t = socket->transport;
	const bool was_live = has_live_socket(t);
	int64_t n_ours = 0;
	char detail[64];

	if (socket->state != SOCKET_NEW)
		return;
	socket->state = SOCKET_LIVE;
	socket->live_since = loop_now(t->setup.loop);
	enter(t, SESSION_LIVE, NO_DEADLINE);
	drain_leavers(t);
	list_each (it, &t->sockets)
		n_ours++; /* those that we have closed count until they are gone */
	if (num_connections > n_ours)
		log_warn("slack",
			 "Slack counts %" PRId64 " connections of this app but only %" PRId64
			 " are ours: another retort, or one that was killed, gets a share of the "
			 "events",
			 num_connections, n_ours);
	snprintf(detail, sizeof(detail), "%s, socket %" PRIu64, t->setup.protocol->name,
		 socket->generation);
	if (was_live)
		t->setup.sink->on_renewed(t->setup.sink->owner, detail);
	else
		t->setup.sink->on_live(t->setup.sink->owner, true, detail);
}

void session_replace(struct session_socket *socket, const char *why)
{
	struct transport *t = socket->transport;
	const bool is_steady = forgive_failures(socket);

	if (socket->state == SOCKET_NEW) {
		end_socket(socket, true, BACKOFF_SOON, why);
	} else if (socket->state == SOCKET_LIVE) {
		socket->state = SOCKET_LEAVING;
		log_info("slack", "getting a new connection: %s", why);
		enter(t, SESSION_WAITING,
		      is_steady ? 0 : backoff_next(&t->backoff, BACKOFF_REFRESH));
	} /* else it goes already */
}

void session_break(struct session_socket *socket, enum backoff_kind kind, const char *why)
{
	if (socket->state != SOCKET_CLOSING)
		end_socket(socket, true, kind, why);
}

struct telling *session_garbled_telling(struct session_socket *socket)
{
	return &socket->transport->garbled;
}

void session_ponged(struct session_socket *socket)
{
	socket->ping_waits = false;
}

/* ---- events and acknowledgements ---- */

void session_ack(struct session_socket *socket, struct str id)
{
	CLEANUP(buf_deinit) struct buf frame = { 0 };

	if (id.len == 0)
		return;
	socket->transport->setup.protocol->ack_frame(&frame, id);
	ws_send_text(socket->ws, buf_str(&frame));
}

void session_give(struct session_socket *socket, struct event *take, struct str ack_id)
{
	struct transport *t = socket->transport;
	struct ack ack = { .transport = t, .socket = socket->generation };

	if (ack_id.len < sizeof(ack.envelope_id))
		memcpy(ack.envelope_id, ack_id.p, ack_id.len);
	else /* no id of Slack's is that long: nothing to wait for */
		session_ack(socket, ack_id);
	t->n_owed += ack.envelope_id[0] != '\0';
	take->received = loop_now(t->setup.loop); /* its last byte came in this turn */
	t->setup.sink->on_event(t->setup.sink->owner, take, &ack);
}

void transport_ack(const struct ack *ack)
{
	struct transport *t = ack->transport;
	const struct str id = str_from(ack->envelope_id);
	CLEANUP(buf_deinit) struct buf frame = { 0 };
	struct session_socket *to = NULL;

	if (id.len == 0)
		return;
	if (ack->say != NULL && t->setup.protocol->say_frame != NULL)
		t->setup.protocol->say_frame(&frame, id, str_from(ack->say));
	else
		t->setup.protocol->ack_frame(&frame, id);
	/* On the newest live one, where its own is gone. Without any, Slack will send the envelope again. */
	list_each (it, &t->sockets) {
		struct session_socket *socket = list_entry(it, struct session_socket, link);

		if (!ws_is_open(socket->ws))
			continue;
		if (socket->state != SOCKET_NEW || socket->generation == ack->socket)
			to = socket;
		if (socket->generation == ack->socket)
			break;
	}
	if (to != NULL)
		ws_send_text(to->ws, buf_str(&frame));
	transport_forgo(ack);
}

void transport_forgo(const struct ack *ack)
{
	struct transport *t = ack->transport;

	t->n_owed -= ack->envelope_id[0] != '\0' && t->n_owed > 0;
	/* After this turn, so that an acknowledgement goes out ahead of the close frame. */
	if (t->n_owed == 0 && t->state == SESSION_SETTLING)
		loop_timer_start(t->setup.loop, &t->deadline, 0);
}

/* ---- life ---- */

static void preset(int64_t *ms, int64_t value)
{
	if (*ms <= 0)
		*ms = value;
}

struct transport *transport_new(const struct transport_setup *setup)
{
	struct transport *t = mem_zero(1, sizeof(*t));

	t->setup = *setup;
	preset(&t->setup.ping_every_ms, 10000);
	preset(&t->setup.dead_after_ms, 30000);
	preset(&t->setup.hello_within_ms, 10000);
	preset(&t->setup.backoff_first_ms, 1000);
	preset(&t->setup.backoff_max_ms, 60000);
	preset(&t->setup.drain_ms, 10000);
	backoff_init(&t->backoff, t->setup.backoff_first_ms, t->setup.backoff_max_ms);
	list_init(&t->sockets);
	loop_timer_init(&t->deadline, on_deadline, t);
	enter(t, SESSION_WAITING, 0);
	return t;
}

void transport_stop(struct transport *t, transport_stopped_fn *on_stopped, void *owner)
{
	t->on_stopped = on_stopped;
	t->stop_owner = owner;
	abandon_attempt(t);
	enter(t, SESSION_SETTLING, t->n_owed > 0 && has_live_socket(t) ? SETTLE_MS : 0);
}

void transport_free(struct transport *t)
{
	if (t == NULL)
		return;
	api_cancel(TAKE(t->call));
	drop_all(t);
	enter(t, SESSION_OVER, NO_DEADLINE);
	loop_bury(t->setup.loop, t, free);
}
