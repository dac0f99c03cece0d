/* SPDX-License-Identifier: MIT */
#include "rule/match.h"

#include "base/buf.h"
#include "calendar/zone.h"
#include "calendar/hours.h"
#include "template/symbols.h"
#include "model/workspace.h"
#include "rule/subject.h"

struct asking {
	const struct rule *rule;
	struct event *ev;
	struct captures *captures;
	struct subject subject; /* what its patterns look at; text.p NULL = not made yet */
	bool is_blurred;	/* what is to be ignored in it could not be told */
};

/* Both must be yes; a no decides, whatever else is not known. */
static enum tristate both(enum tristate a, enum tristate b)
{
	if (a == TRISTATE_NO || b == TRISTATE_NO)
		return TRISTATE_NO;
	return a == TRISTATE_YES && b == TRISTATE_YES ? TRISTATE_YES : TRISTATE_UNKNOWN;
}

static enum tristate either(enum tristate a, enum tristate b)
{
	if (a == TRISTATE_YES || b == TRISTATE_YES)
		return TRISTATE_YES;
	return a == TRISTATE_NO && b == TRISTATE_NO ? TRISTATE_NO : TRISTATE_UNKNOWN;
}

static enum tristate opposite(enum tristate a)
{
	return a == TRISTATE_UNKNOWN ? a : a == TRISTATE_YES ? TRISTATE_NO : TRISTATE_YES;
}

static enum tristate yes_if(bool condition)
{
	return condition ? TRISTATE_YES : TRISTATE_NO;
}

/* ---- on ---- */

static bool is_pulled_by(const struct trigger *trigger, const struct event *ev)
{
	if (trigger->kind == EVENT_OTHER)
		return str_is(ev->type, trigger->type);
	if (trigger->kind == EVENT_COMMAND &&
	    !str_eq_nocase(ev->command, str_from(trigger->command)))
		return false;
	if (trigger->kind != ev->kind || (trigger->mention && !ev->mentions_bot) ||
	    (trigger->file && !ev->has_files))
		return false;
	return trigger->reaction == NULL || str_is(ev->reaction, trigger->reaction);
}

bool rule_is_pulled(const struct rule *rule, const struct event *ev)
{
	if (ev->kind == EVENT_TIME && ev->for_rule.len > 0 && !str_is(ev->for_rule, rule->name))
		return false;
	for (size_t i = 0; i < rule->n_triggers; i++) {
		if (is_pulled_by(&rule->triggers[i], ev))
			return true;
	}
	return false;
}

static enum tristate ask_on(struct asking *a)
{
	return yes_if(rule_is_pulled(a->rule, a->ev));
}

static void tell_on(struct asking *a, struct buf *seen, struct buf *wanted)
{
	buf_addz(seen, event_kind_name(a->ev->kind));
	if (a->ev->kind == EVENT_OTHER)
		buf_addf(seen, " %.*s", STR_ARG(a->ev->type));
	if (a->ev->reaction.len > 0)
		buf_addf(seen, " :%.*s:", STR_ARG(a->ev->reaction));
	if (a->ev->command.len > 0)
		buf_addf(seen, " %.*s", STR_ARG(a->ev->command));
	for (size_t i = 0; i < a->rule->n_triggers; i++)
		buf_addf(wanted, "%s%s", i > 0 ? ", " : "", a->rule->triggers[i].shown);
}

/* ---- what must not even be looked at ---- */

static enum tristate ask_hidden(struct asking *a)
{
	return yes_if(!a->ev->hidden);
}

static void tell_hidden(struct asking *a, struct buf *seen, struct buf *wanted)
{
	buf_addz(seen, a->ev->hidden ? "an event that Slack hides" : "an event that people see");
	buf_addz(wanted, "an event that people see");
}

static enum tristate ask_self(struct asking *a)
{
	return yes_if(!a->ev->from_self);
}

static void tell_self(struct asking *a, struct buf *seen, struct buf *wanted)
{
	buf_addz(seen, a->ev->from_self ? "the bot itself" : "somebody else");
	buf_addz(wanted, "somebody else");
}

/* ---- in, from ---- */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* Where the letter that begins at `n` ends. */
static size_t after_letter(struct str s, size_t n)
{
	do {
		n++;
	} while (n < s.len && ((unsigned char)s.p[n] & 0xC0) == 0x80);
	return n;
}

