/* SPDX-License-Identifier: MIT */
#include "action.h"

#include <stdio.h>
#include "base/buf.h"
#include "base/mem.h"
#include "net/http.h"
#include "rule/template.h"
#include "slack/markup.h"
#include "slack/split.h"

enum { CODE_SPAN_MAX = 500 };

/* One rendering: what the template host's callbacks need. */
struct render {
	const struct event *ev;
	const struct captures *captures;
	const struct action_world *world;
	struct buf scratch; /* backs the value given last */
	bool in_code;	    /* literal text is inside `…` */
	bool in_address;    /* … inside a bare https://… */
	char before;	    /* the byte that was put last, 0 at the start */
};

/* ---- values ---- */

static bool person_value(struct render *r, const struct person *who, enum template_field field,
			 struct value *out)
{
	struct str shown = who->name.len > 0   ? who->name :
			   who->handle.len > 0 ? who->handle :
						 who->id;

	out->kind = VALUE_TEXT;
	switch (field) {
	case FIELD_NAME:
		out->text = shown;
		break;
	case FIELD_ID:
		out->text = who->id;
		break;
	case FIELD_EMAIL:
		out->text = who->email;
		break;
	case FIELD_NONE:
		out->kind = VALUE_USER;
		out->id = who->id;
		buf_addf(&r->scratch, "@%.*s", STR_ARG(shown));
		out->text = buf_str(&r->scratch);
		break;
	}
	return who->id.len > 0 && out->text.len > 0;
}

static bool channel_value(struct render *r, enum template_field field, struct value *out)
{
	const struct event *ev = r->ev;
	struct str shown = ev->channel_name.len > 0 ? ev->channel_name : ev->channel;

	out->kind = VALUE_TEXT;
	switch (field) {
	case FIELD_NAME:
		out->text = shown;
		break;
	case FIELD_ID:
		out->text = ev->channel;
		break;
	case FIELD_NONE:
		out->kind = VALUE_CHANNEL;
		out->id = ev->channel;
		buf_addf(&r->scratch, "#%.*s", STR_ARG(shown));
		out->text = buf_str(&r->scratch);
		break;
	case FIELD_EMAIL:
		return false;
	}
	return ev->channel.len > 0;
}

static bool link_value(struct render *r, struct value *out)
{
	const struct event *ev = r->ev;
	struct str team_url = r->world->team_url(r->world->owner);

	if (team_url.len == 0 || ev->channel.len == 0 || ev->ts.len == 0)
		return false;
	markup_permalink(&r->scratch, team_url, ev->channel, ev->ts,
			 event_is_reply(ev) ? ev->thread_ts : STR_EMPTY);
	out->kind = VALUE_LINK;
	out->text = buf_str(&r->scratch);
	return true;
}

static bool group_text(const struct captures *captures, struct str group, struct str *out)
{
	int64_t number;

	if (!str_int(group, &number))
		return captures_named(captures, group, out) && out->len > 0;
	if (number < 0 || (size_t)number >= captures->n || captures->group[number].p == NULL)
		return false;
	*out = captures->group[number];
	return out->len > 0;
}

/* The id behind a name as people see it: "@ana", "#general", or "ana". */
static bool find_caught(const struct render *r, struct str caught, struct str *id)
{
	const struct action_world *world = r->world;

	if (str_skip(&caught, "#"))
		return world->find(world->owner, '#', caught, id);
	str_skip(&caught, "@");
	return world->find(world->owner, '@', caught, id);
}

static bool group_value(struct render *r, enum template_field field, struct str group,
			struct value *out)
{
	struct str caught, id;

	out->kind = VALUE_TEXT;
	if (!group_text(r->captures, group, &caught))
		return false;
	switch (field) {
	case FIELD_NONE:
		out->text = caught;
		break;
	case FIELD_NAME:
		if (!str_skip(&caught, "@"))
			str_skip(&caught, "#");
		out->text = caught;
		break;
	case FIELD_ID:
	case FIELD_EMAIL:
		if (!find_caught(r, caught, &id))
			return false;
		/* The id may lie where the next question is answered: kept here. */
		buf_add(&r->scratch, field == FIELD_ID ? id : r->world->email(r->world->owner, id));
		out->text = buf_str(&r->scratch);
		break;
	}
	return out->text.len > 0;
}

static bool on_value(void *owner, enum template_name name, enum template_field field,
		     struct str group, struct value *out)
{
	struct render *r = owner;

	buf_clear(&r->scratch);
	*out = (struct value){ .kind = VALUE_TEXT };
	switch (name) {
	case NAME_USER:
		return person_value(r, &r->ev->user, field, out);
	case NAME_CHANNEL:
		return channel_value(r, field, out);
	case NAME_TEXT:
		out->text = r->ev->text;
		return out->text.len > 0;
	case NAME_LINK:
		return link_value(r, out);
	case NAME_MATCH:
		return group_value(r, field, STR("0"), out);
	case NAME_GROUP:
		return group_value(r, field, group, out);
	}
	return false;
}

