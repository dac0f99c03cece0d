/* SPDX-License-Identifier: MIT */
/*
 * Life of a bot: who am I (auth.test) - who is there (directory) - listen (transport) - stop. Events take the
 * way that architecture draws: transport, directory_complete, engine; at the end of each loop turn the engine
 * commits, then acknowledgements leave and deliver posts.
 */
#include "daemon/daemon.h"

#include <signal.h>
#include <stdlib.h>
#include "base/err.h"
#include "base/mem.h"
#include "daemon/preflight.h"
#include "deliver/deliver.h"
#include "daemon/rule_watch.h"
#include "net/crypto.h"
#include "net/http.h"
#include "net/loop.h"
#include "net/stream.h"
#include "webapi/api.h"
#include "directory/directory.h"
#include "transport/transport.h"
#include "store/memory.h"

enum {
	DIRECTORY_WAIT_MS = 5000, /* a huge workspace goes on loading while we listen */
	STOP_WAIT_MS = 10000,
	GROUPS_WAIT_MS = 10000,
};

enum bot_state { BOT_ASKING_WHO_WE_ARE, BOT_LOADING_DIRECTORY, BOT_LISTENING, BOT_STOPPING };

struct daemon {
	const struct conf *conf;
	struct rule_paths paths;
	enum bot_state state;
	int exit_status;
	struct loop *loop;
	struct tls *trust;
	struct http *http;
	struct api *api;
	struct workspace workspace;
	char *granted; /* the token's scopes, joined by commas; NULL until auth.test has answered */
	struct directory *directory;
	struct store *store;
	struct engine *engine;
	struct deliver *deliver;
	struct rule_watch *live; /* NULL = the files are not watched */
	struct transport *transport;
	struct transport_sink sink;
	bool transport_stopped;
	struct list pending_acks;
	const char **webhooks; /* names, ended by NULL */
	struct loop_hook turn_end;
	struct loop_timer patience; /* for the directory, later for the stop */
	struct loop_timer due;	    /* what the engine waits for */
	bool names_unchecked;	    /* until the user groups have come */
	struct loop_timer names_due;
};

/* An event between the transport and the end of its decision. */
struct pending_ack {
	struct list link; // bot::pending_acks
	struct ack ack;
};

static struct ruleset_options ruleset_options(const struct daemon *bot)
{
	return (struct ruleset_options){
		.allow_broadcast = bot->conf->allow_broadcast,
		.zone = bot->conf->zone,
		.webhooks = bot->webhooks,
	};
}

/* ---- stopping ---- */

static void on_transport_stopped(void *owner)
{
	struct daemon *bot = owner;

	bot->transport_stopped = true;
}

static void stop(struct daemon *bot, int exit_status)
{
	if (bot->state == BOT_STOPPING)
		return;
	bot->state = BOT_STOPPING;
	bot->exit_status = exit_status;
	loop_timer_start(bot->loop, &bot->patience, STOP_WAIT_MS);
	if (bot->transport != NULL)
		transport_stop(bot->transport, on_transport_stopped, bot);
	else
		bot->transport_stopped = true;
}

static void stop_for_good(void *owner, const char *sentence)
{
	struct daemon *bot = owner;

	if (bot->state == BOT_STOPPING)
		return; /* every answer under way meets the same end */
	log_error("bot", "cannot go on: %s", sentence);
	stop(bot, 1);
}

static bool is_finished(const struct daemon *bot)
{
	return bot->state == BOT_STOPPING && bot->transport_stopped &&
	       list_is_empty(&bot->pending_acks) &&
	       (bot->exit_status != 0 || bot->store->ops->unsettled(bot->store) == 0);
}

/* ---- events ---- */

static void on_decided(void *owner, void *tag, bool standing)
{
	struct pending_ack *passage = tag;

	(void)owner;
	/* Without an acknowledgement Slack sends it again: that is how nothing gets lost. */
	if (standing)
		transport_ack(&passage->ack);
	list_remove(&passage->link);
	free(passage);
}

