/* SPDX-License-Identifier: MIT */
/* What people, and other bots, do. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/mem.h"
#include "sim/commands.h"
#include "sim/facts.h"
#include "sim/slash.h"
#include "sim/socket_side.h"
#include "sim/transcript.h"

/* Slack tells of a file twice, by the message and by an event of its own, and which comes first is chance. */
static void publish(struct sim *sim, struct channel *c, struct message *message)
{
	bool has_file = message_is(message, "file_share");
	bool first = has_file && sim_random(sim, 2) == 1;

	if (first)
		sim_publish(sim, c, fact_file_event(&sim->workspace, c, message));
	sim_publish_message(sim, c, message);
	if (has_file && !first)
		sim_publish(sim, c, fact_file_event(&sim->workspace, c, message));
}

/* Posts for a person, tells the app and who looks on. */
static bool post(struct stage *st, const struct match *m, struct channel *c, struct user *u,
		 struct str thread_ts, const char *subtype)
{
	struct sim *sim = st->sim;
	struct message *message;

	channel_join(c, u);
	message = channel_post(c, sim->workspace.clock, u, stage_wire(st, match_text(m, "TEXT")),
			       thread_ts);
	if (subtype != NULL)
		message->subtype = mem_strdup(subtype);
	stage_remember(st, m, c, message);
	sim_seen(sim, c, message, "says");
	publish(sim, c, message);
	return true;
}

static bool say_as(struct stage *st, const struct match *m, const char *subtype)
{
	struct user *u = stage_person(st, m);
	struct channel *c = u != NULL ? stage_channel(st, m, u) : NULL;

	return c != NULL && post(st, m, c, u, STR_EMPTY, subtype);
}

static bool says(struct stage *st, const struct match *m)
{
	return say_as(st, m, NULL);
}

static bool acts(struct stage *st, const struct match *m)
{
	return say_as(st, m, "me_message");
}

static bool shares(struct stage *st, const struct match *m)
{
	return say_as(st, m, "file_share");
}

static bool posts_as_integration(struct stage *st, const struct match *m)
{
	struct user *u = stage_person(st, m);

	if (u != NULL && !u->is_bot)
		return stage_fail(st, "@%s is a person; say `bots @%s`", u->name, u->name);
	return u != NULL && say_as(st, m, "bot_message");
}

static bool reply_as(struct stage *st, const struct match *m, const char *subtype)
{
	struct user *u = stage_person(st, m);
	struct channel *c = NULL;
	struct message *to = u != NULL ? stage_message(st, m, &c) : NULL;

	return to != NULL &&
	       post(st, m, c, u, str_from(to->thread_ts != NULL ? to->thread_ts : to->ts), subtype);
}

static bool replies(struct stage *st, const struct match *m)
{
	return reply_as(st, m, NULL);
}

static bool broadcasts(struct stage *st, const struct match *m)
{
	return reply_as(st, m, "thread_broadcast");
}

static bool react(struct stage *st, const struct match *m, bool add)
{
	struct str name = match_text(m, "EMOJI");
	struct user *u = stage_person(st, m);
	struct channel *c = NULL;
	struct message *to = u != NULL ? stage_message(st, m, &c) : NULL;

	if (to == NULL)
		return false;
	name = str_sub(name, 1, name.len - 1);
	if (add ? !message_react(to, u, name) : !message_unreact(to, u, name))
		return stage_fail(st, "@%s has %s it", u->name,
				  add ? "already given" : "not given");
	sim_seen(st->sim, c, to, add ? "reacts" : "unreacts");
	to->published = clock_mono(loop_clock(st->sim->loop));
	sim_publish(st->sim, c, fact_reaction_event(&st->sim->workspace, c, to, u, name, add));
	return true;
}

static bool reacts(struct stage *st, const struct match *m)
{
	return react(st, m, true);
}

static bool unreacts(struct stage *st, const struct match *m)
{
	return react(st, m, false);
}

