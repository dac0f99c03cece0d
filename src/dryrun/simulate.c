/* SPDX-License-Identifier: MIT */
#include "dryrun/simulate.h"

#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "engine/engine.h"
#include "model/workspace.h"
#include "rule/test_event.h"
#include "slack/decode.h"
#include "slack/text.h"
#include "store/memory.h"

#define BOT_ID "UBOT"

struct simulation {
	struct ruleset *set;
	struct map names; /* from ids to names (char *): everyone who was ever spoken of */
	struct arena arena;
	struct text_names text_names;
	struct workspace workspace;
	/* The event that is played. */
	struct clock clock;
	struct wall now;
	const struct event *ev;
	const struct simulate_sink *sink;
	const struct rule *heard;
	size_t wording, choices_left; /* every choice of an action takes its part off */
	unsigned n_posted;
};

/* ---- names ---- */

static struct str id_for(struct simulation *r, char kind, struct str name)
{
	struct str id = kind == 'U' && str_is(name, "bot") ? STR(BOT_ID) :
							     test_event_id(&r->arena, kind, name);

	if (map_get(&r->names, id) == NULL)
		map_set(&r->names, id, str_dup(name));
	return id;
}

static bool name_of(void *owner, struct str id, struct str *name)
{
	const struct simulation *r = owner;

	*name = str_from(map_get(&r->names, id));
	return name->len > 0;
}

static void note_name(struct simulation *r, struct str id, struct str name)
{
	if (id.len > 0 && name.len > 0)
		free(map_set(&r->names, id, str_dup(name)));
}

/* ---- the workspace ---- */

static struct simulation *simulation_of(const struct workspace *w)
{
	return container_of(w, struct simulation, workspace);
}

static enum tristate is_user(const struct workspace *w, struct str name,
			     const struct person *person)
{
	(void)w;
	if (person->handle.len == 0)
		return TRISTATE_UNKNOWN;
	return str_eq_nocase(name, person->handle) || str_eq_nocase(name, person->name) ?
		       TRISTATE_YES :
		       TRISTATE_NO;
}

static enum tristate in_group(const struct workspace *w, struct str id, const struct person *person)
{
	(void)w;
	return str_eq(id, person->handle) ? TRISTATE_YES : TRISTATE_NO;
}

static bool find(const struct workspace *w, char sigil, struct str name, struct str *id)
{
	if (sigil == '&')
		return false; /* everybody is a person */
	*id = id_for(simulation_of(w), sigil == '@' ? 'U' : 'C', name);
	return true;
}

static bool person(const struct workspace *w, struct str id, struct person *out)
{
	struct simulation *r = simulation_of(w);
	struct str name;

	if (!name_of(r, id, &name))
		return false;
	*out = (struct person){
		.id = id,
		.handle = name,
		.name = name,
		.email = str_keepf(&r->arena, "%.*s@example.com", STR_ARG(name)),
	};
	return true;
}

static bool channel(const struct workspace *w, struct str id, struct str *name)
{
	return name_of(simulation_of(w), id, name);
}

static size_t choose(const struct workspace *w, size_t n)
{
	struct simulation *r = simulation_of(w);
	size_t chosen = r->choices_left % n;

	r->choices_left /= n;
	return chosen;
}

static const struct resolver resolver = {
	.is_user = is_user,
	.in_group = in_group,
	.find = find,
	.person = person,
	.channel = channel,
	.random = choose,
};

static struct wall clock_now(const struct clock *c)
{
	return container_of(c, struct simulation, clock)->now;
}

static struct mono clock_start(const struct clock *c)
{
	(void)c;
	return (struct mono){ 0 };
}

/* ---- the event ---- */

static bool is_name_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_' || c == '-' || c == '.' || (unsigned char)c >= 0x80;
}

static size_t name_len(struct str s)
{
	size_t n = 1;

	while (n < s.len && is_name_byte(s.p[n]))
		n++;
	while (n > 1 && s.p[n - 1] == '.')
		n--;
	return n;
}

