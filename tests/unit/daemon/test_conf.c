/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "daemon/conf.h"
#include "lib/tmpdir.h"
#include "lib/unit.h"

static const char *const names[] = {
	"SLACK_BOT_TOKEN",	"SLACK_APP_TOKEN",	"SLACK_API_URL",
	"SSL_CERT_FILE",	"SLACK_BOT_TOKEN_ACME", "SLACK_APP_TOKEN_ACME",
	"SLACK_BOT_TOKEN_UP_2", "SLACK_APP_TOKEN_UP_2",
};

static void forget_environment(void)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		unsetenv(names[i]);
}

/* conf_finish wipes what it reads. */
static void remember_environment(char **kept)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		kept[i] = getenv(names[i]) != NULL ? mem_strdup(getenv(names[i])) : NULL;
}

static void restore_environment(char **kept)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (kept[i] != NULL)
			setenv(names[i], kept[i], 1);
		mem_freep(&kept[i]);
	}
}

/* What conf_finish says, one complaint a line. */
static char *complaints(struct conf *conf)
{
	CLEANUP(buf_deinit) struct buf out = { 0 };
	CLEANUP(diag_deinit) struct diag diag = { 0 };

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
	CU_ASSERT_EQUAL(conf.workspaces[0].transport, CONF_TRANSPORT_SOCKET);
	ASSERT_STR(str_from(conf.api_url), "https://slack.com/api/");
	ASSERT_STR(str_from(conf.workspaces[0].bot_token.value), "xoxb-1-2-abc");
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
	CU_ASSERT_EQUAL(conf.workspaces[0].transport, CONF_TRANSPORT_RTM);
	ASSERT_STR(str_from(conf.api_url), "https://localhost:8443/api/");
}

static void check_complaint(const char *bot, const char *app, const char *transport,
			    const char *wanted)
{
	CLEANUP(conf_deinit) struct conf conf;
	CLEANUP(diag_deinit) struct diag diag = { 0 };
	CLEANUP(mem_freep) char *said = NULL;

	forget_environment();
	setenv("SLACK_BOT_TOKEN", bot, 1);
	setenv("SLACK_APP_TOKEN", app, 1);
	conf_init(&conf);
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
	CLEANUP(diag_deinit) struct diag diag = { 0 };
	CLEANUP(mem_freep) char *said = NULL;
	struct tmpdir dir;
	const char *token_file, *conf_file;

	forget_environment();
	setenv("SLACK_APP_TOKEN", "xapp-env", 1);
	tmpdir_init(&dir);
	token_file = tmpdir_write(&dir, "token", "xoxb-from-file\n");
	tmpdir_write(&dir, "app", "xapp-file");
	{
		CLEANUP(buf_deinit) struct buf text = { 0 };

		buf_addf(&text,
			 "[slack]\nbot token file = %s\ntransport = rtm\nrtm method = start\n"
			 "[pace]\npost burst = 9\n",
			 token_file);
		buf_addc(&text, '\0');
		conf_file = tmpdir_write(&dir, "retort.ini", text.p);
	}
	conf_init(&conf);
	conf_read(&conf, conf_file, &diag);
	CU_ASSERT_EQUAL(diag.n_errors, 0);
	said = complaints(&conf);
	ASSERT_STR(str_from(said), "");
	ASSERT_STR(str_from(conf.workspaces[0].bot_token.value), "xoxb-from-file");
	ASSERT_STR(str_from(conf.workspaces[0].app_token.value), "xapp-env");
	CU_ASSERT_EQUAL(conf.workspaces[0].transport, CONF_TRANSPORT_RTM);
	CU_ASSERT_EQUAL(conf.workspaces[0].rtm_method, CONF_RTM_START);
	CU_ASSERT_EQUAL(conf.post_burst, 9);
	tmpdir_deinit(&dir);
}

