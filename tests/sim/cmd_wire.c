/* SPDX-License-Identifier: MIT */
/* Commands that ill-treat the sockets of the client. */
#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "sim/certificates.h"
#include "sim/commands.h"
#include "sim/links.h"
#include "sim/proxy.h"
#include "sim/rtm_side.h"
#include "sim/server.h"
#include "sim/socket_side.h"

static bool drop(struct stage *st, const struct match *m)
{
	(void)m;
	links_drop(st->sim->links, false);
	return true;
}

static bool reset(struct stage *st, const struct match *m)
{
	(void)m;
	links_drop(st->sim->links, true);
	return true;
}

static bool close_frames(struct stage *st, const struct match *m)
{
	links_close(st->sim->links, (int)match_number(m, "NUMBER", 1000));
	return true;
}

static bool go_silent(struct stage *st, const struct match *m)
{
	(void)m;
	links_mute(st->sim->links);
	return true;
}

static bool refresh(struct stage *st, const struct match *m)
{
	CLEANUP(mem_freep) char *reason = str_dup(match_text(m, "WORD"));
	int64_t cut_ms = match_ms(m, "TIME", -1);
	bool done = st->sim->set.classic ? rtm_side_goodbye(st->sim->rtm, cut_ms) :
					   socket_side_refresh(st->sim->socket, reason, cut_ms);

	return done || stage_fail(st, "there is no live socket to refresh");
}

static bool goodbye(struct stage *st, const struct match *m)
{
	return rtm_side_goodbye(st->sim->rtm, match_ms(m, "TIME", -1)) ||
	       stage_fail(st, "there is no live RTM socket");
}

static bool migrate(struct stage *st, const struct match *m)
{
	st->sim->plan.migrating = match_number(m, "NUMBER", 1);
	rtm_side_migrate(st->sim->rtm);
	return true;
}

static bool refuse(struct stage *st, const struct match *m)
{
	st->sim->plan.refuse_status = match_number(m, "NUMBER", 409);
	st->sim->plan.refuse_times = match_number(m, "NUMBER2", 1);
	return true;
}

/* `by close`, `by reset`, or as chance will have it. */
static bool plan_cut(struct stage *st, const struct match *m, int64_t *where)
{
	struct str how = match_text(m, "WORD");

	if (match_has(m, "WORD") && !str_is(how, "close") && !str_is(how, "reset"))
		return stage_fail(st, "connections are cut by close or by reset");
	*where = match_number(m, "NUMBER", 0);
	st->sim->plan.cut_by_reset = match_has(m, "WORD") ? str_is(how, "reset") :
							    sim_random(st->sim, 2) == 1;
	return true;
}

static bool cut_handshake(struct stage *st, const struct match *m)
{
	return plan_cut(st, m, &st->sim->plan.cut_handshake);
}

static bool cut_hello(struct stage *st, const struct match *m)
{
	return plan_cut(st, m, &st->sim->plan.cut_hello);
}

static bool cut_delivery(struct stage *st, const struct match *m)
{
	return plan_cut(st, m, &st->sim->plan.cut_delivery);
}

static bool cut_tunnel(struct stage *st, const struct match *m)
{
	int64_t where = 0;

	if (st->sim->proxy == NULL)
		return stage_fail(st, "there is no proxy; say `proxy` first");
	if (!plan_cut(st, m, &where))
		return false;
	proxy_cut_next(st->sim->proxy, match_number(m, "NUMBER2", 0), where,
		       st->sim->plan.cut_by_reset);
	return true;
}

static bool certificate(struct stage *st, const struct match *m)
{
	struct tls_identity *shown = certificates_get(st->certificates, match_text(m, "WORD"));

	if (shown == NULL)
		return stage_fail(st, "certificates are good expired early wrong stranger");
	server_show(st->sim->server, shown, match_number(m, "NUMBER", 0));
	return true;
}

static bool delay_hello(struct stage *st, const struct match *m)
{
	st->sim->plan.delay_hello_ms = match_ms(m, "TIME", 0);
	return true;
}

static bool forget_hello(struct stage *st, const struct match *m)
{
	(void)m;
	st->sim->plan.no_hello = true;
	return true;
}

static void set_text(char **where, struct str text)
{
	free(*where);
	*where = str_dup(text);
}

static bool hello_is(struct stage *st, const struct match *m)
{
	set_text(&st->sim->plan.hello_reason, match_text(m, "WORD"));
	return true;
}

static bool garbage(struct stage *st, const struct match *m)
{
	set_text(&st->sim->plan.garbage, match_text(m, "TEXT"));
	return true;
}

static bool late_echo(struct stage *st, const struct match *m)
{
	set_text(&st->sim->plan.late_echo, stage_wire(st, match_text(m, "TEXT")));
	return true;
}

static bool ghosts(struct stage *st, const struct match *m)
{
	st->sim->set.ghosts = match_number(m, "NUMBER", 0);
	return true;
}

static bool deaf(struct stage *st, const struct match *m)
{
	(void)m;
	st->sim->plan.deaf_to_close = true;
	return true;
}

static struct link *target(struct stage *st)
{
	struct link *l = links_newest(st->sim->links);

	if (l == NULL)
		stage_fail(st, "there is no live socket");
	return l;
}

static bool send_frame(struct stage *st, const struct match *m)
{
	struct link *l = target(st);

	if (l != NULL)
		link_text(l, stage_wire(st, match_text(m, "TEXT")));
	return l != NULL;
}

static bool send_binary(struct stage *st, const struct match *m)
{
	struct link *l = target(st);

	if (l != NULL)
		peer_binary(l->peer, match_text(m, "TEXT"));
	return l != NULL;
}

