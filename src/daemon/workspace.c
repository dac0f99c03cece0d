/* SPDX-License-Identifier: MIT */
/*
 * Events take the way that architecture draws: transport, directory_complete, engine; at the end of the turn the
 * engine commits, then acknowledgements leave and deliver posts.
 */
#include "daemon/workspace_inner.h"

#include <stdio.h>
#include <stdlib.h>
#include "base/mem.h"
#include "daemon/preflight.h"
#include "slack/thrown_out.h"

enum {
	DIRECTORY_WAIT_MS = 5000, /* a huge workspace goes on loading while we listen */
	GROUPS_WAIT_MS = 10000,
};

/* An event between the transport and the end of its decision. */
struct pending_ack {
	struct list link; // daemon_workspace::pending_acks
	struct ack ack;
};

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

static void stop_for_good(void *owner, const char *sentence)
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

static size_t n_unsettled(const struct daemon_workspace *w)
{
	return engine_unsettled(w->engine);
}

/* What a store keeps is sent the next time; what is leaving right now is waited for. */
static size_t n_to_finish(const struct daemon_workspace *w)
{
	return w->store->ops->keeps ? engine_in_flight(w->engine) : n_unsettled(w);
}

static bool has_finished(const struct daemon_workspace *w)
{
	return w->state == WORKSPACE_STOPPING && w->transport_stopped &&
	       list_is_empty(&w->pending_acks) && (w->has_failed || n_to_finish(w) == 0);
}

static void free_pending_acks(struct daemon_workspace *w)
{
	list_each (link, &w->pending_acks)
		free(list_entry(link, struct pending_ack, link));
	list_init(&w->pending_acks);
}

/* Gives back all that it had: nothing of it may wake up among the others. */
static void close_down(struct daemon_workspace *w)
{
	size_t n_waiting = w->engine != NULL ? engine_waiting(w->engine) : 0;

	if (n_waiting > 0 && !w->store->ops->keeps)
		log_warn("bot", "actions that waited for their time are forgotten actions=%zu",
			 n_waiting);
	if (w->engine != NULL && w->store->ops->keeps && n_unsettled(w) > 0)
		log_info("bot", "answers stay in the store for the next start answers=%zu",
			 n_unsettled(w));
	w->state = WORKSPACE_OVER;
	w->on_end(w->end_owner);
	loop_timer_stop(w->loop, &w->patience);
	loop_timer_stop(w->loop, &w->due);
	loop_timer_stop(w->loop, &w->names_due);
	catchup_free(TAKE(w->catchup));
	deliver_free(TAKE(w->deliver));
	if (w->engine != NULL)
		engine_finish(w->engine); /* what was never sent is sent the next time */
	transport_free(TAKE(w->transport));
	directory_free(TAKE(w->directory));
	engine_free(TAKE(w->engine));
	free_pending_acks(w);
	api_free(TAKE(w->api));
	http_free(TAKE(w->http));
}

/* ---- events ---- */

static void pending_ack_free(struct pending_ack *pending)
{
	list_remove(&pending->link);
	free(pending);
}

/* Without an acknowledgement Slack sends it again: that is how nothing gets lost. */
static void on_decided(void *owner, void *tag)
{
	struct pending_ack *pending = tag;

	(void)owner;
	transport_ack(&pending->ack);
	pending_ack_free(pending);
}

static void on_complete(void *owner, struct event *take, void *tag)
{
	struct daemon_workspace *w = owner;

	if (!engine_take(w->engine, take, tag != NULL ? on_decided : NULL, w, tag) && tag != NULL)
		pending_ack_free(tag);
}

static unsigned wants(const struct daemon_workspace *w, const struct event *ev)
{
	if (ev->from_self || ev->hidden) /* the engine does not look at it */
		return 0;
	if (!ev->text_known && ruleset_wants_reacted(engine_rules(w->engine), ev))
		return w->wants | WANT_REACTED;
	return w->wants;
}

