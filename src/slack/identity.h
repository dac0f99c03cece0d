/* SPDX-License-Identifier: MIT */
/* Who we are in the workspace, as auth.test (or rtm.connect) says. Plain owned texts. */
#pragma once

#include "base/str.h"

struct identity {
	char *team_id;
	char *team_name;
	char *team_url; /* https://NAME.slack.com/, for permalinks */
	char *user_id;	/* the bot's own user */
	char *user_name;
	char *bot_id; /* may be NULL for classic tokens */
	char *app_id; /* may be NULL until the hello frame tells */
};

void identity_deinit(struct identity *me);
