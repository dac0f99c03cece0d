/* SPDX-License-Identifier: MIT */
#include "sim/upgrade.h"

#include <stdlib.h>
#include "base/mem.h"
#include "net/ws_handshake.h"
#include "sim/rtm_side.h"
#include "sim/socket_side.h"

static void refuse(struct conn *conn, int status)
{
	conn_answer(conn, status, STR("Content-Type: text/plain\r\n"), STR("no\n"));
}

static bool has_token(struct str list, const char *token)
{
	struct str piece;

	while (str_cut(&list, ',', &piece))
		if (str_eq_nocase(str_trim(piece), str_from(token)))
			return true;
	return false;
}

/* What RFC 6455 asks of a client; NULL = all is well. */
static const char *handshake_fault(const struct request *r)
{
	if (!str_is(r->method, "GET"))
		return "the method is not GET";
	if (!str_eq_nocase(request_header(r, "Upgrade"), STR("websocket")))
		return "no `Upgrade: websocket`";
	if (!has_token(request_header(r, "Connection"), "upgrade"))
		return "no `Connection: Upgrade`";
	if (!str_is(request_header(r, "Sec-WebSocket-Version"), "13"))
		return "Sec-WebSocket-Version is not 13";
	if (request_header(r, "Sec-WebSocket-Key").len != WS_KEY_LEN)
		return "Sec-WebSocket-Key is not 16 bytes in base64";
	if (request_header(r, "Authorization").len > 0)
		return "it carries a token";
	return NULL;
}

static bool refused_by_plan(struct sim *sim, struct conn *conn)
{
	if (sim->plan.refuse_times == 0)
		return false;
	sim->plan.refuse_times--;
	refuse(conn, (int)sim->plan.refuse_status);
	return true;
}

/* False = it was cut as planned, and the connection ends. */
static bool accept_upgrade(struct sim *sim, struct conn *conn, const struct request *r)
{
	CLEANUP(mem_freep) char *key = str_dup(request_header(r, "Sec-WebSocket-Key"));
	CLEANUP(buf_deinit) struct buf head = { 0 };
	char accept[29];

	ws_handshake_accept(key, accept);
	buf_addf(&head, "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n",
		 accept);
	if (sim->plan.cut_handshake >= 0)
		conn_cut_after(conn, sim->plan.cut_handshake, sim->plan.cut_by_reset);
	sim->plan.cut_handshake = -1;
	conn_answer(conn, 101, buf_str(&head), STR_EMPTY);
	if (!conn_spare(conn))
		return false;
	if (sim->plan.garbage != NULL)
		conn_write(conn, str_from(sim->plan.garbage));
	free(TAKE(sim->plan.garbage));
	return true;
}

/* Uses up the ticket; *of: the workspace that gave it, or the first one. */
static enum ticket_state use_ticket(const struct request *r, struct sim **of)
{
	struct sim *first = (*of)->first;
	CLEANUP(buf_deinit) struct buf text = { 0 };

	*of = first;
	if (!form_get(r->query, "ticket", &text))
		return TICKET_UNKNOWN;
	for (struct sim *s = first; s != NULL; s = s->next) {
		enum ticket_state state = ticket_use(&s->tickets, buf_str(&text),
						     loop_now(s->loop));

		if (state == TICKET_UNKNOWN)
			continue;
		*of = s;
		return state;
	}
	return TICKET_UNKNOWN;
}

void upgrade_handle(struct sim *sim, struct conn *conn, const struct request *r)
{
	const char *fault = handshake_fault(r);
	bool is_rtm = str_is(r->path, "/rtm/");
	enum ticket_state state;
	struct buf flag = { 0 };

	if (fault != NULL) {
		sim_complain(sim, "bad WebSocket handshake: %s", fault);
		refuse(conn, 400);
		return;
	}
	state = use_ticket(r, &sim);
	conn_belongs(conn, sim);
	if (state == TICKET_USED || state == TICKET_UNKNOWN)
		sim_complain(sim, "a WebSocket URL was used %s",
			     state == TICKET_USED ? "twice" : "that was never given");
	if (refused_by_plan(sim, conn))
		return;
	if (state != TICKET_GOOD && !is_rtm) {
		refuse(conn, 409);
		return;
	}
	if (is_rtm) {
		if (accept_upgrade(sim, conn, r))
			rtm_side_join(sim->rtm, conn, state == TICKET_GOOD);
	} else {
		bool debug = form_get(r->query, "debug_reconnects", &flag) &&
			     str_is(buf_str(&flag), "true");

		if (accept_upgrade(sim, conn, r))
			socket_side_join(sim->socket, conn, debug);
	}
	buf_deinit(&flag);
}
