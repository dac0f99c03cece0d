/* SPDX-License-Identifier: MIT */
/* What is given, and what happens. */
#include <stdlib.h>
#include <string.h>
#include "calendar/civil.h"
#include "base/mem.h"
#include "calendar/zone.h"
#include "rules/world.h"
#include "sim/facts.h"
#include "dryrun/rule_tests.h"

/* ---- people, places, messages ---- */

static struct user *person_called(struct world *w, struct str name)
{
	struct user *u;

	str_skip(&name, "@");
	u = workspace_user(&w->workspace, name);
	if (u == NULL)
		world_fail(w, "there is no @%.*s; say `people @%.*s` first", STR_ARG(name),
			   STR_ARG(name));
	return u;
}

/* Who does it; without a name it is @ana. */
static struct user *actor(struct world *w, const struct match *m)
{
	struct user *u = person_called(w, match_has(m, "PERSON") ? match_text(m, "PERSON") :
								   STR("@ana"));

	if (u != NULL)
		w->actor = u;
	return u;
}

static struct channel *channel_of(struct world *w, const struct match *m, struct user *dm_of)
{
	struct str name = match_has(m, "CHANNEL") ? match_text(m, "CHANNEL") : STR("#general");
	struct channel *c;

	if (str_is(name, "dm"))
		return workspace_dm(&w->workspace, dm_of);
	str_skip(&name, "#");
	c = workspace_channel(&w->workspace, name);
	if (c == NULL)
		world_fail(w, "there is no #%.*s; say `channels #%.*s` first", STR_ARG(name),
			   STR_ARG(name));
	return c;
}

static const struct named *message_of(struct world *w, const struct match *m)
{
	struct str name = match_text(m, "MESSAGE");
	const struct named *named = world_named(w, name);

	if (named == NULL)
		world_fail(w, "no message is called %.*s", STR_ARG(name));
	return named;
}

static void remember(struct world *w, const struct match *m, struct channel *c,
		     struct message *message)
{
	world_name(w, STR("it"), c, message);
	if (match_has(m, "NAME"))
		world_name(w, match_text(m, "NAME"), c, message);
}

/* ---- what is given ---- */

static bool each(struct world *w, const struct match *m,
		 void (*add)(struct world *w, struct str name))
{
	for (size_t i = 0; i < m->n_list; i++)
		add(w, str_sub(m->list[i].text, 1, m->list[i].text.len));
	return true;
}

static void add_person(struct world *w, struct str name)
{
	workspace_add_user(&w->workspace, name, false);
}

static void add_bot(struct world *w, struct str name)
{
	workspace_add_user(&w->workspace, name, true);
}

static void add_guest(struct world *w, struct str name)
{
	workspace_add_user(&w->workspace, name, false)->guest = GUEST_RESTRICTED;
}

static void add_channel(struct world *w, struct str name)
{
	workspace_add_channel(&w->workspace, name, PLACE_PUBLIC);
}

static void add_private(struct world *w, struct str name)
{
	workspace_add_channel(&w->workspace, name, PLACE_PRIVATE);
}

static void add_group_dm(struct world *w, struct str name)
{
	workspace_add_channel(&w->workspace, name, PLACE_GROUP);
}

static bool people(struct world *w, const struct match *m)
{
	return each(w, m, add_person);
}

static bool bots(struct world *w, const struct match *m)
{
	return each(w, m, add_bot);
}

static bool guests(struct world *w, const struct match *m)
{
	return each(w, m, add_guest);
}

static bool channels(struct world *w, const struct match *m)
{
	return each(w, m, add_channel);
}

static bool private(struct world *w, const struct match *m)
{
	return each(w, m, add_private);
}

static bool group_dms(struct world *w, const struct match *m)
{
	return each(w, m, add_group_dm);
}

