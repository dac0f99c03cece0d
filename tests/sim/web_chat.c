/* SPDX-License-Identifier: MIT */
/* chat.*: what a bot says, changes and takes back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "sim/facts.h"
#include "sim/web_api.h"

enum { UPDATE_MAX = 4000, BLOCKS_MAX = 50 };

/* Blocks are a list of things with a type, at most fifty. */
static bool blocks_are_good(struct call *call)
{
	CLEANUP(json_freep) struct json *blocks = call_json(call, "blocks");
	bool there = json_kind(json_at(call->args, "blocks")) != JSON_NULL;

	if (there && json_kind(blocks) != JSON_ARRAY)
		call_fail(call, "invalid_blocks_format");
	else if (json_len(blocks) > BLOCKS_MAX)
		call_fail(call, "invalid_blocks");
	for (size_t i = 0; call->error == NULL && i < json_len(blocks); i++)
		if (json_str(json_item(blocks, i), "type").len == 0)
			call_fail(call, "invalid_blocks");
	return call->error == NULL;
}

static bool metadata_is_good(struct call *call)
{
	CLEANUP(json_freep) struct json *metadata = call_json(call, "metadata");
	bool there = json_kind(json_at(call->args, "metadata")) != JSON_NULL;

	if (!there || (json_str(metadata, "event_type").len > 0 &&
		       json_kind(json_at(metadata, "event_payload")) == JSON_OBJECT))
		return true;
	call_fail(call, "invalid_metadata_format");
	return false;
}

/* A channel to post into; a user id opens the DM. */
static struct channel *target(struct call *call)
{
	struct sim_workspace *w = &call->sim->workspace;
	struct str name = call_arg(call, "channel");
	struct user *u = workspace_user(w, name);
	struct channel *c;

	if (name.len > 0 && u != NULL && str_is(name, u->id))
		return workspace_dm(w, u);
	c = call_channel(call);
	if (c == NULL)
		return NULL;
	if (c->archived)
		call_fail(call, "is_archived");
	else if (!channel_has(c, w->bot) && !call_has_scope(call, "chat:write.public"))
		call_fail(call, "not_in_channel");
	return call->error == NULL ? c : NULL;
}

static bool has_content(struct call *call)
{
	static const char *const contents[] = { "text", "blocks", "attachments", "markdown_text" };

	for (size_t i = 0; i < ARRAY_LEN(contents); i++)
		if (json_at(call->args, contents[i]) != NULL &&
		    (i > 0 || call_arg(call, contents[i]).len > 0))
			return blocks_are_good(call) && metadata_is_good(call);
	call_fail(call, "no_text");
	return false;
}

static struct json *extras(struct call *call)
{
	static const char *const kept[] = { "blocks", "attachments", "metadata" };
	struct json *all = json_new_object();

	for (size_t i = 0; i < ARRAY_LEN(kept); i++) {
		struct json *one = call_json(call, kept[i]);

		if (one != NULL)
			json_set(all, kept[i], one);
	}
	return all;
}

static struct str shown_text(const struct call *call)
{
	struct str text = call_arg(call, "text");

	return text.len > 0 ? text : call_arg(call, "markdown_text");
}

/* An answer in a thread counts for the message that it answers. */
static void count_answer(struct channel *c, struct str thread_ts)
{
	struct message *root = channel_message(c, thread_ts);

	if (root != NULL)
		root->n_answers++;
}

static bool thread_is_good(struct call *call, const struct channel *c, struct str thread_ts)
{
	if (thread_ts.len == 0 || channel_message(c, thread_ts) != NULL)
		return true;
	call_fail(call, "thread_not_found");
	return false;
}

static void answer_posted(struct call *call, struct channel *c, struct message *m)
{
	json_set_str(call->answer, "channel", str_from(c->id));
	json_set_str(call->answer, "ts", str_from(m->ts));
	json_set(call->answer, "message", fact_message(&call->sim->workspace, m));
	call_acted(call, c, m->ts);
	call->echo_channel = c;
	call->echo_message = m;
}

static void post_message(struct call *call)
{
	struct sim *sim = call->sim;
	struct sim_workspace *w = &sim->workspace;
	struct str thread_ts = call_arg(call, "thread_ts");
	struct channel *c = target(call);
	struct message *m;

	if (c == NULL || !has_content(call) || !thread_is_good(call, c, thread_ts))
		return;
	if (sim->set.limits)
		call_limit(call, bucket_take(&c->posts, loop_now(sim->loop)));
	if (call->limited)
		return;
	m = channel_post(c, w->clock, w->bot, shown_text(call), thread_ts);
	m->extras = extras(call);
	if (sim->set.classic)
		m->subtype = mem_strdup("bot_message");
	else if (thread_ts.len > 0 && call_flag(call, "reply_broadcast"))
		m->subtype = mem_strdup("thread_broadcast");
	count_answer(c, thread_ts);
	answer_posted(call, c, m);
	sim_seen(sim, c, m, "says");
}

