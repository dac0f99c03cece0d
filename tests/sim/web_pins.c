/* SPDX-License-Identifier: MIT */
/* pins.* */
#include "sim/facts.h"
#include "sim/web_api.h"

/* The message that a pin is about; NULL after call_fail. */
static struct message *pinnable(struct call *call, const struct channel *c)
{
	struct str ts = call_arg(call, "timestamp");
	struct message *m = channel_message(c, ts);

	if (m == NULL || message_is(m, "tombstone"))
		call_fail(call, ts.len > 0 ? "message_not_found" : "no_item_specified");
	else if (!channel_has(c, call->sim->workspace.bot))
		call_fail(call, "not_in_channel");
	return call->error == NULL ? m : NULL;
}

static void change(struct call *call, bool add)
{
	struct sim_workspace *w = &call->sim->workspace;
	struct channel *c = call_channel(call);
	struct message *m = c != NULL ? pinnable(call, c) : NULL;

	if (m == NULL)
		return;
	if (m->pinned == add) {
		call_fail(call, add ? "already_pinned" : "no_pin");
		return;
	}
	m->pinned = add;
	call_acted(call, c, m->ts);
	call_echo(call, c, fact_pin_event(w, c, m, w->bot, add));
	sim_seen(call->sim, c, m, add ? "pins" : "unpins");
}

static void add_pin(struct call *call)
{
	change(call, true);
}

static void remove_pin(struct call *call)
{
	change(call, false);
}

static void list(struct call *call)
{
	const struct sim_workspace *w = &call->sim->workspace;
	struct channel *c = call_channel(call);
	struct json *items;

	if (c == NULL)
		return;
	items = json_new_array();
	for (size_t i = c->n_messages; i-- > 0;) {
		struct json *item;

		if (!c->messages[i]->pinned || c->messages[i]->deleted)
			continue;
		item = json_new_object();
		json_set_str(item, "type", STR("message"));
		json_set_str(item, "channel", str_from(c->id));
		json_set(item, "message", fact_message(w, c->messages[i]));
		json_push(items, item);
	}
	json_set(call->answer, "items", items);
}

const struct method pin_methods[] = {
	{ "pins.add", true, TOKEN_BOT, "pins:write", 20, add_pin },
	{ "pins.remove", true, TOKEN_BOT, "pins:write", 20, remove_pin },
	{ "pins.list", false, TOKEN_BOT, "pins:read", 20, list },
	{ 0 },
};
