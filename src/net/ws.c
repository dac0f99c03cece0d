/* SPDX-License-Identifier: MIT */
/*
 * Connecting (http_connect) - TLS (stream) - upgrade (ws_handshake) - open (wslay) - closing - over. wslay does
 * no I/O: it is given bytes by on_wslay_recv and gives bytes to on_wslay_send. What is queued for sending within
 * a turn goes to the stream at the end of that turn, all at once.
 */
#include "net/ws.h"

#include <stdlib.h>
#include <string.h>
#include <wslay/wslay.h>
#include "base/mem.h"
#include "net/digest.h"
#include "net/ws_handshake.h"

enum ws_state { WS_CONNECTING, WS_TLS, WS_UPGRADING, WS_OPEN, WS_CLOSING, WS_OVER };

enum {
	MAX_QUEUED = 1000,    /* frames waiting, pongs above all: a peer must not make us hoard */
	MAX_UNSENT = 4 << 20, /* bytes that the peer does not take */
};

struct ws {
	struct ws_setup setup;
	const struct ws_events *events;
	void *owner;
	enum ws_state state;
	bool freed; /* ws_free was called; the memory lives until the end of the turn */
	bool is_tls;
	char *host;
	char *target;
	int port;
	char key[WS_KEY_LEN + 1];
	struct http_call *connecting;
	struct stream *stream;
	struct buf in; /* the upgrade's answer, then what came behind it */
	bool drained;  /* the last read found nothing */
	wslay_event_context_ptr wslay;
	struct loop_timer deadline;
	struct loop_hook turn_end;
	int peer_code; /* of the peer's close frame */
};

/* ---- the end ---- */

static void over(struct ws *ws, int code, int status, const char *why)
{
	if (ws->freed || ws->state == WS_OVER)
		return;
	ws->state = WS_OVER;
	loop_timer_stop(ws->setup.loop, &ws->deadline);
	http_cancel(TAKE(ws->connecting));
	ws->events->on_over(ws->owner, code, status, why);
}

static void fail(struct ws *ws, const char *why)
{
	over(ws, WS_CLOSE_NONE, 0, why);
}

static const char *late_sentence(enum ws_state state)
{
	switch (state) {
	case WS_CONNECTING:
		return "no connection in time";
	case WS_TLS:
	case WS_UPGRADING:
		return "no answer to the upgrade in time";
	case WS_CLOSING:
		return "closed; the peer did not answer our close frame";
	case WS_OPEN:
	case WS_OVER:
		break;
	}
	return "closed";
}

static void on_deadline(void *owner)
{
	struct ws *ws = owner;

	fail(ws, late_sentence(ws->state));
}

/* ---- wslay ---- */

static ssize_t on_wslay_recv(wslay_event_context_ptr ctx, uint8_t *data, size_t len, int flags,
			     void *user)
{
	struct ws *ws = user;
	size_t n;

	(void)flags;
	if (!ws->freed && ws->in.len > 0) {
		n = ws->in.len < len ? ws->in.len : len;
		memcpy(data, ws->in.p, n);
		buf_consume(&ws->in, n);
		return (ssize_t)n;
	}
	n = ws->freed || ws->state == WS_OVER ? 0 : stream_read(ws->stream, (char *)data, len);
	if (n > 0)
		return (ssize_t)n;
	ws->drained = true;
	wslay_event_set_error(ctx, WSLAY_ERR_WOULDBLOCK);
	return -1;
}

static ssize_t on_wslay_send(wslay_event_context_ptr ctx, const uint8_t *data, size_t len,
			     int flags, void *user)
{
	struct ws *ws = user;

	(void)ctx;
	(void)flags;
	stream_write(ws->stream, str_make((const char *)data, len));
	return (ssize_t)len;
}

static int on_wslay_mask(wslay_event_context_ptr ctx, uint8_t *out, size_t len, void *user)
{
	(void)ctx;
	(void)user;
	random_bytes(out, len);
	return 0;
}

static void on_wslay_message(wslay_event_context_ptr ctx,
			     const struct wslay_event_on_msg_recv_arg *arg, void *user)
{
	struct ws *ws = user;
	struct str message = str_make((const char *)arg->msg, arg->msg_length);

	(void)ctx;
	if (ws->freed)
		return;
	if (arg->opcode == WSLAY_CONNECTION_CLOSE)
		ws->peer_code = arg->status_code != 0 ? arg->status_code : 1005;
	else if (ws->state != WS_OPEN)
		return;
	else if (arg->opcode == WSLAY_TEXT_FRAME)
		ws->events->on_text(ws->owner, message);
	else if (arg->opcode == WSLAY_PONG && ws->events->on_pong != NULL)
		ws->events->on_pong(ws->owner, message);
}

