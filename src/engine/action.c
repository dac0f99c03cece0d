/* SPDX-License-Identifier: MIT */
#include "engine/action.h"

#include "base/buf.h"
#include "base/mem.h"
#include "engine/render.h"
#include "template/json_template.h"
#include "slack/split.h"

static const struct rule_action *action_of(const struct making *m)
{
	return &m->values->rule->actions[m->action];
}

static enum action_made nothing(struct making *m, const char *why)
{
	m->why = why;
	return ACTION_NOTHING;
}

static enum action_made failed(struct making *m, const char *why)
{
	m->why = why;
	return ACTION_FAILED;
}

/* ---- jobs ---- */

static struct job *job_for(const struct making *m, enum job_kind kind, enum verb verb,
			   struct str channel)
{
	const struct values *v = m->values;
	struct job *job = job_new(kind, verb_name(verb));

	job->channel = job_keep(job, channel);
	job->key = str_keepf(&job->arena, "%.*s/%s/%zu", STR_ARG(v->ev->key), v->rule->name,
			     m->action)
			   .p;
	job->rule = job_keep(job, str_from(v->rule->name));
	job->file = job_keep(job, str_from(v->rule->at.file));
	job->line = v->rule->at.line;
	job->person = job_keep(job, event_doer(v->ev));
	job->caused = v->ev->received;
	list_append(m->jobs, &job->link);
	return job;
}

/* ---- texts ---- */

static const struct template *text_of(const struct making *m)
{
	const struct rule_action *action = action_of(m);

	return action->n_texts > 0 ? action->texts[m->wording % action->n_texts] : NULL;
}

static void render_body(const struct making *m, struct buf *out)
{
	const struct template *text = text_of(m);

	if (text != NULL)
		render_text(text, m->values, out);
}

/* As the job's own. */
static const char *printed(struct job *job, const struct json *json)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };

	json_print(json, &text);
	return job_keep(job, buf_str(&text));
}

/* ---- targets ---- */

static bool is_id(struct str s, const char *letters)
{
	if (s.len < 2 || s.len > 21 || str_find_char(str_from(letters), s.p[0]) == SIZE_MAX)
		return false;
	for (size_t i = 1; i < s.len; i++) {
		if (!((s.p[i] >= 'A' && s.p[i] <= 'Z') || (s.p[i] >= '0' && s.p[i] <= '9')))
			return false;
	}
	return true;
}

/* The bot's conversation with one person is nobody's to choose but the author's, unless it is the one in which the
 * event stands. */
static bool may_name(const struct making *m, const struct value *value)
{
	struct str id = value->id.len > 0 ? value->id : value->text, literal;

	return id.p[0] != 'D' || str_eq(id, m->values->ev->channel) ||
	       value->kind == VALUE_LITERAL || template_is_literal(action_of(m)->target, &literal);
}

/* The id that the target stands for: of a person or channel itself, of a name, or written as one. Whatever people
 * wrote, nothing else comes out of it. */
static bool find_target(const struct making *m, char sigil, const char *letters, struct str *id,
			struct str *shown)
{
	const struct values *v = m->values;
	const struct workspace *w = v->ev->workspace;
	struct value value;
	struct str name;

	values_of(v, action_of(m)->target, &value);
	*shown = value.text;
	if (value.kind == (sigil == '@' ? VALUE_USER : VALUE_CHANNEL)) {
		*id = value.id;
		return is_id(*id, letters) && may_name(m, &value);
	}
	name = value.text;
	if (is_id(name, letters) && may_name(m, &value)) {
		*id = name;
		return true;
	}
	if (name.len > 0 && name.p[0] == sigil)
		name = str_sub(name, 1, name.len);
	if (name.len == 0 || !w->resolver->find(w, sigil, name, id))
		return false;
	*id = str_keep(v->arena, *id);
	return true;
}

/* ---- messages ---- */

/* Where a message goes. */
struct address {
	struct str channel;
	struct str thread; /* empty = none */
	struct str user;   /* the one who sees it; empty = all */
	bool broadcast;
	struct str response_url;
};

/* `reply` starts a thread, the others stay where the message stands; in a DM and where there is no message
 * (a join, a command) the answer stands in the conversation itself. */
static struct str thread_for(enum verb verb, const struct event *ev)
{
	bool replies = (verb == VERB_REPLY || verb == VERB_BROADCAST) &&
		       ev->channel_kind != CHANNEL_DM && ev->ts.len > 0;

	if (replies || event_is_reply(ev))
		return event_thread_root(ev);
	return STR_EMPTY;
}

