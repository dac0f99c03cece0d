/* SPDX-License-Identifier: MIT */
/*
 * Two things have states here. The session's state tells about the *next* socket: waiting to ask for
 * one, asking, dialling, greeting, or none needed (live). Each socket's own state tells whether it is live,
 * leaving (Slack has announced its end, or a newer one has taken over) or closing. So one attempt at
 * most is ever under way, while any number of old sockets is still read; and a callback of an old
 * socket cannot touch the attempt, because it comes with the socket that it is about.
 *
 * A socket stops counting in one place, socket_unseat; whether the session then needs a new one is decided
 * in one place, session_repair; session_enter is the only writer of the session's state.
 */
#include "transport/session.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/list.h"
#include "base/mem.h"
#include "webapi/slack_host.h"
#include "webapi/api_error.h"

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

enum session_state {
	SESSION_WAITING,  /* the next attempt is due later */
	SESSION_ASKING,	  /* Slack has been asked for a URL */
	SESSION_DIALING,  /* TCP, TLS, upgrade */
	SESSION_GREETING, /* waiting for hello */
	SESSION_LIVE,	  /* the newest socket is live and nothing else is needed */
	SESSION_SETTLING, /* stopping: no more events, acknowledgements still leave */
	SESSION_CLOSING,  /* stopping: close frames are out */
	SESSION_OVER,
};

static const char *const state_names[] = {
	"waiting", "asking", "dialing", "greeting", "live", "settling", "closing", "over",
};

enum socket_state { SOCKET_DIALING, SOCKET_GREETING, SOCKET_LIVE, SOCKET_LEAVING, SOCKET_CLOSING };

struct session_socket {
	struct list link; // session::sockets
	struct session *session;
	struct ws *ws;
	uint64_t generation;
	enum socket_state state;
	struct mono live_since;
	uint64_t n_pings;
	int64_t last_ping_id; /* of the protocol's own pings */
	bool ping_waits;
	struct mono pinged;
	struct loop_timer check; /* pings, and is it still alive? */
	struct loop_timer drain; /* a newer socket is live: time to go */
};

struct session {
	struct transport_setup setup;
	const struct session_protocol *protocol;
	void *owner;
	enum session_state state;
	struct loop_timer deadline;	/* of the state */
	int64_t wait_ms;		/* how long SESSION_WAITING waits */
	struct backoff backoff;		/* failures since a socket was last steady */
	struct api_call *call;		/* while asking */
	struct session_socket *attempt; /* while dialing and greeting */
	struct list sockets;		/* oldest first */
	uint64_t last_generation;
	size_t owed; /* acknowledgements that were asked for and have not been sent */
	struct loop_call done;
	void (*on_stopped)(void *owner);
	void *stop_owner;
};

static void session_retry(struct session *s, enum backoff_kind kind, int64_t least_ms,
			  const char *why);

/* ---- small questions ---- */

static bool is_live(const struct session_socket *socket)
{
	return socket->state == SOCKET_LIVE || socket->state == SOCKET_LEAVING;
}

static bool has_socket_in(const struct session *s, enum socket_state state)
{
	list_each (it, &s->sockets) {
		if (list_entry(it, struct session_socket, link)->state == state)
			return true;
	}
	return false;
}

static bool has_live_socket(const struct session *s)
{
	return has_socket_in(s, SOCKET_LIVE) || has_socket_in(s, SOCKET_LEAVING);
}

/* Sockets that Slack counts as ours. */
static int64_t n_open(const struct session *s)
{
	int64_t n = 0;

	list_each (it, &s->sockets)
		n += list_entry(it, struct session_socket, link)->state != SOCKET_DIALING;
	return n;
}

static bool is_trying(const struct session *s)
{
	return s->state == SESSION_WAITING || s->state == SESSION_ASKING ||
	       s->state == SESSION_DIALING || s->state == SESSION_GREETING;
}

static bool is_taking(const struct session *s)
{
	return is_trying(s) || s->state == SESSION_LIVE;
}

uint64_t session_generation(const struct session_socket *socket)
{
	return socket->generation;
}

/* ---- states of the session ---- */

static int64_t deadline_ms(const struct session *s)
{
	switch (s->state) {
	case SESSION_WAITING:
		return s->wait_ms;
	case SESSION_GREETING:
		return s->setup.hello_within_ms;
	case SESSION_SETTLING:
		return SETTLE_MS;
	case SESSION_CLOSING:
		return STOP_MS;
	case SESSION_ASKING: /* the call and the dialling have deadlines of their own */
	case SESSION_DIALING:
	case SESSION_LIVE:
	case SESSION_OVER:
		return NO_DEADLINE;
	}
	return NO_DEADLINE;
}