/* No call would tell before an answer is lost on it. */
static void heed_the_end(struct daemon_workspace *w, const struct event *ev)
{
	const char *sentence = slack_thrown_out(ev, &w->as_seen.me, w->known_since);

	if (sentence != NULL)
		stop_for_good(w, sentence);
}

static void on_event(void *owner, struct event *take, const struct ack *ack)
{
	struct daemon_workspace *w = owner;
	struct pending_ack *pending = mem_zero(1, sizeof(*pending));

	heed_the_end(w, take);
	take->workspace = &w->as_seen;
	pending->ack = *ack;
	list_init(&pending->link);
	list_append(&w->pending_acks, &pending->link);
	if (directory_complete(w->directory, take, wants(w, take), on_complete, w, pending))
		on_complete(w, take, pending);
}

/* One that nobody delivered, and nobody waits for an acknowledgement of. */
static bool on_caught_up(void *owner, struct event *take)
{
	struct daemon_workspace *w = owner;

	if (engine_is_behind(w->engine)) {
		event_free(take);
		return false;
	}
	take->workspace = &w->as_seen;
	if (directory_complete(w->directory, take, wants(w, take), on_complete, w, NULL))
		on_complete(w, take, NULL);
	return true;
}

static void on_live(void *owner, bool live, const char *detail)
{
	struct daemon_workspace *w = owner;
	const struct identity *me = &w->as_seen.me;

	w->is_live = live;
	if (live && w->state == WORKSPACE_LISTENING)
		gap_end(&w->gap);
	if (live)
		log_info("bot", "live as @%s in %s: %s",
			 me->user_name != NULL ? me->user_name : "?",
			 me->team_name != NULL ? me->team_name : "?", detail);
	else
		log_warn("bot", "not connected: %s", detail);
}

/* Nobody sends again what RTM did not deliver, not even in the moment between two sockets. */
static void on_renewed(void *owner)
{
	struct daemon_workspace *w = owner;

	if (w->own->transport == CONF_TRANSPORT_RTM && w->state == WORKSPACE_LISTENING)
		gap_end(&w->gap);
}

/* Moments and waits begin with the listening: before, nobody's name is known. */
static void set_alarm(struct daemon_workspace *w)
{
	int64_t ms = engine_due_ms(w->engine);

	if (ms < 0 || w->state != WORKSPACE_LISTENING)
		loop_timer_stop(w->loop, &w->due);
	else
		loop_timer_start(w->loop, &w->due, ms);
}

static void on_due(void *owner)
{
	struct daemon_workspace *w = owner;

	if (w->state == WORKSPACE_LISTENING)
		engine_tick(w->engine);
}

static void on_turn_end(void *owner)
{
	struct daemon_workspace *w = owner;
	const char *before;
	struct job *job;

	if (w->state == WORKSPACE_OVER)
		return;
	before = log_about(w->log_end);
	engine_commit(w->engine);
	if (!w->has_failed) {
		while ((job = engine_lease(w->engine)) != NULL)
			deliver_send(w->deliver, job);
		while ((job = engine_probe(w->engine)) != NULL)
			deliver_probe(w->deliver, job);
		engine_commit(w->engine); /* those whose turn came at once are in flight */
	}
	while ((job = engine_ready(w->engine)) != NULL)
		deliver_go(w->deliver, job);
	set_alarm(w);
	if (w->names_unchecked && directory_has_groups(w->directory))
		loop_timer_start(w->loop, &w->names_due, 0);
	if (has_finished(w))
		close_down(w);
	log_about(before);
}

/* Jobs that ended let their runs go on; what comes of that is committed at the end of the turn. */
static void on_settled(void *owner, struct job *job, const struct outcome *outcome)
{
	struct daemon_workspace *w = owner;

	engine_settled(w->engine, job, outcome);
}

static void on_probed(void *owner, struct job *job, const struct outcome *outcome)
{
	struct daemon_workspace *w = owner;

	engine_probed(w->engine, job, outcome);
}

static enum api_turn on_turn(void *owner, struct job *job)
{
	struct daemon_workspace *w = owner;

