/* SPDX-License-Identifier: MIT */
#include "sim/slash.h"

#include <stdlib.h>
#include "base/mem.h"
#include "sim/hook.h"
#include "sim/socket_side.h"

enum { MAX_USES = 5, LIFE_MS = 30 * 60 * 1000 };

struct slash {
	struct user *by;
	struct channel *in;
	char *path; /* /commands/…: nobody can guess it */
	struct mono until;
	int uses;
};

struct slashes {
	struct slash *all;
	size_t n;
};

struct slashes *slashes_new(void)
{
	return mem_zero(1, sizeof(struct slashes));
}

void slashes_free(struct slashes *all)
{
	if (all == NULL)
		return;
	for (size_t i = 0; i < all->n; i++)
		free(all->all[i].path);
	free(all->all);
	free(all);
}

size_t slash_newest(const struct sim *sim)
{
	return sim->slashes->n;
}

const char *slash_path(const struct sim *sim, size_t number)
{
	return sim->slashes->all[number - 1].path;
}

static struct slash *slash_new(struct sim *sim, struct user *u, struct channel *c)
{
	struct slashes *all = sim->slashes;
	CLEANUP(buf_deinit) struct buf path = { 0 };
	struct slash *s;
	char secret[37];

	sim_uuid(sim, secret);
	buf_addf(&path, "/commands/%s/%zu/%s", sim->workspace.team_id, all->n + 1, secret);
	all->all = mem_grow(all->all, all->n + 1, sizeof(*all->all));
	s = &all->all[all->n++];
	*s = (struct slash){ .by = u, .in = c, .path = buf_take(&path) };
	s->until = mono_after(loop_now(sim->loop), sim_scaled(sim, LIFE_MS));
	return s;
}

static const char *channel_name(const struct channel *c)
{
	static const char *const others[] = {
		[PLACE_PUBLIC] = NULL,
		[PLACE_PRIVATE] = "privategroup",
		[PLACE_DM] = "directmessage",
		[PLACE_GROUP] = NULL,
	};

	return others[c->kind] != NULL ? others[c->kind] : c->name;
}

static void put_addresses(struct sim *sim, const struct slash *s, struct json *j)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	char secret[37];

	buf_addf(&text, "https://localhost:%d%s", server_port(sim->server), s->path);
	json_set_str(j, "response_url", buf_str(&text));
	buf_clear(&text);
	sim_uuid(sim, secret);
	buf_addf(&text, "%zu.1000000000004.%s", sim->slashes->n, secret);
	json_set_str(j, "trigger_id", buf_str(&text));
}

static struct json *payload(struct sim *sim, const struct slash *s, struct str command,
			    struct str text)
{
	const struct sim_workspace *w = &sim->workspace;
	const struct {
		const char *key;
		struct str value;
	} fields[] = {
		{ "token", STR("verification-token") },
		{ "team_id", str_from(w->team_id) },
		{ "team_domain", str_from(w->domain) },
		{ "channel_id", str_from(s->in->id) },
		{ "channel_name", str_from(channel_name(s->in)) },
		{ "user_id", str_from(s->by->id) },
		{ "user_name", str_from(s->by->name) },
		{ "command", command },
		{ "text", text },
		{ "api_app_id", str_from(w->bot->app_id) },
		{ "is_enterprise_install", STR("false") },
	};
	struct json *j = json_new_object();

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		json_set_str(j, fields[i].key, fields[i].value);
	put_addresses(sim, s, j);
	return j;
}

size_t slash_type(struct sim *sim, struct user *u, struct channel *c, struct str line)
{
	size_t blank = str_find_char(line, ' ');
	struct str command = str_sub(line, 0, blank == SIZE_MAX ? line.len : blank);
	struct str rest = blank == SIZE_MAX ? STR_EMPTY : str_sub(line, blank + 1, line.len);
	CLEANUP(json_freep) struct json *j = NULL;
	CLEANUP(buf_deinit) struct buf text = { 0 };
	CLEANUP(buf_deinit) struct buf out = { 0 };

	if (command.len < 2 || command.p[0] != '/')
		return 0;
	workspace_command_text(&sim->workspace, str_trim(rest), &text);
	j = payload(sim, slash_new(sim, u, c), command, buf_str(&text));
	json_print(j, &out);
	socket_side_envelope(sim->socket, "slash_commands", buf_str(&out), true);
	return sim->slashes->n;
}

/* ---- answers ---- */

/* The whole channel sees it, as the message of an integration. */
static void post_answer(struct sim *sim, const struct slash *s, const struct json *answer,
			struct entry *e)
{
	struct sim_workspace *w = &sim->workspace;
	struct message *m = channel_post(s->in, w->clock, w->bot, json_str(answer, "text"),
					 json_str(answer, "thread_ts"));