static void note_last(struct render *r, const struct buf *out)
{
	if (out->len > 0)
		r->before = out->p[out->len - 1];
}

/* Backticks inside would end the code: they become the look-alike U+02CB. */
static void put_code(struct buf *out, struct str text)
{
	CLEANUP(buf_deinit) struct buf inert = { 0 };
	/* Only a block can be closed and opened again where a long answer is cut. */
	bool is_block = text.len > CODE_SPAN_MAX || str_find_char(text, '\n') != SIZE_MAX;
	const char *fence = is_block ? "```" : "`";
	struct str rest, piece;
	bool first = true;

	buf_init(&inert, 0);
	markup_inert(&inert, text);
	buf_addz(out, fence);
	rest = buf_str(&inert);
	while (str_cut(&rest, '`', &piece)) {
		if (!first)
			buf_addz(out, "\xCB\x8B");
		buf_add(out, piece);
		first = false;
	}
	buf_addz(out, fence);
}

/* Is the end of the text within the address of a link as the rule wrote it, `<https://…`? */
static bool is_in_link(const struct buf *out)
{
	for (size_t i = out->len; i > 0; i--) {
		char c = out->p[i - 1];

		if (c == '<')
			return true;
		if (c == '>' || c == '|' || c == '\n')
			return false;
	}
	return false;
}

static void on_put(void *owner, struct buf *out, const struct value *value)
{
	struct render *r = owner;

	/* In an address a blank or a `|` of the writer's would end it and begin a label of his own. */
	if (value->kind != VALUE_LINK && (r->in_address || is_in_link(out))) {
		http_escape(out, value->text);
		note_last(r, out);
		return;
	}
	switch (value->kind) {
	case VALUE_USER:
		if (!markup_mention(out, value->id))
			markup_inert(out, value->text);
		break;
	case VALUE_CHANNEL:
		if (!markup_channel_link(out, value->id))
			markup_inert(out, value->text);
		break;
	case VALUE_LINK:
		buf_add(out, value->text); /* built by us out of checked ids */
		break;
	case VALUE_CODE:
		put_code(out, value->text);
		break;
	case VALUE_TEXT:
		markup_inert(out, value->text);
		break;
	}
	note_last(r, out);
}

/* ---- literal text: names that Slack knows become mentions and links ---- */

static bool is_name_byte(unsigned char c)
{
	return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-';
}

static bool starts_name(const struct render *r, struct str rest)
{
	unsigned char before = (unsigned char)r->before;
	bool in_word = before >= 0x80 ||
		       (is_name_byte(before) && before != '.' && before != '-' && before != '_');

	return !r->in_code && !r->in_address && !in_word && rest.len > 1 &&
	       (rest.p[0] == '@' || rest.p[0] == '#') && is_name_byte((unsigned char)rest.p[1]);
}

static struct str name_after_sigil(struct str rest)
{
	struct str name = str_sub(rest, 1, rest.len);
	size_t n = 0;

	while (n < name.len && is_name_byte((unsigned char)name.p[n]))
		n++;
	while (n > 0 && name.p[n - 1] == '.')
		n--;
	return str_sub(name, 0, n);
}

/* Takes `@name` or `#channel` off the rest when the directory knows it. */
static bool put_name(struct render *r, struct buf *out, struct str *rest)
{
	struct str name = name_after_sigil(*rest);
	char sigil = rest->p[0];
	struct str id;

	if (name.len == 0 || !r->world->find(r->world->owner, sigil, name, &id))
		return false;
	if (!(sigil == '@' ? markup_mention(out, id) : markup_channel_link(out, id)))
		return false;
	*rest = str_sub(*rest, 1 + name.len, rest->len);
	return true;
}

/* A bracket that opens something Slack knows, or stands right before an insert. */
static bool opens_markup(struct str text)
{
	static const char *const openings[] = { "<@",	     "<#",	 "<!",	 "<http://",
						"<https://", "<mailto:", "<tel:" };

	if (text.len == 1)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(openings); i++) {
		if (str_starts(text, openings[i]))
			return true;
	}
	return false;
}

/* How far plain literal text goes: up to a sign that may begin a name, a code mark, or a whole <…>. */
static size_t literal_run(struct str rest)
{
	size_t n = 1;

	if (rest.p[0] == '<') {
		size_t end = str_find_char(rest, '>');

		return end == SIZE_MAX ? 1 : end + 1;
	}
	while (n < rest.len && rest.p[n] != '@' && rest.p[n] != '#' && rest.p[n] != '`' &&
	       rest.p[n] != '<')
		n++;
	return n;
}

/* An address ends at the first blank, or where its label begins; what looks like a name in it is part of it. */
static void note_address(struct render *r, struct str piece)
{
	while (piece.len > 0) {
		if (str_starts(piece, "://"))
			r->in_address = true;
		else if (str_find_char(STR(" \t\n|>"), piece.p[0]) != SIZE_MAX)
			r->in_address = false;
		piece = str_sub(piece, 1, piece.len);
	}
}

