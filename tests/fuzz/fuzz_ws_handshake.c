/* SPDX-License-Identifier: MIT */
/* A URL, or a server's answer to the upgrade: what is taken, is taken for a reason. */
#include <stdlib.h>
#include <string.h>
#include "net/ws_handshake.h"

#define KEY "dGhlIHNhbXBsZSBub25jZQ=="

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool so)
{
	if (!so)
		abort();
}

/* A request has as many lines as we gave it, whatever the URL. */
static void check_request(const struct url *url)
{
	struct buf out = { 0 };
	size_t lines = 0;

	ws_handshake_request(&out, url, KEY);
	for (size_t i = 0; i < out.len; i++) {
		check(out.p[i] == '\r' || out.p[i] == '\n' || (out.p[i] >= ' ' && out.p[i] <= '~'));
		lines += out.p[i] == '\n';
	}
	check(lines == 7);
	buf_deinit(&out);
}

static void try_url(struct str text)
{
	struct url url;

	if (url_parse(text, "ws", &url)) {
		check(url.host.len > 0 && url.port > 0 && url.port < 65536);
		check(url.path.len == 0 || url.path.p[0] == '/');
		check_request(&url);
	}
}

/* What is whole is whole at its last byte and not before; what comes behind it changes nothing. */
static void check_whole(struct str bytes, size_t head)
{
	const char *why = NULL;
	size_t used;
	int status;

	check(head <= bytes.len && head <= WS_HEAD_MAX);
	check(ws_handshake_reply(str_sub(bytes, 0, head), KEY, &used, &status, &why) == 0);
	check(used == head && status == 101);
	check(ws_handshake_reply(str_sub(bytes, 0, head - 1), KEY, &used, &status, &why) ==
	      WS_HANDSHAKE_MORE);
}

static void try_reply(struct str bytes)
{
	const char *why = NULL;
	size_t used = 0;
	int status = 0;

	switch (ws_handshake_reply(bytes, KEY, &used, &status, &why)) {
	case 0:
		check_whole(bytes, used);
		break;
	case WS_HANDSHAKE_MORE:
		check(bytes.len < WS_HEAD_MAX);
		break;
	case WS_HANDSHAKE_REFUSED:
		check(status >= 100 && status <= 999 && status != 101);
		break;
	case WS_HANDSHAKE_BAD:
		check(why != NULL);
		break;
	default:
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make((const char *)data, size);

	try_url(text);
	try_reply(text);
	return 0;
}
