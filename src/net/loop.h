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

struct loop;

/* A watched file descriptor; embedded in its owner, who also closes the descriptor. */
struct loop_file {
	int fd;						/* -1 = not watched */
	uint32_t events;				/* EPOLLIN, EPOLLOUT asked for */
	void (*on_ready)(void *owner, uint32_t events); /* EPOLLERR and EPOLLHUP come unasked */
	void *owner;
	const char *about; /* log_about, as it was when this was armed; so below */
};

struct loop_timer {
	struct heap_node node;
	void (*on_due)(void *owner);
	void *owner;
	const char *about;
};

/* A call to be made soon: later in this turn, or in the next one, which then does not wait. */
struct loop_call {
	struct list link; /* loop::calls */
	void (*on_call)(void *owner);
	void *owner;
	const char *about;
};

/* Called once at the end of every turn, in the order of registration. What a hook writes to a stream
 * still leaves in the same turn. */
struct loop_hook {
	struct list link; /* loop::hooks */
	void (*on_turn_end)(void *owner);
	void *owner;
};

int loop_new(struct loop **out,
	     const struct clock *clock); /* < 0 fatal; clock NULL = the system's */
void loop_free(struct loop *loop);
/* Runs turns until loop_stop; < 0 fatal. */
int loop_run(struct loop *loop);
void loop_stop(struct loop *loop);
/* One turn that waits at most `wait_ms` (-1 = until something happens). For tests and tools. */
int loop_turn(struct loop *loop, int wait_ms);

/* Asked once a turn and remembered, so that one turn has one time. */
struct mono loop_now(const struct loop *loop);
struct wall loop_wall(const struct loop *loop);
const struct clock *loop_clock(const struct loop *loop);
/* The number of this turn, for what may be done only so often in one. */
uint64_t loop_turn_number(const struct loop *loop);
/* The longest turn so far without its waiting, in microseconds. */
int64_t loop_worst_turn_us(const struct loop *loop);

void loop_file_init(struct loop_file *file, void (*on_ready)(void *, uint32_t), void *owner);
int loop_file_watch(struct loop *loop, struct loop_file *file, int fd, uint32_t events);
int loop_file_change(struct loop *loop, struct loop_file *file, uint32_t events);
/* Does not close; twice is fine. */
void loop_file_unwatch(struct loop *loop, struct loop_file *file);

void loop_timer_init(struct loop_timer *timer, void (*on_due)(void *), void *owner);
void loop_timer_start(struct loop *loop, struct loop_timer *timer, int64_t after_ms); /* restarts */
void loop_timer_stop(struct loop *loop, struct loop_timer *timer);
bool loop_timer_is_on(const struct loop_timer *timer);

void loop_call_init(struct loop_call *call, void (*on_call)(void *), void *owner);
void loop_call_soon(struct loop *loop, struct loop_call *call); /* fine when already waiting */
void loop_call_cancel(struct loop_call *call);

void loop_hook_init(struct loop_hook *hook, void (*on_turn_end)(void *), void *owner);
void loop_hook_add(struct loop *loop, struct loop_hook *hook);
void loop_hook_remove(struct loop_hook *hook);

/* Frees `object` by `free_fn` after this turn. The object must already be out of the loop. */
void loop_bury(struct loop *loop, void *object, void (*free_fn)(void *));

/* Blocks the signals in this process and calls back from the loop when one comes. Once. */
int loop_signals(struct loop *loop, const int *signals, size_t n,
		 void (*on_signal)(void *owner, int signal), void *owner);
