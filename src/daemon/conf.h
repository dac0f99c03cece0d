/* SPDX-License-Identifier: MIT */
/* The operator's configuration: conf/retort.ini by an option table, then the environment. retort.conf(5). */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "base/diag.h"
#include "base/log.h"
#include "base/option.h"
#include "daemon/workspace_conf.h"
#include "deliver/webhook.h"

enum conf_store { CONF_STORE_SQLITE, CONF_STORE_MEMORY };
enum conf_synchronous { CONF_SYNCHRONOUS_FULL, CONF_SYNCHRONOUS_NORMAL };

struct conf {
	struct workspace_conf slack; /* what [slack] says of the only workspace */
	char *api_url;		     /* always ends in '/' after conf_finish */
	char *ca_file;		     /* "" = the system's */
	char *rules;
	bool allow_broadcast;
	char *zone; /* "" = the machine's */
	bool reload_on_save;
	char *call_allow;      /* slack/grants */
	int store_backend;     /* enum conf_store */
	char *store_path;      /* a folder; set after conf_finish, where the store needs one */
	int store_synchronous; /* enum conf_synchronous */
	int64_t probe_after_ms;
	int64_t catch_up_ms;
	int64_t answer_within_ms;
	int64_t backlog, backlog_per_channel;
	int64_t stop_within_ms;
	int64_t post_every_ms;
	int64_t post_burst;
	int64_t connect_every_ms;
	int64_t retry_after_ms;
	int64_t retry_at_most_ms;
	int64_t ping_every_ms;
	int64_t dead_after_ms;
	int log_level; /* enum log_level */

	/* In the order of the file. Without a section there is none, but after conf_finish one: [slack]. */
	struct workspace_conf *workspaces;
	size_t n_workspaces;
	struct webhook *webhooks; /* likewise */
	size_t n_webhooks;
};

extern const struct option_row conf_options[]; /* daemon/conf_options.c */
/* Its named sections. */
extern const struct option_named conf_workspace_section, conf_webhook_section;

void conf_init(struct conf *conf);
void conf_deinit(struct conf *conf);
/* Reads a file over the defaults; complaints go to the diag. */
void conf_read(struct conf *conf, const char *path, struct diag *diag);
/* Sets one key as the command line gives it. */
void conf_set(struct conf *conf, const char *key, const char *value, struct diag *diag);
const struct webhook *conf_webhook(const struct conf *conf,
				   struct str name); /* NULL = not declared */
/* Their names, or those with `slack markup` alone, in a list that ends in NULL; the list is the caller's to free, the names are not. */
const char **conf_webhook_names(const struct conf *conf, bool with_markup);
/* Settles where the store is, as conf_finish does too. */
void conf_find_store_path(struct conf *conf, struct diag *diag);
/* Looks at the environment (which beats the file), reads the token files and the secrets of webhooks, checks that
 * what `run` needs is there and goes together, and settles the transport. Once: the variables with secrets are wiped. */
void conf_finish(struct conf *conf, struct diag *diag);