/* Where the event stands; false = nowhere. */
static bool address_here(struct making *m, struct address *to)
{
	const enum verb verb = action_of(m)->verb;
	const struct event *ev = m->values->ev;
	bool is_private = verb == VERB_WHISPER || (verb == VERB_REPLY && ev->kind == EVENT_COMMAND);

	if (ev->channel.len == 0) {
		m->why = "the event belongs to no channel";
		return false;
	}
	if (verb == VERB_WHISPER && ev->user.id.len == 0) {
		m->why = "the event has no author to whisper to";
		return false;
	}
	to->channel = ev->channel;
	to->thread = thread_for(verb, ev);
	to->user = is_private ? ev->user.id : STR_EMPTY;
	to->response_url = ev->kind == EVENT_COMMAND ? ev->response_url : STR_EMPTY;
	to->broadcast = verb == VERB_BROADCAST && to->thread.len > 0;
	return true;
}

/* The conversation with the target, or else with the author. */
static bool address_dm(struct making *m, struct address *to)
{
	const struct values *v = m->values;
	struct str shown;

	to->channel = v->ev->user.id;
	if (action_of(m)->target != NULL && !find_target(m, '@', "UW", &to->channel, &shown)) {
		m->why = str_keepf(v->arena, "there is nobody, or more than one, called %.*s",
				   STR_ARG(shown))
				 .p;
		return false;
	}
	if (to->channel.len == 0)
		m->why = "the event has no author to write to";
	return to->channel.len > 0;
}

static bool is_channel_name(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (!(c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
		      c == '_' || c == '.'))
			return false;
	}
	return s.len > 0 && s.len <= 80;
}

/* A public channel that the bot is not in can be posted to by its name, where the token allows that. */
static bool address_post(struct making *m, struct address *to)
{
	const struct values *v = m->values;
	struct str shown, name;

	if (find_target(m, '#', "CGD", &to->channel, &shown))
		return true;
	name = shown;
	if (!str_skip(&name, "#") || !is_channel_name(name)) {
		m->why = str_keepf(v->arena, "%.*s is no channel", STR_ARG(shown)).p;
		return false;
	}
	to->channel = shown;
	return true;
}

/* False = why it can go nowhere. */
static bool find_address(struct making *m, struct address *to)
{
	const enum verb verb = action_of(m)->verb;

	return verb == VERB_DM	 ? address_dm(m, to) :
	       verb == VERB_POST ? address_post(m, to) :
				   address_here(m, to);
}

static enum action_made make_message(struct making *m)
{
	const struct rule_action *action = action_of(m);
	CLEANUP(buf_deinit) struct buf body = { 0 };
	CLEANUP(buf_deinit) struct buf part = { 0 };
	struct address to = { .channel = STR_EMPTY };
	bool in_code = false;
	struct job *job;
	struct str rest;
	size_t n = 0;

	if (!find_address(m, &to))
		return ACTION_FAILED;
	buf_init(&body, 0);
	buf_init(&part, 0);
	render_body(m, &body);
	rest = buf_str(&body);
	/* With blocks it is one message; without, long ones are cut, but one of somebody's must not become a flood of
	 * ours. */
	while (action->blocks != NULL ?
		       n == 0 :
		       n < POSTED_PARTS_MAX && split_next(&rest, &in_code, &part)) {
		job = job_for(m, JOB_MESSAGE, action->verb, to.channel);
		job->message.text = job_keep(job, action->blocks != NULL ? str_trim(rest) :
									   buf_str(&part));
		if (action->blocks != NULL) {
			CLEANUP(json_freep)
			struct json *blocks = render_form(action->blocks, m->values);

			job->message.blocks = printed(job, blocks);
		}
		job->message.thread_ts = to.thread.len > 0 ? job_keep(job, to.thread) : NULL;
		job->message.user = to.user.len > 0 ? job_keep(job, to.user) : NULL;
		if (to.response_url.len > 0)
			job->message.response_url = job_keep(job, to.response_url);
		job->message.broadcast = to.broadcast && n == 0;
		job->message.unfurl = action->unfurl;
		n++;
	}
	return n == 0 ? nothing(m, "the text is empty") : ACTION_MADE;
}

/* ---- reactions ---- */

static enum action_made make_reactions(struct making *m)
{
	const struct rule_action *action = action_of(m);
	const struct event *ev = m->values->ev;

	if (ev->channel.len == 0 || ev->ts.len == 0)
		return failed(m, "the event has no message to put an emoji under");
	for (size_t i = 0; i < action->n_emoji; i++) {
		struct job *job = job_for(m, JOB_REACTION, action->verb, ev->channel);

		job->reaction.ts = job_keep(job, ev->ts);
		job->reaction.emoji = job_keep(job, str_from(action->emoji[i]));
		job->reaction.away = action->verb == VERB_UNREACT;
	}
	return ACTION_MADE;
}

/* ---- earlier answers ---- */

