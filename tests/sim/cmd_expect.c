/* SPDX-License-Identifier: MIT */
/* What must happen. Each of these waits until it has, or until patience is over. */
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "sim/commands.h"
#include "sim/links.h"
#include "sim/socket_side.h"

/* A call that is waited for. NULL and empty parts are not asked about. */
struct wanted {
	const char *method;
	struct str text;
	bool part; /* the text need only be in it */
	const struct channel *channel;
	const char *thread_ts;
	bool no_thread;
	const char *timestamp; /* reactions */
	struct str name;
	const struct user *user;
	struct entry *found;
};

static bool text_fits(const struct wanted *w, struct str seen)
{
	if (w->text.p == NULL)
		return true;
	if (w->part) {
		CLEANUP(mem_freep) char *part = str_dup(w->text);

		return str_find(seen, part) != SIZE_MAX;
	}
	return str_eq(seen, w->text);
}

static bool call_fits(const struct wanted *w, const struct entry *e)
{
	struct str thread = json_str(e->args, "thread_ts");

	if (!e->acted || e->wanted)
		return false;
	if (strcmp(e->method, w->method) != 0 &&
	    !(strcmp(e->method, "rtm message") == 0 && strcmp(w->method, "chat.postMessage") == 0))
		return false;
	if (w->channel != NULL && (e->channel == NULL || strcmp(e->channel, w->channel->id) != 0))
		return false;
	if ((w->thread_ts != NULL && !str_is(thread, w->thread_ts)) ||
	    (w->no_thread && thread.len > 0))
		return false;
	if (w->timestamp != NULL && !str_is(json_str(e->args, "timestamp"), w->timestamp))
		return false;
	if (w->name.p != NULL && !str_eq(json_str(e->args, "name"), w->name))
		return false;
	if (w->user != NULL && !str_is(json_str(e->args, "user"), w->user->id))
		return false;
	return text_fits(w, json_str(e->args, "text"));
}

static bool call_came(struct stage *st, void *what)
{
	struct wanted *w = what;
	struct ledger *l = &st->sim->ledger;

	ledger_unwanted(l);
	for (size_t i = l->first_open; i < l->n && w->found == NULL; i++)
		if (call_fits(w, l->entries[i]))
			w->found = l->entries[i];
	return w->found != NULL;
}

static bool expect_call(struct stage *st, struct wanted *w)
{
	if (!stage_until(st, call_came, w))
		return stage_fail(st, "no such call came within %lld ms",
				  (long long)st->patience_ms);
	w->found->wanted = true;
	return true;
}

static bool expect_reply(struct stage *st, const struct match *m, bool part)
{
	struct wanted w = { .method = "chat.postMessage",
			    .text = stage_wire(st, match_text(m, "TEXT")),
			    .part = part };
	struct channel *c = st->said_in;
	const struct message *to = st->said;

	if (match_has(m, "MESSAGE"))
		to = stage_message(st, m, &c);
	if (to == NULL)
		return match_has(m, "MESSAGE") ? false :
						 stage_fail(st, "nobody has said anything yet");
	w.channel = c;
	w.thread_ts = to->thread_ts != NULL ? to->thread_ts : to->ts;
	return expect_call(st, &w);
}

static bool reply(struct stage *st, const struct match *m)
{
	return expect_reply(st, m, false);
}

static bool reply_with(struct stage *st, const struct match *m)
{
	return expect_reply(st, m, true);
}

static bool say(struct stage *st, const struct match *m)
{
	struct user *u = st->said != NULL ? st->said->author : NULL;
	struct wanted w = { .method = "chat.postMessage",
			    .text = stage_wire(st, match_text(m, "TEXT")),
			    .no_thread = true };

	w.channel = match_has(m, "CHANNEL") ? stage_channel(st, m, u) : st->said_in;
	return w.channel != NULL && expect_call(st, &w);
}

static bool whisper(struct stage *st, const struct match *m)
{
	struct wanted w = { .method = "chat.postEphemeral",
			    .text = stage_wire(st, match_text(m, "TEXT")) };

	w.user = stage_person(st, m);
	if (w.user != NULL && match_has(m, "CHANNEL")) {
		w.channel = stage_channel(st, m, NULL);
		if (w.channel == NULL)
			return false;
	}
	return w.user != NULL && expect_call(st, &w);
}