static void on_complete(void *owner, struct event *take, void *tag)
{
	struct daemon *bot = owner;

	engine_take(bot->engine, take, on_decided, bot, tag);
}

static unsigned wants(const struct daemon *bot, const struct event *ev)
{
	const struct ruleset *set = engine_rules(bot->engine);

	return (ruleset_wants_names(set) ? WANT_NAMES : 0u) |
	       (ruleset_wants_reacted(set, ev) ? WANT_REACTED : 0u);
}

static void on_event(void *owner, struct event *take, const struct ack *ack)
{
	struct daemon *bot = owner;
	struct pending_ack *passage = mem_zero(1, sizeof(*passage));

	passage->ack = *ack;
	take->workspace = &bot->workspace;
	list_init(&passage->link);
	list_append(&bot->pending_acks, &passage->link);
	directory_note(bot->directory, take);
	directory_complete(bot->directory, take, wants(bot, take), on_complete, bot, passage);
}

static void on_live(void *owner, bool live, const char *detail)
{
	struct daemon *bot = owner;

	if (live)
		log_info("bot", "live as @%s in %s: %s",
			 bot->workspace.me.user_name != NULL ? bot->workspace.me.user_name : "?",
			 bot->workspace.me.team_name != NULL ? bot->workspace.me.team_name : "?",
			 detail);
	else
		log_warn("bot", "not connected: %s", detail);
}

/* Moments and waits begin with the listening: before, nobody's name is known. */
static void set_alarm(struct daemon *bot)
{
	int64_t ms = engine_due_ms(bot->engine);

	if (ms < 0 || bot->state != BOT_LISTENING)
		loop_timer_stop(bot->loop, &bot->due);
	else
		loop_timer_start(bot->loop, &bot->due, ms);
}

static void on_turn_end(void *owner)
{
	struct daemon *bot = owner;

	engine_commit(bot->engine);
	deliver_run(bot->deliver);
	set_alarm(bot);
	if (bot->names_unchecked && directory_has_groups(bot->directory))
		loop_timer_start(bot->loop, &bot->names_due, 0);
	if (is_finished(bot))
		loop_stop(bot->loop);
}

static void on_due(void *owner)
{
	struct daemon *bot = owner;

	if (bot->state == BOT_LISTENING)
		engine_tick(bot->engine);
}

/* Jobs that ended let their firings go on; what comes of that is committed at the end of the turn. */
static void on_settled(void *owner, const struct job *job, const struct outcome *outcome)
{
	struct daemon *bot = owner;

	engine_settled(bot->engine, job, outcome);
}

/* ---- what rules ask of the world ---- */

/* Sure even while most people are not known yet, and where several share the name. */
static bool has_other_names(const struct person *person, struct str name)
{
	return person->handle.len > 0 && !str_eq_nocase(name, person->handle) &&
	       !str_eq_nocase(name, person->name);
}

static enum tristate answer_of(int in_group)
{
	return in_group > 0 ? TRISTATE_YES : in_group == 0 ? TRISTATE_NO : TRISTATE_UNKNOWN;
}

/* Nobody has that name: it may be a user group's. */
static enum tristate is_in_group_named(const struct daemon *bot, struct str name,
				       const struct person *person)
{
	if (has_other_names(person, name) || directory_is_loaded(bot->directory))
		return answer_of(directory_in_group(bot->directory, name, person->id));
	return TRISTATE_UNKNOWN;
}

static struct daemon *daemon_of(const struct workspace *w)
{
	return container_of(w, struct daemon, workspace);
}

