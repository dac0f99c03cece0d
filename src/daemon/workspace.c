/* SPDX-License-Identifier: MIT */
#include "daemon/workspace_inner.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/mem.h"
#include "daemon/preflight.h"
#include "slack/thrown_out.h"

bool workspace_is_stopping(const struct daemon_workspace *w)
{
	return w->state >= WORKSPACE_STOPPING;
}

bool workspace_is_over(const struct daemon_workspace *w)
{
	return w->state == WORKSPACE_OVER;
}

bool workspace_has_failed(const struct daemon_workspace *w)
{
	return w->has_failed;
}

struct engine *workspace_engine(const struct daemon_workspace *w)
{
	return w->transport != NULL ? w->engine : NULL;
}

const struct workspace *workspace_as_seen(const struct daemon_workspace *w)
{
	return &w->as_seen;
}

const char *workspace_log_end(const struct daemon_workspace *w)
{
	return w->log_end;
}

/* ---- stopping ---- */

static void on_transport_stopped(void *owner)
{
	struct daemon_workspace *w = owner;

	w->transport_stopped = true;
}

void workspace_stop(struct daemon_workspace *w)
{
	const char *before;

	if (workspace_is_stopping(w))
		return;
	w->state = WORKSPACE_STOPPING;
	before = log_about(w->log_end);
	loop_timer_start(w->loop, &w->patience, w->conf->stop_within_ms);
	catchup_free(TAKE(w->catchup));
	if (w->transport != NULL)
		transport_stop(w->transport, on_transport_stopped, w);
	else
		w->transport_stopped = true;
	log_about(before);
}

void workspace_fail(void *owner, const char *sentence)
{
	struct daemon_workspace *w = owner;

	if (workspace_is_stopping(w))
		return; /* every answer under way meets the same end */
	log_error("bot", "cannot go on: %s", sentence);
	if (w->is_live)
		log_warn("bot", "not live any more: nothing is sent, what waits is %s",
			 w->store->ops->keeps ? "kept" : "lost");
	w->has_failed = true;
	w->on_end(w->end_owner);
	workspace_stop(w);
}

/* What a store keeps is sent the next time; what is leaving right now is waited for. */
size_t workspace_n_to_finish(const struct daemon_workspace *w)
{
	return w->store->ops->keeps ? engine_in_flight(w->engine) : engine_unsettled(w->engine);
}

/* Gives back all that it had: nothing of it may wake up among the others. */
void workspace_close_down(struct daemon_workspace *w)
{
	size_t n_waiting = w->engine != NULL ? engine_waiting(w->engine) : 0;

	if (n_waiting > 0 && !w->store->ops->keeps)
		log_warn("bot", "actions that waited for their time are forgotten actions=%zu",
			 n_waiting);
	if (w->engine != NULL && w->store->ops->keeps && engine_unsettled(w->engine) > 0)
		log_info("bot", "answers stay in the store for the next start answers=%zu",
			 engine_unsettled(w->engine));
	w->state = WORKSPACE_OVER;
	w->on_end(w->end_owner);
	loop_timer_stop(w->loop, &w->patience);
	loop_timer_stop(w->loop, &w->due);
	loop_timer_stop(w->loop, &w->names_due);
	loop_timer_stop(w->loop, &w->names_overdue);
	catchup_free(TAKE(w->catchup));
	deliver_free(TAKE(w->deliver));
	if (w->engine != NULL)
		engine_finish(w->engine); /* what was never sent is sent the next time */
	transport_free(TAKE(w->transport));
	directory_free(TAKE(w->directory));
	engine_free(TAKE(w->engine));
	workspace_free_pending(w);
	api_free(TAKE(w->api));
	http_free(TAKE(w->http));
}

/* ---- building ---- */

static const struct webhook *webhook(void *owner, const char *name)
{
	return conf_webhook(((struct daemon_workspace *)owner)->conf, str_from(name));
}

