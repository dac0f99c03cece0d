/* SPDX-License-Identifier: MIT */
#include "daemon/conf.h"

#include <stdlib.h>
#include <string.h>
#include "base/file.h"
#include "base/inifile.h"
#include "base/mem.h"
#include "base/secrecy.h"
#include "deliver/webhook_conf.h"

/* ---- webhooks ---- */

/* It gets its place whatever its name, so that the mistakes in its keys are told as well. */
static void *add_webhook(void *values, struct str name, struct place at, struct diag *diag)
{
	struct conf *conf = values;
	struct webhook *hook;

	if (name.len > 0 && !webhook_is_name(name))
		diag_error(diag, at,
			   "`%.*s` is no name for a webhook: it has up to 64 small letters, "
			   "digits, `_`, `.` and `-`",
			   STR_ARG(str_clip(name, 64)));
	else if (conf_webhook(conf, name) != NULL)
		diag_error(diag, at, "[webhook %.*s] stands here a second time", STR_ARG(name));
	conf->webhooks = mem_grow(conf->webhooks, conf->n_webhooks + 1, sizeof(*conf->webhooks));
	hook = &conf->webhooks[conf->n_webhooks++];
	*hook = (struct webhook){ .name = str_dup(name), .file = mem_strdup(at.file) };
	return hook;
}

const struct option_named conf_webhook_section = {
	.add = add_webhook,
	.check = webhook_check,
	.example = "tickets",
	.help = "An endpoint that rules may send JSON to, here by `webhook tickets = {...}`; one section for each.",
};

/* ---- workspaces ---- */

static bool has_workspace(const struct conf *conf, struct str name)
{
	for (size_t i = 0; i < conf->n_workspaces; i++) {
		if (str_eq_nocase(name, str_from(conf->workspaces[i].name)))
			return true;
	}
	return false;
}

/* It gets its place whatever its name, as a webhook does. */
static void *add_workspace(void *values, struct str name, struct place at, struct diag *diag)
{
	struct conf *conf = values;
	struct workspace_conf *w;

	if (name.len > 0 && !workspace_conf_is_name(name))
		diag_error(
			diag, at,
			"seen \"%.*s\", wanted a name for a workspace: up to 64 letters, digits, "
			"`_`, `.` and `-`",
			STR_ARG(str_clip(name, WORKSPACE_NAME_MAX)));
	else if (has_workspace(conf, name))
		diag_error(diag, at, "[workspace %.*s] stands here a second time", STR_ARG(name));
	conf->workspaces = mem_grow(conf->workspaces, conf->n_workspaces + 1,
				    sizeof(*conf->workspaces));
	w = &conf->workspaces[conf->n_workspaces++];
	*w = (struct workspace_conf){
		.name = str_dup(name),
		.file = mem_strdup(at.file),
		.line = at.line,
	};
	return w;
}

const struct option_named conf_workspace_section = {
	.add = add_workspace,
	.example = "acme",
	.help = "One of several workspaces, which rules call by this name (`workspace = acme`); one section for each. Its "
		"keys, and `workspace`, must then not stand in [slack]; what else stands there holds for all.",
};

void conf_init(struct conf *conf)
{
	*conf = (struct conf){ 0 };
	option_defaults(conf_options, conf);
}

static void free_workspaces(struct conf *conf)
{
	for (size_t i = 0; i < conf->n_workspaces; i++) {
		struct workspace_conf *w = &conf->workspaces[i];

		option_item_deinit(conf_options, &conf_workspace_section, w);
		secret_deinit(&w->bot_token);
		secret_deinit(&w->app_token);
		free(w->name);
		free(w->file);
	}
	free(conf->workspaces);
	conf->workspaces = NULL;
	conf->n_workspaces = 0;
}

void conf_deinit(struct conf *conf)
{
	free_workspaces(conf);
	for (size_t i = 0; i < conf->n_webhooks; i++) {
		option_item_deinit(conf_options, &conf_webhook_section, &conf->webhooks[i]);
		free(conf->webhooks[i].name);
		free(conf->webhooks[i].file);
	}
	free(conf->webhooks);
	conf->webhooks = NULL;
	conf->n_webhooks = 0;
	option_deinit(conf_options, conf);
}

