/* SPDX-License-Identifier: MIT */
/*
 * The operator's configuration: whatever stands in it, each mistake is said, and what is taken keeps the promises that
 * the rest of the program builds on.
 */
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "base/mem.h"
#include "daemon/conf.h"
#include "deliver/webhook_conf.h"
#include "net/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check_webhook(const struct conf *conf, const struct webhook *hook)
{
	struct url url;

	must(webhook_is_name(str_from(hook->name)));
	must(conf_webhook(conf, str_from(hook->name)) == hook); /* the only one of that name */
	must(url_parse(str_from(hook->url), "http", &url) && (url.tls || hook->allow_http));
	must(hook->method >= 0 && hook->timeout_ms > 0);
	for (size_t i = 0; i < hook->headers.n; i++) {
		const struct option_pair *pair = &hook->headers.at[i];

		must(webhook_refuse_header(str_from(pair->name), str_from(pair->value.value)) ==
		     NULL);
	}
}

/* Every row's value is one that the row allows. */
static void check_rows(const struct conf *conf)
{
	for (const struct option_row *row = conf_options; row->key != NULL; row++) {
		const char *member = (const char *)conf + row->offset;
		size_t n_choices = 0;

		if (row->named != NULL)
			continue;
		while (row->choices != NULL && row->choices[n_choices] != NULL)
			n_choices++;
		if (row->type == OPTION_CHOICE)
			must(*(const int *)member >= 0 && *(const int *)member < (int)n_choices);
		if (row->type == OPTION_INT)
			must(*(const int64_t *)member >= row->min &&
			     *(const int64_t *)member <= row->max);
		if (row->type == OPTION_DURATION)
			must(*(const int64_t *)member >= row->min &&
			     (row->max == 0 || *(const int64_t *)member <= row->max));
		if (row->type == OPTION_TEXT)
			must(*(char *const *)member != NULL);
	}
}

/* Without the command line, where the other half comes from. */
static void set_from_text(struct conf *conf, struct str line, struct diag *diag)
{
	CLEANUP(mem_freep) char *key = NULL;
	CLEANUP(mem_freep) char *value = NULL;
	struct str word;

	str_cut(&line, '=', &word);
	key = str_dup(str_trim(word));
	value = str_dup(str_trim(line));
	conf_set(conf, key, value, diag);
}

static void read_all(struct conf *conf, struct str text, struct diag *diag)
{
	struct str rest = text, line = STR_EMPTY;

	option_read(conf_options, conf, text, "fuzz.ini", diag);
	check_rows(conf);
	if (diag->n_errors == 0) {
		for (size_t i = 0; i < conf->n_webhooks; i++)
			check_webhook(conf, &conf->webhooks[i]);
		for (size_t i = 0; i < conf->n_workspaces; i++)
			must(workspace_conf_is_name(str_from(conf->workspaces[i].name)));
	}
	str_cut(&rest, '\n', &line);
	set_from_text(conf, line, diag);
	check_rows(conf);
}

/* Tokens are wiped where they lie, so they lie here. */
static void give_variables(void)
{
	static const char *const given[] = { "SLACK_BOT_TOKEN=xoxb-test",
					     "SLACK_APP_TOKEN=xapp-test",
					     "STATE_DIRECTORY=/nonexistent" };
	static char rooms[ARRAY_LEN(given)][40];

	for (size_t i = 0; i < ARRAY_LEN(given); i++) {
		strcpy(rooms[i], given[i]);
		putenv(rooms[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = str_make((const char *)data, size);
	CLEANUP(diag_deinit) struct diag diag = { 0 };
	struct conf conf;

	log_set_level(LOG_ERROR);
	give_variables();
	conf_init(&conf);
	read_all(&conf, text, &diag);
	/* What other files hold is not for this test. */
	if (str_find(text, "file") == SIZE_MAX) {
		conf_finish(&conf, &diag);
		must(conf.n_workspaces > 0);
		must(str_ends(str_from(conf.api_url), "/"));
		must(diag.n_errors > 0 || (str_starts(str_from(conf.api_url), "https://") &&
					   conf.dead_after_ms > conf.ping_every_ms));
	}
	conf_deinit(&conf);
	return 0;
}
