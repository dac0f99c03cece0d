/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/mem.h"
#include "base/metric.h"
#include "base/telling.h"
#include "lib/unit.h"

static void check_redacted(struct str text, const char *wanted)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };

	log_redact(text, &out);
	ASSERT_STR(buf_str(&out), wanted);
}

static void test_tokens_and_tickets_are_cut(void)
{
	check_redacted(STR("token xoxb-12-34-aBc is bad"), "token xoxb-… is bad");
	check_redacted(STR("token=xapp-1-A0-9-ff&x=1"), "token=xapp-…&x=1");
	check_redacted(STR("xoxe.xoxb-1-Mi0yLTE, xoxp-1"), "xoxe.…, xoxp-…");
	check_redacted(STR("wss://x/link/?ticket=ab-12%2D&app_id=7"),
		       "wss://x/link/?ticket=…&app_id=7");
	check_redacted(STR("{\"a\":\"xoxb-1-2\"}"), "{\"a\":\"xoxb-…\"}");
	check_redacted(STR("xoxb-"), "xoxb-…");
	check_redacted(STR("xoxb-1xoxb-2 xoxs-3"), "xoxb-… xoxs-…");
	check_redacted(STR("the xox game, taxi, tickets"), "the xox game, taxi, tickets");
	check_redacted(STR(""), "");
}

static void test_one_event_is_one_line(void)
{
	check_redacted(STR("a\nb\r\x1b[31m\0\x7F"), "a\\x0Ab\\x0D\\x1B[31m\\x00\\x7F");
	check_redacted(STR("caf\xC3\xA9"), "caf\xC3\xA9");
}

/* What `say` writes to standard error. */
static char *heard(void (*say)(void))
{
	FILE *file = tmpfile();
	int saved = dup(STDERR_FILENO);
	char *text = mem_zero(1, 4096);

	dup2(fileno(file), STDERR_FILENO);
	say();
	dup2(saved, STDERR_FILENO);
	close(saved);
	rewind(file);
	(void)!fread(text, 1, 4095, file);
	fclose(file);
	return text;
}

static void say_something(void)
{
	errno = ENOENT;
	log_info("socket", "connected url=%s", "wss://x/?ticket=abc");
	log_debug("socket", "nobody wants to know");
	log_error("rules", "two\nlines");
	CU_ASSERT_EQUAL(errno, ENOENT);
}

static void test_lines_have_time_level_and_area(void)
{
	CLEANUP(mem_freep) char *text = heard(say_something);
	char stamp[32] = "";
	int read = 0;

	CU_ASSERT_EQUAL(
		sscanf(text, "%31s info socket: connected url=wss://x/?ticket=…\n%n", stamp, &read),
		1);
	CU_ASSERT_TRUE(read > 0);
	CU_ASSERT_EQUAL(strlen(stamp), strlen("2026-11-23T20:33:56Z"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "Z error rules: two\\x0Alines\n"));
	CU_ASSERT_PTR_NULL(strstr(text, "nobody"));
}

static void say_in_debug(void)
{
	log_set_level(LOG_DEBUG);
	log_debug("socket", "a detail");
	log_set_level(LOG_ERROR);
	log_warn("socket", "not this");
	log_set_level(LOG_INFO);
}

static void test_the_level_decides(void)
{
	CLEANUP(mem_freep) char *text = heard(say_in_debug);

	CU_ASSERT_PTR_NOT_NULL(strstr(text, "debug socket: a detail\n"));
	CU_ASSERT_PTR_NULL(strstr(text, "not this"));
	CU_ASSERT_TRUE(log_is_on(LOG_INFO));
	CU_ASSERT_FALSE(log_is_on(LOG_DEBUG));
}

static void test_a_secret_is_replaced_and_forgotten(void)
{
	struct secret s = { 0 };

	secret_set(&s, STR("xoxb-1-2"));
	CU_ASSERT_STRING_EQUAL(s.value, "xoxb-1-2");
	secret_set(&s, STR("xapp-1"));
	CU_ASSERT_STRING_EQUAL(s.value, "xapp-1");
	secret_deinit(&s);
	secret_deinit(&s);
	CU_ASSERT_PTR_NULL(s.value);
}

static void say_about_acme(void)
{
	CU_ASSERT_PTR_NULL(log_about(" workspace=acme"));
	log_info("bot", "live");
	ASSERT_STR(str_from(log_about(NULL)), " workspace=acme");
	log_info("bot", "stopping");
}

