/* SPDX-License-Identifier: MIT */
/* What the bot wants done, as the Web API and the endpoints of others would do it. */
#include <stdlib.h>
#include "base/mem.h"
#include "deliver/deliver.h"
#include "deliver/guard.h"
#include "rules/world.h"
#include "sim/facts.h"
#include "webapi/response_url.h"
#include "webapi/api_error.h"

/* One job on its way. */
struct doing {
	struct world *w;
	struct job *job;
	struct seen *seen;
	struct json *body; /* the answer */
	const char *error; /* a code of Slack's; NULL = all went well */
};

static struct str arg(const struct doing *d, const char *name)
{
	return json_str(d->seen->args, name);
}

/* The channel that is meant: by id, by name, or that of a DM with a person. */
static struct channel *place(struct doing *d)
{
	struct sim_workspace *workspace = &d->w->workspace;
	struct str name = arg(d, "channel");
	struct channel *c;
	struct user *u;

	str_skip(&name, "#");
	c = workspace_channel(workspace, name);
	u = c == NULL ? workspace_user(workspace, name) : NULL;
	if (u != NULL)
		c = workspace_dm(workspace, u);
	if (c == NULL)
		d->error = "channel_not_found";
	return c;
}

static struct message *target(struct doing *d, struct channel *c, const char *name)
{
	struct message *m = c != NULL ? channel_message(c, arg(d, name)) : NULL;

	if (c != NULL && m == NULL)
		d->error = "message_not_found";
	return m;
}

static void post(struct doing *d)
{
	struct channel *c = place(d);
	struct message *m;

	if (c == NULL)
		return;
	m = channel_post(c, d->w->workspace.clock, d->w->workspace.bot, arg(d, "text"),
			 arg(d, "thread_ts"));
	d->seen->channel = c;
	d->seen->message = m;
	json_set_str(d->body, "channel", str_from(c->id));
	json_set_str(d->body, "ts", str_from(m->ts));
	world_echo(d->w, fact_message_event(&d->w->workspace, c, m));
}

static void whisper(struct doing *d)
{
	struct channel *c = place(d);

	if (c != NULL)
		json_set_str(d->body, "message_ts",
			     str_from(channel_stamp(c, d->w->workspace.clock).text));
}

static void update(struct doing *d)
{
	struct channel *c = place(d);
	struct message *m = target(d, c, "ts");
	struct json *before;

	if (m == NULL)
		return;
	before = fact_message(&d->w->workspace, m);
	message_set_text(m, arg(d, "text"));
	json_set_str(d->body, "channel", str_from(c->id));
	json_set_str(d->body, "ts", str_from(m->ts));
	world_echo(d->w, fact_changed_event(&d->w->workspace, c, m, before));
}

static void take_back(struct doing *d)
{
	struct channel *c = place(d);
	struct message *m = target(d, c, "ts");

	if (m != NULL)
		world_echo(d->w, fact_taken_back(&d->w->workspace, c, m));
}

static void react(struct doing *d, bool add)
{
	struct world *w = d->w;
	struct channel *c = place(d);
	struct message *m = target(d, c, "timestamp");

	if (m == NULL)
		return;
	if (add ? !message_react(m, w->workspace.bot, arg(d, "name")) :
		  !message_unreact(m, w->workspace.bot, arg(d, "name")))
		d->error = add ? "already_reacted" : "no_reaction";
	else
		world_echo(w, fact_reaction_event(&w->workspace, c, m, w->workspace.bot,
						  arg(d, "name"), add));
}

static void add_reaction(struct doing *d)
{
	react(d, true);
}

static void remove_reaction(struct doing *d)
{
	react(d, false);
}

static const struct {
	const char *name;
	void (*run)(struct doing *d);
} methods[] = {
	{ "chat.postMessage", post },	   { "chat.postEphemeral", whisper },
	{ "chat.update", update },	   { "chat.delete", take_back },
	{ "reactions.add", add_reaction }, { "reactions.remove", remove_reaction },
};

/* ---- what a case has laid down ---- */

