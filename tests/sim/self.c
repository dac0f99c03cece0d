/* SPDX-License-Identifier: MIT */
#include "sim/self.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/mem.h"
#include "net/stream.h"
#include "sim/request.h"
#include "sim/server.h"

enum { HANDSHAKE_MS = 10000 };

struct self {
	struct loop *loop;
	struct tls *trust;
	struct stream *stream;
	struct buf request;
	struct buf answer; /* all of it, head and body */
	bool over;
};

static void on_open(void *owner)
{
	struct self *self = owner;

	stream_write(self->stream, buf_str(&self->request));
}

static void on_data(void *owner)
{
	struct self *self = owner;
	char block[16384];
	size_t n;

	while ((n = stream_read(self->stream, block, sizeof(block))) > 0)
		buf_add(&self->answer, str_make(block, n));
}

static void hang_up(struct self *self)
{
	self->over = true;
	stream_free(TAKE(self->stream));
}

static void on_closed(void *owner)
{
	hang_up(owner);
}

static void on_error(void *owner, const char *why)
{
	(void)why;
	hang_up(owner);
}

void self_free(struct self *self)
{
	if (self == NULL)
		return;
	stream_free(self->stream);
	tls_free(self->trust);
	buf_deinit(&self->request);
	buf_deinit(&self->answer);
	free(self);
}

static struct self *self_of(struct stage *st)
{
	const char *why = NULL;

	if (st->self != NULL)
		return st->self;
	st->self = mem_zero(1, sizeof(*st->self));
	st->self->loop = st->sim->loop;
	buf_init(&st->self->request, 0);
	buf_init(&st->self->answer, 0);
	if (tls_new(&st->self->trust, st->ca_file, &why) != 0) {
		stage_fail(st, "%s: %s", st->ca_file, why);
		self_free(TAKE(st->self));
	}
	return st->self;
}

/* To a port of this machine, which is listened on: it is there at once or not at all. */
static int connect_to(int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0)
		return -1;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    fcntl(fd, F_SETFL, O_NONBLOCK) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool is_over(struct stage *st, void *what)
{
	(void)what;
	return st->self->over;
}

bool self_send(struct stage *st, struct str verb, struct str path, struct str head, struct str body)
{
	static const struct stream_events events = {
		.on_open = on_open,
		.on_data = on_data,
		.on_closed = on_closed,
		.on_error = on_error,
	};
	struct self *self = self_of(st);
	int fd;

	if (self == NULL)
		return false;
	fd = connect_to(server_port(st->sim->server));
	if (fd < 0)
		return stage_fail(st, "cannot connect: %s", strerror(errno));
	buf_clear(&self->answer);
	buf_clear(&self->request);
	buf_addf(
		&self->request,
		"%.*s %.*s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: %zu\r\n",
		STR_ARG(verb), STR_ARG(path), body.len);
	buf_add(&self->request, head);
	buf_addz(&self->request, "\r\n");
	buf_add(&self->request, body);
	self->over = false;
	self->stream = stream_new(self->loop, self->trust, fd, "localhost", HANDSHAKE_MS, &events,
				  self);
	if (!stage_until(st, is_over, NULL))
		hang_up(self);
	return true;
}

bool self_post(struct stage *st, struct str path, struct str type, struct str body)
{
	struct str head = str_keepf(&st->arena,
				    "Content-Type: %.*s\r\nAuthorization: Bearer %s\r\n",
				    STR_ARG(type), st->sim->bot_token);

	return self_send(st, STR("POST"), path, head, body);
}

static struct str answer_of(const struct stage *st)
{
	return st->self != NULL ? buf_str(&st->self->answer) : STR_EMPTY;
}

int self_status(const struct stage *st)
{
	struct str all = answer_of(st), word;
	int64_t n = 0;

	return str_word(&all, &word) && str_word(&all, &word) && str_int(word, &n) ? (int)n : 0;
}

struct str self_body(const struct stage *st)
{
	struct str all = answer_of(st);
	size_t end = str_find(all, "\r\n\r\n");

	return end == SIZE_MAX ? STR_EMPTY : str_sub(all, end + 4, all.len);
}

struct str self_header(const struct stage *st, const char *name)
{
	struct str all = answer_of(st);
	size_t end = str_find(all, "\r\n\r\n");
	const struct request r = { .head = str_sub(all, 0, end == SIZE_MAX ? 0 : end + 2) };

	return request_header(&r, name);
}