/* `@ana` and `#general` as Slack sends them. Gives how many bytes of the text that is; 0 = it is no name. */
static size_t put_name(struct simulation *r, struct buf *raw, struct str rest)
{
	size_t len = name_len(rest);
	struct str name = str_sub(rest, 1, len), id;

	if (name.len == 0)
		return 0;
	if (rest.p[0] == '@' &&
	    (str_is(name, "here") || str_is(name, "channel") || str_is(name, "everyone"))) {
		buf_addf(raw, "<!%.*s>", STR_ARG(name));
		return len;
	}
	id = id_for(r, rest.p[0] == '@' ? 'U' : 'C', name);
	buf_addf(raw, "<%c%.*s>", rest.p[0], STR_ARG(id));
	return len;
}

/* A link, bare or as `<https://…|label>`. */
static size_t put_link(struct buf *raw, struct str rest)
{
	struct str bare = rest;
	bool in_brackets = str_skip(&bare, "<");
	size_t n = 0;

	if (!str_starts(bare, "https://") && !str_starts(bare, "http://"))
		return 0;
	if (in_brackets) {
		n = str_find_char(rest, '>');
		if (n == SIZE_MAX)
			return 0;
		buf_add(raw, str_sub(rest, 0, n + 1));
		return n + 1;
	}
	while (n < rest.len && str_find_char(STR(" \t\n<>|\"`"), rest.p[n]) == SIZE_MAX)
		n++;
	buf_addf(raw, "<%.*s>", (int)n, rest.p);
	return n;
}

static void put_plain(struct buf *raw, char c)
{
	if (c == '&')
		buf_addz(raw, "&amp;");
	else if (c == '<')
		buf_addz(raw, "&lt;");
	else if (c == '>')
		buf_addz(raw, "&gt;");
	else
		buf_addc(raw, c);
}

/* What somebody typed, as Slack sends it. */
static struct str raw_text(struct simulation *r, struct arena *arena, struct str typed)
{
	CLEANUP(buf_deinit) struct buf raw = { 0 };
	char before = ' ';

	buf_init(&raw, 0);
	while (typed.len > 0) {
		bool in_word = is_name_byte(before);
		size_t n = 0;

		if (!in_word && (typed.p[0] == '@' || typed.p[0] == '#'))
			n = put_name(r, &raw, typed);
		else if (!in_word)
			n = put_link(&raw, typed);
		if (n == 0) {
			put_plain(&raw, typed.p[0]);
			n = 1;
		}
		before = typed.p[n - 1];
		typed = str_sub(typed, n, typed.len);
	}
	return str_keep(arena, buf_str(&raw));
}

static void lend_address(struct event *ev, struct person *who)
{
	if (who->email.len == 0 && who->handle.len > 0)
		who->email = str_keepf(&ev->arena, "%.*s@example.com", STR_ARG(who->handle));
}

struct event *simulate_event(struct simulation *r, const struct event *test)
{
	struct event *ev = event_new();
	struct arena own = ev->arena;
	bool to_bot = test->mentions_bot;

	*ev = *test; /* the slices stay with the test, which outlives the copy */
	ev->arena = own;
	ev->workspace = &r->workspace;
	ev->n_refs = 1;
	ev->payload = json_copy(test->payload);
	lend_address(ev, &ev->user);
	lend_address(ev, &ev->author);
	note_name(r, ev->user.id, ev->user.handle);
	note_name(r, ev->author.id, ev->author.handle);
	note_name(r, ev->channel, ev->channel_name);
	ev->text_raw = raw_text(r, &ev->arena, test->text);
	decode_texts(ev, &r->workspace.me, &r->text_names);
	ev->mentions_bot |= to_bot;
	return ev;
}

/* ---- what is done ---- */

static struct str shown(struct simulation *r, const char *markup)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	buf_init(&text, 0);
	text_seen(&text, str_from(markup), &r->text_names);
	return str_keep(&r->arena, buf_str(&text));
}

static struct str place_of(struct simulation *r, const struct job *job)
{
	struct str channel = str_from(job->channel), name;
	const struct verb_row *verb = verb_row(verb_named(str_from(job->verb)));

	if (job->kind == JOB_WEBHOOK)
		return str_keepf(&r->arena, "webhook %s",
				 job->webhook.name); /* as tests write it */
	if (job->kind == JOB_CALL)
		return str_from(job->call.method);
	if (verb->says == SAYS_ALONE)
		channel = str_from(job->message.user);
	if (!name_of(r, channel, &name))
		return channel;
	return str_keepf(&r->arena, "%c%.*s",
			 verb->says == SAYS_ALONE || verb->key.target == TARGET_PERSON ? '@' : '#',
			 STR_ARG(name));
}

