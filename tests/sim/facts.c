/* SPDX-License-Identifier: MIT */
#include "sim/facts.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

static void put(struct json *object, const char *key, const char *value)
{
	json_set_str(object, key, str_from(value));
}

static struct json *user_profile(const struct sim_workspace *w, const struct user *u)
{
	struct json *p = json_new_object();

	put(p, "real_name", u->real_name);
	put(p, "real_name_normalized", u->real_name);
	put(p, "display_name", u->is_bot ? "" : u->name);
	put(p, "display_name_normalized", u->is_bot ? "" : u->name);
	put(p, "status_text", "");
	put(p, "status_emoji", "");
	put(p, "team", w->team_id);
	if (u->is_bot) {
		put(p, "bot_id", u->bot_id);
		put(p, "api_app_id", u->app_id);
	} else if (!w->hides_emails) {
		CLEANUP(buf_deinit) struct buf mail = { 0 };

		buf_addf(&mail, "%s@%s.example", u->name, w->domain);
		json_set_str(p, "email", buf_str(&mail));
	}
	return p;
}

struct json *fact_user(const struct sim_workspace *w, const struct user *u)
{
	static const char *const flags[] = { "is_admin", "is_owner", "is_primary_owner",
					     "is_app_user" };
	struct json *j = json_new_object();

	put(j, "id", u->id);
	put(j, "team_id", w->team_id);
	put(j, "name", u->name);
	json_set_bool(j, "deleted", false);
	put(j, "color", "9f69e7");
	put(j, "real_name", u->real_name);
	put(j, "tz", "Europe/London");
	put(j, "tz_label", "Greenwich Mean Time");
	json_set_int(j, "tz_offset", 0);
	json_set(j, "profile", user_profile(w, u));
	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		json_set_bool(j, flags[i], false);
	/* A guest of one channel is restricted, too. */
	json_set_bool(j, "is_restricted", u->guest != GUEST_NONE);
	json_set_bool(j, "is_ultra_restricted", u->guest == GUEST_ULTRA_RESTRICTED);
	json_set_bool(j, "is_bot", u->is_bot);
	json_set_int(j, "updated", clock_wall(w->clock).ms / 1000);
	return j;
}

struct json *fact_usergroup(const struct sim_workspace *w, const struct usergroup *g,
			    bool with_users)
{
	struct json *j = json_new_object(), *users = json_new_array();
	CLEANUP(buf_deinit) struct buf count = { 0 };

	put(j, "id", g->id);
	put(j, "team_id", w->team_id);
	json_set_bool(j, "is_usergroup", true);
	json_set_bool(j, "is_external", false);
	put(j, "name", g->name);
	put(j, "handle", g->handle);
	put(j, "description", "");
	json_set_int(j, "date_create", 1700000000);
	json_set_int(j, "date_update", clock_wall(w->clock).ms / 1000);
	json_set_int(j, "date_delete", 0);
	/* Slack gives this number as text. */
	buf_addf(&count, "%zu", g->n_users);
	json_set_str(j, "user_count", buf_str(&count));
	for (size_t i = 0; i < g->n_users; i++)
		json_push_str(users, str_from(g->users[i]->id));
	if (with_users)
		json_set(j, "users", users);
	else
		json_free(users);
	return j;
}

static struct json *topic(const char *value)
{
	struct json *j = json_new_object();

	put(j, "value", value != NULL ? value : "");
	put(j, "creator", "");
	json_set_int(j, "last_set", 0);
	return j;
}

static struct json *im_object(const struct sim_workspace *w, const struct channel *c)
{
	struct json *j = json_new_object();
	const struct user *other = c->members[0] == w->bot ? c->members[1] : c->members[0];

	put(j, "id", c->id);
	json_set_int(j, "created", c->created);
	json_set_bool(j, "is_im", true);
	json_set_bool(j, "is_org_shared", false);
	put(j, "context_team_id", w->team_id);
	put(j, "user", other->id);
	json_set_bool(j, "is_user_deleted", false);
	return j;
}

static void channel_flags(const struct sim_workspace *w, const struct channel *c, struct json *j)
{
	json_set_bool(j, "is_channel", c->kind == PLACE_PUBLIC || c->kind == PLACE_PRIVATE);
	json_set_bool(j, "is_group", c->kind == PLACE_GROUP);
	json_set_bool(j, "is_im", false);
	json_set_bool(j, "is_mpim", c->kind == PLACE_GROUP);
	json_set_bool(j, "is_private", c->kind != PLACE_PUBLIC);
	json_set_bool(j, "is_archived", c->archived);
	json_set_bool(j, "is_general", strcmp(c->name, "general") == 0);
	json_set_bool(j, "is_member", channel_has(c, w->bot));
	json_set_bool(j, "is_shared", false);
	json_set_bool(j, "is_ext_shared", false);
	json_set_bool(j, "is_org_shared", false);
}