/* `*` stands for anything, `?` for one letter. */
static bool glob_fits(struct str glob, struct str name)
{
	size_t g = 0, n = 0, star = SIZE_MAX, star_n = 0;

	while (n < name.len) {
		if (g < glob.len && glob.p[g] == '*') {
			star = g++;
			star_n = n;
		} else if (g < glob.len && glob.p[g] == '?') {
			g++;
			n = after_letter(name, n);
		} else if (g < glob.len && lower(glob.p[g]) == lower(name.p[n])) {
			g++;
			n++;
		} else if (star != SIZE_MAX) {
			g = star + 1;
			n = ++star_n;
		} else {
			return false;
		}
	}
	while (g < glob.len && glob.p[g] == '*')
		g++;
	return g == glob.len;
}

static enum tristate is_named(struct asking *a, const struct scope_item *item)
{
	const struct event *ev = a->ev;
	struct str name = str_from(item->name);

	if (ev->channel.len == 0 || ev->channel_kind == CHANNEL_DM)
		return TRISTATE_NO; /* these have no name */
	if (ev->channel_name.len == 0)
		return TRISTATE_UNKNOWN;
	return yes_if(item->glob ? glob_fits(name, ev->channel_name) :
				   str_eq_nocase(name, ev->channel_name));
}

/* One of several is enough. */
static enum tristate is_any(struct asking *a, const struct scope *scope,
			    enum tristate (*is)(struct asking *a, const struct scope_item *item))
{
	enum tristate any = TRISTATE_NO;

	for (size_t i = 0; i < scope->n; i++)
		any = either(any, is(a, &scope->items[i]));
	return any;
}

static enum tristate is_place(struct asking *a, const struct scope_item *item)
{
	const struct event *ev = a->ev;

	if (item->kind == SCOPE_LIST)
		return is_any(a, &item->list->channels, is_place);
	if (item->kind == SCOPE_NAME)
		return is_named(a, item);
	if (item->kind == SCOPE_ID)
		return yes_if(str_is(ev->channel, item->name));
	/* A direct message is known by its id; what else there is, is not. */
	if (ev->channel.len > 0 && ev->channel_kind == CHANNEL_UNKNOWN &&
	    item->channel_kind != CHANNEL_DM)
		return TRISTATE_UNKNOWN;
	return yes_if(ev->channel.len > 0 && ev->channel_kind == item->channel_kind);
}

static bool is_bot(const struct event *ev)
{
	return ev->from_bot || ev->user.is_bot;
}

/* Known of people whom the directory knows. */
static enum tristate is_guest(const struct event *ev)
{
	if (ev->user.is_guest)
		return TRISTATE_YES;
	return ev->user.id.len > 0 && ev->user.handle.len == 0 && !is_bot(ev) ? TRISTATE_UNKNOWN :
										TRISTATE_NO;
}

static enum tristate is_in_group(struct asking *a, const struct scope_item *item)
{
	if (a->ev->user.id.len == 0)
		return TRISTATE_NO;
	return a->ev->workspace->resolver->in_group(a->ev->workspace, str_from(item->name),
						    &a->ev->user);
}

static enum tristate is_person(struct asking *a, const struct scope_item *item)
{
	const struct event *ev = a->ev;

	switch (item->kind) {
	case SCOPE_BOTS:
		return yes_if(is_bot(ev));
	case SCOPE_GUESTS:
		return is_guest(ev);
	case SCOPE_ID:
		return yes_if(str_is(ev->user.id, item->name) || str_is(ev->bot_id, item->name));
	case SCOPE_GROUP_ID:
		return is_in_group(a, item);
	case SCOPE_LIST:
		return is_any(a, &item->list->people, is_person);
	case SCOPE_NAME:
		return ev->user.id.len == 0 ?
			       TRISTATE_NO :
			       ev->workspace->resolver->is_user(ev->workspace, str_from(item->name),
								&ev->user);
	case SCOPE_PEOPLE:
	case SCOPE_CHANNEL_KIND:
		break;
	}
	return yes_if(!is_bot(ev));
}

