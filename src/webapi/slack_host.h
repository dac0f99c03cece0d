/* SPDX-License-Identifier: MIT */
/* Where a socket may lead to, pure: an answer that misbehaves must not send us, and events, elsewhere. */
#pragma once

#include <stdbool.h>
#include "base/str.h"

/* wss:// only, and when the Web API at `base_url` is Slack's (slack.com, slack-gov.com), only to servers that
 * are Slack's too. On no, *why is a static sentence. */
bool slack_host_may_dial(struct str url, const char *base_url, const char **why);
/* slack.com, slack-gov.com, and what lies below them. */
bool slack_host_is_slack(struct str host);
