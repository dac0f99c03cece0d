/* SPDX-License-Identifier: MIT */
#include "net/ws_handshake.h"

#include <ctype.h>
#include <string.h>
#include "net/crypto.h"

/* ---- the request ---- */

void ws_handshake_key(char out[WS_KEY_LEN + 1])
{
	unsigned char bytes[16];
	struct buf text = { 0 };

	random_bytes(bytes, sizeof(bytes));
	base64_add(&text, str_make((const char *)bytes, sizeof(bytes)));
	memcpy(out, text.p, WS_KEY_LEN);
	out[WS_KEY_LEN] = '\0';
	buf_deinit(&text);
}

void ws_handshake_request(struct buf *out, const struct url *url, const char *key)
{
	bool is_v6 = str_find_char(url->host, ':') != SIZE_MAX;

	buf_addf(out, "GET %s%.*s HTTP/1.1\r\n", str_starts(url->target, "/") ? "" : "/",
		 STR_ARG(url->target));
	buf_addf(out, "Host: %s%.*s%s", is_v6 ? "[" : "", STR_ARG(url->host), is_v6 ? "]" : "");
	if (url->port != (url->tls ? 443 : 80))
		buf_addf(out, ":%d", url->port);
	buf_addf(out,
		 "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: %s\r\n"
		 "Sec-WebSocket-Version: 13\r\n\r\n",
		 key);
}

void ws_handshake_accept(const char *key, char out[29])
{
	unsigned char digest[SHA1_SIZE];
	struct buf text = { 0 };

	buf_addf(&text, "%s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
	sha1(buf_str(&text), digest);
	buf_clear(&text);
	base64_add(&text, str_make((const char *)digest, sizeof(digest)));
	memcpy(out, text.p, 28);
	out[28] = '\0';
	buf_deinit(&text);
}

/* ---- the reply ---- */

/* What the headers must say, gathered line by line. */
struct reply {
	bool upgrade;
	bool connection;
	int accepts; /* how many Sec-WebSocket-Accept there are */
	bool accept_fits;
	bool unasked; /* an extension or subprotocol that we did not offer */
};

static bool has_token(struct str list, const char *token)
{
	struct str piece;

	while (str_cut(&list, ',', &piece)) {
		if (str_eq_nocase(str_trim(piece), str_from(token)))
			return true;
	}
	return false;
}

static bool read_header(struct str line, const char *accept, struct reply *reply)
{
	size_t colon = str_find_char(line, ':');
	struct str name, value;

	if (colon == SIZE_MAX || colon == 0 || line.p[0] == ' ' || line.p[0] == '\t')
		return false;
	name = str_sub(line, 0, colon);
	value = str_trim(str_sub(line, colon + 1, line.len));
	if (str_eq_nocase(name, STR("Upgrade"))) {
		reply->upgrade = str_eq_nocase(value, STR("websocket"));
	} else if (str_eq_nocase(name, STR("Connection"))) {
		reply->connection = reply->connection || has_token(value, "upgrade");
	} else if (str_eq_nocase(name, STR("Sec-WebSocket-Accept"))) {
		reply->accepts++;
		reply->accept_fits = str_is(value, accept);
	} else if (str_eq_nocase(name, STR("Sec-WebSocket-Extensions")) ||
		   str_eq_nocase(name, STR("Sec-WebSocket-Protocol"))) {
		reply->unasked = true;
	}
	return true;
}

static bool is_digits(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	}
	return s.len > 0;
}

/* "HTTP/1.1 101", with or without a phrase behind it. HTTP/1.0 has no upgrades, but can refuse. */
static bool read_status(struct str line, int *status)
{
	struct str version = str_sub(line, 0, 9), code = str_sub(line, 9, 12);
	int64_t value;

	if ((!str_is(version, "HTTP/1.1 ") && !str_is(version, "HTTP/1.0 ")) || code.len != 3 ||
	    !is_digits(code) || !str_int(code, &value) || value < 100 ||
	    (line.len > 12 && line.p[12] != ' '))
		return false;
	*status = (int)value;
	return value != 101 || str_is(version, "HTTP/1.1 ");
}

static const char *find_fault(const struct reply *reply)
{
	if (!reply->upgrade)
		return "the server does not upgrade to a WebSocket";
	if (!reply->connection)
		return "the server's Connection header does not say upgrade";
	if (reply->accepts != 1 || !reply->accept_fits)
		return "the server's Sec-WebSocket-Accept does not fit our key";
	return reply->unasked ? "the server chose an extension or protocol that was not offered" :
				NULL;
}

static struct str cut_line(struct str *rest)
{
	struct str line = STR_EMPTY;

	str_cut(rest, '\n', &line);
	if (str_ends(line, "\r"))
		line.len--;
	return line;
}

static int bad(const char **why, const char *sentence)
{
	*why = sentence;
	return WS_HANDSHAKE_BAD;
}

/* The head is whole: what does it say? */
static int judge(struct str head, const char *key, int *status, const char **why)
{
	struct reply reply = { 0 };
	const char *fault;
	char accept[29];

	if (!read_status(cut_line(&head), status))
		return bad(why, "the answer is not HTTP");
	if (*status != 101)
		return WS_HANDSHAKE_REFUSED;
	ws_handshake_accept(key, accept);
	while (head.len > 0) {
		struct str line = cut_line(&head);

		if (line.len > 0 && !read_header(line, accept, &reply))
			return bad(why, "a header line of the answer is malformed");
	}
	fault = find_fault(&reply);
	return fault != NULL ? bad(why, fault) : 0;
}

int ws_handshake_reply(struct str bytes, const char *key, size_t *used, int *status,
		       const char **why)
{
	size_t end = str_find(bytes, "\r\n\r\n");

	*used = 0;
	*status = 0;
	*why = NULL;
	if (end == SIZE_MAX && bytes.len >= WS_HEAD_MAX)
		return bad(why, "the head of the answer is over 16 KiB");
	if (end == SIZE_MAX) {
		struct str start = str_sub(bytes, 0, 7);

		/* Say no as soon as it is clear that this will never be HTTP. */
		return str_eq(start, str_sub(STR("HTTP/1."), 0, start.len)) ?
			       WS_HANDSHAKE_MORE :
			       bad(why, "the answer is not HTTP");
	}
	if (end + 4 > WS_HEAD_MAX)
		return bad(why, "the head of the answer is over 16 KiB");
	*used = end + 4;
	return judge(str_sub(bytes, 0, end + 2), key, status, why);
}