static void session_enter(struct session *s, enum session_state state)
{
	int64_t ms;

	log_debug("slack", "%s session: %s -> %s", s->protocol->name, state_names[s->state],
		  state_names[state]);
	s->state = state;
	ms = deadline_ms(s);
	loop_timer_stop(s->setup.loop, &s->deadline);
	if (ms != NO_DEADLINE)
		loop_timer_start(s->setup.loop, &s->deadline, ms);
}

/* ---- ends of sockets ---- */

static void socket_drop(struct session_socket *socket)
{
	struct loop *loop = socket->session->setup.loop;

	list_remove(&socket->link);
	loop_timer_stop(loop, &socket->check);
	loop_timer_stop(loop, &socket->drain);
	ws_free(socket->ws);
	loop_bury(loop, socket, free);
}

static void socket_shut(struct session_socket *socket)
{
	struct loop *loop = socket->session->setup.loop;

	if (!ws_is_open(socket->ws)) {
		socket_drop(socket);
		return;
	}
	socket->state = SOCKET_CLOSING;
	loop_timer_stop(loop, &socket->check);
	loop_timer_stop(loop, &socket->drain);
	ws_close(socket->ws, CLOSE_NORMAL, CLOSE_MS);
}

static void shut_all(struct session *s)
{
	list_each (it, &s->sockets) {
		struct session_socket *socket = list_entry(it, struct session_socket, link);

		if (socket->state != SOCKET_CLOSING)
			socket_shut(socket);
	}
}

static void drop_all(struct session *s)
{
	s->attempt = NULL;
	list_each (it, &s->sockets)
		socket_drop(list_entry(it, struct session_socket, link));
}

static void abandon_attempt(struct session *s)
{
	struct session_socket *socket = TAKE(s->attempt);

	if (s->call != NULL)
		api_cancel(TAKE(s->call));
	if (socket != NULL)
		socket_shut(socket);
}

static void on_done(void *owner)
{
	struct session *s = owner;

	if (s->state != SESSION_CLOSING || !list_is_empty(&s->sockets))
		return;
	session_enter(s, SESSION_OVER);
	s->on_stopped(s->stop_owner);
}

/* A steady socket that is going or gone leaves a clean slate behind: true when it was one. */
static bool forgive_failures(struct session_socket *socket)
{
	struct session *s = socket->session;

	if (socket->state != SOCKET_LIVE ||
	    mono_ms_between(socket->live_since, loop_now(s->setup.loop)) < STEADY_MS)
		return false;
	backoff_forget(&s->backoff);
	return true;
}

/* Without a successor in sight, those that are about to go shall stay as long as they can. */
static void keep_leavers(struct session *s)
{
	list_each (it, &s->sockets)
		loop_timer_stop(s->setup.loop, &list_entry(it, struct session_socket, link)->drain);
}

/* A socket is gone: does the session need another one, and is one under way already? */
static void session_repair(struct session *s, bool was_attempt, enum backoff_kind kind,
			   const char *why)
{
	bool must_pause = kind == BACKOFF_CROWDED || kind == BACKOFF_SWITCHED_OFF;

	if (s->state == SESSION_SETTLING || s->state == SESSION_CLOSING) {
		loop_call_soon(s->setup.loop, &s->done);
	} else if (s->state == SESSION_LIVE && !has_socket_in(s, SOCKET_LIVE)) {
		keep_leavers(s);
		session_retry(s, kind, 0, why);
	} else if (is_trying(s) && (was_attempt || must_pause)) {
		abandon_attempt(s);
		session_retry(s, kind, 0, why);
	}
}

/* Closed with a close frame where the peer can still be expected to read one. */
static void socket_unseat(struct session_socket *socket, bool politely, enum backoff_kind kind,
			  const char *why)
{
	struct session *s = socket->session;
	bool was_attempt = s->attempt == socket;
	bool was_live = is_live(socket);

	forgive_failures(socket);
	if (was_attempt)
		s->attempt = NULL;
	log_debug("slack", "socket %" PRIu64 " is over: %s", socket->generation, why);
	if (politely)
		socket_shut(socket);
	else
		socket_drop(socket);
	if (was_live && !has_live_socket(s) && is_taking(s))
		s->setup.sink->on_live(s->setup.sink->owner, false, why);
	session_repair(s, was_attempt, kind, why);
}