static bool usergroup(struct world *w, const struct match *m)
{
	struct str handle = match_text(m, "PERSON");
	struct usergroup *g = workspace_add_usergroup(&w->workspace,
						      str_sub(handle, 1, handle.len));

	for (size_t i = 0; i < m->n_list; i++) {
		struct user *u = person_called(w, m->list[i].text);

		if (u == NULL)
			return false;
		usergroup_add(g, u);
	}
	return true;
}

static bool is_called(struct world *w, const struct match *m)
{
	struct user *u = person_called(w, match_text(m, "PERSON"));

	if (u == NULL)
		return false;
	free(u->real_name);
	u->real_name = str_dup(match_text(m, "TEXT"));
	return true;
}

static bool zone(struct world *w, const struct match *m)
{
	const char *why = "";

	w->zone_name = str_keep(&w->arena, match_text(m, "WORD"));
	return zones_get(w->zones, w->zone_name, &w->zone, &why) == 0 ||
	       world_fail(w, "no such zone: %s", why);
}

static bool webhooks(struct world *w, const struct match *m)
{
	w->webhooks_known = true;
	for (size_t i = 0; i < m->n_list && w->n_webhooks < WEBHOOKS_MAX; i++)
		w->webhooks[w->n_webhooks++] = str_keep(&w->arena, m->list[i].text).p;
	return true;
}

static bool takes_markup(struct world *w, const struct match *m)
{
	if (w->n_markup == WEBHOOKS_MAX)
		return world_fail(w, "too many webhooks");
	w->markup_webhooks[w->n_markup++] = str_keep(&w->arena, match_text(m, "WORD")).p;
	return true;
}

static bool broadcast_is_allowed(struct world *w, const struct match *m)
{
	(void)m;
	w->allow_broadcast = true;
	return true;
}

static bool grants(struct world *w, const struct match *m)
{
	w->calls = str_keep(&w->arena, match_text(m, "TEXT")).p;
	return true;
}

static bool hides_reacted(struct world *w, const struct match *m)
{
	(void)m;
	w->hides_reacted = true;
	return true;
}

static bool luck(struct world *w, const struct match *m)
{
	for (size_t i = 0; i < m->n_list; i++) {
		int64_t n = 0;

		if (w->n_luck == LUCK_MAX || !str_int(m->list[i].text, &n))
			return world_fail(w, "a few numbers are wanted");
		w->luck[w->n_luck++] = (size_t)n;
	}
	return true;
}

static void plan(struct world *w, struct str method, struct str failure, struct str body,
		 int64_t times)
{
	w->plans = mem_grow(w->plans, w->n_plans + 1, sizeof(*w->plans));
	w->plans[w->n_plans++] = (struct answer_plan){
		.method = str_keep(&w->arena, method),
		.failure = str_keep(&w->arena, failure),
		.body = world_wire(w, body),
		.times = times,
	};
}

static bool webhook_answers(struct world *w, const struct match *m)
{
	plan(w, str_keepf(&w->arena, "webhook %.*s", STR_ARG(match_text(m, "WORD"))), STR_EMPTY,
	     match_text(m, "JSON"), INT64_MAX);
	return true;
}

static bool webhook_fails(struct world *w, const struct match *m)
{
	plan(w, str_keepf(&w->arena, "webhook %.*s", STR_ARG(match_text(m, "WORD"))),
	     match_text(m, "TEXT"), STR_EMPTY, match_number(m, "NUMBER", INT64_MAX));
	return true;
}

static bool method_answers(struct world *w, const struct match *m)
{
	plan(w, match_text(m, "METHOD"), STR_EMPTY, match_text(m, "JSON"), INT64_MAX);
	return true;
}

static bool method_fails(struct world *w, const struct match *m)
{
	plan(w, match_text(m, "METHOD"), match_text(m, "WORD"), STR_EMPTY,
	     match_number(m, "NUMBER", INT64_MAX));
	return true;
}

