/* SPDX-License-Identifier: MIT */
/* How a workspace starts: who am I (auth.test) - who is there (directory) - listen (transport). */
#include <stdlib.h>
#include "base/mem.h"
#include "daemon/preflight.h"
#include "daemon/workspace_inner.h"

enum {
	DIRECTORY_WAIT_MS = 5000, /* a huge workspace goes on loading while we listen */
	GROUPS_WAIT_MS = 10000,
};

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
		workspace_fail(w, "what the store kept cannot be read");
		return;
	}
	workspace_complete_kept(w);
	w->transport = transport_new(&setup);
}

static void check_reach(const struct daemon_workspace *w)
{
	const struct ruleset *set = engine_rules(w->engine);

	preflight_scopes(set, str_from(w->granted));
	if (w->own->transport == CONF_TRANSPORT_RTM)
		preflight_rtm(set);
}

/* A workspace whose rules name nobody by a group is not asked for its groups. What is nobody's handle may be one's:
 * whether it is none at all can be told when they have come. */
static void check_names(struct daemon_workspace *w)
{
	const struct ruleset *set = engine_rules(w->engine);
	bool by_name = preflight_needs_groups(set, w->directory);

	if (ruleset_wants_groups(set) || by_name)
		directory_want_groups(w->directory);
	w->names_unchecked = by_name && !directory_has_groups(w->directory);
	directory_bind_names(w->directory);
	if (w->names_unchecked)
		loop_timer_start(w->loop, &w->names_due, GROUPS_WAIT_MS);
	else
		preflight_names(set, w->directory);
}

void workspace_on_names_due(void *owner)
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
}

void workspace_on_patience(void *owner)
{
	struct daemon_workspace *w = owner;

	if (w->state == WORKSPACE_LOADING_DIRECTORY) {
		log_info("bot",
			 "names of people and channels are still loading; listening meanwhile");
		start_listening(w);
	} else if (w->state == WORKSPACE_STOPPING) {
		log_warn("bot", "stopped with answers still under way unsent=%zu",
			 workspace_n_to_finish(w));
		workspace_close_down(w);
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
		.enterprise_id = text_or_null(body, "enterprise_id"),
		.team_name = text_or_null(body, "team"),
		.team_url = text_or_null(body, "url"),
		.user_id = text_or_null(body, "user_id"),
		.user_name = text_or_null(body, "user"),
		.bot_id = text_or_null(body, "bot_id"),
		.app_id = text_or_null(body, "app_id"),
	};
}

/* Two apps would answer every message twice, and each would take the other's rows of the store for its own. */
static bool is_a_twin(struct daemon_workspace *w)
{
	const char *other = w->twin(w->end_owner, w);
	CLEANUP(buf_deinit) struct buf why = { 0 };

	if (other == NULL)
		return false;
	buf_addf(
		&why,
		"its token is for the same workspace of Slack as that of [workspace %s]; wanted one "
		"section for each workspace",
		other);
	buf_addc(&why, '\0');
	workspace_fail(w, why.p);
	return true;
}

static void on_auth(void *owner, const struct outcome *outcome)
{
	struct daemon_workspace *w = owner;
	bool is_org_wide = false;

	if (workspace_is_stopping(w))
		return;
	if (outcome->kind != OUTCOME_DONE) {
		workspace_fail(w, outcome->sentence);
		return;
	}
	learn_identity(w, outcome->body);
	if (w->as_seen.me.user_id == NULL) {
		workspace_fail(
			w,
			"Slack does not say who this token belongs to; without that the bot could answer "
			"itself");
		return;
	}
	if (is_a_twin(w))
		return;
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

static void say_name(void *owner, char sigil, struct str name, struct place at)
{
	struct directory *directory = owner;

	if (sigil == '@' && name.len > 0)
		bindings_say(&directory->bindings, name, at);
}

void workspace_set_rules(struct daemon_workspace *w, struct ruleset *set)
{
	const char *before;

	if (w->state == WORKSPACE_OVER)
		return;
	before = log_about(w->log_end);
	w->wants = WANT_TEXT | (ruleset_wants_names(set) ? WANT_NAMES : 0u);
	name_wants_set_rules(&w->name_wants, set);
	bindings_begin(&w->directory->bindings);
	ruleset_each_name(set, say_name, w->directory);
	bindings_end(&w->directory->bindings);
	engine_set_rules(w->engine, set);
	if (w->granted != NULL)
		check_reach(w);
	if (directory_is_loaded(w->directory))
		check_names(w);
	log_about(before);
}
