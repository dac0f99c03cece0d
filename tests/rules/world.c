/* SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "rules/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "calendar/civil.h"
#include "base/mem.h"
#include "calendar/zone.h"
#include "sim/facts.h"
#include "slack/decode.h"
#include "lib/journal.h"

/* 2026-01-07 12:00, a Wednesday, as in `test =` lines. */
#define NOON_MS 1767787200000

enum { TURNS_MAX = 10000 };

bool world_fail(struct world *w, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	buf_addv(&w->complaint, fmt, args);
	va_end(args);
	return false;
}

/* ---- what the bot asks of the world, as run answers it ---- */

static struct str first_id(const struct cache *r, struct str name, struct buf *room,
			   size_t (*find)(const struct cache *r, struct str name, struct buf *ids))
{
	buf_clear(room);
	return find(r, name, room) == 1 ? buf_str(room) : STR_EMPTY;
}

static struct world *world_of(const struct workspace *w)
{
	return container_of(w, struct world, ours);
}

static enum tristate in_group(const struct workspace *w, struct str id, const struct person *person)
{
	int is_in = cache_in_group(&world_of(w)->roster, id, person->id);

	return is_in > 0 ? TRISTATE_YES : is_in == 0 ? TRISTATE_NO : TRISTATE_UNKNOWN;
}

static enum tristate is_user(const struct workspace *w, struct str name,
			     const struct person *person)
{
	CLEANUP(buf_deinit) struct buf ids = { 0 };
	size_t n;

	buf_init(&ids, 0);
	n = cache_find_user(&world_of(w)->roster, name, &ids);
	if (n == 1)
		return str_eq(buf_str(&ids), person->id) ? TRISTATE_YES : TRISTATE_NO;
	return n > 1 ? TRISTATE_UNKNOWN : in_group(w, name, person);
}

static bool find(const struct workspace *workspace, char sigil, struct str name, struct str *id)
{
	struct world *w = world_of(workspace);
	CLEANUP(buf_deinit) struct buf ids = { 0 };

	buf_init(&ids, 0);
	*id = str_keep(&w->arena, first_id(&w->roster, name, &ids,
					   sigil == '@' ? cache_find_user :
					   sigil == '#' ? cache_find_channel :
							  cache_find_group));
	return id->len > 0;
}

static bool person(const struct workspace *w, struct str id, struct person *out)
{
	const struct cache_user *u = cache_user(&world_of(w)->roster, id);

	if (u == NULL)
		return false;
	*out = (struct person){ .id = str_from(u->id),
				.handle = str_from(u->handle),
				.name = str_from(u->name),
				.email = str_from(u->email),
				.is_bot = u->is_bot,
				.is_guest = u->is_guest };
	return true;
}

static bool channel(const struct workspace *w, struct str id, struct str *name)
{
	const struct cache_channel *c = cache_channel(&world_of(w)->roster, id);

	*name = c != NULL ? str_from(c->name) : STR_EMPTY;
	return name->len > 0;
}

static size_t choose(const struct workspace *workspace, size_t n)
{
	struct world *w = world_of(workspace);

	return w->next_luck < w->n_luck ? w->luck[w->next_luck++] % n : 0;
}

static const struct resolver resolver = {
	.is_user = is_user,
	.in_group = in_group,
	.find = find,
	.person = person,
	.channel = channel,
	.random = choose,
};

static bool user_name(void *owner, struct str id, struct str *name)
{
	const struct cache_user *u = cache_user(&((const struct world *)owner)->roster, id);

	*name = u != NULL ? str_from(u->name) : STR_EMPTY;
	return name->len > 0;
}

static bool channel_name(void *owner, struct str id, struct str *name)
{
	return channel(&((const struct world *)owner)->ours, id, name);
}

static bool group_handle(void *owner, struct str id, struct str *handle)
{
	*handle = cache_group(&((const struct world *)owner)->roster, id);
	return handle->len > 0;
}

static void on_asked(void *owner, const struct rule *rule, const char *question,
		     enum tristate answer, struct str seen, struct str wanted)
{
	struct world *w = owner;