/* `otherwise` is the answer where nothing is allowed by name. */
static enum tristate ask_scope(struct asking *a, const struct scope *scope, enum tristate otherwise,
			       enum tristate (*is)(struct asking *a, const struct scope_item *item))
{
	enum tristate denied = TRISTATE_NO, allowed = TRISTATE_NO;
	bool any_allowed = false;

	for (size_t i = 0; i < scope->n; i++) {
		enum tristate answer = is(a, &scope->items[i]);

		if (scope->items[i].deny) {
			denied = either(denied, answer);
		} else {
			allowed = either(allowed, answer);
			any_allowed = true;
		}
	}
	return both(opposite(denied), any_allowed ? allowed : otherwise);
}

static enum tristate ask_in(struct asking *a)
{
	return ask_scope(a, &a->rule->in, TRISTATE_YES, is_place);
}

static enum tristate ask_from(struct asking *a)
{
	return ask_scope(a, &a->rule->from, yes_if(!is_bot(a->ev)), is_person);
}

static const char *const channel_kind_names[] = {
	[CHANNEL_UNKNOWN] = "unknown", [CHANNEL_PUBLIC] = "public", [CHANNEL_PRIVATE] = "private",
	[CHANNEL_DM] = "dm",	       [CHANNEL_GROUP] = "group",
};

static void tell_scope(const struct scope *scope, char sigil, struct buf *wanted)
{
	for (size_t i = 0; i < scope->n; i++) {
		const struct scope_item *item = &scope->items[i];

		buf_addf(wanted, "%s%s", i > 0 ? ", " : "", item->deny ? "!" : "");
		switch (item->kind) {
		case SCOPE_NAME:
			buf_addf(wanted, "%c%s", sigil, item->name);
			break;
		case SCOPE_ID:
		case SCOPE_GROUP_ID:
			buf_addz(wanted, item->name);
			break;
		case SCOPE_LIST:
			buf_addf(wanted, "[%s]", item->name);
			break;
		case SCOPE_GUESTS:
			buf_addz(wanted, "guests");
			break;
		case SCOPE_CHANNEL_KIND:
			buf_addz(wanted, channel_kind_names[item->channel_kind]);
			break;
		case SCOPE_PEOPLE:
			buf_addz(wanted, "people");
			break;
		case SCOPE_BOTS:
			buf_addz(wanted, "bots");
			break;
		}
	}
}

static void tell_in(struct asking *a, struct buf *seen, struct buf *wanted)
{
	const struct event *ev = a->ev;

	if (ev->channel.len == 0)
		buf_addz(seen, "no channel");
	else if (ev->channel_name.len > 0)
		buf_addf(seen, "#%.*s", STR_ARG(ev->channel_name));
	else
		buf_addf(seen, "%s %.*s", channel_kind_names[ev->channel_kind],
			 STR_ARG(ev->channel));
	tell_scope(&a->rule->in, '#', wanted);
	if (a->rule->in.n == 0)
		buf_addz(wanted, "everywhere");
}

static void tell_from(struct asking *a, struct buf *seen, struct buf *wanted)
{
	const struct event *ev = a->ev;

	buf_addz(seen, is_bot(ev) ? "the bot " : "");
	if (ev->user.handle.len > 0)
		buf_addf(seen, "@%.*s", STR_ARG(ev->user.handle));
	else if (ev->user.id.len > 0)
		buf_add(seen, ev->user.id);
	else
		buf_addz(seen, ev->bot_id.len > 0 ? "" : "nobody");
	if (ev->user.id.len == 0)
		buf_add(seen, ev->bot_id);
	tell_scope(&a->rule->from, '@', wanted);
	if (a->rule->from.n == 0)
		buf_addz(wanted, "people");
}

/* ---- to bot, thread ---- */

static enum tristate ask_to_bot(struct asking *a)
{
	return yes_if(!a->rule->to_bot || a->ev->mentions_bot || a->ev->channel_kind == CHANNEL_DM);
}

static void tell_to_bot(struct asking *a, struct buf *seen, struct buf *wanted)
{
	buf_addz(seen, a->ev->channel_kind == CHANNEL_DM ? "a direct message" :
		       a->ev->mentions_bot		 ? "a mention of the bot" :
							   "no mention of the bot");
	buf_addz(wanted,
		 a->rule->to_bot ? "a mention of the bot, or a direct message" : "anything");
}

