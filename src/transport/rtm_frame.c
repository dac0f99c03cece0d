/* SPDX-License-Identifier: MIT */
#include "transport/rtm_frame.h"

#include <inttypes.h>

static const struct {
	const char *type;
	enum rtm_kind kind;
} types[] = {
	{ "hello", RTM_HELLO },
	{ "goodbye", RTM_GOODBYE },
	{ "team_migration_started", RTM_MIGRATION },
	{ "error", RTM_ERROR },
	{ "pong", RTM_PONG },
	{ "reconnect_url", RTM_IGNORED },
	{ "reply", RTM_REPLY },
	{ "echo", RTM_ECHO },
	{ "event", RTM_EVENT },
	{ "shapeless", RTM_SHAPELESS },
};

enum { N_WIRE_TYPES = RTM_REPLY }; /* the rows behind these are only names */

const char *rtm_kind_name(enum rtm_kind kind)
{
	return types[kind].type;
}

static enum rtm_kind kind_of(const struct rtm_frame *frame, bool is_reply)
{
	if (frame->type.len == 0)
		return is_reply ? RTM_REPLY : RTM_SHAPELESS;
	for (size_t i = 0; i < N_WIRE_TYPES; i++) {
		if (str_is(frame->type, types[i].type))
			return types[i].kind;
	}
	return is_reply && str_is(frame->type, "message") ? RTM_ECHO : RTM_EVENT;
}

static void read_fields(struct rtm_frame *frame)
{
	bool is_reply = json_kind(json_at(frame->root, "reply_to")) != JSON_NULL;

	if (!json_get_int(frame->root, "reply_to", &frame->reply_to))
		frame->reply_to = 0;
	frame->type = json_str(frame->root, "type");
	if (!json_get_int(frame->root, "error.code", &frame->code))
		frame->code = 0;
	frame->message = json_str(frame->root, "error.msg");
	frame->kind = kind_of(frame, is_reply);
}

int rtm_frame_parse(struct rtm_frame *out, struct str text, const char **why)
{
	*out = (struct rtm_frame){ .type = STR_EMPTY, .message = STR_EMPTY };
	if (json_parse(&out->root, text, why) != 0) {
		out->root = NULL;
		return RTM_NOT_JSON;
	}
	if (json_kind(out->root) != JSON_OBJECT) {
		*why = "it is JSON but no object";
		rtm_frame_deinit(out);
		return RTM_NOT_JSON;
	}
	read_fields(out);
	return 0;
}

void rtm_ping(struct buf *out, int64_t id, int64_t time_ms)
{
	buf_addf(out, "{\"id\":%" PRId64 ",\"type\":\"ping\",\"time\":%" PRId64 "}", id, time_ms);
}
