/* SPDX-License-Identifier: MIT */
/* Commands that set the scene. */
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "calendar/civil.h"
#include "base/mem.h"
#include "sim/commands.h"
#include "sim/facts.h"
#include "sim/links.h"
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

static bool add_guests(struct stage *st, const struct match *m, enum guest_kind kind)
{
	struct str rest = match_text(m, "PERSONS"), name;

	while (str_word(&rest, &name)) {
		str_skip(&name, "@");
		workspace_add_user(&st->sim->workspace, name, false)->guest = kind;
	}
	return true;
}

static bool guests(struct stage *st, const struct match *m)
{
	return add_guests(st, m, GUEST_RESTRICTED);
}

static bool single_guests(struct stage *st, const struct match *m)
{
	return add_guests(st, m, GUEST_ULTRA_RESTRICTED);
}

/* Ids of those in `of` who are not in `without`. */
static struct json *difference(const struct usergroup *of, const struct usergroup *without)
{
	struct json *ids = json_new_array();

	for (size_t i = 0; i < of->n_users; i++)
		if (!usergroup_has(without, of->users[i]))
			json_push_str(ids, str_from(of->users[i]->id));
	return ids;
}

/* Slack tells an app that has been there of it, as it would any app. */
static void tell_of_group(struct stage *st, const struct usergroup *g,
			  const struct usergroup *before, bool is_new)
{
	struct sim *sim = st->sim;

	if (sim->links->n_ever == 0)
		return;
	sim_publish(sim, NULL,
		    fact_usergroup_event(&sim->workspace,
					 is_new ? "subteam_created" : "subteam_updated", g));
	if (!is_new)
		sim_publish(sim, NULL,
			    fact_usergroup_members_event(&sim->workspace, g, difference(g, before),
							 difference(before, g)));
}

static bool group(struct stage *st, const struct match *m)
{
	struct sim_workspace *w = &st->sim->workspace;
	struct str handle = match_text(m, "PERSON"), rest = match_text(m, "PERSONS"), name;
	struct usergroup *g, before;
	bool is_new;

	str_skip(&handle, "@");
	is_new = workspace_usergroup(w, handle) == NULL;
	g = workspace_add_usergroup(w, handle);
	before = *g;
	g->users = NULL;
	g->n_users = 0;
	while (str_word(&rest, &name)) {
		str_skip(&name, "@");
		usergroup_add(g, workspace_add_user(w, name, false));
	}
	tell_of_group(st, g, &before, is_new);
	free(before.users);
	return true;
}

static bool custom_emoji(struct stage *st, const struct match *m)
{
	struct str rest = match_text(m, "REST"), name;

	while (str_word(&rest, &name)) {
		if (!str_skip(&name, ":") || !str_ends(name, ":"))
			return stage_fail(st, "an emoji stands between colons: :shipit:");
		name.len--;
		map_set(&st->sim->workspace.emoji, name, st->sim);
	}
	return true;
}

static bool method_answers(struct stage *st, const struct match *m)
{
	struct str text = match_has(m, "JSON") ? match_text(m, "JSON") : str_trim(st->block);
	struct json *j = stage_json(st, text);

	if (j == NULL)
		return false;
	if (json_kind(j) != JSON_OBJECT) {
		json_free(j);
		return stage_fail(st, "an answer is a JSON object");
	}
	web_api_answer(st->sim, match_text(m, "METHOD"), j);
	return true;
}

/* Everyone who is there by now is a member. */
static void everyone_joins(struct sim_workspace *w, struct channel *c)
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
	static const char *const kinds[] = { "granular", "classic", "org-wide" };
	int kind = choose(st, m, kinds, ARRAY_LEN(kinds));

	if (kind >= 0)
		st->sim->set.classic = kind == 1;
	st->sim->set.org_wide = kind == 2;
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

