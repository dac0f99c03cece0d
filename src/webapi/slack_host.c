/* SPDX-License-Identifier: MIT */
#include "webapi/slack_host.h"

#include "base/buf.h"
#include "base/mem.h"
#include "net/ws_handshake.h"

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

static struct str base_host(const char *base_url)
{
	struct str host = str_from(base_url);
	size_t start = str_find(host, "://");
	size_t end = 0;

	host = str_sub(host, start == SIZE_MAX ? 0 : start + 3, host.len);
	while (end < host.len && host.p[end] != '/' && host.p[end] != ':' && host.p[end] != '?')
		end++;
	return str_sub(host, 0, end);
}

bool slack_host_may_dial(struct str url, const char *base_url, const char **why)
{
	CLEANUP(buf_deinit) struct buf room;
	struct ws_url parts;

	buf_init(&room, 0);
	*why = NULL;
	if (url.len == 0)
		*why = "Slack's answer has no URL";
	else if (!ws_url_parse(url, &parts, &room) || !parts.tls)
		*why = "Slack's answer has a URL that is not a wss:// one";
	else if (slack_host_is_slack(base_host(base_url)) && !slack_host_is_slack(parts.host))
		*why = "the answer names a server that is not Slack's; it was not called";
	return *why == NULL;
}
