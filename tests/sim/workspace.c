/* SPDX-License-Identifier: MIT */
#include "sim/workspace.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"

/* "U" + 01 + the name in capitals: an id that Slack could have given and that a reader recognises. */
static char *id_for(char kind, struct str name, const struct map *taken)
{
	char id[24];
	size_t n = 0;

	for (unsigned round = 1;; round++) {
		n = (size_t)snprintf(id, sizeof(id), "%c%02u", kind, round % 100);
		for (size_t i = 0; i < name.len && n < 18; i++)
			if (isalnum((unsigned char)name.p[i]))
				id[n++] = (char)toupper((unsigned char)name.p[i]);
		if (round >= 100)
			n += (size_t)snprintf(id + n, sizeof(id) - n, "%u", round);
		if (map_get(taken, str_make(id, n)) == NULL)
			return mem_strndup(id, n);
	}
}

void workspace_init(struct sim_workspace *w, const struct clock *clock)
{
	*w = (struct sim_workspace){ .clock = clock };
	w->team_id = mem_strdup("T01SLACKSIM");
	w->team_name = mem_strdup("Slacksim");
	w->domain = mem_strdup("slacksim");
	map_init(&w->users);
	map_init(&w->user_names);
	map_init(&w->channels);
	map_init(&w->channel_names);
	map_init(&w->usergroups);
	map_init(&w->emoji);
	w->slackbot = mem_zero(1, sizeof(*w->slackbot));
	w->slackbot->id = mem_strdup("USLACKBOT");
	w->slackbot->name = mem_strdup("slackbot");
	w->slackbot->real_name = mem_strdup("Slackbot");
	w->bot = workspace_add_user(w, STR("retort"), true);
}

void workspace_name(struct sim_workspace *w, struct str name)
{
	struct map nobody = { 0 };

	free(w->team_id);
	free(w->team_name);
	free(w->domain);
	w->team_id = id_for('T', name, &nobody);
	map_deinit(&nobody, NULL);
	w->domain = str_dup(name);
	w->team_name = str_dup(name);
	w->team_name[0] = (char)toupper((unsigned char)w->team_name[0]);
}

static void user_free(void *pointer)
{
	struct user *u = pointer;

	free(u->id);
	free(u->name);
	free(u->real_name);
	free(u->bot_id);
	free(u->app_id);
	free(u);
}

static void message_free(struct message *m)
{
	for (size_t i = 0; i < m->n_reactions; i++) {
		free(m->reactions[i].name);
		free(m->reactions[i].users);
	}
	free(m->reactions);
	free(m->ts);
	free(m->thread_ts);
	free(m->subtype);
	free(m->text);
	free(m->edited_ts);
	free(m->latest_reply);
	json_free(m->extras);
	free(m);
}

static void channel_free(void *pointer)
{
	struct channel *c = pointer;

	for (size_t i = 0; i < c->n_messages; i++)
		message_free(c->messages[i]);
	free(c->messages);
	map_deinit(&c->by_ts, NULL);
	free(c->members);
	free(c->id);
	free(c->name);
	free(c->topic);
	free(c);
}

static void usergroup_free(void *pointer)
{
	struct usergroup *g = pointer;

	free(g->id);
	free(g->handle);
	free(g->name);
	free(g->users);
	free(g);
}

void workspace_deinit(struct sim_workspace *w)
{
	map_deinit(&w->usergroups, usergroup_free);
	map_deinit(&w->emoji, NULL);
	user_free(w->slackbot);
	map_deinit(&w->user_names, NULL);
	map_deinit(&w->channel_names, NULL);
	map_deinit(&w->channels, channel_free);
	map_deinit(&w->users, user_free);
	free(w->team_id);
	free(w->team_name);
	free(w->domain);
}

struct user *workspace_add_user(struct sim_workspace *w, struct str name, bool is_bot)
{
	struct user *u = workspace_user(w, name);

	if (u != NULL)
		return u;
	u = mem_zero(1, sizeof(*u));
	u->id = id_for('U', name, &w->users);
	u->name = str_dup(name);
	u->real_name = str_dup(name);
	u->real_name[0] = (char)toupper((unsigned char)u->real_name[0]);
	u->is_bot = is_bot;
	if (is_bot) {
		u->bot_id = mem_strdup(u->id);
		u->bot_id[0] = 'B';
		u->app_id = mem_strdup(u->id);
		u->app_id[0] = 'A';
	}
	map_set(&w->users, str_from(u->id), u);
	map_set(&w->user_names, name, u);
	return u;
}

