/* SPDX-License-Identifier: MIT */
/*
 * The event loop: epoll (level-triggered), timers on a heap, signals, deferred calls, and a graveyard.
 * One turn = wait, ready files, timers, deferred calls, end-of-turn hooks, the calls that those
 * deferred, burials. A callback may destroy any object, itself included: it unlinks now and hands the
 * memory to loop_bury, which frees it after the turn.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/clock.h"
#include "base/heap.h"
#include "base/list.h"
#include "base/log.h"
#include "base/telling.h"

typedef void loop_ready_fn(void *owner, uint32_t events); /* EPOLLERR and EPOLLHUP come unasked */
typedef void loop_fn(void *owner);
typedef void loop_signal_fn(void *owner, int signal);
typedef void loop_free_fn(void *object);

/* A watched file descriptor; embedded in its owner, who also closes the descriptor. */
struct loop_file {
	int fd;		 /* -1 = not watched */
	uint32_t events; /* EPOLLIN, EPOLLOUT asked for */
	loop_ready_fn *on_ready;
	void *owner;
	const char *about; /* log_about, as it was when this was armed; so below */
};

struct loop_timer {
	struct heap_node node;
	loop_fn *on_due;
	void *owner;
	const char *about;
};

/* A call to be made soon: later in this turn, or in the next one, which then does not wait. */
struct loop_call {
	struct list link; /* loop::calls */
	loop_fn *on_call;
	void *owner;
	const char *about;
};

/* Called once at the end of every turn, in the order of registration. What a hook writes to a stream
 * still leaves in the same turn. */
struct loop_hook {
	struct list link; /* loop::hooks */
	loop_fn *on_turn_end;
	void *owner;
};

/* Open for the short functions below; nobody but they and loop.c changes it. */
struct loop {
	const struct clock *clock;
	int epoll;
	bool stopping;
	bool owes_hooks; /* calls ran behind the hooks: what they did needs the hooks once more */
	struct mono now;
	struct wall wall;
	uint64_t turn;
	struct epoll_event *batch; /* what is still to be dispatched in this turn */
	int n_batch;
	struct heap timers;
	struct list calls;
	struct list hooks;
	struct list graves;
	struct loop_file signals;
	loop_signal_fn *on_signal;
	void *signal_owner;
	struct telling shortage; /* of descriptors */
};

/* < 0 fatal; clock NULL = the system's */
int loop_new(struct loop **out, const struct clock *clock);
void loop_free(struct loop *loop);
/* Runs turns until loop_stop; < 0 fatal. */
int loop_run(struct loop *loop);
void loop_stop(struct loop *loop);
/* One turn that waits at most `wait_ms` (-1 = until something happens). For tests and tools. */
int loop_turn(struct loop *loop, int wait_ms);

/* Asked once a turn and remembered, so that one turn has one time. */
static inline struct mono loop_now(const struct loop *loop)
{
	return loop->now;
}
static inline struct wall loop_wall(const struct loop *loop)
{
	return loop->wall;
}
static inline const struct clock *loop_clock(const struct loop *loop)
{
	return loop->clock;
}
/* A descriptor was refused with this errno: because none is left? That is counted, and told now and then. */
bool loop_is_short(struct loop *loop, int error);
/* The number of this turn, for what may be done only so often in one. */
static inline uint64_t loop_turn_number(const struct loop *loop)
{
	return loop->turn;
}

static inline void loop_file_init(struct loop_file *file, loop_ready_fn *on_ready, void *owner)
{
	*file = (struct loop_file){ .fd = -1, .on_ready = on_ready, .owner = owner };
}
/* Watches for `events`, or from now on for these where the file is watched already. < 0 fatal. */
int loop_file_watch(struct loop *loop, struct loop_file *file, int fd, uint32_t events);
/* Does not close; twice is fine. */
void loop_file_unwatch(struct loop *loop, struct loop_file *file);

static inline void loop_timer_init(struct loop_timer *timer, loop_fn *on_due, void *owner)
{
	heap_node_init(&timer->node);
	timer->on_due = on_due;
	timer->owner = owner;
}
/* Restarts one that is on. Counted from this very moment: a turn that takes long must not make its timers short. */
static inline void loop_timer_start(struct loop *loop, struct loop_timer *timer, int64_t after_ms)
{
	timer->about = log_subject();
	heap_push(&loop->timers, &timer->node, mono_after(clock_mono(loop->clock), after_ms).ns);
}
/* Starts it unless it is on and due by then: for those whom it does no harm to be called too early. */
static inline void loop_timer_by(struct loop *loop, struct loop_timer *timer, int64_t after_ms)
{
	if (!heap_has(&timer->node) ||
	    timer->node.key > mono_after(clock_mono(loop->clock), after_ms).ns)
		loop_timer_start(loop, timer, after_ms);
}
static inline void loop_timer_stop(struct loop *loop, struct loop_timer *timer)
{
	heap_remove(&loop->timers, &timer->node);
}
static inline bool loop_timer_is_on(const struct loop_timer *timer)
{
	return heap_has(&timer->node);
}

static inline void loop_call_init(struct loop_call *call, loop_fn *on_call, void *owner)
{
	list_init(&call->link);
	call->on_call = on_call;
	call->owner = owner;
}
static inline void loop_call_soon(struct loop *loop, struct loop_call *call)
{
	if (!list_is_empty(&call->link))
		return; /* it is waiting already */
	call->about = log_subject();
	list_append(&loop->calls, &call->link);
}
static inline void loop_call_cancel(struct loop_call *call)
{
	list_remove(&call->link);
}

static inline void loop_hook_init(struct loop_hook *hook, loop_fn *on_turn_end, void *owner)
{
	list_init(&hook->link);
	hook->on_turn_end = on_turn_end;
	hook->owner = owner;
}
static inline void loop_hook_add(struct loop *loop, struct loop_hook *hook)
{
	list_append(&loop->hooks, &hook->link);
}
static inline void loop_hook_remove(struct loop_hook *hook)
{
	list_remove(&hook->link);
}

/* Frees `object` by `free_fn` after this turn. The object must already be out of the loop. */
void loop_bury(struct loop *loop, void *object, loop_free_fn *free_fn);

/* Blocks the signals in this process and calls back from the loop when one comes. Once. */
int loop_signals(struct loop *loop, const int *signals, size_t n, loop_signal_fn *on_signal,
		 void *owner);