static void test_lines_say_what_they_are_about(void)
{
	CLEANUP(mem_freep) char *text = heard(say_about_acme);

	CU_ASSERT_PTR_NOT_NULL(strstr(text, " info bot: live workspace=acme\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, " info bot: stopping\n"));
}

/* ---- nobody reads ---- */

/* Standard error is a pipe that nobody reads from, as long as `say` says something. */
static char *heard_late(void (*say)(void), void (*then)(void))
{
	int pipes[2], saved = dup(STDERR_FILENO);
	char *text = mem_zero(1, 1 << 20);
	size_t n = 0;
	ssize_t more;

	CU_ASSERT_EQUAL_FATAL(pipe(pipes), 0);
	fcntl(pipes[0], F_SETFL, O_NONBLOCK);
	dup2(pipes[1], STDERR_FILENO);
	say();
	while (read(pipes[0], text, 1 << 20) > 0)
		;
	then();
	while ((more = read(pipes[0], text + n, (1 << 20) - 1 - n)) > 0)
		n += (size_t)more;
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(pipes[0]);
	close(pipes[1]);
	return text;
}

static void say_much(void)
{
	for (int i = 0; i < 20000; i++)
		log_info("test", "line %d of very many", i);
}

static void say_end(void)
{
	log_info("test", "the end");
}

static void test_a_full_pipe_costs_lines_and_no_time(void)
{
	uint64_t before = metric_counts[METRIC_LOG_LINES_LOST], lost;
	CLEANUP(mem_freep) char *text = heard_late(say_much, say_end);
	char wanted[64];

	lost = metric_counts[METRIC_LOG_LINES_LOST] - before;
	CU_ASSERT_TRUE(lost > 10000);
	snprintf(wanted, sizeof(wanted), "lost=%llu\n", (unsigned long long)lost);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, wanted));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "the end\n"));
}

static void say_long(void)
{
	CLEANUP(mem_freep) char *text = mem_zero(1, 100001);

	memset(text, 'x', 100000);
	log_info("test", "%s", text);
	log_info("test", "behind it");
}

static void nothing(void) {}

static void test_a_long_line_is_cut(void)
{
	CLEANUP(mem_freep) char *text = heard_late(nothing, say_long);

	CU_ASSERT_EQUAL(strchr(text, '\n') + 1 - text, 4096);
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "x…\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(text, "behind it\n"));
}

static void say_to_nobody(void)
{
	close(STDERR_FILENO);
	say_end();
}

static void test_a_closed_one_is_survived(void)
{
	uint64_t before = metric_counts[METRIC_LOG_LINES_LOST];
	CLEANUP(mem_freep) char *text = heard_late(say_to_nobody, nothing);

	CU_ASSERT_EQUAL(metric_counts[METRIC_LOG_LINES_LOST], before + 1);
	CU_ASSERT_STRING_EQUAL(text, "");
}

/* ---- telling ---- */

static void test_what_lasts_is_told_with_growing_gaps(void)
{
	struct telling t = { 0 };
	struct mono now = { 0 };
	int n = 0;

	CU_ASSERT_FALSE(telling_end(&t));
	for (int second = 0; second < 24 * 3600; second++) {
		now.ns = second * 1000000000LL;
		n += telling_is_due(&t, now);
	}
	CU_ASSERT_TRUE(n > 20 && n < 32); /* a few at first, then one an hour */
	CU_ASSERT_TRUE(telling_end(&t));
	CU_ASSERT_TRUE(telling_is_due(&t, now)); /* and anew */
	CU_ASSERT_FALSE(telling_is_due(&t, now));
	CU_ASSERT_EQUAL(t.n_untold, 1);
}

UNIT_MAIN("log", { "tokens and tickets are cut", test_tokens_and_tickets_are_cut },
	  { "one event is one line", test_one_event_is_one_line },
	  { "lines have time, level and area", test_lines_have_time_level_and_area },
	  { "lines say what they are about", test_lines_say_what_they_are_about },
	  { "the level decides", test_the_level_decides },
	  { "a secret is replaced and forgotten", test_a_secret_is_replaced_and_forgotten },
	  { "a full pipe costs lines and no time", test_a_full_pipe_costs_lines_and_no_time },
	  { "a long line is cut", test_a_long_line_is_cut },
	  { "a closed one is survived", test_a_closed_one_is_survived },
	  { "what lasts is told with growing gaps", test_what_lasts_is_told_with_growing_gaps })