const struct command setting_commands[] = {
	{ "people PERSONS", "people; @ana and @raj are always there", people },
	{ "guests PERSONS", "people who see only some channels", guests },
	{ "bots PERSONS", "other apps", bots },
	{ "group PERSON of PERSONS", "a user group", usergroup },
	{ "real name of PERSON is TEXT", "beside the display name, which is as the user name",
	  is_called },
	{ "channels CHANNELS", "public channels; #general and #random are always there", channels },
	{ "private CHANNELS", "private channels", private },
	{ "group dms CHANNELS", "direct messages among several", group_dms },
	{ "zone WORD", "the configuration's zone; UTC without it", zone },
	{ "webhooks REST", "those that the configuration declares", webhooks },
	{ "webhook WORD takes markup", "by the configuration: `slack markup = yes`", takes_markup },
	{ "broadcast is allowed", "by the configuration: `allow broadcast = yes`",
	  broadcast_is_allowed },
	{ "calls allowed are TEXT", "by the configuration: `[call] allow = …`", grants },
	{ "what was reacted to cannot be read", "Slack does not tell the text of such messages",
	  hides_reacted },
	{ "luck REST", "the next choices by chance: numbers from 0; 0 when there are no more",
	  luck },
	{ "webhook WORD answers JSON", "from now on", webhook_answers },
	{ "webhook WORD fails with TEXT [NUMBER times]", "and says why", webhook_fails },
	{ "METHOD answers JSON", "the whole answer of a Web API method", method_answers },
	{ "METHOD fails with WORD [NUMBER times]", "by Slack's code: channel_not_found",
	  method_fails },
	{ 0 },
};

/* ---- what happens ---- */

static void publish(struct world *w, struct channel *c, struct message *message)
{
	CLEANUP(buf_deinit) struct buf mark = { 0 };

	buf_addf(&mark, "<@%s>", w->workspace.bot->id);
	buf_addc(&mark, '\0');
	world_event(w, fact_message_event(&w->workspace, c, message));
	if (c->kind != PLACE_DM && str_find(str_from(message->text), mark.p) != SIZE_MAX)
		world_event(w, fact_mention_event(&w->workspace, c, message));
	if (message_is(message, "file_share"))
		world_event(w, fact_file_event(&w->workspace, c, message));
}

static bool post(struct world *w, const struct match *m, struct channel *c, struct str thread_ts,
		 const char *subtype)
{
	struct message *message;

	channel_join(c, w->actor);
	message = channel_post(c, w->workspace.clock, w->actor,
			       world_wire(w, match_text(m, "TEXT")), thread_ts);
	if (subtype != NULL)
		message->subtype = mem_strdup(subtype);
	remember(w, m, c, message);
	publish(w, c, message);
	return true;
}

static bool say_as(struct world *w, const struct match *m, const char *subtype)
{
	struct user *u = actor(w, m);
	struct channel *c = u != NULL ? channel_of(w, m, u) : NULL;

	return c != NULL && post(w, m, c, STR_EMPTY, subtype);
}

static bool says(struct world *w, const struct match *m)
{
	return say_as(w, m, NULL);
}

static bool acts(struct world *w, const struct match *m)
{
	return say_as(w, m, "me_message");
}

static bool shares(struct world *w, const struct match *m)
{
	return say_as(w, m, "file_share");
}

static bool posts_as_integration(struct world *w, const struct match *m)
{
	return say_as(w, m, "bot_message");
}

static bool reply_as(struct world *w, const struct match *m, const char *subtype)
{
	const struct named *to = message_of(w, m);
	const struct message *root = to != NULL ? to->message : NULL;

	if (root == NULL || actor(w, m) == NULL)
		return false;
	return post(w, m, to->channel,
		    str_from(root->thread_ts != NULL ? root->thread_ts : root->ts), subtype);
}

static bool replies(struct world *w, const struct match *m)
{
	return reply_as(w, m, NULL);
}

static bool broadcasts(struct world *w, const struct match *m)
{
	return reply_as(w, m, "thread_broadcast");
}

