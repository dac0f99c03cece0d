/* SPDX-License-Identifier: MIT */
#include "slack/thrown_out.h"

#include <stdio.h>
#include <string.h>
#include "lib/unit.h"
#include "slack/decode.h"

static const struct identity me = { .team_id = (char *)"T1", .user_id = (char *)"UBOT" };

/* The end of the sentence, or "" = the bot may go on. */
static void check(const char *text, int64_t event_time, int64_t known_since_ms, const char *end)
{
	CLEANUP(json_freep) struct json *inner = NULL;
	const char *why = NULL, *sentence;
	struct event *ev = NULL;

	CU_ASSERT_EQUAL_FATAL(json_parse(&inner, str_from(text), &why), 0);
	CU_ASSERT_EQUAL_FATAL(
		decode_event(&ev, inner, STR("T1"), STR("Ev1"), event_time, &me, &why), 0);
	sentence = slack_thrown_out(ev, &me, (struct wall){ known_since_ms });
	CU_ASSERT_EQUAL(sentence != NULL, end[0] != '\0');
	CU_ASSERT(sentence == NULL || strstr(sentence, end) != NULL);
	event_free(ev);
}

static void test_uninstalled(void)
{
	check("{\"type\":\"app_uninstalled\"}", 1000, 1000500, "(app_uninstalled)");
	check("{\"type\":\"app_uninstalled\"}", 0, 1000500, "(app_uninstalled)");
	check("{\"type\":\"message\",\"text\":\"app_uninstalled\"}", 1000, 0, "");
}

static void test_revoked(void)
{
	check("{\"type\":\"tokens_revoked\",\"tokens\":{\"oauth\":[\"U1\"],\"bot\":[\"U2\",\"UBOT\"]}}",
	      1000, 0, "(tokens_revoked)");
	check("{\"type\":\"tokens_revoked\",\"tokens\":{\"oauth\":[\"UBOT\"],\"bot\":[\"U2\"]}}",
	      1000, 0, "");
	check("{\"type\":\"tokens_revoked\",\"tokens\":{\"oauth\":[\"U1\"]}}", 1000, 0, "");
	check("{\"type\":\"tokens_revoked\",\"tokens\":[7]}", 1000, 0, "");
	check("{\"type\":\"tokens_revoked\",\"tokens\":{\"bot\":[7,{},null]}}", 1000, 0, "");
}

/* Slack sends again what was not acknowledged: by then the app may be installed anew. */
static void test_of_the_token_before(void)
{
	check("{\"type\":\"app_uninstalled\"}", 1000, 1001001, "");
	check("{\"type\":\"tokens_revoked\",\"tokens\":{\"bot\":[\"UBOT\"]}}", 1000, 1300000, "");
}

UNIT_MAIN("thrown out", { "uninstalled", test_uninstalled }, { "revoked", test_revoked },
	  { "an event of the token before", test_of_the_token_before })