static void test_mistakes_in_the_file_are_all_named(void)
{
	CLEANUP(conf_deinit) struct conf conf;
	CLEANUP(diag_deinit) struct diag diag = { 0 };
	struct tmpdir dir;

	tmpdir_init(&dir);
	conf_init(&conf);
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

/* ---- webhooks ---- */

static void read_text(struct conf *conf, const char *text, struct diag *diag)
{
	struct tmpdir dir;

	tmpdir_init(&dir);
	conf_read(conf, tmpdir_write(&dir, "retort.ini", text), diag);
	tmpdir_deinit(&dir);
}

static void test_small_keys(void)
{
	CLEANUP(conf_deinit) struct conf conf;
	CLEANUP(diag_deinit) struct diag diag = { 0 };

	conf_init(&conf);
	ASSERT_STR(str_from(conf.zone), "");
	ASSERT_STR(str_from(conf.slack.name), "");
	CU_ASSERT_TRUE(conf.reload_on_save);
	read_text(&conf,
		  "[rules]\nzone = Europe/Berlin\nreload on save = no\n[slack]\nworkspace = acme\n",
		  &diag);
	CU_ASSERT_EQUAL(diag.n_entries, 0);
	ASSERT_STR(str_from(conf.zone), "Europe/Berlin");
	ASSERT_STR(str_from(conf.slack.name), "acme");
	CU_ASSERT_FALSE(conf.reload_on_save);
	/* Not a key of the command line, but one of each webhook. */
	CU_ASSERT_EQUAL(conf.n_webhooks, 0);
	conf_set(&conf, "method", "PUT", &diag);
	conf_set(&conf, "timeout", "5s", &diag);
	CU_ASSERT_EQUAL(diag.n_entries, 0);
}

static void test_webhooks_are_read(void)
{
	CLEANUP(conf_deinit) struct conf conf;
	CLEANUP(diag_deinit) struct diag diag = { 0 };
	const struct webhook *hook;

	conf_init(&conf);
	read_text(&conf,
		  "[webhook tickets]\nurl = https://tickets.example.com/new?key=1\n"
		  "header Authorization = Bearer {env:NO_SUCH_VARIABLE}\nheader X-Kind = a {{b}\n"
		  "[webhook lamp.2]\nurl = http://10.0.0.7/on\nmethod = PUT\ntimeout = 2s\n"
		  "allow private = yes\nallow http = yes\n",
		  &diag);
	diag_print(&diag, stdout);
	CU_ASSERT_EQUAL(diag.n_entries, 0);
	CU_ASSERT_EQUAL(conf.n_webhooks, 2);
	CU_ASSERT_PTR_NULL(conf_webhook(&conf, STR("ticket")));
	hook = conf_webhook(&conf, STR("tickets"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(hook);
	ASSERT_STR(str_from(hook->url), "https://tickets.example.com/new?key=1");
	ASSERT_STR(str_from(webhook_methods[hook->method]), "POST");
	CU_ASSERT_EQUAL(hook->timeout_ms, 10000);
	CU_ASSERT_FALSE(hook->allow_private);
	CU_ASSERT_FALSE(hook->allow_http);
	CU_ASSERT_EQUAL(hook->headers.n, 2);
	hook = conf_webhook(&conf, STR("lamp.2"));
	CU_ASSERT_PTR_NOT_NULL_FATAL(hook);
	ASSERT_STR(str_from(webhook_methods[hook->method]), "PUT");
	CU_ASSERT_EQUAL(hook->timeout_ms, 2000);
	CU_ASSERT_TRUE(hook->allow_private);
	CU_ASSERT_TRUE(hook->allow_http);
	CU_ASSERT_EQUAL(hook->headers.n, 0);
}

#define TICKETS "[webhook tickets]\nurl = https://tickets.example.com/new\n"

static void test_mistakes_in_webhooks(void)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *wanted;
	} cases[] = {
		{ "[webhook tickets]\n", 1, "this [webhook] has no `url`" },
		{ "[webhook]\nurl = https://a.example/\n", 1, "wanted a name behind [webhook" },
		{ "[webhook Tickets]\nurl = https://a.example/\n", 1, "is no name for a webhook" },
		{ "[webhook my tickets]\nurl = https://a.example/\n", 1,
		  "is no name for a webhook" },
		{ TICKETS "[pace]\n" TICKETS, 4, "[webhook tickets] stands here a second time" },
		{ "[webhok t]\nurl = https://a.example/\n", 1, "did you mean \"webhook\"?" },
		{ "[webhook t]\nurl = ftp://a.example/s3cret\n", 2,
		  "wanted an address such as https://" },
		{ "[webhook t]\nurl = s3cret\n", 2, "wanted an address such as https://" },
		{ "[webhook t]\nurl =\n", 2, "wanted an address such as https://" },
		{ "[webhook t]\nurl = https://me:s3cret@a.example/\n", 2,
		  "`header Authorization`" },
		{ "[webhook t]\nurl = https://a.example/?k=s3cret#x\n", 2,
		  "without a blank or `#`" },
		{ "[webhook t]\nurl = http://a.example/?k=s3cret\n", 1, "`allow http = yes`" },
		{ TICKETS "method = HEAD\n", 3, "wanted one of POST, PUT, PATCH, DELETE, GET" },
		{ TICKETS "method = post\n", 3, "wanted one of POST" },
		{ TICKETS "timeout = 61s\n", 3, "from 1s to 60s" },
		{ TICKETS "timeout = 0s\n", 3, "from 1s to 60s" },
		{ TICKETS "alow private = yes\n", 3, "did you mean \"allow private\"?" },
		{ TICKETS "answer limit = 1\n", 3, "unknown key \"answer limit\"" },
		{ TICKETS "headers X-Key = s3cret\n", 3, "did you mean \"header\"?" },
		{ TICKETS "header = s3cret\n", 3, "wanted a name behind `header`" },
		{ TICKETS "header X Key = s3cret\n", 3, "this is no name of a header" },
		{ TICKETS "header X-Key: = s3cret\n", 3, "this is no name of a header" },
		{ TICKETS "header X-K\xC3\xA4y = s3cret\n", 3, "this is no name of a header" },
		{ TICKETS "header X-Key =\n", 3, "wanted a value" },
		{ TICKETS "header X-Key = a\ts3cret\n", 3, "a control character" },
		{ TICKETS "header Host = s3cret\n", 3, "is not to be set" },
		{ TICKETS "header content-LENGTH = 3\n", 3, "is not to be set" },
		{ TICKETS "header Transfer-Encoding = chunked\n", 3, "is not to be set" },
		{ TICKETS "header Connection = close\n", 3, "is not to be set" },
		{ TICKETS "header Proxy-Authorization = s3cret\n", 3, "is not to be set" },
		{ TICKETS "header X = 1\nheader x = s3cret\n", 4, "stands here a second time" },
		{ TICKETS "header X = {s3cret}\n", 3, "wanted env:VARIABLE} or file:/path}" },
		{ TICKETS "header X = {env:s3cret\n", 3, "wanted env:VARIABLE}" },
		{ TICKETS "header X = {env:}\n", 3, "wanted env:VARIABLE}" },
		{ TICKETS "header X = {env:1A}\n", 3, "wanted env:VARIABLE}" },
		{ TICKETS "header X = {env:A B}\n", 3, "wanted env:VARIABLE}" },
		{ TICKETS "header X = {file:relative}\n", 3, "wanted env:VARIABLE}" },
		{ TICKETS "header X = {\n", 3, "`{{` is a plain brace" },
		{ TICKETS "header X = {{ {\n", 3, "`{{` is a plain brace" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP(conf_deinit) struct conf conf;
		CLEANUP(diag_deinit) struct diag diag = { 0 };
		const struct diag_entry *entry;

		conf_init(&conf);
		read_text(&conf, cases[i].text, &diag);
		CU_ASSERT_EQUAL(diag.n_errors, 1);
		CU_ASSERT_EQUAL_FATAL(diag.n_entries, 1);
		entry = &diag.entries[0];
		if (strstr(entry->text, cases[i].wanted) == NULL || entry->line != cases[i].line)
			printf("\n  seen: %u: %s\n  wanted: %u: %s\n", entry->line, entry->text,
			       cases[i].line, cases[i].wanted);
		CU_ASSERT_PTR_NOT_NULL(strstr(entry->text, cases[i].wanted));
		CU_ASSERT_EQUAL(entry->line, cases[i].line);
		CU_ASSERT_PTR_NULL(strstr(entry->text, "s3cret"));
	}
}

static void test_all_mistakes_of_a_webhook_at_once(void)
{
	CLEANUP(conf_deinit) struct conf conf;
	CLEANUP(diag_deinit) struct diag diag = { 0 };

	conf_init(&conf);
	read_text(&conf,
		  "[webhook BAD]\nurl = nonsense\nmethod = X\ntimeout = 1h\nheader Host = x\n"
		  "alow http = yes\n[webhook t]\n",
		  &diag);
	CU_ASSERT_EQUAL(diag.n_errors, 7);
	for (size_t i = 0; i < diag.n_entries; i++)
		CU_ASSERT_EQUAL(diag.entries[i].line, i + 1);
}

static void test_secrets_of_webhooks(void)
{
	CLEANUP(conf_deinit) struct conf conf;
	CLEANUP(diag_deinit) struct diag diag = { 0 };
	CLEANUP(buf_deinit) struct buf text = { 0 };
	CLEANUP(mem_freep) char *said = NULL;
	const struct webhook *hook;
	struct tmpdir dir;

	forget_environment();
	setenv("SLACK_BOT_TOKEN", "xoxb-1", 1);
	setenv("TICKETS_TOKEN", " t-1{env:HOME} ", 1);
	tmpdir_init(&dir);
	buf_addf(&text,
		 TICKETS
		 "header Authorization = Bearer {env:TICKETS_TOKEN}\n"
		 "header X-Both = {file:%s}/{env:TICKETS_TOKEN}/{{x}}\nheader X-Plain = {{}\n",
		 tmpdir_write(&dir, "token", "\n f-2 \r\n"));
	buf_addc(&text, '\0');
	conf_init(&conf);
	read_text(&conf, text.p, &diag);
	CU_ASSERT_EQUAL(diag.n_entries, 0);
	said = complaints(&conf);
	ASSERT_STR(str_from(said), "");
	hook = conf_webhook(&conf, STR("tickets"));
	/* What is inserted is not read again. */
	ASSERT_STR(str_from(hook->headers.at[0].value.value), "Bearer t-1{env:HOME}");
	ASSERT_STR(str_from(hook->headers.at[1].value.value), "f-2/t-1{env:HOME}/{x}}");
	ASSERT_STR(str_from(hook->headers.at[2].value.value), "{}");
	tmpdir_deinit(&dir);
}

/* With the line of the header, and without what is secret. */
static void check_secret(const char *value, const char *wanted)
{
	CLEANUP(conf_deinit) struct conf conf;
	CLEANUP(diag_deinit) struct diag diag = { 0 };
	CLEANUP(buf_deinit) struct buf text = { 0 };

	setenv("SLACK_BOT_TOKEN", "xoxb-1", 1); /* which reading it wipes */
	buf_addf(&text, TICKETS "header X-Key = %s\n", value);
	buf_addc(&text, '\0');
	conf_init(&conf);
	read_text(&conf, text.p, &diag);
	CU_ASSERT_EQUAL(diag.n_errors, 0); /* `check` does not need them */
	conf_finish(&conf, &diag);
	CU_ASSERT_EQUAL_FATAL(diag.n_errors, 1);
	if (strstr(diag.entries[0].text, wanted) == NULL)
		printf("\n  seen: %s\n  wanted: %s\n", diag.entries[0].text, wanted);
	CU_ASSERT_PTR_NOT_NULL(strstr(diag.entries[0].text, wanted));
	CU_ASSERT_PTR_NULL(strstr(diag.entries[0].text, "s3cret"));
	CU_ASSERT_EQUAL(diag.entries[0].line, 3);
	CU_ASSERT(str_ends(str_from(diag.entries[0].file), "/retort.ini"));
}

static void test_missing_secrets_are_named(void)
{
	struct tmpdir dir;
	char *long_text = mem_alloc(9001);
	char insert[256];

	memset(long_text, 'x', 9000);
	long_text[9000] = '\0';
	forget_environment();
	setenv("SLACK_BOT_TOKEN", "xoxb-1", 1);
	unsetenv("NO_TOKEN");
	setenv("BLANK_TOKEN", "  ", 1);
	setenv("TWO_LINES", "s3cret\r\nX-Evil: s3cret", 1);
	check_secret("{env:NO_TOKEN}", "`header X-Key`: the environment has no NO_TOKEN");
	check_secret("{env:BLANK_TOKEN}", "the environment has no BLANK_TOKEN");
	check_secret("{env:TWO_LINES}", "the value has a line end");
	check_secret("{file:/no/such/file}", "/no/such/file cannot be read: No such file");
	check_secret("{file:/}", "cannot be read: Is a directory");
	tmpdir_init(&dir);
	snprintf(insert, sizeof(insert), "{file:%s}", tmpdir_write(&dir, "empty", "\n"));
	check_secret(insert, "is empty");
	snprintf(insert, sizeof(insert), "{file:%s}", tmpdir_write(&dir, "two", "s3cret\ns3cret"));
	check_secret(insert, "the value has a line end");
	snprintf(insert, sizeof(insert), "{file:%s}", tmpdir_write(&dir, "long", long_text));
	check_secret(insert, "it is over 8 KiB");
	tmpdir_deinit(&dir);
	setenv("LONG_TOKEN", long_text, 1);
	check_secret("{env:LONG_TOKEN}", "the value is over 8 KiB");
	unsetenv("LONG_TOKEN");
	mem_freep(&long_text);
}

static void test_what_others_may_read_is_told(void)
{
	static const struct {
		const char *lines;
		bool is_secret;
	} cases[] = {
		{ TICKETS "header Authorization = Bearer abcdefgh\n", true },
		{ TICKETS "header X-Key = abcdefg1\n", true },
		{ TICKETS "header Authorization = Bearer {env:TICKETS_TOKEN}\n", false },
		{ TICKETS "header Accept = application/json;version=2\n", false },
		{ "[webhook tickets]\nurl = https://hooks.example.com/T0/abcdefghijklmno1\n",
		  true },
		{ "[webhook tickets]\nurl = https://hooks.example.com/?key=abcdefg1\n", true },
		{ TICKETS, false },
	};
	struct tmpdir dir;

	forget_environment();
	tmpdir_init(&dir);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP(conf_deinit) struct conf conf;
		CLEANUP(diag_deinit) struct diag diag = { 0 };
		const char *path = tmpdir_write(&dir, "retort.ini", cases[i].lines);

		setenv("SLACK_BOT_TOKEN", "xoxb-1", 1);
		setenv("TICKETS_TOKEN", "abcdefg1", 1);
		conf_init(&conf);
		conf_read(&conf, path, &diag);
		CU_ASSERT_EQUAL(chmod(path, 0644), 0);
		conf_finish(&conf, &diag);
		CU_ASSERT_EQUAL(diag.n_errors, 0);
		CU_ASSERT_EQUAL_FATAL(diag.n_warnings, cases[i].is_secret);
		if (cases[i].is_secret) {
			ASSERT_STR(str_from(diag.entries[0].file), path);
			ASSERT_STR(str_from(diag.entries[0].text),
				   "others may read this file (mode 0644), and [webhook tickets] "
				   "looks as if it had a secret in it; wanted 0600");
		}
	}
	tmpdir_deinit(&dir);
}

static void test_open_token_files_are_told(void)
{
	CLEANUP(conf_deinit) struct conf conf;
	CLEANUP(diag_deinit) struct diag diag = { 0 };
	CLEANUP(buf_deinit) struct buf text = { 0 };
	CLEANUP(mem_freep) char *said = NULL;
	CLEANUP(buf_deinit) struct buf wanted = { 0 };
	const char *token, *header;
	struct tmpdir dir;

	forget_environment();
	tmpdir_init(&dir);
	token = tmpdir_write(&dir, "token", "xoxb-s3cret");
	header = tmpdir_write(&dir, "header", "s3cret");
	CU_ASSERT_EQUAL(chmod(token, 0644), 0);
	CU_ASSERT_EQUAL(chmod(header, 0604), 0);
	buf_addf(&text, "[slack]\nbot token file = %s\n" TICKETS "header X-Key = {file:%s}\n",
		 token, header);
	buf_addc(&text, '\0');
	conf_init(&conf);
	read_text(&conf, text.p, &diag);
	said = complaints(&conf);
	buf_addf(&wanted,
		 "%s: others may read this token file (mode 0644); wanted 0600\n"
		 "%s: others may read this file of a secret header (mode 0604); wanted 0600\n",
		 token, header);
	buf_addc(&wanted, '\0');
	ASSERT_STR(str_from(said), wanted.p);
	tmpdir_deinit(&dir);
}

static void test_secrets_leave_the_environment(void)
{
	CLEANUP(conf_deinit) struct conf conf;
	CLEANUP(diag_deinit) struct diag diag = { 0 };
	CLEANUP(mem_freep) char *said = NULL;
	char *bot, *ticket;

	forget_environment();
	setenv("SLACK_BOT_TOKEN", "xoxb-1", 1);
	setenv("SLACK_APP_TOKEN", "xapp-1", 1);
	setenv("TICKETS_TOKEN", "t-1", 1);
	bot = getenv("SLACK_BOT_TOKEN");
	ticket = getenv("TICKETS_TOKEN");
	conf_init(&conf);
	read_text(&conf,
		  TICKETS "header A = {env:TICKETS_TOKEN}\nheader B = {env:TICKETS_TOKEN}\n"
			  "header C = {env:SLACK_BOT_TOKEN}\n",
		  &diag);
	said = complaints(&conf);
	ASSERT_STR(str_from(said), "");
	ASSERT_STR(str_from(conf.workspaces[0].bot_token.value), "xoxb-1");
	ASSERT_STR(str_from(conf.webhooks[0].headers.at[1].value.value), "t-1");
	ASSERT_STR(str_from(conf.webhooks[0].headers.at[2].value.value), "xoxb-1");
	CU_ASSERT_PTR_NULL(getenv("SLACK_BOT_TOKEN"));
	CU_ASSERT_PTR_NULL(getenv("SLACK_APP_TOKEN"));
	CU_ASSERT_PTR_NULL(getenv("TICKETS_TOKEN"));
	CU_ASSERT_EQUAL(bot[0], '\0');
	CU_ASSERT_EQUAL(ticket[0], '\0');
}

/* ---- several workspaces ---- */

static void test_sections_are_workspaces(void)
{
	CLEANUP(conf_deinit) struct conf conf;
	CLEANUP(diag_deinit) struct diag diag = { 0 };
	CLEANUP(buf_deinit) struct buf text = { 0 };
	CLEANUP(mem_freep) char *said = NULL;
	struct tmpdir dir;

	forget_environment();
	setenv("SLACK_APP_TOKEN_ACME", "xapp-acme", 1);
	setenv("SLACK_BOT_TOKEN_UP_2", "xoxb-up", 1);
	tmpdir_init(&dir);
	buf_addf(&text,
		 "[workspace Acme]\nbot token file = %s\n[slack]\nping every = 5s\n"
		 "[workspace up-2]\nrtm method = start\n",
		 tmpdir_write(&dir, "token", "xoxb-acme\n"));
	buf_addc(&text, '\0');
	conf_init(&conf);
	read_text(&conf, text.p, &diag);
	diag_print(&diag, stdout);
	CU_ASSERT_EQUAL(diag.n_entries, 0);
	said = complaints(&conf);
	ASSERT_STR(str_from(said), "");
	CU_ASSERT_EQUAL_FATAL(conf.n_workspaces, 2);
	ASSERT_STR(str_from(conf.workspaces[0].name), "Acme");
	ASSERT_STR(str_from(conf.workspaces[0].bot_token.value), "xoxb-acme");
	ASSERT_STR(str_from(conf.workspaces[0].app_token.value), "xapp-acme");
	CU_ASSERT_EQUAL(conf.workspaces[0].transport, CONF_TRANSPORT_SOCKET);
	ASSERT_STR(str_from(conf.workspaces[1].name), "up-2");
	ASSERT_STR(str_from(conf.workspaces[1].bot_token.value), "xoxb-up");
	CU_ASSERT_PTR_NULL(conf.workspaces[1].app_token.value);
	CU_ASSERT_EQUAL(conf.workspaces[1].transport, CONF_TRANSPORT_RTM);
	CU_ASSERT_EQUAL(conf.workspaces[1].rtm_method, CONF_RTM_START);
	CU_ASSERT_EQUAL(conf.ping_every_ms, 5000);
	tmpdir_deinit(&dir);
}

#define ACME "[workspace acme]\n"
#define UP2 "[workspace up.2]\n"

/* Reading and finishing together complain once, of this line (0 = of a variable). */
static void check_sections(const char *text, unsigned line, const char *file, const char *wanted)
{
	CLEANUP(conf_deinit) struct conf conf;
	CLEANUP(diag_deinit) struct diag diag = { 0 };
	const struct diag_entry *entry;
	char *kept[ARRAY_LEN(names)];

	conf_init(&conf);
	read_text(&conf, text, &diag);
	remember_environment(kept);
	conf_finish(&conf, &diag);
	restore_environment(kept);
	if (diag.n_entries != 1) {
		printf("\n  of: %s", text);
		diag_print(&diag, stdout);
	}
	CU_ASSERT_EQUAL_FATAL(diag.n_entries, 1);
	entry = &diag.entries[0];
	if (strstr(entry->text, wanted) == NULL || entry->line != line)
		printf("\n  seen: %u: %s\n  wanted: %u: %s\n", entry->line, entry->text, line,
		       wanted);
	CU_ASSERT_PTR_NOT_NULL(strstr(entry->text, wanted));
	CU_ASSERT_EQUAL(entry->line, line);
	CU_ASSERT(str_ends(str_from(entry->file), file));
	CU_ASSERT_PTR_NULL(strstr(entry->text, "s3cret"));
}

static void test_mistakes_in_workspaces(void)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *wanted;
	} cases[] = {
		{ "[workspace]\n", 1, "wanted a name behind [workspace: [workspace acme]" },
		{ "[workspace a b]\n", 1,
		  "seen \"a b\", wanted a name for a workspace: up to 64 letters" },
		{ ACME UP2 "[workspace ACME]\n", 3, "[workspace ACME] stands here a second time" },
		{ ACME "transport = pigeon\n", 2, "wanted one of auto, socket, rtm" },
		{ ACME "bot tokn file = x\n", 2, "did you mean \"bot token file\"?" },
		{ ACME "api url = x\n", 2, "unknown key \"api url\"" },
		{ ACME "[workspac up.2]\n", 2, "did you mean \"workspace\"?" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP(conf_deinit) struct conf conf;
		CLEANUP(diag_deinit) struct diag diag = { 0 };

		conf_init(&conf);
		read_text(&conf, cases[i].text, &diag);
		CU_ASSERT_EQUAL_FATAL(diag.n_entries, 1);
		if (strstr(diag.entries[0].text, cases[i].wanted) == NULL)
			printf("\n  seen: %s\n  wanted: %s\n", diag.entries[0].text,
			       cases[i].wanted);
		CU_ASSERT_PTR_NOT_NULL(strstr(diag.entries[0].text, cases[i].wanted));
		CU_ASSERT_EQUAL(diag.entries[0].line, cases[i].line);
	}
}