static bool react(struct stage *st, const struct match *m)
{
	struct str name = match_text(m, "EMOJI");
	struct wanted w = { .method = "reactions.add", .name = str_sub(name, 1, name.len - 1) };
	struct channel *c = st->said_in;
	const struct message *to = st->said;

	if (match_has(m, "MESSAGE"))
		to = stage_message(st, m, &c);
	if (to == NULL)
		return match_has(m, "MESSAGE") ? false :
						 stage_fail(st, "nobody has said anything yet");
	w.channel = c;
	w.timestamp = to->ts;
	return expect_call(st, &w);
}

/* So many calls of a method, whether people saw them or not. */
struct count {
	struct str method;
	size_t seen;
	int64_t low, high;
};

static bool counted(struct stage *st, void *what)
{
	struct count *c = what;

	c->seen = 0;
	for (size_t i = 0; i < st->sim->ledger.n; i++)
		c->seen += str_is(c->method, st->sim->ledger.entries[i]->method);
	return (int64_t)c->seen >= c->low && (int64_t)c->seen <= c->high;
}

static bool calls(struct stage *st, const struct match *m)
{
	struct count c = { .method = match_text(m, "METHOD") };

	match_range(m, "RANGE", &c.low, &c.high);
	return stage_until(st, counted, &c) ||
	       stage_fail(st, "there are %zu calls of %.*s", c.seen, STR_ARG(c.method));
}

static bool unwanted_came(struct stage *st, void *what)
{
	(void)what;
	return ledger_unwanted(&st->sim->ledger) != NULL;
}

