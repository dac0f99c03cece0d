/* SPDX-License-Identifier: MIT */
/* RTM, for classic apps: bare events over the sockets of a session, nothing to acknowledge. */
#include <inttypes.h>
#include <stdlib.h>
#include "slack/decode.h"
#include "transport/rtm_frame.h"
#include "transport/session.h"

/* ---- the answer of rtm.connect, or the big one of rtm.start ---- */

static void fill(char **field, struct str value)
{
	if (value.len == 0 || (*field != NULL && (*field)[0] != '\0'))
		return;
	free(*field);
	*field = str_dup(value);
}

static void on_answer(const struct transport_setup *setup, const struct json *body)
{
	struct identity *me = setup->me;
	struct str domain = json_str(body, "team.domain");
	CLEANUP(buf_deinit) struct buf url = { 0 };

	fill(&me->user_id, json_str(body, "self.id"));
	fill(&me->user_name, json_str(body, "self.name"));
	fill(&me->team_id, json_str(body, "team.id"));
	fill(&me->team_name, json_str(body, "team.name"));
	buf_addf(&url, "https://%.*s.slack.com/", STR_ARG(domain));
	if (domain.len > 0)
		fill(&me->team_url, buf_str(&url));
}

/* ---- frames ---- */

/* Slack closes the socket itself where that is needed, save for a URL that came too late. */
static void on_error(struct session_socket *socket, const struct rtm_frame *frame)
{
	log_warn("slack", "Slack reports an error: %.*s code=%" PRId64, STR_ARG(frame->message),
		 frame->code);
	if (frame->code == RTM_URL_EXPIRED)
		session_break(socket, BACKOFF_SOON, "the connection's URL had expired");
}

static void on_event(const struct identity *me, struct session_socket *socket,
		     const struct rtm_frame *frame)
{
	struct event *ev = NULL;
	const char *why = "";

	if (decode_event(&ev, frame->root, STR_EMPTY, STR_EMPTY, 0, me, &why) == 0)
		session_give(socket, ev, STR_EMPTY);
	else
		log_info("slack", "a frame was dropped: %s type=%.*s", why, STR_ARG(frame->type));
}

static void on_text(const struct transport_setup *setup, struct session_socket *socket,
		    struct str text)
{
	CLEANUP(rtm_frame_deinit) struct rtm_frame frame;
	const char *why;

	if (rtm_frame_parse(&frame, text, &why) != 0) {
		session_garbled(setup, socket, STR_EMPTY, text.len, why);
		return;
	}
	switch (frame.kind) {
	case RTM_HELLO:
		session_hello(socket, 0);
		return;
	case RTM_GOODBYE:
		session_replace(socket, "Slack says goodbye");
		return;
	case RTM_MIGRATION:
		session_break(socket, BACKOFF_SOON, "the workspace is being moved within Slack");
		return;
	case RTM_ERROR:
		on_error(socket, &frame);
		return;
	case RTM_PONG:
		session_ponged(socket);
		return;
	case RTM_EVENT:
		on_event(setup->me, socket, &frame);
		return;
	case RTM_IGNORED:
	case RTM_REPLY:
	case RTM_ECHO:
	case RTM_SHAPELESS:
		log_debug("slack", "left alone kind=%s reply_to=%" PRId64,
			  rtm_kind_name(frame.kind), frame.reply_to);
		return;
	}
}

static const struct connect_error_advice advice[] = {
	{ "not_allowed_token_type",
	  "This token belongs to a new-style app: use Socket Mode. Switch it on at https://api.slack.com/apps under "
	  "Socket Mode, make an app-level token (xapp-) with the scope connections:write and give it as "
	  "SLACK_APP_TOKEN beside the bot token" },
	{ "missing_scope",
	  "The token lacks the scope of RTM, which only classic apps have: use Socket Mode with an app-level token "
	  "(xapp-) given as SLACK_APP_TOKEN" },
	{ "method_deprecated",
	  "Slack no longer offers this way of connecting: use --rtm-method connect" },
	{ "rtm_connect_required",
	  "This workspace is too large for rtm.start: use --rtm-method connect" },
	{ NULL, NULL },
};

const struct session_protocol transport_rtm = {
	.name = "RTM",
	.token_advice =
		"Take the bot token (xoxb-) from the app's page at https://api.slack.com/apps under OAuth & "
		"Permissions and give it as SLACK_BOT_TOKEN.",
	.advice = advice,
	.on_answer = on_answer,
	.on_text = on_text,
	.ping_frame = rtm_ping,
};
