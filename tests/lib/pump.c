/* SPDX-License-Identifier: MIT */
#include "lib/pump.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STEP_MS = 20 }; /* is_done may depend on something that is not in the loop */

bool pump(struct loop *loop, bool (*is_done)(const void *subject), const void *subject)
{
	struct mono start = clock_mono(clock_system());

	while (!is_done(subject)) {
		if (mono_ms_between(start, clock_mono(clock_system())) > PUMP_MS ||
		    loop_turn(loop, STEP_MS) < 0)
			return false;
	}
	return true;
}

static bool is_set(const void *flag)
{
	return *(const bool *)flag;
}

bool pump_flag(struct loop *loop, const bool *flag)
{
	return pump(loop, is_set, flag);
}

static void must(int result, const char *what)
{
	if (result < 0) {
		perror(what);
		abort();
	}
}

int tcp_listen(int *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	must(fd, "socket");
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	must(bind(fd, (struct sockaddr *)&address, sizeof(address)), "bind");
	must(listen(fd, 64), "listen");
	must(getsockname(fd, (struct sockaddr *)&address, &len), "getsockname");
	*port = ntohs(address.sin_port);
	return fd;
}

void tcp_pair(int out[2])
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int port, listener = tcp_listen(&port);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons((uint16_t)port);
	out[0] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	must(out[0], "socket");
	/* In progress, or done: a loopback connection needs nobody's help. */
	(void)!connect(out[0], (struct sockaddr *)&address, sizeof(address));
	do {
		out[1] = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	} while (out[1] < 0);
	close(listener);
}