struct json *fact_channel(const struct sim_workspace *w, const struct channel *c)
{
	struct json *j;

	if (c->kind == PLACE_DM)
		return im_object(w, c);
	j = json_new_object();
	put(j, "id", c->id);
	put(j, "name", c->name);
	put(j, "name_normalized", c->name);
	json_set_int(j, "created", c->created);
	put(j, "creator", w->bot->id);
	channel_flags(w, c, j);
	json_set_int(j, "updated", c->created * 1000);
	json_set(j, "topic", topic(c->topic));
	json_set(j, "purpose", topic(NULL));
	json_set(j, "previous_names", json_new_array());
	json_set_int(j, "num_members", (int64_t)c->n_members);
	put(j, "context_team_id", w->team_id);
	return j;
}

static struct json *bot_profile(const struct sim_workspace *w, const struct user *u)
{
	struct json *j = json_new_object();

	put(j, "id", u->bot_id);
	put(j, "app_id", u->app_id);
	put(j, "name", u->name);
	json_set_bool(j, "deleted", false);
	json_set_int(j, "updated", 1700000000);
	json_set(j, "icons", json_new_object());
	put(j, "team_id", w->team_id);
	return j;
}

/* Who wrote it. Posts of a classic bot have no user, only the bot's id and name. */
static void put_author(const struct sim_workspace *w, const struct message *m, struct json *j)
{
	const struct user *u = m->author;

	if (m->subtype == NULL || strcmp(m->subtype, "bot_message") != 0)
		put(j, "user", u->id);
	else
		put(j, "username", u->name);
	if (u->is_bot)
		put(j, "bot_id", u->bot_id);
	if (u->is_bot && m->subtype == NULL) {
		put(j, "app_id", u->app_id);
		json_set(j, "bot_profile", bot_profile(w, u));
	}
}

/* People's messages carry rich text beside the plain one; only what needs no parsing is shown so. */
static struct json *rich_text(const char *text)
{
	CLEANUP(buf_deinit) struct buf b = { 0 };
	struct json *j = NULL;

	buf_addz(
		&b,
		"[{\"type\":\"rich_text\",\"block_id\":\"b1\",\"elements\":[{\"type\":\"rich_text_section\","
		"\"elements\":[{\"type\":\"text\",\"text\":");
	json_quote(str_from(text), &b);
	buf_addz(&b, "}]}]}]");
	if (json_parse(&j, buf_str(&b), NULL) != 0)
		return NULL;
	return j;
}

static void put_content(const struct message *m, struct json *j)
{
	struct json *value;
	struct str key;

	put(j, "text", m->text);
	if (!m->author->is_bot && strpbrk(m->text, "<&") == NULL && m->text[0] != '\0') {
		struct json *blocks = rich_text(m->text);

		if (blocks != NULL)
			json_set(j, "blocks", blocks);
	}
	for (size_t i = 0; json_member(m->extras, &i, &key, &value);) {
		CLEANUP(mem_freep) char *name = str_dup(key);

		json_set(j, name, json_copy(value));
	}
}

static void put_edited(const struct message *m, struct json *j)
{
	struct json *edited;

	if (m->edited_ts == NULL)
		return;
	edited = json_new_object();
	put(edited, "user", m->author->id);
	put(edited, "ts", m->edited_ts);
	json_set(j, "edited", edited);
}

static void put_reactions(const struct message *m, struct json *j)
{
	struct json *all;

	if (m->n_reactions == 0)
		return;
	all = json_new_array();
	for (size_t i = 0; i < m->n_reactions; i++) {
		const struct reaction *r = &m->reactions[i];
		struct json *one = json_new_object(), *users = json_new_array();

		for (size_t k = 0; k < r->n_users; k++)
			json_push_str(users, str_from(r->users[k]->id));
		put(one, "name", r->name);
		json_set(one, "users", users);
		json_set_int(one, "count", (int64_t)r->n_users);
		if (r->n_users > 0)
			json_push(all, one);
		else
			json_free(one);
	}
	json_set(j, "reactions", all);
}

/* A file of its own for every message that shares one. */
static void put_file_id(const struct message *m, struct json *j, const char *key)
{
	CLEANUP(buf_deinit) struct buf id = { 0 };

	buf_addz(&id, "F0");
	for (const char *p = m->ts; *p != '\0'; p++)
		if (*p != '.')
			buf_addc(&id, *p);
	json_set_str(j, key, buf_str(&id));
}

static void put_file(const struct message *m, struct json *j)
{
	struct json *files = json_new_array(), *file = json_new_object();

	put_file_id(m, file, "id");
	put(file, "name", "notes.txt");
	put(file, "mimetype", "text/plain");
	put(file, "user", m->author->id);
	json_push(files, file);
	json_set(j, "files", files);
}