static enum tristate is_user(const struct workspace *w, struct str name,
			     const struct person *person)
{
	const struct daemon *bot = daemon_of(w);
	struct str id;
	int n = directory_find_user(bot->directory, name, &id);

	if (n == 1)
		return str_eq(id, person->id) ? TRISTATE_YES : TRISTATE_NO;
	if (n > 1)
		return has_other_names(person, name) ? TRISTATE_NO : TRISTATE_UNKNOWN;
	return is_in_group_named(bot, name, person);
}

static enum tristate in_group(const struct workspace *w, struct str id, const struct person *person)
{
	return answer_of(directory_in_group(daemon_of(w)->directory, id, person->id));
}

static bool find_name(const struct workspace *w, char sigil, struct str name, struct str *id)
{
	return (sigil == '@' ? directory_find_user :
		sigil == '#' ? directory_find_channel :
			       directory_find_group)(daemon_of(w)->directory, name, id) == 1;
}

static bool find_person(const struct workspace *w, struct str id, struct person *out)
{
	return directory_person(daemon_of(w)->directory, id, out);
}

static bool find_channel(const struct workspace *w, struct str id, struct str *name)
{
	const struct text_names *names = directory_names(daemon_of(w)->directory);

	return names->channel(names->owner, id, name);
}

static size_t choose(const struct workspace *w, size_t n)
{
	(void)w;
	return (size_t)random_below(n);
}

static struct wall wall_now(const struct workspace *w)
{
	return loop_wall(daemon_of(w)->loop);
}

static struct mono mono_now(const struct workspace *w)
{
	return clock_mono(loop_clock(daemon_of(w)->loop));
}

static const struct resolver resolver = {
	.is_user = is_user,
	.in_group = in_group,
	.find = find_name,
	.person = find_person,
	.channel = find_channel,
	.random = choose,
	.now = wall_now,
	.mono = mono_now,
};

/* ---- starting ---- */

static void start_listening(struct daemon *bot)
{
	const bool is_socket = bot->conf->transport == CONF_TRANSPORT_SOCKET;
	const struct transport_setup setup = {
		.protocol = is_socket ? &transport_socketmode : &transport_rtm,
		.loop = bot->loop,
		.http = bot->http,
		.trust = bot->trust,
		.api = bot->api,
		.base_url = bot->conf->api_url,
		.token = is_socket ? &bot->conf->app_token : &bot->conf->bot_token,
		.me = &bot->workspace.me,
		.method = is_socket				  ? "apps.connections.open" :
			  bot->conf->rtm_method == CONF_RTM_START ? "rtm.start" :
								    "rtm.connect",
		.sink = &bot->sink,
		.ping_every_ms = bot->conf->ping_every_ms,
		.dead_after_ms = bot->conf->dead_after_ms,
		.backoff_first_ms = bot->conf->retry_after_ms,
		.backoff_max_ms = bot->conf->retry_at_most_ms,
	};

	if (bot->state != BOT_LOADING_DIRECTORY)
		return;
	loop_timer_stop(bot->loop, &bot->patience);
	bot->state = BOT_LISTENING;
	bot->transport = transport_new(&setup);
}

static void check_reach(const struct daemon *bot)
{
	const struct ruleset *set = engine_rules(bot->engine);

	preflight_scopes(set, str_from(bot->granted));
	if (bot->conf->transport == CONF_TRANSPORT_RTM)
		preflight_rtm(set);
}

/* A workspace whose rules name nobody by a group is not asked for its groups. A name that nobody has may be one's:
 * whether it is none at all can be told when they have come. */
static void check_names(struct daemon *bot)
{
	const struct ruleset *set = engine_rules(bot->engine);
	bool by_name = preflight_needs_groups(set, bot->directory);

	if (ruleset_wants_groups(set) || by_name)
		directory_want_groups(bot->directory);
	bot->names_unchecked = by_name && !directory_has_groups(bot->directory);
	if (bot->names_unchecked)
		loop_timer_start(bot->loop, &bot->names_due, GROUPS_WAIT_MS);
	else
		preflight_names(set, bot->directory);
}

