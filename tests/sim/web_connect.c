/* SPDX-License-Identifier: MIT */
/* apps.connections.open, rtm.connect, rtm.start: a URL with a ticket. */
#include "base/mem.h"
#include "sim/facts.h"
#include "sim/web_api.h"

enum { TICKET_MS = 30000 };

static void give_url(struct call *call, const char *path, const char *more)
{
	struct sim *sim = call->sim;
	CLEANUP(buf_deinit) struct buf url = { 0 };
	char ticket[37];

	sim_uuid(sim, ticket);
	ticket_give(&sim->tickets, ticket,
		    mono_after(loop_now(sim->loop), sim_scaled(sim, TICKET_MS)));
	buf_addf(&url, "wss://%s:%d%s?ticket=%s%s", sim->first->host, server_port(sim->server),
		 path, ticket, more);
	json_set_str(call->answer, "url", buf_str(&url));
}

static void connections_open(struct call *call)
{
	give_url(call, "/link/",
		 "&app_id=8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4");
}

static void rtm_connect(struct call *call)
{
	const struct sim_workspace *w = &call->sim->workspace;
	struct json *self, *team;

	if (call->sim->plan.migrating > 0) {
		call->sim->plan.migrating--;
		call_fail(call, "migration_in_progress");
		return;
	}
	give_url(call, "/rtm/", "");
	self = json_new_object();
	team = json_new_object();
	json_set_str(self, "id", str_from(w->bot->id));
	json_set_str(self, "name", str_from(w->bot->name));
	json_set_str(team, "id", str_from(w->team_id));
	json_set_str(team, "name", str_from(w->team_name));
	json_set_str(team, "domain", str_from(w->domain));
	json_set(call->answer, "self", self);
	json_set(call->answer, "team", team);
}

/* The big answer of old: everyone and everything. */
static void add_everything(struct call *call)
{
	const struct sim_workspace *w = &call->sim->workspace;
	struct json *users = json_new_array(), *channels = json_new_array(),
		    *ims = json_new_array();
	struct map_entry *at = NULL;
	struct str id;
	void *value;

	while (map_next(&w->users, &at, &id, &value))
		json_push(users, fact_user(w, value));
	at = NULL;
	while (map_next(&w->channels, &at, &id, &value)) {
		const struct channel *c = value;

		json_push(c->kind == PLACE_DM ? ims : channels, fact_channel(w, c));
	}
	json_set(call->answer, "users", users);
	json_set(call->answer, "channels", channels);
	json_set(call->answer, "ims", ims);
	json_set(call->answer, "groups", json_new_array());
	json_set(call->answer, "mpims", json_new_array());
	json_set(call->answer, "bots", json_new_array());
	json_set(call->answer, "cache_version", json_new_object());
}

static void rtm_start(struct call *call)
{
	rtm_connect(call);
	if (call->error == NULL && call->sim->set.old_rtm_start)
		add_everything(call);
}

const struct method connection_methods[] = {
	{ "apps.connections.open", true, TOKEN_APP, NULL, 50, connections_open },
	{ "rtm.connect", false, TOKEN_CLASSIC, NULL, 1, rtm_connect },
	{ "rtm.start", false, TOKEN_CLASSIC, NULL, 1, rtm_start },
	{ 0 },
};
