/* SPDX-License-Identifier: MIT */
/* Socket Mode: envelopes in, acknowledgements out, over the sockets of a session. */
#include <inttypes.h>
#include <stdlib.h>
#include "slack/decode.h"
#include "transport/envelope.h"
#include "transport/session.h"

static void on_hello(struct identity *me, struct session_socket *socket, const struct envelope *e)
{
	if (e->app_id.len > 0 && (me->app_id == NULL || me->app_id[0] == '\0')) {
		free(me->app_id);
		me->app_id = str_dup(e->app_id);
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

/* An event or a slash command. What makes no event is acknowledged at once: Slack would send it for ever. */
static void on_event(const struct transport_setup *setup, struct session_socket *socket,
		     const struct envelope *e)
{
	const bool is_command = e->kind == ENVELOPE_SLASH_COMMANDS;
	const char *why = "the payload is no object";
	struct event *ev = NULL;
	int r = DECODE_NOT_AN_EVENT;

	if (is_command) {
		r = decode_command(&ev, e->payload, setup->me, loop_wall(setup->loop), &why);
	} else if (e->payload != NULL) {
		if (str_is(json_str(e->payload, "type"), "app_rate_limited"))
			log_warn("slack",
				 "Slack holds back events: more than 30,000 came within an hour");
		r = decode_callback(&ev, e->payload, setup->me, &why);
	}
	if (r != 0) {
		log_info("slack", "%s was dropped: %s",
			 is_command ? "a slash command" : "an envelope without an event", why);
		session_ack(socket, e->id);
		return;
	}
	if (e->retry_attempt > 0)
		log_debug("slack", "an event comes again attempt=%" PRId64 " reason=%.*s",
			  e->retry_attempt, STR_ARG(e->retry_reason));
	session_give(socket, ev, e->id);
}

static void on_text(const struct transport_setup *setup, struct session_socket *socket,
		    struct str text)
{
	CLEANUP(envelope_deinit) struct envelope e;
	const char *why;

	if (envelope_parse(&e, text, &why) != 0) {
		session_garbled(socket, text, why);
		return;
	}
	switch (e.kind) {
	case ENVELOPE_HELLO:
		on_hello(setup->me, socket, &e);
		return;
	case ENVELOPE_DISCONNECT:
		on_disconnect(socket, &e);
		return;
	case ENVELOPE_EVENTS_API:
	case ENVELOPE_SLASH_COMMANDS:
		on_event(setup, socket, &e);
		return;
	case ENVELOPE_INTERACTIVE:
	case ENVELOPE_UNKNOWN:
	case ENVELOPE_GARBLED:
		log_debug("slack", "acknowledged and left alone kind=%s type=%.*s",
			  envelope_kind_name(e.kind), STR_ARG(e.type));
		session_ack(socket, e.id);
		return;
	}
}

static const struct connect_error_advice advice[] = {
	{ "not_allowed_token_type",
	  "This is not an app-level token: Socket Mode needs one that begins with xapp-, made at "
	  "https://api.slack.com/apps under Basic Information, App-Level Tokens, with the scope connections:write" },
	{ "missing_scope",
	  "The app-level token lacks the scope connections:write: make a new one with it at "
	  "https://api.slack.com/apps under Basic Information, App-Level Tokens" },
	{ NULL, NULL },
};

const struct session_protocol transport_socketmode = {
	.name = "Socket Mode",
	.token_advice =
		"Make an app-level token with the scope connections:write at https://api.slack.com/apps under "
		"Basic Information, App-Level Tokens, and give it as SLACK_APP_TOKEN.",
	.advice = advice,
	.on_text = on_text,
	.ack_frame = envelope_ack,
};
