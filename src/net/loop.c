/* SPDX-License-Identifier: MIT */
/*
 * A turn: wait, ready files, due timers, deferred calls, hooks, the calls that hooks deferred, burials.
 *
 * epoll_wait gives a batch of pointers. A callback early in the batch may unwatch a file that stands later
 * in it, and even watch another descriptor with the same struct. So unwatching strikes the file out of the
 * rest of the batch: what is left there is good, and is meant.
 */
#include "net/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/metric.h"

enum { BATCH = 64, SLOW_TURN_MS = 10 };

struct grave {
	struct list link; // loop::graves
	void *object;
	loop_free_fn *free_fn;
};

/* ---- files ---- */

static int control(struct loop *loop, int op, struct loop_file *file)
{
	struct epoll_event event = { .events = file->events, .data.ptr = file };

	if (epoll_ctl(loop->epoll, op, file->fd, &event) == 0)
		return 0;
	log_error("loop", "epoll refused a descriptor: %s fd=%d", strerror(errno), file->fd);
	return ERR_SYSTEM;
}

int loop_file_watch(struct loop *loop, struct loop_file *file, int fd, uint32_t events)
{
	const bool is_new = file->fd < 0;
	int r;

	if (!is_new && file->events == events)
		return 0;
	file->fd = fd;
	file->events = events;
	if (!is_new)
		return control(loop, EPOLL_CTL_MOD, file);
	file->about = log_subject();
	r = control(loop, EPOLL_CTL_ADD, file);
	if (r < 0)
		file->fd = -1;
	return r;
}

void loop_file_unwatch(struct loop *loop, struct loop_file *file)
{
	if (file->fd < 0)
		return;
	epoll_ctl(loop->epoll, EPOLL_CTL_DEL, file->fd, NULL);
	file->fd = -1;
	for (int i = 0; i < loop->n_batch; i++) {
		if (loop->batch[i].data.ptr == file)
			loop->batch[i].data.ptr = NULL;
	}
}

bool loop_is_short(struct loop *loop, int error)
{
	const struct mono now = clock_mono(loop->clock);

	if (error != EMFILE && error != ENFILE)
		return false;
	metric_count(METRIC_DESCRIPTORS_SHORT);
	if (!telling_is_on(&loop->shortage, now))
		telling_end(&loop->shortage);
	if (telling_is_due(&loop->shortage, now))
		log_error(
			"loop",
			"no file descriptor is left for a new connection; those that are open go on: %s"
			" (ulimit -n, LimitNOFILE)",
			strerror(error));
	return true;
}

static void run_files(struct loop *loop, struct epoll_event *events, int n)
{
	loop->batch = events;
	loop->n_batch = n;
	while (loop->n_batch > 0) {
		const struct epoll_event *event = loop->batch++;
		struct loop_file *file = event->data.ptr;

		loop->n_batch--;
		if (file == NULL)
			continue;
		log_about(file->about);
		file->on_ready(file->owner, event->events);
	}
}

/* ---- timers ---- */

/* Those that were due when the round began; what they start anew waits for the next turn. */
static void run_timers(struct loop *loop)
{
	const int64_t due = loop->now.ns;
	const uint64_t serial = loop->timers.next_serial;
	struct heap_node *node;

	while ((node = heap_min(&loop->timers)) != NULL && node->key <= due &&
	       node->serial < serial) {
		struct loop_timer *timer = container_of(node, struct loop_timer, node);

		heap_remove(&loop->timers, node);
		log_about(timer->about);
		timer->on_due(timer->owner);
	}
}

/* ---- deferred calls, hooks, burials ---- */

static bool run_calls(struct loop *loop)
{
	bool ran = !list_is_empty(&loop->calls);
	struct list round;

	/* Moved aside, so that a call which asks for itself again waits for the next turn. */
	list_init(&round);
	list_move_all(&loop->calls, &round);
	while (!list_is_empty(&round)) {
		struct loop_call *call = list_first(&round, struct loop_call, link);

		list_remove(&call->link);
		log_about(call->about);
		call->on_call(call->owner);
	}
	log_about(NULL);
	return ran;
}

/* A hook may remove any hook: each is moved to `done` before it is called, then all go back. */
static void run_hooks(struct loop *loop)
{
	struct list done;

	list_init(&done);
	while (!list_is_empty(&loop->hooks)) {
		struct loop_hook *hook = list_first(&loop->hooks, struct loop_hook, link);

		list_remove(&hook->link);
		list_append(&done, &hook->link);
		hook->on_turn_end(hook->owner);
	}
	list_move_all(&done, &loop->hooks);
}

