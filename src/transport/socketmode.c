/* SPDX-License-Identifier: MIT */
/* Socket Mode: envelopes in, acknowledgements out, over the sockets of a session. */
#include <inttypes.h>
#include <stdlib.h>
#include "base/mem.h"
#include "slack/decode.h"
#include "transport/envelope.h"
#include "transport/session.h"

struct transport {
	struct session *session;
	struct loop *loop;
	struct identity *me;
};

static void send_ack(struct session_socket *socket, struct str id)
{
	CLEANUP(buf_deinit) struct buf frame;

	buf_init(&frame, 0);
	if (id.len == 0 || socket == NULL)
		return; /* without a socket: Slack will send the envelope again */
	envelope_ack(&frame, id);
	session_send(socket, buf_str(&frame));
}

/* On the envelope's own socket, unless that is closing already. */
static void ack_now(struct transport *t, struct session_socket *socket, struct str id)
{
	send_ack(session_socket_for(t->session, session_generation(socket)), id);
}

/* ---- hello and disconnect ---- */

static void on_hello(struct transport *t, struct session_socket *socket, const struct envelope *e)
{
	if (e->app_id.len > 0 && (t->me->app_id == NULL || t->me->app_id[0] == '\0')) {
		free(t->me->app_id);
		t->me->app_id = str_dup(e->app_id);
	}
	session_hello(socket, e->num_connections);
}

static void on_disconnect(struct session_socket *socket, const struct envelope *e)
{
	switch (e->reason) {
	case DISCONNECT_WARNING:
		session_replace(socket, "Slack is about to end this one");
		return;
	case DISCONNECT_REFRESH_REQUESTED:
		session_replace(socket, "Slack asks for a fresh one");
		return;
	case DISCONNECT_OTHER:
		log_info("slack", "disconnect for a reason unknown to retort reason=%.*s",
			 STR_ARG(e->reason_text));
		session_replace(socket, "Slack ends this one");
		return;
	case DISCONNECT_TOO_MANY_WEBSOCKETS:
		session_break(
			socket, BACKOFF_CROWDED,
			"Slack sees too many connections of this app; stop other processes that use its "
			"app-level token");
		return;
	case DISCONNECT_LINK_DISABLED:
		session_break(
			socket, BACKOFF_SWITCHED_OFF,
			"Socket Mode is switched off for this app; switch it on at https://api.slack.com/apps, "
			"page Socket Mode");
		return;
	}
}

/* ---- envelopes ---- */

static bool fits_ack(struct str id)
{
	return id.len < sizeof(((struct ack *)NULL)->envelope_id);
}

static void give(struct transport *t, struct session_socket *socket, const struct envelope *e,
		 struct event *take)
{
	if (e->retry_attempt > 0)
		log_debug("slack", "an event comes again attempt=%" PRId64 " reason=%.*s",
			  e->retry_attempt, STR_ARG(e->retry_reason));
	if (fits_ack(e->id)) {
		session_give(socket, take, e->id);
		return;
	}
	ack_now(t, socket, e->id); /* no id of Slack's is that long: nothing to wait for */
	session_give(socket, take, STR_EMPTY);
}

static void on_events_api(struct transport *t, struct session_socket *socket,
			  const struct envelope *e)
{
	struct event *ev = NULL;
	const char *why = "the payload is no object";

	if (str_is(json_str(e->payload, "type"), "app_rate_limited"))
		log_warn("slack", "Slack holds back events: more than 30,000 came within an hour");
	if (e->payload == NULL || decode_callback(&ev, e->payload, t->me, &why) != 0) {
		log_info("slack", "an envelope without an event was dropped: %s", why);
		ack_now(t, socket, e->id);
		return;
	}
	give(t, socket, e, ev);
}

static void on_slash_command(struct transport *t, struct session_socket *socket,
			     const struct envelope *e)
{
	struct event *ev = NULL;
	const char *why = "";

	if (decode_command(&ev, e->payload, t->me, loop_wall(t->loop), &why) != 0) {
		log_info("slack", "a slash command was dropped: %s", why);
		ack_now(t, socket, e->id);
		return;
	}
	give(t, socket, e, ev);
}

static void on_text(void *owner, struct session_socket *socket, struct str text)
{
	struct transport *t = owner;
	CLEANUP(envelope_deinit) struct envelope e;
	const char *why;

	if (envelope_parse(&e, text, &why) != 0) {
		log_warn("slack", "a frame is no JSON object: %s text=%.*s", why,
			 STR_ARG(str_sub(text, 0, 120)));
		session_break(socket, BACKOFF_SOON, "Slack sent something that is no JSON");
		return;
	}
	switch (e.kind) {
	case ENVELOPE_HELLO:
		on_hello(t, socket, &e);
		return;
	case ENVELOPE_DISCONNECT:
		on_disconnect(socket, &e);
		return;
	case ENVELOPE_EVENTS_API:
		on_events_api(t, socket, &e);
		return;
	case ENVELOPE_SLASH_COMMANDS:
		on_slash_command(t, socket, &e);
		return;
	case ENVELOPE_INTERACTIVE:
	case ENVELOPE_UNKNOWN:
	case ENVELOPE_GARBLED:
		log_debug("slack", "acknowledged and left alone kind=%s type=%.*s",
			  envelope_kind_name(e.kind), STR_ARG(e.type));
		ack_now(t, socket, e.id);
		return;
	}
}

/* ---- the transport ---- */

static const struct connect_error_advice advice[] = {
	{ "not_allowed_token_type",
	  "This is not an app-level token: Socket Mode needs one that begins with xapp-, made at "
	  "https://api.slack.com/apps under Basic Information, App-Level Tokens, with the scope connections:write" },
	{ "missing_scope",
	  "The app-level token lacks the scope connections:write: make a new one with it at "
	  "https://api.slack.com/apps under Basic Information, App-Level Tokens" },
	{ NULL, NULL },
};

static const struct session_protocol protocol = {
	.name = "Socket Mode",
	.token_advice =
		"Make an app-level token with the scope connections:write at https://api.slack.com/apps under "
		"Basic Information, App-Level Tokens, and give it as SLACK_APP_TOKEN.",
	.advice = advice,
	.on_text = on_text,
};

static int start(struct transport **out, const struct transport_setup *setup)
{
	struct transport *t = mem_zero(1, sizeof(*t));

	t->loop = setup->loop;
	t->me = setup->me;
	*out = t;
	return session_new(&t->session, setup, &protocol, t);
}

static void ack(struct transport *t, const struct ack *what)
{
	if (what->envelope_id[0] == '\0')
		return;
	send_ack(session_socket_for(t->session, what->socket), str_from(what->envelope_id));
	session_settled(t->session);
}

static void stop(struct transport *t, void (*on_stopped)(void *owner), void *owner)
{
	session_stop(t->session, on_stopped, owner);
}

static void transport_free(struct transport *t)
{
	if (t == NULL)
		return;
	session_free(t->session);
	loop_bury(t->loop, t, free);
}

const struct transport_ops transport_socketmode = {
	.name = "socket",
	.start = start,
	.ack = ack,
	.stop = stop,
	.free = transport_free,
};
