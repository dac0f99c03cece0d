/* SPDX-License-Identifier: MIT */
#include "directory/members.h"

#include <stdlib.h>
#include "base/map.h"
#include "base/mem.h"

enum { CHANNELS_MAX = 100 }; /* lists that are late for so many are late for good */

struct members {
	struct api *api;
	const struct secret *token;
	struct lookups *lookups;
	struct map asked; /* struct asking by channel */
};

struct asking {
	struct members *members;
	struct api_call *call; /* NULL = answered */
};

static void on_members(void *owner, const struct outcome *outcome)
{
	struct asking *asking = owner;
	const struct json *ids = json_at(outcome->body, "members");
	size_t n = json_kind(ids) == JSON_ARRAY ? json_len(ids) : 0;

	asking->call = NULL;
	for (size_t i = 0; i < n; i++)
		lookups_learn_user(asking->members->lookups, json_str(json_item(ids, i), ""));
}

void members_ask(struct members *m, struct str channel)
{
	struct buf form = { 0 };
	struct asking *asking;

	if (channel.len == 0 || m->asked.n >= CHANNELS_MAX || map_get(&m->asked, channel) != NULL)
		return;
	asking = mem_zero(1, sizeof(*asking));
	asking->members = m;
	map_set(&m->asked, channel, asking);
	api_arg(&form, "channel", channel);
	api_arg(&form, "limit", STR("200"));
	asking->call = api_call(m->api, "conversations.members", m->token, STR_EMPTY, &form,
				on_members, asking);
}

struct members *members_new(struct api *api, const struct secret *token, struct lookups *lookups)
{
	struct members *m = mem_zero(1, sizeof(*m));

	m->api = api;
	m->token = token;
	m->lookups = lookups;
	map_init(&m->asked);
	return m;
}

static void drop_asking(void *object)
{
	struct asking *asking = object;

	api_cancel(asking->call);
	free(asking);
}

void members_free(struct members *m)
{
	if (m == NULL)
		return;
	map_deinit(&m->asked, drop_asking);
	free(m);
}
