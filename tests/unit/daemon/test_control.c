/* SPDX-License-Identifier: MIT */
/* Clients that are quick, slow, silent, garrulous or gone; and a folder that is not as it should be. */
#include "daemon/control.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/metric.h"
#include "daemon/control_client.h"
#include "lib/fakeclock.h"
#include "lib/feed.h"
#include "lib/logcatch.h"
#include "lib/pump.h"
#include "lib/tmpdir.h"
#include "lib/unit.h"

struct stand {
	struct tmpdir dir;
	struct fakeclock clock;
	struct loop *loop;
	struct control *control;
	struct buf asked;  /* all requests, "a|b|" */
	size_t answer_len; /* of further bytes in each answer */
};

static void on_request(void *owner, struct str request, struct buf *answer)
{
	struct stand *s = owner;

	buf_addf(&s->asked, "%.*s|", STR_ARG(request));
	buf_addf(answer, "{\"seen\":%zu}\n", request.len);
	for (size_t i = 0; i < s->answer_len; i++)
		buf_addc(answer, 'x');
	control_end(answer, true, NULL);
}

static void begin(struct stand *s)
{
	*s = (struct stand){ 0 };
	tmpdir_init(&s->dir);
	fakeclock_init(&s->clock);
	CU_ASSERT_EQUAL_FATAL(loop_new(&s->loop, &s->clock.clock), 0);
	s->control = control_new(s->loop, tmpdir_path(&s->dir), on_request, s);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s->control);
}

static void end(struct stand *s)
{
	control_free(s->control);
	loop_free(s->loop);
	buf_deinit(&s->asked);
	tmpdir_deinit(&s->dir);
}

static void turn(struct stand *s)
{
	for (int i = 0; i < 5; i++)
		loop_turn(s->loop, 0);
}