static enum tristate ask_thread(struct asking *a)
{
	if (a->rule->thread == THREAD_ANY)
		return TRISTATE_YES;
	return yes_if(event_is_reply(a->ev) == (a->rule->thread == THREAD_REPLIES));
}

static void tell_thread(struct asking *a, struct buf *seen, struct buf *wanted)
{
	static const char *const wants[] = {
		[THREAD_ANY] = "any",
		[THREAD_ROOT] = "root",
		[THREAD_REPLIES] = "replies",
	};

	buf_addz(seen, event_is_reply(a->ev) ? "a reply in a thread" : "not in a thread");
	buf_addz(wanted, wants[a->rule->thread]);
}

/* ---- workspace, when, expires ---- */

static enum tristate ask_workspace(struct asking *a)
{
	if (a->rule->n_workspaces == 0)
		return TRISTATE_YES;
	for (size_t i = 0; i < a->rule->n_workspaces; i++) {
		if (workspace_is(a->ev->workspace, str_from(a->rule->workspaces[i])))
			return TRISTATE_YES;
	}
	return TRISTATE_NO;
}

static void tell_workspace(struct asking *a, struct buf *seen, struct buf *wanted)
{
	buf_addf(seen, "the workspace %.*s", STR_ARG(a->ev->team));
	for (size_t i = 0; i < a->rule->n_workspaces; i++)
		buf_addf(wanted, "%s%s", i > 0 ? ", " : "", a->rule->workspaces[i]);
	buf_addz(wanted, a->rule->n_workspaces == 0 ? "any" : "");
}

/* An event that does not say when it happened answers no question about time. */
static enum tristate ask_when(struct asking *a)
{
	const struct when *when = &a->rule->when;

	if (when->hours == NULL)
		return TRISTATE_YES;
	if (a->ev->time.ms <= 0)
		return TRISTATE_UNKNOWN;
	return yes_if(hours_is_open(when->hours, a->ev->time) != when->closed);
}

static void tell_when(struct asking *a, struct buf *seen, struct buf *wanted)
{
	const struct when *when = &a->rule->when;
	const struct zone *zone = when->hours != NULL ? hours_zone(when->hours) : a->rule->zone;

	if (a->ev->time.ms > 0)
		zone_format(zone, a->ev->time, STR("%A %Y-%m-%d %H:%M"), seen);
	else
		buf_addz(seen, "no time");
	buf_addz(wanted, when->hours != NULL ? when->shown : "always");
}

static enum tristate ask_expires(struct asking *a)
{
	return yes_if(a->rule->expires == NULL || a->ev->time.ms < a->rule->expires_at.ms);
}

static void tell_expires(struct asking *a, struct buf *seen, struct buf *wanted)
{
	zone_format(a->rule->zone, a->ev->time, STR("%Y-%m-%d"), seen);
	buf_addf(wanted, a->rule->expires != NULL ? "not after %s" : "any day%s",
		 a->rule->expires != NULL ? a->rule->expires : "");
}

/* ---- text ---- */

static bool waits_for_mention(const struct rule *rule)
{
	for (size_t i = 0; i < rule->n_triggers; i++) {
		if (rule->triggers[i].mention)
			return true;
	}
	return false;
}

static struct mono pattern_now(void *owner)
{
	const struct workspace *w = owner;

	return w->resolver->mono(w);
}

/* The time that patterns take, where somebody measures it. */
static struct stopwatch stopwatch_for(const struct event *ev)
{
	return (struct stopwatch){ (void *)ev->workspace,
				   ev->workspace->resolver->mono != NULL ? pattern_now : NULL };
}

static const struct subject *subject_for(struct asking *a)
{
	const struct stopwatch watch = stopwatch_for(a->ev);
	bool to_bot = a->rule->to_bot || (a->ev->mentions_bot && waits_for_mention(a->rule));

	if (a->subject.text.p == NULL)
		a->is_blurred = subject_make(&a->subject, a->ev, &a->rule->look, to_bot, &watch) ==
				TRISTATE_UNKNOWN;
	return &a->subject;
}

static bool looks_at_message(const struct rule *rule)
{
	return rule->look.field == NULL;
}

static enum tristate find_any(struct asking *a, struct pattern *const *patterns, size_t n,
			      struct captures *caught)
{
	const struct stopwatch watch = stopwatch_for(a->ev);
	enum tristate answer = TRISTATE_NO;

