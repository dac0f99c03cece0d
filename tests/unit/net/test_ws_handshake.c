/* SPDX-License-Identifier: MIT */
#include "net/ws_handshake.h"

#include <stdlib.h>
#include <string.h>
#include "base/mem.h"
#include "lib/unit.h"

/* The key and its answer of RFC 6455, 1.3. */
#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
#define GOOD                                                                                \
	"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
	"Sec-WebSocket-Accept: " ACCEPT "\r\n\r\n"

/* ---- requests ---- */

static void test_key(void)
{
	char one[WS_KEY_LEN + 1], other[WS_KEY_LEN + 1];

	ws_handshake_key(one);
	ws_handshake_key(other);
	CU_ASSERT_EQUAL(strlen(one), WS_KEY_LEN);
	CU_ASSERT(str_ends(str_from(one), "==")); /* 16 bytes */
	CU_ASSERT_NOT_EQUAL(strcmp(one, other), 0);
}

static void test_accept(void)
{
	char accept[29];

	ws_handshake_accept(KEY, accept);
	ASSERT_STR(str_from(accept), ACCEPT);
}

static void request_is(const char *text, const char *wanted)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };
	struct url url;

	CU_ASSERT_FATAL(url_parse(str_from(text), "ws", &url));
	ws_handshake_request(&out, &url, KEY);
	ASSERT_STR(buf_str(&out), wanted);
}

static void test_request(void)
{
#define REST                                                                       \
	"\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " KEY \
	"\r\nSec-WebSocket-Version: 13\r\n\r\n"
	request_is("wss://host.example/a?b", "GET /a?b HTTP/1.1\r\nHost: host.example" REST);
	request_is("wss://host?b", "GET /?b HTTP/1.1\r\nHost: host" REST);
	request_is("wss://host:444", "GET / HTTP/1.1\r\nHost: host:444" REST);
	request_is("ws://host:443/", "GET / HTTP/1.1\r\nHost: host:443" REST);
	request_is("ws://host:80/", "GET / HTTP/1.1\r\nHost: host" REST);
	request_is("wss://[::1]:9/", "GET / HTTP/1.1\r\nHost: [::1]:9" REST);
#undef REST
}

/* ---- replies ---- */

struct verdict {
	int r, status;
	size_t used;
	const char *why;
};

/* The bytes lie in memory of their exact size, so that a read behind them is seen. */
static struct verdict ask(const char *bytes, size_t len)
{
	struct verdict v = { .used = 77, .status = 77 };
	char *copy = mem_alloc(len);

	memcpy(copy, bytes, len);
	v.r = ws_handshake_reply(str_make(copy, len), KEY, &v.used, &v.status, &v.why);
	free(copy);
	return v;
}

static void test_good_replies(void)
{
	static const char *const rows[] = {
		GOOD,
		"HTTP/1.1 101\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n"
		"Sec-WebSocket-Accept:" ACCEPT "\r\n\r\n",
		"HTTP/1.1 101 \r\nserver: envoy\r\nupgrade:\twebsocket \r\nconnection: close\r\n"
		"connection: UPGRADE\r\nX-Empty:\r\nsec-websocket-accept:   " ACCEPT " \r\n\r\n",
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct verdict v = ask(rows[i], strlen(rows[i]));

		CU_ASSERT_EQUAL(v.r, 0);
		CU_ASSERT_EQUAL(v.status, 101);
		CU_ASSERT_EQUAL(v.used, strlen(rows[i]));
		CU_ASSERT_PTR_NULL(v.why);
	}
}

static void test_cut_at_every_byte(void)
{
	static const char text[] = GOOD "\x81\x02hi";

	for (size_t len = 0; len < sizeof(text); len++) {
		struct verdict v = ask(text, len);

		if (len < strlen(GOOD)) {
			CU_ASSERT_EQUAL(v.r, WS_HANDSHAKE_MORE);
			CU_ASSERT_EQUAL(v.used, 0);
		} else {
			CU_ASSERT_EQUAL(v.r, 0);
			CU_ASSERT_EQUAL(v.used, strlen(GOOD));
		}
	}
}