static void on_names_due(void *owner)
{
	struct daemon *bot = owner;

	bot->names_unchecked = false;
	if (bot->state != BOT_STOPPING)
		preflight_names(engine_rules(bot->engine), bot->directory);
}

static void on_directory(void *owner)
{
	struct daemon *bot = owner;

	if (bot->state == BOT_STOPPING)
		return;
	check_names(bot);
	start_listening(bot);
}

static void on_patience(void *owner)
{
	struct daemon *bot = owner;

	if (bot->state == BOT_LOADING_DIRECTORY) {
		log_info("bot",
			 "names of people and channels are still loading; listening meanwhile");
		start_listening(bot);
	} else if (bot->state == BOT_STOPPING) {
		log_warn("bot", "stopped with answers still under way unsent=%zu",
			 bot->store->ops->unsettled(bot->store));
		loop_stop(bot->loop);
	}
}

static char *text_or_null(const struct json *body, const char *path)
{
	struct str text = json_str(body, path);

	return text.len > 0 ? str_dup(text) : NULL;
}

static void learn_identity(struct daemon *bot, const struct json *body)
{
	identity_deinit(&bot->workspace.me);
	bot->workspace.me = (struct identity){
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
	struct daemon *bot = owner;

	if (bot->state == BOT_STOPPING)
		return;
	if (outcome->kind != OUTCOME_DONE) {
		stop_for_good(bot, outcome->sentence);
		return;
	}
	learn_identity(bot, outcome->body);
	if (bot->workspace.me.user_id == NULL) {
		stop_for_good(
			bot,
			"Slack does not say who this token belongs to; without that the bot could answer "
			"itself");
		return;
	}
	bot->granted = str_dup(outcome->scopes);
	check_reach(bot);
	bot->state = BOT_LOADING_DIRECTORY;
	loop_timer_start(bot->loop, &bot->patience, DIRECTORY_WAIT_MS);
	directory_load(bot->directory, on_directory, bot);
}

/* ---- signals ---- */

static void reload(struct daemon *bot)
{
	const struct ruleset_options options = ruleset_options(bot);

	rule_watch_seen(bot->live);
	if (reload_rules(bot->engine, bot->paths, &options) != 0)
		return;
	check_reach(bot);
	if (directory_is_loaded(bot->directory))
		check_names(bot);
}

static void on_files_changed(void *owner)
{
	struct daemon *bot = owner;

	if (bot->state != BOT_STOPPING)
		reload(bot);
}

static void on_signal(void *owner, int signal)
{
	struct daemon *bot = owner;

	if (signal == SIGHUP) {
		reload(bot);
		return;
	}
	if (bot->state == BOT_STOPPING) {
		log_warn("bot", "second signal: stopping at once");
		loop_stop(bot->loop);
		return;
	}
	log_info("bot", "stopping: finishing what is under way");
	stop(bot, 0);
}

static int watch_signals(struct daemon *bot)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };

	signal(SIGPIPE, SIG_IGN);
	return loop_signals(bot->loop, signals, ARRAY_LEN(signals), on_signal, bot);
}

/* ---- building ---- */

static struct engine *make_engine(struct daemon *bot)
{
	const struct engine_setup setup = {
		.store = bot->store,
		.clock = loop_clock(bot->loop),
		.workspace = &bot->workspace,
		.owner = bot,
	};

	return engine_new(&setup);
}

static const struct webhook *webhook(void *owner, const char *name)
{
	return conf_webhook(((struct daemon *)owner)->conf, str_from(name));
}

static int make_net(struct daemon *bot)
{
	const char *ca_file = bot->conf->ca_file[0] != '\0' ? bot->conf->ca_file : NULL;
	const char *why = "";
	int r = loop_new(&bot->loop, NULL);

	if (r == 0)
		r = tls_new(&bot->trust, ca_file, &why);
	if (r == TLS_BAD_FILE) {
		log_error("bot", "the file of certificate authorities is no good: %s file=%s", why,
			  ca_file != NULL ? ca_file : "(the system's)");
		return ERR_SETUP;
	}
	return r == 0 ? http_new(&bot->http, bot->loop, ca_file) : r;
}

