/* SPDX-License-Identifier: MIT */
#include "base/metric.h"
#include "net/loop.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "lib/fakeclock.h"
#include "lib/unit.h"

static struct loop *make_loop(const struct clock *clock)
{
	struct loop *loop = NULL;

	CU_ASSERT_EQUAL_FATAL(loop_new(&loop, clock), 0);
	return loop;
}

/* One actor of a test: whatever happens to it goes into a shared journal under its letter. */
struct actor {
	struct loop *loop;
	struct buf *journal;
	char letter;
	struct loop_file file;
	struct loop_timer timer;
	struct loop_call call;
	struct loop_hook hook;
	int far;	      /* the other end of the socket pair */
	struct actor *victim; /* what happens to it is up to the test */
	int again;	      /* so many times more */
};

static void note(struct actor *a)
{
	buf_addc(a->journal, a->letter);
}

static void on_file(void *owner, uint32_t events)
{
	struct actor *a = owner;
	char byte;

	(void)events;
	note(a);
	(void)!read(a->file.fd, &byte, 1);
}

static void on_timer(void *owner)
{
	struct actor *a = owner;

	note(a);
	if (a->again-- > 0)
		loop_timer_start(a->loop, &a->timer, 0);
}

static void on_call(void *owner)
{
	struct actor *a = owner;

	note(a);
	if (a->again-- > 0)
		loop_call_soon(a->loop, &a->call);
}

static void on_hook(void *owner)
{
	note(owner);
}

static void actor_init(struct actor *a, struct loop *loop, struct buf *journal, char letter)
{
	*a = (struct actor){ .loop = loop, .journal = journal, .letter = letter, .far = -1 };
	loop_file_init(&a->file, on_file, a);
	loop_timer_init(&a->timer, on_timer, a);
	loop_call_init(&a->call, on_call, a);
	loop_hook_init(&a->hook, on_hook, a);
}