	if (answer != TRISTATE_YES)
		buf_addf(&w->reasons, "      rule %s: %s: seen \"%.*s\", wanted \"%.*s\"\n",
			 rule->name, rule_key_of(rule, question), STR_ARG(seen), STR_ARG(wanted));
}

/* ---- names ---- */

void world_name(struct world *w, struct str name, struct channel *c, struct message *m)
{
	struct named *named = mem_zero(1, sizeof(*named));

	*named = (struct named){ c, m };
	free(map_set(&w->named, name, named));
}

const struct named *world_named(const struct world *w, struct str name)
{
	return map_get(&w->named, name);
}

static void learn_everything(struct world *w)
{
	struct map_entry *at = NULL;
	struct str key;
	void *value;

	while (map_next(&w->workspace.users, &at, &key, &value)) {
		CLEANUP(json_freep) struct json *j = fact_user(&w->workspace, value);

		cache_learn_user(&w->roster, j);
	}
	for (at = NULL; map_next(&w->workspace.channels, &at, &key, &value);) {
		CLEANUP(json_freep) struct json *j = fact_channel(&w->workspace, value);

		cache_learn_channel(&w->roster, j, CHANNEL_UNKNOWN);
	}
	for (at = NULL; map_next(&w->workspace.usergroups, &at, &key, &value);) {
		CLEANUP(json_freep) struct json *j = fact_usergroup(&w->workspace, value, true);

		cache_learn_group(&w->roster, j);
	}
}

/* ---- the bot ---- */

void world_load(struct world *w, const char *folder)
{
	const struct ruleset_options options = {
		.allow_broadcast = w->allow_broadcast,
		.calls = w->calls,
		.zone = str_keep(&w->arena, w->zone_name).p,
		.webhooks = w->webhooks_known ? w->webhooks : NULL,
		.markup_webhooks = w->webhooks_known ? w->markup_webhooks : NULL,
	};

	w->folder = folder;
	ruleset_load(&w->set, &folder, 1, &options, &w->diag);
}

void world_tell_complaints(struct world *w)
{
	for (size_t i = 0; i < w->diag.n_entries; i++) {
		const struct diag_entry *entry = &w->diag.entries[i];
		struct json *args = json_new_object();
		const char *slash = strrchr(entry->file, '/');
		struct str file = str_from(slash != NULL ? slash + 1 : entry->file);
		struct str at = entry->line == 0 ?
					file :
				str_is(file, "rules.ini") ?
					str_keepf(&w->arena, "%u", entry->line) :
					str_keepf(&w->arena, "%.*s:%u", STR_ARG(file), entry->line);

		json_set_str(args, "at", at);
		json_set_str(args, "text", str_from(entry->text));
		world_note(w, entry->level == DIAG_ERROR ? "error" : "warning", args);
	}
	diag_deinit(&w->diag);
	diag_init(&w->diag);
}

static const struct trace *trace_of(struct world *w)
{
	struct trace *trace = arena_alloc(&w->arena, sizeof(*trace));

	*trace = (struct trace){ w, on_asked };
	return w->wants_reasons ? trace : NULL;
}

void world_start(struct world *w)
{
	const struct engine_setup setup = {
		.store = w->store,
		.clock = &w->clock.clock,
		.workspace = &w->ours,
		.trace = trace_of(w),
		.owner = w,
	};

	engine_free(w->engine);
	journal_kill(w->store);
	learn_everything(w);
	w->engine = engine_new(&setup);
	engine_set_rules(w->engine, w->set);
	engine_load(w->engine);
}

static bool take_echo(struct world *w, struct json **inner)
{
	if (w->n_echoes == 0)
		return false;
	*inner = w->echoes[0];
	w->n_echoes--;
	memmove(w->echoes, w->echoes + 1, w->n_echoes * sizeof(*w->echoes));
	return true;
}