static bool react(struct world *w, const struct match *m, bool add)
{
	struct str name = match_text(m, "EMOJI");
	const struct named *to = message_of(w, m);
	struct user *u = actor(w, m);

	if (to == NULL || u == NULL)
		return false;
	name = str_sub(name, 1, name.len - 1);
	if (add ? !message_react(to->message, u, name) : !message_unreact(to->message, u, name))
		return world_fail(w, "this reaction is %s", add ? "there already" : "not there");
	world_name(w, STR("it"), to->channel, to->message);
	world_event(w, fact_reaction_event(&w->workspace, to->channel, to->message, u, name, add));
	return true;
}

static bool reacts(struct world *w, const struct match *m)
{
	return react(w, m, true);
}

static bool unreacts(struct world *w, const struct match *m)
{
	return react(w, m, false);
}

static bool edits(struct world *w, const struct match *m)
{
	const struct named *named = message_of(w, m);
	struct user *u = actor(w, m);
	struct message *message = named != NULL ? named->message : NULL;
	struct json *before;

	if (message == NULL || u == NULL)
		return false;
	before = fact_message(&w->workspace, message);
	message_set_text(message, world_wire(w, match_text(m, "TEXT")));
	free(message->edited_ts);
	message->edited_ts = mem_strdup(channel_stamp(named->channel, w->workspace.clock).text);
	world_name(w, STR("it"), named->channel, message);
	named = world_named(w, STR("it"));
	world_event(w, fact_changed_event(&w->workspace, named->channel, message, before));
	return true;
}

static bool deletes(struct world *w, const struct match *m)
{
	const struct named *named = message_of(w, m);
	struct channel *c = named != NULL ? named->channel : NULL;
	struct message *message = named != NULL ? named->message : NULL;

	if (c == NULL || actor(w, m) == NULL)
		return false;
	world_name(w, STR("it"), c, message);
	world_event(w, fact_taken_back(&w->workspace, c, message));
	return true;
}

static bool unfurls(struct world *w, const struct match *m)
{
	const struct named *named = message_of(w, m);

	if (named == NULL)
		return false;
	world_event(w, fact_changed_event(&w->workspace, named->channel, named->message,
					  fact_message(&w->workspace, named->message)));
	return true;
}

static bool pins(struct world *w, const struct match *m)
{
	const struct named *named = message_of(w, m);
	struct channel *c = named != NULL ? named->channel : NULL;
	struct message *message = named != NULL ? named->message : NULL;

	if (c == NULL || actor(w, m) == NULL)
		return false;
	message->pinned = true;
	world_name(w, STR("it"), c, message);
	world_event(w, fact_pin_event(&w->workspace, c, message, w->actor, true));
	return true;
}

static bool joins(struct world *w, const struct match *m)
{
	struct sim_workspace *workspace = &w->workspace;
	struct user *u = actor(w, m);
	struct channel *c = u != NULL ? channel_of(w, m, u) : NULL;
	struct message *note;

	if (c == NULL)
		return false;
	channel_join(c, u);
	note = channel_post(c, workspace->clock, u,
			    str_keepf(&w->arena, "<@%s> has joined the channel", u->id), STR_EMPTY);
	note->subtype = mem_strdup("channel_join");
	remember(w, m, c, note);
	world_event(w, fact_member_event(workspace, c, u, true));
	world_event(w, fact_message_event(workspace, c, note));
	return true;
}

static bool leaves(struct world *w, const struct match *m)
{
	struct user *u = actor(w, m);
	struct channel *c = u != NULL ? channel_of(w, m, u) : NULL;

	if (c == NULL)
		return false;
	world_event(w, fact_member_event(&w->workspace, c, u, false));
	channel_leave(c, u);
	return true;
}

static bool types(struct world *w, const struct match *m)
{
	struct user *u = actor(w, m);
	struct channel *c = u != NULL ? channel_of(w, m, u) : NULL;

	if (c == NULL)
		return false;
	world_command(w, u, c, world_wire(w, match_text(m, "TEXT")));
	return true;
}

static bool event(struct world *w, const struct match *m)
{
	struct json *j = NULL;
	const char *why;

	if (json_parse(&j, world_wire(w, match_text(m, "JSON")), &why) != 0)
		return world_fail(w, "this is no JSON: %s", why);
	world_event(w, j);
	return true;
}