static bool forgets(struct stage *st, const struct match *m)
{
	(void)m;
	st->sim->set.forgetful = true;
	return true;
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

/* Only where that harms nobody: on a small disk in memory, as tests/disk makes one. */
static bool fill_disk(struct stage *st, const struct match *m)
{
	enum { MIB = 1 << 20, MAX_MIB = 64 };
	CLEANUP(mem_freep) char *path = stage_path(st, "filler");
	static const char zeros[4096];
	struct statfs disk;
	int fd = path != NULL ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;

	(void)m;
	if (fd < 0 || fstatfs(fd, &disk) != 0)
		return stage_fail(st, "the disk cannot be filled");
	if (disk.f_type == TMPFS_MAGIC && disk.f_blocks > 0 &&
	    disk.f_blocks * (uint64_t)disk.f_bsize <= (uint64_t)MAX_MIB * MIB) {
		while (write(fd, zeros, sizeof(zeros)) > 0)
			;
		close(fd);
		return true;
	}
	close(fd);
	unlink(path);
	return stage_fail(st, "TMPDIR is no tmpfs of at most %d MiB: see tests/disk", MAX_MIB);
}

static bool make_room(struct stage *st, const struct match *m)
{
	CLEANUP(mem_freep) char *path = stage_path(st, "filler");

	(void)m;
	return path != NULL && (unlink(path) == 0 || stage_fail(st, "the disk was not filled"));
}

static bool change_token(struct stage *st, const struct match *m)
{
	CLEANUP(mem_freep) char *old = st->sim->bot_token;
	struct buf anew = { 0 };

	(void)m;
	buf_addf(&anew, "%s-anew", old);
	st->sim->bot_token = buf_take(&anew);
	return true;
}

static bool take_scope(struct stage *st, const struct match *m)
{
	struct str rest = str_from(st->sim->set.scopes), piece;
	CLEANUP(buf_deinit) struct buf left = { 0 };

	while (str_cut(&rest, ',', &piece))
		if (!str_eq(piece, match_text(m, "WORD")))
			buf_addf(&left, "%s%.*s", left.len > 0 ? "," : "", STR_ARG(piece));
	free(st->sim->set.scopes);
	st->sim->set.scopes = buf_take(&left);
	if (str_is(match_text(m, "WORD"), "users:read.email"))
		st->sim->workspace.hides_emails = true;
	return true;
}

static bool give_scope(struct stage *st, const struct match *m)
{
	CLEANUP(buf_deinit) struct buf all = { 0 };

	buf_addf(&all, "%s,%.*s", st->sim->set.scopes, STR_ARG(match_text(m, "WORD")));
	free(st->sim->set.scopes);
	st->sim->set.scopes = buf_take(&all);
	if (str_is(match_text(m, "WORD"), "users:read.email"))
		st->sim->workspace.hides_emails = false;
	return true;
}

static bool pages(struct stage *st, const struct match *m)
{
	st->sim->set.page = match_number(m, "NUMBER", 0);
	return true;
}

static bool time_is(struct stage *st, const struct match *m)
{
	struct calendar *calendar = &st->sim->first->calendar;
	struct str time = match_text(m, "TEXT"), day;
	struct civil civil = { .second = 0 };

	str_word(&time, &day);
	if (!civil_read_date(day, &civil) || !civil_read_time(str_trim(time), &civil))
		return stage_fail(st, "a time looks so: \"2026-12-24 19:00\"");
	calendar->ahead_ms = civil_seconds(&civil) * 1000 - clock_wall(calendar->under).ms;
	return true;
}

static bool in_workspace(struct stage *st, const struct match *m)
{
	st->sim = sim_named(st->sim, match_text(m, "NAME"));
	return true;
}

static bool address_is(struct stage *st, const struct match *m)
{
	free(st->sim->workspace.domain);
	st->sim->workspace.domain = str_dup(match_text(m, "WORD"));
	return true;
}

const struct command several_commands[] = {
	{ "in workspace NAME",
	  "from here on everything is said of this workspace, which is made when it is new, with people, tokens and "
	  "faults of its own; the first that is named is the one that is there already. The client gets "
	  "SLACK_BOT_TOKEN_NAME and, unless it is a classic one, SLACK_APP_TOKEN_NAME",
	  in_workspace },
	{ "its address is WORD", "WORD.slack.com, in place of that of its name", address_is },
	{ 0 },
};

const struct command world_commands[] = {
	{ "people PERSONS", "these people are in the workspace", people },
	{ "guests PERSONS", "so are these guests of several channels (is_restricted)", guests },
	{ "single-channel guests PERSONS", "and these of one channel (is_ultra_restricted)",
	  single_guests },
	{ "bots PERSONS", "so are these bots of other apps", bots },
	{ "group PERSON of PERSONS",
	  "people who are mentioned together, by the name of PERSON; said again, it changes who "
	  "belongs to it, and Slack tells the app",
	  group },
	{ "custom emoji REST",
	  "the workspace has these emoji of its own: :shipit: :corgi:", custom_emoji },
	{ "channels CHANNELS",
	  "public channels; everyone who is there by now is a member, our bot too", channels },
	{ "private channels CHANNELS", "private ones", private_channels },
	{ "groups CHANNELS", "direct messages of several people", groups },
	{ "archive CHANNEL", "the channel is closed from now on", archive },
	{ "workspace WORD",
	  "granular (new-style app, Socket Mode; so it begins), org-wide (the same, installed in a whole "
	  "organisation) or classic (RTM)",
	  workspace_is },
	{ "rtm.start answers WORD",
	  "short, as today, or long, with everyone and everything, as in old times", rtm_start_is },
	{ "limits WORD", "on (so it begins) or off: the rate limits of the Web API", limits_are },
	{ "limit METHOD to NUMBER per TIME", "another limit for one method", limit },
	{ "slack forgets what nobody hears",
	  "Socket Mode: what happens while no socket is open is told to nobody, later either",
	  forgets },
	{ "echoes come WORD",
	  "after, before or never: the event of an own post, seen from the answer", echoes_come },
	{ "time runs NUMBER times faster",
	  "Slack's schedules: resending, tickets, the end of refreshed sockets", speed },
	{ "the time is TEXT",
	  "what is written from now on bears this time, \"2026-12-24 19:00\", of UTC; within a channel "
	  "time never goes back, and the client's own clock stays as it is",
	  time_is },
	{ "the disk fills up",
	  "nothing more goes on the disk that TMPDIR is on, a small one in memory", fill_disk },
	{ "the disk has room", "it does again", make_room },
	{ "change the token",
	  "another token is the bot's from now on: a client that is started then has it",
	  change_token },
	{ "take scope WORD away", "the bot's token loses a scope", take_scope },
	{ "give scope WORD", "it gets one more, such as chat:write.public", give_scope },
	{ "method METHOD answers JSON",
	  "from now on this method does nothing and answers so, be it known here or not; one that is "
	  "not counts as something that people could see",
	  method_answers },
	{ "method METHOD answers :", "the same; the JSON stands indented below", method_answers },
	{ "pages of NUMBER", "lists come in pages of at most so many", pages },
	{ 0 },
};
