/* SPDX-License-Identifier: MIT */
/* What the configuration says of one workspace: its name, its tokens, and how its events come in. */
#pragma once

#include <stdbool.h>
#include "base/diag.h"
#include "base/log.h"
#include "base/str.h"

enum conf_transport { CONF_TRANSPORT_AUTO, CONF_TRANSPORT_SOCKET, CONF_TRANSPORT_RTM };
enum conf_rtm_method { CONF_RTM_CONNECT, CONF_RTM_START };

enum { WORKSPACE_NAME_MAX = 64 };

/* A section [workspace NAME], or [slack] when it is the only one. */
struct workspace_conf {
	char *name;	/* "" = the only one, called as Slack's address has it */
	int transport;	/* enum conf_transport; settled by workspace_conf_finish */
	int rtm_method; /* enum conf_rtm_method */
	char *bot_token_file;
	char *app_token_file;

	struct secret bot_token;
	struct secret app_token;
	char *file; /* where its section stands; NULL = it is [slack] */
	unsigned line;
};

bool workspace_conf_is_name(struct str name);
/* The variable for a token, SLACK_BOT_TOKEN or SLACK_APP_TOKEN: of the only workspace as it is, of another with its
 * name behind, SLACK_BOT_TOKEN_ACME. The caller's to free. */
char *workspace_conf_variable(const struct workspace_conf *w, const char *stem);
/* What complaints about it name: its section, or else the variable. */
struct place workspace_conf_place(const struct workspace_conf *w, const char *variable);
/* Gets the tokens from the environment, or else from their files, checks them, and settles the transport. */
void workspace_conf_finish(struct workspace_conf *w, struct diag *diag);
