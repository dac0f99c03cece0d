/* SPDX-License-Identifier: MIT */
/* What the bot must say and do. Each of these waits until it has, or until patience is over. */
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "sim/commands.h"
#include "sim/compare.h"
#include "sim/links.h"
#include "sim/slash.h"
#include "sim/socket_side.h"
#include "sim/wanted.h"

/* What the bot said gets a name, so that people can do something to it. */
static void name_it(struct stage *st, const struct match *m)
{
	struct channel *c = workspace_channel(&st->sim->workspace, str_from(st->met->channel));
	struct message *message = c != NULL ? channel_message(c, str_from(st->met->ts)) : NULL;
	struct named *named;

	if (message == NULL || !match_has(m, "NAME"))
		return;
	named = mem_zero(1, sizeof(*named));
	*named = (struct named){ message, c };
	free(map_set(&st->named, match_text(m, "NAME"), named));
}

static bool expect_said(struct stage *st, const struct match *m, struct wanted *w)
{
	w->text = stage_wire(st, match_text(m, "TEXT"));
	if (!wanted_expect(st, w))
		return false;
	name_it(st, m);
	return true;
}

/* The message that a line means, or the one that was said last. */
static const struct message *meant(struct stage *st, const struct match *m, struct channel **in)
{
	*in = st->said_in;
	if (match_has(m, "MESSAGE"))
		return stage_message(st, m, in);
	if (st->said == NULL)
		stage_fail(st, "nobody has said anything yet");
	return st->said;
}

static bool expect_in_thread(struct stage *st, const struct match *m, bool part, bool shown)
{
	struct wanted w = { .method = "chat.postMessage", .part = part, .shown = shown };
	struct channel *c;
	const struct message *to = meant(st, m, &c);

	if (to == NULL)
		return false;
	w.channel = c;
	w.thread_ts = to->thread_ts != NULL ? to->thread_ts : to->ts;
	return expect_said(st, m, &w);
}

static bool reply(struct stage *st, const struct match *m)
{
	return expect_in_thread(st, m, false, false);
}

static bool reply_with(struct stage *st, const struct match *m)
{
	return expect_in_thread(st, m, true, false);
}

static bool broadcast(struct stage *st, const struct match *m)
{
	return expect_in_thread(st, m, false, true);
}

static bool broadcast_with(struct stage *st, const struct match *m)
{
	return expect_in_thread(st, m, true, true);
}

static bool expect_in_channel(struct stage *st, const struct match *m, bool part)
{
	struct user *u = st->said != NULL ? st->said->author : NULL;
	struct wanted w = { .method = "chat.postMessage", .part = part, .no_thread = true };

	w.channel = match_has(m, "CHANNEL") ? stage_channel(st, m, u) : st->said_in;
	if (w.channel == NULL && !match_has(m, "CHANNEL"))
		return stage_fail(st, "in which channel? Nobody has said anything yet");
	return w.channel != NULL && expect_said(st, m, &w);
}

static bool say(struct stage *st, const struct match *m)
{
	return expect_in_channel(st, m, false);
}

static bool say_with(struct stage *st, const struct match *m)
{
	return expect_in_channel(st, m, true);
}

static bool expect_dm(struct stage *st, const struct match *m, bool part)
{
	struct wanted w = { .method = "chat.postMessage", .part = part, .no_thread = true };
	struct user *u = stage_person(st, m);

	w.channel = u != NULL ? workspace_dm(&st->sim->workspace, u) : NULL;
	return u != NULL && expect_said(st, m, &w);
}

static bool dm(struct stage *st, const struct match *m)
{
	return expect_dm(st, m, false);
}

static bool dm_with(struct stage *st, const struct match *m)
{
	return expect_dm(st, m, true);
}

static bool expect_whisper(struct stage *st, const struct match *m, bool part)
{
	struct wanted w = { .method = "chat.postEphemeral", .part = part };
	struct channel *c = NULL;

	w.user = stage_person(st, m);
	if (w.user == NULL)
		return false;
	if (match_has(m, "MESSAGE")) {
		const struct message *to = stage_message(st, m, &c);

		if (to == NULL)
			return false;
		w.thread_ts = to->thread_ts != NULL ? to->thread_ts : to->ts;
	} else if (match_has(m, "CHANNEL")) {
		c = stage_channel(st, m, NULL);
		if (c == NULL)
			return false;
	}
	w.channel = c;
	return expect_said(st, m, &w);
}