static int connect_to(struct stand *s)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct sockaddr_un address;

	CU_ASSERT_TRUE_FATAL(control_address(&address, tmpdir_path(&s->dir)));
	CU_ASSERT_EQUAL_FATAL(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void say(int fd, const char *text)
{
	CU_ASSERT_EQUAL(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* What has come, and whether it is all: "…." when the other side closed, "…" when not. */
static void hears(int fd, const char *wanted, unsigned line)
{
	CLEANUP(buf_deinit) struct buf got = { 0 };
	char block[4096];
	ssize_t n;

	while ((n = recv(fd, block, sizeof(block), 0)) > 0)
		buf_add(&got, str_make(block, (size_t)n));
	if (n == 0 || errno == ECONNRESET)
		buf_addc(&got, '.');
	unit_str_is(buf_str(&got), wanted, __FILE__, line);
}
#define HEARS(fd, wanted) hears(fd, wanted, __LINE__)

/* ---- requests ---- */

static void test_a_request_is_answered(void)
{
	struct stand s;
	int fd;

	begin(&s);
	fd = connect_to(&s);
	say(fd, "outbox list\n");
	turn(&s);
	ASSERT_STR(buf_str(&s.asked), "outbox list|");
	HEARS(fd, "{\"seen\":11}\n{\"ok\":true}\n.");
	close(fd);
	end(&s);
}

static void test_byte_by_byte(void)
{
	static const size_t one = 1;
	struct stand s;
	struct feed feed;
	struct str piece;
	int fd;

	begin(&s);
	fd = connect_to(&s);
	feed_init(&feed, STR("outbox show 12\r\nand more"), &one, 1);
	while (feed_next(&feed, &piece)) {
		if (send(fd, piece.p, piece.len, MSG_NOSIGNAL) < 0)
			break; /* it was answered, and closed */
		turn(&s);
	}
	feed_deinit(&feed);
	ASSERT_STR(buf_str(&s.asked), "outbox show 12|");
	HEARS(fd, "{\"seen\":14}\n{\"ok\":true}\n.");
	close(fd);
	end(&s);
}

static void test_garbage_is_a_request_like_any(void)
{
	struct stand s;
	int fd;

	begin(&s);
	fd = connect_to(&s);
	CU_ASSERT_EQUAL(send(fd, "\0\xff\x1b[2J\n", 7, 0), 7);
	turn(&s);
	HEARS(fd, "{\"seen\":6}\n{\"ok\":true}\n.");
	close(fd);
	fd = connect_to(&s);
	say(fd, "\n");
	turn(&s);
	HEARS(fd, "{\"seen\":0}\n{\"ok\":true}\n.");
	close(fd);
	end(&s);
}

static void test_a_request_that_is_too_long(void)
{
	char line[CONTROL_REQUEST_MAX + 1];
	struct stand s;
	int fd;

	begin(&s);
	memset(line, 'a', sizeof(line));
	fd = connect_to(&s);
	CU_ASSERT_EQUAL(send(fd, line, CONTROL_REQUEST_MAX, 0), CONTROL_REQUEST_MAX);
	turn(&s);
	HEARS(fd, "");
	say(fd, "a");
	turn(&s);
	HEARS(fd, "{\"ok\":false,\"sentence\":\"the request is too long\"}\n.");
	ASSERT_STR(buf_str(&s.asked), "");
	close(fd);
	/* The longest that is good. */
	fd = connect_to(&s);
	line[CONTROL_REQUEST_MAX - 1] = '\n';
	CU_ASSERT_EQUAL(send(fd, line, CONTROL_REQUEST_MAX, 0), CONTROL_REQUEST_MAX);
	turn(&s);
	HEARS(fd, "{\"seen\":4095}\n{\"ok\":true}\n.");
	close(fd);
	end(&s);
}

/* ---- clients ---- */

static void test_a_silent_client_is_cut_off(void)
{
	struct stand s;
	int fd;

	begin(&s);
	fd = connect_to(&s);
	say(fd, "outbox");
	turn(&s);
	fakeclock_pass(&s.clock, CONTROL_MS - 1);
	turn(&s);
	HEARS(fd, "");
	fakeclock_pass(&s.clock, 1);
	turn(&s);
	HEARS(fd, ".");
	ASSERT_STR(buf_str(&s.asked), "");
	close(fd);
	end(&s);
}

static void test_a_client_that_does_not_read_is_cut_off(void)
{
	struct stand s;
	int fd;

	begin(&s);
	s.answer_len = 4 << 20;
	fd = connect_to(&s);
	say(fd, "a\n");
	turn(&s);
	fakeclock_pass(&s.clock, CONTROL_MS);
	turn(&s);
	s.answer_len = 0;
	close(fd);
	fd = connect_to(&s);
	say(fd, "b\n");
	turn(&s);
	HEARS(fd, "{\"seen\":1}\n{\"ok\":true}\n.");
	close(fd);
	end(&s);
}

static void test_a_client_that_is_gone(void)
{
	struct stand s;
	int fd;

	begin(&s);
	s.answer_len = 4 << 20;
	for (int i = 0; i < 20; i++) {
		fd = connect_to(&s);
		if (i % 3 > 0)
			say(fd, i % 3 == 1 ? "half" : "whole\n");
		if (i % 2 == 0)
			turn(&s);
		close(fd);
		turn(&s);
	}
	fd = connect_to(&s);
	shutdown(fd, SHUT_WR);
	turn(&s);
	HEARS(fd, ".");
	close(fd);
	end(&s);
}

static void test_few_are_served_at_a_time(void)
{
	int fds[CONTROL_CLIENTS + 1];
	struct stand s;

	begin(&s);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		fds[i] = connect_to(&s);
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		turn(&s);
	say(fds[CONTROL_CLIENTS], "last\n");
	turn(&s);
	HEARS(fds[CONTROL_CLIENTS], "");
	say(fds[3], "first\n");
	turn(&s);
	turn(&s);
	turn(&s);
	HEARS(fds[3], "{\"seen\":5}\n{\"ok\":true}\n.");
	HEARS(fds[CONTROL_CLIENTS], "{\"seen\":4}\n{\"ok\":true}\n.");
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		close(fds[i]);
	end(&s);
}

static void test_the_end_comes_while_clients_are_there(void)
{
	struct stand s;
	int a, b;

	begin(&s);
	s.answer_len = 4 << 20;
	a = connect_to(&s);
	b = connect_to(&s);
	say(b, "x\n");
	turn(&s);
	end(&s);
	close(a);
	close(b);
}

/* ---- the folder ---- */

static void test_the_socket_is_its_owner_s(void)
{
	struct stand s;
	struct stat st;
	char path[300];

	begin(&s);
	snprintf(path, sizeof(path), "%s/control", tmpdir_path(&s.dir));
	CU_ASSERT_EQUAL(lstat(path, &st), 0);
	CU_ASSERT_TRUE(S_ISSOCK(st.st_mode));
	CU_ASSERT_EQUAL(st.st_mode & 0777, 0600);
	control_free(TAKE(s.control));
	CU_ASSERT_EQUAL(lstat(path, &st), -1);
	end(&s);
}

static void test_a_stale_socket_is_replaced(void)
{
	struct sockaddr_un address;
	struct stand s;
	int stale, fd;

	begin(&s);
	control_free(TAKE(s.control));
	stale = socket(AF_UNIX, SOCK_STREAM, 0);
	control_address(&address, tmpdir_path(&s.dir));
	CU_ASSERT_EQUAL(bind(stale, (struct sockaddr *)&address, sizeof(address)), 0);
	close(stale);
	s.control = control_new(s.loop, tmpdir_path(&s.dir), on_request, &s);
	CU_ASSERT_PTR_NOT_NULL_FATAL(s.control);
	fd = connect_to(&s);
	close(fd);
	end(&s);
}

static void test_what_is_no_socket_stays(void)
{
	char folder[300];
	struct stand s;

	log_set_level(LOG_ERROR);
	begin(&s);
	control_free(TAKE(s.control));
	tmpdir_write(&s.dir, "control", "mine");
	CU_ASSERT_PTR_NULL(control_new(s.loop, tmpdir_path(&s.dir), on_request, &s));
	snprintf(folder, sizeof(folder), "%s/nowhere", tmpdir_path(&s.dir));
	CU_ASSERT_PTR_NULL(control_new(s.loop, folder, on_request, &s));
	memset(folder, 'x', sizeof(folder) - 1);
	folder[sizeof(folder) - 1] = '\0';
	CU_ASSERT_PTR_NULL(control_new(s.loop, folder, on_request, &s));
	end(&s);
}

/* ---- the other side ---- */

struct asking {
	const char *folder;
	int r;
	struct buf answer, why;
	bool is_done;
};

static void *ask(void *arg)
{
	struct asking *a = arg;

	a->r = control_ask(a->folder, "outbox list", &a->answer, &a->why);
	__atomic_store_n(&a->is_done, true, __ATOMIC_RELEASE);
	return NULL;
}

static bool is_done(const void *subject)
{
	const struct asking *a = subject;

	return __atomic_load_n(&a->is_done, __ATOMIC_ACQUIRE);
}

static void test_the_client_gets_the_whole_answer(void)
{
	struct asking a = { 0 };
	pthread_t thread;
	struct stand s;
	size_t len;

	begin(&s);
	s.answer_len = 1 << 20;
	a.folder = tmpdir_path(&s.dir);
	CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, ask, &a), 0);
	while (!is_done(&a))
		loop_turn(s.loop, 1);
	pthread_join(thread, NULL);
	CU_ASSERT_EQUAL(a.r, 0);
	len = strlen("{\"seen\":11}\n") + s.answer_len + strlen("{\"ok\":true}\n");
	CU_ASSERT_EQUAL(a.answer.len, len);
	buf_deinit(&a.answer);
	buf_deinit(&a.why);
	end(&s);
}

static void test_nobody_is_there(void)
{
	struct buf answer = { 0 }, why = { 0 };
	struct sockaddr_un address;
	struct stand s;
	int stale;

	begin(&s);
	control_free(TAKE(s.control));
	CU_ASSERT_EQUAL(control_ask(tmpdir_path(&s.dir), "x", &answer, &why), CONTROL_NOBODY);
	stale = socket(AF_UNIX, SOCK_STREAM, 0);
	control_address(&address, tmpdir_path(&s.dir));
	CU_ASSERT_EQUAL(bind(stale, (struct sockaddr *)&address, sizeof(address)), 0);
	CU_ASSERT_EQUAL(control_ask(tmpdir_path(&s.dir), "x", &answer, &why), CONTROL_NOBODY);
	close(stale);
	CU_ASSERT_EQUAL(control_ask(tmpdir_path(&s.dir), "x", &answer, &why), CONTROL_NOBODY);
	ASSERT_STR(buf_str(&answer), "");
	buf_deinit(&answer);
	buf_deinit(&why);
	end(&s);
}

/* It is tried now and then, without a loop that spins; and told once. */
static void test_no_descriptor_is_left(void)
{
	struct rlimit all, few;
	struct stand s;
	int fd;

	begin(&s);
	logcatch_begin();
	fd = connect_to(&s);
	say(fd, "x\n");
	getrlimit(RLIMIT_NOFILE, &all);
	few = (struct rlimit){ 3, all.rlim_max };
	setrlimit(RLIMIT_NOFILE, &few);
	metric_counts[METRIC_DESCRIPTORS_SHORT] = 0;
	turn(&s);
	CU_ASSERT_EQUAL(metric_counts[METRIC_DESCRIPTORS_SHORT], 1);
	fakeclock_pass(&s.clock, 1100);
	turn(&s);
	CU_ASSERT_EQUAL(metric_counts[METRIC_DESCRIPTORS_SHORT], 2);
	setrlimit(RLIMIT_NOFILE, &all);
	turn(&s);
	ASSERT_STR(buf_str(&s.asked), "");
	fakeclock_pass(&s.clock, 1100);
	turn(&s);
	ASSERT_STR(buf_str(&s.asked), "x|");
	CU_ASSERT_EQUAL(logcatch_count("no file descriptor is left"), 1);
	logcatch_end();
	close(fd);
	end(&s);
}

UNIT_MAIN("control", { "a request is answered", test_a_request_is_answered },
	  { "byte by byte", test_byte_by_byte },
	  { "garbage is a request like any", test_garbage_is_a_request_like_any },
	  { "a request that is too long", test_a_request_that_is_too_long },
	  { "a silent client is cut off", test_a_silent_client_is_cut_off },
	  { "a client that does not read is cut off", test_a_client_that_does_not_read_is_cut_off },
	  { "a client that is gone", test_a_client_that_is_gone },
	  { "few are served at a time", test_few_are_served_at_a_time },
	  { "the end comes while clients are there", test_the_end_comes_while_clients_are_there },
	  { "the socket is its owner's", test_the_socket_is_its_owner_s },
	  { "a stale socket is replaced", test_a_stale_socket_is_replaced },
	  { "what is no socket stays", test_what_is_no_socket_stays },
	  { "the client gets the whole answer", test_the_client_gets_the_whole_answer },
	  { "nobody is there", test_nobody_is_there },
	  { "no descriptor is left", test_no_descriptor_is_left })