static struct channel *channel_new(struct sim_workspace *w, struct str name, enum place_kind kind)
{
	struct channel *c = mem_zero(1, sizeof(*c));

	c->id = id_for(kind == PLACE_DM	   ? 'D' :
		       kind == PLACE_GROUP ? 'G' :
					     'C',
		       name, &w->channels);
	c->name = str_dup(name);
	c->kind = kind;
	c->created = clock_wall(w->clock).ms / 1000;
	map_init(&c->by_ts);
	bucket_init(&c->posts, 1000, 5);
	map_set(&w->channels, str_from(c->id), c);
	return c;
}

struct channel *workspace_add_channel(struct sim_workspace *w, struct str name,
				      enum place_kind kind)
{
	struct channel *c = workspace_channel(w, name);

	if (c != NULL)
		return c;
	c = channel_new(w, name, kind);
	map_set(&w->channel_names, name, c);
	return c;
}

struct channel *workspace_dm(struct sim_workspace *w, struct user *with)
{
	if (with->dm == NULL) {
		with->dm = channel_new(w, str_from(with->name), PLACE_DM);
		channel_join(with->dm, with);
		channel_join(with->dm, w->bot);
	}
	return with->dm;
}

struct channel *workspace_group_dm(struct sim_workspace *w, struct user *const *users, size_t n)
{
	CLEANUP(buf_deinit) struct buf name = { 0 };
	struct channel *c;

	buf_addf(&name, "mpdm-%s", w->bot->name);
	for (size_t i = 0; i < n; i++)
		buf_addf(&name, "--%s", users[i]->name);
	buf_addz(&name, "-1");
	c = workspace_add_channel(w, buf_str(&name), PLACE_GROUP);
	channel_join(c, w->bot);
	for (size_t i = 0; i < n; i++)
		channel_join(c, users[i]);
	return c;
}

struct usergroup *workspace_usergroup(const struct sim_workspace *w, struct str handle_or_id)
{
	struct map_entry *at = NULL;
	struct str handle;
	void *value;

	while (map_next(&w->usergroups, &at, &handle, &value)) {
		struct usergroup *g = value;

		if (str_eq(handle, handle_or_id) || str_is(handle_or_id, g->id))
			return g;
	}
	return NULL;
}

struct usergroup *workspace_add_usergroup(struct sim_workspace *w, struct str handle)
{
	struct usergroup *g = workspace_usergroup(w, handle);

	if (g != NULL)
		return g;
	g = mem_zero(1, sizeof(*g));
	g->id = id_for('S', handle, &w->channels);
	g->handle = str_dup(handle);
	g->name = str_dup(handle);
	g->name[0] = (char)toupper((unsigned char)g->name[0]);
	map_set(&w->usergroups, handle, g);
	return g;
}

bool usergroup_has(const struct usergroup *g, const struct user *u)
{
	for (size_t i = 0; i < g->n_users; i++)
		if (g->users[i] == u)
			return true;
	return false;
}

void usergroup_add(struct usergroup *g, struct user *u)
{
	if (usergroup_has(g, u))
		return;
	g->users = mem_grow(g->users, g->n_users + 1, sizeof(struct user *));
	g->users[g->n_users++] = u;
}

struct user *workspace_user(const struct sim_workspace *w, struct str id_or_name)
{
	struct user *u = map_get(&w->users, id_or_name);

	if (u == NULL)
		u = map_get(&w->user_names, id_or_name);
	if (u == NULL && str_is(id_or_name, "bot"))
		u = w->bot;
	return u;
}

struct user *workspace_bot_by_id(const struct sim_workspace *w, struct str bot_id)
{
	struct map_entry *at = NULL;
	struct str id;
	void *value;

	while (map_next(&w->users, &at, &id, &value)) {
		struct user *u = value;

		if (u->is_bot && str_is(bot_id, u->bot_id))
			return u;
	}
	return NULL;
}

struct channel *workspace_channel(const struct sim_workspace *w, struct str id_or_name)
{
	struct channel *c = map_get(&w->channels, id_or_name);

	return c != NULL ? c : map_get(&w->channel_names, id_or_name);
}

bool channel_has(const struct channel *c, const struct user *u)
{
	for (size_t i = 0; i < c->n_members; i++)
		if (c->members[i] == u)
			return true;
	return false;
}

void channel_join(struct channel *c, struct user *u)
{
	if (channel_has(c, u))
		return;
	c->members = mem_grow(c->members, c->n_members + 1, sizeof(struct user *));
	c->members[c->n_members++] = u;
}