static bool whisper(struct stage *st, const struct match *m)
{
	return expect_whisper(st, m, false);
}

static bool whisper_with(struct stage *st, const struct match *m)
{
	return expect_whisper(st, m, true);
}

static bool expect_reaction(struct stage *st, const struct match *m, const char *method)
{
	struct str name = match_text(m, "EMOJI");
	struct wanted w = { .method = method, .name = str_sub(name, 1, name.len - 1) };
	struct channel *c;
	const struct message *to = meant(st, m, &c);

	if (to == NULL)
		return false;
	w.channel = c;
	w.timestamp = to->ts;
	return wanted_expect(st, &w);
}

static bool react(struct stage *st, const struct match *m)
{
	return expect_reaction(st, m, "reactions.add");
}

static bool unreact(struct stage *st, const struct match *m)
{
	return expect_reaction(st, m, "reactions.remove");
}

/* The message by its name, or by the text that it had before. */
static void was(struct stage *st, const struct match *m, struct wanted *w)
{
	struct str name = match_text(m, "MESSAGE");
	const struct named *named = map_get(&st->named, name);

	if (named != NULL)
		w->ts = named->message->ts;
	else
		w->before = stage_wire(st, name);
}

static bool expect_update(struct stage *st, const struct match *m, bool part)
{
	struct wanted w = { .method = "chat.update", .part = part };

	was(st, m, &w);
	return expect_said(st, m, &w);
}

static bool update(struct stage *st, const struct match *m)
{
	return expect_update(st, m, false);
}

static bool update_with(struct stage *st, const struct match *m)
{
	return expect_update(st, m, true);
}

static bool deletion(struct stage *st, const struct match *m)
{
	struct wanted w = { .method = "chat.delete" };

	was(st, m, &w);
	return wanted_expect(st, &w);
}

static bool expect_answer(struct stage *st, const struct match *m, bool part, bool in_channel)
{
	struct wanted w = { .method = "response_url", .part = part, .in_channel = in_channel };

	w.command = slash_newest(st->sim);
	if (w.command == 0)
		return stage_fail(st, "nobody has typed a command yet");
	w.text = stage_wire(st, match_text(m, "TEXT"));
	return wanted_expect(st, &w);
}

static bool answer(struct stage *st, const struct match *m)
{
	return expect_answer(st, m, false, false);
}

static bool answer_with(struct stage *st, const struct match *m)
{
	return expect_answer(st, m, true, false);
}

static bool answer_shown(struct stage *st, const struct match *m)
{
	return expect_answer(st, m, false, true);
}

static bool answer_shown_with(struct stage *st, const struct match *m)
{
	return expect_answer(st, m, true, true);
}

/* What the newest expectation was about, or the newest post. */
static const struct entry *last_post(struct stage *st)
{
	const struct ledger *l = &st->sim->ledger;

	if (st->met != NULL)
		return st->met;
	for (size_t i = l->n; i-- > 0;)
		if (l->entries[i]->acted && member_of(l->entries[i]->args, STR("text")) != NULL)
			return l->entries[i];
	stage_fail(st, "the bot has posted nothing yet");
	return NULL;
}

static bool fail_seen(struct stage *st, const struct json *seen)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	json_print(seen, &text);
	return stage_fail(st, "there is %.*s", STR_ARG(buf_str(&text)));
}

static bool has_blocks(struct stage *st, struct str text)
{
	const struct entry *e = last_post(st);
	CLEANUP(json_freep) struct json *wanted = e != NULL ? stage_json(st, text) : NULL;

	if (e == NULL || wanted == NULL)
		return false;
	return argument_is(member_of(e->args, STR("blocks")), wanted) ||
	       fail_seen(st, member_of(e->args, STR("blocks")));
}

static bool blocks(struct stage *st, const struct match *m)
{
	return has_blocks(st, match_text(m, "JSON"));
}

static bool blocks_below(struct stage *st, const struct match *m)
{
	(void)m;
	return has_blocks(st, str_trim(st->block));
}

