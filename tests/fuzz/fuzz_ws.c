/* SPDX-License-Identifier: MIT */
/*
 * Frames of a hostile server. The first byte says into how small pieces they are cut and what the client does
 * with them. Whatever comes: texts are UTF-8, the end is told once, and it comes when the connection ends.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "net/ws.h"
#include "net/ws_handshake.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ECHOES = 4, CLOSES_ON_TEXT = 8, FREES_ON_TEXT = 16, TURNS_MAX = 2000 };

struct world {
	struct loop *loop;
	struct ws *ws;
	int far; /* the server's end */
	unsigned manner;
	int n_over;
};

static void check(bool so)
{
	if (!so)
		abort();
}

static void on_open(void *owner)
{
	(void)owner;
}

static void on_text(void *owner, struct str message)
{
	struct world *w = owner;

	check(w->n_over == 0 && w->ws != NULL);
	check(message.len <= WS_MAX_MESSAGE && utf8_valid(message));
	if ((w->manner & ECHOES) != 0)
		ws_send_text(w->ws, message);
	if ((w->manner & CLOSES_ON_TEXT) != 0)
		ws_close(w->ws, 1000, 1000);
	if ((w->manner & FREES_ON_TEXT) != 0) {
		ws_free(w->ws);
		w->ws = NULL;
	}
}

static void on_over(void *owner, int code, int status, const char *why)
{
	struct world *w = owner;

	check(code >= 1000 && status == 0 && why != NULL);
	w->n_over++;
}

static const struct ws_events events = { on_open, on_text, on_over };

/* Takes what the client said; gives how much that was. */
static ssize_t take(const struct world *w, char *out, size_t len)
{
	loop_turn(w->loop, 0);
	return recv(w->far, out, len, 0);
}

static void upgrade(const struct world *w)
{
	char head[1024] = "", key[WS_KEY_LEN + 1] = "", accept[29];
	struct buf answer = { 0 };
	char *at;

	while (take(w, head, sizeof(head) - 1) <= 0)
		continue;
	at = strstr(head, "Sec-WebSocket-Key: ");
	check(at != NULL);
	memcpy(key, at + strlen("Sec-WebSocket-Key: "), WS_KEY_LEN);
	ws_handshake_accept(key, accept);
	buf_addf(&answer,
		 "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		 "Sec-WebSocket-Accept: %s\r\n\r\n",
		 accept);
	check(send(w->far, answer.p, answer.len, MSG_NOSIGNAL) == (ssize_t)answer.len);
	buf_deinit(&answer);
}

static void say(const struct world *w, const uint8_t *data, size_t size)
{
	static const size_t pieces[] = { 65536, 1, 7, 4096 };
	size_t piece = pieces[w->manner & 3];
	char heard[4096];

	while (size > 0) {
		ssize_t n = send(w->far, data, size < piece ? size : piece, MSG_NOSIGNAL);

		if (n > 0) {
			data += n;
			size -= (size_t)n;
		}
		take(w, heard, sizeof(heard));
		if (w->ws == NULL || w->n_over > 0)
			return;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world w = { 0 };
	struct ws_setup setup = { .connect_ms = 5000, .upgrade_ms = 5000 };
	char heard[4096];
	int fds[2];

	if (size == 0)
		return 0;
	w.manner = data[0];
	check(loop_new(&w.loop, NULL) == 0);
	check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == 0);
	w.far = fds[1];
	setup.loop = w.loop;
	w.ws = ws_open_on(&setup, fds[0], STR("ws://slack.test/"), &events, &w);
	upgrade(&w);
	say(&w, data + 1, size - 1);
	shutdown(w.far, SHUT_WR);
	for (int i = 0; i < TURNS_MAX && w.ws != NULL && w.n_over == 0; i++)
		take(&w, heard, sizeof(heard));
	check(w.ws == NULL || w.n_over == 1);
	ws_free(w.ws);
	close(w.far);
	loop_free(w.loop);
	return 0;
}