static void test_refusals(void)
{
	static const struct {
		const char *text;
		int status;
	} rows[] = {
		{ "HTTP/1.1 400 Bad Request\r\n\r\n", 400 },
		{ "HTTP/1.1 408 Request Timeout\r\nContent-Length: 2\r\n\r\nno", 408 },
		{ "HTTP/1.0 503 \r\nwhatever this is\r\n\r\n", 503 },
		{ "HTTP/1.1 302 Found\r\nLocation: https://elsewhere/\r\n\r\n", 302 },
		{ "HTTP/1.1 200 OK\r\n\r\n", 200 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct verdict v = ask(rows[i].text, strlen(rows[i].text));

		CU_ASSERT_EQUAL(v.r, WS_HANDSHAKE_REFUSED);
		CU_ASSERT_EQUAL(v.status, rows[i].status);
	}
}

static void test_bad_replies(void)
{
#define HEAD "HTTP/1.1 101 Switching Protocols\r\n"
#define UP "Upgrade: websocket\r\n"
#define CO "Connection: Upgrade\r\n"
#define AC "Sec-WebSocket-Accept: " ACCEPT "\r\n"
	static const char *const rows[] = {
		"SSH-2.0-OpenSSH\r\n\r\n",
		"S", /* no need to wait for more */
		"HTTP/2",
		"HTTP/2 101\r\n\r\n",
		"HTTP/1.0 101 Switching\r\n" UP CO AC "\r\n",
		"HTTP/1.1  101 Switching\r\n" UP CO AC "\r\n",
		"HTTP/1.1 1010\r\n" UP CO AC "\r\n",
		"HTTP/1.1 10\r\n" UP CO AC "\r\n",
		"HTTP/1.1 +99 x\r\n\r\n",
		"HTTP/1.1 099 x\r\n\r\n",
		"HTTP/1.1 abc\r\n\r\n",
		"HTTP/1.1\r\n\r\n",
		HEAD CO AC "\r\n",
		HEAD UP AC "\r\n",
		HEAD UP CO "\r\n",
		HEAD "Upgrade: h2c\r\n" CO AC "\r\n",
		HEAD "Upgrade: websocket/13\r\n" CO AC "\r\n",
		HEAD UP "Connection: close\r\n" AC "\r\n",
		HEAD UP "Connection: Upgrader\r\n" AC "\r\n",
		HEAD UP CO "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOO=\r\n\r\n",
		HEAD UP CO "Sec-WebSocket-Accept: S3PPLMBITXAQ9KYGZZHZRBK+XOO=\r\n\r\n",
		HEAD UP CO "Sec-WebSocket-Accept: \r\n\r\n",
		HEAD UP CO AC AC "\r\n",
		HEAD UP CO AC "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
		HEAD UP CO AC "Sec-WebSocket-Protocol: chat\r\n\r\n",
		HEAD UP CO AC "no colon here\r\n\r\n",
		HEAD UP CO AC ": no name\r\n\r\n",
		HEAD UP " folded\r\n" CO AC "\r\n",
		HEAD UP CO "Sec-WebSocket-Accept : " ACCEPT "\r\n\r\n",
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct verdict v = ask(rows[i], strlen(rows[i]));

		if (v.r != WS_HANDSHAKE_BAD)
			printf("\n  not bad: %s", rows[i]);
		CU_ASSERT_EQUAL(v.r, WS_HANDSHAKE_BAD);
		CU_ASSERT_PTR_NOT_NULL(v.why);
	}
#undef HEAD
#undef UP
#undef CO
#undef AC
}

static void test_nul_bytes(void)
{
	static const char text[] = "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
				   "Sec-WebSocket-Accept: " ACCEPT "\0\r\n\r\n";

	CU_ASSERT_EQUAL(ask(text, sizeof(text) - 1).r, WS_HANDSHAKE_BAD);
	CU_ASSERT_EQUAL(ask("\0\0\0\0", 4).r, WS_HANDSHAKE_BAD);
}

/* `head` bytes of head in all. */
static int with_head_of(size_t head)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	buf_addz(&text, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
			"Connection: Upgrade\r\nSec-WebSocket-Accept: " ACCEPT "\r\nX: ");
	while (text.len < head - 4)
		buf_addc(&text, 'x');
	buf_addz(&text, "\r\n\r\n");
	return ask(text.p, text.len).r;
}

static void test_head_limit(void)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	CU_ASSERT_EQUAL(with_head_of(WS_HEAD_MAX), 0);
	CU_ASSERT_EQUAL(with_head_of(WS_HEAD_MAX + 1), WS_HANDSHAKE_BAD);
	buf_addz(&text, "HTTP/1.1 101 ");
	while (text.len < WS_HEAD_MAX - 1)
		buf_addc(&text, 'x');
	CU_ASSERT_EQUAL(ask(text.p, text.len).r, WS_HANDSHAKE_MORE);
	buf_addc(&text, 'x');
	CU_ASSERT_EQUAL(ask(text.p, text.len).r, WS_HANDSHAKE_BAD);
}

UNIT_MAIN("ws_handshake", { "key", test_key }, { "accept", test_accept },
	  { "request", test_request }, { "good replies", test_good_replies },
	  { "cut at every byte", test_cut_at_every_byte }, { "refusals", test_refusals },
	  { "bad replies", test_bad_replies }, { "NUL bytes", test_nul_bytes },
	  { "head limit", test_head_limit })
