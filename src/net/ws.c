/* SPDX-License-Identifier: MIT */
/*
 * Connecting (connect) - upgrading (stream, ws_handshake) - open (wslay) - closing - over. wslay does no I/O: it
 * is given bytes by on_wslay_recv and gives bytes to on_wslay_send, which hands them to the stream at once;
 * there they wait for the end of the turn, so that what a turn sends shares its records.
 *
 * wslay calls us, and we our owner, in the middle of wslay_event_recv. The owner may send, close or free
 * there: sending is then left until wslay_event_recv is back, and the memory until the turn is over.
 */
#include "net/ws.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <wslay/wslay.h>
#include "base/mem.h"
#include "net/connect.h"
#include "net/ws_handshake.h"

enum ws_state { WS_CONNECTING, WS_UPGRADING, WS_OPEN, WS_CLOSING, WS_OVER };

enum {
	/* More come in the next turn of the loop, so that a server who floods us holds up nobody else. Looked at
	 * whenever wslay wants bytes: what it has read already, 4 KiB at most, is told. */
	TURN_MESSAGES = 32,
	LINGER_MS = 1000, /* after the close frames, for the server to close the connection */
	/* Answers to what was read: while so much of them waits to be sent, nothing more is read. A peer that takes
	 * nothing for its time is given up by whoever asks ws_last_heard. */
	MAX_UNSENT = 256 << 10,
	WHY_MAX = 256,
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
	struct connecting *connecting;
	struct stream *stream;
	struct mono last_heard;
	struct buf in; /* the upgrade's answer, then what came behind it */
	wslay_event_context_ptr wslay;
	bool receiving; /* inside wslay_event_recv */
	bool paused;	/* too much waits to be sent */
	int n_received; /* messages, in this call of receive() */
	bool drained;	/* the last read found nothing, or the turn's share is read */
	struct loop_timer deadline;
	struct loop_call end; /* for an end that was met in the owner's own call */
	const char *fault;    /* told by `end` */
	int peer_code;	      /* of the peer's close frame; 0 = none came */
	struct buf peer_reason;
};

/* ---- the end ---- */

static void over(struct ws *ws, int code, int status, const char *why)
{
	if (ws->freed || ws->state == WS_OVER)
		return;
	ws->state = WS_OVER;
	loop_timer_stop(ws->setup.loop, &ws->deadline);
	loop_call_cancel(&ws->end);
	connect_cancel(TAKE(ws->connecting));
	stream_free(TAKE(ws->stream));
	ws->events->on_over(ws->owner, code, status, why);
}

static void over_by_peer(struct ws *ws)
{
	CLEANUP(buf_deinit) struct buf why = { 0 };

	buf_addf(&why, "the server closed the WebSocket (code %d%s%.*s)", ws->peer_code,
		 ws->peer_reason.len > 0 ? ": " : "", STR_ARG(buf_str(&ws->peer_reason)));
	buf_addc(&why, '\0');
	over(ws, ws->peer_code, 0, why.p);
}

/* What wslay told the peer when it gave the connection up; NULL = it did not. */
static const char *protocol_fault(const struct ws *ws)
{
	static const struct {
		int code;
		const char *sentence;
	} faults[] = {
		{ WSLAY_CODE_PROTOCOL_ERROR, "the server broke the WebSocket protocol" },
		{ WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA,
		  "the server sent a text that is not UTF-8" },
		{ WSLAY_CODE_MESSAGE_TOO_BIG, "the server sent a message of more than 4 MiB" },
	};
	int code = ws->wslay != NULL ? wslay_event_get_status_code_sent(ws->wslay) : 0;

	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		if (faults[i].code == code)
			return faults[i].sentence;
	}
	return NULL;
}

/* The connection is gone, or has to go: tells the best reason there is. */
static void over_because(struct ws *ws, const char *why)
{
	const char *fault = protocol_fault(ws);

	if (ws->peer_code != 0)
		over_by_peer(ws);
	else
		over(ws, WS_CLOSE_NONE, 0, fault != NULL ? fault : why);
}

static void on_end(void *owner)
{
	struct ws *ws = owner;

	over_because(ws, ws->fault);
}