static const struct wslay_event_callbacks wslay_callbacks = {
	.recv_callback = on_wslay_recv,
	.send_callback = on_wslay_send,
	.genmask_callback = on_wslay_mask,
	.on_msg_recv_callback = on_wslay_message,
};

/* ---- frames ---- */

static void flush(struct ws *ws)
{
	if (ws->wslay == NULL || ws->state == WS_OVER)
		return;
	if (wslay_event_get_queued_msg_count(ws->wslay) > MAX_QUEUED ||
	    stream_unsent(ws->stream) > MAX_UNSENT) {
		fail(ws, "the peer does not take what we send");
		return;
	}
	while (wslay_event_want_write(ws->wslay)) {
		if (wslay_event_send(ws->wslay) != 0) {
			fail(ws, "the frames could not be written");
			return;
		}
	}
}

/* Both wants are gone: the close handshake is done, or the peer broke the protocol and was told so. */
static void check_end(struct ws *ws)
{
	if (ws->freed || ws->state == WS_OVER || ws->wslay == NULL ||
	    wslay_event_want_read(ws->wslay) || wslay_event_want_write(ws->wslay))
		return;
	stream_close(ws->stream);
	if (ws->peer_code != 0)
		over(ws, ws->peer_code, 0, "the peer closed the WebSocket");
	else
		fail(ws, "the peer broke the WebSocket protocol");
}

static void on_turn_end(void *owner)
{
	struct ws *ws = owner;

	flush(ws);
	check_end(ws);
}

/* wslay may stop before all is read when a read ended inside a frame's head: ask until nothing is left. */
static void receive(struct ws *ws)
{
	int r = 0;

	if (ws->wslay == NULL)
		return;
	ws->drained = false;
	while (!ws->freed && ws->state != WS_OVER && !ws->drained && r == 0 &&
	       wslay_event_want_read(ws->wslay))
		r = wslay_event_recv(ws->wslay);
	if (ws->freed || ws->state == WS_OVER)
		return;
	if (r != 0 && r != WSLAY_ERR_CALLBACK_FAILURE) {
		flush(ws);
		fail(ws, "the peer broke the WebSocket protocol");
	}
}

/* ---- upgrade ---- */

static void open_up(struct ws *ws, size_t head)
{
	wslay_event_context_client_init(&ws->wslay, &wslay_callbacks, ws);
	if (ws->wslay == NULL)
		abort(); /* out of memory */
	wslay_event_config_set_max_recv_msg_length(ws->wslay, WS_MAX_MESSAGE);
	buf_consume(&ws->in, head);
	ws->state = WS_OPEN;
	loop_timer_stop(ws->setup.loop, &ws->deadline);
	ws->events->on_open(ws->owner);
	if (!ws->freed)
		receive(ws);
}

static void read_upgrade(struct ws *ws)
{
	const char *why = NULL;
	size_t used = 0, n;
	int status = 0, r;

	/* One read at a time: what follows the head is counted with it only up to the cap. */
	do {
		char *room = buf_room(&ws->in, 4096);

		n = room != NULL ? stream_read(ws->stream, room, 4096) : 0;
		ws->in.len += n;
		r = ws_handshake_reply(buf_str(&ws->in), ws->key, &used, &status, &why);
	} while (r == WS_HANDSHAKE_MORE && n > 0);
	if (r == WS_HANDSHAKE_REFUSED)
		over(ws, WS_CLOSE_NONE, status, "the server refused the upgrade");
	else if (r == WS_HANDSHAKE_BAD)
		fail(ws, why);
	else if (r == 0)
		open_up(ws, used);
}

/* ---- the stream's events ---- */

static void on_stream_open(void *owner)
{
	struct ws *ws = owner;
	const struct ws_url url = {
		.tls = ws->is_tls,
		.host = str_from(ws->host),
		.port = ws->port,
		.target = str_from(ws->target),
	};
	struct buf request;

	if (ws->state != WS_TLS)
		return;
	ws->state = WS_UPGRADING;
	ws_handshake_key(ws->key);
	buf_init(&request, 0);
	ws_handshake_request(&request, &url, ws->key);
	stream_write(ws->stream, buf_str(&request));
	buf_deinit(&request);
}

