/* SPDX-License-Identifier: MIT */
/* What must become of the connection and of the client. Each of these waits until it has happened, or until patience
 * is over. */
#include <stdlib.h>
#include <string.h>
#include "sim/commands.h"
#include "sim/links.h"
#include "sim/socket_side.h"

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
	size_t then = st->sim->then.n_hellos;

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
	size_t gaps = st->sim->links->n_gaps - st->sim->then.n_gaps;

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

static bool has_printed(struct stage *st, const struct match *m)
{
	const char *text = str_keep(&st->arena, stage_wire(st, match_text(m, "TEXT"))).p;

	return st->ran != NULL && str_find(process_output(st->ran), text) != SIZE_MAX;
}

static bool printed(struct stage *st, const struct match *m)
{
	return has_printed(st, m) ||
	       stage_fail(st, "it printed: %.*s",
			  STR_ARG(st->ran != NULL ? process_output(st->ran) : STR_EMPTY));
}

static bool not_printed(struct stage *st, const struct match *m)
{
	return !has_printed(st, m) || stage_fail(st, "it has printed that");
}

static bool ran_with(struct stage *st, const struct match *m)
{
	int status = -1, wanted = (int)match_number(m, "NUMBER", 0);

	if (st->ran == NULL)
		return stage_fail(st, "nothing was run");
	process_ended(st->ran, &status);
	return status == wanted || stage_fail(st, "it ended with %d and printed: %.*s", status,
					      STR_ARG(process_output(st->ran)));
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
	return st->sim->n_cuts > st->sim->then.n_cuts;
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
	{ "expect printed TEXT", "what was run last has written this, on either output", printed },
	{ "expect nothing printed of TEXT", "it has not written this", not_printed },
	{ "expect run status NUMBER", "it has ended with this status", ran_with },
	{ "expect exit NUMBER", "the client has ended with this status", exit_status },
	{ "expect running", "the client has not ended", still_runs },
	{ 0 },
};