static int make_slack(struct daemon_workspace *w)
{
	const char *ca_file = w->conf->ca_file[0] != '\0' ? w->conf->ca_file : NULL;
	struct api_setup api = {
		.loop = w->loop,
		.base_url = w->conf->api_url,
		.post_every_ms = w->conf->post_every_ms,
		.post_burst = w->conf->post_burst,
		.connect_every_ms = w->conf->connect_every_ms,
		.me = &w->as_seen.me,
		.on_rest = workspace_on_rest,
		.n_waiting = workspace_n_waiting,
		.owner = w,
	};
	int r = http_new(&w->http, w->loop, ca_file);

	api.http = w->http;
	if (r == 0)
		r = api_new(&w->api, &api);
	if (r == 0)
		r = directory_new(&w->directory, w->loop, w->api, &w->own->bot_token,
				  &w->as_seen.me);
	if (r == 0) {
		w->name_wants.directory = w->directory;
		directory_ask(w->directory, workspace_on_wants, w);
		directory_on_listed(w->directory, workspace_on_listed, w);
	}
	return r;
}

static void make_engine(struct daemon_workspace *w)
{
	const struct engine_setup engine = {
		.store = w->store,
		.clock = loop_clock(w->loop),
		.workspace = &w->as_seen,
		.owner = w,
		.on_kept = workspace_on_kept,
		.limits = { .max = (size_t)w->conf->backlog,
			    .max_per_channel = (size_t)w->conf->backlog_per_channel,
			    .probe_after_ms = w->conf->probe_after_ms },
		.answer_within_ms = w->conf->answer_within_ms,
	};
	const struct catchup_setup catchup = {
		.loop = w->loop,
		.api = w->api,
		.token = &w->own->bot_token,
		.me = &w->as_seen.me,
		.owner = w,
		.on_event = workspace_on_caught_up,
		.on_read = workspace_on_read_back,
	};
	const struct deliver_setup deliver = {
		.api = w->api,
		.token = &w->own->bot_token,
		.receipt_key = &w->receipt_key,
		.me = &w->as_seen.me,
		.allow_broadcast = w->conf->allow_broadcast,
		.clock = loop_clock(w->loop),
		.http = w->http,
		.base_url = w->conf->api_url,
		.owner = w,
		.webhook = webhook,
		.on_turn = workspace_on_turn,
		.on_settled = workspace_on_settled,
		.on_probed = workspace_on_probed,
		.on_unsent = workspace_on_unsent,
		.on_fatal = workspace_fail,
	};

	w->engine = engine_new(&engine);
	w->outbox = engine_outbox(w->engine);
	w->deliver = deliver_new(&deliver);
	w->catchup = catchup_new(&catchup);
	gap_init(&w->gap);
	w->gap.loop = w->loop;
	w->gap.engine = w->engine;
	w->gap.directory = w->directory;
	w->gap.catchup = w->catchup;
	w->gap.back_ms = w->conf->catch_up_ms;
}

int workspace_new(struct daemon_workspace **out, const struct workspace_setup *setup)
{
	struct daemon_workspace *w = mem_zero(1, sizeof(*w));
	const char *before;
	int r;

	*out = w;
	w->as_seen = (struct workspace){ .name = setup->own->name,
					 .resolver = &workspace_resolver };
	w->loop = setup->loop;
	w->tls = setup->tls;
	w->conf = setup->conf;
	w->own = setup->own;
	if (setup->is_one_of_several)
		snprintf(w->log_end, sizeof(w->log_end), " workspace=%s", setup->own->name);
	w->twin = setup->twin;
	w->on_end = setup->on_end;
	w->end_owner = setup->owner;
	loop_hook_init(&w->turn_end, workspace_on_turn_end, w);
	loop_hook_add(w->loop, &w->turn_end);
	batch_init(&w->kept);
	list_init(&w->pending_acks);
	loop_timer_init(&w->patience, workspace_on_patience, w);
	loop_timer_init(&w->due, workspace_on_due, w);
	loop_timer_init(&w->names_due, workspace_on_names_due, w);
	loop_timer_init(&w->names_overdue, workspace_on_names_overdue, w);
	w->sink = (struct transport_sink){ w, workspace_on_event, workspace_on_live,
					   workspace_on_renewed, workspace_fail };
	w->store = setup->store;
	before = log_about(w->log_end);
	r = make_slack(w);
	if (r == 0)
		make_engine(w);
	log_about(before);
	return r;
}

void workspace_free(struct daemon_workspace *w)
{
	const char *before;

	if (w == NULL)
		return;
	before = log_about(w->log_end);
	workspace_close_down(w);
	loop_hook_remove(&w->turn_end);
	log_about(before);
	gap_deinit(&w->gap);
	name_wants_deinit(&w->name_wants);
	identity_deinit(&w->as_seen.me);
	secret_deinit(&w->receipt_key);
	batch_clear(&w->kept);
	free(w->granted);
	free(w);
}