static void on_stream_data(void *owner)
{
	struct ws *ws = owner;

	if (ws->state == WS_UPGRADING)
		read_upgrade(ws);
	else if (ws->state == WS_OPEN || ws->state == WS_CLOSING)
		receive(ws);
}

static void on_stream_closed(void *owner)
{
	struct ws *ws = owner;

	over(ws, ws->peer_code != 0 ? ws->peer_code : WS_CLOSE_NONE, 0,
	     "the peer closed the connection");
}

static void on_stream_error(void *owner, const char *why)
{
	fail(owner, why);
}

static const struct stream_events stream_events = {
	.on_open = on_stream_open,
	.on_data = on_stream_data,
	.on_closed = on_stream_closed,
	.on_error = on_stream_error,
};

static void on_socket(void *owner, int fd, const char *why)
{
	struct ws *ws = owner;

	ws->connecting = NULL;
	if (fd < 0) {
		fail(ws, why);
		return;
	}
	ws->state = WS_TLS;
	ws->stream = stream_new(ws->setup.loop, ws->is_tls ? ws->setup.trust : NULL, fd, ws->host,
				ws->setup.upgrade_ms, &stream_events, ws);
	loop_timer_start(ws->setup.loop, &ws->deadline, ws->setup.upgrade_ms);
}

/* ---- life ---- */

struct ws *ws_open(const struct ws_setup *setup, struct str url, const struct ws_events *events,
		   void *owner)
{
	CLEANUP(buf_deinit) struct buf room = { 0 };
	struct ws_url parts;
	struct ws *ws;

	buf_init(&room, 0);
	/* Without trust there is no TLS, and with it there is nothing else. */
	if (!ws_url_parse(url, &parts, &room) || parts.tls != (setup->trust != NULL))
		return NULL;
	ws = mem_zero(1, sizeof(*ws));
	ws->setup = *setup;
	ws->events = events;
	ws->owner = owner;
	ws->is_tls = parts.tls;
	ws->host = str_dup(parts.host);
	ws->target = str_dup(parts.target);
	ws->port = parts.port;
	buf_init(&ws->in, WS_HEAD_MAX + 8192);
	loop_timer_init(&ws->deadline, on_deadline, ws);
	loop_hook_init(&ws->turn_end, on_turn_end, ws);
	loop_hook_add(setup->loop, &ws->turn_end);
	ws->connecting = http_connect(setup->http, ws->host, ws->port, setup->connect_ms, on_socket,
				      ws);
	return ws;
}

static void ws_destroy(void *buried)
{
	struct ws *ws = buried;

	if (ws->wslay != NULL)
		wslay_event_context_free(ws->wslay);
	buf_deinit(&ws->in);
	free(ws->host);
	free(ws->target);
	free(ws);
}

void ws_free(struct ws *ws)
{
	if (ws == NULL || ws->freed)
		return;
	ws->freed = true;
	http_cancel(TAKE(ws->connecting));
	stream_free(ws->stream);
	loop_timer_stop(ws->setup.loop, &ws->deadline);
	loop_hook_remove(&ws->turn_end);
	loop_bury(ws->setup.loop, ws, ws_destroy);
}

static void queue(struct ws *ws, uint8_t opcode, struct str payload)
{
	const struct wslay_event_msg msg = { opcode, (const uint8_t *)payload.p, payload.len };

	if (ws->state == WS_OPEN)
		wslay_event_queue_msg(ws->wslay, &msg);
}

void ws_send_text(struct ws *ws, struct str message)
{
	queue(ws, WSLAY_TEXT_FRAME, message);
}

void ws_ping(struct ws *ws, struct str payload)
{
	queue(ws, WSLAY_PING, str_sub(payload, 0, 125));
}

void ws_close(struct ws *ws, int code, int64_t wait_ms)
{
	if (ws->state == WS_OVER || ws->state == WS_CLOSING)
		return;
	if (ws->state == WS_OPEN)
		wslay_event_queue_close(ws->wslay, (uint16_t)code, NULL, 0);
	http_cancel(TAKE(ws->connecting));
	/* What is not open yet has nobody to say goodbye to. */
	loop_timer_start(ws->setup.loop, &ws->deadline, ws->state == WS_OPEN ? wait_ms : 0);
	ws->state = WS_CLOSING;
}

struct mono ws_last_heard(const struct ws *ws)
{
	return ws->stream != NULL ? stream_last_heard(ws->stream) : loop_now(ws->setup.loop);
}

bool ws_is_open(const struct ws *ws)
{
	return ws->state == WS_OPEN;
}