static struct json *message_core(const struct sim_workspace *w, const struct message *m)
{
	struct json *j = json_new_object();

	put(j, "type", "message");
	if (m->subtype != NULL)
		put(j, "subtype", m->subtype);
	put_author(w, m, j);
	put(j, "team", w->team_id);
	put(j, "ts", m->ts);
	if (m->thread_ts != NULL)
		put(j, "thread_ts", m->thread_ts);
	put_content(m, j);
	if (m->subtype != NULL && strcmp(m->subtype, "file_share") == 0)
		put_file(m, j);
	put_edited(m, j);
	return j;
}

struct json *fact_message(const struct sim_workspace *w, const struct message *m)
{
	struct json *j = message_core(w, m);

	if (m->n_replies > 0) {
		json_set_int(j, "reply_count", (int64_t)m->n_replies);
		put(j, "latest_reply", m->latest_reply);
	}
	put_reactions(m, j);
	return j;
}

static const char *channel_type(const struct channel *c)
{
	static const char *const names[] = {
		[PLACE_PUBLIC] = "channel",
		[PLACE_PRIVATE] = "group",
		[PLACE_DM] = "im",
		[PLACE_GROUP] = "mpim",
	};

	return names[c->kind];
}

static void put_client_id(const struct message *m, struct json *j)
{
	CLEANUP(buf_deinit) struct buf b = { 0 };

	if (m->author->is_bot)
		return;
	buf_addf(&b, "%.8s-0000-4000-8000-%.6s000000", m->ts, m->ts + strlen(m->ts) - 6);
	json_set_str(j, "client_msg_id", buf_str(&b));
}

struct json *fact_message_event(const struct sim_workspace *w, const struct channel *c,
				const struct message *m)
{
	struct json *j = message_core(w, m);
	const struct message *root;

	put_client_id(m, j);
	put(j, "channel", c->id);
	put(j, "event_ts", m->ts);
	put(j, "channel_type", channel_type(c));
	root = m->thread_ts != NULL ? channel_message(c, str_from(m->thread_ts)) : NULL;
	if (root != NULL && root != m)
		put(j, "parent_user_id", root->author->id);
	if (root != NULL && message_is(m, "thread_broadcast"))
		json_set(j, "root", fact_message(w, root));
	return j;
}

struct json *fact_mention_event(const struct sim_workspace *w, const struct channel *c,
				const struct message *m)
{
	struct json *j = message_core(w, m);

	put_client_id(m, j);
	put(j, "type", "app_mention");
	put(j, "channel", c->id);
	put(j, "event_ts", m->ts);
	return j;
}

static struct json *hidden_event(const struct sim_workspace *w, struct channel *c,
				 const char *subtype)
{
	struct json *j = json_new_object();
	struct stamp now = channel_stamp(c, w->clock);

	put(j, "type", "message");
	put(j, "subtype", subtype);
	put(j, "channel", c->id);
	json_set_bool(j, "hidden", true);
	put(j, "ts", now.text);
	put(j, "event_ts", now.text);
	put(j, "channel_type", channel_type(c));
	return j;
}

struct json *fact_changed_event(const struct sim_workspace *w, struct channel *c,
				const struct message *m, struct json *take_before)
{
	struct json *j = hidden_event(w, c, "message_changed");

	json_set(j, "message", fact_message(w, m));
	json_set(j, "previous_message", take_before);
	return j;
}

struct json *fact_deleted_event(const struct sim_workspace *w, struct channel *c,
				const struct message *m)
{
	struct json *j = hidden_event(w, c, "message_deleted");

	put(j, "deleted_ts", m->ts);
	json_set(j, "previous_message", fact_message(w, m));
	return j;
}

struct json *fact_reaction_event(const struct sim_workspace *w, struct channel *c,
				 const struct message *m, const struct user *by, struct str name,
				 bool added)
{
	struct json *j = json_new_object(), *item = json_new_object();

	put(j, "type", added ? "reaction_added" : "reaction_removed");
	put(j, "user", by->id);
	json_set_str(j, "reaction", name);
	put(item, "type", "message");
	put(item, "channel", c->id);
	put(item, "ts", m->ts);
	json_set(j, "item", item);
	if (m->subtype == NULL)
		put(j, "item_user", m->author->id);
	put(j, "event_ts", channel_stamp(c, w->clock).text);
	return j;
}

struct json *fact_taken_back(struct sim_workspace *w, struct channel *c, struct message *m)
{
	struct json *before;

	if (m->n_replies == 0) {
		struct json *event = fact_deleted_event(w, c, m);

		message_take_back(w, c, m);
		return event;
	}
	before = fact_message(w, m);
	message_take_back(w, c, m);
	return fact_changed_event(w, c, m, before);
}

