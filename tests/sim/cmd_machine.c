/* SPDX-License-Identifier: MIT */
/* Commands that let the machine deny the client something: names, file descriptors, memory. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
#include "sim/commands.h"

/* ---- names ---- */

static bool is_called(struct stage *st, const struct match *m)
{
	struct str name = match_text(m, "NAME");

	snprintf(st->sim->first->host, sizeof(st->sim->first->host), "%.*s", STR_ARG(name));
	return true;
}

/* Only where that harms nobody: in a file that stands for /etc/hosts, as tests/names makes one. */
static bool write_hosts(struct stage *st, int how, struct str text)
{
	const char *path = getenv("HOSTS_FILE");
	int fd = path != NULL ? open(path, O_WRONLY | O_CLOEXEC | how) : -1;
	bool is_written = fd >= 0 && write(fd, text.p, text.len) == (ssize_t)text.len;

	if (fd >= 0)
		close(fd);
	return is_written || stage_fail(st, "HOSTS_FILE names no file: see tests/names");
}

static bool is_known(struct stage *st, const struct match *m)
{
	return write_hosts(
		st, O_APPEND,
		str_keepf(&st->arena, "127.0.0.1 %.*s\n", STR_ARG(match_text(m, "NAME"))));
}

static bool none_is_known(struct stage *st, const struct match *m)
{
	(void)m;
	return write_hosts(st, O_TRUNC, STR("127.0.0.1 localhost\n"));
}

/* ---- what a process may have ---- */

static bool limit(struct stage *st, int what, rlim_t soft)
{
	struct rlimit limits;
	pid_t pid;

	if (st->client == NULL)
		return stage_fail(st, "nothing has been started");
	pid = process_pid(st->client);
	if (prlimit(pid, (__rlimit_resource_t)what, NULL, &limits) != 0)
		return stage_fail(st, "the client has ended");
	limits.rlim_cur = soft < limits.rlim_max ? soft : limits.rlim_max;
	return prlimit(pid, (__rlimit_resource_t)what, &limits, NULL) == 0 ||
	       stage_fail(st, "the client cannot be limited");
}

/* The limit is of their numbers: what the client has stays, and not even a number that gets free is given out again. */
enum { NO_MORE = 3 };

static bool no_descriptors(struct stage *st, const struct match *m)
{
	(void)m;
	return limit(st, RLIMIT_NOFILE, NO_MORE);
}

static bool descriptors(struct stage *st, const struct match *m)
{
	(void)m;
	return limit(st, RLIMIT_NOFILE, RLIM_INFINITY);
}

const struct command machine_commands[] = {
	{ "slack is called NAME", "its addresses have this name in place of localhost", is_called },
	{ "the name NAME is known", "it is this machine's; see tests/names", is_known },
	{ "no name is known", "but localhost; what the client has looked up it may know still",
	  none_is_known },
	{ "the client gets no descriptors", "nor sockets: it may have those that it has, no more",
	  no_descriptors },
	{ "the client gets descriptors", "again", descriptors },
	{ 0 },
};
