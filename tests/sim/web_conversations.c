/* SPDX-License-Identifier: MIT */
/* conversations.* and users.conversations */
#include <string.h>
#include "sim/facts.h"
#include "sim/web_api.h"

static bool type_wanted(struct str types, enum place_kind kind)
{
	static const char *const names[] = {
		[PLACE_PUBLIC] = "public_channel",
		[PLACE_PRIVATE] = "private_channel",
		[PLACE_DM] = "im",
		[PLACE_GROUP] = "mpim",
	};
	struct str piece;

	if (types.len == 0)
		types = STR("public_channel");
	while (str_cut(&types, ',', &piece))
		if (str_is(str_trim(piece), names[kind]))
			return true;
	return false;
}

static void list_channels(struct call *call, bool only_mine)
{
	struct workspace *w = &call->sim->workspace;
	struct json *found = json_new_array();
	struct map_entry *at = NULL;
	struct str id;
	void *value;

	while (map_next(&w->channels, &at, &id, &value) && call->error == NULL) {
		struct channel *c = value;
		bool mine = channel_has(c, w->bot);

		if (!type_wanted(call_arg(call, "types"), c->kind) || !call_may(call, "read", c))
			continue;
		if ((c->archived && call_flag(call, "exclude_archived")) ||
		    (!mine && (only_mine || c->kind != PLACE_PUBLIC)))
			continue;
		json_push(found, fact_channel(w, c));
	}
	call_page(call, "channels", found);
}

static void list(struct call *call)
{
	list_channels(call, false);
}

static void mine(struct call *call)
{
	list_channels(call, true);
}

static void info(struct call *call)
{
	struct channel *c = call_channel(call);

	if (c != NULL && call_may(call, "read", c))
		json_set(call->answer, "channel", fact_channel(&call->sim->workspace, c));
}

static void members(struct call *call)
{
	struct channel *c = call_channel(call);
	struct json *found;

	if (c == NULL || !call_may(call, "read", c))
		return;
	found = json_new_array();
	for (size_t i = 0; i < c->n_members; i++)
		json_push_str(found, str_from(c->members[i]->id));
	call_page(call, "members", found);
}

static bool in_range(const struct call *call, const struct message *m)
{
	struct str oldest = call_arg(call, "oldest"), latest = call_arg(call, "latest"),
		   ts = str_from(m->ts);
	bool inclusive = call_flag(call, "inclusive");

	if (oldest.len > 0 && (str_cmp(ts, oldest) < 0 || (!inclusive && str_eq(ts, oldest))))
		return false;
	return latest.len == 0 || str_cmp(ts, latest) < 0 || (inclusive && str_eq(ts, latest));
}

static struct channel *readable(struct call *call)
{
	struct channel *c = call_channel(call);

	if (c == NULL || !call_may(call, "history", c))
		return NULL;
	if (!channel_has(c, call->sim->workspace.bot)) {
		call_fail(call, "not_in_channel");
		return NULL;
	}
	return c;
}

static bool is_top(const struct message *m)
{
	return m->thread_ts == NULL || strcmp(m->thread_ts, m->ts) == 0 ||
	       (m->subtype != NULL && strcmp(m->subtype, "thread_broadcast") == 0);
}

/* Gives the page, and says whether there are more. */
static void page_messages(struct call *call, struct json *take_found)
{
	size_t n = json_len(take_found);

	call_page(call, "messages", take_found);
	json_set_bool(call->answer, "has_more",
		      json_len(json_at(call->answer, "messages")) < n &&
			      json_str(call->answer, "response_metadata.next_cursor").len > 0);
}

static void history(struct call *call)
{
	struct channel *c = readable(call);
	struct json *found;

	if (c == NULL)
		return;
	found = json_new_array();
	for (size_t i = c->n_messages; i-- > 0;) {
		const struct message *m = c->messages[i];

		if (!m->deleted && is_top(m) && in_range(call, m))
			json_push(found, fact_message(&call->sim->workspace, m));
	}
	json_set_int(call->answer, "pin_count", 0);
	page_messages(call, found);
}

static void replies(struct call *call)
{
	struct channel *c = readable(call);
	struct str root = call_arg(call, "ts");
	struct json *found;

	if (c == NULL)
		return;
	if (channel_message(c, root) == NULL) {
		call_fail(call, "thread_not_found");
		return;
	}
	found = json_new_array();
	for (size_t i = 0; i < c->n_messages; i++) {
		const struct message *m = c->messages[i];
		bool is_root = str_is(root, m->ts);

		if (!m->deleted &&
		    (is_root || (m->thread_ts != NULL && str_is(root, m->thread_ts))) &&
		    (is_root || in_range(call, m)))
			json_push(found, fact_message(&call->sim->workspace, m));
	}
	page_messages(call, found);
}

static void open_dm(struct call *call)
{
	struct workspace *w = &call->sim->workspace;
	struct user *u = workspace_user(w, call_arg(call, "users"));
	struct channel *c;
	struct json *brief;

	if (call_arg(call, "channel").len > 0)
		c = call_channel(call);
	else
		c = u != NULL && u != w->bot ? workspace_dm(w, u) : NULL;
	if (c == NULL) {
		if (call->error == NULL)
			call_fail(call, "user_not_found");
		return;
	}
	brief = json_new_object();
	json_set_str(brief, "id", str_from(c->id));
	if (call_flag(call, "return_im")) {
		json_free(brief);
		brief = fact_channel(w, c);
	}
	json_set(call->answer, "channel", brief);
}

static void join(struct call *call)
{
	struct workspace *w = &call->sim->workspace;
	struct channel *c = call_channel(call);

	if (c == NULL)
		return;
	if (c->kind != PLACE_PUBLIC || c->archived) {
		call_fail(call,
			  c->archived ? "is_archived" : "method_not_supported_for_channel_type");
		return;
	}
	if (channel_has(c, w->bot))
		json_set_str(call->answer, "warning", STR("already_in_channel"));
	else
		call_echo(call, c, fact_member_event(w, c, w->bot, true));
	channel_join(c, w->bot);
	json_set(call->answer, "channel", fact_channel(w, c));
}

const struct method conversation_methods[] = {
	{ "conversations.list", false, TOKEN_BOT, "*:read", 20, list },
	{ "users.conversations", false, TOKEN_BOT, "*:read", 50, mine },
	{ "conversations.info", false, TOKEN_BOT, "*:read", 50, info },
	{ "conversations.members", false, TOKEN_BOT, "*:read", 100, members },
	{ "conversations.history", true, TOKEN_BOT, "*:history", 50, history },
	{ "conversations.replies", false, TOKEN_BOT, "*:history", 50, replies },
	{ "conversations.open", true, TOKEN_BOT, "im:write", 50, open_dm },
	{ "conversations.join", true, TOKEN_BOT, "channels:join", 50, join },
	{ 0 },
};