/* ---- what happens to a socket ---- */

/* At the next ping, or when the socket would be dead by then. */
static void check_within(struct session_socket *socket, int64_t ms)
{
	const struct transport_setup *setup = &socket->session->setup;

	loop_timer_start(setup->loop, &socket->check,
			 ms < setup->ping_every_ms ? ms : setup->ping_every_ms);
}

static void on_check(void *owner)
{
	struct session_socket *socket = owner;
	const struct session *s = socket->session;
	const struct transport_setup *setup = &s->setup;
	struct mono now = loop_now(setup->loop);
	int64_t silent = mono_ms_between(ws_last_heard(socket->ws), now);
	int64_t left = setup->dead_after_ms - silent;
	char payload[40];

	if (left <= 0) {
		socket_unseat(socket, false, BACKOFF_SOON,
			      "nothing at all was heard from Slack for too long");
		return;
	}
	if (socket->ping_waits && mono_ms_between(socket->pinged, now) >= setup->dead_after_ms) {
		socket_unseat(socket, false, BACKOFF_SOON, "Slack does not answer pings any more");
		return;
	}
	snprintf(payload, sizeof(payload), "retort:%" PRIu64, ++socket->n_pings);
	ws_ping(socket->ws, str_from(payload));
	if (s->protocol->on_ping != NULL)
		s->protocol->on_ping(s->owner, socket);
	check_within(socket, left);
}

static void on_drain(void *owner)
{
	socket_unseat(owner, true, BACKOFF_REFRESH, "its successor has taken over");
}

static void on_open(void *owner)
{
	struct session_socket *socket = owner;
	struct session *s = socket->session;

	socket->state = SOCKET_GREETING;
	check_within(socket, s->setup.dead_after_ms);
	session_enter(s, SESSION_GREETING);
}

static void on_text(void *owner, struct str message)
{
	struct session_socket *socket = owner;
	struct session *s = socket->session;

	if (is_taking(s))
		s->protocol->on_text(s->owner, socket, message);
}

static void on_over(void *owner, int code, int status, const char *why)
{
	struct session_socket *socket = owner;
	struct session *s = socket->session;
	char text[256];

	if (socket->state == SOCKET_CLOSING) {
		socket_drop(socket);
		loop_call_soon(s->setup.loop, &s->done);
		return;
	}
	if (status != 0)
		snprintf(text, sizeof(text), "no connection: %s (HTTP status %d)", why, status);
	else if (code != WS_CLOSE_NONE)
		snprintf(text, sizeof(text), "the connection ended: %s (close code %d)", why, code);
	else
		snprintf(text, sizeof(text), "the connection ended: %s", why);
	socket_unseat(socket, false, BACKOFF_SOON, text);
}

static const struct ws_events ws_events = {
	.on_open = on_open,
	.on_text = on_text,
	.on_over = on_over,
};

/* ---- an attempt ---- */

static struct session_socket *socket_new(struct session *s)
{
	struct session_socket *socket = mem_zero(1, sizeof(*socket));

	socket->session = s;
	socket->generation = ++s->last_generation;
	socket->state = SOCKET_DIALING;
	loop_timer_init(&socket->check, on_check, socket);
	loop_timer_init(&socket->drain, on_drain, socket);
	list_append(&s->sockets, &socket->link);
	return socket;
}

static void dial(struct session *s, struct str url)
{
	const struct ws_setup setup = {
		.loop = s->setup.loop,
		.http = s->setup.http,
		.trust = s->setup.trust,
		.connect_ms = CONNECT_MS,
		.upgrade_ms = UPGRADE_MS,
	};
	struct session_socket *socket;
	const char *why;

	if (!slack_host_may_dial(url, s->setup.base_url, &why)) {
		session_retry(s, BACKOFF_SOON, 0, why);
		return;
	}
	socket = socket_new(s);
	socket->ws = ws_open(&setup, url, &ws_events, socket);
	if (socket->ws == NULL) {
		socket_drop(socket);
		session_retry(s, BACKOFF_SOON, 0, "Slack's answer has a URL that makes no sense");
		return;
	}
	s->attempt = socket;
	session_enter(s, SESSION_DIALING);
}

static void session_give_up(struct session *s, const char *sentence)
{
	abandon_attempt(s);
	session_enter(s, SESSION_OVER);
	shut_all(s);
	s->setup.sink->on_fatal(s->setup.sink->owner, sentence);
}

