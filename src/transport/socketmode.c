/* SPDX-License-Identifier: MIT */
/* Socket Mode: envelopes in, acknowledgements out, over the sockets of a session. */
#include "transport/socketmode.h"

#include <inttypes.h>
#include <stdlib.h>
#include "base/mem.h"
#include "slack/decode.h"
#include "transport/session.h"

static const struct {
	const char *type;
	enum envelope_kind kind;
} types[] = {
	{ "hello", ENVELOPE_HELLO },
	{ "disconnect", ENVELOPE_DISCONNECT },
	{ "events_api", ENVELOPE_EVENTS_API },
	{ "slash_commands", ENVELOPE_SLASH_COMMANDS },
	{ "interactive", ENVELOPE_INTERACTIVE },
	{ "unknown", ENVELOPE_UNKNOWN },
	{ "garbled", ENVELOPE_GARBLED },
};

enum { N_WIRE_TYPES = ENVELOPE_UNKNOWN }; /* the rows behind these are only names */

static const struct {
	const char *text;
	enum disconnect_reason reason;
} reasons[] = {
	{ "warning", DISCONNECT_WARNING },
	{ "refresh_requested", DISCONNECT_REFRESH_REQUESTED },
	{ "too_many_websockets", DISCONNECT_TOO_MANY_WEBSOCKETS },
	{ "link_disabled", DISCONNECT_LINK_DISABLED },
};

static enum envelope_kind kind_of(struct str type)
{
	for (size_t i = 0; i < N_WIRE_TYPES; i++) {
		if (str_is(type, types[i].type))
			return types[i].kind;
	}
	return ENVELOPE_UNKNOWN;
}

static enum disconnect_reason reason_of(struct str text)
{
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		if (str_is(text, reasons[i].text))
			return reasons[i].reason;
	}
	return DISCONNECT_OTHER;
}

const char *envelope_kind_name(enum envelope_kind kind)
{
	return types[kind].type;
}

/* ---- an id out of a frame that is no JSON ---- */

static bool is_id_letter(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '-' || c == '_' || c == '.';
}

static void skip_blanks(struct str *rest)
{
	while (rest->len > 0 &&
	       (*rest->p == ' ' || *rest->p == '\t' || *rest->p == '\r' || *rest->p == '\n'))
		*rest = str_sub(*rest, 1, rest->len);
}

/* The inside of a string whose opening quote was taken; moves *rest behind its closing quote. */
static bool take_string(struct str *rest, struct str *inside)
{
	for (size_t i = 0; i < rest->len; i++) {
		if (rest->p[i] == '\\') {
			i++;
		} else if (rest->p[i] == '"') {
			*inside = str_sub(*rest, 0, i);
			*rest = str_sub(*rest, i + 1, rest->len);
			return true;
		}
	}
	return false;
}

static bool take_id_value(struct str rest, struct str *id)
{
	skip_blanks(&rest);
	if (!str_skip(&rest, ":"))
		return false;
	skip_blanks(&rest);
	if (!str_skip(&rest, "\"") || !take_string(&rest, id) || id->len == 0)
		return false;
	for (size_t i = 0; i < id->len; i++) {
		if (!is_id_letter(id->p[i]))
			return false;
	}
	return true;
}

/*
 * Walks strings and brackets only. A person's text cannot pass for the key: its quotes come escaped, so
 * they never end a string here, and it lies deeper than the outermost object.
 */
static bool find_id(struct str rest, struct str *id)
{
	int depth = 0;

	while (rest.len > 0) {
		char c = *rest.p;
		struct str inside;

		rest = str_sub(rest, 1, rest.len);
		if (c == '{' || c == '[')
			depth++;
		else if (c == '}' || c == ']')
			depth--;
		else if (c == '"' && !take_string(&rest, &inside))
			return false;
		else if (c == '"' && depth == 1 && str_is(inside, "envelope_id") &&
			 take_id_value(rest, id))
			return true;
	}
	return false;
}

/* ---- a frame ---- */

static void read_fields(struct envelope *e)
{
	struct json *payload = json_at(e->root, "payload");

	e->type = json_str(e->root, "type");
	e->id = json_str(e->root, "envelope_id");
	e->kind = kind_of(e->type);
	e->payload = json_kind(payload) == JSON_OBJECT ? payload : NULL;
	if (!json_get_int(e->root, "retry_attempt", &e->retry_attempt))
		e->retry_attempt = 0;
	e->retry_reason = json_str(e->root, "retry_reason");
	e->reason_text = json_str(e->root, "reason");
	e->reason = reason_of(e->reason_text);
	if (!json_get_int(e->root, "num_connections", &e->num_connections))
		e->num_connections = 0;
	e->app_id = json_str(e->root, "connection_info.app_id");
}

int envelope_parse(struct envelope *out, struct str text, const char **why)
{
	*out = (struct envelope){ .type = STR_EMPTY,
				  .id = STR_EMPTY,
				  .retry_reason = STR_EMPTY,
				  .reason_text = STR_EMPTY,
				  .app_id = STR_EMPTY };
	if (json_parse(&out->root, text, why) == 0) {
		if (json_kind(out->root) == JSON_OBJECT) {
			read_fields(out);
			return 0;
		}
		*why = "it is JSON but no object";
		envelope_deinit(out);
		return ENVELOPE_NOT_JSON;
	}
	out->root = NULL;
	skip_blanks(&text);
	if (!str_starts(text, "{") || !find_id(text, &out->id))
		return ENVELOPE_NOT_JSON;
	out->kind = ENVELOPE_GARBLED;
	return 0;
}

void envelope_ack(struct buf *out, struct str id)
{
	buf_addz(out, "{\"envelope_id\":");
	json_quote(id, out);
	buf_addc(out, '}');
}

static void envelope_say(struct buf *out, struct str id, struct str text)
{
	buf_addz(out, "{\"envelope_id\":");
	json_quote(id, out);
	buf_addz(out, ",\"payload\":{\"response_type\":\"ephemeral\",\"text\":");
	json_quote(text, out);
	buf_addz(out, "}}");
}

/* ---- what comes of it ---- */

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
		session_garbled(setup, socket, STR_EMPTY, text.len, why);
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
		log_debug("slack", "acknowledged and left alone kind=%s type=%.*s",
			  envelope_kind_name(e.kind), STR_ARG(e.type));
		session_ack(socket, e.id);
		return;
	case ENVELOPE_GARBLED:
		session_garbled(setup, socket, e.id, text.len, why);
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
	.say_frame = envelope_say,
};