static void test_tokens_of_workspaces(void)
{
	forget_environment();
	setenv("SLACK_BOT_TOKEN_ACME", "xoxb-1", 1);
	check_sections(ACME UP2, 2, "/retort.ini", "no bot token: set SLACK_BOT_TOKEN_UP_2");
	setenv("SLACK_BOT_TOKEN_UP_2", "xapp-s3cret", 1);
	check_sections(ACME UP2, 2, "/retort.ini",
		       "SLACK_BOT_TOKEN_UP_2: this is an app-level token; it belongs in "
		       "SLACK_APP_TOKEN_UP_2; wanted a token that begins with xoxb-");
	setenv("SLACK_BOT_TOKEN_UP_2", "xoxb-2", 1);
	check_sections(ACME UP2 "transport = socket\n", 2, "/retort.ini",
		       "Socket Mode needs an app-level token");
	setenv("SLACK_BOT_TOKEN_UP_2", "xoxb-1", 1);
	check_sections(ACME UP2, 2, "/retort.ini", "this has the bot token of [workspace acme]");
	setenv("SLACK_BOT_TOKEN_UP_2", "xoxb-2", 1);
	setenv("SLACK_APP_TOKEN_ACME", "xapp-s3cret", 1);
	setenv("SLACK_APP_TOKEN_UP_2", "xapp-s3cret", 1);
	check_sections(ACME UP2, 2, "/retort.ini",
		       "this has the app-level token of [workspace acme]");
}

