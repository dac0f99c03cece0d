/* SPDX-License-Identifier: MIT */
#include "lib/engine_pipe.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/buf.h"
#include "base/mem.h"
#include "slack/decode.h"
#include "store/memory.h"

enum { STEPS_MAX = 2000 };

/* ---- the world ---- */

static struct mono mono(const struct clock *c)
{
	return (struct mono){ container_of(c, const struct engine_pipe, clock)->ms * 1000000 };
}

static struct wall wall(const struct clock *c)
{
	return (struct wall){ 1700000000000 +
			      container_of(c, const struct engine_pipe, clock)->ms };
}

static struct engine_pipe *pipe_of(const struct workspace *w)
{
	return container_of(w, struct engine_pipe, workspace);
}

static bool find(const struct workspace *w, char sigil, struct str name, struct str *id)
{
	(void)w;
	*id = sigil == '@' ? STR("U1ANA") : STR("C1GENERAL");
	return str_is(name, sigil == '@' ? "ana" : "general");
}

static bool person(const struct workspace *w, struct str id, struct person *out)
{
	const struct engine_pipe *h = pipe_of(w);

	*out = (struct person){ .id = id, .handle = h->name, .name = h->name, .email = h->name };
	return str_is(id, "U1ANA") || str_is(id, "U2RAJ");
}

static bool channel(const struct workspace *w, struct str id, struct str *name)
{
	*name = pipe_of(w)->place;
	return str_is(id, "C1GENERAL");
}

static size_t choose(const struct workspace *w, size_t n)
{
	return pipe_of(w)->turn++ % n;
}

static enum tristate is_user(const struct workspace *w, struct str name, const struct person *who)
{
	(void)w;
	return str_is(name, "ana") && str_is(who->id, "U1ANA") ? TRISTATE_YES : TRISTATE_NO;
}

static enum tristate in_group(const struct workspace *w, struct str id, const struct person *who)
{
	(void)w;
	(void)id;
	(void)who;
	return TRISTATE_UNKNOWN;
}

static const struct resolver resolver = {
	.is_user = is_user,
	.in_group = in_group,
	.find = find,
	.person = person,
	.channel = channel,
	.random = choose,
};

static bool user_name(void *owner, struct str id, struct str *name)
{
	const struct engine_pipe *h = owner;
	struct person who;

	*name = person(&h->workspace, id, &who) ? who.name : STR_EMPTY;
	return name->len > 0;
}

static bool channel_name(void *owner, struct str id, struct str *name)
{
	const struct engine_pipe *h = owner;

	return channel(&h->workspace, id, name);
}

static bool group_name(void *owner, struct str id, struct str *handle)
{
	(void)id;
	*handle = ((const struct engine_pipe *)owner)->name;
	return handle->len > 0;
}

/* The workspace and the bot are called as everybody is. */
static void take_name(struct engine_pipe *h)
{
	struct identity *me = &h->workspace.me;

	free(me->team_name);
	free(me->user_name);
	me->team_name = str_dup(h->name);
	me->user_name = str_dup(h->name);
}

/* ---- the event ---- */

static struct json *hostile_json(struct str text)
{
	struct json *object = json_new_object(), *list = json_new_array(),
		    *inner = json_new_object();

	json_push_str(list, text);
	json_push_str(list, STR("x"));
	json_push_str(list, text);
	json_set_str(inner, "deep", text);
	json_set_str(object, "a", text);
	json_set_str(object, "url", text);
	json_set(object, "list", list);
	json_set(object, "object", inner);
	return object;
}

static struct json *message(struct engine_pipe *h, struct str raw)
{
	struct json *inner = json_new_object();
	char ts[32];

	snprintf(ts, sizeof(ts), "1700000000.%06u", ++h->n_heard);
	json_set_str(inner, "type", STR("message"));
	json_set_str(inner, "channel", STR("C1GENERAL"));
	json_set_str(inner, "channel_type", STR("channel"));
	json_set_str(inner, "user", STR("U1ANA"));
	json_set_str(inner, "text", raw);
	json_set_str(inner, "ts", str_from(ts));
	json_set(inner, "x", hostile_json(h->field));
	return inner;
}