/* For what is found out while the owner is calling us. */
static void fail_soon(struct ws *ws, const char *fault)
{
	ws->fault = fault;
	loop_call_soon(ws->setup.loop, &ws->end);
}

static void on_deadline(void *owner)
{
	struct ws *ws = owner;

	over_because(ws, ws->state == WS_CLOSING ? "the server did not answer our close frame" :
						   "no answer to the upgrade in time");
}

/* ---- wslay's callbacks ---- */

static size_t hear(struct ws *ws, char *out, size_t len)
{
	size_t n = stream_read(ws->stream, out, len);

	if (n > 0)
		ws->last_heard = loop_now(ws->setup.loop);
	return n;
}

static bool is_up(const struct ws *ws)
{
	return !ws->freed && ws->wslay != NULL && (ws->state == WS_OPEN || ws->state == WS_CLOSING);
}

static ssize_t on_wslay_recv(wslay_event_context_ptr ctx, uint8_t *data, size_t len, int flags,
			     void *user)
{
	struct ws *ws = user;
	size_t n = 0;

	(void)flags;
	if (is_up(ws) && ws->in.len > 0) {
		n = ws->in.len < len ? ws->in.len : len;
		memcpy(data, ws->in.p, n);
		buf_consume(&ws->in, n);
	} else if (is_up(ws)) {
		n = hear(ws, (char *)data, len);
	}
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
	if (stream_write(ws->stream, str_make((const char *)data, len)) > MAX_UNSENT) {
		ws->paused = true;
		stream_pause(ws->stream, true);
	}
	return (ssize_t)len;
}

static int on_wslay_mask(wslay_event_context_ptr ctx, uint8_t *out, size_t len, void *user)
{
	(void)ctx;
	(void)user;
	/* Nobody between us and the server can foresee it; that is all that a mask is for. */
	return getrandom(out, len, 0) == (ssize_t)len ? 0 : -1;
}

static void note_peer_close(struct ws *ws, int code, struct str message)
{
	ws->peer_code = code != 0 ? code : WSLAY_CODE_NO_STATUS_RCVD;
	buf_clear(&ws->peer_reason);
	buf_add(&ws->peer_reason, str_sub(message, 2, message.len)); /* behind the code */
}

static void on_wslay_message(wslay_event_context_ptr ctx,
			     const struct wslay_event_on_msg_recv_arg *arg, void *user)
{
	struct ws *ws = user;
	struct str message = str_make((const char *)arg->msg, arg->msg_length);

	(void)ctx;
	if (!is_up(ws))
		return;
	if (++ws->n_received == TURN_MESSAGES)
		stream_end_turn(ws->stream);
	if (arg->opcode == WSLAY_CONNECTION_CLOSE)
		note_peer_close(ws, arg->status_code, message);
	else if (arg->opcode == WSLAY_TEXT_FRAME && ws->state == WS_OPEN)
		ws->events->on_text(ws->owner, message); /* later it could not be answered */
}

static const struct wslay_event_callbacks wslay_callbacks = {
	.recv_callback = on_wslay_recv,
	.send_callback = on_wslay_send,
	.genmask_callback = on_wslay_mask,
	.on_msg_recv_callback = on_wslay_message,
};

/* ---- frames ---- */

/* Both close frames are exchanged, or wslay gave up and said so. The server closes the connection now; the
 * clock of ws_close may be running already. */
static void finish(struct ws *ws)
{
	stream_close(ws->stream);
	if (ws->state == WS_CLOSING)
		return;
	ws->state = WS_CLOSING;
	loop_timer_start(ws->setup.loop, &ws->deadline, LINGER_MS);
}

/* Moves wslay's queue to the stream. */
static void push(struct ws *ws)
{
	if (ws->receiving || !is_up(ws))
		return;
	while (wslay_event_want_write(ws->wslay)) {
		if (wslay_event_send(ws->wslay) != 0) {
			fail_soon(ws, "a frame could not be built");
			return;
		}
	}
	if (!wslay_event_want_read(ws->wslay))
		finish(ws);
}

