/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "conf.h"
#include "lib/tmpdir.h"
#include "lib/unit.h"

static void forget_environment(void)
{
	static const char *const names[] = {
		"SLACK_BOT_TOKEN",
		"SLACK_APP_TOKEN",
		"SLACK_API_URL",
		"SSL_CERT_FILE",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		unsetenv(names[i]);
}

/* What conf_finish says, one complaint a line. */
static char *complaints(struct conf *conf)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };
	CLEANUP(diag_deinit) struct diag diag;

	buf_init(&out, 0);
	diag_init(&diag);
	conf_finish(conf, &diag);
	for (size_t i = 0; i < diag.n_entries; i++)
		buf_addf(&out, "%s: %s\n", diag.entries[i].file, diag.entries[i].text);
	return buf_take(&out);
}

static void test_two_tokens_are_enough(void)
{
	CLEANUP(conf_deinit) struct conf conf;
	CLEANUP(mem_freep) char *said = NULL;

	forget_environment();
	setenv("SLACK_BOT_TOKEN", "xoxb-1-2-abc", 1);
	setenv("SLACK_APP_TOKEN", "xapp-1-A1-abc", 1);
	conf_init(&conf);
	said = complaints(&conf);
	ASSERT_STR(str_from(said), "");
	CU_ASSERT_EQUAL(conf.transport, CONF_TRANSPORT_SOCKET);
	ASSERT_STR(str_from(conf.api_url), "https://slack.com/api/");
	ASSERT_STR(str_from(secret_shown(&conf.bot_token)), "xoxb-…");
}

static void test_a_bot_token_alone_means_rtm(void)
{
	CLEANUP(conf_deinit) struct conf conf;
	CLEANUP(mem_freep) char *said = NULL;

	forget_environment();
	setenv("SLACK_BOT_TOKEN", "xoxb-1-2-abc", 1);
	setenv("SLACK_API_URL", "https://localhost:8443/api", 1);
	conf_init(&conf);
	said = complaints(&conf);
	ASSERT_STR(str_from(said), "");
	CU_ASSERT_EQUAL(conf.transport, CONF_TRANSPORT_RTM);
	ASSERT_STR(str_from(conf.api_url), "https://localhost:8443/api/");
}

static void check_complaint(const char *bot, const char *app, const char *transport,
			    const char *wanted)
{
	CLEANUP(conf_deinit) struct conf conf;
	CLEANUP(diag_deinit) struct diag diag;
	CLEANUP(mem_freep) char *said = NULL;

	forget_environment();
	setenv("SLACK_BOT_TOKEN", bot, 1);
	setenv("SLACK_APP_TOKEN", app, 1);
	conf_init(&conf);
	diag_init(&diag);
	conf_set(&conf, "transport", transport, &diag);
	said = complaints(&conf);
	if (strstr(said, wanted) == NULL)
		printf("\n  seen: %s  wanted: %s\n", said, wanted);
	CU_ASSERT_PTR_NOT_NULL(strstr(said, wanted));
	CU_ASSERT_PTR_NULL(strstr(said, "s3cret"));
}

static void test_tokens_in_the_wrong_place_are_explained(void)
{
	check_complaint("", "", "auto", "SLACK_BOT_TOKEN: no bot token");
	check_complaint("xapp-s3cret", "", "auto", "SLACK_BOT_TOKEN: this is an app-level token");
	check_complaint("xoxp-s3cret", "", "auto", "a user token");
	check_complaint("xoxe.xoxb-s3cret", "", "auto", "token rotation");
	check_complaint("xoxb-1", "xoxb-s3cret", "auto", "SLACK_APP_TOKEN: this is a bot token");
	check_complaint("s3cret", "", "auto", "not a token of Slack");
	check_complaint("xoxb-1", "", "socket", "Socket Mode needs an app-level token");
}

static void test_a_connection_is_asked_before_it_is_given_up(void)
{
	CLEANUP(conf_deinit) struct conf conf;
	CLEANUP(mem_freep) char *said = NULL;

	forget_environment();
	setenv("SLACK_BOT_TOKEN", "xoxb-1", 1);
	conf_init(&conf);
	conf.ping_every_ms = conf.dead_after_ms;
	said = complaints(&conf);
	CU_ASSERT(str_starts(str_from(said), "dead after: it must be longer than `ping every`"));
}

static void test_the_file_is_read_and_the_environment_beats_it(void)
{
	CLEANUP(conf_deinit) struct conf conf;
	CLEANUP(diag_deinit) struct diag diag;
	CLEANUP(mem_freep) char *said = NULL;
	struct tmpdir dir;
	const char *token_file, *conf_file;

	forget_environment();
	setenv("SLACK_APP_TOKEN", "xapp-env", 1);
	tmpdir_init(&dir);
	token_file = tmpdir_write(&dir, "token", "xoxb-from-file\n");
	tmpdir_write(&dir, "app", "xapp-file");
	{
		CLEANUP(buf_deinit) struct buf text;

		buf_init(&text, 0);
		buf_addf(&text,
			 "[slack]\nbot token file = %s\ntransport = rtm\nrtm method = start\n"
			 "[pace]\npost burst = 9\n",
			 token_file);
		buf_addc(&text, '\0');
		conf_file = tmpdir_write(&dir, "retort.ini", text.p);
	}
	conf_init(&conf);
	diag_init(&diag);
	conf_read(&conf, conf_file, &diag);
	CU_ASSERT_EQUAL(diag.n_errors, 0);
	said = complaints(&conf);
	ASSERT_STR(str_from(said), "");
	ASSERT_STR(str_from(conf.bot_token.value), "xoxb-from-file");
	ASSERT_STR(str_from(conf.app_token.value), "xapp-env");
	CU_ASSERT_EQUAL(conf.transport, CONF_TRANSPORT_RTM);
	CU_ASSERT_EQUAL(conf.rtm_method, CONF_RTM_START);
	CU_ASSERT_EQUAL(conf.post_burst, 9);
	tmpdir_deinit(&dir);
}

static void test_mistakes_in_the_file_are_all_named(void)
{
	CLEANUP(conf_deinit) struct conf conf;
	CLEANUP(diag_deinit) struct diag diag;
	struct tmpdir dir;

	tmpdir_init(&dir);
	conf_init(&conf);
	diag_init(&diag);
	conf_read(&conf,
		  tmpdir_write(&dir, "retort.ini",
			       "[slack]\ntransprot = rtm\ntransport = carrier pigeon\n"
			       "[pase]\n[pace]\npost burst = 0\n"),
		  &diag);
	CU_ASSERT_EQUAL(diag.n_errors, 4);
	for (size_t i = 0; i < diag.n_entries; i++)
		CU_ASSERT_TRUE(diag.entries[i].line >= 2 && diag.entries[i].line <= 6);
	conf_read(&conf, "/nonexistent/retort.ini", &diag);
	CU_ASSERT_EQUAL(diag.n_errors, 5);
	tmpdir_deinit(&dir);
}

UNIT_MAIN("conf", { "two tokens are enough", test_two_tokens_are_enough },
	  { "a bot token alone means rtm", test_a_bot_token_alone_means_rtm },
	  { "tokens in the wrong place are explained",
	    test_tokens_in_the_wrong_place_are_explained },
	  { "a connection is asked before it is given up",
	    test_a_connection_is_asked_before_it_is_given_up },
	  { "the file is read and the environment beats it",
	    test_the_file_is_read_and_the_environment_beats_it },
	  { "mistakes in the file are all named", test_mistakes_in_the_file_are_all_named })
