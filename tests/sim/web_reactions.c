/* SPDX-License-Identifier: MIT */
/* reactions.* */
#include "sim/facts.h"
#include "sim/web_api.h"

static struct message *reacted_message(struct call *call, struct channel **c)
{
	struct message *m;

	*c = call_channel(call);
	if (*c == NULL)
		return NULL;
	m = channel_message(*c, call_arg(call, "timestamp"));
	if (m != NULL && !message_is(m, "tombstone"))
		return m;
	call_fail(call, "message_not_found");
	return NULL;
}

/* A bare name: `+1`, `wave::skin-tone-3`; no colons around it. */
static bool name_is_good(struct call *call, struct str name)
{
	bool good = name.len > 0 && name.len <= 100;

	for (size_t i = 0; i < name.len; i++) {
		char c = name.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
		      c == '+' || (c == ':' && i > 0 && i + 1 < name.len)))
			good = false;
	}
	if (!good)
		call_fail(call, "invalid_name");
	return good;
}

static void change(struct call *call, bool add)
{
	struct sim_workspace *w = &call->sim->workspace;
	struct str name = call_arg(call, "name");
	struct channel *c;
	struct message *m = reacted_message(call, &c);

	if (m == NULL || !name_is_good(call, name))
		return;
	if (!channel_has(c, w->bot)) {
		call_fail(call, "not_in_channel");
		return;
	}
	if (add ? !message_react(m, w->bot, name) : !message_unreact(m, w->bot, name)) {
		call_fail(call, add ? "already_reacted" : "no_reaction");
		return;
	}
	call_acted(call, c, m->ts);
	call_echo(call, c, fact_reaction_event(w, c, m, w->bot, name, add));
	sim_seen(call->sim, c, m, add ? "reacts" : "unreacts");
}

static void add(struct call *call)
{
	change(call, true);
}

static void remove_reaction(struct call *call)
{
	change(call, false);
}

static void get(struct call *call)
{
	struct channel *c;
	struct message *m = reacted_message(call, &c);

	if (m == NULL)
		return;
	json_set_str(call->answer, "type", STR("message"));
	json_set_str(call->answer, "channel", str_from(c->id));
	json_set(call->answer, "message", fact_message(&call->sim->workspace, m));
}

const struct method reaction_methods[] = {
	{ "reactions.add", true, TOKEN_BOT, "reactions:write", 50, add },
	{ "reactions.remove", true, TOKEN_BOT, "reactions:write", 20, remove_reaction },
	{ "reactions.get", false, TOKEN_BOT, "reactions:read", 50, get },
	{ 0 },
};