	m->subtype = mem_strdup("bot_message");
	if (json_at(answer, "blocks") != NULL) {
		m->extras = json_new_object();
		json_set(m->extras, "blocks", json_copy(json_at(answer, "blocks")));
	}
	e->ts = mem_strdup(m->ts);
	sim_seen(sim, s->in, m, "says");
	sim_publish_message(sim, s->in, m);
}

static void show_answer(struct sim *sim, const struct slash *s, const struct json *answer)
{
	CLEANUP(mem_freep) char *text = str_dup(json_str(answer, "text"));
	char ts[] = "0.0";
	struct message shown = { .author = sim->workspace.bot, .text = text, .ts = ts };

	sim_seen(sim, s->in, &shown, s->by->name);
}

static void take_answer(struct sim *sim, const struct slash *s, const struct json *answer,
			struct entry *e)
{
	e->acted = true;
	e->command = (size_t)(s - sim->slashes->all) + 1;
	e->channel = mem_strdup(s->in->id);
	if (str_is(json_str(answer, "response_type"), "in_channel"))
		post_answer(sim, s, answer, e);
	else
		show_answer(sim, s, answer);
}

/* Why there is nothing to answer any more; NULL = go on. */
static const char *refusal(struct sim *sim, const struct slash *s)
{
	if (s == NULL)
		return "{\"ok\":false,\"error\":\"no_such_url\"}";
	if (mono_ms_between(loop_now(sim->loop), s->until) <= 0)
		return "{\"ok\":false,\"error\":\"expired_url\"}";
	return s->uses >= MAX_USES ? "{\"ok\":false,\"error\":\"used_url\"}" : NULL;
}

static const char *bad_answer(const struct request *r, const struct json *answer)
{
	struct json *j = NULL;

	if (!str_is(r->method, "POST") ||
	    !str_starts(request_header(r, "Content-Type"), "application/json") ||
	    json_parse(&j, r->body, NULL) != 0 || json_kind(j) != JSON_OBJECT) {
		json_free(j);
		return "invalid_payload";
	}
	json_free(j);
	if (json_str(answer, "text").len == 0 && json_at(answer, "blocks") == NULL &&
	    json_at(answer, "attachments") == NULL && json_at(answer, "delete_original") == NULL)
		return "no_text";
	return NULL;
}

static struct slash *find(struct slashes *all, struct str path)
{
	for (size_t i = 0; i < all->n; i++)
		if (str_is(path, all->all[i].path))
			return &all->all[i];
	return NULL;
}

static void refuse(struct entry *e, struct conn *conn, int status, const char *why)
{
	e->acted = false;
	e->status = status;
	e->error = mem_strdup(why);
	conn_answer(conn, status, STR("Content-Type: text/plain\r\n"), str_from(why));
}

static struct sim *sim_of_path(struct sim *sim, struct str path)
{
	for (struct sim *s = sim->first; s != NULL; s = s->next)
		if (find(s->slashes, path) != NULL)
			return s;
	return sim->first;
}

void slash_handle(struct sim *any, struct conn *conn, const struct request *r, struct str path)
{
	struct sim *sim = sim_of_path(any, path);
	struct entry *e = hook_note(sim, r, "response_url");
	struct slash *s = find(sim->slashes, path);
	const char *why = refusal(sim, s), *bad = bad_answer(r, e->args);

	if (why != NULL || bad != NULL) {
		refuse(e, conn, why != NULL ? 404 : 500, why != NULL ? why : bad);
	} else {
		s->uses++;
		e->status = 200;
		take_answer(sim, s, e->args, e);
		conn_answer(conn, 200, STR("Content-Type: text/html\r\n"), STR("ok"));
	}
	ledger_close_entry(&sim->ledger, e);
}

void slash_acknowledged(struct sim *sim, struct str payload_text, const struct json *answer)
{
	CLEANUP(json_freep) struct json *typed = NULL;
	struct str url;
	struct slash *s;
	struct entry *e;
	size_t at;

	if (json_len(answer) == 0 || json_parse(&typed, payload_text, NULL) != 0)
		return;
	url = json_str(typed, "response_url");
	at = str_find(url, "/commands/");
	s = at == SIZE_MAX ? NULL : find(sim->slashes, str_sub(url, at, url.len));
	if (s == NULL)
		return;
	e = ledger_add(&sim->ledger, clock_mono(loop_clock(sim->loop)), sim_ms(sim),
		       "acknowledgement", answer);
	e->status = 200;
	take_answer(sim, s, answer, e);
	ledger_close_entry(&sim->ledger, e);
}