	if (event_text_is_missing(a->ev) && looks_at_message(a->rule))
		return TRISTATE_UNKNOWN;
	for (size_t i = 0; i < n && answer != TRISTATE_YES; i++)
		answer = either(answer,
				pattern_find_in(patterns[i], subject_for(a), &watch, caught));
	return a->is_blurred ? TRISTATE_UNKNOWN : answer;
}

static enum tristate ask_match(struct asking *a)
{
	return a->rule->n_any == 0 ? TRISTATE_YES :
				     find_any(a, a->rule->any, a->rule->n_any, a->captures);
}

static enum tristate ask_except(struct asking *a)
{
	struct captures ignored;

	if (a->rule->n_except == 0)
		return TRISTATE_YES;
	return opposite(find_any(a, a->rule->except, a->rule->n_except, &ignored));
}

static void tell_patterns(struct asking *a, struct pattern *const *patterns, size_t n,
			  struct buf *seen, struct buf *wanted)
{
	buf_add(seen, event_text_is_missing(a->ev) ? STR("(the message could not be read)") :
						     subject_for(a)->text);
	for (size_t i = 0; i < n; i++) {
		buf_addz(wanted, i > 0 ? " or " : "");
		buf_add(wanted, pattern_shown(patterns[i]));
	}
}

static void tell_match(struct asking *a, struct buf *seen, struct buf *wanted)
{
	tell_patterns(a, a->rule->any, a->rule->n_any, seen, wanted);
	buf_addz(wanted, a->rule->n_any == 0 ? "any text" : "");
}

static void tell_except(struct asking *a, struct buf *seen, struct buf *wanted)
{
	buf_addz(wanted, a->rule->n_except > 0 ? "no " : "any text");
	tell_patterns(a, a->rule->except, a->rule->n_except, seen, wanted);
}

/* ---- all of them ---- */

/* From cheap to dear; the patterns last. */
static const struct question {
	const char *key;
	enum tristate (*ask)(struct asking *a);
	void (*tell)(struct asking *a, struct buf *seen, struct buf *wanted);
} questions[] = {
	{ "on", ask_on, tell_on },
	{ "hidden", ask_hidden, tell_hidden },
	{ "self", ask_self, tell_self },
	{ "workspace", ask_workspace, tell_workspace },
	{ "in", ask_in, tell_in },
	{ "from", ask_from, tell_from },
	{ "to bot", ask_to_bot, tell_to_bot },
	{ "thread", ask_thread, tell_thread },
	{ "when", ask_when, tell_when },
	{ "expires", ask_expires, tell_expires },
	{ "match", ask_match, tell_match },
	{ "except", ask_except, tell_except },
};

static void tell(struct asking *a, const struct question *question, enum tristate answer,
		 const struct trace *trace)
{
	CLEANUP(buf_deinit) struct buf seen = { 0 };
	CLEANUP(buf_deinit) struct buf wanted = { 0 };

	buf_init(&seen, 0);
	buf_init(&wanted, 0);
	question->tell(a, &seen, &wanted);
	trace->asked(trace->owner, a->rule, question->key, answer, buf_str(&seen),
		     buf_str(&wanted));
}

/* What cannot be told is no end: a later no makes the answer sure. */
enum tristate rule_match(const struct rule *rule, struct event *ev, struct captures *out,
			 const struct trace *trace)
{
	struct asking asking = { .rule = rule, .ev = ev, .captures = out };
	enum tristate all = TRISTATE_YES;

	out->n = 0;
	out->pattern = NULL;
	for (size_t i = 0; i < ARRAY_LEN(questions) && all != TRISTATE_NO; i++) {
		enum tristate answer = questions[i].ask(&asking);

		if (trace != NULL)
			tell(&asking, &questions[i], answer, trace);
		all = both(all, answer);
	}
	return all;
}

enum tristate rule_listens(const struct rule *rule, struct event *ev)
{
	struct asking asking = { .rule = rule, .ev = ev };

	return both(ask_workspace(&asking), both(ask_in(&asking), ask_from(&asking)));
}

size_t question_number(struct str key)
{
	size_t i = 0;

	while (i < ARRAY_LEN(questions) && !str_is(key, questions[i].key))
		i++;
	return i;
}