/* wslay may stop before all is read when a read ended inside a frame's head: ask until nothing is left. */
static void receive(struct ws *ws)
{
	int r = 0;

	ws->drained = false;
	ws->n_received = 0;
	ws->receiving = true;
	while (is_up(ws) && !ws->drained && r == 0 && wslay_event_want_read(ws->wslay))
		r = wslay_event_recv(ws->wslay);
	ws->receiving = false;
	push(ws);
	if (is_up(ws) && r != 0 && wslay_event_want_read(ws->wslay))
		over_because(ws, "the server broke the WebSocket protocol");
}

/* Nobody wants it, but left unread it would wake the loop for ever. */
static void discard(struct ws *ws)
{
	char bytes[4096];

	while (hear(ws, bytes, sizeof(bytes)) > 0)
		continue;
}

static bool queue(struct ws *ws, uint8_t opcode, struct str payload)
{
	const struct wslay_event_msg msg = { opcode, (const uint8_t *)payload.p, payload.len };

	if (ws->state != WS_OPEN)
		return false;
	wslay_event_queue_msg(ws->wslay, &msg);
	push(ws);
	return true;
}

bool ws_send_text(struct ws *ws, struct str message)
{
	return queue(ws, WSLAY_TEXT_FRAME, message);
}

void ws_ping(struct ws *ws, struct str payload)
{
	queue(ws, WSLAY_PING, str_sub(payload, 0, 125));
}

void ws_close(struct ws *ws, int code, int64_t wait_ms)
{
	if (ws->state == WS_OPEN) {
		ws->state = WS_CLOSING;
		loop_timer_start(ws->setup.loop, &ws->deadline, wait_ms);
		wslay_event_queue_close(ws->wslay, (uint16_t)code, NULL, 0);
		push(ws);
	} else if (ws->state == WS_CONNECTING || ws->state == WS_UPGRADING) {
		ws->state = WS_CLOSING;
		fail_soon(ws, "closed before it was open");
	}
}

/* ---- upgrade ---- */

static void on_stream_data(void *owner);

static void open_up(struct ws *ws, size_t head)
{
	wslay_event_context_client_init(&ws->wslay, &wslay_callbacks, ws);
	if (ws->wslay == NULL)
		mem_is_out();
	wslay_event_config_set_max_recv_msg_length(ws->wslay, WS_MAX_MESSAGE);
	buf_consume(&ws->in, head);
	ws->state = WS_OPEN;
	loop_timer_stop(ws->setup.loop, &ws->deadline);
	ws->events->on_open(ws->owner);
	if (is_up(ws))
		on_stream_data(ws); /* what came behind the answer */
}

static void refused(struct ws *ws, int status)
{
	CLEANUP(buf_deinit) struct buf why = { 0 };

	buf_addf(&why, "the server refused the WebSocket with HTTP status %d", status);
	buf_addc(&why, '\0');
	over(ws, WS_CLOSE_NONE, status, why.p);
}

static void read_upgrade(struct ws *ws)
{
	const char *why = NULL;
	size_t used = 0, n;
	int status = 0, r;

	do {
		char *room = buf_room(&ws->in, 4096);

		n = room != NULL ? hear(ws, room, 4096) : 0;
		ws->in.len += n;
		r = ws_handshake_reply(buf_str(&ws->in), ws->key, &used, &status, &why);
	} while (r == WS_HANDSHAKE_MORE && n > 0);
	if (r == WS_HANDSHAKE_REFUSED)
		refused(ws, status);
	else if (r == WS_HANDSHAKE_BAD)
		over(ws, WS_CLOSE_NONE, 0, why);
	else if (r == 0)
		open_up(ws, used);
}

/* ---- the stream's events ---- */

static void on_stream_open(void *owner)
{
	struct ws *ws = owner;
	const struct url url = {
		.tls = ws->is_tls,
		.host = str_from(ws->host),
		.port = ws->port,
		.target = str_from(ws->target),
	};
	CLEANUP(buf_deinit) struct buf request = { 0 };

	ws_handshake_key(ws->key);
	ws_handshake_request(&request, &url, ws->key);
	stream_write(ws->stream, buf_str(&request));
}

static void on_stream_data(void *owner)
{
	struct ws *ws = owner;

	if (ws->state == WS_UPGRADING)
		read_upgrade(ws);
	else if (is_up(ws) && wslay_event_want_read(ws->wslay))
		receive(ws);
	else
		discard(ws);
}

