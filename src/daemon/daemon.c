/* SPDX-License-Identifier: MIT */
#include "daemon/daemon.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include "base/err.h"
#include "base/mem.h"
#include "base/metric.h"
#include "daemon/control.h"
#include "daemon/outbox_requests.h"
#include "daemon/rule_watch.h"
#include "daemon/stop_signal.h"
#include "daemon/workspace.h"
#include "model/workspace.h"
#include "net/http.h"
#include "net/loop.h"
#include "net/tls.h"
#include "store/memory.h"
#include "store/sqlite.h"

/* For a disk that is slow, after all else has had its time. */
enum { STOP_GRACE_MS = 500 };

struct daemon {
	const struct conf *conf;
	struct rule_paths paths;
	const char **webhooks; /* names, ended by NULL */
	const char **markup_webhooks;
	struct loop *loop;
	struct tls *tls;
	struct store *store;
	struct ruleset *rules;		      /* NULL before the first */
	struct rule_watch *rule_watch;	      /* NULL = the files are not watched */
	struct daemon_workspace **workspaces; /* as many as the configuration has */
	struct control *control;	      /* NULL = nobody can ask */
	size_t n_failed_told;
	struct loop_call count; /* of those that ended */
};

static bool is_stopping(const struct daemon *d)
{
	for (size_t i = 0; i < d->conf->n_workspaces; i++) {
		if (!workspace_is_stopping(d->workspaces[i]))
			return false;
	}
	return true;
}

/* ---- the end of one, and of all ---- */

static void on_end(void *owner)
{
	struct daemon *d = owner;

	loop_call_soon(d->loop, &d->count); /* once for all that end in a turn */
}

static void on_count(void *owner)
{
	struct daemon *d = owner;
	const size_t n = d->conf->n_workspaces;
	size_t n_over = 0, n_failed = 0;

	for (size_t i = 0; i < n; i++) {
		n_over += workspace_is_over(d->workspaces[i]);
		n_failed += workspace_has_failed(d->workspaces[i]);
	}
	if (n_failed > d->n_failed_told && n_failed < n)
		log_warn("bot", "going on without the workspaces that failed failed=%zu left=%zu",
			 n_failed, n - n_failed);
	d->n_failed_told = n_failed;
	if (n_over == n)
		loop_stop(d->loop);
}

/* ---- rules ---- */

static int load_rules(struct daemon *d)
{
	const struct ruleset_options options = {
		.allow_broadcast = d->conf->allow_broadcast,
		.zone = d->conf->zone,
		.calls = d->conf->call_allow,
		.webhooks = d->webhooks,
		.markup_webhooks = d->markup_webhooks,
	};
	int r;

	rule_watch_seen(d->rule_watch);
	r = reload_rules(&d->rules, d->paths, &options);
	for (size_t i = 0; r == 0 && i < d->conf->n_workspaces; i++)
		workspace_set_rules(d->workspaces[i], d->rules);
	return r;
}

static void on_files_changed(void *owner)
{
	struct daemon *d = owner;

	if (!is_stopping(d))
		load_rules(d);
}

/* ---- signals ---- */

static void print_counters(void)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct str rest, line;

	metric_print(&text);
	rest = buf_str(&text);
	while (str_cut(&rest, '\n', &line))
		log_plain(line);
}

static void on_signal(void *owner, int signal)
{
	struct daemon *d = owner;

	if (signal == SIGHUP) {
		load_rules(d);
		return;
	}
	print_counters();
}

static void on_stop_signal(void *owner)
{
	struct daemon *d = owner;

	if (is_stopping(d)) {
		log_warn("bot", "second signal: stopping at once");
		loop_stop(d->loop);
		return;
	}
	log_info("bot", "stopping: finishing what is under way");
	for (size_t i = 0; i < d->conf->n_workspaces; i++)
		workspace_stop(d->workspaces[i]);
}

static int watch_signals(struct daemon *d)
{
	static const int signals[] = { SIGHUP, SIGUSR1 };
	int r = loop_signals(d->loop, signals, ARRAY_LEN(signals), on_signal, d);

	signal(SIGPIPE, SIG_IGN);
	return r != 0 ? r :
			stop_signal_watch(d->loop, d->conf->stop_within_ms + STOP_GRACE_MS,
					  on_stop_signal, d);
}

/* ---- what people ask ---- */

static void on_request(void *owner, struct str request, struct buf *answer)
{
	struct daemon *d = owner;

	if (!outbox_request(d->workspaces, d->conf->n_workspaces, request, answer))
		control_end(answer, false, "this is nothing that the bot can be asked");
}

/* ---- building ---- */