static bool also(struct stage *st, const struct match *m)
{
	const struct entry *e = last_post(st);
	CLEANUP(json_freep) struct json *wanted = e != NULL ? wanted_arguments(st, m) : NULL;

	if (e == NULL || wanted == NULL)
		return false;
	return arguments_fit(e, wanted, false) || fail_seen(st, e->args);
}

static bool unwanted_came(struct stage *st, void *what)
{
	(void)what;
	return ledger_unwanted(&st->sim->ledger) != NULL;
}

static bool fail_unwanted(struct stage *st)
{
	CLEANUP(buf_deinit) struct buf line = { 0 };
	const struct entry *e = ledger_unwanted(&st->sim->ledger);

	ledger_entry_json(e, &line);
	return stage_fail(st, "a call came that nobody asked for: %.*s", STR_ARG(buf_str(&line)));
}

static bool nothing(struct stage *st, const struct match *m)
{
	bool pinged = false, came;
	int64_t patience = st->patience_ms;

	(void)m;
	if (!stage_until(st, stage_settled, &pinged))
		return stage_fail(st, "%zu deliveries are not acknowledged",
				  socket_side_open(st->sim->socket));
	st->patience_ms = st->quiet_ms;
	came = stage_until(st, unwanted_came, NULL);
	st->patience_ms = patience;
	return !came || fail_unwanted(st);
}

const struct command answer_expect_commands[] = {
	{ "expect reply TEXT [in the thread of MESSAGE] [as NAME]",
	  "an answer in a thread; without more, of what was said last; NAME is a name for the answer",
	  reply },
	{ "expect reply with TEXT [in the thread of MESSAGE] [as NAME]",
	  "an answer with this in it", reply_with },
	{ "expect broadcast TEXT [in the thread of MESSAGE] [as NAME]",
	  "an answer in a thread that the channel sees as well", broadcast },
	{ "expect broadcast with TEXT [in the thread of MESSAGE] [as NAME]", "with this in it",
	  broadcast_with },
	{ "expect say TEXT [in CHANNEL] [as NAME]",
	  "a message that stands in no thread, where the last one was said or elsewhere", say },
	{ "expect say with TEXT [in CHANNEL] [as NAME]", "with this in it", say_with },
	{ "expect post TEXT in CHANNEL [as NAME]", "the same", say },
	{ "expect post with TEXT in CHANNEL [as NAME]", "with this in it", say_with },
	{ "expect dm to PERSON TEXT [as NAME]", "a direct message", dm },
	{ "expect dm to PERSON with TEXT [as NAME]", "with this in it", dm_with },
	{ "expect whisper to PERSON TEXT [in CHANNEL] [in the thread of MESSAGE]",
	  "a message that only this person sees", whisper },
	{ "expect whisper to PERSON with TEXT [in CHANNEL] [in the thread of MESSAGE]",
	  "with this in it", whisper_with },
	{ "expect react EMOJI [to MESSAGE]", "a reaction by the bot", react },
	{ "expect unreact EMOJI [from MESSAGE]", "the bot takes its reaction away", unreact },
	{ "expect update of MESSAGE to TEXT [as NAME]",
	  "the bot changes its message; MESSAGE is its name, or the text that it had", update },
	{ "expect update of MESSAGE to something with TEXT [as NAME]", "with this in it",
	  update_with },
	{ "expect deletion of MESSAGE", "the bot deletes its message", deletion },
	{ "expect answer TEXT [to the command]",
	  "an answer to the command typed last that only its author sees, with the acknowledgement or "
	  "by the response_url",
	  answer },
	{ "expect answer with TEXT [to the command]", "with this in it", answer_with },
	{ "expect answer TEXT in the channel", "an answer to it that all see", answer_shown },
	{ "expect answer with TEXT in the channel", "with this in it", answer_shown_with },
	{ "expect blocks JSON",
	  "what was expected last (or posted last, when nothing was expected) had these blocks",
	  blocks },
	{ "expect blocks :", "the same; they stand indented below", blocks_below },
	{ "expect also ARGUMENTS",
	  "what was expected last had these arguments, too: unfurl_links=false", also },
	{ "expect nothing",
	  "all events are acknowledged, and nothing comes that people or webhooks could see and that "
	  "nobody asked for",
	  nothing },
	{ "expect no more calls", "the same", nothing },
	{ 0 },
};
