/* SPDX-License-Identifier: MIT */
/* auth.test, api.test, team.info, users.*, emoji.list, bots.info */
#include "base/mem.h"
#include "sim/facts.h"
#include "sim/web_api.h"

static void put(struct json *object, const char *key, const char *value)
{
	json_set_str(object, key, str_from(value));
}

static void api_test(struct call *call)
{
	json_set(call->answer, "args", json_copy(call->args));
	if (call_arg(call, "error").len > 0)
		call_fail(call, call_arg(call, "error").p); /* json keeps a NUL behind its texts */
}

static void auth_test(struct call *call)
{
	const struct sim_workspace *w = &call->sim->workspace;
	CLEANUP(buf_deinit) struct buf url = { 0 };

	buf_addf(&url, "https://%s.slack.com/", w->domain);
	json_set_str(call->answer, "url", buf_str(&url));
	put(call->answer, "team", w->team_name);
	put(call->answer, "user", w->bot->name);
	put(call->answer, "team_id", w->team_id);
	put(call->answer, "user_id", w->bot->id);
	put(call->answer, "bot_id", w->bot->bot_id);
	json_set_bool(call->answer, "is_enterprise_install", call->sim->set.org_wide);
}

static void team_info(struct call *call)
{
	const struct sim_workspace *w = &call->sim->workspace;
	struct json *team = json_new_object();

	put(team, "id", w->team_id);
	put(team, "name", w->team_name);
	put(team, "domain", w->domain);
	put(team, "email_domain", "");
	json_set(team, "icon", json_new_object());
	json_set(call->answer, "team", team);
}

static void users_list(struct call *call)
{
	const struct sim_workspace *w = &call->sim->workspace;
	struct json *all = json_new_array();
	struct map_entry *at = NULL;
	struct str id;
	void *value;

	while (map_next(&w->users, &at, &id, &value))
		json_push(all, fact_user(w, value));
	json_set_int(call->answer, "cache_ts", clock_wall(w->clock).ms / 1000);
	call_page(call, "members", all);
}

static void users_info(struct call *call)
{
	const struct sim_workspace *w = &call->sim->workspace;
	const struct user *u = map_get(&w->users, call_arg(call, "user"));

	if (u == NULL)
		call_fail(call, "user_not_found");
	else
		json_set(call->answer, "user", fact_user(w, u));
}

static void lookup_by_email(struct call *call)
{
	const struct sim_workspace *w = &call->sim->workspace;
	struct map_entry *at = NULL;
	struct str id;
	void *value;

	while (map_next(&w->users, &at, &id, &value)) {
		CLEANUP(json_freep) struct json *one = fact_user(w, value);
		struct str email = json_str(one, "profile.email");

		if (email.len > 0 && str_eq_nocase(email, call_arg(call, "email"))) {
			json_set(call->answer, "user", TAKE(one));
			return;
		}
	}
	call_fail(call, "users_not_found");
}

static void emoji_list(struct call *call)
{
	struct json *all = json_new_object();
	struct map_entry *at = NULL;
	struct str name;
	void *value;

	while (map_next(&call->sim->workspace.emoji, &at, &name, &value)) {
		CLEANUP(mem_freep) char *key = str_dup(name);
		CLEANUP(buf_deinit) struct buf url = { 0 };

		buf_addf(&url, "https://emoji.slack-edge.com/%s/%s/1.png",
			 call->sim->workspace.team_id, key);
		json_set_str(all, key, buf_str(&url));
	}
	json_set(call->answer, "emoji", all);
}

static void bots_info(struct call *call)
{
	const struct sim_workspace *w = &call->sim->workspace;
	const struct user *u = workspace_bot_by_id(w, call_arg(call, "bot"));
	struct json *bot;

	if (u == NULL) {
		call_fail(call, "bot_not_found");
		return;
	}
	bot = json_new_object();
	put(bot, "id", u->bot_id);
	json_set_bool(bot, "deleted", false);
	put(bot, "name", u->name);
	json_set_int(bot, "updated", 1700000000);
	put(bot, "app_id", u->app_id);
	put(bot, "user_id", u->id);
	json_set(bot, "icons", json_new_object());
	json_set(call->answer, "bot", bot);
}

const struct method people_methods[] = {
	{ "api.test", true, TOKEN_NONE, NULL, 100, api_test },
	{ "auth.test", true, TOKEN_BOT, NULL, 0, auth_test },
	{ "team.info", true, TOKEN_BOT, "team:read", 50, team_info },
	{ "users.list", false, TOKEN_BOT, "users:read", 20, users_list },
	{ "users.info", false, TOKEN_BOT, "users:read", 100, users_info },
	{ "users.lookupByEmail", false, TOKEN_BOT, "users:read.email", 50, lookup_by_email },
	{ "emoji.list", false, TOKEN_BOT, "emoji:read", 20, emoji_list },
	{ "bots.info", false, TOKEN_BOT, "users:read", 50, bots_info },
	{ 0 },
};