/* Gives the actor a socket that has a byte to read. */
static void actor_wake(struct actor *a)
{
	int pair[2];

	CU_ASSERT_EQUAL_FATAL(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
	a->far = pair[1];
	CU_ASSERT_EQUAL_FATAL(loop_file_watch(a->loop, &a->file, pair[0], EPOLLIN), 0);
	CU_ASSERT_EQUAL(write(a->far, "x", 1), 1);
}

static void actor_sleep(struct actor *a)
{
	int fd = a->file.fd;

	loop_file_unwatch(a->loop, &a->file);
	if (fd >= 0)
		close(fd);
	if (a->far >= 0)
		close(a->far);
	a->far = -1;
}

static void test_timers_in_order(void)
{
	struct fakeclock clock;
	struct loop *loop;
	struct mono start;
	struct actor a, b, c;
	struct buf journal = { 0 };

	fakeclock_init(&clock);
	loop = make_loop(&clock.clock);
	actor_init(&a, loop, &journal, 'a');
	actor_init(&b, loop, &journal, 'b');
	actor_init(&c, loop, &journal, 'c');
	start = loop_now(loop);
	loop_timer_start(loop, &a.timer, 30);
	loop_timer_start(loop, &b.timer, 10);
	loop_timer_start(loop, &c.timer, 10);
	CU_ASSERT(loop_timer_is_on(&a.timer));
	fakeclock_pass(&clock, 9);
	loop_turn(loop, 0);
	ASSERT_STR(buf_str(&journal), "");
	fakeclock_pass(&clock, 1);
	CU_ASSERT_EQUAL(mono_ms_between(start, loop_now(loop)), 9); /* one turn, one time */
	loop_turn(loop, 0);
	CU_ASSERT_EQUAL(mono_ms_between(start, loop_now(loop)), 10);
	CU_ASSERT_EQUAL(loop_wall(loop).ms, clock.wall_ms);
	ASSERT_STR(buf_str(&journal), "bc");
	CU_ASSERT(!loop_timer_is_on(&b.timer));
	loop_timer_stop(loop, &a.timer);
	loop_timer_stop(loop, &a.timer);
	fakeclock_pass(&clock, 100);
	loop_turn(loop, 0);
	ASSERT_STR(buf_str(&journal), "bc");
	buf_deinit(&journal);
	loop_free(loop);
}

static void test_timer_at_once_waits_a_turn(void)
{
	struct fakeclock clock;
	struct loop *loop;
	struct buf journal = { 0 };
	struct actor a;

	fakeclock_init(&clock);
	loop = make_loop(&clock.clock);
	actor_init(&a, loop, &journal, 'a');
	a.again = 2;
	loop_timer_start(loop, &a.timer, 0);
	loop_turn(loop, 1000);
	ASSERT_STR(buf_str(&journal), "a");
	loop_turn(loop, 1000);
	loop_turn(loop, 1000);
	ASSERT_STR(buf_str(&journal), "aaa");
	buf_deinit(&journal);
	loop_free(loop);
}

static void test_timer_by_the_real_clock(void)
{
	struct loop *loop = make_loop(NULL);
	struct mono start = clock_mono(clock_system());
	struct buf journal = { 0 };
	struct actor a;
	int64_t took;

	actor_init(&a, loop, &journal, 'a');
	loop_timer_start(loop, &a.timer, 20);
	while (journal.len == 0)
		loop_turn(loop, -1);
	took = mono_ms_between(start, clock_mono(clock_system()));
	CU_ASSERT(took >= 20);
	CU_ASSERT(took < 5000);
	buf_deinit(&journal);
	loop_free(loop);
}

/* Unwatches and frees the victim; as heap memory, so that a stale pointer is seen. */
static void on_file_kill(void *owner, uint32_t events)
{
	struct actor *a = owner;

	on_file(owner, events);
	if (a->victim == NULL)
		return;
	actor_sleep(a->victim);
	free(TAKE(a->victim));
}

static void test_neighbour_dies_in_batch(void)
{
	struct loop *loop = make_loop(NULL);
	struct actor *first = mem_alloc(sizeof(*first)), *second = mem_alloc(sizeof(*second));
	struct buf journal = { 0 };

	actor_init(first, loop, &journal, 'a');
	actor_init(second, loop, &journal, 'b');
	loop_file_init(&first->file, on_file_kill, first);
	loop_file_init(&second->file, on_file_kill, second);
	/* Whichever the kernel names first kills the other. */
	first->victim = second;
	second->victim = first;
	actor_wake(first);
	actor_wake(second);
	loop_turn(loop, 1000);
	CU_ASSERT_EQUAL(journal.len, 1);
	if (journal.len == 1 && journal.p[0] == 'a') {
		actor_sleep(first);
		free(first);
	} else {
		actor_sleep(second);
		free(second);
	}
	buf_deinit(&journal);
	loop_free(loop);
}

/* Gives the victim's struct a new, silent socket: what was ready was the old one. */
static void on_file_exchange(void *owner, uint32_t events)
{
	struct actor *a = owner;
	char byte;

	on_file(owner, events);
	actor_sleep(a->victim);
	actor_wake(a->victim);
	CU_ASSERT_EQUAL(read(a->victim->file.fd, &byte, 1), 1);
}

static void test_stale_event_is_not_for_the_next_socket(void)
{
	struct loop *loop = make_loop(NULL);
	struct actor first, second;
	struct buf journal = { 0 };

	actor_init(&first, loop, &journal, 'a');
	actor_init(&second, loop, &journal, 'b');
	loop_file_init(&first.file, on_file_exchange, &first);
	loop_file_init(&second.file, on_file_exchange, &second);
	first.victim = &second;
	second.victim = &first;
	actor_wake(&first);
	actor_wake(&second);
	loop_turn(loop, 1000);
	CU_ASSERT_EQUAL(journal.len, 1);
	actor_sleep(&first);
	actor_sleep(&second);
	buf_deinit(&journal);
	loop_free(loop);
}

static void on_file_die(void *owner, uint32_t events)
{
	struct actor *a = owner;

	on_file(owner, events);
	actor_sleep(a);
	loop_bury(a->loop, a, free);
	note(a); /* still there until the turn ends */
}

static void test_dies_in_its_own_callback(void)
{
	struct loop *loop = make_loop(NULL);
	struct actor *a = mem_alloc(sizeof(*a));
	struct buf journal = { 0 };

	actor_init(a, loop, &journal, 'a');
	loop_file_init(&a->file, on_file_die, a);
	actor_wake(a);
	loop_turn(loop, 1000);
	ASSERT_STR(buf_str(&journal), "aa");
	buf_deinit(&journal);
	loop_free(loop);
}

static void free_and_bury(void *buried)
{
	struct actor *a = buried;

	if (a->victim != NULL)
		loop_bury(a->loop, a->victim, free_and_bury);
	free(a);
}

static void test_burial_may_bury(void)
{
	struct loop *loop = make_loop(NULL);
	struct actor *a = mem_alloc(sizeof(*a)), *b = mem_alloc(sizeof(*b));

	actor_init(a, loop, NULL, 'a');
	actor_init(b, loop, NULL, 'b');
	a->victim = b;
	loop_bury(loop, a, free_and_bury);
	loop_free(loop); /* what no turn buried is buried here; the leak checker sees the rest */
}

static void test_calls(void)
{
	struct loop *loop = make_loop(NULL);
	struct actor a, b, c;
	struct buf journal = { 0 };

	actor_init(&a, loop, &journal, 'a');
	actor_init(&b, loop, &journal, 'b');
	actor_init(&c, loop, &journal, 'c');
	loop_call_soon(loop, &a.call);
	loop_call_soon(loop, &b.call);
	loop_call_soon(loop, &a.call);
	loop_call_soon(loop, &c.call);
	loop_call_cancel(&b.call);
	loop_call_cancel(&b.call);
	loop_turn(loop, -1); /* does not wait: calls are due */
	ASSERT_STR(buf_str(&journal), "ac");
	buf_clear(&journal);
	a.again = 1000;
	loop_call_soon(loop, &a.call);
	loop_turn(loop, -1); /* one that asks for itself again does not hold the turn */
	CU_ASSERT(journal.len >= 1 && journal.len <= 2);
	loop_call_cancel(&a.call);
	buf_deinit(&journal);
	loop_free(loop);
}

static void on_call_kill(void *owner)
{
	struct actor *a = owner;

	note(a);
	loop_call_cancel(&a->victim->call);
}

static void test_call_cancels_neighbour(void)
{
	struct loop *loop = make_loop(NULL);
	struct actor a, b;
	struct buf journal = { 0 };

	actor_init(&a, loop, &journal, 'a');
	actor_init(&b, loop, &journal, 'b');
	loop_call_init(&a.call, on_call_kill, &a);
	a.victim = &b;
	loop_call_soon(loop, &a.call);
	loop_call_soon(loop, &b.call);
	loop_turn(loop, 0);
	loop_turn(loop, 0);
	ASSERT_STR(buf_str(&journal), "a");
	buf_deinit(&journal);
	loop_free(loop);
}

static void on_hook_kill(void *owner)
{
	struct actor *a = owner;

	note(a);
	loop_hook_remove(&a->victim->hook);
	loop_call_soon(a->loop, &a->call);
}

static void test_hooks(void)
{
	struct loop *loop = make_loop(NULL);
	struct actor a, b, c;
	struct buf journal = { 0 };

	actor_init(&a, loop, &journal, 'a');
	actor_init(&b, loop, &journal, 'b');
	actor_init(&c, loop, &journal, 'c');
	loop_hook_add(loop, &a.hook);
	loop_hook_add(loop, &b.hook);
	loop_hook_add(loop, &c.hook);
	loop_turn(loop, 0);
	loop_turn(loop, 0);
	ASSERT_STR(buf_str(&journal), "abcabc");
	buf_clear(&journal);
	a.hook.on_turn_end = on_hook_kill;
	a.victim = &b;
	loop_turn(loop, 0); /* the call that the hook asked for comes in the same turn */
	ASSERT_STR(buf_str(&journal), "aca");
	loop_hook_remove(&a.hook);
	buf_clear(&journal);
	loop_turn(loop, 0);
	ASSERT_STR(buf_str(&journal), "c");
	loop_hook_remove(&c.hook);
	buf_deinit(&journal);
	loop_free(loop);
}

static void on_hook_call(void *owner)
{
	struct actor *a = owner;

	note(a);
	if (a->again-- > 0)
		loop_call_soon(a->loop, &a->call);
}

/* What a call behind the hooks did may be for the hooks to see: the next turn does not wait. */
static void test_hooks_follow_late_calls(void)
{
	struct loop *loop = make_loop(NULL);
	struct actor a, late;
	struct buf journal = { 0 };

	actor_init(&a, loop, &journal, 'a');
	actor_init(&late, loop, &journal, 'l');
	a.hook.on_turn_end = on_hook_call;
	a.again = 1;
	loop_hook_add(loop, &a.hook);
	loop_timer_start(loop, &late.timer, 60000);
	loop_turn(loop, 0);
	loop_turn(loop, -1); /* would wait for the timer */
	ASSERT_STR(buf_str(&journal), "aaa");
	loop_timer_stop(loop, &late.timer);
	loop_hook_remove(&a.hook);
	buf_deinit(&journal);
	loop_free(loop);
}

static void on_timer_stop(void *owner)
{
	struct actor *a = owner;

	note(a);
	loop_stop(a->loop);
}

static void test_run_until_stop(void)
{
	struct loop *loop = make_loop(NULL);
	struct buf journal = { 0 };
	struct actor a;

	actor_init(&a, loop, &journal, 'a');
	loop_timer_init(&a.timer, on_timer_stop, &a);
	loop_timer_start(loop, &a.timer, 1);
	CU_ASSERT_EQUAL(loop_run(loop), 0);
	ASSERT_STR(buf_str(&journal), "a");
	buf_deinit(&journal);
	loop_free(loop);
}

static void on_signal(void *owner, int signal)
{
	buf_addf(owner, "%d ", signal == SIGUSR1 ? 1 : 2);
}

static void test_signals(void)
{
	static const int signals[] = { SIGUSR1, SIGUSR2 };
	struct loop *loop = make_loop(NULL);
	struct buf journal = { 0 };

	CU_ASSERT_EQUAL_FATAL(loop_signals(loop, signals, ARRAY_LEN(signals), on_signal, &journal),
			      0);
	raise(SIGUSR2);
	raise(SIGUSR1);
	loop_turn(loop, 1000);
	ASSERT_STR(buf_str(&journal), "1 2 "); /* the kernel gives them by number */
	buf_deinit(&journal);
	loop_free(loop);
}

static void on_timer_work(void *owner)
{
	struct actor *a = owner;
	struct mono start = clock_mono(clock_system());

	note(a);
	while (mono_ms_between(start, clock_mono(clock_system())) < 11)
		continue;
}

static void test_slow_turns_are_counted(void)
{
	const uint64_t before = metric_counts[METRIC_LOOP_TURNS_SLOW];
	struct loop *loop = make_loop(NULL);
	struct buf journal = { 0 };
	struct actor a;

	actor_init(&a, loop, &journal, 'a');
	loop_timer_init(&a.timer, on_timer_work, &a);
	loop_timer_start(loop, &a.timer, 0);
	while (journal.len == 0)
		loop_turn(loop, -1);
	CU_ASSERT(metric_counts[METRIC_LOOP_TURNS_SLOW] > before);
	buf_deinit(&journal);
	loop_free(loop);
}

static void note_subject(void *owner)
{
	buf_addz(owner, log_subject() != NULL ? log_subject() : "-");
}

static void note_subject_of_file(void *owner, uint32_t events)
{
	(void)events;
	note_subject(owner);
}

/* Each under what was in force when it was armed; a turn ends under nothing. */
static void test_callbacks_keep_what_they_are_about(void)
{
	struct fakeclock clock;
	struct loop *loop;
	struct loop_timer timer;
	struct loop_call call;
	struct loop_hook hook;
	struct actor a;
	int fd;
	struct buf journal = { 0 };

	fakeclock_init(&clock);
	loop = make_loop(&clock.clock);
	actor_init(&a, loop, &journal, 'a');
	actor_wake(&a);
	fd = a.file.fd;
	loop_file_unwatch(loop, &a.file);
	a.file.on_ready = note_subject_of_file;
	a.file.owner = &journal;
	loop_timer_init(&timer, note_subject, &journal);
	loop_call_init(&call, note_subject, &journal);
	loop_hook_init(&hook, note_subject, &journal);
	loop_hook_add(loop, &hook);
	log_about("f");
	CU_ASSERT_EQUAL(loop_file_watch(loop, &a.file, fd, EPOLLIN), 0);
	log_about("t");
	loop_timer_start(loop, &timer, 0);
	log_about("c");
	loop_call_soon(loop, &call);
	log_about("x");
	loop_turn(loop, 0);
	ASSERT_STR(buf_str(&journal), "ftc-");
	CU_ASSERT_PTR_NULL(log_subject());
	actor_sleep(&a);
	loop_hook_remove(&hook);
	loop_free(loop);
	buf_deinit(&journal);
}

UNIT_MAIN("loop", { "timers in order", test_timers_in_order },
	  { "timer at once waits a turn", test_timer_at_once_waits_a_turn },
	  { "timer by the real clock", test_timer_by_the_real_clock },
	  { "neighbour dies in batch", test_neighbour_dies_in_batch },
	  { "stale event is not for the next socket", test_stale_event_is_not_for_the_next_socket },
	  { "dies in its own callback", test_dies_in_its_own_callback },
	  { "burial may bury", test_burial_may_bury }, { "calls", test_calls },
	  { "call cancels neighbour", test_call_cancels_neighbour }, { "hooks", test_hooks },
	  { "hooks follow late calls", test_hooks_follow_late_calls },
	  { "run until stop", test_run_until_stop }, { "signals", test_signals },
	  { "slow turns are counted", test_slow_turns_are_counted },
	  { "callbacks keep what they are about", test_callbacks_keep_what_they_are_about })