static int make_net(struct daemon *d)
{
	const char *ca_file = d->conf->ca_file[0] != '\0' ? d->conf->ca_file : NULL;
	const char *why = "";
	int r = loop_new(&d->loop, NULL);

	if (!http_resolves_aside())
		log_warn(
			"net",
			"this libcurl was built without AsynchDNS: all stands still while a name is looked up");
	if (r == 0)
		r = tls_new(&d->tls, ca_file, &why);
	if (r == TLS_BAD_FILE) {
		log_error("bot", "the file of certificate authorities is no good: %s file=%s", why,
			  ca_file != NULL ? ca_file : "(the system's)");
		return ERR_SETUP;
	}
	return r;
}

static int make_store(struct daemon *d)
{
	const struct sqlite_setup setup = {
		.folder = d->conf->store_path,
		.is_relaxed = d->conf->store_synchronous == CONF_SYNCHRONOUS_NORMAL,
		.loop = d->loop,
	};
	CLEANUP(buf_deinit) struct buf why = { 0 };

	if (d->conf->store_backend == CONF_STORE_MEMORY) {
		d->store = memory_open();
		return 0;
	}
	if (sqlite_open(&d->store, &setup, &why) == 0)
		return 0;
	log_error("store", "%.*s", STR_ARG(buf_str(&why)));
	return ERR_SETUP;
}

static const char *twin(void *owner, const struct daemon_workspace *w)
{
	const struct daemon *d = owner;
	const char *team = workspace_as_seen(w)->me.team_id;

	for (size_t i = 0; i < d->conf->n_workspaces; i++) {
		const struct daemon_workspace *other = d->workspaces[i];
		const struct workspace *seen;

		if (other == NULL || other == w || workspace_has_failed(other))
			continue;
		seen = workspace_as_seen(other);
		if (team != NULL && seen->me.team_id != NULL && strcmp(team, seen->me.team_id) == 0)
			return seen->name;
	}
	return NULL;
}

static int make_workspaces(struct daemon *d)
{
	const size_t n = d->conf->n_workspaces;
	int r = 0;

	loop_call_init(&d->count, on_count, d);
	d->workspaces = mem_zero(n, sizeof(d->workspaces[0]));
	for (size_t i = 0; r == 0 && i < n; i++) {
		const struct workspace_setup setup = {
			.loop = d->loop,
			.tls = d->tls,
			.conf = d->conf,
			.store = d->store,
			.own = &d->conf->workspaces[i],
			.is_one_of_several = n > 1,
			.twin = twin,
			.on_end = on_end,
			.owner = d,
		};

		r = workspace_new(&d->workspaces[i], &setup);
	}
	return r;
}

static int start(struct daemon *d)
{
	int r = make_net(d);

	if (r == 0)
		r = make_store(d);
	if (r == 0)
		r = make_workspaces(d);
	if (r != 0)
		return r;
	if (d->store->ops->keeps)
		d->control = control_new(d->loop, d->conf->store_path, on_request, d);
	if (d->conf->reload_on_save)
		d->rule_watch = rule_watch_new(d->loop, d->paths, on_files_changed, d);
	r = load_rules(d);
	if (r != 0)
		return r;
	for (size_t i = 0; i < d->conf->n_workspaces; i++)
		workspace_start(d->workspaces[i]);
	return watch_signals(d);
}

/* 1 only when a person has to mend every one of them. */
static int exit_status(const struct daemon *d)
{
	for (size_t i = 0; i < d->conf->n_workspaces; i++) {
		if (!workspace_has_failed(d->workspaces[i]))
			return 0;
	}
	return 1;
}

static void tear_down(struct daemon *d)
{
	stop_signal_begin();
	control_free(d->control);
	for (size_t i = 0; d->workspaces != NULL && i < d->conf->n_workspaces; i++)
		workspace_free(d->workspaces[i]);
	free(d->workspaces);
	if (d->store != NULL)
		d->store->ops->close(d->store);
	stop_signal_unwatch();
	rule_watch_free(d->rule_watch);
	ruleset_unref(d->rules);
	tls_free(d->tls);
	loop_free(d->loop);
	free(d->webhooks);
	free(d->markup_webhooks);
}

int daemon_run(const struct conf *conf, struct rule_paths paths)
{
	struct daemon d = {
		.conf = conf,
		.paths = paths,
		.webhooks = conf_webhook_names(conf, false),
		.markup_webhooks = conf_webhook_names(conf, true),
	};
	int r = start(&d), status;

	if (r == 0)
		r = loop_run(d.loop);
	status = r == 0 ? exit_status(&d) : 1;
	tear_down(&d);
	return status;
}
