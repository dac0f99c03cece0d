/* SPDX-License-Identifier: MIT */
/* A process of its own for each case: it is told to stop while its disk does not answer, and has to end all the same. */
#include "daemon/stop_signal.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "lib/slowdisk.h"
#include "lib/tmpdir.h"
#include "lib/unit.h"
#include "store/sqlite.h"

enum { WITHIN_MS = 300, LATE_MS = 5000 };

struct child {
	struct loop *loop;
	struct store *store;
	struct batch batch;
	unsigned n_signals, n_commits;
};

static void on_signal(void *owner)
{
	struct child *c = owner;

	c->n_signals++;
}

static void on_committed(void *owner, bool stands)
{
	(void)owner;
	(void)stands;
}

/* Each time something else, or there would be nothing to write. */
static void commit(struct child *c)
{
	char value[8];

	snprintf(value, sizeof(value), "%u", c->n_commits++ % 100);
	batch_clear(&c->batch);
	batch_put(&c->batch, STORE_COUNT, STR("a"), str_from(value));
	c->store->ops->commit(c->store, STR("T1"), &c->batch, on_committed, NULL);
}

static void begin(struct child *c, const char *folder)
{
	const struct sqlite_setup setup = { .folder = folder, .loop = c->loop };
	struct buf why = { 0 };

	slowdisk_install();
	if (sqlite_open(&c->store, &setup, &why) != 0)
		_exit(3);
	batch_init(&c->batch);
}

/* The loop itself stands still when the signal comes. */
static void hang_in_a_commit(struct child *c)
{
	slowdisk_fail(SLOWDISK_HANGS);
	if (fork() == 0) {
		nanosleep(&(const struct timespec){ 0, 100000000 }, NULL);
		kill(getppid(), SIGTERM);
		_exit(0);
	}
	commit(c);
}

/* The loop hears of it, and waits for the thread that commits. */
static void hang_in_the_last_wait(struct child *c)
{
	slowdisk_delay(25);
	for (int i = 0; i < 4; i++) {
		commit(c);
		c->store->ops->wait(c->store);
	}
	slowdisk_fail(SLOWDISK_HANGS);
	commit(c);
	raise(SIGTERM);
	while (c->n_signals == 0)
		loop_turn(c->loop, -1);
	c->store->ops->wait(c->store);
}

static void hang_at_the_second_signal(struct child *c)
{
	stop_signal_unwatch();
	stop_signal_watch(c->loop, 60000, on_signal, c);
	raise(SIGTERM);
	raise(SIGINT);
	while (c->n_signals < 2)
		loop_turn(c->loop, -1);
	slowdisk_fail(SLOWDISK_HANGS);
	commit(c);
}

static void hang_without_a_signal(struct child *c)
{
	stop_signal_begin();
	slowdisk_fail(SLOWDISK_HANGS);
	commit(c);
}

static void end_well(struct child *c)
{
	raise(SIGTERM);
	while (c->n_signals == 0)
		loop_turn(c->loop, -1);
	commit(c);
	c->store->ops->close(c->store);
	stop_signal_unwatch();
	nanosleep(&(const struct timespec){ 0, 600000000 }, NULL); /* no timer is left */
	_exit(0);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* Gives the exit status, and what it wrote. */
static int end_of(void (*play)(struct child *c), char *said, size_t size)
{
	struct tmpdir dir;
	struct child c = { 0 };
	int ends[2], status = -1;
	int64_t from = now_ms();
	ssize_t n;
	pid_t pid;

	tmpdir_init(&dir);
	CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDERR_FILENO);
		close(ends[1]);
		loop_new(&c.loop, NULL);
		stop_signal_watch(c.loop, WITHIN_MS, on_signal, &c);
		begin(&c, tmpdir_path(&dir));
		play(&c);
		_exit(4);
	}
	close(ends[1]);
	while (waitpid(pid, &status, WNOHANG) == 0 && now_ms() - from < LATE_MS)
		nanosleep(&(const struct timespec){ 0, 10000000 }, NULL);
	if (now_ms() - from >= LATE_MS) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
	}
	n = read(ends[0], said, size - 1);
	said[n > 0 ? n : 0] = '\0';
	close(ends[0]);
	tmpdir_deinit(&dir);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_it_ends_whatever_the_disk_does(void)
{
	static void (*const plays[])(struct child * c) = { hang_in_a_commit, hang_in_the_last_wait,
							   hang_at_the_second_signal,
							   hang_without_a_signal };
	char said[1000];

	for (size_t i = 0; i < ARRAY_LEN(plays); i++) {
		CU_ASSERT_EQUAL(end_of(plays[i], said, sizeof(said)), STOP_SIGNAL_STATUS);
		CU_ASSERT_PTR_NOT_NULL(strstr(said, "error bot: not stopped in time"));
	}
}

static void test_a_good_end_is_left_alone(void)
{
	char said[1000];

	CU_ASSERT_EQUAL(end_of(end_well, said, sizeof(said)), 0);
	CU_ASSERT_STRING_EQUAL(said, "");
}

UNIT_MAIN("stop_signal", { "it ends whatever the disk does", test_it_ends_whatever_the_disk_does },
	  { "a good end is left alone", test_a_good_end_is_left_alone })
