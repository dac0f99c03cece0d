/* SPDX-License-Identifier: MIT */
/* conversations.* and users.conversations */
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "sim/facts.h"
#include "sim/web_api.h"

enum { USERS_MAX = 8, TOPIC_MAX = 250 };

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
	struct sim_workspace *w = &call->sim->workspace;
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

/* What our bot has just posted may not stand there yet. */
static bool is_shown(const struct call *call, const struct message *m)
{
	const struct sim *sim = call->sim;
	struct str rest = str_from(m->ts), seconds;
	int64_t s = 0, us = 0;

	if (m->deleted || sim->set.lag_ms == 0 || m->author != sim->workspace.bot)
		return !m->deleted;
	str_cut(&rest, '.', &seconds);
	str_int(seconds, &s);
	str_int(rest, &us);
	return clock_wall(sim->workspace.clock).ms - (s * 1000 + us / 1000) >= sim->set.lag_ms;
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

		if (is_shown(call, m) && is_top(m) && in_range(call, m))
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

		if (is_shown(call, m) &&
		    (is_root || (m->thread_ts != NULL && str_is(root, m->thread_ts))) &&
		    (is_root || in_range(call, m)))
			json_push(found, fact_message(&call->sim->workspace, m));
	}
	page_messages(call, found);
}

/* The people that `users` names by their ids; 0 after call_fail. */
static size_t users_named(struct call *call, struct user **out)
{
	struct sim_workspace *w = &call->sim->workspace;
	struct str rest = call_arg(call, "users"), id;
	size_t n = 0;

	if (rest.len == 0)
		call_fail(call, "users_list_not_supplied");
	while (rest.len > 0 && call->error == NULL && str_cut(&rest, ',', &id)) {
		struct user *u = map_get(&w->users, str_trim(id));

		if (u == NULL)
			call_fail(call, "user_not_found");
		else if (n == USERS_MAX)
			call_fail(call, "too_many_users");
		else
			out[n++] = u;
	}
	return call->error == NULL ? n : 0;
}

/* One person: the DM. Several: the group DM. */
static struct channel *opened(struct call *call)
{
	struct sim_workspace *w = &call->sim->workspace;
	struct user *users[USERS_MAX];
	size_t n = users_named(call, users);

	if (n == 1 && users[0]->is_bot)
		call_fail(call, users[0] == w->bot ? "user_not_found" : "cannot_dm_bot");
	if (n > 1 && !call->sim->set.classic && !call_has_scope(call, "mpim:write"))
		call_need(call, "mpim:write");
	if (n == 0 || call->error != NULL)
		return NULL;
	if (n == 1 && users[0]->dm != NULL) {
		json_set_bool(call->answer, "no_op", true);
		json_set_bool(call->answer, "already_open", true);
	}
	return n == 1 ? workspace_dm(w, users[0]) : workspace_group_dm(w, users, n);
}

static void open_dm(struct call *call)
{
	const struct sim_workspace *w = &call->sim->workspace;
	struct channel *c = call_arg(call, "channel").len > 0 ? call_channel(call) : opened(call);
	struct json *brief;

	if (c == NULL)
		return;
	brief = json_new_object();
	json_set_str(brief, "id", str_from(c->id));
	if (call_flag(call, "return_im")) {
		json_free(brief);
		brief = fact_channel(w, c);
	}
	json_set(call->answer, "channel", brief);
}

static void come_in(struct call *call, struct channel *c)
{
	struct sim_workspace *w = &call->sim->workspace;

	call_acted(call, c, NULL);
	call_echo(call, c, fact_member_event(w, c, w->bot, true));
	channel_join(c, w->bot);
}

static void join(struct call *call)
{
	struct sim_workspace *w = &call->sim->workspace;
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
		come_in(call, c);
	json_set(call->answer, "channel", fact_channel(w, c));
}

/* A channel that the bot may change: it is in it, and it has a name. */
static struct channel *changeable(struct call *call)
{
	struct channel *c = call_channel(call);