static void post_ephemeral(struct call *call)
{
	struct sim_workspace *w = &call->sim->workspace;
	struct user *u = workspace_user(w, call_arg(call, "user"));
	struct channel *c = target(call);
	struct message shown = { .author = w->bot };
	CLEANUP(mem_freep) char *text = NULL;
	struct stamp ts;

	if (c == NULL || !has_content(call) ||
	    !thread_is_good(call, c, call_arg(call, "thread_ts")))
		return;
	if (u == NULL || !channel_has(c, u)) {
		call_fail(call, u == NULL ? "user_not_found" : "user_not_in_channel");
		return;
	}
	ts = channel_stamp(c, w->clock);
	json_set_str(call->answer, "message_ts", str_from(ts.text));
	call_acted(call, c, ts.text);
	text = str_dup(shown_text(call));
	shown.text = text;
	shown.ts = ts.text;
	sim_seen(call->sim, c, &shown, u->name);
}

/* The message that `channel` and `ts` name, if it is the bot's own. */
static struct message *own_message(struct call *call, struct channel **c, const char *not_mine)
{
	struct message *m;

	*c = call_channel(call);
	if (*c == NULL)
		return NULL;
	m = channel_message(*c, call_arg(call, "ts"));
	if (m == NULL || message_is(m, "tombstone"))
		call_fail(call, "message_not_found");
	else if (m->author != call->sim->workspace.bot)
		call_fail(call, not_mine);
	return call->error == NULL ? m : NULL;
}

/* New blocks and attachments replace the old ones, which also go when there is a text alone; metadata stay until
 * there are others. */
static void replace_extras(struct call *call, struct message *m)
{
	struct json *now = extras(call), *kept = json_new_object(), *value;
	struct str key;

	if (json_at(now, "metadata") == NULL && json_at(m->extras, "metadata") != NULL)
		json_set(now, "metadata", json_copy(json_at(m->extras, "metadata")));
	for (size_t i = 0; json_member(now, &i, &key, &value);) {
		CLEANUP(mem_freep) char *name = str_dup(key);

		if (json_kind(value) != JSON_ARRAY || json_len(value) > 0)
			json_set(kept, name, json_copy(value));
	}
	json_free(now);
	json_free(m->extras);
	m->extras = kept;
}

static void update(struct call *call)
{
	struct sim_workspace *w = &call->sim->workspace;
	struct channel *c;
	struct message *m = own_message(call, &c, "cant_update_message");
	struct json *before;

	if (m == NULL || !has_content(call))
		return;
	if (utf8_utf16_units(shown_text(call)) > UPDATE_MAX) {
		call_fail(call, "msg_too_long");
		return;
	}
	before = fact_message(w, m);
	call_was(call, m);
	message_set_text(m, shown_text(call));
	replace_extras(call, m);
	free(m->edited_ts);
	m->edited_ts = mem_strdup(channel_stamp(c, w->clock).text);
	json_set_str(call->answer, "channel", str_from(c->id));
	json_set_str(call->answer, "ts", str_from(m->ts));
	json_set_str(call->answer, "text", str_from(m->text));
	json_set(call->answer, "message", fact_message(w, m));
	call_acted(call, c, m->ts);
	call_echo(call, c, fact_changed_event(w, c, m, before));
	sim_seen(call->sim, c, m, "changes");
}

static void delete (struct call *call)
{
	struct channel *c;
	struct message *m = own_message(call, &c, "cant_delete_message");

	if (m == NULL)
		return;
	json_set_str(call->answer, "channel", str_from(c->id));
	json_set_str(call->answer, "ts", str_from(m->ts));
	call_acted(call, c, m->ts);
	call_was(call, m);
	sim_seen(call->sim, c, m, "deletes");
	call_echo(call, c, fact_taken_back(&call->sim->workspace, c, m));
}

static void get_permalink(struct call *call)
{
	struct channel *c = call_channel(call);
	CLEANUP(buf_deinit) struct buf link = { 0 };
	const struct message *m;

	if (c == NULL)
		return;
	m = channel_message(c, call_arg(call, "message_ts"));
	if (m == NULL) {
		call_fail(call, "message_not_found");
		return;
	}
	workspace_link(&call->sim->workspace, c, m, &link);
	json_set_str(call->answer, "channel", str_from(c->id));
	json_set_str(call->answer, "permalink", buf_str(&link));
}

const struct method chat_methods[] = {
	{ "chat.postMessage", true, TOKEN_BOT, "chat:write", 0, post_message },
	{ "chat.postEphemeral", true, TOKEN_BOT, "chat:write", 100, post_ephemeral },
	{ "chat.update", true, TOKEN_BOT, "chat:write", 50, update },
	{ "chat.delete", true, TOKEN_BOT, "chat:write", 50, delete },
	{ "chat.getPermalink", false, TOKEN_BOT, NULL, 0, get_permalink },
	{ 0 },
};