void channel_leave(struct channel *c, const struct user *u)
{
	for (size_t i = 0; i < c->n_members; i++)
		if (c->members[i] == u) {
			c->members[i] = c->members[--c->n_members];
			return;
		}
}

struct stamp channel_stamp(struct channel *c, const struct clock *clock)
{
	struct stamp s;
	int64_t us = clock_wall(clock).ms * 1000;

	if (us <= c->last_us)
		us = c->last_us + 1;
	c->last_us = us;
	snprintf(s.text, sizeof(s.text), "%lld.%06lld", (long long)(us / 1000000) % 100000000000LL,
		 (long long)(us % 1000000));
	return s;
}

/* A thread's root counts its replies; a reply to a reply belongs to the root. */
static void count_reply(struct channel *c, const struct message *m)
{
	struct message *root = map_get(&c->by_ts, str_from(m->thread_ts));

	if (root == NULL)
		return;
	if (root->thread_ts == NULL)
		root->thread_ts = mem_strdup(root->ts);
	root->n_replies++;
	free(root->latest_reply);
	root->latest_reply = mem_strdup(m->ts);
}

struct message *channel_post(struct channel *c, const struct clock *clock, struct user *author,
			     struct str text, struct str thread_ts)
{
	struct message *m = mem_zero(1, sizeof(*m));

	m->ts = mem_strdup(channel_stamp(c, clock).text);
	m->author = author;
	m->text = str_dup(text);
	if (c->n_messages == c->cap_messages) {
		c->cap_messages = c->cap_messages * 2 + 8;
		c->messages = mem_grow(c->messages, c->cap_messages, sizeof(struct message *));
	}
	c->messages[c->n_messages++] = m;
	map_set(&c->by_ts, str_from(m->ts), m);
	if (thread_ts.len > 0) {
		m->thread_ts = str_dup(thread_ts);
		count_reply(c, m);
	}
	return m;
}

struct message *channel_message(const struct channel *c, struct str ts)
{
	struct message *m = map_get(&c->by_ts, ts);

	return m != NULL && !m->deleted ? m : NULL;
}

void workspace_link(const struct sim_workspace *w, const struct channel *c, const struct message *m,
		    struct buf *out)
{
	buf_addf(out, "https://%s.slack.com/archives/%s/p", w->domain, c->id);
	for (const char *p = m->ts; *p != '\0'; p++)
		if (*p != '.')
			buf_addc(out, *p);
	if (m->thread_ts != NULL && strcmp(m->thread_ts, m->ts) != 0)
		buf_addf(out, "?thread_ts=%s&cid=%s", m->thread_ts, c->id);
}

static struct message *newest_with(const struct channel *c, struct str text)
{
	for (size_t i = c->n_messages; i-- > 0;)
		if (!c->messages[i]->deleted && str_is(text, c->messages[i]->text))
			return c->messages[i];
	return NULL;
}

struct message *workspace_message(const struct sim_workspace *w, struct str text,
				  struct channel **in)
{
	struct message *best = NULL;
	struct map_entry *at = NULL;
	struct str id;
	void *value;

	while (map_next(&w->channels, &at, &id, &value)) {
		struct message *m = newest_with(value, text);

		if (m != NULL && (best == NULL || strcmp(m->ts, best->ts) >= 0)) {
			best = m;
			*in = value;
		}
	}
	return best;
}

struct reaction *message_reaction(const struct message *m, struct str name)
{
	for (size_t i = 0; i < m->n_reactions; i++)
		if (str_is(name, m->reactions[i].name))
			return &m->reactions[i];
	return NULL;
}

static struct reaction *reaction_add(struct message *m, struct str name)
{
	m->reactions = mem_grow(m->reactions, m->n_reactions + 1, sizeof(struct reaction));
	m->reactions[m->n_reactions] = (struct reaction){ .name = str_dup(name) };
	return &m->reactions[m->n_reactions++];
}

bool message_react(struct message *m, struct user *u, struct str name)
{
	struct reaction *r = message_reaction(m, name);

	if (r == NULL)
		r = reaction_add(m, name);
	for (size_t i = 0; i < r->n_users; i++)
		if (r->users[i] == u)
			return false;
	r->users = mem_grow(r->users, r->n_users + 1, sizeof(struct user *));
	r->users[r->n_users++] = u;
	return true;
}

bool message_unreact(struct message *m, const struct user *u, struct str name)
{
	struct reaction *r = message_reaction(m, name);

	for (size_t i = 0; r != NULL && i < r->n_users; i++)
		if (r->users[i] == u) {
			r->users[i] = r->users[--r->n_users];
			return true;
		}
	return false;
}