	if (c == NULL)
		return NULL;
	if (c->kind == PLACE_DM)
		call_fail(call, "method_not_supported_for_channel_type");
	else if (c->archived)
		call_fail(call, "is_archived");
	else if (!channel_has(c, call->sim->workspace.bot))
		call_fail(call, "not_in_channel");
	return call->error == NULL ? c : NULL;
}

/* What Slack writes into the channel about it. */
static struct message *note(struct call *call, struct channel *c, struct user *u,
			    const char *subtype, struct str text)
{
	struct message *m = channel_post(c, call->sim->workspace.clock, u, text, STR_EMPTY);

	m->subtype = mem_strdup(subtype);
	call->echo_channel = c;
	call->echo_message = m;
	call_acted(call, c, m->ts);
	return m;
}

static void set_topic(struct call *call)
{
	struct sim_workspace *w = &call->sim->workspace;
	struct str topic = call_arg(call, "topic");
	struct channel *c = changeable(call);
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct message *m;

	if (c == NULL)
		return;
	if (json_at(call->args, "topic") == NULL || utf8_utf16_units(topic) > TOPIC_MAX) {
		call_fail(call, topic.len > 0 ? "too_long" : "invalid_arguments");
		return;
	}
	free(c->topic);
	c->topic = str_dup(topic);
	buf_addf(&text, "set the channel topic: %.*s", STR_ARG(topic));
	m = note(call, c, w->bot, "channel_topic", buf_str(&text));
	m->extras = json_new_object();
	json_set_str(m->extras, "topic", topic);
	sim_seen(call->sim, c, m, "says");
	json_set(call->answer, "channel", fact_channel(w, c));
}

static bool may_be_invited(struct call *call, const struct channel *c, const struct user *u)
{
	if (u == call->sim->workspace.bot)
		call_fail(call, "cant_invite_self");
	else if (channel_has(c, u))
		call_fail(call, "already_in_channel");
	return call->error == NULL;
}

static void bring_in(struct call *call, struct channel *c, struct user *u)
{
	struct sim_workspace *w = &call->sim->workspace;
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct json *event;

	channel_join(c, u);
	event = fact_member_event(w, c, u, true);
	json_set_str(event, "inviter", str_from(w->bot->id));
	sim_publish(call->sim, c, event);
	buf_addf(&text, "<@%s> has joined the channel", u->id);
	/* Of several, the note about the last one is the echo. */
	if (call->echo_message != NULL)
		sim_publish_message(call->sim, c, call->echo_message);
	free(TAKE(call->entry->channel));
	free(TAKE(call->entry->ts));
	sim_seen(call->sim, c, note(call, c, u, "channel_join", buf_str(&text)), "joins");
}

static void invite(struct call *call)
{
	struct channel *c = changeable(call);
	struct user *users[USERS_MAX];
	size_t n = c != NULL ? users_named(call, users) : 0;

	for (size_t i = 0; i < n; i++)
		if (!may_be_invited(call, c, users[i]))
			return;
	for (size_t i = 0; i < n; i++)
		bring_in(call, c, users[i]);
	if (n > 0)
		json_set(call->answer, "channel", fact_channel(&call->sim->workspace, c));
}

const struct method conversation_methods[] = {
	{ "conversations.list", false, TOKEN_BOT, "*:read", 20, list },
	{ "users.conversations", false, TOKEN_BOT, "*:read", 50, mine },
	{ "conversations.info", false, TOKEN_BOT, "*:read", 50, info },
	{ "conversations.members", false, TOKEN_BOT, "*:read", 100, members },
	{ "conversations.history", true, TOKEN_BOT, "*:history", 50, history },
	{ "conversations.replies", false, TOKEN_BOT, "*:history", 50, replies },
	{ "conversations.open", true, TOKEN_BOT, "im:write|mpim:write", 50, open_dm },
	{ "conversations.setTopic", true, TOKEN_BOT, "channels:write.topic|channels:manage", 20,
	  set_topic },
	{ "conversations.invite", true, TOKEN_BOT, "channels:write.invites|channels:manage", 50,
	  invite },
	{ "conversations.join", true, TOKEN_BOT, "channels:join", 50, join },
	{ 0 },
};