struct json *fact_pin_event(const struct sim_workspace *w, struct channel *c,
			    const struct message *m, const struct user *by, bool added)
{
	struct json *j = json_new_object(), *item = json_new_object(),
		    *message = fact_message(w, m), *places = json_new_array();
	int64_t n = 0;

	for (size_t i = 0; i < c->n_messages; i++)
		n += c->messages[i]->pinned;
	json_push_str(places, str_from(c->id));
	json_set(message, "pinned_to", places);
	put(item, "type", "message");
	put(item, "channel", c->id);
	put(item, "created_by", by->id);
	json_set_int(item, "created", clock_wall(w->clock).ms / 1000);
	json_set(item, "message", message);
	put(j, "type", added ? "pin_added" : "pin_removed");
	put(j, "user", by->id);
	put(j, "channel_id", c->id);
	json_set(j, "item", item);
	put(j, "item_user", m->author->id);
	json_set_int(j, "pin_count", n);
	json_set_bool(j, "has_pins", n > 0);
	put(j, "event_ts", channel_stamp(c, w->clock).text);
	return j;
}

struct json *fact_file_event(const struct sim_workspace *w, struct channel *c,
			     const struct message *m)
{
	struct json *j = json_new_object(), *file = json_new_object();

	put(j, "type", "file_shared");
	put_file_id(m, j, "file_id");
	put(j, "user_id", m->author->id);
	put(j, "channel_id", c->id);
	put_file_id(m, file, "id");
	json_set(j, "file", file);
	put(j, "event_ts", channel_stamp(c, w->clock).text);
	return j;
}

struct json *fact_usergroup_event(const struct sim_workspace *w, const char *type,
				  const struct usergroup *g)
{
	struct json *j = fact_plain_event(w, type, "type", str_from(type));

	json_set(j, "subteam", fact_usergroup(w, g, true));
	return j;
}

struct json *fact_usergroup_members_event(const struct sim_workspace *w, const struct usergroup *g,
					  struct json *take_added, struct json *take_removed)
{
	struct json *j = fact_plain_event(w, "subteam_members_changed", "subteam_id",
					  str_from(g->id));

	put(j, "team_id", w->team_id);
	json_set_int(j, "date_previous_update", 1700000000);
	json_set_int(j, "date_update", clock_wall(w->clock).ms / 1000);
	json_set_int(j, "added_users_count", (int64_t)json_len(take_added));
	json_set_int(j, "removed_users_count", (int64_t)json_len(take_removed));
	json_set(j, "added_users", take_added);
	json_set(j, "removed_users", take_removed);
	return j;
}

struct json *fact_member_event(const struct sim_workspace *w, struct channel *c,
			       const struct user *u, bool joined)
{
	struct json *j = json_new_object();

	put(j, "type", joined ? "member_joined_channel" : "member_left_channel");
	put(j, "user", u->id);
	put(j, "channel", c->id);
	put(j, "channel_type", c->kind == PLACE_PUBLIC ? "C" : "G");
	put(j, "team", w->team_id);
	put(j, "event_ts", channel_stamp(c, w->clock).text);
	return j;
}

struct json *fact_plain_event(const struct sim_workspace *w, const char *type, const char *key,
			      struct str value)
{
	struct json *j = json_new_object();
	CLEANUP(buf_deinit) struct buf ts = { 0 };
	int64_t ms = clock_wall(w->clock).ms;

	put(j, "type", type);
	json_set_str(j, key, value);
	buf_addf(&ts, "%lld.%03lld000", (long long)(ms / 1000), (long long)(ms % 1000));
	json_set_str(j, "event_ts", buf_str(&ts));
	return j;
}

void fact_callback(const struct sim_workspace *w, struct str inner, const char *event_id,
		   struct buf *out)
{
	buf_addf(out,
		 "{\"token\":\"verification-token\",\"team_id\":\"%s\",\"context_team_id\":\"%s\","
		 "\"context_enterprise_id\":null,\"api_app_id\":\"%s\",\"event\":",
		 w->team_id, w->team_id, w->bot->app_id);
	buf_add(out, inner);
	buf_addf(
		out,
		",\"type\":\"event_callback\",\"event_id\":\"%s\",\"event_time\":%lld,\"authorizations\":[{"
		"\"enterprise_id\":null,\"team_id\":\"%s\",\"user_id\":\"%s\",\"is_bot\":true,"
		"\"is_enterprise_install\":false}],\"is_ext_shared_channel\":false,"
		"\"event_context\":\"4-%s\"}",
		event_id, (long long)(clock_wall(w->clock).ms / 1000), w->team_id, w->bot->id,
		event_id);
}