/* An error that nobody knows may pass like any other; but it does not look like passing soon. */
static enum backoff_kind patience_with(const struct api_try *result)
{
	if (verdict_of_error(result->error) == VERDICT_MOVING || result->outcome == TRY_FATAL)
		return BACKOFF_SLOW;
	return BACKOFF_SOON;
}

static void on_refused(struct session *s, const struct api_try *result)
{
	CLEANUP(buf_deinit) struct buf text;

	buf_init(&text, 0);
	if (connect_error_explain(&text, result->error, s->setup.method, s->protocol->advice,
				  s->protocol->token_advice)) {
		buf_addc(&text, '\0');
		session_give_up(s, text.p);
	} else {
		session_retry(s, patience_with(result), result->retry_after_ms, result->sentence);
	}
}

static void on_try(void *owner, const struct api_try *result)
{
	struct session *s = owner;

	s->call = NULL;
	if (result->outcome != TRY_OK) {
		on_refused(s, result);
		return;
	}
	if (s->protocol->on_answer != NULL)
		s->protocol->on_answer(s->owner, result->body);
	dial(s, json_str(result->body, "url"));
}

static void ask(struct session *s)
{
	session_enter(s, SESSION_ASKING);
	s->call = api_try(s->setup.api, s->setup.method, s->setup.token, NULL, on_try, s);
}

static void session_retry(struct session *s, enum backoff_kind kind, int64_t least_ms,
			  const char *why)
{
	s->wait_ms = backoff_at_least(backoff_next(&s->backoff, kind), least_ms);
	log_warn("slack", "%s; trying again in %" PRId64 ".%" PRId64 " s", why, s->wait_ms / 1000,
		 s->wait_ms % 1000 / 100);
	session_enter(s, SESSION_WAITING);
}

static void on_deadline(void *owner)
{
	struct session *s = owner;

	switch (s->state) {
	case SESSION_WAITING:
		ask(s);
		return;
	case SESSION_GREETING:
		socket_unseat(s->attempt, true, BACKOFF_SOON,
			      "Slack took the WebSocket but did not say hello in time");
		return;
	case SESSION_SETTLING:
		session_enter(s, SESSION_CLOSING);
		shut_all(s);
		loop_call_soon(s->setup.loop, &s->done);
		return;
	case SESSION_CLOSING:
		drop_all(s);
		loop_call_soon(s->setup.loop, &s->done);
		return;
	case SESSION_ASKING:
	case SESSION_DIALING:
	case SESSION_LIVE:
	case SESSION_OVER:
		return;
	}
}

/* ---- what a protocol says about a socket ---- */

/* Refreshes in a row must not pile up sockets: Slack takes ten of an app and counts them all. */
static void drain_leavers(struct session *s)
{
	size_t n_leaving = 0;

	list_each (it, &s->sockets)
		n_leaving += list_entry(it, struct session_socket, link)->state == SOCKET_LEAVING;
	list_each (it, &s->sockets) {
		struct session_socket *socket = list_entry(it, struct session_socket, link);

		if (socket->state != SOCKET_LEAVING)
			continue;
		if (n_leaving-- > MAX_DRAINING)
			socket_shut(socket);
		else
			loop_timer_start(s->setup.loop, &socket->drain, s->setup.drain_ms);
	}
}

static void warn_of_ghosts(int64_t counted, int64_t ours)
{
	log_warn("slack",
		 "Slack counts %" PRId64 " connections of this app but only %" PRId64 " are ours: "
		 "another retort, or one that was killed, gets a share of the events",
		 counted, ours);
}

void session_hello(struct session_socket *socket, int64_t num_connections)
{
	struct session *s = socket->session;
	bool was_live = has_live_socket(s);
	char detail[64];

	if (socket->state != SOCKET_GREETING)
		return;
	socket->state = SOCKET_LIVE;
	socket->live_since = loop_now(s->setup.loop);
	s->attempt = NULL;
	session_enter(s, SESSION_LIVE);
	drain_leavers(s);
	if (num_connections > n_open(s))
		warn_of_ghosts(num_connections, n_open(s));
	snprintf(detail, sizeof(detail), "%s, socket %" PRIu64, s->protocol->name,
		 socket->generation);
	if (was_live)
		log_info("slack", "the new connection is live: %s", detail);
	else
		s->setup.sink->on_live(s->setup.sink->owner, true, detail);
}