static void on_stream_drained(void *owner)
{
	struct ws *ws = owner;

	if (!ws->paused)
		return;
	ws->paused = false;
	stream_pause(ws->stream, false);
}

static void on_stream_closed(void *owner)
{
	over_because(owner, "the server closed the connection without a close frame");
}

static void on_stream_error(void *owner, const char *why)
{
	over_because(owner, why);
}

static const struct stream_events stream_events = {
	.on_open = on_stream_open,
	.on_data = on_stream_data,
	.on_drained = on_stream_drained,
	.on_closed = on_stream_closed,
	.on_error = on_stream_error,
};

static void start_stream(struct ws *ws, int take_fd)
{
	ws->state = WS_UPGRADING;
	ws->stream = stream_new(ws->setup.loop, ws->setup.trust, take_fd, ws->host,
				ws->setup.upgrade_ms, &stream_events, ws);
	loop_timer_start(ws->setup.loop, &ws->deadline, ws->setup.upgrade_ms);
}

static void on_socket(void *owner, int fd, const char *why)
{
	struct ws *ws = owner;

	ws->connecting = NULL;
	if (fd < 0)
		over(ws, WS_CLOSE_NONE, 0, why);
	else
		start_stream(ws, fd);
}

/* ---- life ---- */

static struct ws *make(const struct ws_setup *setup, struct str url, const struct ws_events *events,
		       void *owner)
{
	struct url parts;
	struct ws *ws;

	/* Without trust there is no TLS, and with it there is nothing else. */
	if (!url_parse(url, "ws", &parts) || parts.tls != (setup->trust != NULL))
		return NULL;
	ws = mem_zero(1, sizeof(*ws));
	ws->setup = *setup;
	ws->events = events;
	ws->owner = owner;
	ws->is_tls = parts.tls;
	ws->host = str_dup(parts.host);
	ws->target = str_dup(parts.target);
	ws->port = parts.port;
	ws->last_heard = loop_now(setup->loop);
	buf_init(&ws->in, WS_HEAD_MAX + 8192);
	buf_init(&ws->peer_reason, WHY_MAX);
	loop_timer_init(&ws->deadline, on_deadline, ws);
	loop_call_init(&ws->end, on_end, ws);
	return ws;
}

struct ws *ws_open(const struct ws_setup *setup, struct str url, const struct ws_events *events,
		   void *owner)
{
	struct ws *ws = make(setup, url, events, owner);

	if (ws != NULL)
		ws->connecting = connect_start(http_sockets(setup->http), ws->host, ws->port,
					       setup->connect_ms, on_socket, ws);
	return ws;
}

struct ws *ws_open_on(const struct ws_setup *setup, int take_fd, struct str url,
		      const struct ws_events *events, void *owner)
{
	struct ws *ws = make(setup, url, events, owner);

	if (ws != NULL)
		start_stream(ws, take_fd);
	return ws;
}

static void ws_destroy(void *buried)
{
	struct ws *ws = buried;

	if (ws->wslay != NULL)
		wslay_event_context_free(ws->wslay);
	buf_deinit(&ws->in);
	buf_deinit(&ws->peer_reason);
	free(ws->host);
	free(ws->target);
	free(ws);
}

void ws_free(struct ws *ws)
{
	if (ws == NULL || ws->freed)
		return;
	ws->freed = true;
	connect_cancel(TAKE(ws->connecting));
	stream_free(TAKE(ws->stream));
	loop_timer_stop(ws->setup.loop, &ws->deadline);
	loop_call_cancel(&ws->end);
	loop_bury(ws->setup.loop, ws, ws_destroy);
}

struct mono ws_last_heard(const struct ws *ws)
{
	struct mono taken = { 0 };

	/* While nothing is read, that it takes what we send is all that shows it alive. */
	if (ws->paused && ws->stream != NULL)
		taken = stream_last_taken(ws->stream);
	return taken.ns > ws->last_heard.ns ? taken : ws->last_heard;
}

bool ws_is_open(const struct ws *ws)
{
	return ws->state == WS_OPEN;
}