/* The message that this is about, as the directory would have read it. */
static void complete(struct world *w, struct event *ev)
{
	const struct channel *c = workspace_channel(&w->workspace, ev->channel);
	const struct message *m = c != NULL ? channel_message(c, ev->ts) : NULL;

	learn_everything(w);
	if (!ev->text_known && m != NULL && !w->hides_reacted &&
	    ruleset_wants_reacted(w->set, ev)) {
		ev->text_raw = str_keep(&ev->arena, str_from(m->text));
		ev->thread_ts = str_keep(&ev->arena, str_from(m->thread_ts));
		ev->author.id = str_keep(&ev->arena, str_from(m->author->id));
		ev->text_known = true;
	}
	enrich_fill(&w->roster, ev);
	decode_texts(ev, &w->ours.me, &w->names);
}

static void hear(struct world *w, struct json *take_inner)
{
	CLEANUP(json_freep) struct json *inner = take_inner;
	CLEANUP(json_freep) struct json *body = NULL;
	CLEANUP(buf_deinit) struct buf text = { 0 }, callback = { 0 };
	struct event *ev;
	const char *why;
	static unsigned n_events;
	char id[24];

	buf_init(&text, 0);
	buf_init(&callback, 0);
	snprintf(id, sizeof(id), "Ev%08u", ++n_events);
	json_print(inner, &text);
	fact_callback(&w->workspace, buf_str(&text), id, &callback);
	if (json_parse(&body, buf_str(&callback), &why) != 0 ||
	    decode_callback(&ev, body, &w->ours.me, &why) != 0) {
		world_fail(w, "this is no event: %s\n", why);
		return;
	}
	complete(w, ev);
	engine_take(w->engine, ev, NULL, NULL, NULL);
}

/* Until nothing is left to be done. */
static void settle_down(struct world *w)
{
	for (int i = 0; i < TURNS_MAX; i++) {
		struct json *inner;
		struct job *job;

		do
			engine_commit(w->engine);
		while (journal_answer(w->store));
		job = outbox_ready(engine_outbox(w->engine));
		if (job != NULL)
			world_do(w, job);
		else if ((job = outbox_lease(engine_outbox(w->engine))) != NULL)
			engine_turn(w->engine, job); /* it leaves when that stands */
		else if (take_echo(w, &inner))
			hear(w, inner);
		else
			return;
	}
	world_fail(w, "it never comes to an end\n");
}

void world_echo(struct world *w, struct json *take_inner)
{
	w->echoes = mem_grow(w->echoes, w->n_echoes + 1, sizeof(*w->echoes));
	w->echoes[w->n_echoes++] = take_inner;
}

static void be_started(struct world *w)
{
	if (w->engine == NULL)
		world_start(w);
}

void world_event(struct world *w, struct json *take_inner)
{
	be_started(w);
	hear(w, take_inner);
	settle_down(w);
	fakeclock_pass(&w->clock, 1);
}

/* ---- commands ---- */

static const char *command_place(const struct channel *c)
{
	return c->kind == PLACE_DM	? "directmessage" :
	       c->kind == PLACE_PRIVATE ? "privategroup" :
					  c->name;
}

static struct json *command_payload(struct world *w, const struct user *by,
				    const struct channel *in, struct str command, struct str text)
{
	struct json *j = json_new_object();

	json_set_str(j, "token", STR("verification-token"));
	json_set_str(j, "team_id", str_from(w->workspace.team_id));
	json_set_str(j, "team_domain", str_from(w->workspace.domain));
	json_set_str(j, "channel_id", str_from(in->id));
	json_set_str(j, "channel_name", str_from(command_place(in)));
	json_set_str(j, "user_id", str_from(by->id));
	json_set_str(j, "user_name", str_from(by->name));
	json_set_str(j, "command", command);
	json_set_str(j, "text", text);
	json_set_str(j, "response_url",
		     str_keepf(&w->arena, "https://hooks.slack.com/commands/%zu", ++w->n_commands));
	json_set_str(j, "trigger_id", str_keepf(&w->arena, "%zu.secret", w->n_commands));
	return j;
}