void session_replace(struct session_socket *socket, const char *why)
{
	struct session *s = socket->session;
	bool is_steady;

	if (socket->state == SOCKET_GREETING) {
		socket_unseat(socket, true, BACKOFF_SOON, why);
		return;
	}
	if (socket->state != SOCKET_LIVE)
		return; /* it goes already */
	assert(s->state == SESSION_LIVE);
	is_steady = forgive_failures(socket);
	s->wait_ms = is_steady ? 0 : backoff_next(&s->backoff, BACKOFF_REFRESH);
	socket->state = SOCKET_LEAVING;
	log_info("slack", "getting a new connection: %s", why);
	session_enter(s, SESSION_WAITING);
}

void session_break(struct session_socket *socket, enum backoff_kind kind, const char *why)
{
	if (socket->state != SOCKET_CLOSING)
		socket_unseat(socket, true, kind, why);
}

void session_send(struct session_socket *socket, struct str text)
{
	ws_send_text(socket->ws, text);
}

struct session_socket *session_socket_for(struct session *s, uint64_t generation)
{
	struct session_socket *newest = NULL;

	list_each (it, &s->sockets) {
		struct session_socket *socket = list_entry(it, struct session_socket, link);
		bool is_open = is_live(socket) || socket->state == SOCKET_GREETING;

		if (is_open && socket->generation == generation)
			return socket;
		if (is_live(socket))
			newest = socket;
	}
	return newest;
}

void session_give(struct session_socket *socket, struct event *take, struct str ack_id)
{
	struct session *s = socket->session;
	struct ack ack = { .socket = socket->generation };

	assert(ack_id.len < sizeof(ack.envelope_id));
	memcpy(ack.envelope_id, ack_id.p, ack_id.len);
	take->received = ws_last_heard(socket->ws);
	s->owed += ack_id.len > 0;
	s->setup.sink->on_event(s->setup.sink->owner, take, &ack);
}

void session_settled(struct session *s)
{
	if (s->owed > 0)
		s->owed--;
	/* After this turn, so that the acknowledgement goes out ahead of the close frame. */
	if (s->owed == 0 && s->state == SESSION_SETTLING)
		loop_timer_start(s->setup.loop, &s->deadline, 0);
}

int64_t session_ping_id(struct session_socket *socket)
{
	if (socket->ping_waits)
		return 0;
	socket->ping_waits = true;
	socket->pinged = loop_now(socket->session->setup.loop);
	return ++socket->last_ping_id;
}

void session_ponged(struct session_socket *socket)
{
	socket->ping_waits = false;
}

/* ---- life ---- */

static void preset(int64_t *ms, int64_t value)
{
	if (*ms <= 0)
		*ms = value;
}

static void take_setup(struct session *s, const struct transport_setup *setup)
{
	s->setup = *setup;
	preset(&s->setup.ping_every_ms, 10000);
	preset(&s->setup.dead_after_ms, 30000);
	preset(&s->setup.hello_within_ms, 10000);
	preset(&s->setup.backoff_first_ms, 1000);
	preset(&s->setup.backoff_max_ms, 60000);
	preset(&s->setup.drain_ms, 10000);
	backoff_init(&s->backoff, s->setup.backoff_first_ms, s->setup.backoff_max_ms);
}

int session_new(struct session **out, const struct transport_setup *setup,
		const struct session_protocol *protocol, void *owner)
{
	struct session *s = mem_zero(1, sizeof(*s));

	take_setup(s, setup);
	s->protocol = protocol;
	s->owner = owner;
	list_init(&s->sockets);
	loop_timer_init(&s->deadline, on_deadline, s);
	loop_call_init(&s->done, on_done, s);
	session_enter(s, SESSION_WAITING);
	*out = s;
	return 0;
}

void session_stop(struct session *s, void (*on_stopped)(void *owner), void *owner)
{
	s->on_stopped = on_stopped;
	s->stop_owner = owner;
	abandon_attempt(s);
	session_enter(s, SESSION_SETTLING);
	if (s->owed == 0 || !has_live_socket(s))
		loop_timer_start(s->setup.loop, &s->deadline, 0);
}

void session_free(struct session *s)
{
	if (s == NULL)
		return;
	if (s->call != NULL)
		api_cancel(TAKE(s->call));
	drop_all(s);
	session_enter(s, SESSION_OVER);
	loop_call_cancel(&s->done);
	loop_bury(s->setup.loop, s, free);
}
