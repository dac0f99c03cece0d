/* SPDX-License-Identifier: MIT */
#include "sim/sim.h"

#include <stdarg.h>
#include <stdlib.h>
#include <stdio.h>
#include "base/mem.h"
#include "sim/facts.h"
#include "sim/fault.h"
#include "sim/hook.h"
#include "sim/links.h"
#include "sim/proxy.h"
#include "sim/rtm_side.h"
#include "sim/server.h"
#include "sim/slash.h"
#include "sim/socket_side.h"

static const struct calendar *calendar_of(const struct clock *c)
{
	return container_of(c, const struct calendar, clock);
}

static struct mono calendar_mono(const struct clock *c)
{
	return clock_mono(calendar_of(c)->under);
}

static struct wall calendar_wall(const struct clock *c)
{
	const struct calendar *calendar = calendar_of(c);

	return (struct wall){ clock_wall(calendar->under).ms + calendar->ahead_ms };
}

/* One workspace, on the loop and the server of the first. */
static void furnish(struct sim *sim, const char *bot_token, const char *app_token, uint64_t seed)
{
	list_init(&sim->faults);
	map_init(&sim->buckets);
	map_init(&sim->answers);
	map_init(&sim->hooks);
	sim->bot_token = mem_strdup(bot_token);
	sim->app_token = mem_strdup(app_token);
	sim->events = json_new_array();
	ledger_init(&sim->ledger);
	buf_init(&sim->complaints, 1 << 20);
	sim->random = seed * 2654435769u + 1;
	sim->set = (struct settings){ .limits = true,
				      .speed = 1,
				      .scopes = mem_strdup(SIM_ALL_SCOPES) };
	sim->plan = (struct wire_plan){ .cut_handshake = -1, .cut_hello = -1, .cut_delivery = -1 };
	workspace_init(&sim->workspace, &sim->first->calendar.clock);
	sim->links = links_new(sim);
	sim->socket = socket_side_new(sim);
	sim->rtm = rtm_side_new(sim);
	sim->slashes = slashes_new();
}

int sim_new(struct sim **out, struct tls_identity *identity, int port, uint64_t seed)
{
	struct sim *sim = mem_zero(1, sizeof(*sim));
	int r = loop_new(&sim->loop, NULL);

	*out = sim;
	sim->first = sim;
	snprintf(sim->host, sizeof(sim->host), "localhost");
	if (r < 0)
		return r;
	sim->started = loop_now(sim->loop);
	sim->calendar =
		(struct calendar){ { calendar_mono, calendar_wall }, loop_clock(sim->loop), 0 };
	furnish(sim, SIM_BOT_TOKEN, SIM_APP_TOKEN, seed);
	return server_new(&sim->server, sim, identity, port);
}

/* ---- several workspaces ---- */

static struct sim *find_named(struct sim *first, struct str name)
{
	for (struct sim *s = first; s != NULL; s = s->next)
		if (s->name != NULL && str_is(name, s->name))
			return s;
	return NULL;
}

static struct sim *add_another(struct sim *first, struct str name)
{
	struct sim *sim = mem_zero(1, sizeof(*sim)), *last = first;
	CLEANUP(buf_deinit) struct buf bot = { 0 };
	CLEANUP(buf_deinit) struct buf app = { 0 };

	buf_addf(&bot, "%s-%.*s%c", SIM_BOT_TOKEN, STR_ARG(name), '\0');
	buf_addf(&app, "%s-%.*s%c", SIM_APP_TOKEN, STR_ARG(name), '\0');
	while (last->next != NULL)
		last = last->next;
	last->next = sim;
	sim->first = first;
	sim->loop = first->loop;
	sim->server = first->server;
	sim->started = first->started;
	furnish(sim, bot.p, app.p, sim_random(first, 1u << 30));
	return sim;
}

struct sim *sim_named(struct sim *sim, struct str name)
{
	struct sim *found = find_named(sim->first, name);

	if (found != NULL)
		return found;
	found = sim->first->name == NULL ? sim->first : add_another(sim->first, name);
	found->name = str_dup(name);
	workspace_name(&found->workspace, name);
	return found;
}

struct sim *sim_of_token(struct sim *sim, struct str token)
{
	for (struct sim *s = sim->first; s != NULL; s = s->next)
		if (str_is(token, s->bot_token) || str_is(token, s->app_token))
			return s;
	return sim->first;
}

/* ---- the end ---- */

static void answer_free(void *pointer)
{
	json_free(pointer);
}

static void clear_out(struct sim *sim)
{
	links_free(sim->links);
	socket_side_free(sim->socket);
	rtm_side_free(sim->rtm);
	faults_clear(&sim->faults);
	slashes_free(sim->slashes);
	map_deinit(&sim->hooks, hook_free);
	map_deinit(&sim->answers, answer_free);
	map_deinit(&sim->buckets, free);
	json_free(sim->events);
	tickets_deinit(&sim->tickets);
	ledger_deinit(&sim->ledger);
	buf_deinit(&sim->complaints);
	workspace_deinit(&sim->workspace);
	free(sim->name);
	free(sim->bot_token);
	free(sim->app_token);
	free(sim->set.scopes);
	free(sim->plan.hello_reason);
	free(sim->plan.garbage);
	free(sim->plan.late_echo);
}