static void test_sections_stand_in_place_of_the_only_workspace(void)
{
	forget_environment();
	setenv("SLACK_BOT_TOKEN_ACME", "xoxb-1", 1);
	check_sections("[slack]\ntransport = rtm\n" ACME, 3, "/retort.ini",
		       "`transport` for the only workspace");
	check_sections("[slack]\nrtm method = start\n" ACME, 3, "/retort.ini",
		       "`rtm method` for the only workspace");
	check_sections(ACME "[slack]\nbot token file = /x\n", 1, "/retort.ini",
		       "`bot token file` for the only workspace");
	check_sections(ACME "[slack]\nworkspace = acme\n", 1, "/retort.ini",
		       "`workspace` for the only workspace");
	setenv("SLACK_BOT_TOKEN", "xoxb-s3cret", 1);
	check_sections(ACME, 0, "SLACK_BOT_TOKEN",
		       "wanted a variable for each workspace, such as SLACK_BOT_TOKEN_ACME");
}

UNIT_MAIN("conf", { "two tokens are enough", test_two_tokens_are_enough },
	  { "a bot token alone means rtm", test_a_bot_token_alone_means_rtm },
	  { "tokens in the wrong place are explained",
	    test_tokens_in_the_wrong_place_are_explained },
	  { "a connection is asked before it is given up",
	    test_a_connection_is_asked_before_it_is_given_up },
	  { "the file is read and the environment beats it",
	    test_the_file_is_read_and_the_environment_beats_it },
	  { "mistakes in the file are all named", test_mistakes_in_the_file_are_all_named },
	  { "small keys", test_small_keys }, { "webhooks are read", test_webhooks_are_read },
	  { "mistakes in webhooks", test_mistakes_in_webhooks },
	  { "all mistakes of a webhook at once", test_all_mistakes_of_a_webhook_at_once },
	  { "secrets of webhooks", test_secrets_of_webhooks },
	  { "missing secrets are named", test_missing_secrets_are_named },
	  { "what others may read is told", test_what_others_may_read_is_told },
	  { "open token files are told", test_open_token_files_are_told },
	  { "secrets leave the environment", test_secrets_leave_the_environment },
	  { "sections are workspaces", test_sections_are_workspaces },
	  { "mistakes in workspaces", test_mistakes_in_workspaces },
	  { "tokens of workspaces", test_tokens_of_workspaces },
	  { "sections stand in place of the only workspace",
	    test_sections_stand_in_place_of_the_only_workspace })