void message_set_text(struct message *m, struct str text)
{
	free(m->text);
	m->text = str_dup(text);
}

bool message_is(const struct message *m, const char *subtype)
{
	return m->subtype != NULL && strcmp(m->subtype, subtype) == 0;
}

static void become_tombstone(struct sim_workspace *w, struct message *m)
{
	free(m->subtype);
	m->subtype = mem_strdup("tombstone");
	m->author = w->slackbot;
	m->pinned = false;
	message_set_text(m, STR("This message was deleted."));
	json_free(TAKE(m->extras));
}

/* Its thread is shorter now; a tombstone without answers goes as well. */
static void uncount_reply(struct channel *c, const struct message *m)
{
	struct message *root = map_get(&c->by_ts, str_from(m->thread_ts));

	if (root == NULL || root == m || root->n_replies == 0)
		return;
	root->n_replies--;
	if (root->n_replies == 0 && message_is(root, "tombstone"))
		root->deleted = true;
}

bool message_take_back(struct sim_workspace *w, struct channel *c, struct message *m)
{
	if (m->n_replies > 0) {
		become_tombstone(w, m);
		return true;
	}
	m->deleted = true;
	if (m->thread_ts != NULL)
		uncount_reply(c, m);
	return false;
}

/* What stands between `<@` or `<#` and the end of the name. */
static struct str name_at(struct str rest)
{
	size_t n = 0;

	while (n < rest.len && rest.p[n] != '>' && rest.p[n] != '|' && rest.p[n] != '<')
		n++;
	return str_sub(rest, 0, n);
}

/* For a name or an id behind the sign, its user's or channel's; false = not known. */
static bool known(const struct sim_workspace *w, char sign, struct str name, const char **id,
		  const char **shown)
{
	const struct user *u = sign == '@' ? workspace_user(w, name) : NULL;
	const struct channel *c = sign == '#' ? workspace_channel(w, name) : NULL;

	if (u == NULL && c == NULL)
		return false;
	*id = u != NULL ? u->id : c->id;
	*shown = u != NULL ? u->name : c->name;
	return true;
}

static bool is_mark(struct str text, size_t i)
{
	return text.p[i] == '<' && i + 1 < text.len &&
	       (text.p[i + 1] == '@' || text.p[i + 1] == '#');
}

void workspace_wire_text(const struct sim_workspace *w, struct str text, struct buf *out)
{
	for (size_t i = 0; i < text.len; i++) {
		const char *id, *shown;
		struct str name;

		buf_addc(out, text.p[i]);
		if (!is_mark(text, i))
			continue;
		name = name_at(str_sub(text, i + 2, text.len));
		if (known(w, text.p[i + 1], name, &id, &shown))
			buf_addf(out, "%c%s", text.p[i + 1], id);
		else if (text.p[i + 1] == '@' && workspace_usergroup(w, name) != NULL)
			buf_addf(out, "!subteam^%s", workspace_usergroup(w, name)->id);
		else
			continue;
		i += 1 + name.len;
	}
}

void workspace_command_text(const struct sim_workspace *w, struct str wire, struct buf *out)
{
	for (size_t i = 0; i < wire.len; i++) {
		const char *id, *shown;
		struct str name;

		buf_addc(out, wire.p[i]);
		if (!is_mark(wire, i))
			continue;
		name = name_at(str_sub(wire, i + 2, wire.len));
		if (i + 2 + name.len == wire.len || wire.p[i + 2 + name.len] != '>' ||
		    !known(w, wire.p[i + 1], name, &id, &shown))
			continue;
		buf_addf(out, "%c%s|%s", wire.p[i + 1], id, shown);
		i += 1 + name.len;
	}
}

void workspace_plain_text(const struct sim_workspace *w, struct str wire, struct buf *out)
{
	for (size_t i = 0; i < wire.len; i++) {
		const char *id, *shown;
		struct str name;
		size_t end;

		if (!is_mark(wire, i)) {
			buf_addc(out, wire.p[i]);
			continue;
		}
		name = name_at(str_sub(wire, i + 2, wire.len));
		end = str_find_char(str_sub(wire, i, wire.len), '>');
		if (end == SIZE_MAX || !known(w, wire.p[i + 1], name, &id, &shown)) {
			buf_addc(out, wire.p[i]);
			continue;
		}
		buf_addc(out, wire.p[i + 1]);
		buf_addz(out, shown);
		i += end;
	}
}
