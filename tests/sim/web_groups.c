/* SPDX-License-Identifier: MIT */
/* usergroups.*: people who are mentioned together. */
#include "sim/facts.h"
#include "sim/web_api.h"

static void list(struct call *call)
{
	const struct sim_workspace *w = &call->sim->workspace;
	struct json *all = json_new_array();
	struct map_entry *at = NULL;
	struct str handle;
	void *value;

	while (map_next(&w->usergroups, &at, &handle, &value))
		json_push(all, fact_usergroup(w, value, call_flag(call, "include_users")));
	json_set(call->answer, "usergroups", all);
}

static void users_list(struct call *call)
{
	const struct usergroup *g = workspace_usergroup(&call->sim->workspace,
							call_arg(call, "usergroup"));
	struct json *all;

	if (g == NULL) {
		call_fail(call, "no_such_subteam");
		return;
	}
	all = json_new_array();
	for (size_t i = 0; i < g->n_users; i++)
		json_push_str(all, str_from(g->users[i]->id));
	json_set(call->answer, "users", all);
}

const struct method group_methods[] = {
	{ "usergroups.list", false, TOKEN_BOT, "usergroups:read", 20, list },
	{ "usergroups.users.list", false, TOKEN_BOT, "usergroups:read", 20, users_list },
	{ 0 },
};