static int make_slack(struct daemon *bot)
{
	const struct api_setup api = {
		.loop = bot->loop,
		.http = bot->http,
		.base_url = bot->conf->api_url,
		.post_every_ms = bot->conf->post_every_ms,
		.post_burst = bot->conf->post_burst,
		.connect_every_ms = bot->conf->connect_every_ms,
	};
	int r = api_new(&bot->api, &api);

	if (r == 0)
		r = directory_new(&bot->directory, bot->loop, bot->api, &bot->conf->bot_token,
				  &bot->workspace.me);
	return r;
}

static void make_story(struct daemon *bot)
{
	struct deliver_setup deliver = {
		.api = bot->api,
		.token = &bot->conf->bot_token,
		.clock = loop_clock(bot->loop),
		.http = bot->http,
		.base_url = bot->conf->api_url,
		.owner = bot,
		.webhook = webhook,
		.on_settled = on_settled,
		.on_fatal = stop_for_good,
	};

	bot->store = memory_new();
	deliver.store = bot->store;
	bot->engine = make_engine(bot);
	bot->deliver = deliver_new(&deliver);
	bot->sink = (struct transport_sink){ bot, on_event, on_live, stop_for_good };
	loop_timer_init(&bot->patience, on_patience, bot);
	loop_timer_init(&bot->due, on_due, bot);
	loop_timer_init(&bot->names_due, on_names_due, bot);
	loop_hook_init(&bot->turn_end, on_turn_end, bot);
	loop_hook_add(bot->loop, &bot->turn_end);
}

static void drop_passages(struct daemon *bot)
{
	list_each (link, &bot->pending_acks)
		free(list_entry(link, struct pending_ack, link));
}

static void tell_forgotten(const struct daemon *bot)
{
	size_t n = bot->engine != NULL ? engine_waiting(bot->engine) : 0;

	if (n > 0)
		log_warn("bot", "actions that waited for their time are forgotten actions=%zu", n);
}

static void tear_down(struct daemon *bot)
{
	tell_forgotten(bot);
	transport_free(bot->transport);
	rule_watch_free(bot->live);
	deliver_free(bot->deliver);
	directory_free(bot->directory);
	engine_free(bot->engine);
	drop_passages(bot);
	if (bot->store != NULL)
		bot->store->ops->free(bot->store);
	api_free(bot->api);
	http_free(bot->http);
	tls_free(bot->trust);
	loop_free(bot->loop);
	identity_deinit(&bot->workspace.me);
	free(bot->granted);
	free(bot->webhooks);
}

static int start(struct daemon *bot)
{
	const struct ruleset_options options = ruleset_options(bot);
	int r = make_net(bot);

	if (r == 0)
		r = make_slack(bot);
	if (r != 0)
		return r;
	make_story(bot);
	if (bot->conf->reload_on_save)
		bot->live = rule_watch_new(bot->loop, bot->paths, on_files_changed, bot);
	r = reload_rules(bot->engine, bot->paths, &options);
	if (r != 0)
		return r;
	api_call(bot->api, "auth.test", &bot->conf->bot_token, STR_EMPTY, NULL, on_auth, bot);
	return watch_signals(bot);
}

int daemon_run(const struct conf *conf, struct rule_paths paths)
{
	struct daemon bot = {
		.conf = conf,
		.paths = paths,
		.webhooks = conf_webhook_names(conf),
		.workspace = { .name = conf->workspace, .resolver = &resolver },
	};
	int r;

	list_init(&bot.pending_acks);
	r = start(&bot);

	if (r == 0)
		r = loop_run(bot.loop);
	tear_down(&bot);
	return r == 0 ? bot.exit_status : 1;
}