/* As the directory would. */
static void fill_names(struct engine_pipe *h, struct event *ev)
{
	const struct text_names names = { h, user_name, channel_name, group_name };
	struct str name = str_keep(&ev->arena, h->name);

	ev->user.handle = ev->user.name = ev->user.email = name;
	ev->author = ev->user;
	ev->channel_name = str_keep(&ev->arena, h->place);
	decode_texts(ev, &h->workspace.me, &names);
}

/* Through text, as it comes. */
static struct event *decoded(struct engine_pipe *h, struct str raw)
{
	CLEANUP(json_freep) struct json *made = message(h, raw), *read = NULL;
	CLEANUP(buf_deinit) struct buf frame = { 0 };
	struct event *ev = NULL;
	const char *why;

	json_print(made, &frame);
	if (json_parse(&read, buf_str(&frame), NULL) != 0 ||
	    decode_event(&ev, read, STR("T1"), STR_EMPTY, 0, &h->workspace.me, &why) != 0)
		return NULL;
	fill_names(h, ev);
	return ev;
}

/* ---- what becomes of it ---- */

static void do_job(struct engine_pipe *h, struct job *job)
{
	bool asks = job->kind == JOB_WEBHOOK || job->kind == JOB_CALL;
	CLEANUP(json_freep) struct json *body = asks ? hostile_json(h->answer) : NULL;
	CLEANUP(mem_freep) char *why = str_dup(h->answer);
	char ts[32];
	struct outcome outcome = {
		.kind = asks && h->fails ? OUTCOME_REFUSED : OUTCOME_DONE,
		.body = body,
		.sentence = why,
		.channel = str_from(job->channel),
	};

	snprintf(ts, sizeof(ts), "1800000000.%06u", ++h->n_posted % 1000000);
	outcome.ts = str_from(ts);
	engine_settled(h->engine, job, &outcome);
}

size_t pipe_hear(struct engine_pipe *h, struct str raw,
		 void (*on_job)(void *owner, const struct job *job), void *owner)
{
	struct event *ev = decoded(h, raw);
	size_t n = 0;
	struct job *job;

	if (ev == NULL)
		return 0;
	take_name(h);
	h->ms += 1000;
	engine_take(h->engine, ev, NULL, NULL, NULL);
	for (int i = 0; i < STEPS_MAX; i++) {
		engine_commit(h->engine);
		job = outbox_lease(engine_outbox(h->engine));
		if (job != NULL) {
			n++;
			if (engine_turn(h->engine, job) != ENGINE_TURN_GO)
				continue;
			on_job(owner, job);
			do_job(h, job);
		} else if (!engine_end_waits(h->engine)) {
			break;
		}
	}
	assert(engine_unsettled(h->engine) == 0);
	return n;
}

/* ---- life ---- */

void pipe_init(struct engine_pipe *h, struct ruleset *set)
{
	*h = (struct engine_pipe){
		.clock = { .mono = mono, .wall = wall },
		.name = STR("x"),
		.place = STR("x"),
		.field = STR("x"),
		.answer = STR("x"),
		.workspace = { .me = { .team_id = mem_strdup("T1"),
				       .team_url = mem_strdup("https://acme.slack.com/"),
				       .user_id = mem_strdup("UBOT") },
			       .resolver = &resolver },
	};
	const struct engine_setup setup = {
		.store = memory_open(),
		.clock = &h->clock,
		.workspace = &h->workspace,
		.owner = h,
	};

	h->engine = engine_new(&setup);
	engine_set_rules(h->engine, set);
}

void pipe_deinit(struct engine_pipe *h)
{
	engine_free(h->engine);
	identity_deinit(&h->workspace.me);
}