/* Slack sends the same message once more. */
static bool comes_again(struct world *w, const struct match *m)
{
	const struct named *named = message_of(w, m);

	if (named == NULL)
		return false;
	world_event(w, fact_message_event(&w->workspace, named->channel, named->message));
	return true;
}

static bool the_time_is(struct world *w, const struct match *m)
{
	struct civil c = { 0 };

	if (!civil_read_date(match_text(m, "WORD"), &c) ||
	    !civil_read_time(match_text(m, "WORD2"), &c))
		return world_fail(w, "a time is written 2026-01-07 12:00");
	return world_set_time(w, zone_wall(w->zone, &c).ms);
}

static bool after(struct world *w, const struct match *m)
{
	world_pass(w, match_ms(m, "TIME", 0));
	return true;
}

static bool starts_again(struct world *w, const struct match *m)
{
	(void)m;
	world_start(w);
	return true;
}

static bool loading(struct world *w, const struct match *m)
{
	(void)m;
	world_tell_complaints(w);
	return true;
}

static bool testing(struct world *w, const struct match *m)
{
	struct rule_tests_result result;
	struct json *args = json_new_object();

	(void)m;
	if (w->set == NULL) {
		json_free(args);
		return world_fail(w, "the rules do not load");
	}
	result = rule_tests_run(w->set, &w->diag);
	json_set_int(args, "passed", (int64_t)result.passed);
	world_tell_complaints(w);
	world_note(w, "tests", args);
	return true;
}

const struct command happening_commands[] = {
	{ "TEXT [as NAME]", "@ana writes it in #general; NAME is a name for this message", says },
	{ "in CHANNEL TEXT [as NAME]", "@ana writes it there", says },
	{ "PERSON says TEXT [as NAME]", "in #general", says },
	{ "PERSON in CHANNEL says TEXT [as NAME]", "someone writes; `dm` is the DM with the bot",
	  says },
	{ "PERSON replies TEXT to MESSAGE [as NAME]", "an answer in the thread of a message",
	  replies },
	{ "PERSON broadcasts TEXT to MESSAGE [as NAME]", "the same, shown in the channel, too",
	  broadcasts },
	{ "PERSON in CHANNEL acts TEXT [as NAME]", "/me", acts },
	{ "PERSON in CHANNEL shares a file with TEXT [as NAME]", "a file and a text", shares },
	{ "PERSON in CHANNEL posts TEXT as an integration [as NAME]",
	  "a bot without a user of its own", posts_as_integration },
	{ "PERSON reacts EMOJI to MESSAGE", "a reaction is added", reacts },
	{ "PERSON takes EMOJI from MESSAGE", "a reaction is taken away", unreacts },
	{ "PERSON edits MESSAGE to TEXT", "a message gets another text", edits },
	{ "PERSON deletes MESSAGE", "a message is gone", deletes },
	{ "PERSON pins MESSAGE", "a message is pinned to its channel", pins },
	{ "PERSON joins CHANNEL", "someone comes in; Slack tells of it twice", joins },
	{ "PERSON leaves CHANNEL", "someone goes", leaves },
	{ "PERSON types TEXT [in CHANNEL]", "a command: \"/lunch pizza\"", types },
	{ "slack unfurls MESSAGE", "a preview appears below a message", unfurls },
	{ "MESSAGE comes again", "Slack sends a message once more", comes_again },
	{ "event JSON", "any other event, as Slack has it", event },
	{ "the time is WORD WORD2",
	  "2026-11-21 23:00, in the configuration's zone; without it, it is 2026-01-07 12:00",
	  the_time_is },
	{ "after TIME", "time passes", after },
	{ "the bot starts again", "with all that it has stored", starts_again },
	{ "loading", "the rules are read: what is wrong with them?", loading },
	{ "testing", "the tests beside the rules are run", testing },
	{ 0 },
};
