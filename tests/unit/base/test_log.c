/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/mem.h"
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

UNIT_MAIN("log", { "tokens and tickets are cut", test_tokens_and_tickets_are_cut },
	  { "one event is one line", test_one_event_is_one_line },
	  { "lines have time, level and area", test_lines_have_time_level_and_area },
	  { "lines say what they are about", test_lines_say_what_they_are_about },
	  { "the level decides", test_the_level_decides },
	  { "a secret is replaced and forgotten", test_a_secret_is_replaced_and_forgotten })