void world_command(struct world *w, const struct user *by, struct channel *in, struct str line)
{
	CLEANUP(json_freep) struct json *payload = NULL;
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct str command = line;
	struct event *ev;
	const char *why;

	buf_init(&text, 0);
	str_cut(&line, ' ', &command);
	workspace_command_text(&w->workspace, str_trim(line), &text);
	payload = command_payload(w, by, in, command, buf_str(&text));
	be_started(w);
	if (decode_command(&ev, payload, &w->ours.me, clock_wall(&w->clock.clock), &why) != 0) {
		world_fail(w, "this is no command: %s\n", why);
		return;
	}
	complete(w, ev);
	engine_take(w->engine, ev, NULL, NULL, NULL);
	settle_down(w);
	fakeclock_pass(&w->clock, 1);
}

/* ---- time ---- */

void world_pass(struct world *w, int64_t ms)
{
	be_started(w);
	while (ms > 0) {
		int64_t due = engine_due_ms(w->engine), step = due < 0 || due > ms ? ms : due;

		fakeclock_pass(&w->clock, step > 0 ? step : 1);
		ms -= step > 0 ? step : 1;
		engine_tick(w->engine);
		settle_down(w);
	}
}

bool world_set_time(struct world *w, int64_t wall_ms)
{
	if (w->engine == NULL) {
		w->clock.wall_ms = wall_ms;
		return true;
	}
	if (wall_ms < w->clock.wall_ms)
		return world_fail(w, "time does not go back");
	world_pass(w, wall_ms - w->clock.wall_ms);
	return true;
}

/* ---- what came of it ---- */

struct seen *world_note(struct world *w, const char *method, struct json *take_args)
{
	struct seen *seen;

	w->seen = mem_grow(w->seen, w->n_seen + 1, sizeof(*w->seen));
	seen = &w->seen[w->n_seen++];
	*seen = (struct seen){ .method = mem_strdup(method), .args = take_args };
	return seen;
}

/* ---- texts ---- */

static bool is_filled(struct world *w, struct str what, struct buf *out)
{
	struct str name = what;
	const struct channel *c = NULL;
	struct user *u = NULL;
	const struct named *named = NULL;

	if (str_is(what, "wj"))
		buf_addz(out, "\xE2\x81\xA0");
	else if (str_is(what, "folder"))
		buf_addz(out, w->folder);
	else if (str_skip(&name, "ts "))
		named = world_named(w, name);
	else if (str_skip(&name, "dm @") && (u = workspace_user(&w->workspace, name)) != NULL)
		c = workspace_dm(&w->workspace, u);
	else if (str_skip(&name, "@"))
		u = workspace_user(&w->workspace, name);
	else if (str_skip(&name, "#"))
		c = workspace_channel(&w->workspace, name);
	if (named != NULL)
		buf_addz(out, named->message->ts);
	else if (c != NULL || u != NULL)
		buf_addz(out, c != NULL ? c->id : u->id);
	return str_is(what, "wj") || str_is(what, "folder") || named != NULL || c != NULL ||
	       u != NULL;
}

struct str world_wire(struct world *w, struct str text)
{
	CLEANUP(buf_deinit) struct buf wire = { 0 }, out = { 0 };

	buf_init(&wire, 0);
	buf_init(&out, 0);
	workspace_wire_text(&w->workspace, text, &wire);
	text = buf_str(&wire);
	for (size_t i = 0; i < text.len; i++) {
		struct str rest = str_sub(text, i + 1, text.len);
		size_t end = text.p[i] == '{' ? str_find_char(rest, '}') : SIZE_MAX;

		if (end != SIZE_MAX && is_filled(w, str_sub(rest, 0, end), &out))
			i += end + 1;
		else
			buf_addc(&out, text.p[i]);
	}
	return str_keep(&w->arena, buf_str(&out));
}