void conf_read(struct conf *conf, const char *path, struct diag *diag)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	const char *why;

	buf_init(&text, INIFILE_MAX_FILE);
	why = file_load(path, &text);
	if (why == NULL)
		option_read(conf_options, conf, buf_str(&text), path, diag);
	else
		diag_error(diag, (struct place){ path, 0 },
			   "this configuration file cannot be read: %s", why);
}

void conf_set(struct conf *conf, const char *key, const char *value, struct diag *diag)
{
	for (const struct option_row *row = conf_options; row->key != NULL; row++) {
		if (row->named == NULL && strcmp(row->key, key) == 0) {
			option_set(row, conf, str_from(value), (struct place){ "command line", 0 },
				   diag);
			return;
		}
	}
}

const char **conf_webhook_names(const struct conf *conf, bool with_markup)
{
	const char **names = mem_zero(conf->n_webhooks + 1, sizeof(names[0]));
	size_t n = 0;

	for (size_t i = 0; i < conf->n_webhooks; i++) {
		if (!with_markup || conf->webhooks[i].slack_markup)
			names[n++] = conf->webhooks[i].name;
	}
	return names;
}

const struct webhook *conf_webhook(const struct conf *conf, struct str name)
{
	for (size_t i = 0; i < conf->n_webhooks; i++) {
		if (str_is(name, conf->webhooks[i].name))
			return &conf->webhooks[i];
	}
	return NULL;
}

/* ---- environment and tokens ---- */

static void replace(char **text, const char *by)
{
	if (by == NULL || by[0] == '\0')
		return;
	free(*text);
	*text = mem_strdup(by);
}

static void end_in_slash(char **url)
{
	CLEANUP(buf_deinit) struct buf with = { 0 };

	if (str_ends(str_from(*url), "/"))
		return;
	buf_addf(&with, "%s/", *url);
	free(*url);
	*url = buf_take(&with);
}

/* ---- one workspace or several ---- */

/* With sections, what [slack] and the environment say of the only workspace would be about none. */
static void refuse_the_only_workspace(const struct conf *conf, struct diag *diag)
{
	static const char *const variables[] = { "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN" };
	const struct workspace_conf *only = &conf->slack, *first = &conf->workspaces[0];
	const struct {
		const char *key;
		bool is_given;
	} keys[] = {
		{ "transport", only->transport != CONF_TRANSPORT_AUTO },
		{ "rtm method", only->rtm_method != CONF_RTM_CONNECT },
		{ "bot token file", only->bot_token_file[0] != '\0' },
		{ "app token file", only->app_token_file[0] != '\0' },
		{ "workspace", only->name[0] != '\0' },
	};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (keys[i].is_given)
			diag_error(
				diag, workspace_conf_place(first, NULL),
				"seen [workspace %s], and `%s` for the only workspace, in [slack] or on "
				"the command line; wanted a section for each workspace, with what is its own",
				first->name, keys[i].key);
	}
	for (size_t i = 0; i < ARRAY_LEN(variables); i++) {
		const char *value = getenv(variables[i]);
		CLEANUP(mem_freep) char *wanted = workspace_conf_variable(first, variables[i]);

		if (value != NULL && value[0] != '\0')
			diag_error(
				diag, (struct place){ variables[i], 0 },
				"this is the token of the only workspace, but the configuration has [workspace "
				"%s]; wanted a variable for each workspace, such as %s",
				first->name, wanted);
	}
}

static bool is_same(const struct secret *a, const struct secret *b)
{
	return a->value != NULL && b->value != NULL && strcmp(a->value, b->value) == 0;
}

