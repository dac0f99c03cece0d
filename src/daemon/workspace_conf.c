/* SPDX-License-Identifier: MIT */
#include "daemon/workspace_conf.h"

#include <stdlib.h>
#include <string.h>
#include "base/file.h"
#include "base/mem.h"
#include "base/secrecy.h"

static bool is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool workspace_conf_is_name(struct str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.p[i];

		if (!is_letter_or_digit(c) && c != '_' && c != '.' && c != '-')
			return false;
	}
	return name.len > 0 && name.len <= WORKSPACE_NAME_MAX;
}

/* ---- tokens ---- */

static void token_from_file(struct secret *token, const char *path, struct diag *diag)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	const char *why;

	if (path == NULL || path[0] == '\0')
		return;
	buf_init(&text, 4096);
	why = file_load(path, &text);
	if (why != NULL)
		diag_error(diag, (struct place){ path, 0 }, "this token file cannot be read: %s",
			   why);
	else
		secret_set(token, str_trim(buf_str(&text)));
	if (why == NULL && secrecy_open_to_others(path) != 0)
		diag_warn(diag, (struct place){ path, 0 },
			  "others may read this token file (mode %04o); wanted 0600",
			  (unsigned)secrecy_open_to_others(path));
	if (text.p != NULL)
		explicit_bzero(text.p, text.len);
}

char *workspace_conf_variable(const struct workspace_conf *w, const char *stem)
{
	struct buf name = { 0 };

	buf_addz(&name, stem);
	if (w->file != NULL)
		buf_addc(&name, '_');
	for (const char *p = w->file != NULL ? w->name : ""; *p != '\0'; p++) {
		const char upper = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;

		buf_addc(&name, is_letter_or_digit(*p) ? upper : '_');
	}
	return buf_take(&name);
}

struct place workspace_conf_place(const struct workspace_conf *w, const char *variable)
{
	return w->file != NULL ? (struct place){ w->file, w->line } : (struct place){ variable, 0 };
}

/* Kinds of token that people put in the wrong place, and what to tell them. */
static const struct {
	const char *prefix;
	const char *what;
	const char *variable; /* where it belongs; NULL = nowhere */
} foreign_tokens[] = {
	{ "xoxe", "a token that expires (token rotation); switch token rotation off for the app",
	  NULL },
	{ "xoxp-",
	  "a user token; the bot token is under \"OAuth & Permissions\" and begins with xoxb-",
	  NULL },
	{ "xoxa-", "a workspace token, which Slack no longer accepts", NULL },
	{ "xoxb-", "a bot token", "SLACK_BOT_TOKEN" },
	{ "xapp-", "an app-level token", "SLACK_APP_TOKEN" },
};

static void check_token(const struct workspace_conf *w, const struct secret *token,
			const char *prefix, const char *variable, struct diag *diag)
{
	const char *what = "not a token of Slack", *belongs = NULL;
	CLEANUP(mem_freep) char *other = NULL;

	if (token->value == NULL || str_starts(str_from(token->value), prefix))
		return;
	for (size_t i = 0; i < ARRAY_LEN(foreign_tokens); i++) {
		if (!str_starts(str_from(token->value), foreign_tokens[i].prefix))
			continue;
		what = foreign_tokens[i].what;
		belongs = foreign_tokens[i].variable;
	}
	other = belongs != NULL ? workspace_conf_variable(w, belongs) : NULL;
	diag_error(diag, workspace_conf_place(w, variable),
		   "%s%sthis is %s%s%s; wanted a token that begins with %s",
		   w->file != NULL ? variable : "", w->file != NULL ? ": " : "", what,
		   other != NULL ? "; it belongs in " : "", other != NULL ? other : "", prefix);
}

/* From the environment, or else from its file; checked. */
static void get_token(const struct workspace_conf *w, struct secret *token, const char *stem,
		      const char *path, const char *prefix, struct diag *diag)
{
	CLEANUP(mem_freep) char *variable = workspace_conf_variable(w, stem);
	const char *value = getenv(variable);

	if (value != NULL && value[0] != '\0')
		secret_set(token, str_trim(str_from(value)));
	else
		token_from_file(token, path, diag);
	check_token(w, token, prefix, variable, diag);
}

static void settle_transport(struct workspace_conf *w, struct diag *diag)
{
	if (w->transport == CONF_TRANSPORT_AUTO)
		w->transport = w->app_token.value != NULL ? CONF_TRANSPORT_SOCKET :
							    CONF_TRANSPORT_RTM;
	if (w->transport == CONF_TRANSPORT_SOCKET && w->app_token.value == NULL)
		diag_error(diag, workspace_conf_place(w, "SLACK_APP_TOKEN"),
			   "Socket Mode needs an app-level token (xapp-...); make one in the app's "
			   "settings under \"Basic Information\" with the scope connections:write");
}

void workspace_conf_finish(struct workspace_conf *w, struct diag *diag)
{
	CLEANUP(mem_freep) char *variable = workspace_conf_variable(w, "SLACK_BOT_TOKEN");

	get_token(w, &w->bot_token, "SLACK_BOT_TOKEN", w->bot_token_file, "xoxb-", diag);
	get_token(w, &w->app_token, "SLACK_APP_TOKEN", w->app_token_file, "xapp-", diag);
	if (w->bot_token.value == NULL)
		diag_error(
			diag, workspace_conf_place(w, variable),
			"no bot token: set %s, or name a "
			"file with `bot token file` in the configuration; the token is in the app's settings "
			"under \"OAuth & Permissions\" and begins with xoxb-",
			w->file != NULL ? variable : "this variable");
	settle_transport(w, diag);
}
