/* SPDX-License-Identifier: MIT */
#include "sim/peer.h"

#include <stdlib.h>
#include <wslay/wslay.h>
#include "base/mem.h"

enum { CODE_PROTOCOL = 1002, CODE_NONE = 1006, PIECE = 7 };

struct peer {
	struct sim *sim;
	struct conn *conn;
	struct peer_setup setup;
	wslay_event_context_ptr ws;
	struct buf in;
	const struct peer_events *events;
	void *owner;
	bool muted;
	bool over;
	int code; /* the client's close code */
	struct loop_call flush;
};

static ssize_t on_want(wslay_event_context_ptr ws, uint8_t *to, size_t len, int flags, void *owner)
{
	struct peer *p = owner;
	size_t n = len < p->in.len ? len : p->in.len;

	(void)flags;
	if (n == 0) {
		wslay_event_set_error(ws, WSLAY_ERR_WOULDBLOCK);
		return -1;
	}
	for (size_t i = 0; i < n; i++)
		to[i] = (uint8_t)p->in.p[i];
	buf_consume(&p->in, n);
	return (ssize_t)n;
}

static ssize_t on_give(wslay_event_context_ptr ws, const uint8_t *data, size_t len, int flags,
		       void *owner)
{
	struct peer *p = owner;

	(void)ws;
	(void)flags;
	if (!p->muted && !p->over)
		conn_write(p->conn, str_make((const char *)data, len));
	return (ssize_t)len;
}

static void on_frame(wslay_event_context_ptr ws,
		     const struct wslay_event_on_frame_recv_start_arg *arg, void *owner)
{
	struct peer *p = owner;

	(void)ws;
	if (arg->fin)
		return;
	sim_complain(p->sim, "the client fragmented a message");
	peer_close(p, CODE_PROTOCOL, "fragmented frames are not accepted");
}

static void on_message(wslay_event_context_ptr ws, const struct wslay_event_on_msg_recv_arg *arg,
		       void *owner)
{
	struct peer *p = owner;

	(void)ws;
	if (p->over)
		return;
	if (arg->opcode == WSLAY_TEXT_FRAME)
		p->events->on_text(p->owner, str_make((const char *)arg->msg, arg->msg_length));
	else if (arg->opcode == WSLAY_PONG)
		p->events->on_pong(p->owner);
	else if (arg->opcode == WSLAY_CONNECTION_CLOSE)
		p->code = arg->status_code;
	if (arg->opcode == WSLAY_CONNECTION_CLOSE && p->setup.deaf_to_close)
		p->muted = true;
}

static void peer_free(void *pointer)
{
	struct peer *p = pointer;

	wslay_event_context_free(p->ws);
	buf_deinit(&p->in);
	free(p);
}

static void peer_bury(struct peer *p)
{
	p->over = true;
	loop_call_cancel(&p->flush);
	loop_bury(p->sim->loop, p, peer_free);
}

static void say_over(struct peer *p, const char *why)
{
	if (p->over)
		return;
	peer_bury(p);
	p->events->on_over(p->owner, p->code, why);
}

/* Everything that wslay still has to say leaves; when it has nothing more to say or hear, the end. */
static void settle(struct peer *p)
{
	if (p->over)
		return;
	if (wslay_event_want_write(p->ws))
		wslay_event_send(p->ws);
	if (p->over || p->muted || wslay_event_want_read(p->ws) || wslay_event_want_write(p->ws))
		return;
	conn_close(p->conn);
	say_over(p, "closed by a close frame");
}

static void on_flush(void *owner)
{
	settle(owner);
}

static void on_bytes(void *owner, struct str bytes)
{
	struct peer *p = owner;

	if (p->over || p->muted)
		return;
	buf_add(&p->in, bytes);
	while (!p->over && p->in.len > 0 && wslay_event_want_read(p->ws))
		if (wslay_event_recv(p->ws) != 0)
			break;
	buf_clear(&p->in);
	settle(p);
}

