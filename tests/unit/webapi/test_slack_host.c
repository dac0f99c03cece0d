/* SPDX-License-Identifier: MIT */
#include "webapi/slack_host.h"

#include "lib/unit.h"

static const char slack[] = "https://slack.com/api/";
static const char gov[] = "https://api.SLACK-gov.com:443/api/";
static const char local[] = "https://127.0.0.1:8443/api/";

static void test_where(void)
{
	static const struct {
		const char *base, *url;
		bool is_fine;
	} cases[] = {
		{ slack, "wss://wss-primary.slack.com/link/?ticket=1&app_id=2", true },
		{ slack, "wss://WSS.Slack.Com/link", true },
		{ slack, "wss://slack.com?ticket=1", true },
		{ slack, "wss://wss.slack-gov.com/link", true },
		{ gov, "wss://wss.slack-gov.com/link", true },
		{ slack, "wss://evil.com/link", false },
		{ slack, "wss://evilslack.com/link", false },
		{ slack, "wss://slack.com.evil.com/", false },
		{ slack, "wss://127.0.0.1/", false },
		{ slack, "wss://wss.slack.com@evil.com/", false },
		{ slack, "wss://evil.com/.slack.com", false },
		{ slack, "wss://evil.com?.slack.com", false },
		{ slack, "wss://evil.com#.slack.com", false },
		{ gov, "wss://evil.com/", false },
		{ local, "wss://localhost:9/link", true },
		{ local, "wss://wss-primary.slack.com/link", true },
		{ "https://slack.com.example.org/api/", "wss://example.org/", true },
		{ "https://notslack.com/api/", "wss://example.org/", true },
		{ "https://api.slack.com", "wss://example.org/", false },
		{ local, "ws://localhost:9/link", false },
		{ slack, "ws://wss-primary.slack.com/link", false },
		{ slack, "https://wss-primary.slack.com/link", false },
		{ slack, "", false },
		{ slack, "nonsense", false },
		{ local, "wss://", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *why;
		bool is_fine = slack_host_may_dial(str_from(cases[i].url), cases[i].base, &why);

		if (is_fine != cases[i].is_fine)
			printf("\n  %s", cases[i].url);
		CU_ASSERT_EQUAL(is_fine, cases[i].is_fine);
		CU_ASSERT_EQUAL(why == NULL, is_fine);
	}
}

UNIT_MAIN("dial", { "where a socket may lead", test_where })