static void remove_part(struct making *m, const struct posted_answer *answer, size_t part)
{
	struct job *job = job_for(m, JOB_CHANGE, VERB_REMOVE, answer->channel);

	job->change.ts = job_keep(job, answer->ts[part]);
}

void action_retract(struct making *m, const struct posted_answer *answer)
{
	for (size_t i = answer->n_parts; i > 0; i--)
		remove_part(m, answer, i - 1);
}

/* One more message where the answer stands. */
static void add_part(struct making *m, const struct posted_answer *answer, struct str body)
{
	const struct event *ev = m->values->ev;
	struct job *job = job_for(m, JOB_MESSAGE, VERB_SAY, answer->channel);
	struct str thread = str_eq(answer->channel, ev->channel) ? thread_for(VERB_REPLY, ev) :
								   STR_EMPTY;

	job->message.thread_ts = thread.len > 0 ? job_keep(job, thread) : NULL;
	job->message.text = job_keep(job, body);
}

static void edit_part(struct making *m, const struct posted_answer *answer, size_t part,
		      struct str body)
{
	const struct json_template *form = part == 0 ? action_of(m)->blocks : NULL;
	CLEANUP(json_freep) struct json *blocks = NULL;
	struct job *job = job_for(m, JOB_CHANGE, VERB_EDIT, answer->channel);

	job->change.ts = job_keep(job, answer->ts[part]);
	job->change.text = job_keep(job, body);
	if (form == NULL)
		return;
	blocks = render_form(form, m->values);
	job->change.blocks = printed(job, blocks);
}

void action_renew(struct making *m, const struct posted_answer *answer)
{
	CLEANUP(buf_deinit) struct buf body = { 0 };
	CLEANUP(buf_deinit) struct buf part = { 0 };
	bool in_code = false;
	struct str rest;
	size_t n = 0;

	buf_init(&body, 0);
	buf_init(&part, 0);
	render_body(m, &body);
	rest = buf_str(&body);
	if (action_of(m)->blocks != NULL) {
		edit_part(m, answer, 0, str_trim(rest));
		return;
	}
	while (n < POSTED_PARTS_MAX && split_next(&rest, &in_code, &part)) {
		if (n < answer->n_parts)
			edit_part(m, answer, n, buf_str(&part));
		else
			add_part(m, answer, buf_str(&part));
		n++;
	}
	for (size_t i = answer->n_parts; i > n; i--)
		remove_part(m, answer, i - 1);
}

static enum action_made make_change(struct making *m)
{
	struct posted_answer last;
	size_t n = posted_n(m->posted);

	if (n == 0 || !posted_at(m->posted, n - 1, &last))
		return nothing(m, "there is no earlier answer of this rule to this message");
	if (action_of(m)->verb == VERB_REMOVE)
		action_retract(m, &last);
	else
		action_renew(m, &last);
	return list_is_empty(m->jobs) ? nothing(m, "the text is empty") : ACTION_MADE;
}

/* ---- webhook, call ---- */

static enum action_made make_webhook(struct making *m)
{
	CLEANUP(json_freep) struct json *body = render_plain_form(action_of(m)->form, m->values);
	struct job *job = job_for(m, JOB_WEBHOOK, VERB_WEBHOOK, STR_EMPTY);

	job->webhook.name = job_keep(job, str_from(action_of(m)->name));
	job->webhook.body = printed(job, body);
	return ACTION_MADE;
}

static enum action_made make_call(struct making *m)
{
	CLEANUP(json_freep) struct json *args = render_form(action_of(m)->form, m->values);
	struct job *job = job_for(m, JOB_CALL, VERB_CALL, json_str(args, "channel"));

	job->call.method = job_keep(job, str_from(action_of(m)->name));
	job->call.args = printed(job, args);
	return ACTION_MADE;
}

/* ---- the table ---- */

action_maker *const action_makers[N_VERBS] = {
	[VERB_REPLY] = make_message,	 [VERB_SAY] = make_message,
	[VERB_BROADCAST] = make_message, [VERB_WHISPER] = make_message,
	[VERB_DM] = make_message,	 [VERB_POST] = make_message,
	[VERB_REACT] = make_reactions,	 [VERB_UNREACT] = make_reactions,
	[VERB_EDIT] = make_change,	 [VERB_REMOVE] = make_change,
	[VERB_WEBHOOK] = make_webhook,	 [VERB_CALL] = make_call,
};

struct str action_value(struct making *m, struct str *shown)
{
	const struct template *text = text_of(m);
	struct value value;

	*shown = STR_EMPTY;
	if (text == NULL)
		return STR_EMPTY;
	values_of(m->values, text, &value);
	*shown = value.text;
	return values_to_store(m->values, &value);
}