static void refuse_shared_tokens(const struct conf *conf, size_t i, struct diag *diag)
{
	const struct workspace_conf *w = &conf->workspaces[i];

	for (size_t k = 0; k < i; k++) {
		const struct workspace_conf *other = &conf->workspaces[k];

		if (is_same(&w->bot_token, &other->bot_token))
			diag_error(
				diag, workspace_conf_place(w, NULL),
				"this has the bot token of [workspace %s]: all would be answered twice",
				other->name);
		else if (is_same(&w->app_token, &other->app_token))
			diag_error(
				diag, workspace_conf_place(w, NULL),
				"this has the app-level token of [workspace %s]; wanted an app for each "
				"workspace, because Slack gives what happens in either to whoever has the "
				"token",
				other->name);
	}
}

static void finish_workspaces(struct conf *conf, struct diag *diag)
{
	if (conf->n_workspaces == 0) {
		conf->workspaces = mem_zero(1, sizeof(*conf->workspaces));
		conf->workspaces[conf->n_workspaces++] = conf->slack;
		conf->slack = (struct workspace_conf){ .name = NULL };
	} else {
		refuse_the_only_workspace(conf, diag);
	}
	for (size_t i = 0; i < conf->n_workspaces; i++) {
		workspace_conf_finish(&conf->workspaces[i], diag);
		refuse_shared_tokens(conf, i, diag);
	}
}

/* The folder that systemd made for us (the first, if there are several), or the one where users have theirs. */
void conf_find_store_path(struct conf *conf, struct diag *diag)
{
	const char *made = getenv("STATE_DIRECTORY"), *states = getenv("XDG_STATE_HOME");
	const char *home = getenv("HOME");
	CLEANUP(buf_deinit) struct buf path = { 0 };

	if (conf->store_path[0] != '\0' || conf->store_backend == CONF_STORE_MEMORY)
		return;
	if (made != NULL && made[0] != '\0')
		buf_addf(&path, "%.*s", (int)strcspn(made, ":"), made);
	else if (states != NULL && states[0] == '/')
		buf_addf(&path, "%s/retort", states);
	else if (home != NULL && home[0] == '/')
		buf_addf(&path, "%s/.local/state/retort", home);
	else
		diag_error(
			diag, (struct place){ "path", 0 },
			"there is no state directory (STATE_DIRECTORY, XDG_STATE_HOME and HOME are "
			"not set); wanted `path` in [store], or `backend = memory`");
	free(conf->store_path);
	conf->store_path = buf_take(&path);
}

static void check_pings(const struct conf *conf, struct diag *diag)
{
	if (conf->dead_after_ms <= conf->ping_every_ms)
		diag_error(
			diag, (struct place){ "dead after", 0 },
			"it must be longer than `ping every`, or a connection on which nobody talks "
			"would be given up before it was asked");
}

/* Whatever else reads our environment, or is started with it, has no use for them. `used` are those of webhooks. */
static void wipe_secrets(const struct conf *conf, struct str used)
{
	static const char *const stems[] = { "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN" };
	struct str name;

	for (size_t i = 0; i < ARRAY_LEN(stems); i++) {
		secrecy_wipe_variable(stems[i]);
		for (size_t k = 0; k < conf->n_workspaces; k++) {
			CLEANUP(mem_freep)
			char *variable = workspace_conf_variable(&conf->workspaces[k], stems[i]);

			secrecy_wipe_variable(variable);
		}
	}
	while (str_cut(&used, '\0', &name)) {
		if (name.len > 0)
			secrecy_wipe_variable(name.p); /* with a NUL behind it */
	}
}

void conf_finish(struct conf *conf, struct diag *diag)
{
	CLEANUP(buf_deinit) struct buf used = { 0 };

	replace(&conf->api_url, getenv("SLACK_API_URL"));
	replace(&conf->ca_file, getenv("SSL_CERT_FILE"));
	end_in_slash(&conf->api_url);
	if (!str_starts(str_from(conf->api_url), "https://"))
		diag_error(diag, (struct place){ "api url", 0 },
			   "seen \"%s\", wanted an address that begins with "
			   "https://",
			   conf->api_url);
	finish_workspaces(conf, diag);
	conf_find_store_path(conf, diag);
	check_pings(conf, diag);
	for (size_t i = 0; i < conf->n_webhooks; i++)
		webhook_resolve(&conf->webhooks[i], &used, diag);
	wipe_secrets(conf, buf_str(&used));
}