static bool fail_unwanted(struct stage *st)
{
	CLEANUP(buf_deinit) struct buf line;
	const struct entry *e = ledger_unwanted(&st->sim->ledger);

	buf_init(&line, 0);
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

static bool at_rest(struct stage *st, const struct match *m)
{
	bool pinged = false;

	(void)m;
	return stage_until(st, stage_live_and_settled, &pinged) ||
	       stage_fail(st, "%zu sockets are live, %zu deliveries are not acknowledged",
			  st->sim->links->n_live, socket_side_open(st->sim->socket));
}

static bool is_settled(struct stage *st, void *what)
{
	(void)what;
	return socket_side_open(st->sim->socket) == 0;
}

static bool acknowledged(struct stage *st, const struct match *m)
{
	(void)m;
	return stage_until(st, is_settled, NULL) ||
	       stage_fail(st, "%zu deliveries are not acknowledged",
			  socket_side_open(st->sim->socket));
}

static bool is_live(struct stage *st, void *what)
{
	size_t *hellos = what;

	return st->sim->links->n_live > 0 && st->sim->links->n_hellos > *hellos;
}

static bool connected(struct stage *st, const struct match *m)
{
	size_t any = 0;

	(void)m;
	return stage_until(st, is_live, &any) || stage_fail(st, "the client is not connected");
}

static bool connected_again(struct stage *st, const struct match *m)
{
	size_t then = st->hellos_then;

	(void)m;
	return stage_until(st, is_live, &then) ||
	       stage_fail(st, "the client has not connected again (%zu hellos, %zu live sockets)",
			  st->sim->links->n_hellos, st->sim->links->n_live);
}

struct sockets {
	int64_t low, high;
};

static bool sockets_fit(struct stage *st, void *what)
{
	struct sockets *s = what;
	int64_t n = (int64_t)st->sim->links->n_live;

	return n >= s->low && n <= s->high;
}

static bool sockets(struct stage *st, const struct match *m)
{
	struct sockets s = { 0, 0 };

	match_range(m, "RANGE", &s.low, &s.high);
	return stage_until(st, sockets_fit, &s) ||
	       stage_fail(st, "there are %zu live sockets", st->sim->links->n_live);
}

static bool no_gap(struct stage *st, const struct match *m)
{
	size_t gaps = st->sim->links->n_gaps - st->gaps_then;

	(void)m;
	return gaps == 0 || stage_fail(st, "%zu times there was no live socket", gaps);
}

static bool closed_with(struct stage *st, void *what)
{
	return st->sim->links->last_close == *(int *)what;
}

static bool close_code(struct stage *st, const struct match *m)
{
	int code = (int)match_number(m, "NUMBER", 1000);

	return stage_until(st, closed_with, &code) ||
	       stage_fail(st, "the client's last close code is %d", st->sim->links->last_close);
}

/* A text in the client's output, from a position on. */
struct log_text {
	const char *text;
	size_t from;
};

static bool log_has(struct stage *st, void *what)
{
	const struct log_text *t = what;
	struct str all = process_output(st->client);

	return str_find(str_sub(all, t->from, all.len), t->text) != SIZE_MAX;
}

static bool expect_log(struct stage *st, const struct match *m, size_t from)
{
	struct log_text t = { str_keep(&st->arena, stage_wire(st, match_text(m, "TEXT"))).p, from };

	if (st->client == NULL)
		return stage_fail(st, "nothing has been started");
	return stage_until(st, log_has, &t) || stage_fail(st, "the client never said that");
}

static bool log_line_came(struct stage *st, const struct match *m)
{
	return expect_log(st, m, 0);
}

static bool new_log_line_came(struct stage *st, const struct match *m)
{
	return expect_log(st, m, st->log_then);
}

static bool no_log(struct stage *st, const struct match *m)
{
	struct log_text t = { str_keep(&st->arena, stage_wire(st, match_text(m, "TEXT"))).p, 0 };

	if (st->client == NULL)
		return stage_fail(st, "nothing has been started");
	return !log_has(st, &t) || stage_fail(st, "the client has said that");
}

static bool has_ended(struct stage *st, void *what)
{
	return process_ended(st->client, what);
}

static bool exit_status(struct stage *st, const struct match *m)
{
	int status = 0, wanted = (int)match_number(m, "NUMBER", 0);

	if (st->client == NULL)
		return stage_fail(st, "nothing has been started");
	if (!stage_until(st, has_ended, &status))
		return stage_fail(st, "the client still runs");
	return status == wanted || stage_fail(st, "the client ended with %d", status);
}

static bool still_runs(struct stage *st, const struct match *m)
{
	int status = 0;

	(void)m;
	if (st->client == NULL)
		return stage_fail(st, "nothing has been started");
	return !process_ended(st->client, &status) ||
	       stage_fail(st, "the client ended with %d", status);
}

static bool was_cut(struct stage *st, void *what)
{
	(void)what;
	return st->sim->n_cuts > st->cuts_then;
}

static bool cut(struct stage *st, const struct match *m)
{
	(void)m;
	return stage_until(st, was_cut, NULL) || stage_fail(st, "no connection has been cut");
}

static bool resent(struct stage *st, void *what)
{
	return (int64_t)socket_side_resent(st->sim->socket) >= *(int64_t *)what;
}

static bool redeliveries(struct stage *st, const struct match *m)
{
	int64_t n = match_number(m, "NUMBER", 1);

	return stage_until(st, resent, &n) ||
	       stage_fail(st, "%zu deliveries were repeated", socket_side_resent(st->sim->socket));
}

const struct command expect_commands[] = {
	{ "expect connected", "the client has a live socket", connected },
	{ "expect connected again", "it has got a new one since the last thing that was done to it",
	  connected_again },
	{ "expect sockets RANGE", "so many sockets are live", sockets },
	{ "expect no gap", "since the last thing that was done there was always a live socket",
	  no_gap },
	{ "expect reply TEXT [in the thread of MESSAGE]",
	  "an answer in a thread; without more, of what was said last", reply },
	{ "expect reply with TEXT [in the thread of MESSAGE]", "an answer with this in it",
	  reply_with },
	{ "expect say TEXT [in CHANNEL]", "a message that stands in no thread", say },
	{ "expect whisper to PERSON TEXT [in CHANNEL]", "a message that only this person sees",
	  whisper },
	{ "expect react EMOJI [to MESSAGE]", "a reaction by the bot", react },
	{ "expect nothing",
	  "all events are acknowledged, and no call comes that people could see and that nobody "
	  "asked for",
	  nothing },
	{ "expect no more calls", "the same", nothing },
	{ "expect RANGE calls of METHOD", "so many calls of it, since the beginning", calls },
	{ "expect rest",
	  "the client has a live socket, all is acknowledged, and a ping has come back", at_rest },
	{ "expect everything acknowledged", "no delivery is open", acknowledged },
	{ "expect NUMBER redeliveries", "Slack had to send at least so many again", redeliveries },
	{ "expect cut", "a connection has been cut since the last thing that was done", cut },
	{ "expect close code NUMBER", "the client's last close frame said so", close_code },
	{ "expect log TEXT", "the client has written this, on either output", log_line_came },
	{ "expect new log TEXT", "it has written it since the last thing that was done",
	  new_log_line_came },
	{ "expect no log TEXT", "it has not written this so far", no_log },
	{ "expect exit NUMBER", "the client has ended with this status", exit_status },
	{ "expect running", "the client has not ended", still_runs },
	{ 0 },
};