void loop_bury(struct loop *loop, void *object, loop_free_fn *free_fn)
{
	struct grave *grave = mem_zero(1, sizeof(*grave));

	grave->object = object;
	grave->free_fn = free_fn;
	list_init(&grave->link);
	list_append(&loop->graves, &grave->link);
}

static void run_burials(struct loop *loop)
{
	while (!list_is_empty(&loop->graves)) {
		struct grave *grave = list_first(&loop->graves, struct grave, link);

		list_remove(&grave->link);
		grave->free_fn(grave->object);
		free(grave);
	}
}

/* ---- signals ---- */

static void on_signal_ready(void *owner, uint32_t events)
{
	struct loop *loop = owner;
	struct signalfd_siginfo info;

	(void)events;
	while (loop->signals.fd >= 0 &&
	       read(loop->signals.fd, &info, sizeof(info)) == (ssize_t)sizeof(info))
		loop->on_signal(loop->signal_owner, (int)info.ssi_signo);
}

int loop_signals(struct loop *loop, const int *signals, size_t n, loop_signal_fn *on_signal,
		 void *owner)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	for (size_t i = 0; i < n; i++)
		sigaddset(&set, signals[i]);
	loop->on_signal = on_signal;
	loop->signal_owner = owner;
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0) {
		log_error("loop", "signals cannot be watched: %s", strerror(errno));
		return ERR_SYSTEM;
	}
	return loop_file_watch(loop, &loop->signals, fd, EPOLLIN);
}

/* ---- turns ---- */

static int64_t wait_for(const struct loop *loop, int wait_ms)
{
	struct heap_node *first = heap_min(&loop->timers);
	int64_t until_ms;

	if (loop->owes_hooks || !list_is_empty(&loop->calls))
		return 0;
	if (first == NULL)
		return wait_ms;
	/* Rounded up, or the last fraction of a millisecond would be spent in a busy loop. */
	until_ms = (first->key - clock_mono(loop->clock).ns + 999999) / 1000000;
	if (until_ms < 0)
		until_ms = 0;
	return wait_ms < 0 || until_ms < wait_ms ? until_ms : wait_ms;
}

static void measure(struct loop *loop)
{
	if (clock_mono(loop->clock).ns - loop->now.ns > SLOW_TURN_MS * INT64_C(1000000))
		metric_count(METRIC_LOOP_TURNS_SLOW);
}

int loop_turn(struct loop *loop, int wait_ms)
{
	struct epoll_event events[BATCH];
	int64_t wait = wait_for(loop, wait_ms);
	int n = epoll_wait(loop->epoll, events, BATCH, wait > INT32_MAX ? INT32_MAX : (int)wait);

	if (n < 0 && errno != EINTR) {
		log_error("loop", "waiting failed: %s", strerror(errno));
		return ERR_SYSTEM;
	}
	loop->now = clock_mono(loop->clock);
	loop->wall = clock_wall(loop->clock);
	loop->turn++;
	run_files(loop, events, n);
	run_timers(loop);
	run_calls(loop);
	run_hooks(loop);
	loop->owes_hooks = run_calls(loop); /* or what a hook wrote would leave a turn late */
	run_burials(loop);
	measure(loop);
	return 0;
}

int loop_run(struct loop *loop)
{
	int r = 0;

	while (!loop->stopping && r == 0)
		r = loop_turn(loop, -1);
	return r;
}

void loop_stop(struct loop *loop)
{
	loop->stopping = true;
}

/* ---- life ---- */

int loop_new(struct loop **out, const struct clock *clock)
{
	struct loop *loop = mem_zero(1, sizeof(*loop));

	loop->clock = clock != NULL ? clock : clock_system();
	heap_init(&loop->timers);
	list_init(&loop->calls);
	list_init(&loop->hooks);
	list_init(&loop->graves);
	loop_file_init(&loop->signals, on_signal_ready, loop);
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll < 0) {
		log_error("loop", "no epoll: %s", strerror(errno));
		free(loop);
		return ERR_SYSTEM;
	}
	loop->now = clock_mono(loop->clock);
	loop->wall = clock_wall(loop->clock);
	*out = loop;
	return 0;
}

void loop_free(struct loop *loop)
{
	int signals;

	if (loop == NULL)
		return;
	run_burials(loop);
	signals = loop->signals.fd;
	loop_file_unwatch(loop, &loop->signals);
	if (signals >= 0)
		close(signals);
	close(loop->epoll);
	heap_deinit(&loop->timers);
	free(loop);
}