	if (w->has_failed && job->state == JOB_PENDING) {
		engine_give_back(w->engine, job);
		return API_TURN_OVER;
	}
	switch (engine_turn(w->engine, job)) {
	case ENGINE_TURN_GO:
		return API_TURN_GO;
	case ENGINE_TURN_WAIT:
		return API_TURN_WAIT;
	case ENGINE_TURN_OVER:
		break;
	}
	return API_TURN_OVER;
}

static void on_unsent(void *owner, struct job *job)
{
	struct daemon_workspace *w = owner;

	engine_give_back(w->engine, job);
}

/* ---- starting ---- */

static void start_listening(struct daemon_workspace *w)
{
	const bool is_socket = w->own->transport == CONF_TRANSPORT_SOCKET;
	const struct transport_setup setup = {
		.protocol = is_socket ? &transport_socketmode : &transport_rtm,
		.loop = w->loop,
		.http = w->http,
		.trust = w->tls,
		.api = w->api,
		.base_url = w->conf->api_url,
		.token = is_socket ? &w->own->app_token : &w->own->bot_token,
		.me = &w->as_seen.me,
		.method = is_socket			       ? "apps.connections.open" :
			  w->own->rtm_method == CONF_RTM_START ? "rtm.start" :
								 "rtm.connect",
		.sink = &w->sink,
		.ping_every_ms = w->conf->ping_every_ms,
		.dead_after_ms = w->conf->dead_after_ms,
		.backoff_first_ms = w->conf->retry_after_ms,
		.backoff_max_ms = w->conf->retry_at_most_ms,
	};

	if (w->state != WORKSPACE_LOADING_DIRECTORY)
		return;
	loop_timer_stop(w->loop, &w->patience);
	w->state = WORKSPACE_LISTENING;
	if (engine_load(w->engine) < 0) {
		stop_for_good(w, "what the store kept cannot be read");
		return;
	}
	w->transport = transport_new(&setup);
}

static void check_reach(const struct daemon_workspace *w)
{
	const struct ruleset *set = engine_rules(w->engine);

	preflight_scopes(set, str_from(w->granted));
	if (w->own->transport == CONF_TRANSPORT_RTM)
		preflight_rtm(set);
}

/* A workspace whose rules name nobody by a group is not asked for its groups. A name that nobody has may be one's:
 * whether it is none at all can be told when they have come. */
static void check_names(struct daemon_workspace *w)
{
	const struct ruleset *set = engine_rules(w->engine);
	bool by_name = preflight_needs_groups(set, w->directory);

	if (ruleset_wants_groups(set) || by_name)
		directory_want_groups(w->directory);
	w->names_unchecked = by_name && !directory_has_groups(w->directory);
	if (w->names_unchecked)
		loop_timer_start(w->loop, &w->names_due, GROUPS_WAIT_MS);
	else
		preflight_names(set, w->directory);
}

static void on_names_due(void *owner)
{
	struct daemon_workspace *w = owner;

	w->names_unchecked = false;
	if (!workspace_is_stopping(w))
		preflight_names(engine_rules(w->engine), w->directory);
}

static void on_directory(void *owner)
{
	struct daemon_workspace *w = owner;

	if (workspace_is_stopping(w))
		return;
	check_names(w);
	start_listening(w);
	gap_read_rest(&w->gap);
}

static void on_patience(void *owner)
{
	struct daemon_workspace *w = owner;

	if (w->state == WORKSPACE_LOADING_DIRECTORY) {
		log_info("bot",
			 "names of people and channels are still loading; listening meanwhile");
		start_listening(w);
	} else if (w->state == WORKSPACE_STOPPING) {
		log_warn("bot", "stopped with answers still under way unsent=%zu", n_to_finish(w));
		close_down(w);
	}
}

static char *text_or_null(const struct json *body, const char *path)
{
	struct str text = json_str(body, path);

	return text.len > 0 ? str_dup(text) : NULL;
}