static void tell_job(struct simulation *r, const struct job *job)
{
	bool is_json = job->kind == JOB_WEBHOOK || job->kind == JOB_CALL;
	const struct deed deed = {
		.rule = ruleset_rule_named(r->set, str_from(job->rule)),
		.verb = verb_named(str_from(job->verb)),
		.where = place_of(r, job),
		.text = is_json ? str_from(job_body(job)) : shown(r, job_body(job)),
		.in_thread = job->kind == JOB_MESSAGE && job->message.thread_ts != NULL,
	};

	if (r->sink->on_deed != NULL)
		r->sink->on_deed(r->sink->owner, &deed);
}

static void on_step(void *owner, const struct rule *rule, size_t action, struct str what)
{
	const struct simulation *r = owner;
	const struct rule_action *done = &rule->actions[action];
	const struct deed deed = {
		.rule = rule,
		.verb = done->verb,
		.where = str_from(done->name),
		.text = what,
	};

	if (r->sink->on_deed != NULL)
		r->sink->on_deed(r->sink->owner, &deed);
}

static void on_fired(void *owner, const struct rule *rule)
{
	const struct simulation *r = owner;

	if (r->sink->on_fired != NULL)
		r->sink->on_fired(r->sink->owner, rule);
}

/* ---- playing ---- */

enum { STEPS_MAX = 1000 };

static void do_job(struct simulation *r, struct engine *engine, struct job *job)
{
	char ts[32];
	struct outcome outcome = { .kind = OUTCOME_DONE, .channel = str_from(job->channel) };

	snprintf(ts, sizeof(ts), "9999999999.%06u", ++r->n_posted);
	outcome.ts = str_from(ts);
	tell_job(r, job);
	r->choices_left = r->wording; /* the next action begins anew */
	engine_settled(engine, job, &outcome);
}

static void play_out(struct simulation *r, struct engine *engine)
{
	struct job *job;

	for (int i = 0; i < STEPS_MAX; i++) {
		engine_commit(engine);
		job = outbox_lease(engine_outbox(engine));
		if (job != NULL)
			do_job(r, engine, job);
		else if (!engine_end_waits(engine))
			return;
	}
}

void simulate_trace_rule(struct simulation *r, const struct rule *rule)
{
	r->heard = rule;
}

void simulate_play_event(struct simulation *r, struct event *take, const struct trace *trace,
			 const struct simulate_sink *sink, size_t wording)
{
	const struct engine_setup setup = {
		.store = memory_open(),
		.clock = &r->clock,
		.workspace = &r->workspace,
		.trace = trace,
		.heard = r->heard,
		.owner = r,
		.on_fired = on_fired,
		.on_step = on_step,
		.trial = true,
	};
	struct engine *engine;

	r->sink = sink;
	r->wording = r->choices_left = wording;
	r->now = take->time;
	engine = engine_new(&setup);
	engine_set_rules(engine, r->set);
	engine_take(engine, take, NULL, NULL, NULL);
	play_out(r, engine);
	engine_free(engine);
}

void simulate_play(struct simulation *r, const struct event *test, const struct trace *trace,
		   const struct simulate_sink *sink, size_t wording)
{
	simulate_play_event(r, simulate_event(r, test), trace, sink, wording);
}

/* ---- life ---- */

struct simulation *simulate_new(struct ruleset *set)
{
	struct simulation *r = mem_zero(1, sizeof(*r));

	r->set = ruleset_ref(set);
	map_init(&r->names);
	arena_init(&r->arena);
	r->text_names = (struct text_names){ r, name_of, name_of, name_of };
	r->workspace = (struct workspace){
		.me = { .team_id = mem_strdup("TTEST"),
			.team_name = mem_strdup("example"),
			.team_url = mem_strdup("https://example.slack.com/"),
			.user_id = mem_strdup(BOT_ID),
			.user_name = mem_strdup("bot") },
		.resolver = &resolver,
	};
	r->clock = (struct clock){ clock_start, clock_now };
	id_for(r, 'U', STR("bot"));
	return r;
}

void simulate_free(struct simulation *r)
{
	if (r == NULL)
		return;
	ruleset_unref(r->set);
	map_deinit(&r->names, free);
	identity_deinit(&r->workspace.me);
	arena_deinit(&r->arena);
	free(r);
}
