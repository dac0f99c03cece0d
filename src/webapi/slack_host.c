/* SPDX-License-Identifier: MIT */
#include "webapi/slack_host.h"

#include "base/mem.h"
#include "net/url.h"

bool slack_host_is_slack(struct str host)
{
	static const char *const domains[] = { "slack.com", "slack-gov.com" };

	for (size_t i = 0; i < ARRAY_LEN(domains); i++) {
		struct str domain = str_from(domains[i]);
		size_t before;

		if (host.len < domain.len)
			continue;
		before = host.len - domain.len;
		if (str_eq_nocase(str_sub(host, before, host.len), domain) &&
		    (before == 0 || host.p[before - 1] == '.'))
			return true;
	}
	return false;
}

bool slack_host_may_dial(struct str url, const char *base_url, const char **why)
{
	struct url to, base;

	*why = NULL;
	if (url.len == 0)
		*why = "Slack's answer has no URL";
	else if (!url_parse(url, "ws", &to) || !to.tls)
		*why = "Slack's answer has a URL that is not a wss:// one";
	else if ((!url_parse(str_from(base_url), "http", &base) ||
		  slack_host_is_slack(base.host)) &&
		 !slack_host_is_slack(to.host))
		*why = "the answer names a server that is not Slack's; it was not called";
	return *why == NULL;
}
