/* SPDX-License-Identifier: MIT */
/* Commands that set the scene. */
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "sim/commands.h"
#include "sim/web_api.h"

static bool add_users(struct stage *st, const struct match *m, bool bots)
{
	struct str rest = match_text(m, "PERSONS"), name;

	while (str_word(&rest, &name)) {
		str_skip(&name, "@");
		workspace_add_user(&st->sim->workspace, name, bots);
	}
	return true;
}

static bool people(struct stage *st, const struct match *m)
{
	return add_users(st, m, false);
}

static bool bots(struct stage *st, const struct match *m)
{
	return add_users(st, m, true);
}

/* Everyone who is there by now is a member. */
static void everyone_joins(struct workspace *w, struct channel *c)
{
	struct map_entry *at = NULL;
	struct str id;
	void *value;

	while (map_next(&w->users, &at, &id, &value))
		channel_join(c, value);
}

static bool add_channels(struct stage *st, const struct match *m, enum place_kind kind)
{
	struct str rest = match_text(m, "CHANNELS"), name;

	while (str_word(&rest, &name)) {
		str_skip(&name, "#");
		everyone_joins(&st->sim->workspace,
			       workspace_add_channel(&st->sim->workspace, name, kind));
	}
	return true;
}

static bool channels(struct stage *st, const struct match *m)
{
	return add_channels(st, m, PLACE_PUBLIC);
}

static bool private_channels(struct stage *st, const struct match *m)
{
	return add_channels(st, m, PLACE_PRIVATE);
}

static bool groups(struct stage *st, const struct match *m)
{
	return add_channels(st, m, PLACE_GROUP);
}

static bool archive(struct stage *st, const struct match *m)
{
	struct channel *c = stage_channel(st, m, NULL);

	if (c != NULL)
		c->archived = true;
	return c != NULL;
}

/* One of a few words; its number, or -1 after stage_fail. */
static int choose(struct stage *st, const struct match *m, const char *const *choices, size_t n)
{
	struct str seen = match_text(m, "WORD");

	for (size_t i = 0; i < n; i++)
		if (str_is(seen, choices[i]))
			return (int)i;
	stage_fail(st, "`%.*s` is none of:", STR_ARG(seen));
	for (size_t i = 0; i < n; i++)
		stage_fail(st, " %s", choices[i]);
	return -1;
}

static bool workspace_is(struct stage *st, const struct match *m)
{
	static const char *const kinds[] = { "granular", "classic" };
	int kind = choose(st, m, kinds, ARRAY_LEN(kinds));

	if (kind >= 0)
		st->sim->set.classic = kind == 1;
	return kind >= 0;
}

static bool rtm_start_is(struct stage *st, const struct match *m)
{
	static const char *const kinds[] = { "short", "long" };
	int kind = choose(st, m, kinds, ARRAY_LEN(kinds));

	if (kind >= 0)
		st->sim->set.old_rtm_start = kind == 1;
	return kind >= 0;
}

static bool limits_are(struct stage *st, const struct match *m)
{
	static const char *const kinds[] = { "off", "on" };
	int kind = choose(st, m, kinds, ARRAY_LEN(kinds));

	if (kind >= 0)
		st->sim->set.limits = kind == 1;
	return kind >= 0;
}

static bool limit(struct stage *st, const struct match *m)
{
	int64_t n = match_number(m, "NUMBER", 1);

	if (n < 1)
		return stage_fail(st, "the number must be at least 1");
	web_api_limit(st->sim, match_text(m, "METHOD"), match_ms(m, "TIME", 60000) / n, n);
	return true;
}

static bool echoes_come(struct stage *st, const struct match *m)
{
	static const char *const kinds[] = {
		[ECHO_AFTER] = "after", [ECHO_BEFORE] = "before", [ECHO_NEVER] = "never"
	};
	int kind = choose(st, m, kinds, ARRAY_LEN(kinds));

	if (kind >= 0)
		st->sim->set.echo = (enum echo)kind;
	return kind >= 0;
}

static bool speed(struct stage *st, const struct match *m)
{
	int64_t times = match_number(m, "NUMBER", 1);

	if (times < 1)
		return stage_fail(st, "the number must be at least 1");
	st->sim->set.speed = times;
	return true;
}

static bool take_scope(struct stage *st, const struct match *m)
{
	struct str rest = str_from(st->sim->set.scopes), piece;
	CLEANUP(buf_deinit) struct buf left;

	buf_init(&left, 0);
	while (str_cut(&rest, ',', &piece))
		if (!str_eq(piece, match_text(m, "WORD")))
			buf_addf(&left, "%s%.*s", left.len > 0 ? "," : "", STR_ARG(piece));
	free(st->sim->set.scopes);
	st->sim->set.scopes = buf_take(&left);
	return true;
}

static bool pages(struct stage *st, const struct match *m)
{
	st->sim->set.page = match_number(m, "NUMBER", 0);
	return true;
}

const struct command world_commands[] = {
	{ "people PERSONS", "these people are in the workspace", people },
	{ "bots PERSONS", "so are these bots of other apps", bots },
	{ "channels CHANNELS",
	  "public channels; everyone who is there by now is a member, our bot too", channels },
	{ "private channels CHANNELS", "private ones", private_channels },
	{ "groups CHANNELS", "direct messages of several people", groups },
	{ "archive CHANNEL", "the channel is closed from now on", archive },
	{ "workspace WORD", "granular (new-style app, Socket Mode; so it begins) or classic (RTM)",
	  workspace_is },
	{ "rtm.start answers WORD",
	  "short, as today, or long, with everyone and everything, as in old times", rtm_start_is },
	{ "limits WORD", "on (so it begins) or off: the rate limits of the Web API", limits_are },
	{ "limit METHOD to NUMBER per TIME", "another limit for one method", limit },
	{ "echoes come WORD",
	  "after, before or never: the event of an own post, seen from the answer", echoes_come },
	{ "time runs NUMBER times faster",
	  "Slack's schedules: resending, tickets, the end of refreshed sockets", speed },
	{ "take scope WORD away", "the bot's token loses a scope", take_scope },
	{ "pages of NUMBER", "lists come in pages of at most so many", pages },
	{ 0 },
};