static bool edits(struct stage *st, const struct match *m)
{
	struct sim_workspace *w = &st->sim->workspace;
	struct user *u = stage_person(st, m);
	struct channel *c = NULL;
	struct message *message = u != NULL ? stage_message(st, m, &c) : NULL;
	struct json *before;

	if (message == NULL)
		return false;
	before = fact_message(w, message);
	message_set_text(message, stage_wire(st, match_text(m, "TEXT")));
	free(message->edited_ts);
	message->edited_ts = mem_strdup(channel_stamp(c, w->clock).text);
	stage_remember(st, m, c, message);
	sim_seen(st->sim, c, message, "changes");
	sim_publish_edit(st->sim, c, message, before);
	return true;
}

static bool pin(struct stage *st, const struct match *m, bool add)
{
	struct user *u = stage_person(st, m);
	struct channel *c = NULL;
	struct message *message = u != NULL ? stage_message(st, m, &c) : NULL;

	if (message == NULL)
		return false;
	if (message->pinned == add)
		return stage_fail(st, "it is %s", add ? "pinned already" : "not pinned");
	message->pinned = add;
	sim_seen(st->sim, c, message, add ? "pins" : "unpins");
	sim_publish(st->sim, c, fact_pin_event(&st->sim->workspace, c, message, u, add));
	return true;
}

static bool pins(struct stage *st, const struct match *m)
{
	return pin(st, m, true);
}

static bool unpins(struct stage *st, const struct match *m)
{
	return pin(st, m, false);
}

static bool types(struct stage *st, const struct match *m)
{
	struct user *u = stage_person(st, m);
	struct channel *c = u != NULL ? stage_channel(st, m, u) : NULL;

	if (c == NULL)
		return false;
	if (st->sim->set.classic)
		return stage_fail(st, "commands come by Socket Mode, not by RTM");
	return slash_type(st->sim, u, c, stage_wire(st, match_text(m, "TEXT"))) > 0 ||
	       stage_fail(st, "a command begins with a slash: \"/lunch pizza\"");
}

static bool deletes(struct stage *st, const struct match *m)
{
	struct user *u = stage_person(st, m);
	struct channel *c = NULL;
	struct message *message = u != NULL ? stage_message(st, m, &c) : NULL;

	if (message == NULL)
		return false;
	sim_seen(st->sim, c, message, "deletes");
	sim_publish(st->sim, c, fact_taken_back(&st->sim->workspace, c, message));
	return true;
}

/* A preview appears below a message: an edit that nobody made. */
static bool unfurls(struct stage *st, const struct match *m)
{
	struct sim_workspace *w = &st->sim->workspace;
	struct channel *c = NULL;
	struct message *message = stage_message(st, m, &c);
	struct json *before, *preview;

	if (message == NULL)
		return false;
	before = fact_message(w, message);
	preview = NULL;
	if (json_parse(
		    &preview,
		    STR("[{\"id\":1,\"is_msg_unfurl\":true,\"title\":\"A page\",\"text\":\"Hello from a "
			"preview\",\"fallback\":\"A page\"}]"),
		    NULL) != 0)
		abort();
	if (message->extras == NULL)
		message->extras = json_new_object();
	json_set(message->extras, "attachments", preview);
	sim_publish(st->sim, c, fact_changed_event(w, c, message, before));
	return true;
}

/* A channel_join message and the event of its own, as Slack sends both. */
static bool joins(struct stage *st, const struct match *m)
{
	struct sim_workspace *w = &st->sim->workspace;
	struct user *u = stage_person(st, m);
	struct channel *c = u != NULL ? stage_channel(st, m, NULL) : NULL;
	struct message *note;
	CLEANUP(buf_deinit) struct buf text = { 0 };

	if (c == NULL)
		return false;
	channel_join(c, u);
	buf_addf(&text, "<@%s> has joined the channel", u->id);
	note = channel_post(c, w->clock, u, buf_str(&text), STR_EMPTY);
	note->subtype = mem_strdup("channel_join");
	sim_seen(st->sim, c, note, "joins");
	sim_publish(st->sim, c, fact_member_event(w, c, u, true));
	sim_publish_message(st->sim, c, note);
	return true;
}

