/* SPDX-License-Identifier: MIT */
#include "daemon/control_client.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "daemon/control.h"

/* As long as the bot would serve us, and a moment for its turn. */
static const struct timeval patience = { .tv_sec = CONTROL_MS / 1000 + 1 };

static void close_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static bool send_all(int fd, struct str rest)
{
	while (rest.len > 0) {
		ssize_t n = send(fd, rest.p, rest.len, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			rest = str_sub(rest, (size_t)n, rest.len);
	}
	return true;
}

/* Until the bot closes. */
static bool receive_all(int fd, struct buf *answer)
{
	char block[16384];
	ssize_t n;

	while ((n = recv(fd, block, sizeof(block), 0)) != 0) {
		if (n > 0)
			buf_add(answer, str_make(block, (size_t)n));
		else if (errno != EINTR)
			return false;
	}
	return !answer->bad;
}

static int fail(struct buf *why)
{
	buf_addf(why, "the bot cannot be asked: %s",
		 errno == EAGAIN ? "it does not answer" :
		 errno == EACCES ? "only the user that it runs as may do that" :
				   strerror(errno));
	return CONTROL_FAILED;
}

int control_ask(const char *folder, const char *request, struct buf *answer, struct buf *why)
{
	CLEANUP(buf_deinit) struct buf line = { 0 };
	CLEANUP(close_fd) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un address;

	if (fd < 0)
		return fail(why);
	if (!control_address(&address, folder))
		return CONTROL_NOBODY; /* nor could the bot listen there */
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0)
		return errno == ENOENT || errno == ECONNREFUSED || errno == ENOTSOCK ?
			       CONTROL_NOBODY :
			       fail(why);
	buf_addf(&line, "%s\n", request);
	return send_all(fd, buf_str(&line)) && receive_all(fd, answer) ? 0 : fail(why);
}