void sim_free(struct sim *sim)
{
	struct loop *loop = sim != NULL ? sim->loop : NULL;

	if (sim == NULL)
		return;
	for (struct sim *s = sim; s != NULL; s = s->next)
		proxy_free(s->proxy);
	server_free(sim->server);
	while (loop != NULL && sim != NULL) {
		struct sim *next = sim->next;

		clear_out(sim);
		free(sim);
		sim = next;
	}
	free(sim);
	if (loop != NULL)
		loop_free(loop);
}

int64_t sim_ms(const struct sim *sim)
{
	return mono_ms_between(sim->started, loop_now(sim->loop));
}

int64_t sim_scaled(const struct sim *sim, int64_t ms)
{
	return ms / sim->set.speed;
}

/* xorshift64*: the same seed plays the same scenario again. */
uint64_t sim_random(struct sim *sim, uint64_t below)
{
	sim->random ^= sim->random >> 12;
	sim->random ^= sim->random << 25;
	sim->random ^= sim->random >> 27;
	return (sim->random * 2685821657736338717u >> 11) % below;
}

void sim_uuid(struct sim *sim, char out[37])
{
	uint64_t a = sim_random(sim, 1ull << 48), b = sim_random(sim, 1ull << 48);

	snprintf(out, 37, "%08x-%04x-4%03x-8%03x-%012llx", (unsigned)(a >> 16),
		 (unsigned)(a & 0xffff), (unsigned)(b & 0xfff), (unsigned)(b >> 12 & 0xfff),
		 (unsigned long long)(a ^ b << 1) & 0xffffffffffffull);
}

void sim_complain(struct sim *sim, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	buf_addv(&sim->complaints, fmt, args);
	va_end(args);
	buf_addc(&sim->complaints, '\n');
}

/* RTM never says what kind of channel it is. */
static struct json *without_channel_type(struct json *take_event)
{
	struct json *plain = json_new_object(), *value;
	struct str key;

	for (size_t i = 0; json_member(take_event, &i, &key, &value);) {
		CLEANUP(mem_freep) char *name = str_dup(key);

		if (!str_is(key, "channel_type"))
			json_set(plain, name, json_copy(value));
	}
	json_free(take_event);
	return plain;
}

enum { EVENTS_KEPT = 32 };

static void note_event(struct sim *sim, struct str text)
{
	if (json_len(sim->events) >= 2 * EVENTS_KEPT) {
		struct json *newest = json_new_array();

		for (size_t i = EVENTS_KEPT; i < json_len(sim->events); i++)
			json_push(newest, json_copy(json_item(sim->events, i)));
		json_free(sim->events);
		sim->events = newest;
	}
	json_push_str(sim->events, text);
}

void sim_publish_as_is(struct sim *sim, struct json *take_inner)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	json_print(take_inner, &text);
	json_free(take_inner);
	note_event(sim, buf_str(&text));
	if (sim->set.classic)
		rtm_side_publish(sim->rtm, buf_str(&text));
	else
		socket_side_publish(sim->socket, buf_str(&text));
}

void sim_publish(struct sim *sim, const struct channel *c, struct json *take_inner)
{
	if (c != NULL && !channel_has(c, sim->workspace.bot))
		json_free(take_inner);
	else if (sim->set.classic)
		sim_publish_as_is(sim, without_channel_type(take_inner));
	else
		sim_publish_as_is(sim, take_inner);
}

/* Slack tells a new-style app of a mention a second time, as an event of its own; not in DMs. */
static bool is_mention(const struct sim *sim, const struct channel *c, const struct message *m)
{
	char mark[32];

	snprintf(mark, sizeof(mark), "<@%s", sim->workspace.bot->id);
	return !sim->set.classic && c->kind != PLACE_DM && m->author != sim->workspace.bot &&
	       str_find(str_from(m->text), mark) != SIZE_MAX;
}

static void publish_mention(struct sim *sim, struct channel *c, struct message *m)
{
	if (is_mention(sim, c, m) && channel_has(c, sim->workspace.bot))
		sim_publish(sim, NULL, fact_mention_event(&sim->workspace, c, m));
}

void sim_publish_edit(struct sim *sim, struct channel *c, struct message *m,
		      struct json *take_before)
{
	publish_mention(sim, c, m);
	sim_publish(sim, c, fact_changed_event(&sim->workspace, c, m, take_before));
}

void sim_publish_message(struct sim *sim, struct channel *c, struct message *m)
{
	m->published = clock_mono(loop_clock(sim->loop));
	publish_mention(sim, c, m);
	sim_publish(sim, c, fact_message_event(&sim->workspace, c, m));
}

void sim_seen(const struct sim *sim, const struct channel *c, const struct message *m,
	      const char *what)
{
	if (sim->first->on_seen != NULL)
		sim->first->on_seen(sim->first->on_seen_owner, c, m, what);
}