static struct answer_plan *plan_for(struct world *w, const char *method)
{
	for (size_t i = 0; i < w->n_plans; i++) {
		if (str_is(w->plans[i].method, method) && w->plans[i].times > 0) {
			w->plans[i].times--;
			return &w->plans[i];
		}
	}
	return NULL;
}

static void put_argument(void *owner, const char *name, struct str value)
{
	json_set_str(owner, name, value);
}

static void note_call(struct doing *d)
{
	struct json *args = json_new_object();
	const struct slack_request_sink sink = { args, put_argument };

	const char *method = slack_request(d->job, &sink);

	d->seen = world_note(d->w, method, args);
}

static void run_method(struct doing *d)
{
	for (size_t i = 0; i < ARRAY_LEN(methods); i++)
		if (str_is(str_from(methods[i].name), d->seen->method))
			methods[i].run(d);
}

static void finish(struct doing *d, struct outcome *outcome)
{
	outcome->body = d->body;
	outcome->channel = json_str(d->body, "channel");
	outcome->ts = json_str(d->body, "ts");
	engine_settled(d->w->engine, d->job, outcome);
}

/* The answer as Slack would give it, read as the bot reads it. */
static void finish_call(struct doing *d)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	struct http_reply reply = { .end = OUTCOME_DONE, .status = 200 };
	struct outcome outcome;

	buf_init(&text, 0);
	json_set_bool(d->body, "ok", d->error == NULL);
	if (d->error != NULL)
		json_set_str(d->body, "error", str_from(d->error));
	json_print(d->body, &text);
	reply.body = buf_str(&text);
	api_error_read(&outcome, &reply, d->seen->method);
	engine_settled(d->w->engine, d->job, &outcome);
	outcome_deinit(&outcome);
}

static void do_call(struct doing *d)
{
	struct answer_plan *plan;

	note_call(d);
	plan = plan_for(d->w, d->seen->method);
	if (plan != NULL && plan->failure.len > 0) {
		d->error = plan->failure.p;
	} else if (plan != NULL) {
		json_free(d->body);
		if (json_parse(&d->body, plan->body, NULL) != 0)
			d->body = json_new_object();
	} else {
		run_method(d);
	}
	finish_call(d);
}

static struct json *parsed(struct str text)
{
	struct json *j = NULL;

	if (json_parse(&j, text, NULL) != 0) {
		j = json_new_object();
		json_set_str(j, "not json", text);
	}
	return j;
}

static void do_webhook(struct doing *d)
{
	struct str name = str_keepf(&d->w->arena, "webhook %s", d->job->webhook.name);
	const struct answer_plan *plan = plan_for(d->w, name.p);
	struct outcome outcome = { .kind = OUTCOME_DONE };

	d->seen = world_note(d->w, name.p, parsed(str_from(d->job->webhook.body)));
	if (plan != NULL && plan->failure.len > 0) {
		outcome.kind = OUTCOME_REFUSED;
		outcome.sentence = plan->failure.p;
	} else if (plan != NULL) {
		json_free(d->body);
		d->body = parsed(plan->body);
	}
	finish(d, &outcome);
}

static void do_answer(struct doing *d)
{
	CLEANUP(buf_deinit) struct buf message = { 0 };
	CLEANUP(json_freep) struct json *blocks = NULL;
	struct outcome outcome = { .kind = OUTCOME_DONE };

	buf_init(&message, 0);
	if (d->job->message.blocks != NULL)
		blocks = parsed(str_from(d->job->message.blocks));
	response_url_message(&message, str_from(d->job->message.text), blocks,
			     d->job->message.user == NULL);
	d->seen = world_note(d->w, "response_url", parsed(buf_str(&message)));
	finish(d, &outcome);
}

void world_do(struct world *w, struct job *job)
{
	struct doing d = { .w = w, .job = job, .body = json_new_object() };
	struct outcome refused = { .kind = OUTCOME_REFUSED, .sentence = guard_refuses(job) };

	if (!w->allow_broadcast && refused.sentence != NULL)
		finish(&d, &refused);
	else if (job->kind == JOB_WEBHOOK)
		do_webhook(&d);
	else if (job->kind == JOB_MESSAGE && job->message.response_url != NULL)
		do_answer(&d);
	else
		do_call(&d);
	json_free(d.body);
}