static bool send_bytes(struct stage *st, const struct match *m)
{
	struct link *l = target(st);

	if (l != NULL)
		peer_raw(l->peer, match_text(m, "TEXT"));
	return l != NULL;
}

static bool send_big(struct stage *st, const struct match *m)
{
	struct link *l = target(st);
	CLEANUP(buf_deinit) struct buf text = { 0 };
	int64_t n = match_number(m, "NUMBER", 0);

	if (l == NULL)
		return false;
	buf_addz(&text, "{\"type\":\"big\",\"text\":\"");
	while ((int64_t)text.len < n - 2 && !text.bad)
		buf_addc(&text, 'x');
	buf_addz(&text, "\"}");
	link_text(l, buf_str(&text));
	return true;
}

static bool repeat(struct stage *st, bool new_event_id)
{
	bool done = st->sim->set.classic ? rtm_side_repeat(st->sim->rtm) :
					   socket_side_repeat(st->sim->socket, new_event_id);

	return done || stage_fail(st, "there is nothing to repeat, or no live socket");
}

static bool repeat_same(struct stage *st, const struct match *m)
{
	(void)m;
	return repeat(st, false);
}

static bool repeat_new(struct stage *st, const struct match *m)
{
	(void)m;
	return repeat(st, true);
}

static bool deliveries_come(struct stage *st, const struct match *m)
{
	static const char *const words[] = {
		[COPIES_NONE] = "once",
		[COPIES_SAME] = "twice",
		[COPIES_NEW_EVENT] = "twice-with-new-ids",
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_is(match_text(m, "WORD"), words[i])) {
			st->sim->set.copies = (enum copies)i;
			return true;
		}
	return stage_fail(st, "deliveries come once, twice or twice-with-new-ids");
}

static bool frames_come(struct stage *st, const struct match *m)
{
	static const char *const words[] = {
		[FRAMES_WHOLE] = "whole",
		[FRAMES_FRAGMENTED] = "fragmented",
		[FRAMES_TRICKLE] = "bytewise",
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_is(match_text(m, "WORD"), words[i])) {
			st->sim->set.framing = (enum framing)i;
			return true;
		}
	return stage_fail(st, "frames come whole, fragmented or bytewise");
}

static bool allow_faults(struct stage *st, const struct match *m)
{
	(void)m;
	buf_clear(&st->sim->complaints);
	return true;
}

const struct command wire_commands[] = {
	{ "drop", "all sockets end without a word", drop },
	{ "reset", "all sockets end by a TCP reset", reset },
	{ "close [NUMBER]", "a close frame with this code (1000) to all sockets", close_frames },
	{ "go silent", "the sockets stay, but nothing is read or written any more", go_silent },
	{ "refresh WORD [cut after TIME]",
	  "a disconnect frame: warning, refresh_requested, too_many_websockets, "
	  "link_disabled or any other word; the socket ends as with Slack, or after TIME",
	  refresh },
	{ "goodbye [cut after TIME]", "RTM: the server will close soon", goodbye },
	{ "migrate [NUMBER connects fail]",
	  "RTM: team_migration_started; so many (1) connects then fail", migrate },
	{ "refuse next connect with NUMBER [NUMBER2 times]", "the handshake gets this HTTP status",
	  refuse },
	{ "cut next handshake after NUMBER bytes [by WORD]",
	  "the answer to it breaks off, by close or by reset; it is left whole where it is shorter",
	  cut_handshake },
	{ "cut next hello after NUMBER bytes [by WORD]", "the frame with the next hello breaks off",
	  cut_hello },
	{ "cut next delivery after NUMBER bytes [by WORD]",
	  "the next event breaks off, and the socket with it", cut_delivery },
	{ "cut next tunnel [but NUMBER2] after NUMBER bytes [by WORD]",
	  "the next connection through the proxy, or the one behind so many others, breaks off, be "
	  "it inside a TLS record; the answer to CONNECT counts",
	  cut_tunnel },
	{ "certificate WORD [after NUMBER connections]",
	  "later connections are shown a good one, an expired one, an early one whose time has not "
	  "come, a wrong one of another name, or that of a stranger whom nobody knows",
	  certificate },
	{ "delay next hello by TIME", "hello comes later", delay_hello },
	{ "forget next hello", "hello never comes", forget_hello },
	{ "next hello is WORD", "a disconnect frame with this reason in its place", hello_is },
	{ "garbage behind next handshake TEXT", "bytes that are no frame", garbage },
	{ "hello counts NUMBER ghosts", "so many sockets too many in num_connections", ghosts },
	{ "late echo of TEXT", "RTM: behind the next hello, this message comes with reply_to",
	  late_echo },
	{ "ignore close frames", "later sockets never answer the client's close frame", deaf },
	{ "send frame TEXT", "any text frame", send_frame },
	{ "send binary TEXT", "a binary frame", send_binary },
	{ "send bytes TEXT", "bytes without a frame around them", send_bytes },
	{ "send a frame of NUMBER bytes", "a big one, of an unknown type", send_big },
	{ "repeat delivery", "the newest event again, in the same envelope", repeat_same },
	{ "repeat delivery as a new event", "again, with another envelope and event id",
	  repeat_new },
	{ "deliveries come WORD", "once, twice, or twice-with-new-ids: each of them",
	  deliveries_come },
	{ "frames come WORD", "whole, fragmented, or bytewise: on later sockets", frames_come },
	{ "forgive the client", "what it did wrong on the wire so far does not count",
	  allow_faults },
	{ 0 },
};