static void on_gone(void *owner, const char *why)
{
	say_over(owner, why);
}

struct peer *peer_new(struct sim *sim, struct conn *conn, const struct peer_setup *setup,
		      const struct peer_events *events, void *owner)
{
	static const struct wslay_event_callbacks callbacks = {
		.recv_callback = on_want,
		.send_callback = on_give,
		.on_frame_recv_start_callback = on_frame,
		.on_msg_recv_callback = on_message,
	};
	static const struct conn_reader reader = { on_bytes, on_gone };
	struct peer *p = mem_zero(1, sizeof(*p));

	p->sim = sim;
	p->conn = conn;
	p->setup = *setup;
	p->events = events;
	p->owner = owner;
	p->code = CODE_NONE;
	buf_init(&p->in, 0);
	loop_call_init(&p->flush, on_flush, p);
	if (wslay_event_context_server_init(&p->ws, &callbacks, p) != 0)
		abort();
	wslay_event_config_set_max_recv_msg_length(p->ws, setup->max_frame);
	if (setup->framing == FRAMES_TRICKLE)
		conn_trickle(conn);
	conn_read_by(conn, &reader, p);
	return p;
}

/* wslay sends a message as one frame, so the fragments are put together here: a server's are not masked. */
static void send_pieces(struct peer *p, struct str message)
{
	for (size_t at = 0; at < message.len; at += PIECE) {
		bool last = message.len - at <= PIECE;
		size_t n = last ? message.len - at : PIECE;
		char head[2] = { (char)((at == 0 ? WSLAY_TEXT_FRAME : WSLAY_CONTINUATION_FRAME) |
					(last ? 0x80 : 0)),
				 (char)n };

		conn_write(p->conn, str_make(head, sizeof(head)));
		conn_write(p->conn, str_sub(message, at, at + n));
	}
}

static void queue(struct peer *p, uint8_t opcode, struct str bytes)
{
	struct wslay_event_msg out = { opcode, (const uint8_t *)bytes.p, bytes.len };

	if (p->over || p->muted)
		return;
	if (opcode == WSLAY_TEXT_FRAME && p->setup.framing == FRAMES_FRAGMENTED && bytes.len > 0) {
		settle(p);
		if (!p->over)
			send_pieces(p, bytes);
		return;
	}
	wslay_event_queue_msg(p->ws, &out);
	loop_call_soon(p->sim->loop, &p->flush);
}

void peer_text(struct peer *p, struct str message)
{
	queue(p, WSLAY_TEXT_FRAME, message);
}

void peer_binary(struct peer *p, struct str bytes)
{
	queue(p, WSLAY_BINARY_FRAME, bytes);
}

void peer_ping(struct peer *p)
{
	queue(p, WSLAY_PING, STR("Ping from slacksim"));
}

void peer_raw(struct peer *p, struct str bytes)
{
	settle(p);
	if (!p->over && !p->muted)
		conn_write(p->conn, bytes);
}

void peer_close(struct peer *p, int code, const char *reason)
{
	struct str why = str_from(reason);

	settle(p); /* a close frame would overtake what is queued, and nothing follows it */
	if (p->over || p->muted)
		return;
	wslay_event_queue_close(p->ws, (uint16_t)code, (const uint8_t *)why.p, why.len);
	loop_call_soon(p->sim->loop, &p->flush);
}

void peer_mute(struct peer *p)
{
	p->muted = true;
}

bool peer_text_cut(struct peer *p, struct str message, int64_t n, bool by_reset)
{
	settle(p);
	if (p->over || p->muted)
		return false;
	conn_cut_after(p->conn, n, by_reset);
	peer_text(p, message);
	settle(p);
	return !p->over && !conn_spare(p->conn);
}

void peer_drop(struct peer *p, bool by_reset)
{
	if (p->over)
		return;
	peer_bury(p);
	conn_drop(p->conn, by_reset);
}

size_t peer_unsent(const struct peer *p)
{
	return p->over ? 0 : conn_unsent(p->conn);
}