static void on_literal(void *owner, struct buf *out, struct str text)
{
	struct render *r = owner;

	while (text.len > 0) {
		size_t n;

		note_last(r, out);
		if (starts_name(r, text) && put_name(r, out, &text))
			continue;
		if (text.p[0] == '<' && !opens_markup(text)) {
			buf_addz(out, "&lt;");
			text = str_sub(text, 1, text.len);
			continue;
		}
		if (text.p[0] == '`')
			r->in_code = !r->in_code;
		n = text.p[0] == '`' ? 1 : literal_run(text);
		markup_literal(out, str_sub(text, 0, n));
		if (text.p[0] != '<')
			note_address(r, str_sub(text, 0, n));
		text = str_sub(text, n, text.len);
	}
	note_last(r, out);
}

/* ---- jobs ---- */

static struct job *job_for(const struct rule *rule, size_t n, const struct event *ev)
{
	struct job *job = job_new();
	CLEANUP(buf_deinit) struct buf key = { 0 };

	buf_init(&key, 0);
	buf_addf(&key, "%.*s/%s/%zu", STR_ARG(ev->key), rule->name, n);
	job->verb = rule->actions[n].verb;
	job->channel = str_dup(ev->channel);
	job->key = buf_take(&key);
	job->rule = mem_strdup(rule->name);
	job->rule_file = mem_strdup(rule->at.file);
	job->at = (struct place){ job->rule_file, rule->at.line };
	job->caused = ev->received;
	return job;
}

/* `reply` starts a thread, the others stay where the message stands; in a DM and where there is no message
 * (a join) the answer stands in the conversation itself. */
static struct str thread_for(enum verb verb, const struct event *ev)
{
	bool replies = verb == VERB_REPLY && ev->channel_kind != CHANNEL_DM &&
		       ev->kind != EVENT_JOIN && ev->kind != EVENT_LEAVE;

	if (replies || event_is_reply(ev))
		return event_thread_root(ev);
	return STR_EMPTY;
}

static size_t make_talk(const struct rule *rule, size_t n, const struct event *ev, struct str body,
			struct list *jobs)
{
	CLEANUP(buf_deinit) struct buf part = { 0 };
	struct str thread = thread_for(rule->actions[n].verb, ev);
	bool in_code = false;
	size_t made = 0;

	buf_init(&part, 0);
	while (split_next(&body, &in_code, &part)) {
		struct job *job = job_for(rule, n, ev);

		job->thread_ts = thread.len > 0 ? str_dup(thread) : NULL;
		job->user = job->verb == VERB_WHISPER ? str_dup(ev->user.id) : NULL;
		job->body = str_dup(buf_str(&part));
		list_append(jobs, &job->link);
		buf_clear(&part);
		made++;
	}
	return made;
}

static size_t make_reactions(const struct rule *rule, size_t n, const struct event *ev,
			     struct list *jobs)
{
	const struct rule_action *action = &rule->actions[n];

	for (size_t i = 0; i < action->n_emoji; i++) {
		struct job *job = job_for(rule, n, ev);

		job->ts = str_dup(ev->ts);
		job->body = mem_strdup(action->emoji[i]);
		list_append(jobs, &job->link);
	}
	return action->n_emoji;
}

static void render_text(const struct rule_action *action, const struct event *ev,
			const struct captures *captures, const struct action_world *world,
			struct buf *out)
{
	struct render render = { .ev = ev, .captures = captures, .world = world };
	const struct template_host host = {
		.owner = &render,
		.value = on_value,
		.put = on_put,
		.literal = on_literal,
	};

	buf_init(&render.scratch, 0);
	template_render(action->text, &host, out);
	buf_deinit(&render.scratch);
}

size_t action_make(const struct rule *rule, size_t n, const struct event *ev,
		   const struct captures *captures, const struct action_world *world,
		   struct list *jobs, const char **why)
{
	const struct rule_action *action = &rule->actions[n];
	CLEANUP(buf_deinit) struct buf body = { 0 };

	*why = NULL;
	if (ev->channel.len == 0) {
		*why = "the event belongs to no channel";
		return 0;
	}
	if (action->verb == VERB_REACT) {
		if (ev->ts.len == 0)
			*why = "the event has no message to react to";
		return *why != NULL ? 0 : make_reactions(rule, n, ev, jobs);
	}
	if (action->verb == VERB_WHISPER && ev->user.id.len == 0) {
		*why = "the event has no author to whisper to";
		return 0;
	}
	buf_init(&body, 0);
	render_text(action, ev, captures, world, &body);
	if (str_trim(buf_str(&body)).len == 0) {
		*why = "the answer is empty";
		return 0;
	}
	return make_talk(rule, n, ev, buf_str(&body), jobs);
}