static bool leaves(struct stage *st, const struct match *m)
{
	struct user *u = stage_person(st, m);
	struct channel *c = u != NULL ? stage_channel(st, m, NULL) : NULL;

	if (c == NULL)
		return false;
	sim_publish(st->sim, c, fact_member_event(&st->sim->workspace, c, u, false));
	channel_leave(c, u);
	return true;
}

static bool event(struct stage *st, const struct match *m)
{
	struct str text = match_has(m, "JSON") ? match_text(m, "JSON") : str_trim(st->block);
	struct json *j = stage_json(st, text);

	if (j != NULL)
		sim_publish_as_is(st->sim, j);
	return j != NULL;
}

static bool envelope(struct stage *st, const struct match *m)
{
	/* The type is kept with the delivery, so it must outlive it. */
	static const char *const types[] = { "slash_commands", "interactive", "hello_world",
					     "events_api" };
	struct json *j = stage_json(st, str_trim(st->block));
	CLEANUP(buf_deinit) struct buf text = { 0 };

	if (j == NULL)
		return false;
	json_print(j, &text);
	json_free(j);
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (str_is(match_text(m, "WORD"), types[i])) {
			socket_side_envelope(st->sim->socket, types[i], buf_str(&text), i < 2);
			return true;
		}
	return stage_fail(
		st, "the type must be slash_commands, interactive, events_api or hello_world");
}

static bool talk(struct stage *st, const struct match *m)
{
	struct user *u = stage_person(st, m);
	struct channel *c = u != NULL ? stage_channel(st, m, u) : NULL;

	if (c != NULL)
		transcript_talk(st, u, c, STDIN_FILENO);
	return c != NULL;
}

const struct command people_commands[] = {
	{ "PERSON in CHANNEL says TEXT [as NAME]",
	  "someone writes; NAME is a name for this message", says },
	{ "PERSON replies TEXT to MESSAGE [as NAME]", "an answer in the thread of a message",
	  replies },
	{ "PERSON broadcasts TEXT to MESSAGE [as NAME]",
	  "an answer in a thread, shown in the channel, too", broadcasts },
	{ "PERSON in CHANNEL acts TEXT [as NAME]", "/me", acts },
	{ "PERSON in CHANNEL shares a file with TEXT [as NAME]",
	  "a file and a text; Slack tells of it by the message and by file_shared", shares },
	{ "PERSON types TEXT in CHANNEL",
	  "a slash command with its text: \"/lunch pizza please\"; the app need not be in the channel",
	  types },
	{ "PERSON in CHANNEL posts TEXT as an integration", "a bot without a user of its own",
	  posts_as_integration },
	{ "PERSON reacts EMOJI to MESSAGE", "a reaction is added", reacts },
	{ "PERSON takes EMOJI from MESSAGE", "a reaction is taken away", unreacts },
	{ "PERSON edits MESSAGE to TEXT", "a message gets another text", edits },
	{ "PERSON deletes MESSAGE",
	  "a message is gone; one with answers in its thread becomes a tombstone", deletes },
	{ "PERSON pins MESSAGE", "a message is pinned to its channel", pins },
	{ "PERSON unpins MESSAGE", "it is so no more", unpins },
	{ "PERSON joins CHANNEL", "someone comes in", joins },
	{ "PERSON leaves CHANNEL",
	  "someone goes; after `@bot leaves` the bot hears nothing more of it", leaves },
	{ "slack unfurls MESSAGE", "a preview appears below a message", unfurls },
	{ "talk as PERSON in CHANNEL",
	  "from here on someone types what this person says, line by line", talk },
	{ "event JSON", "any other event, as it is", event },
	{ "event :", "the same; its JSON stands indented below", event },
	{ "envelope WORD :",
	  "a Socket Mode envelope of this type; its payload stands indented below", envelope },
	{ 0 },
};