static void learn_identity(struct daemon_workspace *w, const struct json *body)
{
	identity_deinit(&w->as_seen.me);
	w->as_seen.me = (struct identity){
		.team_id = text_or_null(body, "team_id"),
		.team_name = text_or_null(body, "team"),
		.team_url = text_or_null(body, "url"),
		.user_id = text_or_null(body, "user_id"),
		.user_name = text_or_null(body, "user"),
		.bot_id = text_or_null(body, "bot_id"),
		.app_id = text_or_null(body, "app_id"),
	};
}

static void on_auth(void *owner, const struct outcome *outcome)
{
	struct daemon_workspace *w = owner;
	bool is_org_wide = false;

	if (workspace_is_stopping(w))
		return;
	if (outcome->kind != OUTCOME_DONE) {
		stop_for_good(w, outcome->sentence);
		return;
	}
	learn_identity(w, outcome->body);
	if (w->as_seen.me.user_id == NULL) {
		stop_for_good(
			w,
			"Slack does not say who this token belongs to; without that the bot could answer "
			"itself");
		return;
	}
	w->granted = str_dup(outcome->scopes);
	w->known_since = loop_wall(w->loop);
	if (json_get_bool(outcome->body, "is_enterprise_install", &is_org_wide) && is_org_wide)
		api_send_team(w->api);
	check_reach(w);
	w->state = WORKSPACE_LOADING_DIRECTORY;
	loop_timer_start(w->loop, &w->patience, DIRECTORY_WAIT_MS);
	if (directory_restore(w->directory, w->store, str_from(w->as_seen.me.team_id)))
		start_listening(w); /* the lists come meanwhile, for what is new */
	directory_load(w->directory, on_directory, w);
}

void workspace_start(struct daemon_workspace *w)
{
	const char *before;

	before = log_about(w->log_end);
	api_call(w->api, "auth.test", &w->own->bot_token, STR_EMPTY, NULL, on_auth, w);
	log_about(before);
}

void workspace_set_rules(struct daemon_workspace *w, struct ruleset *set)
{
	const char *before;

	if (w->state == WORKSPACE_OVER)
		return;
	before = log_about(w->log_end);
	w->wants = WANT_TEXT | (ruleset_wants_names(set) ? WANT_NAMES : 0u);
	engine_set_rules(w->engine, set);
	if (w->granted != NULL)
		check_reach(w);
	if (directory_is_loaded(w->directory))
		check_names(w);
	log_about(before);
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
	};
	int r = http_new(&w->http, w->loop, ca_file);

	api.http = w->http;
	if (r == 0)
		r = api_new(&w->api, &api);
	if (r == 0)
		r = directory_new(&w->directory, w->loop, w->api, &w->own->bot_token,
				  &w->as_seen.me);
	return r;
}

static void make_engine(struct daemon_workspace *w)
{
	const struct engine_setup engine = {
		.store = w->store,
		.clock = loop_clock(w->loop),
		.workspace = &w->as_seen,
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
		.on_event = on_caught_up,
	};
	const struct deliver_setup deliver = {
		.api = w->api,
		.token = &w->own->bot_token,
		.me = &w->as_seen.me,
		.clock = loop_clock(w->loop),
		.http = w->http,
		.base_url = w->conf->api_url,
		.owner = w,
		.webhook = webhook,
		.on_turn = on_turn,
		.on_settled = on_settled,
		.on_probed = on_probed,
		.on_unsent = on_unsent,
		.on_fatal = stop_for_good,
	};

	w->engine = engine_new(&engine);
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
	w->on_end = setup->on_end;
	w->end_owner = setup->owner;
	loop_hook_init(&w->turn_end, on_turn_end, w);
	loop_hook_add(w->loop, &w->turn_end);
	list_init(&w->pending_acks);
	loop_timer_init(&w->patience, on_patience, w);
	loop_timer_init(&w->due, on_due, w);
	loop_timer_init(&w->names_due, on_names_due, w);
	w->sink = (struct transport_sink){ w, on_event, on_live, on_renewed, stop_for_good };
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
	close_down(w);
	loop_hook_remove(&w->turn_end);
	log_about(before);
	gap_deinit(&w->gap);
	identity_deinit(&w->as_seen.me);
	free(w->granted);
	free(w);
}
