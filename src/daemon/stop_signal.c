/* SPDX-License-Identifier: MIT */
#include "daemon/stop_signal.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/time.h>
#include <unistd.h>
#include "base/err.h"

enum { AT_ONCE_MS = 500 };

/* A handler has no owner. */
static struct {
	struct loop *loop; /* NULL = nothing is watched */
	struct loop_file bell;
	loop_fn *on_signal;
	void *owner;
	volatile sig_atomic_t fd, n_seen;
	int64_t within_ms;
} stop;

/* Only what a handler may call is called from here on. */

static void end_in(int64_t ms)
{
	const struct itimerval in = { .it_value = { ms / 1000, ms % 1000 * 1000 + 1 } };

	setitimer(ITIMER_REAL, &in, NULL);
}

static void on_stop(int signal)
{
	const int saved = errno;
	const uint64_t one = 1;

	(void)signal;
	if (stop.n_seen < 2)
		stop.n_seen++;
	end_in(stop.n_seen == 1 ? stop.within_ms : AT_ONCE_MS);
	if (write(stop.fd, &one, sizeof(one)) < 0) {
		/* The timer is set all the same. */
	}
	errno = saved;
}

static void on_timer(int signal)
{
	static const char line[] =
		"error bot: not stopped in time, as if the disk did not answer: ending at once; what stands "
		"in the store is kept\n";
	struct pollfd out = { .fd = STDERR_FILENO, .events = POLLOUT };

	(void)signal;
	if (poll(&out, 1, 0) == 1 && write(STDERR_FILENO, line, sizeof(line) - 1) < 0) {
		/* Nobody reads it. */
	}
	_exit(STOP_SIGNAL_STATUS);
}

/* ---- in the loop ---- */

static void on_bell(void *owner, uint32_t events)
{
	eventfd_t n = 0;

	(void)owner;
	(void)events;
	eventfd_read(stop.fd, &n);
	for (; n > 0 && stop.loop != NULL; n--)
		stop.on_signal(stop.owner);
}

static void set_handler(int signal, void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };

	sigemptyset(&action.sa_mask);
	sigaction(signal, &action, NULL);
}

int stop_signal_watch(struct loop *loop, int64_t within_ms, loop_fn *on_signal, void *owner)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	loop_file_init(&stop.bell, on_bell, NULL);
	if (fd < 0 || loop_file_watch(loop, &stop.bell, fd, EPOLLIN) != 0) {
		log_error("bot", "signals cannot be watched: %s", strerror(errno));
		return ERR_SYSTEM;
	}
	stop.loop = loop;
	stop.on_signal = on_signal;
	stop.owner = owner;
	stop.fd = fd;
	stop.n_seen = 0;
	stop.within_ms = within_ms;
	set_handler(SIGALRM, on_timer);
	set_handler(SIGTERM, on_stop);
	set_handler(SIGINT, on_stop);
	return 0;
}

void stop_signal_begin(void)
{
	if (stop.loop != NULL && stop.n_seen == 0)
		end_in(stop.within_ms);
}

void stop_signal_unwatch(void)
{
	if (stop.loop == NULL)
		return;
	set_handler(SIGTERM, SIG_DFL);
	set_handler(SIGINT, SIG_DFL);
	setitimer(ITIMER_REAL, &(const struct itimerval){ 0 }, NULL);
	loop_file_unwatch(stop.loop, &stop.bell);
	close(stop.fd);
	stop.loop = NULL;
}
