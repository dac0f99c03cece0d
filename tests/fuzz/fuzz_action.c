/* SPDX-License-Identifier: MIT */
/*
 * The whole way from a message to what is posted: the input is what people wrote, in a message, as names, in other
 * fields and in answers, with 0xFF between. What is posted holds the mentions and links of the rule and no others.
 */
#include <stdint.h>
#include <stdlib.h>
#include "base/log.h"
#include "base/mem.h"
#include "deliver/deliver.h"
#include "lib/engine_pipe.h"
#include "lib/posted.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char rules[] =
	"[table t]\nx = @ana | <https://x.example/t|t>\nelse = @ana | <https://x.example/t|t>\n"
	"[rule r]\nmatch = ^(?<all>.+)z?$\nlimit = 10000 per {all} per 1m\n"
	"set kept[{all}] = {all}\nset field = {event.x.a}\nset who = {user}\n"
	"post #general = {all} @{1} <@U1ANA> {user.name}@{all|quote}\n"
	" {channel}{user}x<{link}|{all|code}>{event.x.list|join @}\n"
	"whisper = {kept[{all}]} {field} {who} {t[{all}].2}<https://x.example/{all}|{all} {user}>\n"
	"call chat.postMessage = {\"channel\": \"C1GENERAL\", \"text\": \"{all}@{event.x.a}\"}\n"
	"dm = {result} {result.a|upper}@{result.list} {result[{all}]}\n"
	"call chat.postMessage = {\"channel\": \"C1GENERAL\", \"text\": \"{result.a|code}\"}\n"
	"on error say = {error}@{error|json}{error|first line|title}\n";

static void must(bool holds)
{
	if (!holds)
		abort();
}

static bool is_rules_own(struct str token)
{
	return str_is(token, "user U1ANA") || str_is(token, "channel C1GENERAL") ||
	       str_starts(token, "link https://x.example/t|t") ||
	       posted_tokens_fit(STR("link https://x.example/*|*"), token) ||
	       posted_tokens_fit(STR("link https://acme.slack.com/archives/C1GENERAL/p*|*"), token);
}

static void check_argument(void *owner, const char *name, struct str value)
{
	CLEANUP(buf_deinit) struct buf tokens = { 0 };
	struct str rest, token;

	(void)owner;
	if (!str_is(str_from(name), "text"))
		return;
	must(posted_read(value, &tokens) == NULL);
	rest = buf_str(&tokens);
	while (str_cut(&rest, '\n', &token) && rest.p != NULL)
		must(is_rules_own(token));
}

static void check_job(void *owner, const struct job *job)
{
	const struct slack_request_sink sink = { owner, check_argument };

	slack_request(job, &sink);
}

static struct str next_words(struct str *rest)
{
	struct str words = STR("x");

	(void)str_cut(rest, '\xFF', &words);
	return str_sub(words, 0, utf8_valid_len(words));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct ruleset_options options = { .allow_broadcast = false };
	struct str rest = str_make((const char *)data, size), raw;
	struct ruleset *set = NULL;
	struct engine_pipe pipe;
	struct diag diag = { 0 };

	log_set_level(LOG_ERROR);
	must(ruleset_load_text(&set, str_from(rules), "fuzz.ini", &options, &diag) == 0);
	pipe_init(&pipe, set);
	raw = next_words(&rest);
	pipe.name = next_words(&rest);
	pipe.field = next_words(&rest);
	pipe.answer = next_words(&rest);
	pipe.place = next_words(&rest);
	pipe.fails = size % 2 == 1;
	pipe_hear(&pipe, raw, check_job, NULL);
	pipe_deinit(&pipe);
	ruleset_unref(set);
	diag_deinit(&diag);
	return 0;
}