/* Something known that the text begins with: its length, and how it is written in a case. */
static size_t known_at(const struct world *w, struct str text, struct buf *out)
{
	struct map_entry *at = NULL;
	struct str key;
	void *value;

	if (str_starts(text, "\xE2\x81\xA0")) {
		buf_addz(out, "{wj}");
		return 3;
	}
	if (w->folder != NULL && str_starts(text, w->folder)) {
		buf_addz(out, "{folder}");
		return strlen(w->folder);
	}
	while (map_next(&w->workspace.users, &at, &key, &value))
		if (str_starts(text, ((struct user *)value)->id)) {
			buf_addf(out, "{@%s}", ((struct user *)value)->name);
			return key.len;
		}
	for (at = NULL; map_next(&w->workspace.channels, &at, &key, &value);)
		if (str_starts(text, ((struct channel *)value)->id)) {
			const struct channel *c = value;

			buf_addf(out, c->kind == PLACE_DM ? "{dm @%s}" : "{#%s}", c->name);
			return key.len;
		}
	for (at = NULL; map_next(&w->named, &at, &key, &value);)
		if (str_starts(text, ((struct named *)value)->message->ts)) {
			buf_addf(out, "{ts %.*s}", STR_ARG(key));
			return strlen(((struct named *)value)->message->ts);
		}
	return 0;
}

/* `<@ana` for `<@U01ANA`, as it is written in a case. */
static size_t mention_at(const struct world *w, struct str text, struct buf *out)
{
	CLEANUP(buf_deinit) struct buf name = { 0 };
	size_t n;

	if (!str_starts(text, "<@") && !str_starts(text, "<#"))
		return 0;
	buf_init(&name, 0);
	n = known_at(w, str_sub(text, 2, text.len), &name);
	if (n == 0 || name.len < 3)
		return 0;
	buf_add(out, str_sub(text, 0, 2));
	buf_add(out, str_sub(buf_str(&name), 2, name.len - 1));
	return n + 2;
}

void world_shown(const struct world *w, struct str text, struct buf *out)
{
	for (size_t i = 0; i < text.len;) {
		struct str rest = str_sub(text, i, text.len);
		size_t n = mention_at(w, rest, out);

		if (n == 0)
			n = known_at(w, rest, out);
		if (n == 0 && text.p[i] == '\n')
			buf_addz(out, "\\n");
		else if (n == 0)
			buf_addc(out, text.p[i]);
		i += n > 0 ? n : 1;
	}
}

/* ---- life ---- */

void world_init(struct world *w)
{
	*w = (struct world){ .zone_name = STR("UTC") };
	fakeclock_init(&w->clock);
	w->clock.wall_ms = NOON_MS;
	arena_init(&w->arena);
	workspace_init(&w->workspace, &w->clock.clock);
	cache_init(&w->roster);
	w->names = (struct text_names){ w, user_name, channel_name, group_handle };
	w->ours = (struct workspace){
		.name = "",
		.me = { .team_id = mem_strdup(w->workspace.team_id),
			.team_name = mem_strdup(w->workspace.team_name),
			.team_url = mem_strdup("https://slacksim.slack.com/"),
			.user_id = mem_strdup(w->workspace.bot->id),
			.user_name = mem_strdup(w->workspace.bot->name),
			.bot_id = mem_strdup(w->workspace.bot->bot_id),
			.app_id = mem_strdup(w->workspace.bot->app_id) },
		.resolver = &resolver,
	};
	w->zones = zones_new();
	w->zone = zone_utc();
	diag_init(&w->diag);
	w->store = journal_new();
	map_init(&w->named);
	buf_init(&w->complaint, 0);
	buf_init(&w->reasons, 0);
}

void world_deinit(struct world *w)
{
	engine_free(w->engine);
	w->store->ops->close(w->store);
	ruleset_unref(w->set);
	diag_deinit(&w->diag);
	for (size_t i = 0; i < w->n_seen; i++) {
		free(w->seen[i].method);
		json_free(w->seen[i].args);
	}
	free(w->seen);
	for (size_t i = 0; i < w->n_echoes; i++)
		json_free(w->echoes[i]);
	free(w->echoes);
	free(w->plans);
	map_deinit(&w->named, free);
	identity_deinit(&w->ours.me);
	cache_deinit(&w->roster);
	workspace_deinit(&w->workspace);
	zones_free(w->zones);
	arena_deinit(&w->arena);
	buf_deinit(&w->complaint);
	buf_deinit(&w->reasons);
}
