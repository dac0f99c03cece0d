/* SPDX-License-Identifier: MIT */
#include "webapi/history.h"

#include <stdlib.h>
#include "base/arena.h"
#include "base/mem.h"

/* Slack gives more at a time, and recommends no more than this. */
static const char PAGE[] = "200";

struct history {
	struct history_setup setup;
	struct arena arena;
	struct api_call *call;
};

static void on_page(void *owner, const struct outcome *outcome);

static void ask_page(struct history *h, struct str cursor)
{
	const struct history_setup *setup = &h->setup;
	bool is_thread = setup->thread_ts.len > 0;
	struct buf form = { 0 };

	api_arg(&form, "channel", setup->channel);
	if (is_thread)
		api_arg(&form, "ts", setup->thread_ts);
	if (setup->oldest.len > 0) {
		api_arg(&form, "oldest", setup->oldest);
		api_arg(&form, "inclusive", STR("true"));
	}
	api_arg(&form, "include_all_metadata", STR("true"));
	api_arg(&form, "limit", str_from(PAGE));
	if (cursor.len > 0)
		api_arg(&form, "cursor", cursor);
	h->call = api_call(setup->api,
			   is_thread ? "conversations.replies" : "conversations.history",
			   setup->token, STR_EMPTY, &form, on_page, h);
}

static void history_free(struct history *h)
{
	arena_deinit(&h->arena);
	free(h);
}

static void on_page(void *owner, const struct outcome *outcome)
{
	struct history *h = owner;
	const struct history_setup setup = h->setup;
	const struct json *messages = json_at(outcome->body, "messages");
	struct str cursor = json_str(outcome->body, "response_metadata.next_cursor");
	size_t n = json_kind(messages) == JSON_ARRAY ? json_len(messages) : 0;

	h->call = NULL;
	if (outcome->kind == OUTCOME_DONE) {
		for (size_t i = 0; i < n; i++)
			setup.on_message(setup.owner, json_item(messages, i));
		if (cursor.len > 0 && n > 0) {
			ask_page(h, cursor);
			return;
		}
	}
	history_free(h);
	setup.on_end(setup.owner, outcome);
}

struct history *history_read(const struct history_setup *setup)
{
	struct history *h = mem_zero(1, sizeof(*h));

	h->setup = *setup;
	arena_init(&h->arena);
	h->setup.channel = str_keep(&h->arena, setup->channel);
	h->setup.thread_ts = str_keep(&h->arena, setup->thread_ts);
	h->setup.oldest = str_keep(&h->arena, setup->oldest);
	ask_page(h, STR_EMPTY);
	return h;
}

void history_cancel(struct history *h)
{
	if (h == NULL)
		return;
	api_cancel(h->call);
	history_free(h);
}
